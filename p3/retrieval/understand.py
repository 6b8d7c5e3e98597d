"""What a question asks for: companies, periods, forms, sections, statements, words. Pure rules, no model."""

import re
from dataclasses import dataclass

import polars as pl

from p3.errors import UsageError
from p3.retrieval import names, terms
from p3.retrieval.topics import Topic, topics
from p3.retrieval.vocabulary import (
    BEYOND_STATEMENTS,
    FAMILIES,
    METRICS,
    STATEMENT_NAMES,
    TITLES,
    Metric,
)


@dataclass(frozen=True, slots=True)
class Query:
    """A question understood; ``terms`` weighs stems to find, ``meanings`` are texts to embed, the question first."""

    text: str
    ciks: tuple[int, ...]
    fiscal_years: tuple[int, ...]
    quarters: tuple[int, ...]
    forms: tuple[str, ...]
    sections: tuple[str, ...]
    statements: tuple[str, ...]
    beyond_statements: bool
    terms: dict[str, float]
    meanings: tuple[str, ...]


MAX_QUESTION = 4000  # characters
PROSE_EXPANSION = 0.5
EXPANSION = 0.5  # weight of a word that the vocabulary adds, against 1 for the question's own


def check_question(question: str) -> None:
    """Raise UsageError for a question without a word, or longer than MAX_QUESTION."""
    if not any(character.isalnum() for character in question):
        said = "has no word" if question.strip() else "is empty"
        raise UsageError(f"the question {said}", "Write what to look for, as one argument.")
    if len(question) > MAX_QUESTION:
        raise UsageError(f"the question has {len(question)} characters, {MAX_QUESTION} are the most", "Shorten it.")


def parse(question: str, companies: pl.DataFrame) -> Query:
    """Return what ``question`` asks for. ``companies`` has the columns cik, ticker, name, former_names."""
    named = names.mentions(question, companies)
    core = strip_instructions(question)
    metrics = [metric for metric in METRICS if metric.pattern.search(_without_statement_names(core).lower())]
    asked = topics(core)
    statements = _statements(question, metrics)
    return Query(
        text=question,
        ciks=named.ciks,
        fiscal_years=_years(question),
        quarters=_quarters(question),
        forms=_forms(question),
        sections=tuple(dict.fromkeys(section for topic in asked for section in topic.sections)),
        statements=statements,
        beyond_statements=bool(BEYOND_STATEMENTS.search(core)),
        terms=_terms(core, named.words, metrics, asked),
        meanings=(core, *_meanings(statements, metrics)),
    )


_INSTRUCTIONS = re.compile(
    r"""round\s(?:your\s)?(?:answer|the\sanswer)?[^.?!]*[.?!]?
    |\bround\s(?:to|answer)\s[^.?!]*[.?!]?
    |answer\sin\s(?:units\sof\s)?[^.?!]*[.?!]?
    |if\s[^.?!]*?\b(?:not\s(?:a\s)?(?:useful|relevant|meaningful|explicitly)|then\s(?:please\s)?state)[^.?!]*[.?!]?
    |you\sare\san?\s[^.?!]*?(?::|[.!?](?=\s))
    |(?:here['’]s|this\sis)\sthe\squestion:?
    |we\s(?:need|want)\sto\scalculate[^.?!]*[.?!]
    |please\s(?:help\sus|answer\sthe\sfollowing|utilize)[^.?!:]*[.:]?
    |(?:base\syour\sjudgments?|address\sthe\squestion|approach\sthe\squestion|calculate\swhat\swas\sasked)[^.?!]*[.?!]?
    |give\sa\s(?:solution|response)[^.?!]*[.?!]?
    |(?:by\sdrawing|in\sagreement\swith|according\sto|based\son|considering|using)\s[^,?]{0,120}?
        (?:statements?|balance\ssheets?|p&l|data\s?in|cash\sflows?)[^,?]*,
    |answer\sthe\sfollowing\squestion[^:]*:
    |\((?:formerly|previously)\s[^)]*\)
    |\(in\s(?:units|usd)[^)]*\)|\(as\sa\s%\)
    """,
    re.I | re.X,
)


def strip_instructions(question: str) -> str:
    """Return ``question`` without the sentences that say how to answer; whole where nothing else is in it."""
    core = " ".join(_INSTRUCTIONS.sub(" ", question).split())
    return core if terms.content(core) else question


def _without_statement_names(text: str) -> str:
    for pattern in STATEMENT_NAMES.values():
        text = pattern.sub(" ", text)
    return text


def _statements(question: str, metrics: list[Metric]) -> tuple[str, ...]:
    """Return the statements that the question names, else those that hold its metrics."""
    named = tuple(kind for kind, pattern in STATEMENT_NAMES.items() if pattern.search(question))
    return named or tuple(dict.fromkeys(kind for metric in metrics for kind in metric.statements))


def _terms(
    core: str, company_words: tuple[str, ...], metrics: list[Metric], asked: tuple[Topic, ...]
) -> dict[str, float]:
    """Return stems and weights, without company, year and quarter, which stand on every page of their filing."""
    skipped = {terms.stem(part) for word in company_words for part in terms.words(word)}
    own = [word for word in terms.content(core) if word not in skipped and not _PERIOD_WORD.fullmatch(word)]
    added = (stem for metric in metrics for line in metric.lines for stem in terms.content(line))
    related = (stem for word in own for stem in FAMILIES.get(word, ()))
    prose = (stem for topic in asked for stem in terms.content(topic.words))
    weights = dict.fromkeys(prose, PROSE_EXPANSION) | dict.fromkeys([*added, *related], EXPANSION)
    return weights | dict.fromkeys(own, 1.0)


def _meanings(statements: tuple[str, ...], metrics: list[Metric]) -> tuple[str, ...]:
    return tuple(
        f"{TITLES[kind]}: {', '.join(lines)}"
        for kind in statements
        if (lines := [line for metric in metrics if kind in metric.statements for line in metric.lines])
    )


_PERIOD_WORD = re.compile(r"10-?[kq]|8-?k|(?:fy)?-?(?:19|20)?\d\d|q[1-4](?:fy)?(?:20)?(?:\d\d)?|[1-4]q\d*")
_YEAR = re.compile(r"(?:\bQ[1-4]|(?<![\d$.,]))((?:19|20)\d\d)(?!\d|[,.]\d)")
_SHORT_YEAR = re.compile(r"\bFY\s?['’]?(\d\d)\b(?!\d)|\b[1-4]Q\s?['’]?(\d\d)\b|\bQ[1-4]\s?['’]?(\d\d)\b", re.I)
_RANGE = re.compile(r"\b(?:FY\s?)?((?:19|20)\d\d)\s*(?:-|–|—|to|through)\s*(?:FY\s?)?((?:19|20)\d\d)\b", re.I)
_QUARTER = re.compile(r"\bQ([1-4])|\b([1-4])Q|\b(first|second|third|fourth)[- ](?:fiscal )?quarter", re.I)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}


def _years(question: str) -> tuple[int, ...]:
    years = {int(match) for match in _YEAR.findall(question)}
    years.update(2000 + int(next(filter(None, match))) for match in _SHORT_YEAR.findall(question))
    for first, last in _RANGE.findall(question):
        years.update(range(int(first), min(int(last), int(first) + 15) + 1))
    return tuple(sorted(years))


def _quarters(question: str) -> tuple[int, ...]:
    found = (next(filter(None, match)).lower() for match in _QUARTER.findall(question))
    return tuple(sorted({_ORDINALS[text] if text in _ORDINALS else int(text) for text in found}))


_FORMS = {
    "10-K": re.compile(r"\b10-?K\b|\bannual report", re.I),
    "10-Q": re.compile(r"\b10-?Q\b|\bquarterly report", re.I),
    "8-K": re.compile(r"\b8-?K\b|\bpress release|\bearnings release", re.I),
    "DEF 14A": re.compile(r"\bproxy statement", re.I),
}


def _forms(question: str) -> tuple[str, ...]:
    return tuple(form for form, pattern in _FORMS.items() if pattern.search(question))
