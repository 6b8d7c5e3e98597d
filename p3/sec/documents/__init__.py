"""Documents to text whose every character knows its section, its page or cell, and the bytes that it stands for."""
