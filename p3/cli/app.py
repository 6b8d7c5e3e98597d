"""Builds the Typer app: each module of p3.commands becomes a command, with the options that all of them share."""

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Annotated, Any

import typer

from p3 import __version__, commands
from p3.cli.invoke import Common, invoke

_COMMON = {
    "as_of": (
        Annotated[
            str | None, typer.Option("--as-of", metavar="DATE", help="Use only what was known then; default now.")
        ],
        None,
    ),
    "as_json": (Annotated[bool, typer.Option("--json", help="Print one JSON document.")], False),
    "data_dir": (
        Annotated[str | None, typer.Option("--data-dir", metavar="DIR", help="The data tree; default build_data/.")],
        None,
    ),
    "quiet": (Annotated[bool, typer.Option("-q", "--quiet", help="No progress and no notes.")], False),
    "verbose": (Annotated[bool, typer.Option("-v", "--verbose", help="Log to stderr as well.")], False),
    "debug": (Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")], False),
}


def build() -> typer.Typer:
    """Return the app. Plain help, without rich's markup, halves the time to ``p3 --help``."""
    app = typer.Typer(
        name="p3",
        help="From a company's own SEC filings to facts, cited answers, valuations, backtests and orders.",
        epilog="Start: p3 e2e f2 --source sample",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name, module in commands.modules().items():
        app.command(name, help=inspect.cleandoc(module.run.__doc__ or ""))(_wrapped(name, module))
    return app


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def _wrapped(name: str, module: ModuleType) -> Callable[..., None]:
    """Return ``module.run`` as Typer wants it: without the session, with the common options, its result written out."""
    own = list(inspect.signature(module.run).parameters.values())[1:]
    shared = [
        inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for key, (annotation, default) in _COMMON.items()
    ]

    def command(**values: Any) -> None:
        common = Common(**{key: values.pop(key) for key in _COMMON})
        raise typer.Exit(invoke(name, module.run, values, common))

    keyword_only = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    command.__signature__ = inspect.Signature(keyword_only + shared)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in keyword_only + shared}
    command.__name__ = name
    return command
