"""What a quantity was known to be, and when: a list of versions in the order of time."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import NamedTuple

from p3.facts.days import Day, Moment

_KNOWN_FROM = attrgetter("known_from")


class Version(NamedTuple):
    """A value from the moment ``known_from``.

    ``value`` None withdraws the one before; ``formula`` is None for a value as reported; ``rows`` are the places of
    its sources in the facts.
    """

    known_from: Moment
    value: float | None
    unit: str
    start: Day | None
    formula: str | None
    rows: tuple[int, ...]


Timeline = list[Version]
"""One version for each report, ascending by ``known_from``, reports that repeat a value included."""


def known(timeline: Timeline, moment: Moment) -> Version | None:
    """Return the version that stands at ``moment``."""
    index = bisect_right(timeline, moment, key=_KNOWN_FROM)
    return timeline[index - 1] if index else None


def prefer(better: Timeline, worse: Timeline) -> Timeline:
    """Return ``better`` preceded by what ``worse`` said before it began."""
    if not better:
        return worse
    begin = better[0].known_from
    return [version for version in worse if version.known_from < begin] + better


def combine(timelines: Sequence[Timeline], make: Callable[[Moment, Sequence[Version]], Version | None]) -> Timeline:
    """Return the timeline of a value made of several, remade at each moment when one of them is reported.

    ``make`` gets the moment and the version of each that stands then; it is not called before all are known. Where it
    declines (None) after a value had been made, that value is withdrawn.
    """
    if not all(timelines):
        return []
    begin = max(timeline[0].known_from for timeline in timelines)
    moments = {version.known_from for timeline in timelines for version in timeline if version.known_from > begin}
    made: Timeline = []
    for moment in (begin, *sorted(moments)):
        parts = [timeline[bisect_right(timeline, moment, key=_KNOWN_FROM) - 1] for timeline in timelines]
        version = None if any(part.value is None for part in parts) else make(moment, parts)
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
    said = None
    for version in {version.known_from: version for version in timeline}.values():
        saying = (version.value, version.unit, version.formula)
        if saying != said and (kept or version.value is not None):
            kept.append(version)
            said = saying
    return kept
