"""A company's statements: line items as rows, periods as columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from p3.cli.views.line_items import GROUPS, PER_SHARE, per_share, scale, written
from p3.cli.views.parts import fits, literal, remark, trend
from p3.shapes import Facts, ItemValue
from p3.wording import MISSING, few, name, percent

_TREND = 12  # periods
_PERIOD = {"annual": "y", "quarter": "q", "ttm": "q"}  # a period's end is a year or a quarter after the last
_DAYS = {"annual": 365.25, "quarter": 365.25 / 4, "ttm": 365.25 / 4}  # from one period's end to the next


@dataclass(frozen=True)
class _Row:
    label: Text
    trend: str
    cells: tuple[Text, ...]


class Statements:
    """The statements over the periods, the newest on the right; as many of the newest as fit."""

    def __init__(self, data: Facts) -> None:
        self._data = data
        self._periods = data.periods
        self._items = [item for period in data.periods for item in period.items.values()]
        self._divisor, self._scale = scale((item.value, item.unit) for item in self._items)
        self._adjusts = data.splits_until is not None
        self._marks = max(map(_mark, self._items), key=len, default="")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table, then what it leaves out and what its marks mean."""
        groups = self._groups(blocks=not options.ascii_only)
        shown = self._fitting(groups, options.max_width)
        table = self._table(groups, shown)
        yield table if fits(table, console, options) else self._table(groups, shown, fold=True)
        yield Text()
        total = len(self._periods)
        if shown < total:
            yield remark(f"The newest {shown} of {total} periods; a wider terminal or --json shows all.")
        yield from map(remark, self._notes(groups, shown))

    def _notes(self, groups: dict[str, list[_Row]], shown: int) -> Iterator[str]:
        items = [item for period in self._periods[-shown:] for item in period.items.values()]
        if any(item.derived for item in items):
            yield "* follows from other filed values: --sources or --json gives the formula."
        broken = dict.fromkeys(identity for item in items for identity in item.violates)
        if broken:
            yield f"! breaks an identity, {few(list(broken))}: `p3 facts {self._data.ticker} --check` tells where."
        if PER_SHARE in groups:
            yield self._basis(items)

    def _basis(self, items: Sequence[ItemValue]) -> str:
        if not self._adjusts:
            return (
                "Per share figures and share counts are the newest filed for each year: a split parts the years. "
                "`p3 fetch-prices` brings the splits."
            )
        told = f"Per share figures and share counts are adjusted for the splits until {self._data.splits_until}"
        lacking = any(_of_shares(item) and item.split_adjusted is None for item in items)
        before = f"; splits before {self._data.splits_from} are not known" if lacking else ""
        return f"{told}{before}: --as-filed shows what was filed."

    def _groups(self, *, blocks: bool) -> dict[str, list[_Row]]:
        known = {item for items in GROUPS.values() for item in items}
        others = sorted({item for period in self._periods for item in period.items} - known)
        layout = {**GROUPS, "Other": {item: name(item) for item in others}}
        rows = {
            group: self._rows(items, blocks and (self._adjusts or group != PER_SHARE))
            for group, items in layout.items()
        }
        return {group: made for group, made in rows.items() if made}

    def _rows(self, items: dict[str, str], blocks: bool) -> list[_Row]:
        rows = []
        for item, label in items.items():
            found = [period.items.get(item) for period in self._periods]
            if not any(found):
                continue
            values = [None if each is None else self._value(each) for each in found]
            line = trend(self._with_gaps(values)) if blocks else ""
            cells = tuple(self._cell(each) for each in found)
            rows.append(_Row(literal(f"  {label}"), line, cells))
            if any(item in period.growth for period in self._periods):
                rows.append(self._growth(item))
        return rows

    def _value(self, item: ItemValue) -> float | None:
        return item.split_adjusted if self._adjusts and _of_shares(item) else item.value

    def _with_gaps(self, values: Sequence[float | None]) -> list[float | None]:
        """Return the newest values, a place for each period that should be there, empty where one is missing."""
        ends = [period.end for period in self._periods]
        spaced: list[float | None] = []
        for at, value in enumerate(values):
            days = (ends[at] - ends[at - 1]).days if at else 0
            missing = min(round(days / _DAYS[self._data.duration]) - 1, _TREND)
            spaced += [None] * missing + [value]
        return spaced[-_TREND:]

    def _growth(self, item: str) -> _Row:
        cells = tuple(Text(percent(period.growth.get(item)) + self._slot(""), style="dim") for period in self._periods)
        return _Row(Text("    growth on the year", style="dim"), "", cells)

    def _cell(self, item: ItemValue | None) -> Text:
        value = None if item is None else self._value(item)
        if item is None or value is None:
            return Text(MISSING + self._slot(""), style="dim")
        text = written(value, item.unit, self._divisor)
        return Text(text + self._slot(_mark(item)), style="red" if value < 0 else "")

    def _slot(self, mark: str) -> str:
        """Return a mark after a number in a place that all have, so that digits align."""
        return mark.ljust(len(self._marks))

    def _fitting(self, groups: dict[str, list[_Row]], width: int) -> int:
        rows = [row for rows in groups.values() for row in rows]
        left = width - max([len(self._unit), *map(len, groups), *(row.label.cell_len for row in rows)], default=0)
        left -= 2 + max(len(self._trend_title(groups)), *(len(row.trend) for row in rows), 0)
        shown = 0
        for at in reversed(range(len(self._periods))):
            left -= 2 + max(len(self._periods[at].label), *(row.cells[at].cell_len for row in rows), 0)
            if left < 0:
                break
            shown += 1
        return max(shown, 1)

    def _trend_title(self, groups: dict[str, list[_Row]]) -> str:
        """Return the title of the trends, with the periods they run over: more than the columns beside them, maybe."""
        longest = max((len(row.trend) for rows in groups.values() for row in rows), default=0)
        return f"trend, {longest} {_PERIOD[self._data.duration]}" if longest else "trend"

    @property
    def _unit(self) -> str:
        return f"{self._data.currency} {self._scale}".strip()

    def _table(self, groups: dict[str, list[_Row]], shown: int, *, fold: bool = False) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column(literal(self._unit), no_wrap=not fold, overflow="fold")
        for period in self._periods[-shown:]:
            table.add_column(literal(period.label), justify="right", no_wrap=not fold, overflow="fold")
        table.add_column(self._trend_title(groups), no_wrap=True, style="cyan")
        for group, rows in groups.items():
            table.add_row(literal(group, "bold"))
            for row in rows:
                table.add_row(row.label, *row.cells[-shown:], row.trend)
        return table


def _of_shares(item: ItemValue) -> bool:
    return item.unit == "shares" or per_share(item.unit)


def _mark(item: ItemValue) -> str:
    return f"{'*' if item.derived else ''}{'!' if item.violates else ''}"
