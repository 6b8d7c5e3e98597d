"""What embedding passages costs by the exported model, against sentence-transformers on torch on the same cores."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.measure import Line, call

from p3.data.models import ModelStore
from p3.data.store import Store
from p3.retrieval.embedding import DEFAULT_MODEL, load

_MOST = 200  # passages


def lines(tree: Path) -> Iterator[Line]:
    """Yield the time of embedding the passages of a tree in each precision."""
    store, threads = Store(tree), len(os.sched_getaffinity(0))
    texts = store.index.passages(None)["text"].head(_MOST).to_list()
    reference, exports = load(threads=threads), ModelStore(store.directories)
    base = call(partial(reference.encode, texts), times=3)
    for model in (DEFAULT_MODEL, f"{DEFAULT_MODEL}+int8"):
        embedder = load(model, exports, threads=threads)
        made = call(partial(embedder.encode, texts), times=3)
        yield Line(f"embedding by {model}, time", made.wall, "sentence-transformers on torch, time", base.wall, 0.5)
