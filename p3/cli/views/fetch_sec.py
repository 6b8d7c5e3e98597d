"""The view of `p3 fetch-sec`: the companies, what they lack, and what was asked of EDGAR."""

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import Column, FittedTable, heading, indented, one_line, remark, sample, status
from p3.shapes import FetchedCompany, FetchSec
from p3.wording import MISSING, day

_MISSING_LISTED = 3
_COLUMNS = (
    Column("company"),
    Column("status"),
    Column("filings", number=True),
    Column("facts", number=True),
    Column("missing", number=True, rank=1),
    Column("CIK", number=True, rank=2),
)


def render(data: FetchSec) -> list[RenderableType]:
    """Return a table of companies, then errors and missing documents."""
    parts: list[RenderableType] = [*sample([data.origin])]
    parts.append(
        FittedTable(_COLUMNS, [_row(company) for company in data.companies]) if data.companies else "No company."
    )
    lacking = [company for company in data.companies if company.error or company.missing]
    if lacking:
        parts.append(heading("Failed or missing"))
    for company in lacking:
        parts += _lacks(company)
    asked = f"{data.requests:,} requests, {data.bytes / 1e6:,.1f} MB in {data.seconds:.1f} s"
    parts.append(remark(f"{asked}, as of {day(data.as_of)}, run {data.run_id}"))
    return parts


def _row(company: FetchedCompany) -> list[Text]:
    return [
        one_line(company.ticker),
        status(company.status),
        one_line(f"{company.filings:,}"),
        one_line(f"{company.facts:,}"),
        one_line(len(company.missing) or ""),
        one_line(MISSING if company.cik is None else company.cik),
    ]


def _lacks(company: FetchedCompany) -> list[RenderableType]:
    parts: list[RenderableType] = [indented(one_line(company.ticker, "bold red"), 2)]
    reasons = ([company.error] if company.error else []) + company.missing[:_MISSING_LISTED]
    parts += [indented(one_line(reason), 4) for reason in reasons]
    more = len(company.missing) - _MISSING_LISTED
    return [*parts, indented(remark(f"and {more:,} more: --json lists them"), 4)] if more > 0 else parts
