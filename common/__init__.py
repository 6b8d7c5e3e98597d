"""Configuration and sample data of p3, as files."""
