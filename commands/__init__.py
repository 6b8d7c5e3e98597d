"""The commands, one file each: options in, one call into p3, a result out.

A module here is a command if it defines ``run``; the work behind ``commands/x.py`` lives in ``p3/tasks/x.py``. Nothing
else lists commands.
"""

import importlib
import pkgutil
from types import ModuleType
from typing import Annotated

import typer

ScopeArgument = Annotated[str | None, typer.Argument(metavar="[SCOPE]", help="f2, m7, n100 or v3k; default f2.")]
TickerOption = Annotated[
    list[str] | None, typer.Option("-t", "--ticker", metavar="TICKER", help="Only this company; repeat for more.")
]
OfflineOption = Annotated[bool, typer.Option("--offline", help="Ask nobody: use what was fetched before.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Run it even where nothing changed.")]


def modules() -> dict[str, ModuleType]:
    """Return the command modules by the name that users type."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name.replace("_", "-"): importlib.import_module(f"{__name__}.{name}") for name in names}
