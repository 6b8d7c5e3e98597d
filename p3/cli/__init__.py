"""The command line: builds the Typer app from the commands, turns errors into exit codes, and alone writes to stdout and stderr."""
