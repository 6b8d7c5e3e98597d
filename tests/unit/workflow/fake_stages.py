"""Small stages over a real store: one fetches a row for each company, the next copies what it fetched."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from p3 import clock, settings
from p3.data.store import Store
from p3.data.tables import ACTIONS, RATES
from p3.scope import Company, Scope
from p3.workflow.runner import Options, RunReport, run
from p3.workflow.session import Session
from p3.workflow.stage import Job, Kind, Output, Rows, Stage

MOMENT = datetime(2024, 1, 2, tzinfo=UTC)
CODE = ("p3.errors",)


@dataclass
class World:
    """What upstream would answer for each company: a number, an error to raise, or nothing; and who was asked."""

    answers: dict[str, float | BaseException] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    commits: list[int] = field(default_factory=list)

    def ask(self, job: Job) -> Output:
        self.asked.append(job.unit)
        answer = self.answers.get(job.unit, 1.0)
        if isinstance(answer, BaseException):
            raise answer
        frame = rates(job.unit, answer).head(0 if answer == 0 else 1)
        return Output(rows=frame.height, tables=(Rows(RATES, (job.unit,), frame),), content=f"is {answer}")


def rates(series: str, value: float) -> pl.DataFrame:
    row = {"series": series, "date": MOMENT.date(), "value": value, "known_from": MOMENT, "origin": "test"}
    return pl.DataFrame([row], schema=RATES.schema)


def fetch(world: World, **changes: Any) -> Stage:
    declared: dict[str, Any] = {
        "name": "fetch",
        "kind": Kind.BUILD,
        "place": 1,
        "reads": (),
        "writes": (RATES,),
        "code": CODE,
        "parameters": lambda session: dict(session.choices),
        "run": world.ask,
    }
    return Stage(**declared | changes)


def derive(**changes: Any) -> Stage:
    def copy(job: Job) -> Output:
        found = job.session.store.rows(RATES, "series = ?", [job.unit])
        frame = found.select(
            ticker="series", date="date", kind=pl.lit("split"), value="value", known_from="known_from", origin="origin"
        )
        return Output(rows=frame.height, tables=(Rows(ACTIONS, (job.unit,), frame),))

    declared: dict[str, Any] = {
        "name": "derive",
        "kind": Kind.BUILD,
        "place": 2,
        "reads": ("fetch",),
        "writes": (ACTIONS,),
        "code": CODE,
        "parameters": lambda _session: {},
        "run": copy,
    }
    return Stage(**declared | changes)


def scope(*tickers: str) -> Scope:
    return Scope("test", "a test's companies", tuple(Company(ticker, None) for ticker in tickers))


def session(root: Path, **workflow: Any) -> Session:
    loaded = settings.load()
    chosen = loaded.settings.model_copy(
        update={"workflow": loaded.settings.workflow.model_copy(update=workflow)} if workflow else {}
    )
    return Session(store=Store(root), settings=chosen, as_of=clock.now(), command="test", sources=loaded.sources)


@dataclass
class Runs:
    """Runs stages again and again over one tree, each time as a new process would."""

    root: Path
    stages: Callable[[], list[Stage]]
    workflow: dict[str, Any] = field(default_factory=dict)

    def __call__(self, *tickers: str, options: Options | None = None, **choices: Any) -> RunReport:
        self.last = session(self.root, **self.workflow)
        self.last.choose(**choices)
        every = self.stages()
        return run(self.last, every, every, scope(*tickers), options or Options())
