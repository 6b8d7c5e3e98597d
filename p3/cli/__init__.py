"""The command line: builds the Typer app from the commands and turns errors into exit codes.

Nothing else writes to stdout or stderr.
"""
