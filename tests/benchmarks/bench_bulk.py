"""What a bulk archive costs to read, each company's JSON to its frame of facts, against plain decompression.

``P3_BENCH_COMPANIES=4000`` makes the archive one of 300 MB, 4 GB unpacked. Time and memory are of processes that do
nothing else, from after their imports on; several share the companies out among them, as parsing holds Python's lock.
"""

import json
import os
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from benchmarks import bulk_archive
from benchmarks.measure import Line

from p3.sec import companyfacts
from p3.sec.zipmembers import Archive

_COMPANIES = int(os.environ.get("P3_BENCH_COMPANIES", "200"))
_TARGET = 3.0
_ACCEPTED = datetime(2026, 1, 2, tzinfo=UTC)


def lines(folder: Path) -> Iterator[Line]:
    """Yield the costs of reading an archive made in ``folder``."""
    path = folder / "companyfacts.zip"
    bulk_archive.write(path, _COMPANIES)
    base, _ = _least("plain", path, 1)
    named = f"zipfile reads every member of the same {path.stat().st_size / 1e6:.0f} MB, clock"
    for processes in (1, os.cpu_count() or 1):
        seconds, memory = _least("facts", path, processes)
        what = f"{_COMPANIES} companies of an archive to frames, {processes} process(es), {memory:.0f} MB, clock"
        yield Line(what, seconds, named, base, _TARGET)


def _least(what: str, path: Path, processes: int) -> tuple[float, float]:
    """Return the least of three runs: whatever else the machine does only adds."""
    return min(_measured(what, path, processes) for _ in range(3))


def _measured(what: str, path: Path, processes: int) -> tuple[float, float]:
    """Return the seconds of the slowest of so many processes, and the MB of memory of all."""
    command = [sys.executable, "-m", "benchmarks.bench_bulk", what, str(path), str(processes)]
    environment = {**os.environ, "POLARS_MAX_THREADS": "1"}
    started = [
        subprocess.Popen([*command, str(number)], stdout=subprocess.PIPE, env=environment, text=True)
        for number in range(processes)
    ]
    costs = [json.loads(process.communicate()[0]) for process in started]
    return max(cost["seconds"] for cost in costs), sum(cost["mb"] for cost in costs)


def _plain(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            archive.read(name)


def _facts(path: Path, processes: int, number: int) -> None:
    archive = Archive(path.open("rb"), path.name)
    for name in sorted(archive.names)[number::processes]:
        cik = int(name.removeprefix("CIK").removesuffix(".json"))
        filings = pl.DataFrame({"accession": bulk_archive.accessions(cik)}).with_columns(accepted=_ACCEPTED)
        facts, _ = companyfacts.parse(archive.read(name) or b"", filings, cik, "edgar")
        assert facts.height
    archive.close()


def _main(what: str, path: str, processes: str, number: str) -> None:
    started = time.perf_counter()
    if what == "plain":
        _plain(Path(path))
    else:
        _facts(Path(path), int(processes), int(number))
    seconds = time.perf_counter() - started
    sys.stdout.write(json.dumps({"seconds": seconds, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
