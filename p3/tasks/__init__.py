"""The work behind the commands.

``commands/x.py`` takes the options; ``p3/tasks/x.py`` reads the tree, calls the domain packages and writes back.

A module here that defines ``stage`` is a stage of the workflow. Nothing else lists them.
"""

import importlib
import pkgutil

from p3.workflow.registry import in_order
from p3.workflow.stage import Stage


def stages() -> list[Stage]:
    """Return every declared stage, each after those that it reads."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return in_order([module.stage() for module in modules if hasattr(module, "stage")])
