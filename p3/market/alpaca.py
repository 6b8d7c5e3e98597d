"""Prices and corporate actions from Alpaca's market data service.

Bars are asked for as traded (``adjustment=raw``). The service gives a spin-off's share rate, not the factor
by which it moved the price, so spin-offs stand in ``notes`` and in no adjusted series. It has no interest
rates.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial
from typing import Any

import polars as pl

from p3.errors import ConfigurationError, DataError, P3Error, UpstreamError
from p3.market.frames import ACTIONS, CLOSE, OPEN, PRICES, RATES, MarketData, in_new_york, stack

ORIGIN = "alpaca"
_TIMEOUT_SECONDS = 30.0
_PRICE_KEYS = {"o": "open", "h": "high", "l": "low", "c": "close", "v": "volume"}


def read(
    key: str,
    secret: str,
    tickers: Iterable[str],
    benchmark: str | None,
    *,
    start: date,
    as_of: datetime,
    feed: str = "sip",
    url: str | None = None,
    timeout: float = _TIMEOUT_SECONDS,
) -> MarketData:
    """Return the daily bars from ``start`` complete at ``as_of``, and the actions effective by then.

    ``url`` replaces the service's address. One attempt a request, each bounded by ``timeout`` seconds. Raises
    ConfigurationError for missing or refused keys, UpstreamError where the service is silent, busy or broken,
    DataError for an answer of another shape. A ticker without bars is named in ``problems``.
    """
    if not key or not secret:
        raise ConfigurationError("no Alpaca keys", "Set P3_ALPACA__KEY and P3_ALPACA__SECRET.")
    wanted = dict.fromkeys([*tickers, *([benchmark] if benchmark else [])])
    bars = _translated(lambda: _bars(_stock_client(key, secret, url, timeout), wanted, start, as_of, feed))
    events = _translated(lambda: _events(_actions_client(key, secret, url, timeout), wanted, start, as_of))
    prices = stack([_prices(ticker, rows, as_of) for ticker, rows in bars.items() if rows], PRICES)
    priced = set(prices["ticker"].unique())
    problems = {ticker: "Alpaca has no bars" for ticker in wanted if ticker not in priced}
    actions, notes = _actions(events)
    return MarketData(prices, actions, RATES.to_frame(), problems, notes)


def _stock_client(key: str, secret: str, url: str | None, timeout: float) -> Any:
    from alpaca.data.historical import StockHistoricalDataClient

    return _bounded(StockHistoricalDataClient(key, secret, raw_data=True, url_override=url or None), timeout)


def _actions_client(key: str, secret: str, url: str | None, timeout: float) -> Any:
    from alpaca.data.historical.corporate_actions import CorporateActionsClient

    return _bounded(CorporateActionsClient(key, secret, raw_data=True, url_override=url or None), timeout)


def _bounded(client: Any, timeout: float) -> Any:
    """Return ``client`` without its own retries and with a time limit, which the library does not set."""
    client._retry = 0
    client._session.request = partial(client._session.request, timeout=timeout)
    return client


def _bars(client: Any, tickers: Iterable[str], start: date, as_of: datetime, feed: str) -> dict[str, list[Any]]:
    from alpaca.data.enums import Adjustment, DataFeed
    from alpaca.data.requests import StockBarsRequest
    from alpaca.data.timeframe import TimeFrame

    request = StockBarsRequest(
        symbol_or_symbols=[_symbol(ticker) for ticker in tickers],
        timeframe=TimeFrame.Day,
        start=datetime(start.year, start.month, start.day),  # noqa: DTZ001 - the library takes naive times for UTC
        end=as_of,
        adjustment=Adjustment.RAW,
        feed=DataFeed(feed),
    )
    return {_ticker(symbol): rows for symbol, rows in client.get_stock_bars(request).items()}


def _events(client: Any, tickers: Iterable[str], start: date, as_of: datetime) -> dict[str, list[Any]]:
    from alpaca.data.enums import CorporateActionsType
    from alpaca.data.requests import CorporateActionsRequest

    request = CorporateActionsRequest(
        symbols=[_symbol(ticker) for ticker in tickers],
        types=[
            CorporateActionsType.FORWARD_SPLIT,
            CorporateActionsType.REVERSE_SPLIT,
            CorporateActionsType.STOCK_DIVIDEND,
            CorporateActionsType.CASH_DIVIDEND,
            CorporateActionsType.SPIN_OFF,
        ],
        start=start,
        end=as_of.date(),
    )
    return dict(client.get_corporate_actions(request))


def _translated(call: Callable[[], dict[str, list[Any]]]) -> dict[str, list[Any]]:
    """Return what ``call`` returns, with the library's errors as p3's."""
    from alpaca.common.exceptions import APIError
    from requests.exceptions import JSONDecodeError, RequestException

    try:
        return call()
    except APIError as error:
        raise _refused(error.status_code) from None
    except (RequestException, OSError) as error:
        if not isinstance(error, JSONDecodeError):
            raise UpstreamError(f"Alpaca did not answer: {type(error).__name__}", "Try again later.") from None
        raise DataError("Alpaca's answer is not JSON", "Check the service's address.") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"Alpaca's answer has another shape: {type(error).__name__}", "Try again later.") from None


def _refused(status: int | None) -> P3Error:
    if status in (401, 403):
        return ConfigurationError(f"Alpaca refused the keys ({status})", "Check P3_ALPACA__KEY and its plan.")
    if status is not None and 400 <= status < 500 and status != 429:
        return DataError(f"Alpaca refused the request ({status})", "Check the tickers, the dates and the feed.")
    return UpstreamError(f"Alpaca answered {status}", "Try again in a minute.")


def _prices(ticker: str, rows: list[Any], as_of: datetime) -> pl.DataFrame:
    """Return the bars as rows of ``prices``; the bar of a session still open at ``as_of`` is left out."""
    try:
        table = pl.DataFrame(
            [{"date": row["t"][:10], **{name: float(row[key]) for key, name in _PRICE_KEYS.items()}} for row in rows]
        ).with_columns(pl.col("date").str.to_date("%Y-%m-%d"))
    except (KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise DataError(f"Alpaca's bars of {ticker} have another shape: {error}", "Try again later.") from None
    return table.with_columns(
        pl.lit(ticker).alias("ticker"),
        in_new_york(pl.col("date"), CLOSE).alias("known_from"),
        pl.lit(ORIGIN).alias("origin"),
    ).filter(pl.col("known_from") <= as_of)


def _actions(events: dict[str, list[Any]]) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return the rows of ``actions``, and a note for each spin-off."""
    rows: list[tuple[str, date, str, float]] = []
    notes: dict[str, str] = {}
    try:
        for kind in ("forward_splits", "reverse_splits"):
            rows += [_row(event, "split", _ratio(event)) for event in events.get(kind, [])]
        rows += [_row(event, "split", 1 + float(event["rate"])) for event in events.get("stock_dividends", [])]
        rows += [_row(event, "dividend", float(event["rate"])) for event in events.get("cash_dividends", [])]
        for event in events.get("spin_offs", []):
            ticker = _ticker(event["source_symbol"])
            notes[ticker] = f"spin-off of {event['new_symbol']} on {event['ex_date']}: not in adjusted prices"
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise DataError(f"Alpaca's actions have another shape: {error}", "Try again later.") from None
    frame = pl.DataFrame(rows, schema=["ticker", "date", "kind", "value"], orient="row").cast(
        {name: ACTIONS[name] for name in ("ticker", "date", "kind", "value")}
    )
    combined = frame.group_by("ticker", "date", "kind").agg(
        pl.when(pl.col("kind").first() == "split").then(pl.col("value").product()).otherwise(pl.col("value").sum())
    )
    return combined.with_columns(
        in_new_york(pl.col("date"), OPEN).alias("known_from"), pl.lit(ORIGIN).alias("origin")
    ).sort("ticker", "date", "kind").select(ACTIONS.names()), notes


def _ratio(event: Any) -> float:
    return float(event["new_rate"]) / float(event["old_rate"])


def _row(event: Any, kind: str, value: float) -> tuple[str, date, str, float]:
    return _ticker(event["symbol"]), date.fromisoformat(event["ex_date"]), kind, value


def _symbol(ticker: str) -> str:
    """Return Alpaca's spelling: BRK.B for EDGAR's BRK-B."""
    return ticker.replace("-", ".")


def _ticker(symbol: str) -> str:
    return symbol.replace(".", "-")
