"""A company's valuation from its inputs: base case, scenarios, what the price implies, sensitivity."""

from dataclasses import asdict
from typing import Any

import numpy as np

from p3.valuation import scenarios as around
from p3.valuation.records import Inputs, Refusal, Valuation


def value(inputs: Inputs | Refusal, seed: int, scenarios: int) -> Valuation:
    """Return the valuation; a refusal gives one without a value, with the reason in ``refused``.

    ``seed`` and the company fix the scenarios, so that neither the order nor the company of others changes
    them.
    """
    if isinstance(inputs, Refusal):
        return _refused(inputs)
    per_share = inputs.per_share
    drawn = around.simulate(inputs, (seed, inputs.cik), scenarios)
    return Valuation(
        ticker=inputs.ticker,
        cik=inputs.cik,
        as_of=inputs.as_of,
        model=inputs.model.name,
        value_per_share=per_share,
        price=inputs.price,
        price_date=inputs.price_date,
        upside=per_share / inputs.price - 1,
        wacc=inputs.values.get("wacc"),
        terminal_growth=inputs["terminal_growth"],
        distribution=around.distribution(drawn),
        probability_undervalued=float(np.mean(drawn > inputs.price)),
        implied_growth=around.implied_growth(inputs, inputs.price),
        inputs=inputs.inputs,
        detail=_detail(inputs) | {"histogram": around.histogram(drawn)},
        refused=None,
    )


def _detail(inputs: Inputs) -> dict[str, Any]:
    shares = inputs["shares_diluted"]
    return {
        "reason": inputs.reason,
        **inputs.model.detail(inputs.values, inputs.frame),
        "shares": shares,
        "market_capitalisation": inputs.price * shares,
        "bases": dict(inputs.bases),
        "mid_year": inputs.frame.timing.mid_year,
        "first_year_left": inputs.frame.timing.stub,
        "implied": {inputs.model.solved: around.implied(inputs, inputs.model.solved, inputs.price)},
        "scenarios": around.named(inputs),
        "sensitivity": asdict(around.sensitivity(inputs)),
        "tornado": around.tornado(inputs),
        "cross_checks": dict(inputs.cross_checks),
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
