"""Line items of real companies against values read from their filings."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import polars as pl
import pytest
from shared_data import shared

from p3 import clock
from p3.facts import view
from p3.facts.resolve import resolve
from p3.facts.rules import load_rules
from p3.facts.shares import split_factor
from p3.sec.lists import companyfacts, submissions

CIKS = {
    "AAPL": 320193,
    "ABBV": 1551152,
    "AMZN": 1018724,
    "CMCSA": 1166691,
    "GOOGL": 1652044,
    "JPM": 19617,
    "META": 1326801,
    "MSFT": 789019,
    "NKE": 320187,
    "NKLA": 1731289,
    "NVDA": 1045810,
    "TSLA": 1318605,
    "XOM": 34088,
}
QUICK = ("NVDA", "JPM")
READ = tuple(ticker for ticker in CIKS if ticker != "NKLA")
CHANGED = ("AAPL", "AMZN", "GOOGL", "JPM", "META", "MSFT", "NKE", "NKLA", "NVDA", "XOM")
SPLIT = ("AAPL", "AMZN", "GOOGL", "NVDA", "TSLA")
NEWEST = clock.end_of_day(date(2026, 6, 30))
LONG_AGO = clock.end_of_day(date(1999, 1, 1))


def gold(name: str, ticker: str) -> list[dict[str, Any]]:
    lines = shared("gold", name).read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["ticker"] == ticker]


@cache
def line_items(cik: int) -> pl.DataFrame:
    root = shared("edgar-mirror", "data.sec.gov")
    folder = root / "submissions"
    pages = [path.read_bytes() for path in sorted(folder.glob(f"CIK{cik:010d}-*.json"))]
    companies, filings = submissions.parse((folder / f"CIK{cik:010d}.json").read_bytes(), pages, "edgar")
    body = (root / "api" / "xbrl" / "companyfacts" / f"CIK{cik:010d}.json").read_bytes()
    facts, _ = companyfacts.parse(body, filings, cik, "edgar")
    return resolve(facts, load_rules(), companies["sic"][0])


def value(periods: list[view.Period], row: dict[str, Any]) -> float | None:
    end = row.get("fiscal_year_end") if row["item"] == "shares_outstanding" else row["end"]
    found = (period.items.get(row["item"]) for period in periods if str(period.end) == end)
    item = next(found, None)
    return item.value if item else None


def agrees(got: float | None, row: dict[str, Any]) -> bool:
    accepted = [row["value"], *row.get("also_accept", [])]
    if got is None:
        return row["value"] is None or bool(row.get("null_ok"))
    return any(answer is not None and got == pytest.approx(answer, rel=1e-3) for answer in accepted)


def wrong_rows(ticker: str) -> list[tuple[Any, ...]]:
    rows = gold("line_items.jsonl", ticker)
    periods = view.periods(line_items(CIKS[ticker]), NEWEST, "annual")
    got = [(row["end"], row["item"], row["value"], value(periods, row), row) for row in rows]
    return [found[:4] for found in got if not agrees(found[3], found[4])]


def some(tickers: Sequence[str]) -> list[Any]:
    """Return the tickers as parameters, all but the quick ones marked slow."""
    return [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in tickers]


@pytest.mark.parametrize("ticker", some(READ))
def test_annual_line_items_as_in_the_filings(ticker: str) -> None:
    assert wrong_rows(ticker) == []


@pytest.mark.parametrize("ticker", some(CHANGED))
def test_values_as_known_around_a_change(ticker: str) -> None:
    rows = gold("pit.jsonl", ticker)
    assert rows
    for row in rows:
        as_of = clock.end_of_day(date.fromisoformat(row["as_of"]))
        assert agrees(value(view.periods(line_items(CIKS[ticker]), as_of, "annual"), row), row), row


@pytest.mark.parametrize("ticker", some(SPLIT))
def test_share_counts_come_to_today_s_basis(ticker: str) -> None:
    """As filed, times the splits since the filing.

    Counts that one filer tagged without their scale, up to 2011, are withheld; counts by class are not in companyfacts.
    """
    rows = gold("shares.jsonl", ticker)
    assert rows
    splits = splits_of(ticker, rows)
    lines = line_items(CIKS[ticker])
    for row in rows:
        as_of = clock.end_of_day(date.fromisoformat(row["filed"]))
        filed = value(view.periods(lines, as_of + timedelta(days=2), "annual"), row)
        assert (filed is None) == (ticker == "GOOGL" or row["filed"] == "2010-03-18"), row
        assert filed in (None, row["as_filed"]), row
        factor = split_factor(splits, ticker, as_of, NEWEST)
        assert row["as_filed"] * factor == pytest.approx(row["value_today"]), row


def splits_of(ticker: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return the actions table of the splits that the rows of a company know of."""
    found = sorted({(day, ratio) for row in rows for day, ratio in row["splits_after_filing"]})
    return pl.DataFrame(
        {
            "ticker": [ticker] * len(found),
            "date": [date.fromisoformat(day) for day, _ in found],
            "kind": ["split"] * len(found),
            "value": [float(ratio) for _, ratio in found],
            "known_from": [LONG_AGO] * len(found),
        }
    )


def test_quarters_of_a_year_add_up_to_it() -> None:
    year = view.lookup(view.periods(line_items(CIKS["NVDA"]), NEWEST, "annual"), "FY2025")
    quarters = [
        view.lookup(view.periods(line_items(CIKS["NVDA"]), NEWEST, "quarter"), f"Q{n} FY2025") for n in range(1, 5)
    ]
    assert year is not None
    for name in ("revenue", "net_income", "operating_cash_flow", "capital_expenditure"):
        parts = [quarter.items[name].value for quarter in quarters if quarter is not None]
        assert len(parts) == 4
        assert sum(parts) == year.items[name].value
