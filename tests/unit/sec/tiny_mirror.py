"""An EDGAR mirror of one invented company, in EDGAR's shapes, for tests that need no real data."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

CIK = 1234567
NAMES = ("accessionNumber", "form", "filingDate", "reportDate", "acceptanceDateTime", "items", "primaryDocument")
ANNUAL = "0001234567-24-000010"
QUARTER = "0001234567-24-000007"
EARNINGS = "0001234567-24-000009"

# Accepted 2024-02-15 16:31 in New York; the quarter on 2023-11-02 18:05 there, so that its filing date is the next day.
ROWS = [
    (ANNUAL, "10-K", "2024-02-15", "2023-12-31", "2024-02-15T21:31:07.000Z", "", "tiny-20231231.htm"),
    (EARNINGS, "8-K", "2024-02-08", "2024-02-08", "2024-02-08T21:05:00.000Z", "2.02,9.01", "tiny-8k.htm"),
    ("0001234567-24-000008", "8-K", "2024-01-04", "2024-01-03", "2024-01-04T14:00:00.000Z", "5.02", "tiny-hire.htm"),
    (QUARTER, "10-Q", "2023-11-03", "2023-09-30", "2023-11-02T22:05:00.000Z", "", "tiny-20230930.htm"),
]
REPORT = (
    "<html><body><p>FORM 10-K</p><p>Item 1. Business</p><p>We make very small things.</p>"
    "<p>Item 7. Management's Discussion</p><p>Sales rose.</p></body></html>"
)


def submissions(rows: list[tuple[str, ...]] = ROWS, files: list[str] | None = None, **more: Any) -> bytes:
    recent = {name: [row[place] for row in rows] for place, name in enumerate(NAMES)}
    body = {
        "cik": f"{CIK:010d}",
        "name": "Tiny Corp",
        "tickers": ["TINY"],
        "exchanges": ["Nasdaq"],
        "sic": "3571",
        "fiscalYearEnd": "1231",
        "formerNames": [{"name": "SMALL CORP"}],
        "filings": {"recent": recent, "files": [{"name": name} for name in files or []]},
    }
    return json.dumps(body | more).encode()


def page(rows: list[tuple[str, ...]]) -> bytes:
    return json.dumps({name: [row[place] for row in rows] for place, name in enumerate(NAMES)}).encode()


def fact(value: Any, accession: str = ANNUAL, **more: Any) -> dict[str, Any]:
    dates = {"start": "2023-01-01", "end": "2023-12-31", "filed": "2024-02-15"}
    return {"val": value, "accn": accession, "form": "10-K", "fy": 2023, "fp": "FY"} | dates | more


def companyfacts(entries: list[Any], unit: str = "USD", cik: Any = CIK) -> bytes:
    concepts = {"Revenues": {"label": "Revenues", "units": {unit: entries}}}
    return json.dumps({"cik": cik, "entityName": "Tiny Corp", "facts": {"us-gaap": concepts}}).encode()


def build(root: Path, files: list[str] | None = None, rows: list[tuple[str, ...]] = ROWS) -> Path:
    """Write the mirror: everything but the document of the older quarterly report."""
    data, archive = root / "data.sec.gov", root / "www.sec.gov" / "Archives" / "edgar" / "data" / str(CIK)
    _write(data / "submissions" / f"CIK{CIK:010d}.json", submissions(rows, files=files))
    _write(data / "api" / "xbrl" / "companyfacts" / f"CIK{CIK:010d}.json", companyfacts([fact(1000)]))
    _write(archive / ANNUAL.replace("-", "") / "tiny-20231231.htm", REPORT.encode())
    _write(archive / EARNINGS.replace("-", "") / "tiny-8k.htm", b"<p>FORM 8-K</p><p>Item 2.02 Results</p>")
    return root


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


class MemoryStore:
    """A RAW store in memory, keeping the newest reply of each address."""

    def __init__(self) -> None:
        self.kept: dict[str, MemoryReply] = {}

    def find(self, url: str) -> "MemoryReply | None":
        return self.kept.get(url)

    def put(self, url: str, content: bytes, status: int, headers: Any, fetched: datetime) -> str:
        self.kept[url] = MemoryReply(content, status, dict(headers), fetched)
        return self.kept[url].sha

    def confirm(self, url: str, fetched: datetime) -> None:
        self.kept[url].fetched = fetched


class MemoryReply:
    def __init__(self, content: bytes, status: int, headers: dict[str, str], fetched: datetime) -> None:
        from hashlib import sha256

        self.content, self.status, self.headers, self.fetched = content, status, headers, fetched
        self.sha = sha256(content).hexdigest()
