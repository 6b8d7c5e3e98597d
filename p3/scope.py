"""Scopes: named universes of companies, one TOML file each in scopes/."""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from p3.errors import ConfigurationError, InputMissingError, UsageError

TICKER = re.compile(r"[A-Z][A-Z0-9]{0,5}([.-][A-Z0-9]{1,2})?\Z")
_NAME = re.compile(r"[a-z][a-z0-9]{0,15}\Z")


CUSTOM = "custom"
"""The name of a scope that is no file: companies named by their tickers."""


@dataclass(frozen=True)
class Company:
    """A member of a scope. ``cik`` is None where only EDGAR's ticker list can tell it."""

    ticker: str
    cik: int | None
    name: str = ""


@dataclass(frozen=True)
class Listed:
    """A company as EDGAR's list of tickers and exchanges has it; the list is ordered by size."""

    ticker: str
    cik: int
    name: str
    exchange: str


@dataclass(frozen=True)
class Scope:
    """A universe, or the part of one that -t selects."""

    name: str
    title: str
    companies: tuple[Company, ...]
    whole: bool = True

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


def load(name: str, only: Sequence[str] = (), listing: Callable[[], Sequence[Listed]] | None = None) -> Scope:
    """Return the scope ``name``, narrowed to the tickers of ``only``.

    ``listing`` gives EDGAR's list of companies to a scope that is a rule.

    Raises UsageError for an unknown scope or a ticker that is no member, ConfigurationError for a malformed file.
    """
    content = _content(name)
    if "rule" in content:
        scope = Scope(name, content["title"], _by_rule(name, content["rule"], listing))
    else:
        scope = Scope(name, content["title"], _members(name, content))
    return narrow(scope, only) if only else scope


def is_rule(name: str) -> bool:
    """Return whether the members of ``name`` are resolved by a rule; raises as ``load`` does."""
    return "rule" in _content(name)


def find(ticker: str) -> Company | None:
    """Return the company of that ticker from the scopes that list their members, or None."""
    for name in (name for name in names() if not is_rule(name)):
        for company in load(name).companies:
            if company.ticker == ticker:
                return company
    return None


def narrow(scope: Scope, only: Sequence[str]) -> Scope:
    """Return ``scope`` with the companies of ``only`` alone, in the scope's order."""
    wanted = {ticker_of(text) for text in only}
    strangers = wanted - set(scope.tickers)
    if strangers:
        raise UsageError(
            f"{', '.join(sorted(strangers))} is not in {scope.name}",
            f"Members: {', '.join(scope.tickers[:12])}{' …' if len(scope.tickers) > 12 else ''}",
        )
    chosen = tuple(company for company in scope.companies if company.ticker in wanted)
    return Scope(scope.name, scope.title, chosen, whole=len(chosen) == len(scope.companies))


def ticker_of(text: str) -> str:
    """Return ``text`` as a ticker; raises UsageError where it cannot be one."""
    ticker = text.strip().upper()
    if not text.isascii() or not TICKER.match(ticker):
        raise UsageError(f"{text[:40]!r} is not a ticker", "Tickers look like MSFT or BRK-B.")
    return ticker


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
        members = tuple(
            Company(ticker_of(each["ticker"]), int(each["cik"]) if "cik" in each else None, each.get("name", ""))
            for each in content["members"]
        )
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        raise _malformed(name, error) from None
    if not members or len({company.ticker for company in members}) < len(members):
        raise _malformed(name, "no members, or one of them twice")
    return members


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
