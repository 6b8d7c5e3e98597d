"""The view of `p3 ingest`: the documents, and the files that could not be read."""

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import Column, FittedTable, one_line, remark
from p3.cli.views.stages import failures
from p3.shapes import Ingest, IngestedDocument
from p3.wording import MISSING, day

_COLUMNS = (
    Column("document"),
    Column("form"),
    Column("period"),
    Column("status"),
    Column("pages", number=True, rank=1),
    Column("characters", number=True, rank=3),
    Column("known from", rank=2),
    Column("name", rank=4),
)


def render(data: Ingest) -> list[RenderableType]:
    """Return a table of documents, then what was refused."""
    rows = [_row(document) for document in data.documents]
    parts: list[RenderableType] = [FittedTable(_COLUMNS, rows) if rows else Text("No document.")]
    parts.append(remark(f"{data.ticker}, run {data.run_id}"))
    return [*parts, *failures(("ingest", failure) for failure in data.refused)]


def _row(document: IngestedDocument) -> list[Text]:
    period = document.period or (f"FY{document.fiscal_year}" if document.fiscal_year else MISSING)
    return [
        one_line(document.document),
        one_line(document.form),
        one_line(period),
        one_line(document.status),
        one_line(MISSING if document.pages is None else f"{document.pages:,}"),
        one_line(f"{document.characters:,}"),
        one_line(day(document.accepted)),
        one_line(document.accession),
    ]
