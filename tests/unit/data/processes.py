"""Other real processes, for what only they can show: locks, races, full disks."""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[3]
HERE = Path(__file__).parent


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a Python program that waits for a line on its stdin before it works."""
    prelude = f"import sys; sys.path[:0] = [{str(CHECKOUT)!r}, {str(HERE)!r}]\n"
    return subprocess.Popen(
        [sys.executable, "-c", prelude + program, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def together(program: str, *each: tuple[object, ...]) -> list[str]:
    """Run the program once for each tuple of arguments, let all go at once, and return what they print."""
    started = [start(program, *arguments) for arguments in each]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0] * len(started), answers
    return [out.strip() for out, _ in answers]
