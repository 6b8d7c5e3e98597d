"""Prints what p3 costs, each as a ratio against a named baseline measured in the same run.

Run it as ``make bench``, or ``python -m benchmarks`` in the folder of the tests.

No number here fails a build: machines differ, and ratios tell more than seconds.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import (
    bench_ask,
    bench_bulk,
    bench_commands,
    bench_documents,
    bench_embed,
    bench_facts,
    bench_fetch,
    bench_models,
    bench_search,
    bench_valuation,
)
from benchmarks.measure import Line
from flow.trees import sample_tree
from shared_data import ROOT

_HEAD = ("what", "seconds", "ratio", "target", "baseline", "its seconds")


def _lines(folder: Path) -> Iterator[Line]:
    tree = sample_tree(folder).path
    yield from bench_commands.lines(tree)
    yield from bench_ask.lines(tree)
    yield from bench_search.lines(tree)
    yield from bench_embed.lines(tree)
    yield from bench_documents.lines()
    yield from bench_valuation.lines()
    yield from bench_bulk.lines(folder)
    yield from bench_fetch.lines()
    yield from bench_models.lines()
    mirror = ROOT / "edgar-mirror"
    if mirror.is_dir():
        yield from bench_facts.lines(mirror)
    else:
        sys.stderr.write("left out: facts, which need real data (set P3_TEST_DATA to the folder that holds it)\n")


def _row(line: Line) -> tuple[str, ...]:
    target = "" if line.target is None else f"{line.target:.1f}"
    return (
        line.name,
        f"{line.seconds:.3f}",
        f"{line.ratio:.2f}",
        target,
        line.baseline,
        f"{line.baseline_seconds:.3f}",
    )


def main() -> None:
    """Measure everything and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [_HEAD, *(_row(line) for line in _lines(Path(folder)))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")


if __name__ == "__main__":
    main()
