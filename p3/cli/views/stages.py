"""How stages and what failed in them look, for every command that runs one."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import heading, indented, one_line, remark, sample, status
from p3.shapes import FailureShape, StageRun, StageShape
from p3.wording import day, few

_LISTED_UNITS = 12
_WELL = {"ran", "fresh"}


def render_run(data: StageRun) -> list[RenderableType]:
    """Return one stage: how it ended and why, its companies, and what failed."""
    stage = data.stage
    ended = _ended(stage)
    title = Text.assemble(one_line(stage.name, "bold"), " ", one_line(data.scope), ": ", status(ended))
    parts: list[RenderableType] = [
        Text.assemble(title, ", ", one_line(stage.why)) if stage.why and ended == stage.status else title,
        remark(f"{stage.rows:,} rows in {stage.seconds:.1f} s, as of {day(data.as_of)}, run {data.run_id}"),
        *sample([data.origin]),
        _units(stage.units),
    ]
    return [*parts, *failures((stage.name, failure) for failure in stage.failures)]


def _ended(stage: StageShape) -> str:
    """Return how a stage ended as a whole: as its companies did, in part where some ended well and some did not."""
    ended = {word for unit, word in stage.units.items() if unit == unit_name(unit)} or {stage.status}
    if len(ended) == 1:
        return ended.pop()
    return stage.status if ended <= _WELL else "partial"


def _units(units: Mapping[str, str]) -> Text:
    if not units:
        return Text("No company.")
    if len(units) > _LISTED_UNITS:
        return one_line(", ".join(f"{count:,} {word}" for word, count in Counter(units.values()).most_common()))
    return Text("  ").join(Text.assemble(one_line(unit_name(unit)), " ", status(word)) for unit, word in units.items())


def unit_name(unit: str) -> str:
    """Return a unit's name as people say it; those that no company owns begin with an underscore in the ledger."""
    return unit.removeprefix("_")


def failures(found: Iterable[tuple[str, FailureShape]]) -> list[RenderableType]:
    """Return what failed or is missing, those of a stage with the same reason as one entry."""
    groups: dict[tuple[str, str], list[FailureShape]] = {}
    for stage, failure in found:
        groups.setdefault((stage, _pattern(failure)), []).append(failure)
    if not groups:
        return []
    total = sum(map(len, groups.values()))
    parts: list[RenderableType] = [heading(f"Failed or missing: {total:,}")]
    for (stage, _), alike in groups.items():
        parts += [_who(stage, alike), indented(one_line(alike[0].reason), 4)]
    return parts


def _pattern(failure: FailureShape) -> str:
    """Return the reason without what differs from case to case: the company's name, numbers and identifiers."""
    reason = failure.reason.replace(failure.what, "…") if failure.what else failure.reason
    reason = re.sub(rf"\b{re.escape(failure.unit)}\b", "…", reason) if failure.unit else reason
    return re.sub(r"\d+", "#", reason)


def _who(stage: str, alike: list[FailureShape]) -> Text:
    """Return which units failed, and what of them: pair by pair only where both differ."""
    pairs = list(dict.fromkeys((unit_name(failure.unit), _what(stage, failure)) for failure in alike))
    units, names = list(dict.fromkeys(unit for unit, _ in pairs)), list(dict.fromkeys(name for _, name in pairs))
    if len(alike) == 1:
        return Text.assemble("  ", one_line(f"{stage} {units[0]}", "bold red"), " ", one_line(names[0]))
    if len(units) == 1 or len(names) == 1:
        who = ": ".join(each for each in (few(units), few(names)) if each)
    else:
        who = few([f"{unit} {name}".strip() for unit, name in pairs])
    return Text.assemble("  ", one_line(f"{stage} {len(alike):,} times", "bold red"), " ", one_line(who))


def _what(stage: str, failure: FailureShape) -> str:
    """Return what failed of a unit, or nothing where that is the unit itself."""
    return "" if failure.what in (stage, failure.unit) else failure.what
