"""Exhibits 99 of current reports, from invented documents and from those of the mirror."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from shared_data import shared

from p3.errors import DataError
from p3.sec import exhibits
from p3.sec.exhibits import Exhibit

FOLDER = "https://www.sec.gov/Archives/edgar/data/1234567/000123456724000009"
ADDRESS = f"{FOLDER}/tiny-8k.htm"
INDEX = f"{FOLDER}/0001234567-24-000009-index.htm"
RELEASE = Exhibit("EX-99.1", "ex991.htm")


def linked(rows: str) -> list[Exhibit]:
    return exhibits.linked(f"<html><body><p>Item 9.01</p><table>{rows}</table></body></html>".encode(), ADDRESS)


def row(number: str, href: str = "ex991.htm") -> str:
    return f'<tr><td>{number}</td><td></td><td><a href="{href}">Press release</a></td></tr>'


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("99.1", "EX-99.1"),
        (" 99.1* ", "EX-99.1"),
        ("Exhibit 99.1", "EX-99.1"),
        ("EX-99.1", "EX-99.1"),
        ("Exhibit No. 99.1", "EX-99.1"),
        ("<p>(99.1)</p>", "EX-99.1"),
        ("99<b>.1</b>", "EX-99.1"),
        ("99.01", "EX-99.1"),
        ("99.2", "EX-99.2"),
        ("99.12", "EX-99.12"),
        ("99", "EX-99"),
        ("99(a)", "EX-99"),
        ("(d)</td><td>99.1", "EX-99.1"),
        ('<a href="ex991.htm">99.1</a>', "EX-99.1"),
    ],
)
def test_the_number_of_a_row(number: str, kind: str) -> None:
    assert linked(row(number)) == [Exhibit(kind, "ex991.htm")]


@pytest.mark.parametrize("number", ["10.1", "104", "9.91", "990", "199.1", "999.1", "", "2.99", "Item 9.01"])
def test_other_rows_are_no_exhibits_99(number: str) -> None:
    assert linked(row(number)) == []


def test_paragraphs_and_lists_serve_where_there_is_no_table() -> None:
    for tag in ("p", "li", "div"):
        document = f'<body><{tag}>99.1 <a href="ex991.htm">Press release</a> of today</{tag}></body>'
        assert exhibits.linked(document.encode(), ADDRESS) == [RELEASE]


def test_several_links_to_a_file_are_one_exhibit_in_the_document_s_order() -> None:
    rows = row("99.1").replace("</tr>", '<td><a href="./ex991.htm#page2">more</a></td></tr>') + row("99.2", "cfo.htm")
    assert linked(rows + row("99.2", "cfo.htm")) == [RELEASE, Exhibit("EX-99.2", "cfo.htm")]


@pytest.mark.parametrize(
    "href",
    [
        "ex991.htm",
        "./ex991.htm",
        " ex991.htm ",
        f"{FOLDER}/ex991.htm",
        "http://www.sec.gov/Archives/edgar/data/1234567/000123456724000009/ex991.htm",
        "/Archives/edgar/data/7654321/000123456724000009/ex991.htm",  # under the CIK of a co-registrant
        "/ix?doc=/Archives/edgar/data/1234567/000123456724000009/ex991.htm",
    ],
)
def test_links_into_the_filing_s_folder(href: str) -> None:
    assert linked(row("99.1", href)) == [RELEASE]


@pytest.mark.parametrize(
    "href",
    [
        "",
        "#exhibit",
        "tiny-8k.htm",  # the document itself
        "tiny-8k.htm#exhibit",
        "../000123456724000008/ex991.htm",
        "../ex991.htm",
        "%2e%2e/ex991.htm",
        "..%2fex991.htm",
        "a%2f..%2fb.htm",
        "..\\ex991.htm",
        "/etc/passwd",
        "/000123456724000009/ex991.htm",
        "/Archives/edgar/data/1234567/000123456724000008/ex991.htm",
        "/ix?doc=/Archives/edgar/data/1234567/000123456724000008/ex991.htm",
        "/ix?doc=../../ex991.htm",
        "/cgi-bin/viewer?doc=ex991.htm",
        "ex991.htm?x=1",
        "http://elsewhere.example/Archives/edgar/data/1234567/000123456724000009/ex991.htm",
        "//elsewhere.example/Archives/edgar/data/1234567/000123456724000009/ex991.htm",
        "https://www.sec.gov@elsewhere.example/Archives/edgar/data/1234567/000123456724000009/ex991.htm",
        "https://www.sec.gov:8080/Archives/edgar/data/1234567/000123456724000009/ex991.htm",
        "file:///Archives/edgar/data/1234567/000123456724000009/ex991.htm",
        "javascript:alert(1)",
        "data:text/html,ex991.htm",
        "mailto:ex991.htm",
        "http://[::1/ex991.htm",
        "ex991.pdf",
        "chart.jpg",
        "ex991",
        "ex991.htm\x00.exe",
        "ex 991.htm",
        f"{'x' * 5000}.htm",
        ".htm",
    ],
)
def test_links_elsewhere_are_left_out(href: str) -> None:
    assert linked(row("99.1", href)) == []


@pytest.mark.parametrize("content", [b"", b" ", b"<html>", b"<!-- only -->", b"\xff\xfe\x00", b"99.1 in plain text"])
def test_a_document_without_links(content: bytes) -> None:
    assert exhibits.linked(content, ADDRESS) == []


def listed(*rows: tuple[str, str, str]) -> list[Exhibit]:
    """Return what an index page lists, with rows of (description, link, type) in the shape of EDGAR's."""
    head = "<tr><th>Seq</th><th>Description</th><th>Document</th><th>Type</th><th>Size</th></tr>"
    body = "".join(
        f'<tr class="evenRow"><td scope="row">{at}</td><td>{text}</td><td><a href="{href}">{href}</a></td>'
        f"<td>{kind}</td><td>1000</td></tr>"
        for at, (text, href, kind) in enumerate(rows, 1)
    )
    page = f'<div id="formDiv"><table class="tableFile" summary="Document Format Files">{head}{body}</table></div>'
    return exhibits.listed(page.encode(), INDEX)


BASE = "/Archives/edgar/data/1234567/000123456724000009"


def test_the_exhibits_of_an_index_page() -> None:
    assert listed(
        ("8-K", f"/ix?doc={BASE}/tiny-8k.htm", "8-K"),
        ("PRESS RELEASE", f"{BASE}/ex991.htm", "EX-99.1"),
        ("COMMENTARY", f"{BASE}/ex9902.txt", "EX-99.02"),
        ("CHART", f"{BASE}/g1.jpg", "GRAPHIC"),
        ("SCHEMA", f"{BASE}/tiny.xsd", "EX-101.SCH"),
        ("Complete submission text file", f"{BASE}/0001234567-24-000009.txt", "&nbsp;"),
    ) == [RELEASE, Exhibit("EX-99.2", "ex9902.txt")]


def test_an_index_page_cannot_lead_elsewhere() -> None:
    assert listed(("x", "https://elsewhere.example/ex991.htm", "EX-99.1"), ("x", f"{BASE}/../x.htm", "EX-99.1")) == []
    assert listed(("of the 1990s, without a file", f"{BASE}/", "EX-99")) == []


def test_an_index_page_of_a_mirror() -> None:
    page = f"<table><tr><td>Document</td><td>Type</td></tr><tr><td><a href='{BASE}/a.htm'>a</a></td><td>EX-99</td></tr>"
    address = INDEX.replace("https://www.sec.gov", "http://127.0.0.1:8080")
    assert exhibits.listed(page.encode(), address) == [Exhibit("EX-99", "a.htm")]


@pytest.mark.parametrize("page", [b"", b"<p>Service unavailable</p>", b"<table><tr><th>Seq</th></tr></table>"])
def test_a_page_without_the_table_is_no_empty_list(page: bytes) -> None:
    with pytest.raises(DataError, match=r"0001234567-24-000009-index\.htm lists no documents"):
        exhibits.listed(page, INDEX)


def test_the_address_of_an_index_page() -> None:
    assert exhibits.index_address("https://www.sec.gov", 1234567, "0001234567-24-000009") == INDEX
    with pytest.raises(DataError):
        exhibits.index_address("https://www.sec.gov", 1234567, "../x")


def test_which_exhibits_are_read() -> None:
    found = [RELEASE, Exhibit("EX-99.2", "cfo.htm")]
    assert exhibits.to_fetch("8-K", found) == [RELEASE]
    assert exhibits.to_fetch("8-K/A", [Exhibit("EX-99", "a.htm"), *found[1:]]) == [Exhibit("EX-99", "a.htm")]
    assert exhibits.to_fetch("6-K", found) == found
    assert exhibits.to_fetch("10-K", found) == []


def test_an_exhibit_s_row_is_its_filing_s_but_for_the_document() -> None:
    filing = pl.DataFrame(
        {
            "accession": ["0001234567-24-000009"],
            "form": ["8-K"],
            "filed": [date(2024, 2, 8)],
            "accepted": [datetime(2024, 2, 8, 21, 5, tzinfo=UTC)],
            "document": ["tiny-8k.htm"],
            "type": ["8-K"],
            "url": [ADDRESS],
            "document_sha": ["ab"],
            "status": ["stored"],
        }
    )
    found = exhibits.as_rows(filing, [RELEASE, Exhibit("EX-99.2", "cfo.htm")])
    assert found.schema == filing.schema
    changed = {"document": "ex991.htm", "type": "EX-99.1", "url": f"{FOLDER}/ex991.htm", "document_sha": None}
    assert found.row(0, named=True) == filing.row(0, named=True) | changed | {"status": "listed"}
    assert found["document"].to_list() == ["ex991.htm", "cfo.htm"]
    assert exhibits.as_rows(filing, []).is_empty()


@pytest.mark.parametrize(
    ("path", "release"),
    [
        ("1018724/000101872425000002/amzn-20250206.htm", "amzn-20241231xex991.htm"),
        ("1318605/000162828025000007/tsla-20250102.htm", "exhibit991.htm"),
        ("1326801/000132680124000077/meta-20241030.htm", "meta-09302024xexhibit991.htm"),
        ("1326801/000132680125000014/meta-20250129.htm", "meta-12312024xexhibit991.htm"),
        ("1652044/000165204425000010/goog-20250204.htm", "googexhibit991q42024.htm"),
        ("320193/000032019324000120/aapl-20241031.htm", "a8-kex991q4202409282024.htm"),
        ("789019/000095017024087835/msft-20240730.htm", "msft-ex99_1.htm"),
        ("789019/000095017025010484/msft-20250129.htm", "msft-ex99_1.htm"),
    ],
)
def test_every_8k_of_the_mirror_links_its_press_release(path: str, release: str) -> None:
    document = shared("edgar-mirror", "www.sec.gov", "Archives", "edgar", "data", path)
    found = exhibits.linked(document.read_bytes(), f"https://www.sec.gov/Archives/edgar/data/{path}")
    assert [exhibit.name for exhibit in exhibits.to_fetch("8-K", found)] == [release]
    beside = {other.name for other in document.parent.iterdir()} - {document.name}
    assert beside <= {release}
