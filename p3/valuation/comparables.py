"""What the prices of others in the industry say of a company: a check on its value, and no more than that.

Source: Damodaran, "Investment Valuation", chapters 17 to 20.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from p3.valuation import multiples
from p3.valuation.bridge import Claims
from p3.valuation.multiples import Multiple

LEAST = 3
_DIGITS = (4, 3, 2)  # of the SIC code: the narrowest group that holds enough companies


@dataclass(frozen=True)
class Comparable:
    """A company at its market price: what is paid, and for what; None where it is not known or has no meaning."""

    ticker: str
    sic: str | None
    shares: float
    market_capitalisation: float
    enterprise_value: float | None
    earnings: float | None
    book_value: float | None
    operating_income: float | None


@dataclass(frozen=True)
class Verdict:
    """A multiple of the peers, who they are, and what it makes of a share."""

    multiple: Multiple
    tickers: tuple[str, ...]
    value_per_share: float


_BASES = {
    "price_to_earnings": ("market_capitalisation", "earnings"),
    "price_to_book": ("market_capitalisation", "book_value"),
    "enterprise_value_to_operating_income": ("enterprise_value", "operating_income"),
}


def by_industry(companies: Sequence[Comparable]) -> dict[str, list[Comparable]]:
    """Return the companies by each leading part of their SIC codes."""
    groups: dict[str, list[Comparable]] = {}
    for company in companies:
        for digits in _DIGITS if company.sic else ():
            groups.setdefault((company.sic or "")[:digits], []).append(company)
    return groups


def verdicts(own: Comparable, groups: dict[str, list[Comparable]]) -> dict[str, Verdict]:
    """Return what the narrowest group of at least ``LEAST`` other companies says, by multiple; none without one."""
    found = ([each for each in groups.get((own.sic or "")[:digits], ()) if each != own] for digits in _DIGITS)
    peers = next((group for group in found if len(group) >= LEAST), [])
    told = {name: _verdict(own, peers, *parts) for name, parts in _BASES.items()}
    return {name: verdict for name, verdict in told.items() if verdict is not None}


def _verdict(own: Comparable, peers: Sequence[Comparable], paid: str, base: str) -> Verdict | None:
    of = getattr(own, base)
    sound = [peer for peer in peers if min(getattr(peer, paid) or 0.0, getattr(peer, base) or 0.0) > 0.0]
    if len(sound) < LEAST or of is None or of <= 0.0 or getattr(own, paid) is None:
        return None
    prices, bases = (np.array([getattr(peer, name) for peer in sound]) for name in (paid, base))
    found = multiples.of_peers(prices, bases)
    if paid == "market_capitalisation":
        equity = multiples.equity_by_price(found.median, of, Claims(shares=own.shares))
    else:  # what is owed net of what is owned beside operations
        net = (own.enterprise_value or 0.0) - own.market_capitalisation
        equity = multiples.equity_by_enterprise_value(found.median, of, Claims(shares=own.shares, debt=net))
    return Verdict(found, tuple(peer.ticker for peer in sound), float(equity.per_share))
