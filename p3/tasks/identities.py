"""The identities between a company's line items, as known at the as-of."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import polars as pl

from p3.facts import view
from p3.facts.checks import Check, check
from p3.facts.periods import ANNUAL, QUARTER
from p3.facts.shares import ShareBasis, on_one_basis


def checked(line_items: pl.DataFrame, as_of: datetime, basis: ShareBasis | None) -> list[Check]:
    """Return every identity that could be evaluated in one company's fiscal years and quarters.

    With a ``basis`` share counts and earnings per share are compared on one.
    """
    years, quarters = (view.periods(line_items, as_of, duration) for duration in (ANNUAL, QUARTER))
    if basis is not None:
        years, quarters = ([on_one_basis(period, basis) for period in periods] for periods in (years, quarters))
    return check(years, quarters)


def violated(checks: Sequence[Check], duration: str) -> Mapping[tuple[date, str], list[str]]:
    """Return the identities that each (period's end, item) of periods of ``duration`` breaks."""
    broken: dict[tuple[date, str], list[str]] = defaultdict(list)
    for each in checks:
        if each.duration == duration and not each.passed:
            for item in each.items:
                broken[each.end, item].append(each.identity)
    return broken
