"""Where each value of a company's periods came from: concepts or formula, and the filings by number."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from p3.cli.views.line_items import in_order, label, scale, written
from p3.cli.views.parts import heading, literal, one_line, remark
from p3.shapes import Facts, FactsPeriod, ItemValue, Source
from p3.wording import day


def sources(data: Facts) -> Iterator[RenderableType]:
    """Yield a table for each period, the newest first, as filed, then the filings that these name by number."""
    numbers = _numbers(data.periods)
    divisor, word = scale((item.value, item.unit) for period in data.periods for item in period.items.values())
    for period in reversed(data.periods):
        yield heading(f"Sources of {period.label}, {period.start or ''} to {period.end}")
        yield remark(" ".join(["as filed,", data.currency, word]).rstrip(" ,"))
        yield _table(period, numbers, divisor)
    yield heading("Filings")
    yield _filings(data.periods, numbers)


def _numbers(periods: Sequence[FactsPeriod]) -> dict[str, int]:
    """Return a number for each accession, the newest filing first."""
    accepted = {source.accession: source.accepted for source in _all(periods)}
    newest = sorted(accepted, key=lambda accession: (accepted[accession], accession), reverse=True)
    return {accession: number for number, accession in enumerate(newest, 1)}


def _all(periods: Iterable[FactsPeriod]) -> Iterator[Source]:
    for period in periods:
        for item in period.items.values():
            yield from item.sources


def _table(period: FactsPeriod, numbers: dict[str, int], divisor: float) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(max_width=26, overflow="fold")
    table.add_column(justify="right", overflow="fold")
    table.add_column(style="cyan", overflow="fold")
    table.add_column(overflow="fold", ratio=1)
    for name in in_order(period.items):
        item = period.items[name]
        filings = dict.fromkeys(f"[{numbers[source.accession]}]" for source in item.sources)
        table.add_row(
            literal(f"  {label(name)}"), written(item.value, item.unit, divisor), literal("".join(filings)), _how(item)
        )
    return table


def _how(item: ItemValue) -> Text:
    """Return the concept that a value was filed as, or the formula with what it leaves unnamed."""
    concepts = list(dict.fromkeys(_concept(source) for source in item.sources))
    if item.derived is None:
        return one_line(", ".join(concepts))
    unnamed = [concept for concept in concepts if concept not in item.derived]
    after = f", from {', '.join(unnamed)}" if unnamed else ""
    return one_line(f"= {item.derived}{after}")


def _concept(source: Source) -> str:
    return source.concept if source.taxonomy == "us-gaap" else f"{source.taxonomy}:{source.concept}"


def _filings(periods: Sequence[FactsPeriod], numbers: dict[str, int]) -> Table:
    accepted = {source.accession: source.accepted for source in _all(periods)}
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(justify="right", style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for accession, number in numbers.items():
        table.add_row(literal(f"[{number}]"), one_line(accession), remark(f"accepted {day(accepted[accession])}"))
    return table
