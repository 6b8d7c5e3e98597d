"""How near to the configured rate four processes come together, from a server that blocks who exceeds EDGAR's limit."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import fetching_process
import loopback_edgar
from benchmarks.measure import Line
from flow.command import environment

_PROCESSES = 4
_SECONDS = 10
_LEAST = 0.95  # of the configured rate


def lines() -> Iterator[Line]:
    """Yield the time between the first and the last request, at the default rate and at the highest."""
    for rate in (8, 10):
        with tempfile.TemporaryDirectory() as folder:
            yield _line(Path(folder), rate)


def _line(folder: Path, rate: int) -> Line:
    path = "/data.sec.gov/submissions/CIK0000000001.json"
    (folder / path.lstrip("/")).parent.mkdir(parents=True)
    (folder / path.lstrip("/")).write_bytes(b"{}" * 5000)
    with loopback_edgar.serve(folder) as edgar:
        base = edgar.data_url.removesuffix("/data.sec.gov")
        share = [path] * (rate * _SECONDS // _PROCESSES)
        command = [sys.executable, fetching_process.__file__, str(folder / "pace"), str(rate), "1", base, *share]
        processes = [subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL) for _ in range(_PROCESSES)]
        for process in processes:
            process.wait()
        times = [request.at for request in edgar.log]
    name = f"{len(times)} requests by four processes at once, {len(edgar.refused)} refused"
    named = f"evenly spaced at the configured {rate} a second"
    return Line(name, max(times) - min(times), named, (len(times) - 1) / rate, 1 / _LEAST)
