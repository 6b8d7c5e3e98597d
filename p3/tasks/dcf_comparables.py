"""The multiples of the scope's other companies beside each valuation: a cross-check, made of what is printed anyway."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from p3.data.tables import COMPANIES
from p3.shapes import ValuationShape
from p3.valuation.comparables import Comparable, by_industry, verdicts
from p3.workflow.session import Session


def with_comparables(session: Session, valuations: Sequence[ValuationShape]) -> list[ValuationShape]:
    """Return the valuations of one as-of, each with what its industry's multiples make of a share, if anything."""
    codes = dict(session.store.rows(COMPANIES).select("ticker", "sic").iter_rows())
    own = {each.ticker: _comparable(each, codes.get(each.ticker)) for each in valuations if each.refused is None}
    groups = by_industry(list(own.values()))
    return [_with(each, own.get(each.ticker), groups) for each in valuations]


def _with(valuation: ValuationShape, own: Comparable | None, groups: dict[str, list[Comparable]]) -> ValuationShape:
    told = verdicts(own, groups) if own else {}
    if not told:
        return valuation
    rows = {
        name: {**asdict(found.multiple), "tickers": list(found.tickers), "value_per_share": found.value_per_share}
        for name, found in told.items()
    }
    return valuation.model_copy(update={"detail": valuation.detail | {"comparables": rows}})


def _comparable(valuation: ValuationShape, sic: str | None) -> Comparable:
    detail: Mapping[str, Any] = valuation.detail
    bases = {name: detail["bases"].get(name) for name in ("earnings", "book_value", "operating_income")}
    return Comparable(
        ticker=valuation.ticker,
        sic=sic,
        shares=detail["shares"],
        market_capitalisation=detail["market_capitalisation"],
        enterprise_value=detail["bases"].get("enterprise_value"),
        **bases,
    )
