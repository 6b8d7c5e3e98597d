"""Which documents to look in first: a question that names a period or form is answered from the filings that have it.

Routing is soft. Documents fall into tiers, the best tier is ranked first, and the next ones follow where it is short.
"""

from datetime import date

import polars as pl

from p3.retrieval.understand import Query

_EXACT, _NAMED, _COMPARATIVE, _OTHER = 0, 1, 2, 3
_DECEMBER = 11
_SLACK = 10  # days by which a 52/53-week year may end after the usual date


def tiers(query: Query, documents: pl.DataFrame) -> dict[str, int]:
    """Return the tier of each document (document_sha, cik, form, period, fiscal_year), 0 the best.

    A period named: the latest year asked for, then the others, then the year after, whose filing shows it as
    comparative. A form or quarter named counts as much as a year.
    """
    rows = documents.select("document_sha", "cik", "form", "period", "fiscal_year").to_dicts()
    year_ends = _year_ends(rows)
    return {row["document_sha"]: _tier(query, row, year_ends.get(row["cik"])) for row in rows}


def fiscal(period: date, year_end: date | None) -> tuple[int, int]:
    """Return (fiscal year, quarter) of a period's end, the year named by where it ends.

    ``year_end`` is the end of any of the company's fiscal years; None counts as 31 December.
    """
    since_year_end = (_month(period) - (_month(year_end) if year_end else _DECEMBER)) % 12
    quarter = (since_year_end + 2) // 3 if since_year_end else 4
    return (_month(period) + (12 - since_year_end) % 12) // 12, quarter


def _month(day: date) -> int:
    """Return the months since year 0; a 52/53-week period that ran into the next month counts for the one it left."""
    return day.year * 12 + day.month - (2 if day.day <= _SLACK else 1)


def _year_ends(rows: list[dict[str, object]]) -> dict[object, date]:
    """Return the newest fiscal year end of each company, from its annual reports."""
    annual = [row for row in rows if str(row["form"]).startswith("10-K") and isinstance(row["period"], date)]
    ordered = sorted(annual, key=lambda row: str(row["period"]))
    return {row["cik"]: row["period"] for row in ordered if isinstance(row["period"], date)}


def _tier(query: Query, row: dict[str, object], year_end: date | None) -> int:
    form = str(row["form"])
    tier = 0 if not query.forms or any(form.startswith(wanted) for wanted in query.forms) else 2
    period, named = row["period"], row["fiscal_year"]
    if isinstance(named, int):  # as the user who ingested it calls the year, which needs no rule
        year_tier = _year_tier(query, named, date(named, 12, 31))
    elif isinstance(period, date):
        year_tier = _year_tier(query, fiscal(period, year_end)[0], period)
    else:
        return tier + (_OTHER if query.fiscal_years or query.quarters else 0)
    quarter = fiscal(period, year_end)[1] if isinstance(period, date) else 4
    return tier + year_tier + _quarter_tier(query, form, quarter)


def _year_tier(query: Query, year: int, period: date) -> int:
    if not query.fiscal_years:
        return 0
    if year == max(query.fiscal_years):
        return _EXACT
    if year in query.fiscal_years:
        return _NAMED
    starts_year = period.month == 1  # some companies name the year ended in January by the one that it follows
    if starts_year and year - 1 == max(query.fiscal_years):
        return _NAMED
    return _COMPARATIVE if year - 1 in query.fiscal_years else _OTHER


def _quarter_tier(query: Query, form: str, quarter: int) -> int:
    if not query.quarters:
        return 0
    if not form.startswith("10-Q"):
        return 1 if form.startswith("10-K") and 4 not in query.quarters else 0
    return 0 if quarter in query.quarters or quarter == 4 else 1
