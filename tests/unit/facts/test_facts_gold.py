"""Line items of real companies against values read from their filings."""

import json
from datetime import date
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

NVDA_SPLITS = pl.DataFrame(
    {
        "ticker": ["NVDA"] * 5,
        "date": [date(2000, 6, 27), date(2006, 4, 7), date(2007, 9, 11), date(2021, 7, 20), date(2024, 6, 10)],
        "kind": ["split"] * 5,
        "value": [2.0, 2.0, 1.5, 4.0, 10.0],
        "known_from": [clock.end_of_day(date(1999, 1, 1))] * 5,
    }
)
ALL = ("AAPL", "ABBV", "AMZN", "CMCSA", "GOOGL", "JPM", "META", "MSFT", "NKE", "NVDA", "TSLA", "XOM")
NEWEST = clock.end_of_day(date(2026, 6, 30))


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
    periods = view.periods(line_items(rows[0]["cik"]), NEWEST, "annual")
    got = [(row["end"], row["item"], row["value"], value(periods, row), row) for row in rows]
    return [found[:4] for found in got if not agrees(found[3], found[4])]


@pytest.mark.parametrize("ticker", ["NVDA", "JPM"])
def test_annual_line_items_as_in_the_filings(ticker: str) -> None:
    assert wrong_rows(ticker) == []


@pytest.mark.slow
@pytest.mark.parametrize("ticker", ALL)
def test_annual_line_items_as_in_the_filings_of_all_companies(ticker: str) -> None:
    assert wrong_rows(ticker) == []


@pytest.mark.parametrize("ticker", ["NVDA", "JPM"])
def test_values_as_known_around_a_change(ticker: str) -> None:
    cik = gold("line_items.jsonl", ticker)[0]["cik"]
    for row in gold("pit.jsonl", ticker):
        as_of = clock.end_of_day(date.fromisoformat(row["as_of"]))
        assert agrees(value(view.periods(line_items(cik), as_of, "annual"), row), row), row


def test_share_counts_come_to_today_s_basis() -> None:
    """As filed, times the splits since the filing. The counts of 2010, tagged without their scale, are withheld."""
    rows = [row for row in gold("shares.jsonl", "NVDA") if row["item"] == "shares_diluted"]
    lines = line_items(1045810)
    for row in rows:
        as_of = clock.end_of_day(date.fromisoformat(row["filed"]))
        filed = value(view.periods(lines, as_of, "annual"), row)
        if row["filed"] < "2012":
            assert filed is None
        else:
            assert filed is not None
            factor = split_factor(NVDA_SPLITS, "NVDA", as_of, NEWEST)
            assert filed * factor == pytest.approx(row["value_today"]), row


def test_quarters_of_a_year_add_up_to_it() -> None:
    cik = gold("line_items.jsonl", "NVDA")[0]["cik"]
    year = view.lookup(view.periods(line_items(cik), NEWEST, "annual"), "FY2025")
    quarters = [view.lookup(view.periods(line_items(cik), NEWEST, "quarter"), f"Q{n} FY2025") for n in range(1, 5)]
    assert year is not None
    for name in ("revenue", "net_income", "operating_cash_flow", "capital_expenditure"):
        parts = [quarter.items[name].value for quarter in quarters if quarter is not None]
        assert len(parts) == 4
        assert sum(parts) == year.items[name].value
