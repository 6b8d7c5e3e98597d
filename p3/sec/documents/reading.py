"""A document as text with its sections, pages and cells: HTML of any age, plain text, SGML, PDF, workbooks."""

import codecs
import re
from dataclasses import dataclass
from typing import Literal

from p3.errors import DataError
from p3.sec.documents import html, pdf, plaintext, sections, sgml, workbook
from p3.sec.documents.sections import Section
from p3.sec.documents.workbook import Cells

Kind = Literal["html", "plain", "pdf", "workbook"]
LARGEST_TEXT = 200 << 20  # bytes of HTML or plain text; the largest filings have a quarter of it

_HTML_MARK = re.compile(rb"<(?:!DOCTYPE\s+html|html|body|head|div|font|p|span)\b[^>]*>", re.IGNORECASE)
_NAMED_HTML = (".htm", ".html", ".xhtml")
_PDF_MARK = re.compile(rb"%PDF-\d")  # readers look for it in the first kilobyte
_WORKBOOKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # zip, empty zip, OLE
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd")


@dataclass(frozen=True)
class Document:
    """Text and where its parts are, in characters: ``text[section.start:section.end]`` is a section.

    Page n begins at ``pages[n - 1]``; ``pages`` is None where the document marks no page breaks. A page may be empty,
    so that n is the document's own count; of a workbook, page n is its n-th sheet that is not hidden. ``cells`` says
    where a workbook's text comes from, and is None for any other document. ``kind`` is the format that was read.
    """

    text: str
    sections: list[Section]
    pages: list[int] | None
    cells: Cells | None = None
    kind: Kind = "plain"


def to_text(content: bytes, name: str) -> Document:
    """Return the document ``name`` as text; its format is told by its content first, then by its name.

    Raises DataError where it holds no text (an image, a scan, an empty file), is encrypted, cut off or damaged, or is
    larger than a reader is given room for.
    """
    try:
        document = _read(content, name)
    except DataError as failure:
        raise DataError(f"{name}: {failure.message}", failure.remedy) from failure
    if not any(character.isalnum() for character in document.text):
        raise DataError(f"{name} holds no text", "Look at it in its own program; it may be an image or empty.")
    return document


def _read(content: bytes, name: str) -> Document:
    if _PDF_MARK.search(content[:1024]):
        text, pages = pdf.to_text(content)
        return Document(text, sections.find(text), pages, kind="pdf")
    if content.startswith(_WORKBOOKS):
        return Document(*workbook.to_text(content), kind="workbook")
    if content.startswith(_COMPRESSED):
        raise DataError("it is a compressed archive", "Unpack it, and name what is in it.")
    return _read_text(sgml.primary(_utf8(content)), name)


def _read_text(body: bytes, name: str) -> Document:
    if len(body) > LARGEST_TEXT:
        raise DataError(f"it has more than {LARGEST_TEXT >> 20} MiB of text", "Split it.")
    if name.lower().endswith(_NAMED_HTML) or _HTML_MARK.search(body[:20_000]):
        text, starts = html.to_text(body)
        return Document(text, sections.find(text), starts if len(starts) > 1 else None, kind="html")
    text, pages = plaintext.to_text(body)
    return Document(text, sections.find(text), pages)


def _utf8(content: bytes) -> bytes:
    """Return text in UTF-16, which has a mark of its byte order in front, in UTF-8; any other content as it is."""
    if not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content
    try:
        return content.decode("utf-16").encode()
    except UnicodeDecodeError as failure:
        raise DataError("its UTF-16 text is cut off or damaged", "Fetch it again, or save it as UTF-8.") from failure
