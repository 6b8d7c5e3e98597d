"""Whatever the signals, weights are long, within their caps, and leave the cash buffer."""

from itertools import pairwise

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from p3.portfolio import allocate, strategy

TICKERS = st.text("ABCDEFG", min_size=1, max_size=4)
UPSIDES = st.dictionaries(TICKERS, st.floats(-2, 5), max_size=40)


@given(UPSIDES, st.integers(1, 30), st.floats(0.01, 1.0), st.floats(0, 0.9))
def test_weights_keep_their_bounds(upsides, count, cap, buffer):
    base = strategy.load("value").model_dump()
    base["selection"] |= {"count": count, "fraction": 1.0, "minimum_upside": 0.0}
    base["allocation"] |= {"max_weight": cap, "cash_buffer": buffer}
    marks = pl.DataFrame(
        {"ticker": list(upsides), "upside": list(upsides.values())}, schema={"ticker": pl.String, "upside": pl.Float64}
    )
    weights = allocate.target_weights(marks, None, strategy.Strategy.model_validate(base))
    held = [ticker for ticker, upside in upsides.items() if upside >= 0]
    assert set(weights) <= set(held)
    assert len(weights) == min(count, len(held))
    assert all(0 <= weight <= cap * (1 + 1e-12) for weight in weights.values())
    assert sum(weights.values()) <= 1 - buffer + 1e-9


@given(
    st.dictionaries(TICKERS, st.floats(1e-6, 1e6), min_size=1, max_size=20), st.floats(0.05, 1.0), st.floats(0.01, 1.0)
)
def test_caps_give_away_no_more_than_they_must(raw, invested, cap):
    weights = allocate.capped(raw, invested, cap)
    total = min(invested, cap * len(raw))
    assert abs(sum(weights.values()) - total) < 1e-9
    order = sorted(raw, key=lambda ticker: raw[ticker])
    assert all(weights[a] <= weights[b] + 1e-12 for a, b in pairwise(order))
