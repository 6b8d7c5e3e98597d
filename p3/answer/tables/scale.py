"""What a statement says its amounts, and its counts of shares, are multiples of: "(In millions, except share data)".

Only a phrase that stands by itself counts: in brackets or on a line of its own, beside nothing but the statement's
title and what names its columns. A sentence that mentions millions says nothing of the table below it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "000": 1e3, "m": 1e6}
_UNIT = r"(?:(?<![a-z])(thousand|million|billion)s?(?![a-z])|(?<![\d,.])(000)['’]?s?(?!\d)|(?<=[$€£])\s?(m)(?![a-z]))"
_UNITS = re.compile(_UNIT)
_LONGEST = 240  # characters of a phrase in brackets, which may run over lines
_BRACKETS = re.compile(rf"\(([^()]{{2,{_LONGEST}}})\)")
_EXCEPTION = re.compile(r"\b(?:except|unless|other than|excluding)\b.*", re.DOTALL)
_WORDS = re.compile(r"[a-z]+|\d+|[^\s\w.,:;'’()/&-]")
_KNOWN = re.compile(
    r"in|of|and|are|is|the|all|(?:un)?audited|amounts?|figures|dollars?|u|s|us|usd|united|states|american|canadian|euros?"
    r"|eur|gbp|pounds|sterling|rmb|cny|renminbi|yuan|yen|jpy|chf|swiss|francs|currency|expressed|stated|presented"
    r"|reported|shown|reflected|tabular|columnar|which|that|omitted|shares?|number|per|data|information|thousands?"
    r"|millions?|billions?|000|m|[$€£¥]"
)
_NAMES_COLUMNS = re.compile(
    r"(?:(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun"
    r"|jul|aug|sept?|oct|nov|dec|for|the|as|of|at|and|fiscal|years?|end(?:ed|ing)|months?|weeks?|twelve|fifty-two"
    r"|fifty-three|notes?|ref|assets|audited|restated|\d{1,2}|(?:19|20)\d\d)(?![a-z0-9])|[\s.,:;*–—-])*",
    re.IGNORECASE,
)
_TITLE = re.compile(r"\b(?:statements?|balance sheets?)\b", re.IGNORECASE)
_LONGEST_TITLE = 120
_SHARES_IN = re.compile(
    r"\bshares?(?: amounts?| data| information| outstanding)?,?(?: (?:which|that))?(?: are| is)?"
    rf"(?: reflected| stated| shown| expressed| presented)? in {_UNIT}"
)
_MONEY = re.compile(r"[$€£¥]|\b(?:dollars?|euros?|amounts?|figures|rmb|usd)\b")
_SHARES_APART = re.compile(
    r"except\b.*?(?:\bshares?\b(?!\s+(?:data|amounts?|information|figures))|(?<!per )(?<!per common )\bshare\b)",
    re.DOTALL,
)
_IN_LABEL = re.compile(rf"(?:\bin |\(){_UNIT}")


@dataclass(frozen=True, slots=True)
class Scale:
    """``money`` is None where nothing is told, or two things; ``shares`` where counts have the scale of money."""

    money: float | None = None
    shares: float | None = None


def of_head(head: str) -> Scale:
    """Return what the text between a statement's title and its first amount says."""
    told = [_of_phrase(phrase) for phrase in _phrases(head)]
    money = {each.money for each in told if each.money}
    shares = {each.shares for each in told if each.shares}
    return Scale(money.pop() if len(money) == 1 else None, shares.pop() if len(shares) == 1 else None)


def of_label(label: str) -> float | None:
    """Return what a row's own label says: "Diluted shares (in millions)"."""
    units = {_value(match) for match in _IN_LABEL.finditer(label.lower())}
    return units.pop() if len(units) == 1 else None


def _phrases(head: str) -> Iterator[str]:
    """Yield the phrases of scale in lower case."""
    whole = _BRACKETS.sub(lambda match: " ".join(match[0].split()), head.lower())
    for segment in re.split(r"[\n|]", whole):
        beside = _BRACKETS.sub(" ", segment).strip(" .*")
        if _is_phrase(beside):
            yield beside
        elif _NAMES_COLUMNS.fullmatch(beside) or _is_title(segment) or _EXCEPTION.match(beside):
            yield from filter(_is_phrase, _BRACKETS.findall(segment))


def _is_title(segment: str) -> bool:
    """Say whether a line is a title that ends with brackets."""
    return len(segment) <= _LONGEST_TITLE and segment.rstrip().endswith(")") and _TITLE.search(segment) is not None


def _is_phrase(text: str) -> bool:
    """Say whether a text names a unit, and nothing but units, money and shares before an exception."""
    stated = _EXCEPTION.sub("", text)
    return _UNITS.search(stated) is not None and all(_KNOWN.fullmatch(word) for word in _WORDS.findall(stated))


def _of_phrase(phrase: str) -> Scale:
    counts = _SHARES_IN.search(phrase)
    rest = _SHARES_IN.sub("", phrase)
    stated = _EXCEPTION.sub("", rest)
    units = {_value(match) for match in _UNITS.finditer(stated)}
    if counts and not units:
        shares = _value(counts)
        return Scale(shares, None) if _MONEY.search(stated) else Scale(None, shares)
    money = units.pop() if len(units) == 1 else None
    return Scale(money, _value(counts) if counts else 1.0 if _SHARES_APART.search(rest) else None)


def _value(match: re.Match[str]) -> float:
    return _SCALES[next(filter(None, match.groups()))]
