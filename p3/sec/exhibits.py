"""Exhibits 99 of current reports: an 8-K or 6-K often says no more than that the results are in a press release."""

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import parse_qs, urljoin, urlsplit

import polars as pl
from lxml import etree
from lxml import html as lxml_html

from p3.errors import DataError
from p3.sec import urls
from p3.sec.documents.html import decode

# Only pages that can be read; a graphic or a courtesy PDF of the same exhibit carries the same number.
_FILE = re.compile(r"[A-Z0-9_][A-Z0-9_.-]{0,99}\.(?:html?|txt)", re.IGNORECASE)
_NUMBER = re.compile(r"\W*(?:ex(?:hibit)?)?\W*(?:no\b)?\W*99(?:\.(\d{1,2}))?(?!\d)", re.IGNORECASE)
_LISTED_TYPE = re.compile(r"EX-99(?:\.(\d{1,2}))?(?!\d)", re.IGNORECASE)
_PRESS_RELEASES = ("EX-99", "EX-99.0", "EX-99.1")
_HEAD = 60  # characters of a row or cell that tell its number


class Exhibit(NamedTuple):
    """A document of a filing beside the primary one: its type as EDGAR writes it, EX-99.1, and its file name."""

    type: str
    name: str


def index_address(www_url: str, cik: int, accession: str) -> str:
    """Return the address of the page that lists a filing's documents; raises DataError for a malformed accession."""
    return urls.document(www_url, cik, accession, f"{accession}-index.htm")


def linked(primary: bytes, address: str) -> list[Exhibit]:
    """Return the exhibits 99 that a filing's primary document links to, in its order; empty where it links none.

    Read are the table rows with a cell, and the paragraphs, that begin with such a number, as in Item 9.01.
    ``address`` is the document's own, ``https://www.sec.gov/Archives/edgar/data/CIK/ACCESSION/NAME``. Links out of the
    filing's folder are left out: they lead to other filings, from which the row incorporates by reference.
    """
    links: dict[lxml_html.HtmlElement, list[str | None]] = {}
    for link in _parsed(primary).iter("a"):
        for kind in (("tr",), ("p", "li", "div")):
            row = next(link.iterancestors(*kind), None)
            if row is not None:
                links.setdefault(row, []).append(link.get("href"))
    numbers = {row: _number(row) for row in links}
    return _within(
        [(number.group(1), href) for row, number in numbers.items() if number for href in links[row]], address
    )


def listed(index_page: bytes, address: str) -> list[Exhibit]:
    """Return the exhibits 99 in the table of a filing's documents, in its order; ``address`` is the page's own.

    Raises DataError where the page has no such table: columns named Document and Type.
    """
    tables = [(table, _columns(table)) for table in _parsed(index_page).iter("table")]
    known = [(table, columns) for table, columns in tables if {"document", "type"} <= columns.keys()]
    if not known:
        raise DataError(f"{address} lists no documents", "Open it in a browser; EDGAR may have changed its pages.")
    found = []
    for table, columns in known:
        for row in table.iter("tr"):
            cells = row.findall("td")
            if len(cells) <= max(columns["document"], columns["type"]):
                continue
            number = _LISTED_TYPE.match(_opening(cells[columns["type"]]))
            link = next(cells[columns["document"]].iter("a"), None)
            if number and link is not None:
                found.append((number.group(1), link.get("href")))
    return _within(found, address)


def to_fetch(form: str, found: Sequence[Exhibit]) -> list[Exhibit]:
    """Return which exhibits of a filing to read: of an 8-K the first, EX-99.1, of a 6-K every one; else none."""
    original = form.removesuffix("/A")
    if original == "6-K":
        return list(found)
    return [exhibit for exhibit in found if exhibit.type in _PRESS_RELEASES] if original == "8-K" else []


def as_rows(filing: pl.DataFrame, found: Sequence[Exhibit]) -> pl.DataFrame:
    """Return one row an exhibit in the shape of ``filing``, the one row of their filing's primary document."""
    names = pl.DataFrame(found, schema={"type": pl.String, "document": pl.String}, orient="row")
    folder = pl.lit(filing["url"].item().rpartition("/")[0] + "/")
    beside = filing.drop("type", "document").join(names, how="cross")
    return beside.with_columns(
        url=folder + pl.col("document"), document_sha=pl.lit(None, pl.String), status=pl.lit("listed")
    ).select(filing.columns)


def _parsed(content: bytes) -> lxml_html.HtmlElement:
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        return lxml_html.document_fromstring(decode(content).encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # nothing in it, so no link either
        return lxml_html.Element("html")


def _number(row: lxml_html.HtmlElement) -> re.Match[str] | None:
    cells = row.iterchildren("td", "th") if row.tag == "tr" else iter((row,))
    return next(filter(None, (_NUMBER.match(_opening(cell)) for cell in cells)), None)


def _opening(element: lxml_html.HtmlElement) -> str:
    text = ""
    for part in element.itertext():
        text = (text + part).lstrip()
        if len(text) > _HEAD:
            break
    return text[:_HEAD].strip()


def _columns(table: lxml_html.HtmlElement) -> dict[str, int]:
    header = next(table.iter("tr"), None)
    return (
        {}
        if header is None
        else {_opening(cell).lower(): at for at, cell in enumerate(header.iterchildren("th", "td"))}
    )


def _within(found: Sequence[tuple[str | None, str | None]], address: str) -> list[Exhibit]:
    """Return the exhibits whose link stays in the folder of ``address``, each file once."""
    exhibits: dict[str, Exhibit] = {}
    own = urlsplit(address).path.rpartition("/")[2]
    for number, href in found:
        name = _name(href or "", address)
        if name is not None and name != own:
            kind = "EX-99" if number is None else f"EX-99.{int(number)}"
            exhibits.setdefault(name, Exhibit(kind, name))
    return list(exhibits.values())


def _name(href: str, address: str) -> str | None:
    try:
        target, ours = urlsplit(urljoin(address, href.strip())), urlsplit(address)
    except ValueError:  # such as a bracket that opens an IPv6 address and never closes
        return None
    if target.scheme not in ("http", "https") or target.netloc not in (ours.netloc, "www.sec.gov"):
        return None
    path = target.path
    if path == "/ix":  # the viewer of inline XBRL
        path = "".join(parse_qs(target.query).get("doc", []))
    elif target.query:
        return None
    folder, _, name = path.rpartition("/")
    same = folder.rpartition("/")[2] == ours.path.split("/")[-2] and folder.startswith("/Archives/edgar/data/")
    return name if same and _FILE.fullmatch(name) else None
