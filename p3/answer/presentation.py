"""How a number is asked for (scale, percent, decimals) and how it is written; the value itself is never rounded."""

import re
from dataclasses import dataclass, replace

from p3.answer.expression import RATIO

_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_SHORT = {"k": "thousand", "mm": "million", "mn": "million", "m": "million", "bn": "billion", "b": "billion"}
_NUMERALS = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4}
_SCALE = re.compile(
    r"""\(?\b(?:answer\s+)?(?:(?:expressed|stated)\s+)?in\s+(?:us\s*d|u\.?s\.?\s+dollars?|\$)?\s*
    (thousand|million|billion)s?(?:\s+of)?(?:\s+(?:usd|us\s+dollars|dollars))?\b\)?
    |\(?\b(?:answer\s+)?in\s+(?:(?:us\s*d|u\.?s\.?\s+dollars?|\$)\s*(k|mm|mn|m|bn|b)|(mm|mn|bn))(?:\s+(?:usd|dollars))?\b\)?
    |(?:\(\s*|,\s*)(?:us\s*d|us\$|\$)\s*(thousand|million|billion|mm|mn|bn|m|b|k)s?(?=\s*(?:[).?,]|$))\s*\)?
    |\bhow\s+many\s+(thousand|million|billion)s?(?:\s+of)?(?:\s+(?:us\s+|u\.s\.\s+)?dollars|\s+usd)?\b
    |,?\s*(?:rounded\s+)?to\s+the\s+nearest\s+(?P<nearest>thousand|million|billion)\b""",
    re.VERBOSE,
)
_PERCENT = re.compile(
    r"""\(?\b(?:answer\s+)?(?:in\s+units\s+of\s+percents?|in\s+%|in\s+percent(?:age)?s?(?:\s+(?:terms|points))?
    |as\s+a\s+(?:%|percent(?:age)?)(?!\s+of))(?:(?=\W)|$)\)?""",
    re.VERBOSE,
)
_DECIMALS = re.compile(
    r",?\s*(?:and\s+)?(?:\bround(?:ed)?\s+(?:your\s+|the\s+)?(?:answer\s+|result\s+)?)?(?:\bto|\bwith|(?<=,)|(?<=, ))"
    r"\s*(\w+)\s+(?:decimal\s+places?|decimals?|digits?|dp)\b\)?"
)


@dataclass(frozen=True, slots=True)
class Presentation:
    """``scale`` divides money (1e6: millions); ``decimals`` None leaves the number's own."""

    scale: float = 1.0
    percent: bool = False
    decimals: int | None = None


def take(text: str) -> tuple[str, Presentation]:
    """Split lower-case ``text`` into the question without its wishes for the form of the answer, and those wishes."""
    wanted = Presentation()
    if match := _SCALE.search(text):
        named = next(filter(None, match.groups()))
        nearest = 0 if match["nearest"] else None
        wanted = replace(wanted, scale=_SCALES[_SHORT.get(named, named)], decimals=nearest)
    if _PERCENT.search(text):
        wanted = replace(wanted, percent=True)
    if match := _DECIMALS.search(text):
        decimals = _NUMERALS.get(match[1], int(match[1]) if match[1].isdigit() else None)
        wanted = replace(wanted, decimals=decimals)
    for pattern in (_DECIMALS, _SCALE, _PERCENT):
        text = pattern.sub(" ", text)
    return text, wanted


def write(value: float, unit: str, wanted: Presentation) -> str:
    """Return the number as the answer shows it, rounded once, with its unit."""
    if unit == RATIO and wanted.percent:
        return f"{value * 100:.{_places(wanted, 2)}f}%"
    if unit in (RATIO, "days"):
        return f"{value:.{_places(wanted, 4 if unit == RATIO else 2)}f}" + (" days" if unit == "days" else "")
    wanted = _readable(value, unit, wanted)
    if wanted.scale != 1.0 and "/" not in unit:
        name = next(name for name, scale in _SCALES.items() if scale == wanted.scale)
        return f"{_scaled(value / wanted.scale, wanted)} {name} {unit}"
    places = _places(wanted, 0 if float(value).is_integer() and "/" not in unit else 2)
    return f"{value:,.{places}f} {unit.replace('/shares', ' a share')}"


def _readable(value: float, unit: str, wanted: Presentation) -> Presentation:
    """Return ``wanted`` with the scale that money is spoken in, where none was asked for and three decimals suffice."""
    spoken = next((scale for scale in (1e9, 1e6) if abs(value) >= scale), None)
    if wanted != Presentation() or spoken is None or len(unit) != 3 or value % (spoken / 1e3):
        return wanted
    return replace(wanted, scale=spoken)


def _scaled(value: float, wanted: Presentation) -> str:
    if wanted.decimals is not None:
        return f"{value:,.{wanted.decimals}f}"
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def _places(wanted: Presentation, default: int) -> int:
    return default if wanted.decimals is None else wanted.decimals
