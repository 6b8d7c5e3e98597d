"""Which companies a question names: by name, former name, short form or ticker.

The ways to write every company are put into an index once, so that a question costs the same however many there are.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import polars as pl

_LEGAL_FORMS = """
    inc incorporated corp corporation co company companies ltd limited plc llc lp sa nv ag se group holdings holding
    com the de del new trust class common stock adr platforms
"""
_COMMON_HEADS = """
    advanced allied american applied atlantic bank best capital central city digital energy first foot general global
    great home international life micro national new north old open pacific public regional royal south southern super
    standard texas trade union united universal us west western world
"""
_SUFFIX = frozenset(_LEGAL_FORMS.split())
_GENERIC = frozenset(_COMMON_HEADS.split())
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9&.]*(?<![.])")
_POSSESSIVE = re.compile(r"['’]s?\b")
_WIDEST = 5  # words of a name

Windows = dict[str, list[tuple[str, ...]]]


class _Company(NamedTuple):
    """A company: its ticker and name, empty where there is none, and the cores of its present and former names."""

    ticker: str
    name: str
    cores: list[tuple[str, ...]]


class _Form(NamedTuple):
    """A way to write a company's name, in lower case; ``cased`` wants a capital in the question, or only capitals."""

    tokens: tuple[str, ...]
    cased: str  # "any" | "capital" | "upper"


class _Entry(NamedTuple):
    """A form of the company at ``place`` of a frame; ``order`` counts its forms."""

    place: int
    order: int
    cased: str


Forms = dict[str, list[_Entry]]


@dataclass(frozen=True, slots=True)
class Mentions:
    """The companies that a question names, in the order of ``companies``, and the words by which it does."""

    ciks: tuple[int, ...]
    words: tuple[str, ...]


def mentions(question: str, companies: pl.DataFrame) -> Mentions:
    """Return the companies of the frame (cik, ticker, name, former_names) that ``question`` names."""
    windows = _windows(_TOKEN.findall(_POSSESSIVE.sub(" ", question)))
    former = pl.col("former_names").list.join("\n")
    rows = tuple(companies.select("cik", "ticker", "name", former).rows())
    forms = _indexed(rows)
    found = sorted(
        (entry, words)
        for squeezed, tokens in windows.items()
        for entry in forms.get(squeezed, ())
        if (words := _cased_as(entry.cased, tokens))
    )
    ciks = dict.fromkeys(rows[entry.place][0] for entry, _ in found)
    named = dict.fromkeys(word.lower() for _, words in found for word in words)
    return Mentions(tuple(ciks), tuple(named))


@lru_cache(maxsize=2)  # of a process that asks many questions, of one tree or two
def _indexed(rows: tuple[tuple[int, str | None, str | None, str | None], ...]) -> Forms:
    """Return every form of every company (CIK, ticker, name, former names by line) under its letters and digits."""
    companies = [_Company(ticker or "", name or "", _cores(name, former)) for _, ticker, name, former in rows]
    heads = Counter(head for company in companies for head in {core[0] for core in company.cores})
    forms: Forms = defaultdict(list)
    for place, company in enumerate(companies):
        for order, form in enumerate(_forms(company, heads)):
            forms[_squeezed(form.tokens)].append(_Entry(place, order, form.cased))
    return dict(forms)


def _cores(name: str | None, former: str | None) -> list[tuple[str, ...]]:
    """Return the cores of a company's names, the present one's first; a name in another script has none."""
    names = (name or "", *(former or "").split("\n"))
    return [core for each in names if (core := _core(each))]


def _core(name: str) -> tuple[str, ...]:
    """Return the tokens of a name without its legal form: "PayPal Holdings, Inc." -> ("paypal",)."""
    tokens = [token.lower() for token in _TOKEN.findall(_POSSESSIVE.sub(" ", name.replace(".com", " com")))]
    tokens = [token.rstrip(".") for token in tokens if token.rstrip(".")]
    while len(tokens) > 1 and tokens[-1] in _SUFFIX:
        tokens.pop()
    while len(tokens) > 1 and tokens[0] == "the":
        tokens.pop(0)
    return tuple(token for token in tokens if token != "&")


def _forms(company: _Company, heads: Counter[str]) -> Iterator[_Form]:
    if len(company.ticker) > 1:
        yield _Form((company.ticker.lower(),), "upper")
    for name in company.cores:
        yield _Form(name, "any" if len(name) > 1 else "capital")
        if len(name) > 1:
            yield from (_Form((short,), "upper") for short in _short(name))
        if len(name) == 2 and "&" in company.name:  # Johnson & Johnson is also J&J and JnJ
            yield _Form((f"{name[0][0]}&{name[1][0]}",), "upper")
            yield _Form((f"{name[0][0]}n{name[1][0]}",), "capital")
        if len(name[0]) > 4 and name[0] not in _GENERIC and heads[name[0]] == 1:
            yield _Form((name[0],), "capital")


def _short(name: tuple[str, ...]) -> tuple[str, ...]:
    """Return the initials, and the first two letters of each word: American Express -> ae (too short), amex."""
    initials = "".join(word[0] for word in name)
    return tuple(form for form in (initials, "".join(word[:2] for word in name)) if 3 <= len(form) <= 6)


def _windows(tokens: Sequence[str]) -> Windows:
    """Return every run of up to _WIDEST tokens under its letters and digits: "Footlocker" and "Foot Locker" alike."""
    windows: Windows = {}
    for width in range(1, _WIDEST + 1):
        for at in range(len(tokens) - width + 1):
            found = tuple(tokens[at : at + width])
            windows.setdefault(_squeezed(found), []).append(found)
    return windows


def _squeezed(tokens: Sequence[str]) -> str:
    return "".join(tokens).lower().replace(".", "").replace("&", "")


def _cased_as(cased: str, windows: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the first of ``windows`` that is written so, () for none."""
    return next((tokens for tokens in windows if _cased(tokens[0], cased)), ())


def _cased(token: str, cased: str) -> bool:
    if cased == "upper":
        return token.isupper()
    return cased == "any" or not token[0].islower()
