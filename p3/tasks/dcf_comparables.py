"""The multiples of the scope's other companies beside each valuation: a cross-check, made of what is printed anyway."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from p3.data.tables import COMPANIES
from p3.shapes import ValuationShape
from p3.tasks.dcf_rows import Read, printed, rows
from p3.valuation.comparables import Comparable, by_industry, verdicts
from p3.workflow.session import Session


def with_comparables(session: Session, ids: Sequence[str]) -> Read:
    """Return the valuations of one as-of by id, each with what its industry's multiples make of a share, if anything.

    Raises DataError where one is missing.
    """
    codes = dict(session.store.rows(COMPANIES).select("ticker", "sic").iter_rows())
    valued = (row for row in rows(session, ids) if row["refused"] is None)
    own = {row["ticker"]: _comparable(row, codes.get(row["ticker"])) for row in valued}
    groups, read = by_industry(list(own.values())), printed(session, ids)
    return lambda: (_with(each, own.get(each.ticker), groups) for each in read())


def _with(valuation: ValuationShape, own: Comparable | None, groups: dict[str, list[Comparable]]) -> ValuationShape:
    told = verdicts(own, groups) if own else {}
    if not told:
        return valuation
    rows = {
        name: {**asdict(found.multiple), "tickers": list(found.tickers), "value_per_share": found.value_per_share}
        for name, found in told.items()
    }
    return valuation.model_copy(update={"detail": valuation.detail | {"comparables": rows}})


def _comparable(row: Mapping[str, Any], sic: str | None) -> Comparable:
    detail: Mapping[str, Any] = json.loads(row["detail"])
    bases = {name: detail["bases"].get(name) for name in ("earnings", "book_value", "operating_income")}
    return Comparable(
        ticker=row["ticker"],
        sic=sic,
        shares=detail["shares"],
        market_capitalisation=detail["market_capitalisation"],
        enterprise_value=detail["bases"].get("enterprise_value"),
        **bases,
    )
