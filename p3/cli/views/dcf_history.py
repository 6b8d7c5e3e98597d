"""The view of `p3 dcf --history`: value against price at each date at which a company's figures changed."""

from collections.abc import Iterator
from itertools import groupby

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import Column, FittedTable, heading, indented, one_line, remark, sample, unbroken
from p3.shapes import Dcf, ValuationShape
from p3.wording import MISSING, day, name, number, percent

_COLUMNS = (
    Column("known from"),
    Column("value", number=True),
    Column("price", number=True),
    Column("upside", number=True),
    Column("rate", number=True, rank=2),
    Column("model", rank=1),
)


def render(data: Dcf) -> Iterator[RenderableType]:
    """Yield a table for each company, and why there is no value where there is none."""
    for ticker, group in groupby(data.valuations, key=lambda valuation: valuation.ticker):
        rows: list[list[Text]] = []
        reasons: dict[str, None] = {}
        origins: set[str] = set()
        for valuation in group:
            rows.append(_row(valuation))
            origins.add(valuation.origin)
            reasons |= {valuation.refused: None} if valuation.refused else {}
        yield heading(ticker)
        yield from sample(origins)
        yield FittedTable(_COLUMNS, rows)
        yield from (indented(one_line(reason), 2) for reason in reasons)
    if data.report:
        yield unbroken("report: ", data.report)
    yield remark(f"a share on the basis of its day, as of {day(data.as_of)}, run {data.run_id}")


def _row(valuation: ValuationShape) -> list[Text]:
    return [
        one_line(day(valuation.as_of) if valuation.as_of else MISSING),
        one_line(number(valuation.value_per_share)),
        one_line(number(valuation.price)),
        one_line(percent(valuation.upside, signed=True)),
        one_line(percent(valuation.discount_rate)),
        one_line(name(valuation.model or MISSING)),
    ]
