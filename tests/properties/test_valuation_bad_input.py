"""Whatever a filing says, a company gets a finite value or a reason for none, and never breaks the run."""

from datetime import UTC, datetime
from math import isfinite

import company_frames as frames
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from p3.valuation import assumptions, inputs
from p3.valuation.dcf import value

_BALANCES = {
    "total_liabilities": 1e9,
    "long_term_investments": 1e8,
    "operating_lease_liability": 1e8,
    "noncontrolling_interests": 1e7,
    "temporary_equity": 1e7,
    "preferred_equity": 1e7,
}
_FLOWS = {
    "dividends_paid": 1.4e8,
    "depreciation_amortization": 6e7,
    "research_and_development": 9e7,
    "net_income_to_common": 2.2e8,
}


def _items() -> pl.DataFrame:
    rows = [frames.row(item, 2023, amount, instant=True) for item, amount in _BALANCES.items()]
    rows.append(frames.row("options_outstanding", 2023, 1e6, instant=True, unit="shares"))
    rows.append(frames.row("options_exercise_price", 2023, 50.0, instant=True, unit="USD/shares"))
    flows = [frames.row(item, year, amount) for item, amount in _FLOWS.items() for year in range(2019, 2024)]
    rows += [*flows, *(row | {"duration": "ttm"} for row in flows)]
    return pl.concat([frames.line_items(), pl.DataFrame(rows, schema=frames.LINE_ITEMS)])


ITEMS = _items()
PRICES, ACTIONS, RATES = frames.prices(), frames.actions(), frames.rates()


@settings(max_examples=150, deadline=None)
@given(
    item=st.sampled_from(sorted(ITEMS["item"].unique())),
    factor=st.sampled_from([-1e6, -1.0, -1e-6, 0.0, 1e-9, 1e-3, 1e3, 1e12]),
    sic=st.sampled_from([None, "7372", "6021", "6311", "6798", "4911", "nonsense"]),
    switched=st.booleans(),
)
def test_a_wrong_amount_is_valued_or_refused(item: str, factor: float, sic: str | None, switched: bool) -> None:
    amount = pl.when(pl.col("item") == item).then(pl.col("value") * factor).otherwise(pl.col("value"))
    chosen = {"leases_as_debt": switched, "capitalise_research": switched}
    gathered = inputs.gather(
        ITEMS.with_columns(amount.alias("value")),
        PRICES,
        ACTIONS,
        RATES,
        ticker=frames.TICKER,
        cik=frames.CIK,
        sic=sic,
        benchmark=frames.BENCHMARK,
        as_of=datetime(2024, 5, 31, 23, tzinfo=UTC),
        assumptions=assumptions.load(chosen),
    )
    made = value(gathered, 7, 50)
    if made.refused is not None:
        assert made.refused
        assert made.value_per_share is None
        return
    assert made.value_per_share is not None
    assert isfinite(made.value_per_share)
    assert made.value_per_share >= 0
    assert made.distribution is not None
    assert all(isfinite(each) for each in made.distribution.values())
