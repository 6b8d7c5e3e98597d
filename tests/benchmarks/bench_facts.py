"""What a company's facts cost to read and to resolve, against reading the same JSON with the standard library.

Costs of many companies are of processes that do nothing else, from after their imports on.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

import polars as pl
from benchmarks.measure import Line, call

from p3.facts.resolve import resolve
from p3.facts.rules import load_rules
from p3.sec.lists import companyfacts, submissions

_CIKS = {"MSFT": 789019, "AAPL": 320193, "NVDA": 1045810, "JPM": 19617, "XOM": 34088}


class _Company(NamedTuple):
    """A company's files; ``sic`` is its industry."""

    cik: int
    body: bytes
    filings: pl.DataFrame
    sic: str | None


class _Cost(NamedTuple):
    """Seconds of CPU, and MB of memory at most."""

    cpu: float
    memory: float


def lines(mirror: Path) -> Iterator[Line]:
    """Yield the costs for companies whose companyfacts a mirror of EDGAR at ``mirror`` holds."""
    companies = [_company(mirror, cik) for cik in _CIKS.values()]
    base = sum(call(lambda body=each.body: json.loads(body)).cpu for each in companies)
    chain = sum(call(lambda company=each: _line_items(company)).cpu for each in companies)
    size = sum(len(each.body) for each in companies) / 1e6
    named = f"companyfacts to line items of {', '.join(_CIKS)}, CPU"
    yield Line(named, chain, f"json.loads of the same {size:.1f} MB, CPU", base, 3.0)
    few, many = _least(mirror, 10), _least(mirror, 100)
    name = f"companyfacts to line items of 100 companies, {many.memory:.0f} MB, CPU"
    yield Line(name, many.cpu, f"10 times that of 10 of them, {few.memory:.0f} MB, CPU", 10 * few.cpu, 1.1)


def _company(mirror: Path, cik: int) -> _Company:
    data = mirror / "data.sec.gov"
    body = (data / "api" / "xbrl" / "companyfacts" / f"CIK{cik:010d}.json").read_bytes()
    pages = [path.read_bytes() for path in sorted((data / "submissions").glob(f"CIK{cik:010d}-*.json"))]
    listed, filings = submissions.parse((data / "submissions" / f"CIK{cik:010d}.json").read_bytes(), pages, "edgar")
    return _Company(cik, body, filings, listed["sic"][0])


def _line_items(company: _Company) -> pl.DataFrame:
    facts, _ = companyfacts.parse(company.body, company.filings, company.cik, "edgar")
    return resolve(facts, load_rules(), company.sic)


def _least(mirror: Path, count: int) -> _Cost:
    """Return the least of three runs: whatever else the machine does only adds."""
    command = [sys.executable, "-m", "benchmarks.bench_facts", str(mirror), str(count)]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(3)]
    return min(_Cost(*json.loads(run)) for run in runs)


def _main(mirror: str, count: str) -> None:
    """Resolve so many companies one after the other: ten of the mirror, over and over."""
    found = sorted((Path(mirror) / "data.sec.gov" / "api" / "xbrl" / "companyfacts").glob("CIK*.json"))
    _line_items(_company(Path(mirror), _CIKS["XOM"]))  # what only the first company costs
    cpu = time.process_time()
    for path in islice(cycle(found[:10]), int(count)):
        assert _line_items(_company(Path(mirror), int(path.stem.removeprefix("CIK")))).height
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps([time.process_time() - cpu, memory]))


if __name__ == "__main__":
    _main(*sys.argv[1:])
