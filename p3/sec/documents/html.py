"""HTML and inline XBRL to plain text: a block a paragraph, a line a table row, nothing that a browser hides."""

import re
from dataclasses import dataclass, field

from lxml import etree
from lxml import html as lxml_html

from p3.errors import DataError
from p3.sec.documents.grid import Table

_BLOCKS = frozenset(
    (
        *("address", "article", "blockquote", "body", "caption", "center", "dd", "div", "dl", "dt", "fieldset"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol"),
        *("p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    )
)
_UNSEEN = frozenset(("head", "title", "script", "style", "noscript", "template", "ix:header"))
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_BREAK_BEFORE = re.compile(r"break-before\s*:\s*(?:always|page)", re.IGNORECASE)
_BREAK_AFTER = re.compile(r"break-after\s*:\s*(?:always|page)", re.IGNORECASE)
# Characters that are written as another one, or as none.
# Numeric references such as &#146; mean Windows-1252 characters in old filings; read literally they are C1 controls.
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
CHARACTERS = _WINDOWS | dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF), "")
_SPACES = re.compile(r"\s+")
_BULLETS = frozenset("•·●▪◦‣")
# Browsers show what follows these end tags, the parser does not; without them it does.
_EARLY_END = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_LINE_BREAK = "\v"  # a <br>, apart from the line breaks of the source, which mean nothing


@dataclass
class _Writer:
    """Text being written: finished blocks and their length, the open block, the tables around it, page starts."""

    blocks: list[str] = field(default_factory=list)
    length: int = 0
    open: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    preformatted: int = 0
    pages: list[int] = field(default_factory=lambda: [0])
    page_is_due: bool = False

    def start(self, element: etree._Element, style: str) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self.end_block()
        if "break" in style and _BREAK_BEFORE.search(style):
            self.page_is_due = True
        if tag == "table":
            self.tables.append(Table())
        elif tag == "tr" and self.tables:
            self.tables[-1].start_row()
        elif tag in ("td", "th") and self.tables:
            self.tables[-1].start_cell(element.get("colspan"), element.get("rowspan"))
        if tag == "pre":
            self.preformatted += 1

    def end(self, tag: str, style: str) -> None:
        if tag == "br":
            self.open.append("\n" if self.preformatted else _LINE_BREAK)
        if tag in _BLOCKS:
            self.end_block()
        if tag == "pre":
            self.preformatted -= 1
        if tag == "table":
            self._end_table()
        elif tag == "tr" and self.tables:
            self.tables[-1].end_row()
        if "break" in style and _BREAK_AFTER.search(style):
            self.page_is_due = True

    def end_block(self) -> None:
        if not self.open:
            return
        text = "".join(self.open).translate(CHARACTERS)
        self.open = []
        text = text.strip("\n").rstrip() if self.preformatted else _squeezed(text)
        if text in _BULLETS:
            self.open = [f"{text} "]  # set in a box of its own, it belongs to the words that follow
        elif text:
            self._put([text])

    def close(self) -> str:
        """Return the whole text; a bullet without words after it is the last of it."""
        self.end_block()
        if self.open:
            self._put(["".join(self.open).strip()])
        return "\n\n".join(self.blocks)

    def _end_table(self) -> None:
        table = self.tables.pop()
        table.end_row()
        lines = table.take()
        if lines:
            self._put(lines)

    def _put(self, lines: list[str]) -> None:
        """Write a block to the innermost open cell, else to the page; tables that have no open cell stop before it."""
        inner = next((at for at in reversed(range(len(self.tables))) if self.tables[at].is_in_cell), -1)
        for block in (*(table.take() for table in self.tables[inner + 1 :]), lines):
            if inner >= 0:
                self.tables[inner].write(block)
            elif block:
                self._put_on_page("\n".join(block))

    def _put_on_page(self, block: str) -> None:
        start = self.length + 2 if self.blocks else 0
        if self.page_is_due and self.blocks:
            self.pages.append(start)
        self.page_is_due = False
        self.blocks.append(block)
        self.length = start + len(block)


@dataclass
class _Reader:
    """What a reader sees of the characters, without any layout."""

    open: list[str] = field(default_factory=list)

    def start(self, element: etree._Element, style: str) -> None:
        """An element lays out text, and holds none of its own."""

    def end(self, tag: str, style: str) -> None:
        """Neither does its end."""


def to_text(content: bytes) -> tuple[str, list[int]]:
    """Return the text that a reader sees, and the offset at which each page begins.

    Blocks are apart by an empty line, rows of a table by a line break. Pages are those of the document's own breaks.
    Raises DataError where there is nothing to parse, and where it could be parsed in part only.
    """
    writer = _Writer()
    _walk(_parsed(decode(content)), writer)
    return writer.close(), writer.pages


def visible(markup: str) -> str:
    """Return the characters of ``markup`` that a reader sees, in their order and otherwise as they stand there.

    Raises DataError as ``to_text`` does.
    """
    reader = _Reader()
    _walk(_parsed(markup), reader)
    return "".join(reader.open)


def _parsed(markup: str) -> etree._Element:
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        source = _EARLY_END.sub("", markup).encode("utf-8", "replace")
        root = lxml_html.document_fromstring(source, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as failure:
        raise DataError("a document holds no readable HTML", "Fetch it again.") from failure
    if len(parser.error_log.filter_from_fatals()):  # the parser stopped there, and would leave out the rest in silence
        raise DataError("a document is nested too deep to be read whole", "Open it on EDGAR.")
    return root


def decode(content: bytes) -> str:
    """Return ``content`` as text: UTF-8 where it is valid, else Windows-1252, whatever the document declares."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    return text.replace("\x00", "")


def _walk(root: etree._Element, writer: _Writer | _Reader) -> None:
    walker = etree.iterwalk(root, events=("start", "end"))
    hidden: etree._Element | None = None
    for event, element in walker:
        style = element.get("style") or ""
        if event == "start":
            if element.tag in _UNSEEN or ("none" in style and _HIDDEN.search(style)):
                hidden = element
                walker.skip_subtree()
                continue
            writer.start(element, style)
            if element.text:
                writer.open.append(element.text)
            continue
        if element is hidden:
            hidden = None
        else:
            writer.end(element.tag, style)
        if element.tail and element is not root:
            writer.open.append(element.tail)


def _squeezed(text: str) -> str:
    lines = (_SPACES.sub(" ", line).strip() for line in text.split(_LINE_BREAK))
    return "\n".join(line for line in lines if line)
