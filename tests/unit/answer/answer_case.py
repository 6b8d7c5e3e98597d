"""A small world for the answer tests: two companies, figures as in their own 10-K filings, and a search over given
passages.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from p3.answer.result import Context
from p3.retrieval import terms

NVDA, MSFT = 1045810, 789019
NOW = datetime(2024, 12, 31, tzinfo=UTC)
MILLION = 1_000_000.0
_MOMENT = pl.Datetime("us", "UTC")
_SOURCE = pl.Struct(
    {
        "taxonomy": pl.String,
        "concept": pl.String,
        "unit": pl.String,
        "start": pl.Date,
        "end": pl.Date,
        "value": pl.Float64,
        "accession": pl.String,
        "accepted": _MOMENT,
    }
)
_LINE_ITEMS = pl.Schema(
    {
        "cik": pl.Int64,
        "item": pl.String,
        "duration": pl.String,
        "start": pl.Date,
        "end": pl.Date,
        "value": pl.Float64,
        "unit": pl.String,
        "known_from": _MOMENT,
        "formula": pl.String,
        "sources": pl.List(_SOURCE),
        "origin": pl.String,
    }
)
COMPANIES = pl.DataFrame(
    {
        "cik": [NVDA, MSFT],
        "ticker": ["NVDA", "MSFT"],
        "name": ["NVIDIA CORP", "MICROSOFT CORP"],
        "former_names": [[], []],
    },
    schema_overrides={"former_names": pl.List(pl.String)},
)


@dataclass(frozen=True)
class Year:
    """A fiscal year as filed in one 10-K."""

    cik: int
    start: date
    end: date
    accession: str
    accepted: datetime


NVDA_2022 = Year(NVDA, date(2021, 2, 1), date(2022, 1, 30), "0001045810-22-000036", datetime(2022, 3, 18, tzinfo=UTC))
NVDA_2023 = Year(NVDA, date(2022, 1, 31), date(2023, 1, 29), "0001045810-23-000017", datetime(2023, 2, 24, tzinfo=UTC))
NVDA_2024 = Year(NVDA, date(2023, 1, 30), date(2024, 1, 28), "0001045810-24-000029", datetime(2024, 2, 21, tzinfo=UTC))
MSFT_2024 = Year(MSFT, date(2023, 7, 1), date(2024, 6, 30), "0000950170-24-087843", datetime(2024, 7, 30, tzinfo=UTC))


def line_item(year: Year, item: str, concept: str, value: float, *, balance: bool = False, unit: str = "USD") -> dict:
    start = None if balance else year.start
    source = {
        "taxonomy": "us-gaap",
        "concept": concept,
        "unit": unit,
        "start": start,
        "end": year.end,
        "value": value,
        "accession": year.accession,
        "accepted": year.accepted,
    }
    return {
        "cik": year.cik,
        "item": item,
        "duration": "instant" if balance else "annual",
        "start": start,
        "end": year.end,
        "value": value,
        "unit": unit,
        "known_from": year.accepted,
        "formula": None,
        "sources": [source],
        "origin": "edgar",
    }


ROWS = [
    line_item(NVDA_2022, "revenue", "Revenues", 26_914 * MILLION),
    line_item(NVDA_2023, "revenue", "Revenues", 26_974 * MILLION),
    line_item(NVDA_2024, "revenue", "Revenues", 60_922 * MILLION),
    line_item(NVDA_2023, "gross_profit", "GrossProfit", 15_356 * MILLION),
    line_item(NVDA_2024, "gross_profit", "GrossProfit", 44_301 * MILLION),
    line_item(NVDA_2024, "research_and_development", "ResearchAndDevelopmentExpense", 8_675 * MILLION),
    line_item(NVDA_2024, "net_income", "NetIncomeLoss", 29_760 * MILLION),
    line_item(NVDA_2023, "equity", "StockholdersEquity", 22_101 * MILLION, balance=True),
    line_item(NVDA_2024, "equity", "StockholdersEquity", 42_978 * MILLION, balance=True),
    line_item(NVDA_2023, "eps_diluted", "EarningsPerShareDiluted", 1.74, unit="USD/shares"),
    line_item(NVDA_2024, "eps_diluted", "EarningsPerShareDiluted", 11.93, unit="USD/shares"),
    line_item(MSFT_2024, "revenue", "Revenues", 245_122 * MILLION),
    line_item(MSFT_2024, "gross_profit", "GrossProfit", 171_008 * MILLION),
]


def frame(rows: Sequence[dict]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=_LINE_ITEMS)


@dataclass(frozen=True)
class Found:
    """A passage as a search returns it."""

    rank: int
    text: str
    ticker: str = "NVDA"
    form: str = "10-K"
    accession: str = "0001045810-24-000029"
    document: str = "nvda-20240128.htm"
    section: str = "Item 7"
    page: int | None = 38
    start: int = 1000
    accepted: datetime = NVDA_2024.accepted

    @property
    def score(self) -> float:
        return -float(self.rank)

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def overlap(question: str, texts: Sequence[str]) -> list[float]:
    """Return the share of the question's words that each text holds, in place of a cosine."""
    asked = set(terms.content(question))
    return [len(asked & set(terms.content(text))) / max(1, len(asked)) for text in texts]


def context(
    *passages: Found,
    rows: Sequence[dict] = ROWS,
    as_of: datetime = NOW,
    companies: pl.DataFrame = COMPANIES,
    model: object = None,
) -> Context:
    search: Callable[[str, int], list[Found]] = lambda _question, k: list(passages)[:k]  # noqa: E731
    return Context(companies, frame(rows), search, as_of, model, similarity=overlap)
