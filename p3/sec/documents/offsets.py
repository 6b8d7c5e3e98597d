"""Where the text of a document stands in its stored bytes: for HTML of any age and for plain text, in SGML or not.

Text and source hold the same visible characters in the same order, whatever layout does with the blanks and the cell
marks between them. So each visible character of the text is paired with one of the source, and each pair is compared.
In HTML, what a reader sees is for the parser to say: marks set into the source before each run of characters and each
entity come out of the parser where these are seen.
"""

import codecs
import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from html.entities import html5
from typing import TYPE_CHECKING, Literal

from p3.errors import DataError
from p3.sec.documents import html, sgml

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    _Ints = NDArray[np.int64]

Kind = Literal["html", "plain"]

_UNSEEN = r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|<(?:[!?]|/[^a-z])[^>]*(?:>|\Z)"
_QUOTED = r"=\s*(?:\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z))"  # elsewhere a quotation mark guards nothing
_TAG = rf"</?[a-z](?:{_QUOTED}|[^>])*+(?:>|\Z)"
_NO_SEMICOLON = "|".join(sorted((name for name in html5 if not name.endswith(";")), key=len, reverse=True))
_ENTITY = rf"&(?:#\d+;?|#x[0-9a-f]+;?|[a-z][a-z0-9]*;|(?:{_NO_SEMICOLON})|[a-z][a-z0-9]*)"
_RUN = r"(?:[^<&]+|&(?![#a-z])|<(?![a-z/!?]))+|."
_TOKEN = re.compile(f"{_UNSEEN}|{_TAG}|(?P<entity>{_ENTITY})|(?P<run>{_RUN})", re.IGNORECASE | re.DOTALL)
_SGML = re.compile(r"<PAGE>[^\n]*|</?(?:TABLE|CAPTION|S|C|FN|F\d+|R)>", re.IGNORECASE)  # of plain text, left out of it
_SEPARATOR = "|"  # between the cells of a row; not compared, for the text has more of them than the source

# A mark is two characters for private use, which no filing holds, and counts the runs and entities of the source.
_HIGH, _LOW, _BASE = 0xF0000, 0x100000, 60_000
_MARKS = re.compile("[\U000f0000-\U0010ffff]")


@dataclass(frozen=True)
class Origins:
    """For each visible character of a text: its offset there, and the first and end byte of what it is written as."""

    _at: "_Ints"
    _first: "_Ints"
    _end: "_Ints"

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the bytes, the last one exclusive, that ``text[start:end]`` comes from.

        Between its first and its last visible character these may hold tags, blanks and what a browser hides. Raises
        DataError where the span has no visible character.
        """
        first, after = self._at.searchsorted([start, end])
        if first >= after:
            raise DataError("a span of the text holds no visible character", "Ask for a span that does.")
        return int(self._first[first]), int(self._end[after - 1])


def trace(content: bytes, kind: Kind, text: str) -> Origins:
    """Return the origins of ``text``, which is the whole text that was read from the stored ``content``.

    Raises DataError where the two do not hold the same characters, rather than name a wrong place.
    """
    import numpy as np

    source, first_bytes, end_bytes = _decoded(content)
    first, last, seen = _seen_in_html(source) if kind == "html" else _seen_in_plain(source)
    written = _meant(text)
    at = np.flatnonzero(written)
    if not np.array_equal(written[at], seen):
        raise _mismatch()
    return Origins(at, first_bytes[first], end_bytes[last])


def _decoded(content: bytes) -> tuple[str, "_Ints", "_Ints"]:
    """Return the filing's own characters, and the first and the end byte of each in ``content``."""
    import numpy as np

    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise DataError("offsets in UTF-16 are not known", "Save the document as UTF-8.")
    start, stop = sgml.primary_span(content)
    body = content[start:stop]
    source = html.decode(body)
    octets = np.frombuffer(body, np.uint8)
    try:
        body.decode("utf-8")
        firsts = np.flatnonzero((octets & 0xC0) != 0x80)
    except UnicodeDecodeError:
        firsts = np.arange(len(octets))
    ends = np.append(firsts[1:], len(octets))
    kept = octets[firsts] != 0  # a NUL is no character of the text
    return source, firsts[kept] + start, ends[kept] + start


def _seen_in_plain(source: str) -> tuple["_Ints", "_Ints", "_Ints"]:
    """Return of each visible character: its first and last place in ``source``, and the character."""
    import numpy as np

    characters = _meant(source)
    for tag in _SGML.finditer(source.replace("\r\n", " \n").replace("\r", "\n")):
        characters[tag.start() : tag.end()] = 0
    places = np.flatnonzero(characters)
    return places, places, characters[places]


def _seen_in_html(source: str) -> tuple["_Ints", "_Ints", "_Ints"]:
    """Return of each visible character: its first and last place in ``source``, and the character."""
    import numpy as np

    starts, ends, resolved, marked = _marked(source)
    run, seen = _read_marks(html.visible(marked))
    characters = _meant(source)
    places = np.flatnonzero(characters)
    token = starts.searchsorted(places, "right") - 1
    inside = places < np.append(ends, 0)[token]  # before the first of them, -1 is the 0 at the end
    places, token = places[inside], token[inside]
    written, read = np.bincount(token, minlength=len(starts)), np.bincount(run, minlength=len(starts))
    is_literal = written == read  # what the parser left as it stands; an entity that it resolved is one place
    is_paired = is_literal | (read == resolved)
    first, last, literal = starts[run], ends[run] - 1, is_literal[run]
    shown = places[is_literal[token]]
    in_order = not np.any(run[1:] < run[:-1]) and bool(np.all(is_paired[run]))
    if not in_order or not np.array_equal(characters[shown], seen[literal]):
        raise _mismatch()
    first[literal] = last[literal] = shown
    return first, last, seen


def _marked(source: str) -> tuple["_Ints", "_Ints", "_Ints", str]:
    """Return the start and end of each run of characters and each entity in HTML, and ``source`` with their marks.

    Third comes the number of visible characters that an entity stands for; it is -1 for a run.
    """
    import numpy as np

    if _MARKS.search(source):
        raise DataError("a document holds characters for private use", "Its passages have no offsets in the source.")
    spans: list[tuple[int, int, int]] = []
    parts: list[str] = []
    for token in _TOKEN.finditer(source):
        text = token.group()
        if token.lastgroup in ("entity", "run") and not text.isspace():
            parts.append(chr(_HIGH + len(spans) // _BASE) + chr(_LOW + len(spans) % _BASE))
            spans.append((*token.span(), _resolved(text) if token.lastgroup == "entity" else -1))
        parts.append(text)
    table = np.array(spans, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2], "".join(parts)


@cache
def _resolved(entity: str) -> int:
    return int((_meant(unescape(entity)) > 0).sum())


def _read_marks(marked: str) -> tuple["_Ints", "_Ints"]:
    """Return the number of the run or entity of each visible character, and the character."""
    import numpy as np

    codes = _codes(marked)
    low = np.flatnonzero(codes >= _LOW)
    numbers = (codes[low - 1] - _HIGH) * _BASE + codes[low] - _LOW
    meant = _meanings()[codes]
    meant[codes >= _HIGH] = 0
    places = np.flatnonzero(meant)
    before = low.searchsorted(places) - 1
    if len(before) and before[0] < 0:
        raise _mismatch()
    return numbers[before], meant[places]


def _meant(text: str) -> "_Ints":
    """Return the code point of each visible character of ``text`` as it is meant, and 0 for any other."""
    return _meanings()[_codes(text)]


def _codes(text: str) -> "_Ints":
    import numpy as np

    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)


@cache
def _meanings() -> "_Ints":
    """Return for each code point the one that is meant by it; 0 for blanks, controls, separators and what is unseen."""
    import numpy as np

    meanings = np.arange(0x110000, dtype=np.int64)
    meanings[:0x20] = 0
    meanings[[code for code in range(0x3001) if chr(code).isspace()]] = 0
    meanings[ord(_SEPARATOR)] = 0
    for code, character in html.CHARACTERS.items():
        meanings[code] = ord(character) if character else 0
    return meanings


def _mismatch() -> DataError:
    return DataError("the text and its source do not hold the same characters", "Read the text again from the source.")
