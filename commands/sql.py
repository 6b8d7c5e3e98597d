"""`p3 sql`: the tables, as SQL sees them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from p3.errors import UsageError

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


def run(
    session: "Session",
    statement: Annotated[
        str | None, typer.Argument(help='A query, such as "SELECT * FROM filings LIMIT 5"; default SHOW TABLES.')
    ] = None,
    export: Annotated[Path | None, typer.Option("--export", metavar="FILE", help="Write a plain DuckDB file.")] = None,
) -> "Result":
    """Query every table of the tree with SQL, or export them all to one DuckDB file."""
    from p3.shapes import Rows
    from p3.workflow.result import Result

    if export is not None:
        if statement is not None:
            raise UsageError(
                "--export writes every table, and no query's result", "Leave out the query, or leave out --export."
            )
        if export.exists():
            raise UsageError(f"{export} exists already", "Name another file: an export never overwrites one.")
        names = session.store.query().export(str(export), session.store.views())
        return Result(Rows(columns=["table"], rows=[{"table": name} for name in names]))
    frame = session.store.query(session.pinned).sql(statement or "SHOW TABLES", session.store.views(session.pinned))
    return Result(Rows(columns=frame.columns, rows=frame.to_dicts()))
