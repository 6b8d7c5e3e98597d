"""What a hundred questions at once cost through the tiers, against one alone; the loopback server answers at once."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from benchmarks.measure import Line, call
from loopback_model import model_server

from p3.answer.models.config import BackendSettings, load_config
from p3.answer.models.tiers import TieredModel, open_tiers
from p3.answer.worded import word

_QUESTIONS = 100
_PERCENTILE = 0.95


@dataclass(frozen=True)
class _Said:
    text: str
    rank: int = 1
    ticker: str = "NVDA"
    form: str = "10-K"
    accession: str = "0001045810-24-000029"
    document: str = "nvda-20240128.htm"
    section: str = "Item 7"
    page: int | None = None
    start: int = 0
    accepted: datetime = datetime(2024, 2, 21, tzinfo=UTC)

    @property
    def end(self) -> int:
        return len(self.text)


def lines() -> Iterator[Line]:
    """Yield the 95th percentile of a hundred questions at once, over one server and over two."""
    with model_server() as first, model_server() as second:
        with _tier(first.address) as model:
            alone = call(partial(_ask, model), times=15).wall
            one = _at_once(model)
        with _tier(first.address, second.address) as model:
            two = _at_once(model)
    yield Line(f"p95 of {_QUESTIONS} questions at once over one model server, time", one, "one alone, time", alone)
    yield Line(f"p95 of {_QUESTIONS} questions at once over two, time", two, "one alone, time", alone)


def _tier(*addresses: str) -> TieredModel:
    backends = [BackendSettings(tier="q2", place=address) for address in addresses]
    model = open_tiers(backends, load_config(), lambda _name: None)
    assert model is not None
    return model


def _ask(model: TieredModel) -> None:
    if not word("What grew?", [_Said("Revenue grew on demand for chips.")], model).claims:
        raise RuntimeError("a question was lost")


def _at_once(model: TieredModel) -> float:
    start = threading.Barrier(_QUESTIONS)

    def timed(_n: int) -> float:
        start.wait()
        began = time.perf_counter()
        _ask(model)
        return time.perf_counter() - began

    with ThreadPoolExecutor(_QUESTIONS) as pool:
        taken = sorted(pool.map(timed, range(_QUESTIONS)))
    return taken[int(_PERCENTILE * _QUESTIONS) - 1]
