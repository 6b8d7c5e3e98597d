"""A document as filed to text with its Items and pages: inline XBRL, HTML of any age, plain text, in SGML or not."""

import re
from dataclasses import dataclass

from p3.errors import DataError
from p3.sec import html, plaintext, sections, sgml
from p3.sec.sections import Section

_HTML_MARK = re.compile(rb"<(?:!DOCTYPE\s+html|html|body|head|div|font|p|span)\b[^>]*>", re.IGNORECASE)
_NAMED_HTML = (".htm", ".html", ".xhtml")


@dataclass(frozen=True)
class Document:
    """Text and where its parts are, in characters: ``text[section.start:section.end]`` is a section.

    Page n begins at ``pages[n - 1]``; ``pages`` is None where the document marks no page breaks.
    """

    text: str
    sections: list[Section]
    pages: list[int] | None


def to_text(content: bytes, name: str) -> Document:
    """Return the document ``name`` as text; raises DataError where it holds none (an image, an empty file)."""
    body = sgml.primary(content)
    is_html = name.lower().endswith(_NAMED_HTML) or _HTML_MARK.search(body[:20_000]) is not None
    text, pages = html.to_text(body) if is_html else plaintext.to_text(body)
    if not any(character.isalnum() for character in text):
        raise DataError(f"{name} holds no text", "Open it on EDGAR; it may be a scanned image.")
    return Document(text, sections.find(text), pages if len(pages) > 1 else None)
