"""Where prices come from: the bundled sample, Alpaca, or a folder of files."""

import hashlib
from dataclasses import replace
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path

from p3.errors import ConfigurationError, DataError
from p3.market import alpaca, folder
from p3.market.frames import MarketData

SAMPLE = "sample"
_FIRST_DAY = date(2009, 1, 1)  # XBRL facts begin here: earlier prices meet no facts


def identified(source: str) -> dict[str, str]:
    """Return ``source`` in full, and for a folder the state of its files, so that an edited one is read again."""
    if source in ("", SAMPLE, alpaca.ORIGIN):
        return {"source": source}
    place = Path(source).expanduser().resolve()
    root = place if (place / "prices").is_dir() else place.parent
    digest = hashlib.sha256()
    for folder_name in (
        place,
        root / "prices",
        root / "actions",
        root / "index",
        root / "index" / "actions",
        root / "rates",
    ):
        for file in sorted(folder_name.glob("*.*")) if folder_name.is_dir() else []:
            state = file.stat()
            digest.update(f"{file}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    return {"source": str(place), "state": digest.hexdigest()[:16]}


def read(source: str, ticker: str, keys: tuple[str, str, str], as_of: datetime, *, with_rates: bool) -> MarketData:
    """Return the market data of one ticker from ``source``: "sample", "alpaca" or a folder.

    ``keys`` are Alpaca's key, secret and address. Raises ConfigurationError where no source is chosen, DataError where
    it has nothing for the ticker.
    """
    if not source:
        raise ConfigurationError(
            "no source of prices is chosen", "Use --prices sample, --prices FOLDER, or set P3_PRICES__SOURCE."
        )
    data = _from(source, ticker, keys, as_of, with_rates=with_rates)
    if ticker in data.problems:
        raise DataError(f"no prices of {ticker}: {data.problems[ticker]}", "Add them to the source, or drop it.")
    return data


def _from(source: str, ticker: str, keys: tuple[str, str, str], as_of: datetime, *, with_rates: bool) -> MarketData:
    if source == alpaca.ORIGIN:
        key, secret, url = keys
        return alpaca.read(key, secret, [ticker], None, start=_FIRST_DAY, as_of=as_of, url=url)
    place = Path(str(files("p3.common") / "sample" / "market")) if source == SAMPLE else Path(source).expanduser()
    data = folder.read(place, [ticker], None, SAMPLE if source == SAMPLE else "folder")
    return data if with_rates else replace(data, rates=data.rates.clear())
