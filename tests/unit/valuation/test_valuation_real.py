"""Real filings and prices: each capitalisation on the right share basis, before and after splits."""

from functools import cache
from pathlib import Path

import polars as pl
import pytest
from shared_data import shared

from p3 import clock
from p3.facts import resolve, rules
from p3.market import folder
from p3.sec.lists import companyfacts, submissions
from p3.valuation import assumptions, inputs
from p3.valuation.records import Inputs


@cache
def _line_items(mirror: Path, cik: int) -> tuple[pl.DataFrame, str]:
    company, filings = submissions.parse((mirror / f"submissions/CIK{cik:010d}.json").read_bytes(), [], "edgar")
    body = (mirror / f"api/xbrl/companyfacts/CIK{cik:010d}.json").read_bytes()
    facts, _ = companyfacts.parse(body, filings, cik, "edgar")
    sic = company["sic"].item()
    return resolve.resolve(facts, rules.load_rules(), sic), sic


def _inputs(ticker: str, cik: int, as_of: str) -> Inputs:
    items, sic = _line_items(shared("edgar-mirror", "data.sec.gov"), cik)
    market = folder.read(shared("market-data"), [ticker], "SPY")
    found = inputs.gather(
        items,
        market.prices,
        market.actions,
        market.rates,
        ticker=ticker,
        cik=cik,
        sic=sic,
        benchmark="SPY",
        as_of=clock.parse_as_of(as_of),
        assumptions=assumptions.load(),
    )
    assert isinstance(found, Inputs), found
    return found


@pytest.mark.parametrize(
    ("as_of", "price", "shares"),
    [
        ("2024-06-07", 1208.88, 2.489e9),  # the 10-Q of 29 May 2024 counts 2,489 million
        ("2024-06-10", 121.79, 24.89e9),
        ("2021-07-19", 751.19, 0.632e9),
        ("2021-07-20", 186.12, 2.528e9),
    ],
)
def test_nvidia_around_its_splits(as_of: str, price: float, shares: float) -> None:
    found = _inputs("NVDA", 1045810, as_of)
    assert found.price == pytest.approx(price, abs=0.01)
    assert found["shares_diluted"] == pytest.approx(shares, rel=1e-3)


# Shares on the cover of the last 10-K before, read from the filings; diluted counts lie up to a tenth above (TSLA).
@pytest.mark.slow
@pytest.mark.parametrize(
    ("ticker", "cik", "cover"),
    [
        ("NVDA", 1045810, 24.400e9),
        ("AAPL", 320193, 15.116e9),
        ("GOOGL", 1652044, 12.190e9),
        ("AMZN", 1018724, 10.598e9),
        ("META", 1326801, 2.534e9),
        ("TSLA", 1318605, 3.217e9),
    ],
)
def test_share_counts_at_the_end_of_august_2025(ticker: str, cik: int, cover: float) -> None:
    assert _inputs(ticker, cik, "2025-08-31")["shares_diluted"] == pytest.approx(cover, rel=0.1)
