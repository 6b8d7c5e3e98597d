"""Numbers as inline XBRL documents print them: a transformation's name and the printed text to a decimal number.

The names are those of the Transformation Rules Registries 3, 4 and 5 of XBRL International and of the Commission's own
registry (EDGAR Filer Manual, volume II, 5.2.5). Registry 4 put hyphens into the names of registry 3
(numdotdecimal became num-dot-decimal) and called zerodash fixed-zero.
"""

import re
from collections.abc import Callable

_SPACES = re.compile(r"\s+")  # no-break spaces too
_DECIMAL = re.compile(r"\d+(?:\.\d*)?|\.\d+", re.ASCII)
_APOSTROPHES = str.maketrans("", "", "'`´’′")
_DASHES = frozenset("-‐‑‒–—―−")
_UNITS = re.compile(r"(?P<whole>\d[\d.,]*)[^\d.,]+(?P<part>\d{1,2})[^\d.,]*", re.ASCII)

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SMALL = {word: value for value, word in enumerate(_ONES)} | {word: 20 + 10 * at for at, word in enumerate(_TENS)}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "quadrillion": 10**15}
_NOTHING = frozenset(("no", "none", "zero"))
_LONGEST = 400  # characters of a number, in words too


def decimal(text: str, transformation: str | None) -> str | None:
    """Return ``text`` as an unsigned decimal number such as "1234.5", None where it is none.

    ``transformation`` is the name without its prefix, None for a number that stands in the document as XML spells it.
    """
    read = _plain if transformation is None else _READERS.get(transformation.replace("-", ""))
    return read(_SPACES.sub(" ", text).strip()) if read is not None and len(text) <= _LONGEST else None


def _plain(text: str) -> str | None:
    return text if _DECIMAL.fullmatch(text) else None


def _dot_decimal(text: str) -> str | None:
    return _plain(text.replace(",", "").replace(" ", ""))


def _comma_decimal(text: str) -> str | None:
    return _plain(text.replace(".", "").replace(" ", "").replace(",", "."))


def _zero_dash(text: str) -> str | None:
    return "0" if text and set(text) <= _DASHES else None


def _units(text: str) -> str | None:
    """Read "5 dollars 25 cents", where the part is hundredths."""
    found = _UNITS.fullmatch(text)
    return f"{re.sub('[.,]', '', found['whole'])}.{found['part']:0>2}" if found else None


def _words(text: str) -> str | None:
    """Read "two hundred and five thousand"; "no" and "none" are zero."""
    words = [word for word in re.split(r"[\s,-]+", text.lower()) if word and word != "and"]
    if len(words) == 1 and words[0] in _NOTHING:
        return "0"
    total = group = 0
    for word in words:
        if word in _SMALL and _may_follow(group, _SMALL[word]):
            group += _SMALL[word]
        elif word == "hundred" and group:
            group *= 100
        elif word in _SCALES and group:
            total, group = total + group * _SCALES[word], 0
        else:
            return None
    return str(total + group) if words else None


def _may_follow(group: int, small: int) -> bool:
    """Return whether a word may come after those of ``group``: any after hundreds, one to nine after tens."""
    return group % 100 == 0 or (group % 10 == 0 and group % 100 > 10 and small < 10)


_READERS: dict[str, Callable[[str], str | None]] = {
    "numdotdecimal": _dot_decimal,
    "numdotdecimalin": _dot_decimal,
    "numdotdecimalapos": lambda text: _dot_decimal(text.translate(_APOSTROPHES)),
    "numcommadecimal": _comma_decimal,
    "numcommadecimalapos": lambda text: _comma_decimal(text.translate(_APOSTROPHES)),
    "numunitdecimal": _units,
    "numunitdecimalin": _units,
    "numunitdecimalapos": lambda text: _units(text.translate(_APOSTROPHES)),
    "zerodash": _zero_dash,
    "fixedzero": lambda _text: "0",
    "numwordsen": _words,
}
