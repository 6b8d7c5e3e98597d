"""Whether line items add up: a row for each company, then each identity, then what is violated."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.line_items import label
from p3.cli.views.parts import Column, FittedTable, heading, one_line, remark, sample
from p3.cli.views.stages import failures
from p3.shapes import CheckedCompany, FactsCheck, Violation
from p3.wording import day, few, number, percent

_LISTED = 40  # violations


def checks(data: FactsCheck) -> Iterator[RenderableType]:
    """Yield the tables."""
    name = data.companies[0].ticker if len(data.companies) == 1 else data.scope
    yield Text.assemble(one_line(name, "bold"), ": whether line items add up")
    yield remark(f"as known at {day(data.as_of)}")
    yield from sample([data.origin])
    yield Text()
    if data.companies:
        yield _companies(data.companies)
        yield from _lacking(data.companies)
        yield heading("Identities")
        yield _identities(data.companies)
        yield from _violations(data.companies)
    else:
        yield Text("No company.")
    yield from failures(("facts", failure) for failure in data.left_out)


def _companies(companies: Sequence[CheckedCompany]) -> FittedTable:
    columns = [
        Column("company"),
        Column("periods", number=True, rank=1),
        Column("newest"),
        Column("items resolved", number=True),
        Column("identities passed", number=True),
        Column("", number=True),
        Column("violated", number=True),
    ]
    return FittedTable(columns, [_company(each) for each in companies])


def _company(each: CheckedCompany) -> list[Text]:
    violated = each.evaluated - each.passed
    return [
        one_line(each.ticker),
        one_line(f"{each.periods:,}"),
        one_line(each.newest),
        one_line(f"{each.items_resolved} of {each.items_expected}"),
        *_share(each.passed, each.evaluated),
        one_line(f"{violated:,}", "red" if violated else ""),
    ]


def _share(passed: int, evaluated: int) -> tuple[Text, Text]:
    part = percent(passed / evaluated) if evaluated else ""
    return one_line(f"{passed:,} of {evaluated:,}"), one_line(part)


def _lacking(companies: Sequence[CheckedCompany]) -> Iterator[Text]:
    """Yield what a company alone lacks; for several, --json tells."""
    if len(companies) == 1 and companies[0].missing:
        missing = [label(item) for item in companies[0].missing]
        yield remark(f"Not resolved in {companies[0].newest}: {few(missing, len(missing))}.")


def _identities(companies: Sequence[CheckedCompany]) -> FittedTable:
    passed: dict[str, int] = defaultdict(int)
    evaluated: dict[str, int] = defaultdict(int)
    for company in companies:
        for each in company.identities:
            passed[each.identity] += each.passed
            evaluated[each.identity] += each.evaluated
    columns = [Column("identity", fold=True), Column("passed", number=True), Column("", number=True)]
    return FittedTable(columns, [[one_line(name), *_share(passed[name], evaluated[name])] for name in evaluated])


def _violations(companies: Sequence[CheckedCompany]) -> Iterator[RenderableType]:
    found = [(company.ticker, each) for company in companies for each in reversed(company.violations)]
    if not found:
        return
    yield heading(f"Violated: {len(found):,}")
    columns = [
        Column("company"),
        Column("period"),
        Column("identity", fold=True),
        Column("left", number=True, rank=2),
        Column("right", number=True, rank=2),
        Column("difference", number=True, rank=1),
        Column("", number=True),
    ]
    yield FittedTable(columns, [_violation(ticker, each) for ticker, each in found[:_LISTED]])
    if len(found) > _LISTED:
        yield remark(f"And {len(found) - _LISTED:,} more: --json lists them.")


def _violation(ticker: str, each: Violation) -> list[Text]:
    part = percent(each.difference / abs(each.right), signed=True) if each.right else ""
    amounts = [_amount(value) for value in (each.left, each.right, each.difference)]
    what = f"{each.identity}, {label(each.items[0])}" if len(each.items) == 1 else each.identity
    return [*map(one_line, (ticker, each.label, what, *amounts, part))]


def _amount(value: float) -> str:
    """Return money in millions, and what is small, such as earnings per share, as it is."""
    return f"{number(value / 1e6, 1)} m" if abs(value) >= 1e5 else number(value)
