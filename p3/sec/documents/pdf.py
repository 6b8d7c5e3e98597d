"""PDF to text: page by page in the order of the file, a line a line, the figures of a table row on one line.

PDFium gives the characters in the order in which the page draws them. Most programs draw tables row by row; where one
draws them column by column, a line of figures alone is put back at the end of the line that it stands beside.
"""

import math
import re
from dataclasses import dataclass, field
from typing import Any

from p3.errors import DataError
from p3.sec.documents import confined
from p3.sec.documents.pages import joined

PAGES = 10_000
CHARACTERS = 50_000_000  # of the whole document; an annual report has half a million

_TAIL = 1024  # bytes at the end in which readers look for the mark of the end
_LINE_FEED, _SPACE = 0x0A, 0x20
_CONTROLS = dict.fromkeys([*range(0x09), *range(0x0A, 0x20), 0xAD, 0xFEFF, 0xFFFF])
# PDFium joins a line that ends in a hyphen with the next and puts a mark in its place. The hyphen stays: filings hold
# compounds such as long-term, and hardly a word broken by its typesetter.
_MARKS = {0x02: "-", 0xFFFE: "-"}
_BLANKS = re.compile(r"[ \t\u00a0]+")
_FIGURE = re.compile(r"(?=[^\d–—-]*[\d–—-])[\s\d$€£¥%()*.,:/–—-]+")
_PASSWORD = 4  # FPDF_ERR_PASSWORD


@dataclass(eq=False)
class _Line:
    """A line of a page; in points, where it begins and ends, its baseline, its height and the last baseline on it."""

    left: float
    baseline: float
    height: float
    is_upright: bool
    codes: list[int] = field(default_factory=list)
    right: float = 0
    last: float = 0
    text: str = ""
    has_joined: bool = False  # figures drawn elsewhere have been put at its end

    def is_left_for(self, baseline: float) -> bool:
        """Whether a character there is on another line, unless a hyphen joins the two."""
        return self.is_upright and self.codes[-1] not in _MARKS and abs(baseline - self.last) > self.height

    @property
    def is_figures(self) -> bool:
        """Whether it holds nothing but figures."""
        return _FIGURE.fullmatch(self.text) is not None


def to_text(content: bytes) -> tuple[str, list[int]]:
    """Return the text of a PDF and the offset at which each page begins, the empty pages too.

    Raises DataError where the file is encrypted, damaged, cut off, has no text (a scan) or breaks a bound.
    """
    pages = confined.call(__name__, "read", content)
    if not any(pages):
        raise DataError("no page holds text; it may be a scan", "Run text recognition (OCR) over it first.")
    return joined(pages)


def read(content: bytes) -> list[str]:
    """Return the text of each page; to be called in a process with bounds alone."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
        _check(content, document)
        pages = [_page(document, number) for number in range(len(document))]
    except pypdfium2.PdfiumError as failure:
        raise _refusal(failure) from failure
    if sum(map(len, pages)) > CHARACTERS:
        raise DataError(f"it holds more than {CHARACTERS:,} characters", "Split it.")
    return pages


def _check(content: bytes, document: Any) -> None:
    """Refuse what PDFium would repair in silence, leaving out what is lost."""
    import pypdfium2.raw

    whole = b"%%EOF" in content[-_TAIL:] and pypdfium2.raw.FPDF_DocumentHasValidCrossReferenceTable(document)
    linearized = re.search(rb"/Linearized\b.{0,200}?/L\s+(\d{1,12})\b", content[:_TAIL], re.DOTALL)
    if not whole or (linearized and int(linearized.group(1)) > len(content)):
        raise _damaged()
    if not 0 < len(document) <= PAGES:
        raise DataError(f"it has {len(document):,} pages, not 1 to {PAGES:,}", "Split it.")


def _damaged() -> DataError:
    return DataError("the PDF is cut off or damaged", "Fetch it again, or open it in a PDF reader and save it anew.")


def _refusal(failure: Any) -> DataError:
    if getattr(failure, "err_code", None) == _PASSWORD:
        return DataError("the PDF is encrypted", "Save it without a password.")
    return _damaged()


def _page(document: Any, index: int) -> str:
    page = document[index]
    characters = page.get_textpage()
    try:
        lines = _rows(_lines(characters))
    finally:
        characters.close()
        page.close()
    return "\n".join(line.text for line in lines).strip("\n")


def _lines(characters: Any) -> list[_Line]:
    """Return the lines of a page as PDFium breaks them, and broken where it goes on at another height."""
    import pypdfium2.raw as pdfium

    lines: list[_Line] = []
    line: _Line | None = None
    box = pdfium.FS_RECTF()
    for index in range(characters.count_chars()):
        code = pdfium.FPDFText_GetUnicode(characters, index)
        if code == _LINE_FEED:
            line = None
        elif code > _SPACE and code not in _MARKS:
            pdfium.FPDFText_GetLooseCharBox(characters, index, box)
            if line is None or line.is_left_for(box.bottom):
                line = _Line(box.left, box.bottom, box.top - box.bottom, _is_upright(characters, index))
                lines.append(line)
            line.codes.append(code)
            line.right, line.last = box.right, box.bottom
        elif line is not None:
            line.codes.append(code)
    for line in lines:
        line.text = _text(line.codes)
    return lines


def _is_upright(characters: Any, index: int) -> bool:
    import pypdfium2.raw

    return math.cos(pypdfium2.raw.FPDFText_GetCharAngle(characters, index)) > 0.99


def _text(codes: list[int]) -> str:
    raw = "".join(map(chr, codes)).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return _BLANKS.sub(" ", raw.translate(_MARKS).translate(_CONTROLS)).strip()


def _rows(lines: list[_Line]) -> list[_Line]:
    """Put each line of figures alone at the end of the nearest line to its left on the same baseline."""
    rows: list[_Line] = []
    for line in lines:
        beside = [row for row in rows if _beside(row, line)] if line.is_figures else []
        if not beside:
            rows.append(line)
            continue
        row = max(beside, key=lambda row: row.right)
        row.text, row.right, row.has_joined = f"{row.text} {line.text}", line.right, True
    return _with_heads(rows)


def _with_heads(rows: list[_Line]) -> list[_Line]:
    """Put figures at the head of columns, such as years, before the rows below them that were drawn first."""
    ordered = list(rows)
    for head in (row for row in rows if row.is_figures):
        drawn = ordered[: ordered.index(head)]
        below = [row for row in drawn if row.has_joined and not row.is_figures and row.baseline < head.baseline]
        if below:
            ordered.remove(head)
            ordered.insert(ordered.index(below[0]), head)
    return ordered


def _beside(row: _Line, line: _Line) -> bool:
    """Whether ``line`` stands right of ``row`` on its baseline."""
    is_level = abs(row.baseline - line.baseline) < min(row.height, line.height) / 3
    return is_level and row.right <= line.left and row.is_upright and line.is_upright
