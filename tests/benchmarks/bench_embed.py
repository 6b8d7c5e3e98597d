"""What embedding passages costs by the exported model, against sentence-transformers on torch on the same cores."""

import json
import os
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.measure import Line, call
from shared_data import ROOT

from p3.data.models import ModelStore
from p3.data.store import Store
from p3.retrieval.embedding import DEFAULT_MODEL, load
from p3.retrieval.passages import LIMIT
from p3.retrieval.weights import PACKAGED_MODEL

_MOST = 240  # passages
_TARGET = {DEFAULT_MODEL: 0.5}  # of the time that torch takes


def lines(tree: Path) -> Iterator[Line]:
    """Yield the time of embedding passages in each precision."""
    texts, threads = _texts(tree), len(os.sched_getaffinity(0))
    reference, exports = load(PACKAGED_MODEL, threads=threads), ModelStore(Store(tree).directories)
    base = call(partial(reference.encode, texts), times=3)
    for model in (DEFAULT_MODEL, PACKAGED_MODEL):
        made = call(partial(load(model, exports, threads=threads).encode, texts), times=3)
        name = f"embedding {len(texts)} passages by {model}, CPU"
        yield Line(name, made.cpu, "sentence-transformers on torch, CPU", base.cpu, _TARGET.get(model))


def _texts(tree: Path) -> list[str]:
    """Return passages of real filings, from a heading to a full page's start; the sample's where there are none."""
    files = sorted((ROOT / "financebench-dev" / "pages").glob("*.jsonl"))
    if not files:
        return Store(tree).index.passages(None)["text"].head(_MOST).to_list()
    pages = [json.loads(line)["text"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    lot = random.Random(1913)
    return [page[: lot.randint(20, LIMIT)] for page in lot.sample([page for page in pages if len(page) > LIMIT], _MOST)]
