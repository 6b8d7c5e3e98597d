"""What a stage is: a step of the workflow with declared inputs and outputs."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import polars as pl

from p3.data.tables import Table
from p3.scope import Scope

if TYPE_CHECKING:
    from p3.workflow.session import Session

SHARED = "_market"
"""The unit of what belongs to no company: the benchmark and the rates."""


class Kind(StrEnum):
    """What a stage does to the tree; a build replaces its rows, a query or act adds to them."""

    BUILD = "build"
    QUERY = "query"
    ACT = "act"


@dataclass(frozen=True)
class Problem:
    """Something within a unit that failed while the rest of it went on."""

    what: str
    reason: str


@dataclass(frozen=True)
class Rows:
    """New rows of a table: they replace all rows of ``owners``."""

    table: Table
    owners: tuple[int | str, ...]
    frame: pl.DataFrame


@dataclass(frozen=True)
class Passages:
    """A company's passages with their vectors, and the model that made these."""

    cik: int
    frame: pl.DataFrame
    model: str


def content_of(*frames: pl.DataFrame) -> str:
    """Return a fingerprint of what frames hold."""
    digest = hashlib.sha256()
    for frame in frames:
        digest.update(frame.hash_rows().to_numpy().tobytes())
    return digest.hexdigest()[:32]


@dataclass(frozen=True)
class Output:
    """What a unit made.

    ``content`` names it where its key alone does not: the fingerprint of what was fetched, or the id of a result. What
    is not ``complete``, such as an order that still works, is taken up again by the next run. ``settles`` names what
    this run tried, where that is not all that an earlier one may have failed at: dead letters of other names stay open.
    """

    rows: int
    tables: tuple[Rows, ...] = ()
    passages: Passages | None = None
    content: str | None = None
    problems: tuple[Problem, ...] = ()
    note: str = ""
    complete: bool = True
    settles: frozenset[str] | None = None


@dataclass(frozen=True)
class Job:
    """One unit of work: a company, the shared market data, or a whole scope.

    ``inputs`` are (stage, unit, what it made).
    """

    session: "Session"
    scope: Scope
    unit: str
    parameters: Mapping[str, Any]
    resource: Any
    inputs: tuple[tuple[str, str, str], ...] = ()
    step: Callable[[str], None] = field(default=lambda _text: None)


@contextmanager
def _nothing(_session: "Session", _parameters: Mapping[str, Any]) -> Iterator[None]:
    yield None


@dataclass(frozen=True)
class Stage:
    """A declared step.

    ``reads`` names the stages whose outputs it uses, ``code`` the packages and configuration files whose change makes
    its results stale, ``parameters`` the settings that shape them. ``resource`` opens what all units share: a client, a
    model. ``place`` orders stages that do not read each other. Of ``reads_any`` one stage that has something is enough.
    ``on_demand`` keeps it out of ``e2e``: its own command runs it. ``threads`` is how many units run at once. ``lock``
    names the stage under whose locks it runs, where both write the same rows. ``prepare`` runs before the stage is
    planned, may settle the as-of, and returns notes for the user.
    """

    name: str
    kind: Kind
    place: int
    reads: tuple[str, ...]
    writes: tuple[Table, ...]
    code: tuple[str, ...]
    parameters: Callable[["Session"], dict[str, Any]]
    run: Callable[[Job], Output]
    per_company: bool = True
    has_shared_unit: bool = False
    indexed: bool = False  # it writes passages
    prepare: Callable[["Session", Scope], tuple[str, ...]] = field(default=lambda _session, _scope: ())
    reads_any: tuple[str, ...] = ()
    on_demand: bool = False
    lock: str = ""
    threads: Callable[["Session"], int] = field(default=lambda _session: 1)
    max_age: Callable[["Session"], timedelta | None] = field(default=lambda _session: None)
    resource: Callable[["Session", Mapping[str, Any]], AbstractContextManager[Any]] = field(default=_nothing)

    def units(self, scope: Scope) -> list[str]:
        """Return the stage's units of work for ``scope``."""
        if not self.per_company:
            return [scope.label]
        shared = [SHARED] if self.has_shared_unit else []
        return [*shared, *scope.tickers]
