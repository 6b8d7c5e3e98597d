from datetime import UTC, datetime, timedelta

import pytest

from p3.errors import DataError
from p3.portfolio import limits, strategy
from p3.portfolio.limits import Quote

NOW = datetime(2024, 6, 28, 21, tzinfo=UTC)
LIMITS = strategy.load("value").limits
QUOTES = {"A": Quote(100.0, NOW - timedelta(hours=1)), "B": Quote(50.0, NOW - timedelta(hours=1))}


def rules(orders, positions=None, quotes=QUOTES, equity=10_000.0, **changes) -> list[tuple[str, str | None]]:
    changed = LIMITS.model_copy(update=changes)
    found = limits.check(orders, quotes, positions or {}, equity, changed, as_of=NOW)
    return [(refusal.rule, refusal.ticker) for refusal in found]


def test_a_sound_list_passes():
    assert rules({"A": 49.0, "B": 98.0}) == []
    assert rules({"A": -40.0}, {"A": 40.0}) == []


def test_position_weight():
    assert rules({"A": 55.0}) == []
    assert rules({"A": 56.0}) == [("max_position_weight", "A")]
    assert rules({"A": 10.0}, {"A": 46.0}) == [("max_position_weight", "A")]


def test_selling_out_of_a_position_above_its_limit_passes():
    assert rules({"A": -10.0}, {"A": 90.0}) == []


def test_order_notional():
    assert rules({"A": -40.0}, {"A": 40.0}, max_order_notional=3_999.0) == [("max_order_notional", "A")]


def test_turnover_is_the_larger_side():
    assert rules({"A": -40.0, "B": 80.0}, {"A": 40.0}, max_turnover=0.4) == []
    assert rules({"A": -40.0, "B": 82.0}, {"A": 40.0}, max_turnover=0.4) == [("max_turnover", None)]


def test_exposures():
    assert rules({"B": 110.0}, {"A": 50.0}) == [("max_gross_exposure", None), ("max_net_exposure", None)]
    assert rules({"B": -20.0}, {"A": 100.0, "B": 50.0}) == []  # still above 1, but less than before


def test_short():
    assert rules({"A": -11.0}, {"A": 10.0}) == [("no_short", "A")]
    assert rules({"A": -11.0}, {"A": 10.0}, allow_short=True) == []


@pytest.mark.parametrize(
    "quote",
    [None, Quote(float("nan"), NOW), Quote(0.0, NOW), Quote(-5.0, NOW), Quote(100.0, NOW + timedelta(seconds=1))],
    ids=["none", "nan", "zero", "negative", "known later"],
)
def test_an_unknown_price_refuses_the_order_and_hides_a_position(quote):
    quotes = {**QUOTES, "A": quote} if quote else {"B": QUOTES["B"]}
    assert rules({"A": 1.0}, quotes=quotes) == [("unknown_price", "A")]
    assert rules({"B": 1.0}, {"A": 1.0}, quotes=quotes) == [("unknown_price", "A")]


def test_a_stale_price():
    stale = {**QUOTES, "A": Quote(100.0, NOW - timedelta(days=LIMITS.max_price_age_days + 1))}
    assert rules({"A": 1.0}, quotes=stale) == [("stale_price", "A")]
    assert rules({"B": 1.0}, {"A": 1.0}, quotes=stale) == []


@pytest.mark.parametrize("amount", [float("nan"), float("inf")])
def test_an_order_that_is_no_number_is_refused(amount):
    assert rules({"A": amount}) == [("malformed_order", "A")]


@pytest.mark.parametrize("equity", [0.0, -1.0, float("nan")])
def test_without_equity_nothing_can_be_checked(equity):
    with pytest.raises(DataError):
        rules({"A": 1.0}, equity=equity)


def test_the_detail_says_how_far():
    found = limits.check({"A": 60.0}, QUOTES, {}, 10_000.0, LIMITS, as_of=NOW)
    assert found[0].detail == "A would be 60.00%, the limit is 55.00%"
