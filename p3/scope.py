"""Scopes: named universes of companies, one TOML file each in scopes/."""

import hashlib
import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from p3.errors import ConfigurationError, UsageError

TICKER = re.compile(r"[A-Z][A-Z0-9]{0,5}([.-][A-Z0-9]{1,2})?\Z")
_NAME = re.compile(r"[a-z][a-z0-9]{0,15}\Z")


@dataclass(frozen=True)
class Company:
    """A member of a scope. ``cik`` is None where only EDGAR's ticker list can tell it."""

    ticker: str
    cik: int | None
    name: str = ""


@dataclass(frozen=True)
class Scope:
    """A universe, or the part of one that -t selects."""

    name: str
    title: str
    companies: tuple[Company, ...]

    @property
    def tickers(self) -> list[str]:
        """The members' tickers, in the file's order."""
        return [company.ticker for company in self.companies]

    @property
    def fingerprint(self) -> str:
        """A hash of the membership, for manifests and keys."""
        members = [[company.ticker, company.cik] for company in self.companies]
        return hashlib.sha256(json.dumps(members).encode()).hexdigest()[:16]


class UnresolvedError(UsageError):
    """A scope is a rule, which nothing has made into a list of companies."""

    def __init__(self, name: str) -> None:
        super().__init__(f"scope {name} is a rule, not yet a list of companies", "Name companies with -t TICKER.")


def names() -> list[str]:
    """Return the names of the scopes that ship with p3."""
    folder = resources.files("p3.scopes")
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


def exists(name: str) -> bool:
    """Return whether ``name`` is a scope."""
    return name in names()


def load(name: str, only: Sequence[str] = ()) -> Scope:
    """Return the scope ``name``, narrowed to the tickers of ``only``.

    Raises UsageError for an unknown scope or a ticker that is no member, ConfigurationError for a malformed file.
    """
    if not _NAME.match(name) or name not in names():
        raise UsageError(
            f"unknown scope {name[:40]!r}", f"Scopes: {', '.join(names())}. For one company use -t TICKER."
        )
    scope = _parse(name, resources.files("p3.scopes") / f"{name}.toml")
    return narrow(scope, only) if only else scope


def find(ticker: str) -> Company | None:
    """Return the company of that ticker from the first scope that lists it, or None."""
    for name in names():
        try:
            members = load(name).companies
        except UnresolvedError:
            continue
        found = next((company for company in members if company.ticker == ticker), None)
        if found is not None:
            return found
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
    return Scope(scope.name, scope.title, tuple(c for c in scope.companies if c.ticker in wanted))


def ticker_of(text: str) -> str:
    """Return ``text`` as a ticker; raises UsageError where it cannot be one."""
    ticker = text.strip().upper()
    if not text.isascii() or not TICKER.match(ticker):
        raise UsageError(f"{text[:40]!r} is not a ticker", "Tickers look like MSFT or BRK-B.")
    return ticker


def _parse(name: str, file: Traversable) -> Scope:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        if "rule" in content:
            raise UnresolvedError(name)
        companies = tuple(
            Company(
                ticker_of(member["ticker"]), int(member["cik"]) if "cik" in member else None, member.get("name", "")
            )
            for member in content["members"]
        )
        title = str(content["title"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError, UnicodeDecodeError) as error:
        raise _malformed(name, repr(error)) from None
    except UnresolvedError:
        raise
    except UsageError as error:
        raise _malformed(name, error.message) from None
    tickers = [company.ticker for company in companies]
    if not tickers or len(set(tickers)) < len(tickers):
        raise _malformed(name, "no members, or one of them twice")
    return Scope(name, title, companies)


def _malformed(name: str, reason: str) -> ConfigurationError:
    return ConfigurationError(f"scopes/{name}.toml is malformed: {reason}", "Mend the file.")
