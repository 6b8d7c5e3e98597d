"""What holds for every input of the EDGAR package."""

import string
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from p3 import clock
from p3.errors import DataError
from p3.sec.documents import html, offsets, plaintext, reading
from p3.sec.lists import acceptance, companyfacts, submissions

MARKUP = st.lists(
    st.sampled_from(
        [
            *(
                "<p>",
                "</p>",
                "<table>",
                "</table>",
                "<tr>",
                "<td>",
                "</td>",
                "</tr>",
                "<br>",
                "<pre>",
                "</pre>",
                "<div>",
            ),
            *(
                "</div>",
                "</html>",
                "Item 1. Business",
                "Item 7",
                "PART II",
                "12",
                "$",
                ")",
                "•",
                " ",
                "\n",
                "&nbsp;",
                "<!--",
            ),
            *("Form 10-Q", '<hr style="page-break-after:always">', '<p style="display:none">', "&#146;", "\x00", "é"),
        ]
    ),
    max_size=60,
).map("".join)


@given(MARKUP)
@settings(max_examples=200, deadline=None)
def test_sections_and_pages_lie_in_order_inside_the_text(markup: str) -> None:
    try:
        document = reading.to_text(markup.encode(), "a.htm")
    except DataError:
        return
    position = 0
    for section in document.sections:
        assert position <= section.start < section.end <= len(document.text)
        assert document.text[section.start : section.end].strip()
        position = section.end
    pages = document.pages or [0]
    assert pages[0] == 0
    assert all(first < second for first, second in pairwise(pages))
    assert pages[-1] < len(document.text)


@given(st.binary(max_size=300), st.sampled_from(["a.htm", "a.txt"]))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_document_or_a_data_error(content: bytes, name: str) -> None:
    with suppress(DataError):
        assert reading.to_text(content, name).text.strip()


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("<p>", "</p>", "<table>", "</table>", "<tr>", "</tr>", "<td colspan=3>", "<td>", "</td>", "<br>"),
                *(
                    '<b title="1 > 2">',
                    "</b>",
                    "<!-- Word -->",
                    "<script>a<b</script>",
                    '<i style="display:none">',
                    "</i>",
                ),
                *(
                    "$",
                    ")",
                    "|",
                    "•",
                    "%",
                    " ",
                    "\r\n",
                    "&nbsp;",
                    "&amp;",
                    "&#146;",
                    "&copy",
                    "&#173;",
                    "AT&T",
                    "< 5",
                    "é",
                ),
                *("</body>", "<PAGE> 7\n", "\x00", "\u200b", "“", "<?xml?>", "<!DOCTYPE html>", "&", "]]>", "<title>"),
            ]
        ),
        st.just("Word"),
    ),
    max_size=40,
)


@given(PIECES, st.sampled_from(["utf-8", "cp1252"]), st.sampled_from(["html", "plain"]))
@settings(max_examples=400, deadline=None)
def test_each_word_comes_from_its_own_bytes(pieces: list[str], encoding: str, kind: offsets.Kind) -> None:
    """Each word of the text maps to the bytes of that word alone, however the source is written."""
    numbered = [f"Word{place:03d}" if piece == "Word" else piece for place, piece in enumerate(pieces)]
    content = "".join(numbered).encode(encoding, "ignore")
    try:
        text = (html if kind == "html" else plaintext).to_text(content)[0]
    except DataError:
        return
    origins = offsets.trace(content, kind, text)
    for word in (piece for piece in numbered if piece.startswith("Word") and piece in text):
        start = text.index(word)
        first, end = origins.span(start, start + len(word))
        assert content[first:end] == word.encode()


@given(MARKUP)
@settings(max_examples=200, deadline=None)
def test_layout_neither_drops_nor_moves_a_character(markup: str) -> None:
    try:
        text = html.to_text(markup.encode())[0]
    except DataError:
        return
    seen = html.visible(markup.replace("\x00", "")).translate(html.CHARACTERS)
    assert "".join(text.replace("|", "").split()) == "".join(seen.replace("|", "").split())


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_filing_list_or_a_data_error(content: bytes) -> None:
    filings = pl.DataFrame(schema={"accession": pl.String, "accepted": pl.Datetime("us", "UTC")})
    for parse in (
        lambda: submissions.parse(content, [], "edgar"),
        lambda: companyfacts.parse(content, filings, 1, "edgar"),
    ):
        with suppress(DataError):
            parse()


DAYS = st.dates(date(2003, 1, 1), date(2026, 12, 31)).filter(lambda day: day.weekday() < 5)


@given(st.lists(st.tuples(DAYS, st.integers(0, 16 * 3600 - 1)), min_size=1, max_size=20), st.booleans())
@settings(max_examples=100, deadline=None)
def test_no_reading_makes_a_filing_known_before_it_was(moments: list[tuple[date, int]], in_utc: bool) -> None:
    """Whatever clock a list prints, and whatever its rows prove, no row is read as earlier than it was."""
    rows = []
    for day, seconds in moments:
        local = datetime(day.year, day.month, day.day, 6, tzinfo=clock.NEW_YORK) + timedelta(seconds=seconds)
        late = (local.hour, local.minute) >= (17, 31)
        filed = day + timedelta(days=(3 if day.weekday() == 4 else 1) if late else 0)
        rows.append(
            {"form": "8-K", "filed": filed, "local": local, "printed": local.astimezone(UTC) if in_utc else local}
        )
    frame = pl.DataFrame(
        {
            "form": [row["form"] for row in rows],
            "filed": [row["filed"] for row in rows],
            "printed": [row["printed"].replace(tzinfo=None) for row in rows],
        },
        schema={"form": pl.String, "filed": pl.Date, "printed": pl.Datetime("us")},
    )
    for read, row in zip(acceptance.accepted(frame)["accepted"], rows, strict=True):
        assert read >= row["local"].astimezone(UTC)


@given(st.text(string.printable, max_size=40))
def test_no_text_of_a_filing_list_reaches_a_path(name: str) -> None:
    from p3.sec import urls

    try:
        url = urls.document(urls.WWW_URL, 1, "0000000001-24-000001", name)
    except DataError:
        return
    tail = url.removeprefix("https://www.sec.gov/Archives/edgar/data/1/000000000124000001/")
    assert ".." not in tail.split("/")
    assert not tail.startswith((".", "/"))
    assert not set(tail) & set(" ?#\\\n\r")
