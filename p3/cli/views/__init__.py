"""What people see: one module for each command, named as it, that turns its shape into tables. No computing here."""
