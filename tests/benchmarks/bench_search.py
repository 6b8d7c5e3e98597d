"""What a search costs once the model is loaded, against embedding the question alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Line, call

from p3.data.store import Store
from p3.data.tables import COMPANIES
from p3.retrieval.embedding import load
from p3.retrieval.filters import Filters
from p3.retrieval.search import search

_MODEL = "all-MiniLM-L6-v2"
_QUESTION = "What does NVIDIA say about the supply of its data center products?"


def lines(tree: Path) -> Iterator[Line]:
    """Yield the latency of a warm search in a tree of the sample."""
    store = Store(tree)
    embedder = load(_MODEL)
    companies, filters = store.rows(COMPANIES), Filters(datetime.now(UTC))
    base = call(lambda: embedder.encode([_QUESTION]), times=15)
    found = call(lambda: search(_QUESTION, 10, store.index, embedder, companies, filters), times=15)
    yield Line("warm search of the sample, time", found.wall, "embedding the question, time", base.wall)
