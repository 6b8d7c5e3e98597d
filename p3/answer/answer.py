"""From a question to an answer with its sources.

1. Read the question by rules (`reading`); understood whole, it is computed from line items (`numeric`).
2. A period that was still to come at the as-of is said to be so; nothing is put in its place.
3. Otherwise passages are searched, and the sentences that hold what is asked are quoted (`quotes`), or worded by a
   model whose every claim must stand in a passage (`worded`).
4. Nothing found: an abstention, with the reason.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from p3.answer import companies
from p3.answer.expression import NotComputableError
from p3.answer.figures import Figures, NotYetKnownError
from p3.answer.lexicon import load_lexicon
from p3.answer.names import required_names
from p3.answer.numeric import compute
from p3.answer.periods import PeriodKey
from p3.answer.phrasing import gather, sentence, signals, spans, steps
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
_QUOTED = 0.6  # a sentence that holds the question's words is often, not always, its answer
_WORDED = 0.6
_WORDS_ENOUGH = 3  # a question of one or two content words fits many sentences that do not answer it


def answer(question: str, context: Context) -> Answer:
    """Return the answer to ``question`` as of ``context.as_of``.

    Raises UsageError for an empty question or one of more than 2,000 characters, UpstreamError where a configured
    model does not answer.
    """
    asked = _checked(question)
    try:
        request = read(asked, context.companies, load_lexicon())
    except NotNumericError as reason:
        return _from_passages(asked, context, (f"not computed: {reason}",))
    figures = Figures(context.line_items, context.as_of)
    try:
        return _from_facts(asked, request, figures, context)
    except NotYetKnownError as reason:
        return _not_yet_known(asked, request, reason, figures, context)
    except NotComputableError as reason:
        return _from_passages(asked, context, (f"not computed: {reason}",))


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


def _from_facts(asked: str, request: Request, figures: Figures, context: Context) -> Answer:
    names = _tickers(context)
    computed = compute(request, figures, names)
    sources = gather(computed.figures, context.documents)
    weights = signals(request, computed.figures)
    return Answer(
        asked,
        sentence(request, computed, sources, names),
        "answered",
        round(math.prod(weights.values()), 4),
        "facts",
        RULES,
        value=computed.value.value if computed.value else None,
        unit=computed.value.unit if computed.value else None,
        formula=computed.formula,
        citations=sources.citations,
        steps=steps(request, computed, names),
        signals=weights,
    )


def _not_yet_known(
    asked: str, request: Request, reason: NotYetKnownError, figures: Figures, context: Context
) -> Answer:
    """Abstain, naming the newest period known and, for a plain question, what was asked for in it."""
    names = _tickers(context)
    newest_known = f"The newest period known then is {spans([reason.newest])}."
    text = f"{names[reason.cik]}: {reason} on {market_date(context.as_of)}. {newest_known}"
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


def _from_passages(asked: str, context: Context, taken: tuple[str, ...]) -> Answer:
    query = parse(asked, context.companies)
    passages = _allowed(asked, query, context)
    if not passages:
        return _abstained(asked, "no passage known at the as-of holds what is asked", taken)
    if context.model is not None:
        worded = word(asked, passages, context.model)
        return _worded_answer(asked, worded, context.model.name, taken)
    return _quoted_answer(asked, query, passages, taken, _nearness(asked, context))


def _allowed(asked: str, query: Query, context: Context) -> list[Passage]:
    """Return the passages known at the as-of, of the companies asked about, that hold every other name in the
    question.
    """
    owners = {ticker for cik, ticker in _tickers(context).items() if cik in query.ciks}
    names = required_names(asked, context.companies)
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
    text = " ".join(f"“{citation.quote}” [{citation.n}]" for citation in citations)
    draft = Answer(asked, text, "answered", 0.0, "passages", RULES, citations=citations)
    taken = (*taken, f"quoted {len(quotes)} sentences of {len(passages)} passages")
    own_words = sum(weight >= 1.0 for weight in query.terms.values())
    words = min(1.0, own_words / _WORDS_ENOUGH)
    return _weighed(draft, taken, {"quoted": _QUOTED, "fit": round(quotes[0].fit, 4), "words": round(words, 4)})


def _worded_answer(asked: str, worded: Worded, tier: str, taken: tuple[str, ...]) -> Answer:
    taken = (*taken, *(f"withheld: {reason}" for reason in worded.withheld))
    if not worded.claims:
        return _abstained(asked, "the model says nothing that stands in the passages", taken, tier)
    citations = tuple(cite(n, claim.source) for n, claim in enumerate(worded.claims, start=1))
    text = " ".join(f"{claim.sentence} [{n}]" for n, claim in enumerate(worded.claims, start=1))
    draft = Answer(asked, text, "answered", 0.0, "passages", tier, citations=citations)
    kept = len(worded.claims) / (len(worded.claims) + len(worded.withheld))
    return _weighed(draft, taken, {"worded": _WORDED, "claims_kept": round(kept, 4)})


def _weighed(draft: Answer, taken: tuple[str, ...], weights: dict[str, float]) -> Answer:
    return replace(draft, steps=taken, signals=weights, confidence=round(math.prod(weights.values()), 4))


def _abstained(asked: str, reason: str, taken: tuple[str, ...], tier: str = RULES) -> Answer:
    return Answer(asked, f"No answer: {reason}.", "abstained", 0.0, "none", tier, steps=(*taken, reason))
