"""EDGAR's SGML wrapper: a full submission holds a header and several documents, the first being the filing itself."""

import re

_DOCUMENT = re.compile(rb"<DOCUMENT>(.*?)(?:</DOCUMENT>|\Z)", re.DOTALL)
_TEXT = re.compile(rb"<TEXT>(.*?)(?:</TEXT>|\Z)", re.DOTALL)


def primary(content: bytes) -> bytes:
    """Return the body of the first document in a full submission; any other content comes back as it is."""
    start, end = primary_span(content)
    return content[start:end]


def primary_span(content: bytes) -> tuple[int, int]:
    """Return where the body of the first document begins and ends, in bytes of ``content``."""
    document = _DOCUMENT.search(content)
    if document is None:
        return 0, len(content)
    return (_TEXT.search(content, *document.span(1)) or document).span(1)
