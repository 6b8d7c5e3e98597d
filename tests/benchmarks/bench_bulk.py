"""What a bulk archive costs to read, each company's JSON to its frame of facts, against plain decompression.

``P3_BENCH_COMPANIES=4000`` makes the archive one of 300 MB, 4 GB unpacked. Costs are of processes that do nothing
else, from after their imports on. As parsing holds Python's lock, several processes share the companies out.
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
from typing import NamedTuple

import polars as pl
from benchmarks import bulk_archive
from benchmarks.measure import Line

from p3.sec.lists import companyfacts
from p3.sec.lists.bulkzip import Archive

_COMPANIES = int(os.environ.get("P3_BENCH_COMPANIES", "200"))
_ACCEPTED = datetime(2026, 1, 2, tzinfo=UTC)


class _Cost(NamedTuple):
    """Seconds of the clock and of CPU, and MB of memory at most."""

    wall: float
    cpu: float
    memory: float


def lines(folder: Path) -> Iterator[Line]:
    """Yield the costs of reading an archive made in ``folder``."""
    path = folder / "companyfacts.zip"
    bulk_archive.write(path, _COMPANIES)
    read = f"zipfile reads every member of the same {path.stat().st_size / 1e6:.0f} MB"
    base, alone = _least("plain", path, 1), _least("facts", path, 1)
    what = f"{_COMPANIES} companies of an archive to frames"
    yield Line(f"{what}, {alone.memory:.0f} MB, CPU", alone.cpu, f"{read}, CPU", base.cpu)
    processes = os.cpu_count() or 1
    shared = _least("facts", path, processes)
    named = f"{what} by {processes} processes, {shared.memory:.0f} MB, clock"
    yield Line(named, shared.wall, f"{read}, clock", base.wall, 3.0)


def _least(what: str, path: Path, processes: int) -> _Cost:
    """Return the least of three runs: whatever else the machine does only adds."""
    return min(_measured(what, path, processes) for _ in range(3))


def _measured(what: str, path: Path, processes: int) -> _Cost:
    """Return the cost of so many processes at once: the time of the slowest, the CPU and the memory of all."""
    command = [sys.executable, "-m", "benchmarks.bench_bulk", what, str(path), str(processes)]
    environment = {**os.environ, "POLARS_MAX_THREADS": "1"}
    started = [
        subprocess.Popen([*command, str(number)], stdout=subprocess.PIPE, env=environment, text=True)
        for number in range(processes)
    ]
    costs = [_Cost(*json.loads(process.communicate()[0])) for process in started]
    return _Cost(max(cost.wall for cost in costs), sum(cost.cpu for cost in costs), sum(cost.memory for cost in costs))


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
    wall, cpu = time.perf_counter(), time.process_time()
    if what == "plain":
        _plain(Path(path))
    else:
        _facts(Path(path), int(processes), int(number))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps([time.perf_counter() - wall, time.process_time() - cpu, memory]))


if __name__ == "__main__":
    _main(*sys.argv[1:])
