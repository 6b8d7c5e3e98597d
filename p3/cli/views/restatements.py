"""What was restated: each item and period with its versions."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from p3.cli.views.line_items import DURATIONS, in_order, label, per_share, scale, written
from p3.cli.views.parts import one_line, remark
from p3.shapes import ItemHistory, ItemVersion, Restatements
from p3.wording import percent

_STYLE = {"first": "", "restated": "yellow", "split": "dim", "rounded": "dim"}
_NUMBERS = (3, 4, 5)  # columns: value, change, percent
_DISPENSABLE = (4, 1)  # change, then form, are left out where not all columns fit
_GAP = 2


def restatements(data: Restatements) -> Iterator[RenderableType]:
    """Yield what changed, the newest period first, and what it counts."""
    span = data.last if data.first == data.last else f"{data.first} to {data.last}"
    if not data.histories:
        yield Text.assemble("Nothing was changed in ", one_line(span), " after it was first reported.")
        return
    yield Histories(data)
    yield Text()
    yield remark(f"{_counted(data.histories)} in {DURATIONS[data.duration]} {span}.")
    yield from map(remark, _notes(data))


class Histories:
    """A heading for each item and period, and under it a line for each version; the columns of all are aligned."""

    def __init__(self, data: Restatements) -> None:
        pairs = [(version.value, each.unit) for each in data.histories for version in each.versions]
        self._divisor, word = scale(pairs)
        self._unit = f"{data.currency} {word}".strip()
        self._histories = _ordered(data.histories)
        self._cells = [self._lines(history) for history in self._histories]
        self._widths = [
            max(map(len, column)) for column in zip(*(r for rows in self._cells for r in rows), strict=True)
        ]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield headings and tables; what does not fit even without the dispensable columns is folded."""
        kept = list(range(len(self._widths)))
        for at in _DISPENSABLE:
            if self._width(kept) > options.max_width:
                kept.remove(at)
        fold = self._width(kept) > options.max_width
        yield remark(self._unit)
        for history, rows in zip(self._histories, self._cells, strict=True):
            yield one_line(f"{history.label}  {label(history.item)}", "bold")
            yield self._table(rows, kept, fold=fold)

    def _width(self, kept: Sequence[int]) -> int:
        return sum(self._widths[at] + _GAP for at in kept)

    def _table(self, rows: Sequence[Sequence[Text]], kept: Sequence[int], *, fold: bool) -> Table:
        table = Table(box=None, padding=(0, 0, 0, _GAP), show_header=False)
        for at in kept:
            justify: Literal["right", "left"] = "right" if at in _NUMBERS else "left"
            table.add_column(justify=justify, overflow="fold", min_width=None if fold else self._widths[at])
        for row in rows:
            table.add_row(*(row[at] for at in kept))
        return table

    def _lines(self, history: ItemHistory) -> list[list[Text]]:
        befores = [None, *history.versions[:-1]]
        return [
            self._line(history.unit, version, before) for version, before in zip(history.versions, befores, strict=True)
        ]

    def _line(self, unit: str, version: ItemVersion, before: ItemVersion | None) -> list[Text]:
        style = _STYLE[version.cause]
        return [
            one_line(version.known_from[:10]),
            one_line(version.form or ""),
            one_line(version.accession),
            one_line(written(version.value, unit, self._divisor), style),
            one_line("" if version.change is None else self._signed(version.change, unit), style),
            one_line("" if version.percent is None else percent(version.percent, signed=True), style),
            one_line(", ".join(_why(version, before)), style),
        ]

    def _signed(self, change: float, unit: str) -> str:
        text = written(change, unit, self._divisor)
        return text if change < 0 else f"+{text}"


def _ordered(histories: Sequence[ItemHistory]) -> list[ItemHistory]:
    ranks = {item: rank for rank, item in enumerate(in_order({each.item for each in histories}))}
    return sorted(histories, key=lambda each: (-each.end.toordinal(), ranks[each.item]))


def _why(version: ItemVersion, before: ItemVersion | None) -> Iterator[str]:
    if before is None:
        return
    factor = version.split_factor or 1.0
    if version.cause != "split":
        yield version.cause
    if factor != 1.0:
        yield f"split {factor:g}:1" if factor > 1 else f"split 1:{1 / factor:g}"
    if version.cause == "restated" and _concepts(version) != _concepts(before):
        yield "other concept"


def _concepts(version: ItemVersion) -> set[str]:
    return {source.concept for source in version.sources}


def _counted(histories: Sequence[ItemHistory]) -> str:
    causes = Counter(version.cause for each in histories for version in each.versions)
    parts = [(causes["restated"], "restated"), (causes["split"], "by a split alone"), (causes["rounded"], "rounded")]
    return ", ".join(f"{count:,} {what}" for count, what in parts if count) or "No change"


def _notes(data: Restatements) -> Iterator[str]:
    whys = {why for each in data.histories for at in range(len(each.versions)) for why in _whys(each, at)}
    if "rounded" in whys:
        yield "rounded: the same figure in a coarser unit, such as millions after thousands."
    if "other concept" in whys:
        yield "other concept: the newer filing states it under another XBRL tag, which may measure something else."
    if data.splits_until is None and any(each.unit == "shares" or per_share(each.unit) for each in data.histories):
        yield "Splits are not known, so share counts and EPS may have changed by one: `p3 fetch-prices` brings them."


def _whys(history: ItemHistory, at: int) -> Iterator[str]:
    return _why(history.versions[at], history.versions[at - 1] if at else None)
