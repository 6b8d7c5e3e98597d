"""Scopes: named universes of companies, one TOML file each in scopes/."""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib import resources
from itertools import pairwise
from typing import Any

from p3.errors import ConfigurationError, InputMissingError, UsageError

TICKER = re.compile(r"[A-Z][A-Z0-9]{0,5}([.-][A-Z0-9]{1,2})?\Z")
_CIK = re.compile(r"(?:CIK)?([0-9]+)\Z")
_CIK_DIGITS = 10
_NAME = re.compile(r"[a-z][a-z0-9]{0,15}\Z")


CUSTOM = "custom"
"""The name of a scope that is no file: companies named by their tickers."""


@dataclass(frozen=True)
class Company:
    """A company, as a member of a scope or by itself.

    ``cik`` is None where only EDGAR's ticker list can tell it. A company named by its CIK has the label ``CIK`` and ten
    digits for a ticker. ``since`` is the first day of membership, ``until`` the first day after it, in New York; None
    where unknown, and for a member that is still in.
    """

    ticker: str
    cik: int | None
    name: str = ""
    since: date | None = None
    until: date | None = None

    def is_member(self, as_of: date | None) -> bool:
        """Return whether the company is in on the day ``as_of``; None means the newest day that is known."""
        if as_of is None:
            return self.until is None
        return (self.since is None or self.since <= as_of) and (self.until is None or as_of < self.until)


@dataclass(frozen=True)
class Listed:
    """A company as EDGAR's list of tickers and exchanges has it; the list is ordered by size."""

    ticker: str
    cik: int
    name: str
    exchange: str


@dataclass(frozen=True)
class Scope:
    """A universe, or the part of one that -t selects.

    ``known_from`` is the first day whose membership is known; before it, the members are those of that day. None where
    the universe has no history: its members are the same at any time.
    """

    name: str
    title: str
    companies: tuple[Company, ...]
    whole: bool = True
    known_from: date | None = None

    @property
    def label(self) -> str:
        """The scope's name, with a fingerprint of its members where they are not the whole of it."""
        return self.name if self.whole else f"{self.name}-{self.fingerprint[:8]}"

    @property
    def tickers(self) -> list[str]:
        """The members' tickers, in the file's order."""
        return [company.ticker for company in self.companies]

    @property
    def fingerprint(self) -> str:
        """A hash of the membership, for manifests and keys."""
        members = [[company.ticker, company.cik] for company in self.companies]
        return hashlib.sha256(json.dumps(members).encode()).hexdigest()[:16]


def names() -> list[str]:
    """Return the names of the scopes that ship with p3."""
    folder = resources.files("p3.scopes")
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


def exists(name: str) -> bool:
    """Return whether ``name`` is a scope."""
    return name in names()


def load(
    name: str,
    only: Sequence[str] = (),
    listing: Callable[[], Sequence[Listed]] | None = None,
    as_of: date | None = None,
) -> Scope:
    """Return the scope ``name`` with its members of the New York day ``as_of``, narrowed to the companies of ``only``.

    Without ``as_of`` the members are the newest ones. A scope whose members have no dates has the same ones on any day;
    so has a scope that is a rule, over the list of companies that ``listing`` gives, EDGAR's of today.

    Raises UsageError for an unknown scope or a company that is no member then, ConfigurationError for a malformed file.
    """
    content = _content(name)
    if "rule" in content:
        scope = Scope(name, content["title"], _by_rule(name, content["rule"], listing))
    else:
        members = tuple(company for company in _members(name, content) if company.is_member(as_of))
        scope = Scope(name, content["title"], members, known_from=_day(name, content, "known_from"))
    return narrow(scope, only) if only else scope


def is_rule(name: str) -> bool:
    """Return whether the members of ``name`` are resolved by a rule; raises as ``load`` does."""
    return "rule" in _content(name)


def find(ticker: str, as_of: date | None = None) -> Company | None:
    """Return the company that had the ticker on the day ``as_of``, from the scopes that list members, or None.

    Former members are not found by default: their ticker may be another company's by now.
    """
    return next((company for company in _listed(as_of) if company.ticker == ticker), None)


def narrow(scope: Scope, only: Sequence[str]) -> Scope:
    """Return ``scope`` with the companies of ``only`` alone, by ticker or CIK, in the scope's order."""
    labels = {cik_label(company.cik): company.ticker for company in scope.companies if company.cik is not None}
    wanted = {labels.get(label, label) for label in map(_label_of, only)}
    strangers = wanted - set(scope.tickers)
    if strangers:
        raise UsageError(
            f"{', '.join(sorted(strangers))} is not in {scope.name}",
            f"Members: {', '.join(scope.tickers[:12])}{' …' if len(scope.tickers) > 12 else ''}",
        )
    chosen = tuple(company for company in scope.companies if company.ticker in wanted)
    return replace(scope, companies=chosen, whole=len(chosen) == len(scope.companies))


def ticker_of(text: str) -> str:
    """Return ``text`` as a ticker; raises UsageError where it cannot be one."""
    ticker = text.strip().upper()
    if not text.isascii() or not TICKER.match(ticker):
        raise UsageError(f"{text[:40]!r} is not a ticker", "Tickers look like MSFT or BRK-B, CIKs like CIK0001731289.")
    return ticker


def company_of(text: str, as_of: date | None = None) -> Company:
    """Return the company that ``text`` names, by ticker or by CIK, such as CIK1731289 or 1731289.

    What the scopes know of it is added; a company that they do not know has no CIK where ``text`` is a ticker, and its
    CIK as ``cik_label`` for a ticker otherwise: delisted companies have none. Raises UsageError where ``text`` is
    neither, or no CIK that can be: 0 or of more than ten digits.
    """
    cik = _cik_in(text)
    if cik is None:
        ticker = ticker_of(text)
        return find(ticker, as_of) or Company(ticker, None)
    known = next((company for company in _listed(as_of) if company.cik == cik), None)
    return known or Company(cik_label(cik), cik)


def cik_label(cik: int) -> str:
    """Return what stands for the ticker of a company that is known by its CIK alone: CIK0001731289."""
    return f"CIK{cik:010d}"


def _label_of(text: str) -> str:
    cik = _cik_in(text)
    return ticker_of(text) if cik is None else cik_label(cik)


def _cik_in(text: str) -> int | None:
    match = _CIK.match(text.strip().upper()) if text.isascii() else None
    if match is None:
        return None
    digits = match.group(1)
    if len(digits) > _CIK_DIGITS or int(digits) == 0:
        raise UsageError(f"{text[:40]!r} is not a CIK", "A CIK has up to ten digits, such as CIK0001731289.")
    return int(digits)


def _listed(as_of: date | None) -> Iterator[Company]:
    for name in names():
        content = _content(name)
        if "rule" not in content:
            yield from (company for company in _members(name, content) if company.is_member(as_of))


def _content(name: str) -> dict[str, Any]:
    if not _NAME.match(name) or name not in names():
        raise UsageError(
            f"unknown scope {name[:40]!r}", f"Scopes: {', '.join(names())}. For one company use -t TICKER."
        )
    try:
        content = tomllib.loads((resources.files("p3.scopes") / f"{name}.toml").read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _malformed(name, error) from None
    if not isinstance(content.get("title"), str):
        raise _malformed(name, "no title")
    return content


def _members(name: str, content: dict[str, Any]) -> tuple[Company, ...]:
    try:
        members = tuple(_member(name, each) for each in content["members"])
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        raise _malformed(name, error) from None
    if not members or _is_twice(members):
        raise _malformed(name, "no members, or one of them twice at a time")
    return members


def _member(name: str, entry: dict[str, Any]) -> Company:
    cik = int(entry["cik"]) if "cik" in entry else None
    since, until = _day(name, entry, "from"), _day(name, entry, "to")
    if since is not None and until is not None and since >= until:
        raise ValueError(f"{entry['ticker']} leaves before it comes")
    return Company(ticker_of(entry["ticker"]), cik, entry.get("name", ""), since, until)


def _day(name: str, entry: dict[str, Any], key: str) -> date | None:
    value = entry.get(key)
    if value is not None and type(value) is not date:  # a TOML date with a time is a datetime, which is a date too
        raise _malformed(name, f"{key} is not a date: {str(value)[:40]}")
    return value


def _is_twice(members: tuple[Company, ...]) -> bool:
    """Return whether any ticker has two members, or times of membership, that overlap."""
    times = sorted((company.ticker, company.since or date.min, company.until or date.max) for company in members)
    return any(one[0] == next_[0] and next_[1] < one[2] for one, next_ in pairwise(times))


def _by_rule(name: str, rule: dict[str, Any], listing: Callable[[], Sequence[Listed]] | None) -> tuple[Company, ...]:
    """Return the first ``limit`` companies of the list on the rule's exchanges, each by its first share class."""
    try:
        exchanges, limit = set(rule["exchanges"]), int(rule["limit"])
    except (KeyError, TypeError, ValueError) as error:
        raise _malformed(name, error) from None
    chosen: dict[int, Company] = {}
    for each in listing() if listing is not None else ():
        if len(chosen) < limit and each.exchange in exchanges and TICKER.match(each.ticker):
            chosen.setdefault(each.cik, Company(each.ticker, each.cik, each.name))
    if not chosen:
        raise InputMissingError(
            f"the members of {name} come from EDGAR's list of tickers, which is not here", f"Run `p3 fetch-sec {name}`."
        )
    return tuple(chosen.values())


def _malformed(name: str, why: object) -> ConfigurationError:
    return ConfigurationError(f"scopes/{name}.toml is malformed: {why}", "Mend the file.")
