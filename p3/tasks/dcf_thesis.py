"""A written thesis on a valuation, where a language model is configured: only what the gate of `ask` lets through.

The model is given the figures of the valuation as sentences, and each claim of it must quote the one that it rests on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from p3.answer.models.protocol import LanguageModel
from p3.answer.worded import word
from p3.clock import parse_as_of
from p3.shapes import ThesisClaim, ThesisShape, ValuationShape
from p3.tasks.dcf_rows import Read
from p3.tasks.model_tiers import configured
from p3.wording import amount, few, name, number, percent
from p3.workflow.session import Session

_QUESTION = "Why is the value of a share of {ticker} what it is, and what would change it?"


@dataclass(frozen=True)
class _Figures:
    """The figures of a valuation as a passage."""

    ticker: str
    accession: str
    accepted: datetime
    text: str
    rank: int = 1
    score: float = 1.0
    form: str = "valuation"
    document: str = "valuation"
    section: str = ""
    page: None = None
    start: int = 0

    @property
    def end(self) -> int:
        """The character after the last."""
        return len(self.text)


def with_theses(session: Session, read: Read) -> Read:
    """Return the valuations, each with its thesis where a language model is configured and a model valued it."""
    model = configured(session.settings.language_model).opened()
    if model is None:
        return read
    with model:
        written = {each.valuation_id: thesis(each, model) for each in read() if each.refused is None}
    return lambda: (each.model_copy(update={"thesis": written.get(each.valuation_id)}) for each in read())


def thesis(valuation: ValuationShape, model: LanguageModel) -> ThesisShape:
    """Return what ``model`` makes of the valuation's figures; claims that the gate withholds are counted by reason."""
    known = parse_as_of(valuation.as_of or "")
    figures = _Figures(valuation.ticker, valuation.valuation_id, known, " ".join(_sentences(valuation)))
    found = word(_QUESTION.format(ticker=valuation.ticker), [figures], model)
    unanswered = [f"{each.backend or each.tier}: {each.failure}" for each in found.attempts if each.failure]
    return ThesisShape(
        claims=[ThesisClaim(sentence=claim.sentence, quotation=claim.source.text) for claim in found.claims],
        withheld=[str(refusal) for refusal in found.withheld],
        tier=found.tier,
        unanswered=unanswered,
    )


def _sentences(valuation: ValuationShape) -> Iterable[str]:
    detail, ticker = valuation.detail, valuation.ticker
    yield (
        f"A share of {ticker} is worth {number(valuation.value_per_share)} against a price of "
        f"{number(valuation.price)}, a difference of {percent(valuation.upside, signed=True)}."
    )
    yield f"The model is {name(valuation.model or '')} because of {detail.get('reason', '')}."
    yield f"The price is below {percent(valuation.probability_undervalued, 0)} of the simulated values."
    yield f"The terminal value is {percent(detail.get('terminal_share'))} of the whole value of {ticker}."
    for driver, value in detail.get("implied", {}).items():
        if value is not None:
            yield f"The price of {ticker} implies a {name(driver)} of {percent(value)}."
    for scenario, value in detail.get("scenarios", {}).items():
        yield f"In the {scenario} scenario a share of {ticker} is worth {number(value)}."
    for bar in detail.get("tornado", []):
        moved = name(few(bar["inputs"]))
        yield f"With {moved} one standard deviation lower a share is worth {number(bar['below'])}."
        yield f"With {moved} one standard deviation higher a share is worth {number(bar['above'])}."
    for given in valuation.inputs:
        yield f"The {name(given.name)} of {ticker} is {amount(given.value, given.unit)}."
