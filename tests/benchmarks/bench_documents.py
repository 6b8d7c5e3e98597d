"""Documents to text: a PDF of 150 full pages, against the characters of its pages as PDFium gives them."""

from collections.abc import Iterator

from benchmarks.measure import Line, call
from document_files import pdf

from p3.sec.documents import reading

_PAGES = 150
_LINES = 45  # what fills a page
_LINE = "Selling, general and administrative expenses of segment {} rose to 12,345 from 9,876 in the year before"


def lines() -> Iterator[Line]:
    """Yield the time for a PDF, most of it for asking where each of its half a million characters stands."""
    content = pdf([[_LINE.format(number) for number in range(_LINES)]] * _PAGES)
    cost = call(lambda: reading.to_text(content, "a.pdf"), times=3)
    plain = call(lambda: _characters(content), times=3)
    yield Line(f"a PDF of {_PAGES} pages to text", cost.wall, "its characters by PDFium", plain.wall, 15)


def _characters(content: bytes) -> list[str]:
    import pypdfium2

    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(content)]
