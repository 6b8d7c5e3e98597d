"""What no published case at hand covers, worked by hand."""

from math import inf

import numpy as np
import pytest

from p3.valuation import affo, betas, earnings_power, fcfe, multiples
from p3.valuation.bridge import Claims, bridge
from p3.valuation.discounting import Timing, present_value
from p3.valuation.leases import lease_debt
from p3.valuation.lognormal import Lognormal
from p3.valuation.normalised import average_ratio
from p3.valuation.paths import Stages, fade
from p3.valuation.reverse import implied
from p3.valuation.roots import bisect
from p3.valuation.synthetic_rating import Rating, interest_coverage, rate, rate_debt, table


def test_a_fade_ends_in_its_last_year() -> None:
    assert list(fade(0.1, 0.02, Stages(2, 4))) == pytest.approx([0.1, 0.1, 0.08, 0.06, 0.04, 0.02])
    assert list(fade(0.1, 0.02, Stages(2))) == [0.1, 0.1]


def test_a_stub_in_the_middle_of_the_year() -> None:
    """Half of the first year is to come: its flow is halved and stands after a quarter, the next after a whole year."""
    found = present_value(np.array([100.0, 100.0]), np.array([0.1, 0.2]), 50.0, Timing(mid_year=True, stub=0.5))
    second = 1.1**0.5 * 1.2**0.5
    assert found.flows == pytest.approx([50 / 1.1**0.25, 100 / second])
    assert found.terminal == pytest.approx(50 / second)
    assert found.total == pytest.approx(50 / 1.1**0.25 + 150 / second)


def test_the_bridge_from_operations_to_a_share() -> None:
    claims = Claims(
        shares=10, cash=30, investments=20, debt=40, minority_interests=5, preferred=3, options=np.array([2.0, 200.0])
    )
    found = bridge(100.0, claims)
    assert found.equity == pytest.approx([100.0, 0.0])
    assert found.per_share == pytest.approx([10.0, 0.0])


def test_a_trust_by_its_adjusted_funds_from_operations() -> None:
    year = affo.Property(
        depreciation=60.0,
        impairments=5.0,
        gains_on_sale=15.0,
        recurring_capital_expenditure=12.0,
        leasing_costs=6.0,
        straight_line_rent=2.0,
    )
    assert affo.funds_from_operations(50.0, year) == 100.0
    earnings = affo.adjusted_funds_from_operations(50.0, year)
    assert earnings == 80.0
    trust = fcfe.Drivers(earnings, 0.02, 0.02, 0.08, 0.08, 0.07, 0.07, Stages(5), Timing(), Claims(shares=10.0))
    assert fcfe.forecast(trust).per_share == pytest.approx(80 * 1.02 * 0.75 / 0.05 / 10)
    assert fcfe.equity(trust).per_share == pytest.approx(80 * 1.02 * 0.75 / 0.05 / 10)


def test_earnings_power() -> None:
    """Revenue 1,000 at 12 %, taxed at 25 %: 90, and depreciation of 50 against upkeep of 40: 100, over 8 %."""
    upkeep = earnings_power.maintenance_capital_expenditure(60.0, 1000.0, 950.0, 0.4)
    assert upkeep == 40.0
    assert earnings_power.maintenance_capital_expenditure(60.0, 900.0, 950.0, 0.4) == 60.0
    firm = earnings_power.Drivers(1000.0, 0.12, 0.25, 50.0, upkeep, 0.08, Claims(shares=100.0, debt=250.0))
    assert earnings_power.normal_earnings(firm) == pytest.approx(100)
    assert earnings_power.operations(firm) == pytest.approx(1250)
    assert earnings_power.equity(firm).per_share == pytest.approx(10)


def test_multiples_leave_out_peers_that_lose_money() -> None:
    found = multiples.of_peers(np.array([100.0, 300.0, 80.0, 500.0, -5.0]), np.array([10.0, 20.0, -4.0, 25.0, 1.0]))
    assert found == multiples.Multiple(12.5, 15.0, 17.5, 3)
    claims = Claims(shares=10.0, cash=20.0, debt=70.0)
    assert multiples.equity_by_enterprise_value(found.median, 10.0, claims).per_share == pytest.approx(10.0)
    assert multiples.equity_by_price(found.median, 10.0, claims).per_share == pytest.approx(15.0)


def test_earnings_of_a_cycle() -> None:
    incomes, sales = np.array([10.0, -5.0, np.nan, 25.0]), np.array([100.0, 80.0, 90.0, 120.0])
    assert average_ratio(incomes, sales) == pytest.approx(0.1)


def test_leases_without_named_years_fall_due_in_the_next() -> None:
    assert lease_debt(np.zeros(5), 100.0, 0.05).debt == pytest.approx(100 / 1.05**6)
    assert lease_debt(np.full(5, 50.0), 20.0, 0.05).beyond == pytest.approx(20 / 1.05**6)


def test_vasicek_weighs_by_precision() -> None:
    assert betas.vasicek(betas.Estimate(1.6, 0.3), betas.Estimate(1.0, 0.6)) == pytest.approx(1.6 * 0.8 + 0.2)
    assert betas.vasicek(betas.Estimate(1.6, inf), betas.Estimate(1.0, 0.6)) == pytest.approx(1.0)


def test_the_standard_error_of_a_beta() -> None:
    """Five points about a line of slope 1: residuals 1, -1, 0, -1, 1; error = sqrt((4 / 3) / 10)."""
    market = np.arange(5.0)
    found = betas.regress(market + np.array([1.0, -1.0, 0.0, -1.0, 1.0]), market)
    assert found.beta == pytest.approx(1.0)
    assert found.error == pytest.approx((4 / 3 / 10) ** 0.5)


def test_an_industry_as_a_prior() -> None:
    found = betas.of_industry(np.array([1.0, 1.5, 2.2]), np.array([0.0, 1.0, 1.0]), np.array([0.25, 0.5, 0.0]))
    assert found.beta == pytest.approx(1.0)
    assert found.error == pytest.approx(np.std([1.0, 1.0, 1.1], ddof=1))


def test_debt_that_bears_risk_of_its_own() -> None:
    assert betas.lever(0.9, 0.5, 0.2, debt_beta=0.2) == pytest.approx(0.9 + 0.7 * 0.8 * 0.5)


RATINGS = (Rating(4.0, "A", 0.01), Rating(2.0, "B", 0.03), Rating(-inf, "D", 0.1))


def test_a_debt_gets_the_rating_that_its_own_interest_allows() -> None:
    """At 5 % the coverage of 20 on 100 is 4: an A. On 200 it is 2 at 5 % and no A, 1.43 at 7 % and no B."""
    assert rate_debt(100.0, 20.0, 0.04, RATINGS).rating.rating == "A"
    assert rate_debt(120.0, 20.0, 0.04, RATINGS).rating.rating == "B"
    assert rate_debt(200.0, 20.0, 0.04, RATINGS).rating.rating == "D"
    assert rate_debt(0.0, 20.0, 0.04, RATINGS).coverage == inf


def test_a_loss_is_rated_last() -> None:
    assert rate(interest_coverage(-1.0, 2.0), table("large")).rating == "D2/D"
    assert rate(interest_coverage(1.0, 0.0), table("small")).rating == "Aaa/AAA"


def test_roots_are_found_for_every_problem_at_once() -> None:
    squares = np.array([4.0, 9.0, 2.0])
    assert bisect(lambda x: x**2 - squares, 0.0, np.array([10.0, 5.0, 2.0])) == pytest.approx(np.sqrt(squares))


def test_of_several_roots_the_nearest_is_meant() -> None:
    assert implied(lambda x: (x - 0.1) * (x - 0.5), 0.0, low=0.0, high=1.0, near=0.45) == pytest.approx(0.5)
    assert implied(lambda x: (x - 0.1) * (x - 0.5), 0.0, low=0.0, high=1.0, near=0.2) == pytest.approx(0.1)


def test_the_probability_of_more_than_a_value() -> None:
    found = Lognormal(0.0, 0.5)
    assert found.probability_above(found.quantile(0.9)) == pytest.approx(0.1)
    assert found.probability_above(0.0) == 1.0
    assert found.times(3.0).mean == pytest.approx(3 * found.mean)
