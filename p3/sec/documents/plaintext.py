"""Plain text: pages part at form feeds, in filings of the 1990s at SGML tags; columns stay as spaces."""

import re

from p3.errors import DataError
from p3.sec.documents.html import decode
from p3.sec.documents.pages import joined

_FIRST_PAGE = re.compile(r"\A[ \t\n]*<PAGE>[^\n]*\n?", re.IGNORECASE)  # it opens page 1, and parts nothing
_BREAK = re.compile(r"(?:\f[ \t\n]*)?<PAGE>[^\n]*\n?|\f", re.IGNORECASE)
_TAG = re.compile(r"</?(?:TABLE|CAPTION|S|C|FN|F\d+|R)>", re.IGNORECASE)
_EMPTY_LINES = re.compile(r"\n{3,}")

_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\v\f\r\x1a"))  # 0x1A ends the files of old systems
_UNSEEN = dict.fromkeys(_CONTROLS + b"\x1a")
_ABOVE_ASCII = bytes(range(0x80, 0x100))
_MOST_CONTROLS = 0.02  # share of the bytes, above which it is no text; a stray one stands in old filings
_MOST_ABOVE_ASCII = 0.3  # share in a text that is not UTF-8; a language in Latin letters has less than a tenth


def to_text(content: bytes) -> tuple[str, list[int] | None]:
    """Return the text with its columns kept as spaces, and the offset at which each page begins, the empty ones too.

    Page n begins after break n - 1; the pages are None where nothing breaks the text. Raises DataError where the
    content is no text.
    """
    _check(content)
    decoded = decode(content).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    source = _FIRST_PAGE.sub("", decoded.translate(_UNSEEN))
    pages = [_cleaned(page) for page in _BREAK.split(source)]
    text, starts = joined(pages if pages[-1] or len(pages) == 1 else pages[:-1])
    return text, starts if len(pages) > 1 else None


def _check(content: bytes) -> None:
    if _share(content, _CONTROLS) > _MOST_CONTROLS:
        raise DataError("it is no text, nor another format that p3 reads", "Give a PDF, HTML, a workbook or text.")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as failure:
        if _share(content, _ABOVE_ASCII) > _MOST_ABOVE_ASCII:
            raise DataError("its text is in an unknown encoding", "Save it as UTF-8.") from failure


def _share(content: bytes, kind: bytes) -> float:
    return (len(content) - len(content.translate(None, kind))) / max(1, len(content))


def _cleaned(page: str) -> str:
    lines = (_TAG.sub("", line).rstrip() for line in page.split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
