from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from p3.errors import DataError
from p3.portfolio import allocate, hrp, strategy

VALUE = strategy.load("value")


def marks(**upsides: float) -> pl.DataFrame:
    return pl.DataFrame({"ticker": list(upsides), "upside": list(upsides.values())})


def made(**sections) -> strategy.Strategy:
    """The default strategy, without the bounds of its selection where ``sections`` sets none."""
    base = VALUE.model_dump()
    base["selection"] |= {"fraction": 1.0, "minimum_upside": 0.0}
    return strategy.Strategy.model_validate(base | {name: base[name] | keys for name, keys in sections.items()})


def returns(count: int = 60, **deviations: float) -> pl.DataFrame:
    """Alternating returns of exactly the deviation asked for, but for the factor common to all columns."""
    days = [date(2024, 1, 1) + timedelta(days=i) for i in range(count)]
    signs = np.where(np.arange(count) % 2, 1.0, -1.0)
    return pl.DataFrame({"date": days, **{name: deviation * signs for name, deviation in deviations.items()}})


def test_the_largest_upsides_are_held_in_equal_parts():
    weights = allocate.target_weights(marks(A=0.1, B=0.3, C=-0.1, D=0.2), None, made(selection={"count": 2}))
    assert weights == pytest.approx({"B": 0.49, "D": 0.49})


def test_ties_go_by_ticker():
    assert list(allocate.target_weights(marks(Z=0.1, A=0.1, M=0.1), None, made(selection={"count": 2}))) == ["A", "M"]


def test_nothing_undervalued_is_all_cash():
    assert allocate.target_weights(marks(A=-0.1), None, made()) == {}


def test_a_ranking_without_a_floor_holds_the_better_half_rounded_up():
    upsides = marks(A=-0.1, B=-0.3, C=-0.2, D=-0.5, E=-0.4)
    weights = allocate.target_weights(upsides, None, made(selection={"fraction": 0.5, "minimum_upside": -1.0}))
    assert sorted(weights) == ["A", "B", "C"]
    assert allocate.target_weights(upsides, None, VALUE) == weights


def test_a_cap_leaves_the_rest_in_cash():
    assert allocate.target_weights(marks(A=0.1), None, VALUE) == {"A": 0.5}


def test_what_a_cap_takes_goes_to_the_others():
    assert allocate.capped({"A": 8.0, "B": 1.0, "C": 1.0}, 1.0, 0.5) == pytest.approx({"A": 0.5, "B": 0.25, "C": 0.25})
    cascade = allocate.capped({"A": 70.0, "B": 20.0, "C": 10.0}, 1.0, 0.4)
    assert cascade == pytest.approx({"A": 0.4, "B": 0.4, "C": 0.2})


def test_inverse_volatility_by_hand():
    """Deviations 1 : 2 : 4 give weights 4 : 2 : 1."""
    weights = allocate.inverse_volatility(returns(A=0.01, B=0.02, C=0.04).drop("date"))
    assert weights == pytest.approx({"A": 4 / 7, "B": 2 / 7, "C": 1 / 7})


def test_a_company_without_enough_returns_is_passed_over():
    table = returns(A=0.01, B=0.02, FLAT=0.0).with_columns(
        pl.when(pl.int_range(60) < 30).then(float("nan")).otherwise(pl.lit(0.01) * (pl.int_range(60) % 2)).alias("NEW")
    )
    chosen = made(allocation={"method": "inverse_volatility", "max_weight": 1.0, "cash_buffer": 0.0})
    weights = allocate.target_weights(marks(A=0.1, B=0.1, FLAT=0.9, NEW=0.9, ABSENT=0.9), table, chosen)
    assert weights == pytest.approx({"A": 2 / 3, "B": 1 / 3})


def test_risk_methods_without_returns_are_an_error():
    with pytest.raises(DataError):
        allocate.target_weights(marks(A=0.1), None, made(allocation={"method": "hrp"}))


@pytest.mark.slow
def test_hrp_of_two_is_inverse_variance():
    """With two assets the bisection is one split by variance: 4 : 1 for deviations 1 : 2."""
    rng = np.random.default_rng(5)
    draws = rng.normal(size=(500, 2))
    draws = (draws - draws.mean(axis=0)) / draws.std(axis=0, ddof=1)
    weights = hrp.weights(pl.DataFrame({"A": 0.01 * draws[:, 0], "B": 0.02 * draws[:, 1]}))
    assert weights == pytest.approx({"A": 0.8, "B": 0.2}, abs=1e-6)


@pytest.mark.slow
def test_hrp_leaves_out_rows_with_gaps_and_refuses_what_riskfolio_would_pass():
    rng = np.random.default_rng(5)
    whole = pl.DataFrame({name: rng.normal(0, 0.01, 100) for name in "ABC"})
    gapped = pl.concat([whole, pl.DataFrame({"A": [float("nan")], "B": [0.5], "C": [0.5]})])
    assert hrp.weights(gapped) == pytest.approx(hrp.weights(whole))
    assert sum(hrp.weights(whole).values()) == pytest.approx(1.0)
    assert hrp.weights(whole.select("A")) == {"A": 1.0}
    with pytest.raises(DataError):
        hrp.weights(whole.with_columns(D=pl.lit(float("nan"))))
    with pytest.raises(DataError):
        hrp.weights(whole.with_columns(D=pl.lit(0.01)))
