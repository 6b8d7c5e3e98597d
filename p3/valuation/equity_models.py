"""What flows to the owners: residual income, dividends, and a real estate trust's adjusted funds from operations."""

from typing import Any

import numpy as np

from p3.valuation import dividends, fcfe, residual_income
from p3.valuation.bridge import Claims
from p3.valuation.fcfe import payout
from p3.valuation.firm_models import CLAIMS, excess_cash
from p3.valuation.model import GROWTH, MARGIN, RATE, RETURN, Frame, Model, Values, table
from p3.valuation.paths import Floats


def _residual(values: Values, frame: Frame) -> residual_income.Drivers:
    return residual_income.Drivers(
        book_value=values["book_value"],
        return_on_equity=values["return_on_equity"],
        terminal_return=values["terminal_return"],
        growth=values["growth"],
        terminal_growth=values["terminal_growth"],
        cost_of_equity=values["cost_of_equity"],
        terminal_cost_of_equity=values["terminal_cost_of_equity"],
        persistence=values["persistence"],
        stages=frame.stages,
        claims=Claims(shares=values["shares_diluted"]),
    )


def _residual_per_share(values: Values, frame: Frame) -> Floats:
    at_accounts = residual_income.equity(_residual(values, frame)).equity
    return np.asarray(_at_as_of(at_accounts, values, frame) / values["shares_diluted"], dtype=np.float64)


def _at_as_of(at_accounts: Floats, values: Values, frame: Frame) -> Floats:
    """Return the value that was of the balance sheet's day as of today: grown at the owners' return, less dividends."""
    paid = values["book_value"] * (values["return_on_equity"] - values["growth"]) * frame.elapsed
    grown = at_accounts * (1.0 + values["cost_of_equity"]) ** frame.elapsed
    return np.maximum(grown - paid, 0.0)


def _residual_detail(values: Values, frame: Frame) -> dict[str, Any]:
    found = residual_income.forecast(_residual(values, frame))
    columns = {
        "book_value": found.book_value,
        "earnings": found.earnings,
        "dividend": found.dividend,
        "residual_income": found.residual_income,
        "present_value": found.present_value,
    }
    at_accounts = float(found.equity)
    beyond = at_accounts - float(values["book_value"]) - float(found.present_value.sum())
    return {
        "forecast": table(columns),
        "terminal_value": float(found.terminal_value),
        "terminal_share": beyond / at_accounts if at_accounts > 0 else None,
        "book_value": float(values["book_value"]),
        "equity_at_accounts": at_accounts,
        "equity": float(_at_as_of(found.equity, values, frame)),
    }


def _dividends(values: Values, frame: Frame) -> dividends.Drivers:
    return dividends.Drivers(
        earnings=values["net_income"] / values["shares_diluted"],
        payout=values["payout"],
        terminal_payout=payout(values["terminal_growth"], values["terminal_return"]),
        growth=values["growth"],
        terminal_growth=values["terminal_growth"],
        cost_of_equity=values["cost_of_equity"],
        terminal_cost_of_equity=values["terminal_cost_of_equity"],
        stages=frame.stages,
        timing=frame.timing,
    )


def _dividends_per_share(values: Values, frame: Frame) -> Floats:
    return dividends.per_share(_dividends(values, frame))


def _dividends_detail(values: Values, frame: Frame) -> dict[str, Any]:
    found = dividends.forecast(_dividends(values, frame))
    flows = found.flows
    columns = {
        "earnings_per_share": flows.earnings,
        "dividend_per_share": flows.flow,
        "present_value": flows.present_value,
    }
    whole = float(found.per_share)
    return {
        "forecast": table(columns),
        "terminal_value": float(flows.terminal_value),
        "terminal_share": 1 - float(flows.present_value.sum()) / whole if whole > 0 else None,
        "equity": whole * float(values["shares_diluted"]),
    }


def _trust(values: Values, frame: Frame) -> fcfe.Drivers:
    return fcfe.Drivers(
        earnings=values["affo"],
        growth=values["growth"],
        terminal_growth=values["terminal_growth"],
        return_on_equity=values["return_on_equity"],
        terminal_return=values["terminal_return"],
        cost_of_equity=values["cost_of_equity"],
        terminal_cost_of_equity=values["terminal_cost_of_equity"],
        stages=frame.stages,
        timing=frame.timing,
        claims=Claims(
            shares=values["shares_diluted"],
            cash=excess_cash(values),
            investments=values["investments"],
            minority_interests=values["minority_interests"],
            preferred=values["preferred"],
            options=values["options"],
        ),
    )


def _trust_per_share(values: Values, frame: Frame) -> Floats:
    return fcfe.equity(_trust(values, frame)).per_share


def _trust_detail(values: Values, frame: Frame) -> dict[str, Any]:
    found = fcfe.forecast(_trust(values, frame))
    flows = found.flows
    columns = {"affo": flows.earnings, "flow_to_equity": flows.flow, "present_value": flows.present_value}
    whole = float(flows.value)
    return {
        "forecast": table(columns),
        "terminal_value": float(flows.terminal_value),
        "terminal_share": 1 - float(flows.present_value.sum()) / whole if whole > 0 else None,
        "excess_cash": float(excess_cash(values)),
        **{claim: float(values[claim]) for claim in CLAIMS if claim in values},
        "equity": float(found.equity),
    }


_RATES = ("cost_of_equity", "terminal_cost_of_equity")
RESIDUAL_INCOME = Model(
    "residual_income",
    {GROWTH: ("growth",), MARGIN: ("return_on_equity",), RETURN: ("terminal_return",), RATE: _RATES},
    _residual_per_share,
    _residual_detail,
    solved="return_on_equity",
)
DIVIDENDS = Model(
    "dividend_discount",
    {GROWTH: ("growth",), MARGIN: ("net_income",), RETURN: ("terminal_return",), RATE: _RATES},
    _dividends_per_share,
    _dividends_detail,
)
AFFO = Model(
    "affo",
    {GROWTH: ("growth",), MARGIN: ("affo",), RETURN: ("return_on_equity",), RATE: _RATES},
    _trust_per_share,
    _trust_detail,
)
