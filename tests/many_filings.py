"""A mirror of invented companies with several annual reports each, for fetches that are long enough to be disturbed."""

import json
import random
from pathlib import Path

COMMAND = ("fetch-sec", "--forms", "10-K", "--years", "50")
_NAMES = ("accessionNumber", "form", "filingDate", "reportDate", "acceptanceDateTime", "items", "primaryDocument")


def build(root: Path, companies: int, reports: int) -> dict[str, bytes]:
    """Write the mirror below ``root`` and return each document by its path on the server."""
    lot, documents = random.Random(1934), {}
    for cik in ciks(companies):
        rows = []
        for number in range(reports):
            year, name = 2000 + number, f"report-{cik}-{number}.htm"
            accession = f"{cik:010d}-{year % 100:02d}-{number:06d}"
            rows.append(
                (accession, "10-K", f"{year + 1}-02-15", f"{year}-12-31", f"{year + 1}-02-15T21:31:07.000Z", "", name)
            )
            words = " ".join(lot.choice(("revenue", "rose", "fell", "cost", "growth")) for _ in range(3000))
            path = f"/www.sec.gov/Archives/edgar/data/{cik}/{accession.replace('-', '')}/{name}"
            documents[path] = f"<html><body><p>FORM 10-K</p><p>{words}</p></body></html>".encode()
        recent = {name: [row[place] for row in rows] for place, name in enumerate(_NAMES)}
        filings = {"recent": recent, "files": []}
        listed = {"cik": f"{cik:010d}", "name": f"Company {cik}", "tickers": [], "exchanges": [], "filings": filings}
        entry = {"start": "2000-01-01", "end": "2000-12-31", "val": cik, "accn": rows[0][0], "form": "10-K"}
        units = {"USD": [entry | {"filed": "2001-02-15"}]}
        facts = {"cik": cik, "facts": {"us-gaap": {"Revenues": {"label": None, "units": units}}}}
        _write(root / f"data.sec.gov/submissions/CIK{cik:010d}.json", json.dumps(listed).encode())
        _write(root / f"data.sec.gov/api/xbrl/companyfacts/CIK{cik:010d}.json", json.dumps(facts).encode())
    for path, content in documents.items():
        _write(root / path.lstrip("/"), content)
    return documents


def ciks(companies: int) -> list[int]:
    return [9_000_001 + number for number in range(companies)]


def tickers(companies: int) -> list[str]:
    """Return the options that name the companies."""
    return [word for cik in ciks(companies) for word in ("-t", f"CIK{cik}")]


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
