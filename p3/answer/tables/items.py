"""Line items of a filing's fiscal years, read from its statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from p3.answer.tables import header, scale
from p3.answer.tables.agreement import common_scale
from p3.answer.tables.labels import own_lines
from p3.answer.tables.matching import Matched, matches
from p3.answer.tables.relations import add_derived, drop_contradicted, prefer, turn_charges
from p3.answer.tables.rules import load_rules
from p3.answer.tables.source import RowSource
from p3.answer.tables.statements import Placed, Statement, pages_of, read_statements
from p3.answer.tables.subtotals import subtotals
from p3.facts.view import Item, Period

_FEWEST_SHARES = 1e5  # a count that is printed in full is larger
UNITS = {"shares": "shares"}


@dataclass(frozen=True, slots=True)
class Filing:
    """An annual report: ``fiscal_year`` as it is named, ``period`` the last day where it is known."""

    accession: str
    document: str
    fiscal_year: int
    period: date | None
    accepted: datetime


def read_periods(text: str, pages: Sequence[int] | None, filing: Filing) -> list[Period]:
    """Return the fiscal years that the filing's statements print, the newest last.

    ``pages`` are the offsets at which the pages of ``text`` begin, None where it has none. A year whose last day is not
    told is left out, as is every item that two rows contradict, or one of the identities. Nothing is returned where the
    statements do not agree on one scale and one end of the year, or leave the currency open.
    """
    statements = read_statements(pages_of(text, pages))
    currency = header.currency((each.head for each in statements), (each.text for each in statements))
    dated = [(each, shift) for each in statements if (shift := _shift(each, filing)) is not None]
    factor = common_scale([each for each, _ in dated])
    if currency is None or factor is None or not _end_alike(dated, filing):
        return []
    ends = _ends(dated, filing)
    years: dict[int, dict[str, Item]] = defaultdict(dict)
    for statement, shift in dated:
        reader = _Reader(statement, shift, factor, currency, filing, ends)
        for year, items in reader.items().items():
            years[year] |= items
    return [_period(year, _related(items, factor), ends) for year, items in sorted(years.items())]


def _related(items: dict[str, Item], scale: float) -> dict[str, Item]:
    """Return a year's items with the derived ones, without those that contradict each other, and the internal ones."""
    rules = load_rules()
    sound = drop_contradicted(add_derived(turn_charges(prefer(items, rules), rules), rules), rules, scale)
    internal = {rule.item for rule in rules.items if rule.internal}
    return {name: item for name, item in sound.items() if name not in internal}


def _shift(statement: Statement, filing: Filing) -> int | None:
    """Return by how much the columns' years exceed the fiscal years; None where the newest is another year's.

    A fiscal year that ends early in a calendar year may be named by the one before.
    """
    newest = max(statement.years)
    day = statement.days.get(newest, filing.period)
    early = day is not None and day.month <= 2
    return {0: 0, 1: 1 if early else None}.get(newest - filing.fiscal_year)


def _end_alike(dated: Sequence[tuple[Statement, int]], filing: Filing) -> bool:
    """Say whether the statements and the filing itself name one end of the fiscal year."""
    named = [day for statement, _ in dated for day in statement.days.values()]
    return header.end_alike([*named, filing.period] if filing.period else named)


def _ends(dated: Sequence[tuple[Statement, int]], filing: Filing) -> dict[int, date]:
    """Return the last day of each fiscal year: as the heads of the columns say, else the filing's own day that year."""
    ends = {year - shift: day for statement, shift in dated for year, day in statement.days.items()}
    known = filing.period or ends.get(filing.fiscal_year)
    for statement, shift in dated:
        for year in statement.years:
            if known is not None and year - shift not in ends:
                ends[year - shift] = _years_before(known, filing.fiscal_year - (year - shift))
    return ends


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year - years, day=28)


def _period(year: int, items: Mapping[str, Item], ends: Mapping[int, date]) -> Period:
    end = ends[year]
    start = ends.get(year - 1, _years_before(end, 1)) + timedelta(days=1)
    return Period(start, end, f"FY{year}", items)


@dataclass(frozen=True, slots=True)
class _Reader:
    statement: Statement
    shift: int
    scale: float
    currency: str
    filing: Filing
    ends: Mapping[int, date]

    def items(self) -> dict[int, dict[str, Item]]:
        """Return the items of each fiscal year."""
        found = [*matches(self.statement, load_rules().items)]
        found = [*found, *subtotals(self.statement, found)]  # what a subtotal proves goes last, and counts
        years: dict[int, dict[str, Item]] = {}
        for at, year in enumerate(self.statement.years):
            fiscal = year - self.shift
            if fiscal in self.ends:
                read = ((match.rule.item, self._item(match, at, fiscal)) for match in found)
                years[fiscal] = {name: item for name, item in read if item is not None}
        return years

    def _item(self, match: Matched, at: int, fiscal: int) -> Item | None:
        factor = self._factor(match)
        if factor is None or (match.rule.unit == "shares" and abs(match.values[at]) * factor < _FEWEST_SHARES):
            return None
        value = match.values[at] * factor
        unit = {"money": self.currency, "shares": "shares", "per_share": f"{self.currency}/shares"}[match.rule.unit]
        sources = tuple(self._source(placed, at, fiscal, factor, unit) for placed in match.rows)
        formula = " + ".join(source.concept for source in sources) if len(sources) > 1 else None
        return Item(abs(value) if match.rule.sign == "amount" else value, unit, sources, formula, self.filing.accepted)

    def _factor(self, match: Matched) -> float | None:
        if match.rule.unit == "per_share":
            return 1.0
        if match.rule.unit == "money":
            return self.scale
        row = match.rows[0].row
        told = scale.of_label(" ".join((row.heading, *row.lines)))
        return told or self.statement.scale.shares or self.scale

    def _source(self, placed: Placed, at: int, fiscal: int, factor: float, unit: str) -> RowSource:
        row, page = placed.row, placed.page
        own = own_lines(row)
        first, last = row.starts[-own] if own else row.starts[0], row.end
        end = self.ends[fiscal]
        flow = self.statement.kind != "balance"
        return RowSource(
            taxonomy=self.statement.kind,
            concept=" ".join(row.lines[-own:]) if own else "(a total without a label)",
            unit=unit,
            start=self.ends.get(fiscal - 1, _years_before(end, 1)) + timedelta(days=1) if flow else None,
            end=end,
            value=row.values[at] * factor,
            accession=self.filing.accession,
            accepted=self.filing.accepted,
            document=self.filing.document,
            page=page.number,
            first=page.start + first,
            last=page.start + last,
            quote=page.text[first:last],
            column=self.statement.years[at],
        )
