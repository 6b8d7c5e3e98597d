"""What works here, what is missing, and the remedy for each."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from p3 import __version__, clock
from p3.data.answer_cache import AnswerCache
from p3.data.reviews import ReviewQueue
from p3.data.tables import FACTS, PRICES
from p3.errors import P3Error
from p3.sec.net.client import check_identity
from p3.sec.net.governor import remaining, spoken
from p3.sec.source import pace_file
from p3.settings import state_folder
from p3.shapes import CheckShape, EnvStatus, SettingShape
from p3.tasks.model_tiers import configured
from p3.wording import percent
from p3.workflow.result import Result
from p3.workflow.session import Session

_LEAST_FREE = 2 * 1024**3  # bytes: a scope of seven companies with its index takes about a tenth of this


def env_status(session: Session) -> Result:
    """Return the settings with their sources, and a check of each part; nothing is sent over the network."""
    return Result(
        EnvStatus(
            version=__version__,
            data_dir=str(session.store.directories.root),
            settings=list(_settings(session)),
            checks=list(_checks(session)),
            tables=session.store.versions(),
        )
    )


def _settings(session: Session) -> Iterator[SettingShape]:
    for section, values in session.settings:
        assert isinstance(values, BaseModel)
        for name, value in values:
            shown = _masked(value) if isinstance(value, SecretStr) else str(value)
            yield SettingShape(name=f"{section}.{name}", value=shown, source=session.sources[f"{section}.{name}"])


def _masked(secret: SecretStr) -> str:
    return "set" if secret.get_secret_value() else ""


def _checks(session: Session) -> Iterator[CheckShape]:
    yield _identity(session)
    yield _prices(session)
    yield _model(session)
    yield _llama(session)
    yield _broker(session)
    yield _ledger(session)
    yield _answers(session)
    yield _disk(session)
    yield from _freshness(session)


def _check(part: str, ok: bool, detail: str, remedy: str = "") -> CheckShape:
    return CheckShape(part=part, ok=ok, detail=detail, remedy="" if ok else remedy)


def _identity(session: Session) -> CheckShape:
    try:
        check_identity(session.settings.sec.identity)
    except P3Error as error:
        return _check("EDGAR", False, error.message, error.remedy)
    sec = session.settings.sec
    left = remaining(pace_file(state_folder(), sec.data_url, sec.www_url))
    if left is not None:
        wait = spoken(left.total_seconds())
        return _check("EDGAR", False, f"{sec.data_url} has blocked this address; {wait} left", "Fetch after that.")
    return _check("EDGAR", True, f"asked as {sec.identity!r} at {sec.data_url}")


def _prices(session: Session) -> CheckShape:
    source, keys = session.settings.prices.source, session.settings.alpaca
    choose = "Set P3_PRICES__SOURCE to sample, alpaca or a folder, or say it by `p3 fetch-prices --source`"
    remedy = f"{choose} or `p3 e2e --prices`."
    if source == "alpaca":
        ok = bool(keys.key.get_secret_value() and keys.secret.get_secret_value())
        return _check("prices", ok, "Alpaca", "Set P3_ALPACA__KEY and P3_ALPACA__SECRET.")
    if not source:
        return _check("prices", False, "no source is chosen", remedy)
    there = source == "sample" or _is_folder(source)
    return _check("prices", there, source if there else f"there is no folder {source}", remedy)


def _is_folder(text: str) -> bool:
    try:
        return Path(text).expanduser().is_dir()
    except (OSError, RuntimeError):  # a name that is too long; ~name, of nobody here
        return False


def _model(session: Session) -> CheckShape:
    from p3.retrieval.embedding import DEFAULT_MODEL, packaged_model

    name = session.settings.embedding.model
    if name != DEFAULT_MODEL:
        return _check("embedding", True, f"{name}, checked when it is loaded")
    try:
        packaged_model()
    except P3Error as error:
        return _check("embedding", False, error.message, error.remedy)
    return _check("embedding", True, f"{name}, its weights checked")


def _llama(session: Session) -> CheckShape:
    chosen = session.settings.language_model
    if chosen.url:
        return _check("language model", True, f"{chosen.name or 'a model'} at {chosen.url}")
    if not chosen.path:
        return _tiers(session)
    if not Path(chosen.path).expanduser().is_file():
        return _check("language model", False, f"no file {chosen.path}", "Name a GGUF file in P3_LANGUAGE_MODEL__PATH.")
    try:
        return _check("language model", True, f"{chosen.path} by llama-cpp-python {version('llama-cpp-python')}")
    except PackageNotFoundError:
        return _check("language model", False, "llama-cpp-python is missing", "Install it: pip install 'p3-cli[llama]'")


def _tiers(session: Session) -> CheckShape:
    try:
        listed = configured(session.settings.language_model).backends
    except P3Error as error:
        return _check("language model", False, error.message, error.remedy)
    counts = Counter(backend.tier for backend in listed)
    said = ", ".join(f"{tier}: {count}" for tier, count in sorted(counts.items()))
    return _check("language model", True, said or "none: answers are computed or quoted")


def _broker(session: Session) -> CheckShape:
    mode, keys = session.settings.trading.mode, session.settings.alpaca
    if mode == "simulated":
        return _check("broker", True, "simulated: no money moves")
    ok = bool(keys.key.get_secret_value() and keys.secret.get_secret_value())
    return _check("broker", ok, f"Alpaca, {mode}", "Set P3_ALPACA__KEY and P3_ALPACA__SECRET.")


def _ledger(session: Session) -> CheckShape:
    try:
        entries = session.store.ledger.verify_audit()
    except P3Error as error:
        return _check("ledger", False, error.message, error.remedy)
    return _check("ledger", True, f"whole, {entries} audit entries")


def _answers(session: Session) -> CheckShape:
    try:
        usage = AnswerCache(session.store.ledger, session.store.directories.tree_id()).usage()
        waiting = len(ReviewQueue(session.store.ledger).items("open"))
    except P3Error as error:
        return _check("answers", False, error.message, error.remedy)
    rate = percent(usage.hits / usage.asked, 0) if usage.asked else "none"
    asked = f"{usage.asked:,} asked, {rate} from the cache"
    return _check("answers", True, f"{asked}, {waiting:,} waiting for review")


def _disk(session: Session) -> CheckShape:
    root = session.store.directories.root
    free = shutil.disk_usage(root).free
    writable = os.access(root, os.W_OK)
    detail = f"{free / 1024**3:.1f} GiB free in {root}{'' if writable else ', not writable'}"
    return _check("disk", writable and free >= _LEAST_FREE, detail, "Free space, or name another --data-dir.")


def _freshness(session: Session) -> Iterator[CheckShape]:
    for part, table, column, command in (
        ("newest filing", FACTS, "accepted", "p3 fetch-sec"),
        ("newest price", PRICES, "date", "p3 fetch-prices"),
    ):
        newest: Any = session.store.query().sql(f"SELECT max({column}) AS newest FROM {table.name}", {})["newest"][0]
        detail = "nothing is held" if newest is None else str(newest if column == "date" else clock.iso(newest))
        yield _check(part, newest is not None, detail, f"Run `{command}`.")
