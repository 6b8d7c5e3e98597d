"""Prices from a folder of CSV or Parquet files, in the layout of a Yahoo Finance download.

    FOLDER/prices/TICKER.csv    date, close; optional open, high, low, volume: split-adjusted to the newest row
    FOLDER/actions/TICKER.csv   date, dividend, split_ratio (new per old), in the units of the prices; optional
    FOLDER/index/TICKER.csv     benchmarks, with index/actions beside them; optional
    FOLDER/rates/SERIES.csv     date, value in percent; optional

The folder of prices itself may be named instead. Bars may be daily or longer; a bar is dated by its last
session. ``adj_close`` is ignored: it looks ahead from the day of the download.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from p3.errors import DataError, UsageError
from p3.market import corporate_actions, files, rates
from p3.market.frames import ACTIONS, CLOSE, PRICES, RATES, MarketData, in_new_york, stack

_TICKER = re.compile(r"[A-Z0-9][A-Z0-9.\-]{0,12}\Z")
_PRICES = ("open", "high", "low", "close")
_NO_EVENTS = pl.Schema({"date": pl.Date, "dividend": pl.Float64, "split_ratio": pl.Float64}).to_frame()


def read(folder: Path, tickers: Iterable[str], benchmark: str | None = None, origin: str = "folder") -> MarketData:
    """Return what ``folder`` holds for ``tickers`` and ``benchmark``, and every series of its rates.

    A ticker without a file, or with a malformed one, is missing from the frames and has its reason in
    ``problems``; the others go on. Raises UsageError where ``folder`` is no folder.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder", "Name a folder with prices/TICKER.csv files in it.")
    root = folder if (folder / "prices").is_dir() else folder.parent
    places = _places(root, folder)
    problems: dict[str, str] = {}
    notes: dict[str, str] = {}
    bars, actions = [], []
    for ticker in dict.fromkeys([*tickers, *([benchmark] if benchmark else [])]):
        try:
            traded, events, note = _read_ticker(ticker, places, origin)
        except DataError as error:
            problems[ticker] = error.message
            continue
        bars.append(traded)
        actions.append(events)
        if note:
            notes[ticker] = note
    return MarketData(
        stack(bars, PRICES),
        stack(actions, ACTIONS),
        _read_rates(root / "rates", origin, problems),
        problems,
        notes,
    )


def _places(root: Path, folder: Path) -> list[tuple[Path, Path]]:
    """Return the folders of prices, each with its folder of actions, in the order of search."""
    prices = root / "prices" if folder == root else folder
    return [(prices, root / "actions"), (root / "index", root / "index" / "actions")]


def _read_ticker(
    ticker: str, places: list[tuple[Path, Path]], origin: str
) -> tuple[pl.DataFrame, pl.DataFrame, str | None]:
    if not _TICKER.match(ticker):
        raise DataError(f"{ticker!r} is no ticker", "Write it as in EDGAR's list: BRK-B.")
    for prices, actions in places:
        path = files.find(prices, ticker)
        if path is not None:
            events_path = files.find(actions, ticker)
            events = _NO_EVENTS if events_path is None else _read_events(events_path)
            note = "no file of actions: prices are taken as traded" if events_path is None else None
            traded = corporate_actions.as_traded(_read_bars(path), events)
            return _prices(ticker, traded, origin), corporate_actions.classify(ticker, events, origin), note
    raise DataError(f"no file of prices for {ticker}", "Add prices/TICKER.csv, or leave the ticker out.")


def _read_bars(path: Path) -> pl.DataFrame:
    """Return the bars of a file, without rows that lack a close; DataError for a bar that cannot be."""
    bars = files.read(path, (*_PRICES, "volume"), ("close",)).drop_nulls("close")
    if bars.is_empty():
        raise DataError(f"{path.name} has no rows", "Repair the file, or take it out of the folder.")
    for wrong, what in (
        (pl.any_horizontal(pl.col(*_PRICES) <= 0), "a price that is not positive"),
        (pl.col("high") < pl.col("low"), "a high below the low"),
        (pl.col("volume") < 0, "a negative volume"),
    ):
        found = bars.filter(wrong)
        if not found.is_empty():
            raise DataError(f"{path.name} has {what} on {found['date'][0]}", "Repair the row, or take it out.")
    return bars


def _read_events(path: Path) -> pl.DataFrame:
    events = files.read(path, ("dividend", "split_ratio"), ())
    wrong = events.filter((pl.col("split_ratio") < 0) | (pl.col("dividend") < 0))
    if not wrong.is_empty():
        raise DataError(f"{path.name} of actions has a negative value on {wrong['date'][0]}", "Repair the row.")
    return events


def _prices(ticker: str, bars: pl.DataFrame, origin: str) -> pl.DataFrame:
    return bars.with_columns(
        pl.lit(ticker).alias("ticker"),
        in_new_york(pl.col("date"), CLOSE).alias("known_from"),
        pl.lit(origin).alias("origin"),
    )


def _read_rates(folder: Path, origin: str, problems: dict[str, str]) -> pl.DataFrame:
    frames = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.suffix not in files.SUFFIXES:
            continue
        try:
            frames.append(rates.read_series(path, origin))
        except DataError as error:
            problems[path.stem] = error.message
    return stack(frames, RATES)
