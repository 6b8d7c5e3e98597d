"""The command reference of the README, generated from the commands' own help and the documented JSON shapes.

``python -m p3.cli.reference README.md`` rewrites what stands between the two marker lines; with ``--check`` it only
tells, by exit code 1, that what stands there is stale.
"""

import argparse
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel

from p3 import shapes
from p3.cli.app import build

BEGIN, END = "<!-- reference: begin -->", "<!-- reference: end -->"
SHAPES: dict[str, tuple[type[BaseModel], ...]] = {
    "ask": (shapes.Ask,),
    "backtest": (shapes.Backtest,),
    "chain": (shapes.Chains, shapes.Replay),
    "dcf": (shapes.Dcf,),
    "dlq": (shapes.DeadLetters,),
    "doctor": (shapes.Doctor,),
    "e2e": (shapes.E2E, shapes.Plan),
    "embed": (shapes.StageRun,),
    "env-status": (shapes.EnvStatus,),
    "eval": (shapes.EvalRetrieval, shapes.EvalAsk, shapes.EvalPrompts),
    "facts": (shapes.Facts, shapes.Restatements, shapes.FactsCheck, shapes.FactsExport, shapes.StageRun),
    "fetch-prices": (shapes.StageRun,),
    "fetch-sec": (shapes.FetchSec,),
    "ingest": (shapes.Ingest,),
    "models": (shapes.Models,),
    "review": (shapes.Reviews,),
    "search": (shapes.Search,),
    "sql": (shapes.Rows,),
    "trace": (shapes.Trace,),
    "trade": (shapes.Trade,),
}
_WIDTH = 100  # columns of help text, whatever the terminal


def reference() -> str:
    """Return the reference as Markdown: each command's help and shape, then the shapes that these are made of."""
    parts = [_help()]
    for name in commands():
        made = " or ".join(f"`{shape.__name__}`" for shape in SHAPES[name])
        parts += [f"### p3 {name}", _help(name), f"With `--json`: {made}."]
    parts += ["### JSON shapes", (shapes.__doc__ or "").split("\n\n", 1)[1].strip(), "\n".join(_table())]
    return "\n\n".join(parts) + "\n"


def commands() -> dict[str, Any]:
    """Return the app's commands by name."""
    return dict(_group().commands)


def rewritten(text: str) -> str:
    """Return ``text`` with what stands between the markers made anew. Raises ValueError where there are no markers."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"it has not one {BEGIN} and after it one {END}")
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    return f"{before}{BEGIN}\n{reference()}{after}"


def main(arguments: list[str]) -> int:
    """Rewrite or check the file that ``arguments`` name; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m p3.cli.reference", description="Write the command reference.")
    parser.add_argument("file", type=Path, help="the file with the two marker lines")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if the file is stale")
    chosen = parser.parse_args(arguments)
    try:
        text = chosen.file.read_text(encoding="utf-8")
        fresh = rewritten(text)
    except (OSError, ValueError) as error:
        parser.error(f"{chosen.file}: {error}")
    if chosen.check and fresh != text:
        sys.stderr.write(f"{chosen.file} is stale\n  Run `python -m p3.cli.reference {chosen.file}`.\n")
        return 1
    if fresh != text:
        chosen.file.write_text(fresh, encoding="utf-8")
    return 0


@cache
def _group() -> Any:
    return typer.main.get_command(build())


def _help(name: str | None = None) -> str:
    group = _group()
    widths = {"terminal_width": _WIDTH, "max_content_width": _WIDTH}
    context = group.context_class(group, info_name="p3", **group.context_settings, **widths)
    command = group
    if name is not None:
        command = group.commands[name]
        context = command.context_class(command, info_name=name, parent=context, **widths)
    return f"```text\n{command.get_help(context).rstrip()}\n```"


def _table() -> Iterator[str]:
    yield "| shape | of what | fields |"
    yield "|---|---|---|"
    for shape in _every_shape():
        fields = ", ".join(f"{name}: {_type(field.annotation)}" for name, field in shape.model_fields.items())
        about = " ".join((shape.__doc__ or "").split())
        yield f"| `{shape.__name__}` | {_cell(about)} | `{_cell(fields)}` |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _every_shape() -> list[type[BaseModel]]:
    """Return the shapes in the order in which the module declares them."""
    found = [value for value in vars(shapes).values() if isinstance(value, type) and issubclass(value, shapes.Shape)]
    return [shape for shape in found if shape is not shapes.Shape]


def _type(annotation: Any) -> str:
    """Return a field's type as Python writes it, without the modules."""
    text = (
        annotation.__name__ if isinstance(annotation, type) and not hasattr(annotation, "__args__") else str(annotation)
    )
    for prefix in ("p3.shapes.", "typing.", "datetime."):
        text = text.replace(prefix, "")
    return text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
