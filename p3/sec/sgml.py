"""EDGAR's SGML wrapper: a full submission holds a header and several documents, the first being the filing itself."""

import re

_DOCUMENT = re.compile(rb"<DOCUMENT>(.*?)(?:</DOCUMENT>|\Z)", re.DOTALL)
_TEXT = re.compile(rb"<TEXT>(.*?)(?:</TEXT>|\Z)", re.DOTALL)


def primary(content: bytes) -> bytes:
    """Return the body of the first document in a full submission; any other content comes back as it is."""
    document = _DOCUMENT.search(content)
    if document is None:
        return content
    text = _TEXT.search(document.group(1))
    return text.group(1) if text else document.group(1)
