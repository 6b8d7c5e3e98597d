"""Which companies a question names: by name, former name, short form or ticker."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

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


@dataclass(frozen=True, slots=True)
class _Form:
    """A way to write a company's name, in lower case; ``cased`` wants a capital in the question, or only capitals."""

    tokens: tuple[str, ...]
    cased: str  # "any" | "capital" | "upper"


@dataclass(frozen=True, slots=True)
class Mentions:
    """The companies that a question names, in the order of ``companies``, and the words by which it does."""

    ciks: tuple[int, ...]
    words: tuple[str, ...]


def mentions(question: str, companies: pl.DataFrame) -> Mentions:
    """Return the companies of the frame (cik, ticker, name, former_names) that ``question`` names."""
    windows = _windows(_TOKEN.findall(_POSSESSIVE.sub(" ", question)))
    rows = companies.select("cik", "ticker", "name", "former_names").to_dicts()
    heads = Counter(head for row in rows for head in {name[0] for name in _names(row) if name})
    ciks: list[int] = []
    named: list[str] = []
    for row in rows:
        found = [words for form in _forms(row, heads) if (words := _find(form, windows))]
        if found:
            ciks.append(int(row["cik"]))
            named.extend(word.lower() for words in found for word in words)
    return Mentions(tuple(ciks), tuple(dict.fromkeys(named)))


def _names(row: dict[str, object]) -> list[tuple[str, ...]]:
    former = row["former_names"]
    names = [row["name"], *(former if isinstance(former, list) else [])]
    return [_core(str(name)) for name in names if name]


@lru_cache(maxsize=16_384)
def _core(name: str) -> tuple[str, ...]:
    """Return the tokens of a name without its legal form: "PayPal Holdings, Inc." -> ("paypal",)."""
    tokens = [token.lower() for token in _TOKEN.findall(_POSSESSIVE.sub(" ", name.replace(".com", " com")))]
    tokens = [token.rstrip(".") for token in tokens if token.rstrip(".")]
    while len(tokens) > 1 and tokens[-1] in _SUFFIX:
        tokens.pop()
    while len(tokens) > 1 and tokens[0] == "the":
        tokens.pop(0)
    return tuple(token for token in tokens if token != "&")


def _forms(row: dict[str, object], heads: Counter[str]) -> Iterator[_Form]:
    ticker = str(row["ticker"] or "")
    if len(ticker) > 1:
        yield _Form((ticker.lower(),), "upper")
    for name in _names(row):
        yield _Form(name, "any" if len(name) > 1 else "capital")
        if len(name) > 1:
            yield from (_Form((short,), "upper") for short in _short(name))
        if len(name) == 2 and "&" in str(row["name"]):  # Johnson & Johnson is also J&J and JnJ
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


def _find(form: _Form, windows: Windows) -> tuple[str, ...]:
    found = windows.get(_squeezed(form.tokens), ())
    return next((tokens for tokens in found if _cased(tokens[0], form.cased)), ())


def _cased(token: str, cased: str) -> bool:
    if cased == "upper":
        return token.isupper()
    return cased == "any" or not token[0].islower()
