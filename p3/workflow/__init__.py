"""Stages, the pure planner that decides what has to run, and the runner that does it and keeps the record."""
