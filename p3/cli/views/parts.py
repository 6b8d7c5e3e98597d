"""What the views are built of. Text from data goes through ``literal``: no filing can colour or steer a terminal."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from p3.wording import few

SAMPLE = "Sample: real figures; digests stand in for filings' texts."
_WIDEST = 10_000  # columns: more than any table of text has
_BLOCKS = "▁▂▃▄▅▆▇█"
# Control characters could move the cursor or set colours, and bidirectional ones reorder a line; a new line may stay.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ENDED = {"ran": "green", "fresh": "dim", "failed": "bold red", "blocked": "yellow", "untried": "yellow"}
_STATUS = {
    "updated": "green",
    "filled": "green",
    "done": "green",
    "partial": "yellow",
    "rejected": "bold red",
    **_ENDED,
}


@dataclass(frozen=True)
class Column:
    """A column of a table; ``FittedTable`` leaves out the highest ``rank`` first, and rank 0 never."""

    name: str
    number: bool = False
    rank: int = 0
    fold: bool = False


def literal(text: object, style: str = "") -> Text:
    """Return text that prints exactly as it is, but for characters that would steer the terminal."""
    return Text(_STEERING.sub("\ufffd", str(text).replace("\t", " ").replace("\r\n", "\n")), style=style)


def one_line(text: object, style: str = "") -> Text:
    """Return ``literal`` text in which any run of space is one space."""
    return literal(" ".join(str(text).split()), style)


def heading(text: str) -> Text:
    """Return the title of a part, with an empty line above."""
    return Text.assemble("\n", literal(text, "bold"))


def remark(text: object) -> Text:
    """Return a line of lesser weight."""
    return one_line(text, "dim")


@dataclass(frozen=True)
class Unbroken:
    """A line that is never broken, however long, so that a path or a query can be copied."""

    text: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the line, to run on past the right edge."""
        line = self.text.copy()
        line.no_wrap, line.overflow = True, "ignore"
        yield line


def unbroken(label: str, text: object) -> Unbroken:
    """Return a label and a text as one unbroken line."""
    return Unbroken(Text.assemble(literal(label), one_line(text)))


@dataclass(frozen=True)
class Indented:
    """Text that is wrapped within its indent."""

    text: Text
    by: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines."""
        for line in self.text.wrap(console, max(options.max_width - self.by, 1)):
            line.rstrip()
            yield Text.assemble(" " * self.by, line)


def indented(text: Text, by: int) -> Indented:
    """Return ``text`` with so many spaces before each of its lines."""
    return Indented(text, by)


def status(word: str) -> Text:
    """Return a status in its colour; the word alone tells it too."""
    return one_line(word, _STATUS.get(word, ""))


def sample(origins: Iterable[str]) -> list[Text]:
    """Return the line that marks what was made from the bundled sample, or nothing."""
    return [Text(SAMPLE, style="yellow")] if any("sample" in origin for origin in origins) else []


def grid(columns: Sequence[Column], *, fold: bool = False) -> Table:
    """Return an empty table; with ``fold`` every column may break its text, not only those that say so."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(
            literal(column.name),
            justify="right" if column.number else "left",
            no_wrap=not (fold or column.fold),
            overflow="fold",
        )
    return table


class FittedTable:
    """A table that leaves out its less important columns, and says which, rather than squeeze them."""

    def __init__(self, columns: Sequence[Column], rows: Sequence[Sequence[Text]]) -> None:
        self._columns = columns
        self._rows = rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table of the columns that fit."""
        kept = list(range(len(self._columns)))
        while not fits(table := self._table(kept), console, options):
            rank = max(self._columns[at].rank for at in kept)
            if rank == 0:
                table = self._table(kept, fold=True)
                break
            kept.remove(max(at for at in kept if self._columns[at].rank == rank))
        yield table
        left_out = [column.name for at, column in enumerate(self._columns) if at not in kept]
        if left_out:
            yield remark(f"Too narrow for {few(left_out, len(left_out))}: widen the terminal, or use --json.")

    def _table(self, kept: Sequence[int], *, fold: bool = False) -> Table:
        table = grid([self._columns[at] for at in kept], fold=fold)
        for row in self._rows:
            table.add_row(*(row[at] for at in kept))
        return table


def fits(table: Table, console: Console, options: ConsoleOptions) -> bool:
    """Return whether a table fits the width without a cell broken."""
    return console.measure(table, options=options.update(width=_WIDEST)).maximum <= options.max_width


def trend(values: Sequence[float | None]) -> str:
    """Return one block a value, from the lowest to the highest; a missing value is a space."""
    there = [value for value in values if value is not None]
    if not there:
        return ""
    low, span = min(there), max(there) - min(there)
    if span == 0:
        return "".join(" " if value is None else _BLOCKS[3] for value in values)
    top = len(_BLOCKS) - 1
    return "".join(" " if value is None else _BLOCKS[round(top * ((value - low) / span))] for value in values)
