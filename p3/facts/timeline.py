"""What a quantity was known to be, and when: a list of versions in the order of time."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from p3.provenance import FactSource


@dataclass(frozen=True, slots=True)
class Version:
    """A value from the moment ``known_from``.

    ``value`` None withdraws the one before; ``formula`` is None for a value as reported.
    """

    known_from: datetime
    value: float | None
    unit: str
    start: date | None
    formula: str | None
    sources: tuple[FactSource, ...]


Timeline = list[Version]
"""One version for each report, ascending by ``known_from``, reports that repeat a value included."""


def known(timeline: Timeline, moment: datetime) -> Version | None:
    """Return the version that stands at ``moment``."""
    index = bisect_right(timeline, moment, key=lambda version: version.known_from)
    return timeline[index - 1] if index else None


def prefer(better: Timeline, worse: Timeline) -> Timeline:
    """Return ``better`` preceded by what ``worse`` said before it began."""
    if not better:
        return worse
    begin = better[0].known_from
    return [version for version in worse if version.known_from < begin] + better


def combine(timelines: Sequence[Timeline], make: Callable[[datetime, Sequence[Version]], Version | None]) -> Timeline:
    """Return the timeline of a value made of several, remade at each moment when one of them is reported.

    ``make`` gets the moment and the version of each that stands then; it is not called before all are known. Where it
    declines (None) after a value had been made, that value is withdrawn.
    """
    moments = sorted({version.known_from for timeline in timelines for version in timeline})
    made: Timeline = []
    for moment in moments:
        standing = [known(timeline, moment) for timeline in timelines]
        parts = [part for part in standing if part is not None and part.value is not None]
        version = make(moment, parts) if len(parts) == len(timelines) else None
        if version is not None:
            made.append(version)
        elif made and made[-1].value is not None:
            made.append(Version(moment, None, made[-1].unit, made[-1].start, None, ()))
    return made


def changes(timeline: Timeline) -> Timeline:
    """Return the versions that say something else than the one before: the value, its unit, or how it was come by.

    Of several from one moment the last counts.
    """
    kept: Timeline = []
    for version in {version.known_from: version for version in timeline}.values():
        last = kept[-1] if kept else None
        if last is None and version.value is None:
            continue
        if last is None or (version.value, version.unit, version.formula) != (
            last.value,
            last.unit,
            last.formula,
        ):
            kept.append(version)
    return kept
