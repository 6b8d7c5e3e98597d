"""A company's valuation from its inputs: base case, scenarios, what the price implies, sensitivity."""

from dataclasses import asdict
from typing import Any

import numpy as np

from p3.valuation import scenarios as around
from p3.valuation.fcff import Drivers, Forecast, forecast
from p3.valuation.records import Inputs, Refusal, Valuation

MODEL = "fcff_two_stage"


def drivers(inputs: Inputs) -> Drivers:
    """Return the model's drivers."""
    rules = inputs.rules.forecast
    return Drivers(
        revenue=inputs["revenue"],
        margin=inputs["operating_income"] / inputs["revenue"],
        target_margin=inputs["target_margin"],
        growth=inputs["growth"],
        terminal_growth=inputs["terminal_growth"],
        tax_rate=inputs["tax_rate"],
        marginal_tax_rate=inputs["marginal_tax_rate"],
        sales_to_capital=inputs["sales_to_capital"],
        terminal_return=inputs["terminal_return"],
        wacc=inputs["wacc"],
        cash=inputs["cash"],
        debt=inputs["debt"],
        shares=inputs["shares_diluted"],
        high_growth_years=rules.high_growth_years,
        fade_years=rules.fade_years,
        mid_year=rules.mid_year,
    )


def value(inputs: Inputs | Refusal, seed: int, scenarios: int) -> Valuation:
    """Return the valuation; a refusal gives one without a value, with the reason in ``refused``.

    ``seed`` and the company fix the scenarios, so that neither the order nor the company of others changes
    them.
    """
    if isinstance(inputs, Refusal):
        return _refused(inputs)
    base = drivers(inputs)
    path = forecast(base)
    per_share = float(path.per_share[0])
    drawn = around.simulate(base, inputs.rules, (seed, inputs.cik), scenarios)
    return Valuation(
        ticker=inputs.ticker,
        cik=inputs.cik,
        as_of=inputs.as_of,
        model=MODEL,
        value_per_share=per_share,
        price=inputs.price,
        price_date=inputs.price_date,
        upside=per_share / inputs.price - 1,
        wacc=inputs["wacc"],
        terminal_growth=inputs["terminal_growth"],
        distribution=around.distribution(drawn),
        probability_undervalued=float(np.mean(drawn > inputs.price)),
        implied_growth=around.implied_growth(base, inputs.price),
        inputs=inputs.inputs,
        detail=_detail(inputs, path) | {"sensitivity": asdict(around.sensitivity(base, inputs.rules))},
        refused=None,
    )


def _detail(inputs: Inputs, path: Forecast) -> dict[str, Any]:
    rows = zip(
        path.growth[0],
        path.revenue[0],
        path.margin[0],
        path.nopat[0],
        path.reinvestment[0],
        path.cash_flow[0],
        path.present_value[0],
        strict=True,
    )
    names = ("growth", "revenue", "margin", "nopat", "reinvestment", "cash_flow", "present_value")
    return {
        "forecast": [
            {"year": year} | dict(zip(names, map(float, row), strict=True)) for year, row in enumerate(rows, 1)
        ],
        "terminal_value": float(path.terminal_value[0]),
        "operations": float(path.operations[0]),
        "cash": inputs["cash"],
        "debt": inputs["debt"],
        "equity": float(path.equity[0]),
        "shares": inputs["shares_diluted"],
        "market_capitalisation": inputs.price * inputs["shares_diluted"],
        "mid_year": inputs.rules.forecast.mid_year,
    }


def _refused(refusal: Refusal) -> Valuation:
    return Valuation(
        ticker=refusal.ticker,
        cik=refusal.cik,
        as_of=refusal.as_of,
        model="none",
        value_per_share=None,
        price=refusal.price,
        price_date=refusal.price_date,
        upside=None,
        wacc=None,
        terminal_growth=None,
        distribution=None,
        probability_undervalued=None,
        implied_growth=None,
        inputs=(),
        detail={},
        refused=refusal.reason,
    )
