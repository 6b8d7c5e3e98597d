"""Metrics against published numbers; the source stands beside each."""

from datetime import date, timedelta

import numpy as np
import pytest

from p3.backtest import metrics, sharpe_statistics
from p3.backtest.sharpe_statistics import Moments
from p3.errors import DataError
from p3.portfolio.strategy import MetricsSettings

# Bacon, Practical Portfolio Performance Measurement and Attribution, 2nd ed. (2008), as in PerformanceAnalytics
BACON = np.array(
    [
        0.003, 0.026, 0.011, -0.01, 0.015, 0.025, 0.016, 0.067, -0.014, 0.04, -0.005, 0.081,
        0.04, -0.037, -0.061, 0.017, -0.049, -0.022, 0.07, 0.058, -0.065, 0.024, -0.005, -0.009,
    ]
)  # fmt: skip
BACON_BENCHMARK = np.array(
    [
        0.002, 0.025, 0.018, -0.011, 0.014, 0.018, 0.014, 0.065, -0.015, 0.042, -0.006, 0.083,
        0.039, -0.038, -0.062, 0.015, -0.048, 0.021, 0.06, 0.056, -0.067, 0.019, -0.003, 0.0,
    ]
)  # fmt: skip
# empyrical, tests/test_stats.py, mixed_returns with its leading value 0
MIXED = np.array([0.0, 0.01, 0.1, -0.04, 0.02, 0.03, 0.02, 0.01, -0.1])
NOTHING = np.zeros(24)


def test_bacon_downside_deviation_and_alpha():
    assert metrics.downside_deviation(BACON, 0.005) == pytest.approx(0.0255, abs=6e-4)
    assert metrics.alpha(BACON, BACON_BENCHMARK, NOTHING, 12) == pytest.approx(-0.014, abs=6e-4)


def test_bacon_kurtosis():
    assert sharpe_statistics.moments(BACON).kurtosis == pytest.approx(2.43, abs=6e-3)


def test_computeyard_sharpe_and_drawdown():
    returns = np.array([0.1, -0.05, 0.1])
    assert metrics.sharpe(returns, 0.0, 12) == pytest.approx(2.0, abs=6e-3)
    assert metrics.max_drawdown(returns) == pytest.approx(-0.05)


@pytest.mark.parametrize(
    ("per_year", "cagr", "volatility", "calmar"),
    [
        (52, 0.2469083051, 0.3885156939, 2.469083051),
        (12, 0.05224206139, 0.1866369024, 0.5224206139),
    ],
)
def test_empyrical_returns(per_year, cagr, volatility, calmar):
    assert metrics.cagr(MIXED, per_year) == pytest.approx(cagr, abs=1e-9)
    assert metrics.volatility(MIXED, per_year) == pytest.approx(volatility, abs=1e-9)
    assert metrics.calmar(MIXED, per_year) == pytest.approx(calmar, abs=1e-8)


def test_empyrical_daily_sharpe():
    assert metrics.sharpe(MIXED[1:], 0.0, 252) == pytest.approx(1.723861396, abs=1e-8)


@pytest.mark.parametrize(
    ("per_year", "sortino", "downside"), [(52, 1.115890106, 0.2588865045), (12, 0.5360562674, 0.124365054)]
)
def test_empyrical_sortino(per_year, sortino, downside):
    assert metrics.sortino(MIXED, 0.0, per_year) == pytest.approx(sortino, abs=1e-8)
    assert metrics.downside_deviation(MIXED) * per_year**0.5 == pytest.approx(downside, abs=1e-9)


def test_information_ratio_of_five_years():
    """LeetQuiz CFA question bank: mean active 0.004, tracking error 0.00667, information ratio 0.6."""
    ours = np.array([0.072, 0.052, 0.052, 0.06, 0.048])
    theirs = np.array([0.07, 0.054, 0.047, 0.06, 0.033])
    assert metrics.tracking_error(ours, theirs, 1) == pytest.approx(0.00667, abs=1e-5)
    assert metrics.information_ratio(ours, theirs, 1) == pytest.approx(0.6, abs=6e-3)


def test_information_ratio_of_three_years():
    """ActEd solution, Fund A: 1.06 a year; compound returns 0.0515 and 0.0131."""
    ours, theirs = np.array([0.05, 0.1, 0.006536]), np.array([-0.01, 0.04, 0.01])
    assert metrics.cagr(ours, 1) == pytest.approx(0.0515, abs=1e-4)
    assert metrics.information_ratio(ours, theirs, 1) == pytest.approx(1.06, abs=6e-3)


def test_beta_of_a_leveraged_benchmark():
    assert metrics.beta(2 * BACON_BENCHMARK + 0.001, BACON_BENCHMARK, 0.0) == pytest.approx(2.0)


def test_drawdown_counts_the_start_as_a_high():
    assert metrics.drawdowns(np.array([-0.1, 0.05])).tolist() == pytest.approx([-0.1, -0.055])


def test_undefined_is_none_and_not_zero():
    constant = np.full(10, 0.01)
    assert metrics.sharpe(constant, 0.0, 12) is None
    assert metrics.sortino(constant, 0.0, 12) is None
    assert metrics.calmar(constant, 12) is None
    assert metrics.beta(BACON[:10], constant, 0.0) is None
    assert metrics.volatility(np.array([0.1]), 12) is None


def test_turnover_of_one_full_switch_in_a_year():
    """100 sold and 100 bought of 100, in 12 months: the portfolio is turned over once."""
    assert metrics.turnover(np.array([-100.0, 100.0]), np.full(13, 100.0), 12) == pytest.approx(1.0)


@pytest.mark.parametrize(("step", "expected"), [(1, 252), (7, 52), (30, 12), (91, 4)])
def test_bars_per_year_follow_the_bars(step, expected):
    dates = [date(2020, 1, 1) + timedelta(days=step * i) for i in range(20)]
    assert metrics.bars_per_year(dates) == expected


def test_bars_without_a_frequency_are_refused():
    with pytest.raises(DataError):
        metrics.bars_per_year([date(2020, 1, 1)])
    with pytest.raises(DataError):
        metrics.bars_per_year([date(2020, 1, 1), date(2021, 1, 1)])


def test_standard_error_of_a_sharpe_ratio():
    """López de Prado, Lipton and Zoonekynd (2025): 0.329 for these moments of 24 returns, 0.214 for normal ones."""
    ratio = 0.036 / 0.079
    assert (sharpe_statistics.variance(ratio, Moments(-2.448, 10.164)) / 24) ** 0.5 == pytest.approx(0.329, abs=6e-4)
    assert (sharpe_statistics.variance(ratio, Moments(0, 3)) / 24) ** 0.5 == pytest.approx(0.214, abs=6e-4)


@pytest.mark.parametrize(("trials", "spread", "expected"), [(10, 0.1, 0.498), (10, 1.0, 1.575), (45, 0.2, 0.9998)])
def test_expected_maximum_of_trials(trials, spread, expected):
    """The same paper: 0.498. Bailey and others (2013): 1.575, and 45 trials over 5 years reach 1."""
    assert sharpe_statistics.expected_maximum(trials, spread) == pytest.approx(expected, abs=6e-4)


def test_probabilistic_sharpe_of_2012():
    """Figures of the 2012 paper from memory, recomputed: 0.913, and 0.982 for normal returns."""
    assert sharpe_statistics.probabilistic(0.458, Moments(-2.448, 10.164), 24, 0) == pytest.approx(0.913, abs=1.5e-3)
    assert sharpe_statistics.probabilistic(0.458, Moments(0, 3), 24, 0) == pytest.approx(0.982, abs=1.5e-3)


def test_deflated_sharpe_of_2014():
    """Numerical example of the 2014 paper from memory, recomputed: 0.9004."""
    daily = 2.5 / 250**0.5
    found = sharpe_statistics.deflated(daily, Moments(-3, 10), 1250, 100, 0.5 / 250)
    assert found == pytest.approx(0.9004, abs=2e-4)


def test_moments_without_a_variance_give_none():
    assert sharpe_statistics.probabilistic(1.0, Moments(3.0, 1.0), 24, 0) is None


def test_more_trials_deflate():
    one = MetricsSettings(risk_free=0.0, trials=1)
    many = MetricsSettings(risk_free=0.0, trials=50, trial_sharpe_variance=0.5)
    single = metrics.deflated_sharpe(BACON, NOTHING, 12, one)
    ratio = BACON.mean() / BACON.std(ddof=1)
    assert single == sharpe_statistics.probabilistic(ratio, sharpe_statistics.moments(BACON), 24, 0)
    assert metrics.deflated_sharpe(BACON, NOTHING, 12, many) < single
