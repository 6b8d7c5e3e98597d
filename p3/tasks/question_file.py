"""Files of questions that a user measures with."""

from pathlib import Path

from p3.errors import UsageError

_LARGEST = 64_000_000  # bytes


def text_of(file: Path) -> str:
    """Return the text of a question file; raises UsageError for one that cannot be read."""
    try:
        if file.stat().st_size > _LARGEST:
            raise UsageError(f"{file} has more than {_LARGEST // 1_000_000} MB", "Split it.")
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as failure:
        raise UsageError(f"{file} cannot be read: {failure}", "Name a file of JSON lines in UTF-8.") from failure
