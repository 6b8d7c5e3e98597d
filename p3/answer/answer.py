"""From a question to an answer with its sources.

1. Read the question by rules (`reading`); understood whole, it is computed from line items (`numeric`).
2. A period that was still to come at the as-of is said to be so; nothing is put in its place.
3. Otherwise passages are searched, and the sentences that hold what is asked are quoted (`quotes`), or worded by a
   model whose every claim must stand in a passage (`worded`).
4. Nothing found: an abstention, with the reason.
5. What the confidence lets the answer do (`confidence`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import polars as pl

from p3.answer import companies
from p3.answer.confidence import judged, load_rules
from p3.answer.doubts import signals as signals_of_quotes
from p3.answer.expression import NotComputableError
from p3.answer.figures import Figures, NotYetKnownError
from p3.answer.lexicon import load_lexicon
from p3.answer.names import required_names
from p3.answer.numeric import compute
from p3.answer.periods import PeriodKey
from p3.answer.phrasing import SIGNALS, described, disagreements, gather, sentence, signals, spans, steps
from p3.answer.quotes import Nearness, best_quotes, cite
from p3.answer.reading import NotNumericError, Request, read
from p3.answer.result import Answer, Citation, Context, Passage
from p3.answer.worded import Worded, word
from p3.clock import market_date
from p3.errors import UsageError
from p3.retrieval.understand import Query, parse

MAX_QUESTION = 2000  # characters
PASSAGES = 10
RULES = "rules"
_WORDED = 0.75  # what a model words from the passages found is often, not always, the answer


def answer(question: str, context: Context) -> Answer:
    """Return the answer to ``question`` as of ``context.as_of``.

    Raises UsageError for an empty question or one of more than 2,000 characters. Where every model fails text is quoted
    as without one, and ``worded`` says why.
    """
    return judged(_found(_checked(question), context), load_rules())


def _found(asked: str, context: Context) -> Answer:
    try:
        request = read(asked, context.companies, load_lexicon())
    except NotNumericError as reason:
        return _from_passages(asked, context, (f"not computed: {reason}",))
    latest = max((key.fiscal_year for key in request.periods if key.fiscal_year), default=None)
    figures = Figures(context.line_items, context.as_of, context.statements, latest, context.bases)
    try:
        found = _from_facts(asked, request, figures, context)
    except NotYetKnownError as reason:
        found = _not_yet_known(asked, request, reason, figures, context)
    except NotComputableError as reason:
        found = _from_passages(asked, context, (f"not computed: {reason}",), _years(request))
    return replace(found, request=described(request))


def _years(request: Request) -> tuple[str, ...]:
    """Return the years that a figure was asked of: what says nothing of them would answer another question."""
    years = {key.end.year if key.end else key.fiscal_year for key in request.periods}
    return tuple(str(year) for year in sorted(year for year in years if year is not None))


def _checked(question: str) -> str:
    asked = " ".join(question.split())
    if not asked:
        raise UsageError(
            "the question is empty", 'Write one, such as: p3 ask "What was NVIDIA\'s revenue in fiscal 2024?"'
        )
    if len(asked) > MAX_QUESTION:
        raise UsageError(f"the question has {len(asked)} characters", f"Ask in at most {MAX_QUESTION}.")
    return asked


def _tickers(context: Context) -> dict[int, str]:
    rows = context.companies.select("cik", "ticker", "name").iter_rows()
    return {cik: ticker or name for cik, ticker, name in rows}


def _names(context: Context) -> dict[str, str]:
    """Return each ticker's company name."""
    return dict(context.companies.filter(pl.col("ticker").is_not_null()).select("ticker", "name").iter_rows())


def _from_facts(asked: str, request: Request, figures: Figures, context: Context) -> Answer:
    names = _tickers(context)
    computed = compute(request, figures, names)
    sources = gather(computed.figures, context.documents)
    weights = signals(request, computed.figures)
    doubts = disagreements(computed.figures, figures, names)
    if doubts:
        weights["statement_disagrees"] = SIGNALS["statement_disagrees"]
    return Answer(
        asked,
        " ".join((sentence(request, computed, sources, names), *doubts)),
        "answered",
        round(math.prod(weights.values()), 4),
        "facts",
        RULES,
        value=computed.value.value if computed.value else None,
        unit=computed.value.unit if computed.value else None,
        formula=computed.formula,
        citations=sources.citations,
        steps=(*steps(request, computed, names), *doubts),
        signals=weights,
    )


def _not_yet_known(
    asked: str, request: Request, reason: NotYetKnownError, figures: Figures, context: Context
) -> Answer:
    """Abstain, naming the newest period known and, for a plain question, what was asked for in it."""
    names = _tickers(context)
    newest_known = f"The newest period known then is {spans([reason.newest])}."
    held = f"in the filings held that were known on {market_date(context.as_of)}"
    text = f"{names[reason.cik]}: {reason} {held}. {newest_known}"
    citations: tuple[Citation, ...] = ()
    if request.operation == "value":
        newest = replace(request, periods=(PeriodKey(request.periods[0].duration),))
        try:
            computed = compute(newest, figures, names)
        except NotComputableError:
            pass
        else:
            sources = gather(computed.figures, context.documents)
            text, citations = f"{text} {sentence(newest, computed, sources, names)}", sources.citations
    return Answer(asked, text, "abstained", 0.0, "facts", RULES, citations=citations, steps=(str(reason),))


def _from_passages(asked: str, context: Context, taken: tuple[str, ...], years: tuple[str, ...] = ()) -> Answer:
    query = parse(asked, context.companies)
    passages = _allowed(asked, query, context, years)
    if not passages:
        return _abstained(asked, "no passage known at the as-of holds what is asked", taken)
    found = _from_text(asked, query, passages, context, taken)
    return replace(found, passages=tuple(map(_place, passages)))


def _place(passage: Passage) -> dict[str, Any]:
    names = ("rank", "document", "accession", "section", "page", "start", "end")
    return {name: getattr(passage, name) for name in names}


def _from_text(asked: str, query: Query, passages: list[Passage], context: Context, taken: tuple[str, ...]) -> Answer:
    nearness = _nearness(asked, context)
    if context.model is None:
        return _quoted_answer(asked, query, passages, taken, nearness)
    worded = word(asked, passages, context.model, _names(context), context.listen, context.template)
    taken = (*taken, *_attempted(worded))
    if worded.tier is not None:
        found = _worded_answer(asked, worded, worded.tier, taken)
    else:
        found = _quoted_answer(asked, query, passages, (*taken, "no model answered: quoted by rules"), nearness)
    return replace(found, worded=worded.as_dict())


def _allowed(asked: str, query: Query, context: Context, years: tuple[str, ...]) -> list[Passage]:
    """Return the passages known at the as-of, of the companies asked about, that hold every other name in the question,
    every one of ``years``, and every year in the question that was still to come.
    """
    owners = {ticker for cik, ticker in _tickers(context).items() if cik in query.ciks}
    to_come = (str(year) for year in query.fiscal_years if year > context.as_of.year + 1)
    names = (*required_names(asked, context.companies), *to_come, *years)
    return [
        passage
        for passage in context.search(asked, PASSAGES)
        if passage.accepted <= context.as_of
        and (not owners or passage.ticker in owners)
        and all(name in passage.text.lower() for name in names)
    ]


def _nearness(asked: str, context: Context) -> Nearness | None:
    """Return the nearness to the question without its companies' names, which stand all over their filings."""
    if context.similarity is None:
        return None
    return partial(context.similarity, companies.without(asked, context.companies))


def _quoted_answer(
    asked: str, query: Query, passages: Sequence[Passage], taken: tuple[str, ...], nearness: Nearness | None
) -> Answer:
    quotes = best_quotes(query, passages, nearness)
    if not quotes:
        return _abstained(asked, "no sentence of the passages found holds enough of what is asked", taken)
    citations = tuple(cite(n, quote.sentence) for n, quote in enumerate(quotes, start=1))
    text = " ".join(f"“{_on_one_line(citation.quote)}” [{citation.n}]" for citation in citations)
    draft = Answer(asked, text, "answered", 0.0, "passages", RULES, citations=citations)
    taken = (*taken, f"quoted {len(quotes)} sentences of {len(passages)} passages")
    return _weighed(draft, taken, signals_of_quotes(query, quotes, passages))


def _on_one_line(quote: str | None) -> str:
    """Return a quotation without the line ends of its page."""
    return " ".join((quote or "").split())


def _attempted(worded: Worded) -> tuple[str, ...]:
    """Return a step for each model that did not answer, and for each claim withheld."""
    failed = [f"{each.tier} {each.backend}: {each.failure}" for each in worded.attempts if each.failure]
    return (*failed, *(f"withheld: {reason}" for reason in worded.withheld))


def _worded_answer(asked: str, worded: Worded, tier: str, taken: tuple[str, ...]) -> Answer:
    if not worded.claims:
        return _abstained(asked, "the model says nothing that stands in the passages", taken, tier)
    citations = tuple(cite(n, claim.source) for n, claim in enumerate(worded.claims, start=1))
    text = " ".join(f"{claim.sentence} [{n}]" for n, claim in enumerate(worded.claims, start=1))
    draft = Answer(asked, text, "answered", 0.0, "passages", tier, citations=citations)
    return _weighed(draft, taken, {"worded": _WORDED, "claims_kept": round(worded.kept, 4)})


def _weighed(draft: Answer, taken: tuple[str, ...], weights: Mapping[str, float]) -> Answer:
    return replace(draft, steps=taken, signals=weights, confidence=round(math.prod(weights.values()), 4))


def _abstained(asked: str, reason: str, taken: tuple[str, ...], tier: str = RULES) -> Answer:
    return Answer(asked, f"No answer: {reason}.", "abstained", 0.0, "none", tier, steps=(*taken, reason))
