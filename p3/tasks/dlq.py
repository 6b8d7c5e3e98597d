"""Dead letters: what failed for good, and trying it again as the run did in which it failed."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from p3 import clock
from p3.errors import ExitCode
from p3.scope import CUSTOM, Scope
from p3.shapes import DeadLetter, DeadLetters, StageRun
from p3.workflow import single
from p3.workflow.manifest import NAME, choices_of
from p3.workflow.registry import check_names
from p3.workflow.result import Result
from p3.workflow.runner import Options, run
from p3.workflow.scoping import choose, company_named
from p3.workflow.session import Session
from p3.workflow.stage import SHARED, Kind, Stage

Letter = dict[str, Any]


def show(session: Session, name: str | None, tickers: Sequence[str] | None, stage: str | None) -> Result:
    """Return what is open."""
    return Result(DeadLetters(letters=[_shape(letter) for letter in _open(session, name, tickers, stage)], runs=[]))


def retry(session: Session, name: str | None, tickers: Sequence[str] | None, stage: str | None) -> Result:
    """Run the builds again that left something open, each with the flags of its last run; return what is still open.

    A query or an act is not repeated from here: what it would do depends on the moment, so its own command does it.
    """
    builds = [each for each in session.declared() if each.kind is Kind.BUILD and not each.on_demand]
    reports = [
        _again(session, build, units, json.loads(flags))
        for build in builds
        for flags, units in _by_flags(session, _open(session, name, tickers, stage, (build.name,))).items()
    ]
    left = _open(session, name, tickers, stage)
    others = sorted({letter["stage"] for letter in left} - {build.name for build in builds})
    return Result(
        DeadLetters(letters=[_shape(letter) for letter in left], runs=[run for run, _ in reports]),
        ExitCode.PARTIAL if left else ExitCode.DONE,
        (
            *dict.fromkeys(note for _, notes in reports for note in notes),
            *(f"{other} is tried again by its own command: p3 {other}" for other in others),
        ),
    )


def _open(
    session: Session,
    name: str | None,
    tickers: Sequence[str] | None,
    stage: str | None,
    stages: Sequence[str] | None = None,
) -> list[Letter]:
    if stage is not None:
        check_names(session.declared(), [stage])
        stages = [each for each in stages if each == stage] if stages is not None else [stage]
    units = None
    if name is not None or tickers:
        scope = choose(session, name, tickers)
        units = [*scope.tickers, scope.label, SHARED]
    return session.store.ledger.open_dead_letters(stages, units)


def _by_flags(session: Session, letters: Sequence[Letter]) -> dict[str, list[str]]:
    """Return the units of ``letters`` by the flags of the run that each was last met in: its choices and its as-of."""
    groups: dict[str, list[str]] = {}
    for letter in letters:
        manifest = session.store.directories.run(letter["run_id"]) / NAME
        choices = choices_of(manifest)
        choices.pop("offline", None)
        flags = {"choices": choices, "as_of": _as_of(manifest, letter["stage"])}
        units = groups.setdefault(json.dumps(flags, sort_keys=True), [])
        if letter["unit"] not in units:
            units.append(letter["unit"])
    return groups


def _as_of(manifest: Path, stage: str) -> str | None:
    """Return the as-of that a run held ``stage`` to, None where that was now or cannot be read any more."""
    try:
        as_of = json.loads(manifest.read_text(encoding="utf-8"))["parameters"][stage]["as_of"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return as_of if as_of != "latest" else None


def _again(
    session: Session, stage: Stage, units: Sequence[str], flags: dict[str, Any]
) -> tuple[StageRun, Sequence[str]]:
    own = replace(session, choices=flags["choices"], settled=None, measures={})
    if flags["as_of"] is not None:
        own.pinned = own.as_of = clock.parse_as_of(flags["as_of"])
    companies = tuple(company_named(own, unit) for unit in units if unit != SHARED)
    scope = Scope(CUSTOM, "companies of which something failed", companies, whole=False)
    options = Options(force=frozenset({stage.name}), keep_going=True)
    report = run(own, [stage], session.declared(), scope, options)
    return single.run_shape(own, scope, report), report.notes


def _shape(letter: Letter) -> DeadLetter:
    return DeadLetter(**{name: letter[name] for name in DeadLetter.model_fields})
