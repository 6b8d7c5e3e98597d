"""The reader against a loopback server that answers as Alpaca's market data service does."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest

from p3.errors import ConfigurationError, DataError, UpstreamError
from p3.market import alpaca
from p3.market.frames import ACTIONS, PRICES

AS_OF = datetime(2024, 6, 11, 18, tzinfo=UTC)  # the session of the 11th is still open


def bar(day: str, close: float) -> dict[str, Any]:
    return {"t": f"{day}T04:00:00Z", "o": close, "h": close, "l": close, "c": close, "v": 10, "n": 1, "vw": close}


BARS = {"NVDA": [bar("2024-06-07", 1208.88), bar("2024-06-10", 121.79), bar("2024-06-11", 120.91)]}
ACTIONS_BODY = {
    "forward_splits": [{"symbol": "NVDA", "new_rate": 10, "old_rate": 1, "ex_date": "2024-06-10"}],
    "cash_dividends": [{"symbol": "NVDA", "rate": 0.01, "ex_date": "2024-06-11"}],
    "spin_offs": [{"source_symbol": "BRK.B", "new_symbol": "NEW", "ex_date": "2024-06-07"}],
}


@contextmanager
def service(status: int = 200, body: bytes | None = None) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Serve bars in two pages and the actions, or answer everything with ``status`` and ``body``."""
    log: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            log.append({"path": parts.path, "query": query, "key": self.headers["APCA-API-KEY-ID"]})
            content = body if body is not None else json.dumps(self.answer(parts.path, query)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def answer(self, path: str, query: dict[str, list[str]]) -> dict[str, Any]:
            if path.endswith("/corporate-actions"):
                return {"corporate_actions": ACTIONS_BODY, "next_page_token": None}
            if "page_token" in query:
                return {"bars": {"NVDA": BARS["NVDA"][1:]}, "next_page_token": None}
            return {"bars": {"NVDA": BARS["NVDA"][:1]}, "next_page_token": "more"}

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", log
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def read(url: str, timeout: float = 5.0) -> alpaca.MarketData:
    return alpaca.read(
        "key", "secret", ["NVDA", "BRK-B"], None, start=date(2024, 6, 1), as_of=AS_OF, url=url, timeout=timeout
    )


def test_bars_are_as_traded_and_the_open_session_is_left_out() -> None:
    with service() as (url, log):
        data = read(url)
    assert data.prices.schema == PRICES
    assert data.prices.select("date", "close").rows() == [(date(2024, 6, 7), 1208.88), (date(2024, 6, 10), 121.79)]
    assert log[0]["query"]["adjustment"] == ["raw"]
    assert log[0]["query"]["symbols"] == ["NVDA,BRK.B"]
    assert log[0]["key"] == "key"


def test_actions_come_with_their_kind_and_spin_offs_as_notes() -> None:
    with service() as (url, _):
        data = read(url)
    assert data.actions.schema == ACTIONS
    assert data.actions.select("kind", "value").rows() == [("split", 10.0), ("dividend", 0.01)]
    assert data.actions["known_from"][0] == datetime(2024, 6, 10, 13, 30, tzinfo=UTC)
    assert "NEW" in data.notes["BRK-B"]
    assert data.problems == {"BRK-B": "Alpaca has no bars"}
    assert data.prices.filter(pl.col("ticker") == "BRK-B").is_empty()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, ConfigurationError),
        (403, ConfigurationError),
        (422, DataError),
        (429, UpstreamError),
        (500, UpstreamError),
        (504, UpstreamError),
    ],
)
def test_a_refusal_is_translated_without_a_second_attempt(status: int, error: type[Exception]) -> None:
    with service(status, b"<html>not JSON</html>") as (url, log), pytest.raises(error):
        read(url)
    assert len(log) == 1


@pytest.mark.parametrize("body", [b"<html></html>", b"[]", b'{"bars": {"NVDA": [{"c": "x"}]}}'])
def test_another_shape_is_broken_data(body: bytes) -> None:
    with service(200, body) as (url, _), pytest.raises(DataError):
        read(url)


def test_silence_is_upstream() -> None:
    with service() as (url, _):
        pass
    with pytest.raises(UpstreamError):
        read(url, timeout=0.5)


def test_missing_keys_name_the_settings() -> None:
    with pytest.raises(ConfigurationError, match="keys"):
        alpaca.read("", "secret", ["NVDA"], None, start=date(2024, 6, 1), as_of=AS_OF)
