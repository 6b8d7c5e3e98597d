"""What `p3 search` costs over 100,000 passages: CPU from a cold process, and time once the model is loaded."""

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
from benchmarks.measure import Line, call, process

from p3.data.models import ModelStore
from p3.data.store import Store
from p3.data.tables import COMPANIES
from p3.retrieval.embedding import load
from p3.retrieval.filters import Filters
from p3.retrieval.search import search

_PASSAGES = 100_000
_COMPANIES = 100
_QUESTIONS = Path(__file__).parents[1] / "retrieval_questions.jsonl"
_ASKED = 60
_QUESTION = "What does NVIDIA say about the supply of its data center products?"
_NOISE = 0.01  # added to each number of a copy's vector, so that no two are alike


def lines(tree: Path) -> Iterator[Line]:
    """Yield the cost of a search in a tree that holds the sample's passages, copied until they are enough."""
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "build_data"
        _enlarge(tree, large)
        yield from _cold(large)
        yield from _warm(Store(large))


def _cold(large: Path) -> Iterator[Line]:
    environment = {**os.environ, "P3_DATA_DIR": str(large)}
    base = process([sys.executable, "-c", "import polars, openvino"], environment)
    cold = process([sys.executable, "-m", "p3", "search", _QUESTION], environment)
    yield Line("cold search of 100,000 passages, CPU", cold.cpu, "importing polars and OpenVINO, CPU", base.cpu)


def _warm(store: Store) -> Iterator[Line]:
    embedder = load(store.index.model(), ModelStore(store.directories))
    companies, filters = store.rows(COMPANIES), Filters(datetime.now(UTC))
    questions = [json.loads(line)["question"] for line in _QUESTIONS.read_text(encoding="utf-8").splitlines()][:_ASKED]
    base = call(lambda: embedder.encode([_QUESTION]), times=15)
    asked = [partial(search, question, 10, store.index, embedder, companies, filters) for question in questions]
    asked[0]()
    seconds = _p95(asked)
    yield Line("warm search of 100,000 passages, p95 of time", seconds, "embedding a question, time", base.wall)


def _p95(calls: Sequence[Callable[[], object]]) -> float:
    seconds = []
    for each in calls:
        started = time.perf_counter()
        each()
        seconds.append(time.perf_counter() - started)
    return statistics.quantiles(seconds, n=20)[-1]


def _enlarge(tree: Path, large: Path) -> None:
    """Copy ``tree`` to ``large`` and put its passages there again and again, as those of other companies."""
    shutil.copytree(tree, large, symlinks=True)  # the exported models are a link
    store, random = Store(large), np.random.default_rng(0)
    held = store.index.passages(None)
    share = pl.concat([held] * -(-_PASSAGES // _COMPANIES // held.height)).head(_PASSAGES // _COMPANIES)
    with store.writing():
        for number in range(1, _COMPANIES + 1):
            store.index.replace(-number, _as_another(share, -number, random), store.index.model())
        store.index.maintain()


def _as_another(passages: pl.DataFrame, cik: int, random: np.random.Generator) -> pl.DataFrame:
    vectors = passages["vector"].to_numpy() + random.normal(scale=_NOISE, size=(passages.height, 1)).astype(np.float32)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    keys = [f"{cik}:{row}" for row in range(passages.height)]
    return passages.with_columns(
        pl.Series("passage_id", keys),
        pl.lit(cik, dtype=pl.Int64).alias("cik"),
        pl.col("document_sha").str.head(-8) + f"{-cik:08}",
        pl.Series("vector", unit, dtype=passages.schema["vector"]),
    )
