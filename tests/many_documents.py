"""Invented companies with documents of their own, put in the stores as a fetch leaves them, all in one commit."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from tiny_model import WORDS

from p3.clock import iso
from p3.data.store import Store
from p3.data.tables import COMPANIES, FILINGS

ACCEPTED = datetime(2024, 2, 15, 21, 30, tzinfo=UTC)
COMMON = "The board of directors of the company grew. " * 4
"""The first page of every document."""


def ciks(companies: int) -> list[int]:
    return [9_500_001 + number for number in range(companies)]


def tickers(companies: int) -> list[str]:
    return [f"CIK{cik:010}" for cik in ciks(companies)]


def options(companies: int) -> list[str]:
    """Return the options that name the companies."""
    return [word for ticker in tickers(companies) for word in ("-t", ticker)]


def build(tree: Path, companies: int, documents: int = 2, pages: int = 8) -> None:
    """Add so many companies, each with so many documents of so many pages: the first is common, the rest random words.

    Each page becomes one passage.
    """
    lot = random.Random(1929)
    texts = {cik: [_text(lot, pages) for _ in range(documents)] for cik in ciks(companies)}
    add(tree, texts)


def add(tree: Path, texts: dict[int, Sequence[str]]) -> None:
    """Make ``texts`` the documents of the companies of those CIKs, the pages of each parted by form feeds."""
    store = Store(tree)
    filings = pl.DataFrame(
        [_filing(store, cik, *each) for cik in texts for each in enumerate(texts[cik])], FILINGS.schema
    )
    companies = pl.DataFrame([_company(cik) for cik in texts], COMPANIES.schema)
    store.tables.replace(COMPANIES, list(texts), companies)
    store.tables.replace(FILINGS, list(texts), filings)
    store.ledger.record_units([_record(cik, "".join(own)) for cik, own in texts.items()], [])


def _text(lot: random.Random, pages: int) -> str:
    return "\f".join([COMMON, *(" ".join(lot.choices(WORDS, k=lot.randint(30, 120))) for _ in range(pages - 1))])


def _filing(store: Store, cik: int, number: int, text: str) -> dict[str, Any]:
    name = f"report-{number}.txt"
    url = f"https://example.com/{cik}/{name}"
    return {
        "cik": cik,
        "accession": f"{cik:010d}-24-{number:06d}",
        "form": "10-K",
        "type": "10-K",
        "filed": ACCEPTED.date(),
        "period": date(2023, 12, 31),
        "accepted": ACCEPTED,
        "accepted_exact": True,
        "document": name,
        "url": url,
        "document_sha": store.raw.put(url, text.encode(), 200, {}, ACCEPTED),
        "status": "stored",
        "origin": "test",
    }


def _company(cik: int) -> dict[str, Any]:
    return {"cik": cik, "ticker": f"CIK{cik:010}", "name": f"Company {cik}", "former_names": [], "origin": "test"}


def _record(cik: int, content: str) -> dict[str, Any]:
    return {
        "stage": "fetch-sec",
        "unit": f"CIK{cik:010}",
        "key": "made by a test",
        "output": str(hash(content)),
        "rows": 1,
        "seconds": 0.0,
        "run_id": "test",
        "finished": iso(ACCEPTED),
        "note": "",
    }
