"""The view of `p3 facts`: a company's statements side by side, or the stage that resolved a scope's."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from p3.cli.views.parts import fits, literal, one_line, remark, sample, trend
from p3.cli.views.stages import render_run
from p3.shapes import Facts, FactsPeriod, ItemValue, StageRun
from p3.wording import MISSING, day, name, percent

_GROWTH = "growth on the year"
_PER_SHARE = "Per share, and share counts"
_GROUPS: dict[str, dict[str, str]] = {
    "Income statement": {
        "revenue": "Revenue",
        "cost_of_revenue": "Cost of revenue",
        "gross_profit": "Gross profit",
        "research_and_development": "Research & development",
        "selling_general_administrative": "Selling, general, admin.",
        "operating_income": "Operating income",
        "interest_expense": "Interest expense",
        "pretax_income": "Pre-tax income",
        "income_tax": "Income tax",
        "net_income": "Net income",
    },
    "Cash flow": {
        "operating_cash_flow": "Operating cash flow",
        "depreciation_amortization": "Depreciation, amortiz.",
        "stock_compensation": "Stock compensation",
        "capital_expenditure": "Capital expenditure",
        "dividends_paid": "Dividends paid",
        "share_repurchases": "Share repurchases",
    },
    "Balance sheet": {
        "cash": "Cash",
        "short_term_investments": "Short-term investments",
        "receivables": "Receivables",
        "inventory": "Inventory",
        "current_assets": "Current assets",
        "ppe_net": "Property, plant, net",
        "goodwill": "Goodwill",
        "total_assets": "Total assets",
        "payables": "Payables",
        "short_term_debt": "Short-term debt",
        "current_liabilities": "Current liabilities",
        "long_term_debt": "Long-term debt",
        "total_liabilities": "Total liabilities",
        "equity": "Equity",
    },
    _PER_SHARE: {
        "eps_basic": "EPS, basic",
        "eps_diluted": "EPS, diluted",
        "shares_basic": "Shares, basic",
        "shares_diluted": "Shares, diluted",
        "shares_outstanding": "Shares outstanding",
    },
}
_TREND = 12  # periods
_DURATION = {"annual": "fiscal years", "quarter": "quarters", "ttm": "trailing twelve months"}
_A_YEAR = range(350, 381)  # days: fiscal years of 52 and 53 weeks both fall in
_SCALES = ((1e9, 1e6, "millions"), (1e6, 1e3, "thousands"))


@dataclass(frozen=True)
class _Row:
    label: Text
    trend: str
    cells: tuple[Text, ...]


def render(data: Facts | StageRun) -> list[RenderableType]:
    """Return the statements of a company, or how the stage ended."""
    if isinstance(data, StageRun):
        return render_run(data)
    title = Text.assemble(one_line(data.name, "bold"), " ", one_line(f"({data.ticker}, CIK {data.cik})"))
    known = remark(f"{_DURATION[data.duration]}, as known at {day(data.as_of)}")
    if not data.periods:
        return [title, known, *sample([data.origin]), Text("No period was known then.")]
    return [title, known, *sample([data.origin]), Text(), Statements(data)]


class Statements:
    """The line items as rows and the periods as columns, the newest on the right; as many of the newest as fit."""

    def __init__(self, data: Facts) -> None:
        self._periods = data.periods
        self._currency = data.currency
        self._divisor, self._scale = _scale(data.periods)
        self._derived = any(item.derived for period in data.periods for item in period.items.values())

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table, then what it leaves out."""
        groups = self._groups(blocks=not options.ascii_only)
        shown = self._fitting(groups, options.max_width)
        table = self._table(groups, shown)
        yield table if fits(table, console, options) else self._table(groups, shown, fold=True)
        yield Text()
        total = len(self._periods)
        if shown < total:
            yield remark(f"The newest {shown} of {total} periods; a wider terminal or --json shows all.")
        if self._derived:
            yield remark("* follows from other filed values: --json gives the formula.")
        if _PER_SHARE in groups:
            yield remark(
                "Per share figures and share counts are the newest filed for each year: a split parts the years."
            )

    def _groups(self, *, blocks: bool) -> dict[str, list[_Row]]:
        known = {item for items in _GROUPS.values() for item in items}
        others = sorted({item for period in self._periods for item in period.items} - known)
        layout = {**_GROUPS, "Other": {item: name(item) for item in others}}
        rows = {group: self._rows(items, blocks and group != _PER_SHARE) for group, items in layout.items()}
        return {group: made for group, made in rows.items() if made}

    def _rows(self, items: dict[str, str], blocks: bool) -> list[_Row]:
        rows = []
        for item, label in items.items():
            found = [period.items.get(item) for period in self._periods]
            if not any(found):
                continue
            line = trend([each.value if each else None for each in found][-_TREND:]) if blocks else ""
            rows.append(_Row(literal(f"  {label}"), line, tuple(self._cell(each) for each in found)))
            if item == "revenue":
                rows.append(self._growth())
        return rows

    def _growth(self) -> _Row:
        cells = tuple(
            Text(percent(_growth(period, self._periods)) + self._slot(""), style="dim") for period in self._periods
        )
        return _Row(Text(f"    {_GROWTH}", style="dim"), "", cells)

    def _cell(self, item: ItemValue | None) -> Text:
        if item is None:
            return Text(MISSING + self._slot(""), style="dim")
        written = _written(item.value, 1.0 if "/" in item.unit else self._divisor, 2 if "/" in item.unit else 0)
        return Text(written + self._slot(item.derived), style="red" if item.value < 0 else "")

    def _slot(self, derived: str | None) -> str:
        """Return the place of the mark after a number, kept free where there is none so that digits align."""
        return "" if not self._derived else "*" if derived else " "

    def _fitting(self, groups: dict[str, list[_Row]], width: int) -> int:
        rows = [row for rows in groups.values() for row in rows]
        left = width - max([len(self._unit), *(row.label.cell_len for row in rows)])
        left -= 2 + max(len(row.trend) for row in rows)
        shown = 0
        for at in reversed(range(len(self._periods))):
            left -= 2 + max(len(self._periods[at].label), *(row.cells[at].cell_len for row in rows))
            if left < 0:
                break
            shown += 1
        return max(shown, 1)

    @property
    def _unit(self) -> str:
        return f"{self._currency} {self._scale}".strip()

    def _table(self, groups: dict[str, list[_Row]], shown: int, *, fold: bool = False) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column(literal(self._unit), no_wrap=not fold, overflow="fold")
        for period in self._periods[-shown:]:
            table.add_column(literal(period.label), justify="right", no_wrap=not fold, overflow="fold")
        table.add_column("trend", no_wrap=True, style="cyan")
        for group, rows in groups.items():
            table.add_row(literal(group, "bold"))
            for row in rows:
                table.add_row(row.label, *row.cells[-shown:], row.trend)
        return table


def _scale(periods: Sequence[FactsPeriod]) -> tuple[float, str]:
    """Return what values are divided by, and its name, by the size of the largest."""
    largest = max((abs(i.value) for p in periods for i in p.items.values() if "/" not in i.unit), default=0.0)
    return next(((divisor, word) for least, divisor, word in _SCALES if largest >= least), (1.0, ""))


def _written(value: float, divisor: float, places: int) -> str:
    scaled = value / divisor
    if value != 0 and round(scaled, places) == 0:
        return f"{scaled:.1g}"  # small, but not nothing
    return f"{scaled:,.{places}f}"


def _growth(period: FactsPeriod, periods: Sequence[FactsPeriod]) -> float | None:
    """Return the change of revenue on the period that ended a year before, as a fraction."""
    before = next((other for other in periods if (period.end - other.end).days in _A_YEAR), None)
    new, old = period.items.get("revenue"), before.items.get("revenue") if before else None
    return new.value / old.value - 1 if new and old and old.value > 0 else None
