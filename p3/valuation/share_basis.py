"""The price's share basis: how many of its shares one share of a filing is."""

from datetime import datetime

from p3.facts.shares import split_factor
from p3.valuation.evidence import Evidence
from p3.valuation.price_history import Quote


def to_price_basis(known: Evidence, accepted: datetime, quote: Quote) -> float:
    """Return what a share count accepted at ``accepted`` is multiplied by; an amount per share is divided by it."""
    first, last = sorted((accepted, quote.known))
    factor = split_factor(known.actions, known.ticker, first, last)
    # Filed after a split that the price has not seen.
    return 1 / factor if accepted > quote.known else factor
