"""A hundred questions at once over two model servers, one of which is killed in the middle: none is lost."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from p3.answer.models.config import BackendSettings, load_config
from p3.answer.models.tiers import TieredModel, open_tiers
from p3.answer.worded import Worded, word

QUESTIONS = 100
BEFORE = 10  # replies before the kill
SERVER = Path(__file__).parents[1] / "loopback_model.py"


@dataclass(frozen=True)
class Said:
    """A passage, as a search returns it."""

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


@contextmanager
def server(mode: str = "honest") -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [sys.executable, str(SERVER), "--mode", mode, "--seconds", "0.02"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def opened(*backends: tuple[str, str]) -> TieredModel:
    listed = [BackendSettings(tier=tier, place=place) for tier, place in backends]
    model = open_tiers(listed, load_config(), lambda _name: None)
    assert model is not None
    return model


def at_once(model: TieredModel, after: threading.Semaphore) -> list[Worded]:
    """Ask every question in a thread of its own, releasing ``after`` at each answer."""

    def ask(n: int) -> Worded:
        got = word("What grew?", [Said(f"Revenue of part {n} grew on demand for chips.")], model)
        after.release()
        return got

    with ThreadPoolExecutor(QUESTIONS) as pool:
        return list(pool.map(ask, range(QUESTIONS)))


def texts(answers: list[Worded]) -> list[str]:
    return [claim.sentence for got in answers for claim in got.claims]


EXPECTED = [f"Revenue of part {n} grew on demand for chips." for n in range(QUESTIONS)]


def killing(process: subprocess.Popen[str], after: threading.Semaphore) -> threading.Thread:
    def kill() -> None:
        for _ in range(BEFORE):
            after.acquire()
        process.kill()

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def test_of_two_servers_of_a_tier_one_is_killed() -> None:
    after = threading.Semaphore(0)
    with server() as (victim, first), server() as (_, second), opened(("q2", first), ("q2", second)) as model:
        thread = killing(victim, after)
        answers = at_once(model, after)
        thread.join()
    assert texts(answers) == EXPECTED
    used = [attempt for got in answers for attempt in got.attempts]
    failed = [attempt for attempt in used if attempt.failure]
    assert {attempt.backend for attempt in failed} == {first}
    assert {attempt.backend for attempt in used if not attempt.failure} == {first, second}
    assert all(got.attempts[-1].failure is None and got.tier == "q2" for got in answers)


def test_the_only_server_of_a_tier_is_killed_and_the_next_tier_answers() -> None:
    after = threading.Semaphore(0)
    with server() as (victim, first), server() as (_, second), opened(("q2", first), ("q3", second)) as model:
        thread = killing(victim, after)
        answers = at_once(model, after)
        thread.join()
    assert texts(answers) == EXPECTED
    assert {got.tier for got in answers} <= {"q2", "q3"}
    assert any(got.tier == "q3" and got.attempts[0].failure for got in answers)


def test_where_the_last_server_is_killed_every_question_is_told_why_it_has_no_answer() -> None:
    after = threading.Semaphore(0)
    with server() as (victim, only), opened(("q2", only)) as model:
        thread = killing(victim, after)
        answers = at_once(model, after)
        thread.join()
    assert len(answers) == QUESTIONS
    lost = [got for got in answers if not got.claims]
    assert lost
    assert all(got.tier is None and got.attempts[0].failure for got in lost)


def test_a_load_is_shared_by_the_servers_of_a_tier() -> None:
    with server() as (_, first), server() as (_, second), opened(("q2", first), ("q2", second)) as model:
        answers = at_once(model, threading.Semaphore(0))
    by = [got.attempts[-1].backend for got in answers]
    assert texts(answers) == EXPECTED
    assert min(by.count(first), by.count(second)) >= QUESTIONS // 4
