"""Free cash flow to the firm, in three stages, and in two for a company whose margin has yet to turn."""

from typing import Any

from p3.valuation import fcff, fcff_three_stage
from p3.valuation.bridge import Claims
from p3.valuation.model import GROWTH, MARGIN, RATE, RETURN, Frame, Model, Values, table
from p3.valuation.paths import Driver, Floats

CLAIMS = ("investments", "debt", "minority_interests", "preferred", "options")


def excess_cash(values: Values) -> Driver:
    """Return the cash and short-term investments that operations do not need."""
    return values["cash"] - values["operating_cash"]


def claims(values: Values) -> Claims:
    """Return what stands between operations and a share."""
    return Claims(
        shares=values["shares_diluted"],
        cash=excess_cash(values),
        investments=values["investments"],
        debt=values["debt"],
        minority_interests=values["minority_interests"],
        preferred=values["preferred"],
        options=values["options"],
    )


def _three_stage(values: Values, frame: Frame) -> fcff_three_stage.Drivers:
    return fcff_three_stage.Drivers(
        revenue=values["revenue"],
        margin=values["margin"],
        terminal_margin=values["terminal_margin"],
        growth=values["growth"],
        terminal_growth=values["terminal_growth"],
        return_on_capital=values["return_on_capital"],
        terminal_return=values["terminal_return"],
        tax_rate=values["tax_rate"],
        terminal_tax_rate=values["marginal_tax_rate"],
        wacc=values["wacc"],
        terminal_wacc=values["terminal_wacc"],
        stages=frame.stages,
        timing=frame.timing,
        claims=claims(values),
    )


def _two_stage(values: Values, frame: Frame) -> fcff.Drivers:
    before_owners = values["debt"] + values["minority_interests"] + values["preferred"] + values["options"]
    return fcff.Drivers(
        revenue=values["revenue"],
        margin=values["operating_income"] / values["revenue"],
        target_margin=values["target_margin"],
        growth=values["growth"],
        terminal_growth=values["terminal_growth"],
        tax_rate=values["tax_rate"],
        marginal_tax_rate=values["marginal_tax_rate"],
        sales_to_capital=values["sales_to_capital"],
        terminal_return=values["terminal_return"],
        wacc=values["wacc"],
        cash=excess_cash(values) + values["investments"],
        debt=before_owners,
        shares=values["shares_diluted"],
        high_growth_years=frame.stages.high_growth_years,
        fade_years=frame.stages.fade_years,
        mid_year=frame.timing.mid_year,
        stub=frame.timing.stub,
    )


def _three_stage_per_share(values: Values, frame: Frame) -> Floats:
    return fcff_three_stage.equity(_three_stage(values, frame)).per_share


def _two_stage_per_share(values: Values, frame: Frame) -> Floats:
    return fcff.forecast(_two_stage(values, frame)).per_share


def _three_stage_detail(values: Values, frame: Frame) -> dict[str, Any]:
    found = fcff_three_stage.forecast(_three_stage(values, frame))
    years = found.operations
    columns = {
        "revenue": years.revenue,
        "operating_income": years.operating_income,
        "nopat": years.nopat,
        "reinvestment": years.reinvestment,
        "cash_flow": years.cash_flow,
        "present_value": years.present_value,
    }
    whole, equity = float(years.value), float(found.equity)
    return _bridge(table(columns), float(years.terminal_value), whole, float(years.present_value.sum()), equity, values)


def _two_stage_detail(values: Values, frame: Frame) -> dict[str, Any]:
    path = fcff.forecast(_two_stage(values, frame))
    columns = {
        "growth": path.growth[0],
        "revenue": path.revenue[0],
        "margin": path.margin[0],
        "nopat": path.nopat[0],
        "reinvestment": path.reinvestment[0],
        "cash_flow": path.cash_flow[0],
        "present_value": path.present_value[0],
    }
    whole, years = float(path.operations[0]), float(path.present_value.sum())
    return _bridge(table(columns), float(path.terminal_value[0]), whole, years, float(path.equity[0]), values)


def _bridge(
    forecast: list[dict[str, float]], beyond: float, operations: float, years: float, equity: float, values: Values
) -> dict[str, Any]:
    return {
        "forecast": forecast,
        "terminal_value": beyond,
        "terminal_share": (operations - years) / operations if operations > 0 else None,
        "operations": operations,
        "excess_cash": float(excess_cash(values)),
        **{claim: float(values[claim]) for claim in CLAIMS},
        "equity": equity,
    }


THREE_STAGE = Model(
    "fcff_three_stage",
    {
        GROWTH: ("growth",),
        MARGIN: ("margin", "terminal_margin"),
        RETURN: ("return_on_capital",),
        RATE: ("wacc", "terminal_wacc"),
    },
    _three_stage_per_share,
    _three_stage_detail,
)
TWO_STAGE = Model(
    "fcff_two_stage",
    {GROWTH: ("growth",), MARGIN: ("target_margin",), RETURN: ("sales_to_capital",), RATE: ("wacc",)},
    _two_stage_per_share,
    _two_stage_detail,
)
