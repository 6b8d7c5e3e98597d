"""Reads the sample's files for its tests, independently of the transport."""

import csv
from functools import cache

from p3.sec.sample import sample_folder

TICKERS = ("MSFT", "NVDA")
CIKS = {"789019": "MSFT", "1045810": "NVDA"}


@cache
def rows(*parts: str) -> list[dict[str, str]]:
    with sample_folder().joinpath(*parts).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def filings(ticker: str) -> dict[str, dict[str, str]]:
    return {row["accession"]: row for row in rows("filings.csv") if CIKS[row["cik"]] == ticker}


@cache
def known(ticker: str, day: str) -> dict[tuple[str, str, str], float]:
    """Return the newest value of each (concept, start, end) among the filings of ``day`` and before."""
    filed = {accession: row["filed"] for accession, row in filings(ticker).items()}
    current = [row for row in rows("facts", f"{ticker}.csv") if filed[row["accession"]] <= day]
    current.sort(key=lambda row: (filed[row["accession"]], row["accession"]))
    return {(row["concept"], row["start"], row["end"]): float(row["value"]) for row in current}
