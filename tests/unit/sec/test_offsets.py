"""From the characters of the text back to the bytes of the stored document."""

import html as entities
import random
import re
from pathlib import Path

import pytest
from shared_data import ROOT, shared

from p3.errors import DataError
from p3.sec.documents import html, offsets, plaintext, sgml
from p3.sec.documents.offsets import Kind

REAL = [
    *sorted(ROOT.glob("edgar-mirror/www.sec.gov/Archives/**/*.htm")),
    *sorted(ROOT.glob("edgar-edge-cases/documents/*")),
]
SPANS = 300
_UNSEEN = re.compile(r"<ix:header>.*?</ix:header>|<head>.*?</head>|<!--.*?-->", re.DOTALL | re.IGNORECASE)


def source_of(content: bytes, kind: Kind, word: str) -> bytes:
    text = (html if kind == "html" else plaintext).to_text(sgml.primary(content))[0]
    start = text.index(word)
    first, end = offsets.trace(content, kind, text).span(start, start + len(word))
    return content[first:end]


@pytest.mark.parametrize(
    ("content", "word", "source"),
    [
        (b"<p>One <b>two</b> three</p>", "two", b"two"),
        (b"<p>One <b>two</b> three</p>", "One two three", b"One <b>two</b> three"),
        (b"<p>AT&amp;T &#8212; R&D</p>", "AT&T — R&D", b"AT&amp;T &#8212; R&D"),
        (b"<p>x &amp; y</p>", "&", b"&amp;"),
        (b"<p>It&#146;s &nbsp; fine</p>", "’s fine", b"&#146;s &nbsp; fine"),
        ("<p>é naïve</p>".encode(), "naïve", "naïve".encode()),
        ("<p>é naïve</p>".encode("cp1252"), "naïve", "naïve".encode("cp1252")),
        (b"\x00<p>\x00a\x00b</p>", "ab", b"a\x00b"),
        (b"<p>soft&#173;hy\xe2\x80\x8bphen</p>", "softhyphen", b"soft&#173;hy\xe2\x80\x8bphen"),
        (b"<p>5 < 6 & 7 > 2</p>", "< 6 & 7 >", b"< 6 & 7 >"),
        (b"<p title='a > b'>word</p><p>word2</p>", "word2", b"word2"),
        (b"<p style='display:none'>twice</p><p>twice</p>", "twice", b"twice"),
        (b"<script>if (a < b) {'<p>twice</p>'}</script><!-- twice --><p>1 twice</p>", "1 twice", b"1 twice"),
        (b"<html><body></body></html><div>late</div>", "late", b"late"),
        (b'<font face="T"">a</font> <a href="x > y">word</a>', "word", b"word"),
        (b"<p>&copyword &notin; &unknown; word2 <![CDATA[ x", "word2", b"word2"),
        (b"<table><tr><td>a|b</td><td>$</td><td>5</td></tr></table>", "b | $5", b"b</td><td>$</td><td>5"),
        (b"<DOCUMENT><TYPE>10-K\n<TEXT>\n<p>The report</p>\n</TEXT></DOCUMENT>", "report", b"report"),
    ],
)
def test_html(content: bytes, word: str, source: bytes) -> None:
    found = source_of(content, "html", word)
    assert found == source


def test_hidden_text_before_is_not_mistaken_for_the_seen() -> None:
    content = b"<p style='display:none'>twice</p><p>twice</p>"
    assert offsets.trace(content, "html", "twice").span(0, 5) == (36, 41)


@pytest.mark.parametrize(
    ("content", "word", "source"),
    [
        (b"<PAGE>  2\nSales   10\n", "Sales   10", b"Sales   10"),
        (b"One\r\n<PAGE> 9\r\nTwo\r\n\r\n\r\n\r\nThree", "Two\n\nThree", b"Two\r\n\r\n\r\n\r\nThree"),
        (b"<TABLE>\n<S>  <C>\nSales  10\n</TABLE>", "Sales", b"Sales"),
        ("Zürich <5%".encode("cp1252"), "rich <5%", b"rich <5%"),
        ("\ufeffOne € two".encode(), "€ two", "€ two".encode()),
        (b"<DOCUMENT>\n<TEXT>\nThe report\n</TEXT>\n</DOCUMENT>\n", "report", b"report"),
    ],
)
def test_plain_text(content: bytes, word: str, source: bytes) -> None:
    assert source_of(content, "plain", word) == source


def test_a_text_of_another_document_is_refused() -> None:
    for text in ("Two", "One Two", "", "One."):
        with pytest.raises(DataError, match="same characters"):
            offsets.trace(b"<p>One</p>", "html", text)


def test_a_span_without_a_visible_character_is_refused() -> None:
    origins = offsets.trace(b"<p>One</p><p>Two</p>", "html", "One\n\nTwo")
    with pytest.raises(DataError, match="no visible character"):
        origins.span(3, 5)


def test_markup_that_is_not_understood_is_refused_rather_than_misread() -> None:
    content = b"<p>&amp;</p><xmp><script>word word</xmp>"
    with pytest.raises(DataError, match="same characters"):
        offsets.trace(content, "html", html.to_text(content)[0])


def test_characters_that_could_be_taken_for_marks_are_refused() -> None:
    with pytest.raises(DataError, match="private use"):
        offsets.trace("<p>\U000f0001</p>".encode(), "html", "\U000f0001")


def visible(source: bytes, kind: Kind) -> str:
    """Read a piece of a source in another way than the product does."""
    text = html.decode(source)
    if kind == "html":
        text = entities.unescape(re.sub(r"<[^>]*>", "", _UNSEEN.sub("", text)))
    else:
        text = re.sub(r"<(?:PAGE)>[^\n]*|</?(?:TABLE|CAPTION|S|C)>", "", text)
    return squeezed(text)


def squeezed(text: str) -> str:
    return re.sub(r"[\s|\xad\u200b-\u200d\u2060\ufeff]+", "", text)


@pytest.mark.parametrize("path", REAL or ["none"], ids=lambda path: Path(path).name)
def test_spans_of_real_documents_come_from_the_bytes_that_say_the_same(path: Path) -> None:
    content = (path if REAL else shared("edgar-mirror")).read_bytes()
    body = sgml.primary(content)
    kind: Kind = "html" if re.search(rb"<(?:html|div|font)\b", body[:20_000], re.IGNORECASE) else "plain"
    text = (html if kind == "html" else plaintext).to_text(body)[0]
    origins = offsets.trace(content, kind, text)
    chance = random.Random(path.name)
    for _ in range(SPANS):
        start = chance.randrange(len(text))
        end = min(len(text), start + chance.randrange(1, 1500))
        if not squeezed(text[start:end]):
            continue
        first, last = origins.span(start, end)
        assert visible(content[first:last], kind) == squeezed(text[start:end])
