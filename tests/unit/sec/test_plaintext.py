"""Plain text: pages under their own numbers, encodings, and what is no text."""

from itertools import pairwise

import pytest

from p3.errors import DataError
from p3.sec.documents import reading
from p3.sec.documents.reading import Document


def read(content: bytes | str, name: str = "a.txt") -> Document:
    return reading.to_text(content.encode() if isinstance(content, str) else content, name)


def pages(document: Document) -> list[str]:
    assert document.pages is not None
    edges = [*document.pages, len(document.text)]
    return [document.text[start:end].strip() for start, end in pairwise(edges)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("one\ftwo\fthree", ["one", "two", "three"]),
        ("one\f\fthree", ["one", "", "three"]),
        ("\f\fthree\f \n\ffive", ["", "", "three", "", "five"]),
        ("one\ftwo\f", ["one", "two"]),
        ("one\f", ["one"]),
        ("one\f\f\n", ["one", ""]),
        ("one\r\n\ftwo\r\n", ["one", "two"]),
        ("<PAGE>\none\n<PAGE>\ntwo", ["one", "two"]),
        ("one\n<PAGE>   2\n\n<page>\nthree", ["one", "", "three"]),
        ("one\n\f\n<PAGE>\ntwo\n\f<PAGE> 3\nthree", ["one", "two", "three"]),
    ],
)
def test_page_n_begins_after_break_n_less_one(body: str, expected: list[str]) -> None:
    assert pages(read(body)) == expected


def test_text_without_breaks_has_no_pages() -> None:
    assert read("one\n\n\n\ntwo").pages is None


def test_columns_stay_and_tags_of_columns_go() -> None:
    body = "<TABLE>\n<S>        <C>\nSales      10\nCosts       7  \n</TABLE>"
    assert read(body).text == "Sales      10\nCosts       7"


def test_rows_of_separated_values_are_lines() -> None:
    assert read("Item,2022,2021\r\nSales,1234,1100\r\n", "a.csv").text == "Item,2022,2021\nSales,1234,1100"


@pytest.mark.parametrize(
    "content",
    [
        "Café – net sales of €5".encode(),
        "Café – net sales of €5".encode("utf-8-sig"),
        "Café – net sales of €5".encode("utf-16"),
        b"\xfe\xff" + "Café – net sales of €5".encode("utf-16-be"),
        "Café – net sales of €5".encode("cp1252"),
    ],
)
def test_encodings(content: bytes) -> None:
    assert read(content).text == "Café – net sales of €5"


def test_html_in_utf_16() -> None:
    assert read("<html><body><p>Café</p></body></html>".encode("utf-16"), "a.htm").text == "Café"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "no text"),
        ("売上高は前年比で増加しました。".encode("shift-jis"), "encoding"),
        ("Net sales".encode("utf-16-le"), "no text"),
        ("Net sales".encode("utf-16")[:-1], "UTF-16"),
        (b"", "no text"),
        (b" \f\n", "no text"),
        (b"\x1f\x8b\x08" + bytes(20), "compressed"),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(DataError, match=reason) as caught:
        read(content)
    assert caught.value.remedy


def test_a_stray_control_character_is_left_out() -> None:
    assert read("Net sales rose\x02.\x1b[31m " + "and fell " * 30 + "\x1a").text.startswith("Net sales rose.[31m and")


def test_long_runs_of_blanks_take_no_time_to_speak_of() -> None:
    assert read(" " * 2_000_000 + "\fend").text == "end"
