"""Workbooks (XLSX, XLSM, XLS, ODS) to text: a sheet a page and a section, a row a line, each cell with its place.

A row reads ``label | v | v``. A cell without a value keeps its place between the bars, so that values stay below
their heads; columns without any value, and what is empty at a row's end, are left out. Numbers are written as stored:
a cell that shows 12.3% holds 0.123. Formulas stand as their last value. Hidden sheets are left out, as all that a
reader of the document does not see; rows and columns that are hidden cannot be told from others.
"""

import io
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from p3.errors import DataError
from p3.sec.documents import confined, safezip
from p3.sec.documents.pages import joined
from p3.sec.documents.sections import Section

CELLS = 2_000_000  # with a value, in the whole workbook

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # an OLE file: an XLS workbook, or the shell of an encrypted one
_PARTS = {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}  # the members that make an archive a workbook
_ENCRYPTED = ("EncryptedPackage".encode("utf-16-le"), "EncryptionInfo".encode("utf-16-le"))
_BLANKS = re.compile(r"[\s\x00-\x1f]+")
_DIGITS = 15  # that a spreadsheet keeps of a number

_Cell = tuple[int, int, str]  # row and column from 0, text


@dataclass(frozen=True)
class Cells:
    """Where each cell's text begins: ``starts[i]`` is the offset of the cell ``places[i]`` (sheet, row, column)."""

    starts: list[int]
    places: list[tuple[str, int, int]]

    def cell_at(self, offset: int) -> str:
        """Return the cell that the character at ``offset`` is of, as in ``Income!B7``; the next bar counts to it."""
        sheet, row, column = self.places[max(0, bisect_right(self.starts, offset) - 1)]
        return f"{sheet}!{_letters(column)}{row + 1}"


def to_text(content: bytes) -> tuple[str, list[Section], list[int], Cells]:
    """Return the text, a section and a page for each sheet that is not hidden, and the places of the cells.

    Raises DataError where the file is no workbook, is encrypted, damaged, empty or breaks a bound.
    """
    sheets = confined.call(__name__, "read", content)
    written = [_written(cells) for _, cells in sheets]
    text, pages = joined(page for page, _ in written)
    sections, cells = [], Cells([], [])
    for (name, filled), (page, starts), at in zip(sheets, written, pages, strict=True):
        if page:
            sections.append(Section(name, "", at, at + len(page)))
        cells.starts.extend(at + offset for offset in starts)
        cells.places.extend((name, row, column) for row, column, _ in filled)
    if not sections:
        raise DataError("no sheet that is shown holds a value", "Unhide the sheets that matter, and save it.")
    return text, sections, pages, cells


def read(content: bytes) -> list[tuple[str, list[_Cell]]]:
    """Return the filled cells of each sheet that is not hidden; to be called in a process with bounds alone."""
    import python_calamine

    _check(content)
    try:
        with python_calamine.load_workbook(io.BytesIO(content)) as workbook:
            shown = [
                sheet.name
                for sheet in workbook.sheets_metadata
                if sheet.visible is python_calamine.SheetVisibleEnum.Visible
            ]
            sheets = [(_text(name), list(_filled(workbook.get_sheet_by_name(name)))) for name in shown]
    except python_calamine.PasswordError as failure:
        raise _encrypted() from failure
    except python_calamine.CalamineError as failure:
        raise DataError("the workbook cannot be read", "Open it in its own program and save it again.") from failure
    if sum(len(cells) for _, cells in sheets) > CELLS:
        raise DataError(f"it holds more than {CELLS:,} values", "Split it.")
    return sheets


def _check(content: bytes) -> None:
    if content.startswith(_COMPOUND):
        if any(mark in content for mark in _ENCRYPTED):
            raise _encrypted()
    elif not _PARTS & safezip.members(content):
        raise DataError("it is an archive, not a workbook", "Unpack it, and name what is in it.")


def _encrypted() -> DataError:
    return DataError("the workbook is encrypted", "Save it without a password.")


def _filled(sheet: Any) -> Iterator[_Cell]:
    if sheet.start is None:
        return
    for row, values in enumerate(sheet.iter_rows()):  # from the sheet's first row on, but from its first filled column
        for column, value in enumerate(values, sheet.start[1]):
            text = _text(value)
            if text:
                yield row, column, text


def _text(value: float | str | bool | datetime | date | time | timedelta) -> str:
    """Return a value as text: dates ISO, durations in hours, whole numbers without a point."""
    match value:
        case bool():
            return str(value).upper()
        case int() | float():
            is_whole = float(value).is_integer() and abs(value) < 10**_DIGITS
            return str(int(value)) if is_whole else f"{value:.{_DIGITS}g}"
        case datetime():
            return value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return _BLANKS.sub(" ", value).strip()


def _written(cells: list[_Cell]) -> tuple[str, list[int]]:
    """Return a sheet's text and the offset in it of each cell; an empty line stands for empty rows."""
    position = {column: index for index, column in enumerate(sorted({column for _, column, _ in cells}))}
    lines: list[str] = []
    starts: list[int] = []
    length, last = 0, -1
    for row, group in groupby(cells, key=itemgetter(0)):
        if lines and row > last + 1:
            lines.append("")
            length += 1
        line, at = "", 0
        for _, column, value in group:
            bars = " |" * (position[column] - at)
            line += f"{bars} " if line else f"{bars} ".lstrip()
            starts.append(length + len(line))
            line, at = line + value, position[column]
        lines.append(line)
        length, last = length + len(line) + 1, row
    return "\n".join(lines), starts


def _letters(column: int) -> str:
    """Return the name of a column, counted from 0: A, Z, AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
