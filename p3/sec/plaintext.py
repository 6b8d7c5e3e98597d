"""Filings of the 1990s: plain text with a few SGML tags for pages and table columns."""

import re

from p3.sec.html import decode

_PAGE = re.compile(r"[ \t]*<PAGE>[^\n]*\n?|\f", re.IGNORECASE)
_TAG = re.compile(r"</?(?:TABLE|CAPTION|S|C|FN|F\d+|R)>", re.IGNORECASE)
_EMPTY_LINES = re.compile(r"\n{3,}")


def to_text(content: bytes) -> tuple[str, list[int]]:
    """Return the text with its columns kept as spaces, and the offset at which each page begins."""
    pages = [_cleaned(page) for page in _PAGE.split(decode(content).replace("\r\n", "\n").replace("\r", "\n"))]
    text, starts = "", []
    for page in filter(None, pages):
        text += "\n\n" if text else ""
        starts.append(len(text))
        text += page
    return text, starts or [0]


def _cleaned(page: str) -> str:
    lines = (_TAG.sub("", line).rstrip() for line in page.split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
