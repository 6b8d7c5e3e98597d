"""Dead letters: what failed for good, and trying it again as the run did in which it failed."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

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
        _again(session, build, units, json.loads(choices))
        for build in builds
        for choices, units in _by_choices(session, _open(session, name, tickers, stage, (build.name,))).items()
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


def _by_choices(session: Session, letters: Sequence[Letter]) -> dict[str, list[str]]:
    """Return the units of ``letters`` by the flags of the run that each was last met in."""
    groups: dict[str, list[str]] = {}
    for letter in letters:
        choices = choices_of(session.store.directories.run(letter["run_id"]) / NAME)
        choices.pop("offline", None)
        units = groups.setdefault(json.dumps(choices, sort_keys=True), [])
        if letter["unit"] not in units:
            units.append(letter["unit"])
    return groups


def _again(
    session: Session, stage: Stage, units: Sequence[str], choices: dict[str, Any]
) -> tuple[StageRun, Sequence[str]]:
    companies = tuple(company_named(session, unit) for unit in units if unit != SHARED)
    scope = Scope(CUSTOM, "companies of which something failed", companies, whole=False)
    own = replace(session, choices=choices, settled=None, measures={})
    options = Options(force=frozenset({stage.name}), keep_going=True)
    report = run(own, [stage], session.declared(), scope, options)
    return single.run_shape(own, scope, report), report.notes


def _shape(letter: Letter) -> DeadLetter:
    return DeadLetter(**{name: letter[name] for name in DeadLetter.model_fields})
