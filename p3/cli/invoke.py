"""Runs one command: makes its session, calls it, writes its result, and turns errors into exit codes."""

import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from p3.errors import ConfigurationError, ExitCode, P3Error, UsageError

if TYPE_CHECKING:
    from p3.workflow.result import Result
    from p3.workflow.session import Session


_BEGINS_A_TREE = ("e2e", "env-status", "fetch-prices", "fetch-sec", "ingest", "models")


@dataclass(frozen=True)
class Common:
    """The options that every command takes."""

    as_of: str | None
    as_json: bool
    data_dir: str | None
    quiet: bool
    verbose: bool
    debug: bool


def invoke(name: str, run: Callable[..., Any], values: Mapping[str, Any], common: Common) -> int:
    """Call ``run`` with a session and ``values``, write what it returns, and return the exit code."""
    from p3.cli import output

    try:
        result = run(_session(name, common), **values)
        _write(name, result, common)
        if result.error is not None:
            output.error(result.error.message, result.error.remedy)
        return int(result.exit_code)
    except P3Error as error:
        if common.debug:
            traceback.print_exc()
        output.error(error.message, error.remedy)
        return int(error.exit_code)
    except KeyboardInterrupt:
        output.error("interrupted", "Run the same command again: it goes on where it stopped.")
        return int(ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001  # the last border: anything else is a bug, shown as one
        if common.debug:
            traceback.print_exc()
        output.error(
            f"a bug in p3: {type(error).__name__}: {error}", "Run it again with --debug and report what it prints."
        )
        return int(ExitCode.BUG)


def _write(name: str, result: "Result", common: Common) -> None:
    """Write a result. A pipe whose reader has seen enough is no error, and leaves the exit code as it is."""
    from p3.cli import output

    try:
        output.write(name, result, as_json=common.as_json, quiet=common.quiet)
    except BrokenPipeError:
        # Point stdout elsewhere, so that the interpreter's last flush finds no broken pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise ConfigurationError(
            f"cannot write the output: {error.strerror}", "Free space, or send it elsewhere."
        ) from None


def _session(name: str, common: Common) -> "Session":
    from p3 import clock, settings, tasks
    from p3.cli import output
    from p3.cli.logs import configure
    from p3.cli.progress import progress
    from p3.data.layers import check_begun
    from p3.data.store import Store
    from p3.tasks.companies import listing_of
    from p3.workflow.session import Session

    as_of = clock.parse_as_of(common.as_of)
    loaded = settings.load()
    for variable in () if common.quiet else settings.unknown_variables():
        output.note_line(f"{variable} is no setting: it is ignored. `p3 env-status` lists the settings.")
    root = _root(common.data_dir)
    if name not in _BEGINS_A_TREE:
        check_begun(root)
    store = Store(root, loaded.settings.ledger.url.get_secret_value())
    session = Session(
        store=store,
        settings=loaded.settings,
        as_of=as_of,
        pinned=as_of if common.as_of and not clock.is_today(common.as_of) else None,
        command=name,
        progress=progress(quiet=common.quiet),
        sources=loaded.sources,
        declared=tasks.stages,
        listing=lambda: listing_of(store, loaded.settings),
    )
    configure(store.directories.log, session, verbose=common.verbose)
    return session


def _root(option: str | None) -> Path:
    """Return the data tree; raises UsageError where it is named by nothing, and ConfigurationError as the search does.

    An empty name would be the working directory's.
    """
    from p3.data.layers import find_root

    named = ("P3_DATA_DIR", os.environ.get("P3_DATA_DIR")) if option is None else ("--data-dir", option)
    if named[1] == "":
        raise UsageError(f"{named[0]} is empty", "Name a folder, or leave it out.")
    root = find_root(None if option is None else Path(option), Path.cwd())
    try:
        str(root).encode()
    except UnicodeEncodeError:
        raise ConfigurationError(
            f"the path of the data directory {root} is not UTF-8", "Name another with --data-dir."
        ) from None
    return root
