"""What must hold for any company in the models of value, and between the models."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p3.valuation import dividends, economic_profit, fcfe, residual_income
from p3.valuation import fcff_three_stage as fcff
from p3.valuation.betas import Estimate, lever, unlever, vasicek
from p3.valuation.black_scholes import Terms, call
from p3.valuation.bridge import Claims
from p3.valuation.discounting import Timing, perpetuity, present_value
from p3.valuation.lognormal import Lognormal
from p3.valuation.paths import Stages, fade, stack
from p3.valuation.reverse import implied

STAGES = st.builds(Stages, st.integers(1, 6), st.integers(0, 6))
TIMING = st.builds(Timing, st.booleans(), st.floats(0.1, 1.0))
MONEY = st.floats(0.0, 1e11)
CLAIMS = st.builds(
    Claims,
    shares=st.floats(1.0, 1e10),
    cash=MONEY,
    investments=MONEY,
    debt=MONEY,
    minority_interests=MONEY,
    preferred=MONEY,
    options=MONEY,
)
# Growth is below every return, so that no year needs more than it earns.
FIRMS = st.builds(
    fcff.Drivers,
    revenue=st.floats(1.0, 1e12),
    margin=st.floats(0.01, 0.6),
    terminal_margin=st.floats(0.01, 0.6),
    growth=st.floats(-0.1, 0.05),
    terminal_growth=st.floats(0.0, 0.03),
    return_on_capital=st.floats(0.06, 0.6),
    terminal_return=st.floats(0.05, 0.3),
    tax_rate=st.floats(0.0, 0.4),
    terminal_tax_rate=st.floats(0.0, 0.4),
    wacc=st.floats(0.05, 0.2),
    terminal_wacc=st.floats(0.05, 0.2),
    stages=STAGES,
    timing=TIMING,
    claims=CLAIMS,
)
BANKS = st.builds(
    residual_income.Drivers,
    book_value=st.floats(1.0, 1e12),
    return_on_equity=st.floats(0.01, 0.3),
    terminal_return=st.floats(0.05, 0.2),
    growth=st.floats(-0.05, 0.15),
    terminal_growth=st.floats(0.0, 0.03),
    cost_of_equity=st.floats(0.05, 0.2),
    terminal_cost_of_equity=st.floats(0.05, 0.2),
    persistence=st.floats(0.0, 1.03),
    stages=st.builds(Stages, st.integers(1, 6), st.integers(1, 6)),
    claims=st.just(Claims()),
)


@settings(deadline=None)
@given(FIRMS, st.floats(0.001, 0.1))
def test_value_falls_with_the_discount_rate(firm: fcff.Drivers, more: float) -> None:
    dearer = replace(firm, wacc=firm.wacc + more, terminal_wacc=firm.terminal_wacc + more)
    assert fcff.forecast(dearer).operations.value < fcff.forecast(firm).operations.value


@settings(deadline=None)
@given(FIRMS, st.floats(0.0, 0.3), st.floats(0.005, 0.1), st.floats(1.01, 3.0))
def test_value_rises_with_growth_above_the_break_even_return(
    firm: fcff.Drivers, growth: float, more: float, above: float
) -> None:
    """A year's reinvestment is a share of the profit that has grown already: it breaks even at most so high."""
    rate = float(firm.wacc)
    return_on_capital = above * (1 + 2 * (growth + more)) * rate / (1 + rate)
    slow, quick = (_two_stages(firm, each, return_on_capital) for each in (growth, growth + more))
    assert fcff.forecast(quick).operations.value > fcff.forecast(slow).operations.value


@settings(deadline=None)
@given(FIRMS, st.floats(0.0, 0.3), st.floats(0.005, 0.1), st.floats(0.2, 0.99))
def test_value_falls_with_growth_below_it(firm: fcff.Drivers, growth: float, more: float, below: float) -> None:
    """A perpetuity of the return from the next year on is worth what was paid for it at wacc / (1 + wacc)."""
    return_on_capital = below * float(firm.wacc) / (1 + float(firm.wacc))
    slow, quick = (_two_stages(firm, each, return_on_capital) for each in (growth, growth + more))
    assert fcff.forecast(quick).operations.value < fcff.forecast(slow).operations.value


def _two_stages(firm: fcff.Drivers, growth: float, return_on_capital: float) -> fcff.Drivers:
    """Return the firm growing for some years and then never again, all else staying as it is."""
    return replace(
        firm,
        growth=growth,
        terminal_growth=0.0,
        return_on_capital=return_on_capital,
        terminal_return=return_on_capital,
        terminal_margin=firm.margin,
        terminal_tax_rate=firm.tax_rate,
        terminal_wacc=firm.wacc,
        stages=replace(firm.stages, fade_years=0),
        timing=Timing(),
    )


@settings(deadline=None)
@given(FIRMS)
def test_without_growth_a_firm_is_worth_its_profit_over_its_cost_of_capital(firm: fcff.Drivers) -> None:
    flat = replace(
        firm,
        growth=0.0,
        terminal_growth=0.0,
        terminal_margin=firm.margin,
        terminal_tax_rate=firm.tax_rate,
        terminal_wacc=firm.wacc,
        timing=Timing(),
    )
    nopat = firm.revenue * firm.margin * (1 - firm.tax_rate)
    assert fcff.forecast(flat).operations.value == pytest.approx(nopat / firm.wacc, rel=1e-9)


@settings(deadline=None)
@given(FIRMS)
def test_the_mid_year_convention_and_the_stub_move_a_steady_value_through_time(firm: fcff.Drivers) -> None:
    steady = replace(firm, terminal_wacc=firm.wacc)
    at_ends = fcff.forecast(replace(steady, timing=Timing())).operations.value
    in_middle = fcff.forecast(replace(steady, timing=Timing(mid_year=True))).operations.value
    assert in_middle == pytest.approx(at_ends * (1 + firm.wacc) ** 0.5, rel=1e-9)
    late = fcff.forecast(replace(steady, timing=Timing(stub=0.25))).operations
    gone = 0.75 * late.cash_flow[0] / (1 + firm.wacc) ** 0.25
    assert late.value + gone == pytest.approx(at_ends * (1 + firm.wacc) ** 0.75, rel=1e-9)


@settings(deadline=None)
@given(FIRMS, st.floats(0.0, 0.8), st.floats(0.01, 0.08))
def test_flows_to_the_firm_and_to_equity_agree_under_constant_leverage(
    firm: fcff.Drivers, debt_ratio: float, cost_of_debt: float
) -> None:
    """Debt stays ``debt_ratio`` of the firm's value in every year; the costs of capital are those of the mixture."""
    operations = fcff.forecast(replace(firm, timing=Timing())).operations
    rates = stack(list(fade(firm.wacc, firm.terminal_wacc, firm.stages)))
    worth = [float(operations.terminal_value)]
    for flow, rate in zip(operations.cash_flow[::-1], rates[::-1], strict=True):
        worth.insert(0, (worth[0] + flow) / (1 + rate))
    debt = debt_ratio * np.array(worth)
    interest, borrowed = cost_of_debt * debt[:-1], np.diff(debt)
    flows = fcfe.from_firm(operations.cash_flow, interest, firm.tax_rate, borrowed)
    required = (rates - debt_ratio * cost_of_debt * (1 - firm.tax_rate)) / (1 - debt_ratio)
    equity = present_value(flows, required, worth[-1] - debt[-1], Timing()).total
    assert equity == pytest.approx(operations.value - debt[0], rel=1e-8)


@settings(deadline=None)
@given(FIRMS, MONEY)
def test_economic_profit_and_cash_flow_agree_whatever_the_capital(firm: fcff.Drivers, capital: float) -> None:
    operations = fcff.forecast(replace(firm, timing=Timing())).operations
    rates = stack(list(fade(firm.wacc, firm.terminal_wacc, firm.stages)))
    found = economic_profit.value(capital, operations.nopat, operations.reinvestment, rates, operations.terminal_value)
    assert found.value == pytest.approx(operations.value, rel=1e-8, abs=1e-8 * capital)


@settings(deadline=None)
@given(BANKS)
def test_residual_income_and_dividends_agree_for_a_clean_surplus_bank(bank: residual_income.Drivers) -> None:
    bank = replace(bank, persistence=1 + bank.terminal_growth)
    found = residual_income.forecast(bank)
    rates = stack(list(fade(bank.cost_of_equity, bank.terminal_cost_of_equity, bank.stages)))
    book = found.book_value[-1] * (1 + bank.terminal_growth)
    payable = book * (bank.terminal_return - bank.terminal_growth)
    beyond = perpetuity(payable, bank.terminal_cost_of_equity, bank.terminal_growth)
    by_dividends = present_value(found.dividend, rates, beyond, Timing()).total
    scale = float(bank.book_value)
    assert found.equity == pytest.approx(max(by_dividends, 0.0), rel=1e-8, abs=1e-8 * scale)


@settings(deadline=None)
@given(BANKS, st.floats(0.0, 0.03))
def test_a_steady_bank_is_worth_the_same_by_the_dividend_discount_model(
    bank: residual_income.Drivers, growth: float
) -> None:
    earned = float(bank.terminal_return)
    steady = replace(
        bank,
        return_on_equity=earned,
        growth=growth,
        terminal_growth=growth,
        terminal_cost_of_equity=bank.cost_of_equity,
        persistence=1 + growth,
    )
    paid = dividends.sustainable_payout(growth, earned)
    same = dividends.Drivers(
        earnings=bank.book_value * earned / (1 + growth),
        payout=paid,
        terminal_payout=paid,
        growth=growth,
        terminal_growth=growth,
        cost_of_equity=bank.cost_of_equity,
        terminal_cost_of_equity=bank.cost_of_equity,
        stages=bank.stages,
        timing=Timing(),
    )
    value = residual_income.single_stage(bank.book_value, earned, bank.cost_of_equity, growth)
    assert residual_income.forecast(steady).equity == pytest.approx(value, rel=1e-9)
    assert dividends.forecast(same).per_share == pytest.approx(value, rel=1e-9)


@settings(deadline=None)
@given(FIRMS, st.floats(0.001, 1000), st.floats(0.001, 1000))
def test_neither_the_currency_nor_the_unit_of_shares_changes_a_value(
    firm: fcff.Drivers, currency: float, split: float
) -> None:
    claims = {field.name: getattr(firm.claims, field.name) * currency for field in fields(Claims)}
    claims["shares"] = firm.claims.shares * split
    other = fcff.forecast(replace(firm, revenue=firm.revenue * currency, claims=Claims(**claims)))
    base = fcff.forecast(firm)
    scale = sum(float(getattr(firm.claims, field.name)) for field in fields(Claims)) / float(firm.claims.shares)
    assert other.per_share * split / currency == pytest.approx(base.per_share, rel=1e-9, abs=1e-9 * scale)


@settings(deadline=None)
@given(BANKS, st.floats(0.001, 1000), st.floats(0.001, 1000))
def test_neither_changes_a_banks(bank: residual_income.Drivers, currency: float, split: float) -> None:
    other = replace(bank, book_value=bank.book_value * currency, claims=Claims(shares=split))
    found = residual_income.forecast(other).per_share * split / currency
    scale = float(bank.book_value)
    assert found == pytest.approx(residual_income.forecast(bank).per_share, rel=1e-9, abs=1e-9 * scale)


@settings(deadline=None)
@given(st.lists(FIRMS, min_size=2, max_size=4), STAGES, TIMING)
def test_companies_by_scenarios_give_what_each_gives_alone(
    firms: list[fcff.Drivers], stages: Stages, timing: Timing
) -> None:
    firms = [replace(firm, stages=stages, timing=timing, claims=Claims()) for firm in firms]
    names = [field.name for field in fields(fcff.Drivers) if field.name not in {"stages", "timing", "claims"}]
    columns = {name: np.array([[getattr(firm, name)] for firm in firms]) for name in names}
    growth = columns["growth"] + np.array([0.0, 0.01])
    together = replace(firms[0], **columns | {"growth": growth})
    alone = [[fcff.forecast(replace(firm, growth=firm.growth + more)) for more in (0.0, 0.01)] for firm in firms]
    found = fcff.forecast(together)
    assert found.operations.cash_flow.shape == (len(firms), 2, stages.high_growth_years + stages.fade_years)
    assert found.per_share == pytest.approx(np.array([[float(one.per_share) for one in row] for row in alone]))
    assert fcff.equity(together).per_share == pytest.approx(found.per_share, rel=1e-12)


@settings(deadline=None, max_examples=25)
@given(FIRMS, st.floats(-0.05, 0.05))
def test_the_growth_that_a_price_implies_gives_that_price(firm: fcff.Drivers, growth: float) -> None:
    firm = replace(firm, claims=Claims())
    price = float(fcff.forecast(replace(firm, growth=growth)).per_share)
    found = implied(
        lambda trial: fcff.equity(replace(firm, growth=trial)).per_share, price, low=-0.2, high=0.2, near=growth
    )
    assert found is not None
    assert fcff.forecast(replace(firm, growth=found)).per_share == pytest.approx(price, rel=1e-8)


def test_a_simulation_meets_the_lognormal_in_closed_form() -> None:
    """Without growth value is in proportion to revenue: lognormal revenue gives a lognormal value."""
    revenue, draws = Lognormal(4.0, 0.3), 40_000
    normal = np.random.Generator(np.random.PCG64(7)).standard_normal(draws)
    firm = fcff.Drivers(
        revenue=np.exp(revenue.mu + revenue.sigma * normal),
        margin=0.2,
        terminal_margin=0.2,
        growth=0.0,
        terminal_growth=0.0,
        return_on_capital=0.1,
        terminal_return=0.1,
        tax_rate=0.25,
        terminal_tax_rate=0.25,
        wacc=0.08,
        terminal_wacc=0.08,
        stages=Stages(5, 5),
        timing=Timing(),
        claims=Claims(shares=10.0),
    )
    values, exact = fcff.equity(firm).per_share, revenue.times(0.2 * 0.75 / 0.08 / 10.0)
    error = (exact.variance / draws) ** 0.5
    assert values.mean() == pytest.approx(exact.mean, abs=4 * error)
    assert values.var() == pytest.approx(exact.variance, rel=0.05)
    for probability in (0.05, 0.25, 0.5, 0.75, 0.95):
        assert np.mean(values <= exact.quantile(probability)) == pytest.approx(probability, abs=0.01)


@given(st.floats(-1, 3), st.floats(0, 9), st.floats(0, 0.5), st.floats(0, 0.4))
def test_a_beta_comes_back_from_its_leverage(beta: float, leverage: float, tax: float, debt_beta: float) -> None:
    assert unlever(lever(beta, leverage, tax, debt_beta), leverage, tax, debt_beta) == pytest.approx(beta, abs=1e-9)


@given(st.floats(-1, 3), st.floats(0.01, 2), st.floats(-1, 3), st.floats(0.01, 2))
def test_vasicek_lies_between_and_nearer_to_the_surer(own: float, error: float, prior: float, spread: float) -> None:
    found = vasicek(Estimate(own, error), Estimate(prior, spread))
    assert min(own, prior) - 1e-12 <= found <= max(own, prior) + 1e-12
    if abs(own - prior) > 1e-6 and abs(error - spread) > 1e-6:
        assert (abs(found - own) < abs(found - prior)) == (error < spread)


@settings(deadline=None)
@given(st.floats(1, 500), st.floats(1, 500), st.floats(0.1, 10), st.floats(0.05, 1), st.floats(0, 0.1))
def test_a_call_is_worth_less_than_the_share_and_no_less_than_exercise_in_the_end(
    spot: float, strike: float, years: float, volatility: float, rate: float
) -> None:
    value = call(spot, Terms(strike, years, volatility, rate)).value
    assert max(spot - strike * np.exp(-rate * years), 0.0) - 1e-9 <= value <= spot + 1e-9
