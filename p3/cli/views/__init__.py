"""What people see: one module for each command, named as the command, that turns its shape into tables. No computing here."""
