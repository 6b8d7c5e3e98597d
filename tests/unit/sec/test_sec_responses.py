"""Pages that EDGAR really sent."""

from datetime import UTC, datetime

import pytest
from shared_data import shared

from p3.errors import ConfigurationError, UpstreamError
from p3.sec.net.responses import BlockedError, MissingError, Reply, refusal

NOW = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
TITLED = b"<!DOCTYPE html><html><head><title>SEC.gov | %s</title></head><body></body></html>"


@pytest.mark.parametrize(
    ("name", "status", "error"),
    [
        ("403-accessdenied.xml", 403, MissingError),
        ("404-nosuchkey.xml", 404, MissingError),
        ("403-request-rate-threshold-exceeded.html", 403, BlockedError),
        ("403-undeclared-automated-tool.html", 403, ConfigurationError),
        ("403-request-rate-threshold-exceeded.html", 200, BlockedError),
        ("403-undeclared-automated-tool.html", 200, ConfigurationError),
        ("503-service-unavailable.html", 503, UpstreamError),
    ],
)
def test_real_refusals_are_told_apart(name: str, status: int, error: type[Exception]) -> None:
    body = shared("edgar-edge-cases", "http", name).read_bytes()
    found = refusal(Reply("https://www.sec.gov/x", status, {}, body, datetime.now(UTC)))
    assert type(found) is error


def test_a_body_is_no_refusal() -> None:
    assert refusal(Reply("https://data.sec.gov/x", 200, {}, b"{}", datetime.now(UTC))) is None


def blocked(status: int, headers: dict[str, str]) -> float | None:
    found = refusal(Reply("https://www.sec.gov/x", status, headers, b"", NOW))
    assert type(found) is BlockedError
    return found.seconds


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Sat, 01 Mar 2025 12:07:30 GMT", 450),
        ("Sat, 01 Mar 2025 12:00:30 -0000", 30),
        ("Sat, 01 Mar 2025 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("\u0661\u0662", None),
    ],
)
def test_how_long_to_wait_is_read_as_seconds_or_as_a_date(said: str, seconds: float | None) -> None:
    assert blocked(429, {"retry-after": said}) == seconds


def test_a_refusal_need_not_say_how_long() -> None:
    assert blocked(429, {}) is None


@pytest.mark.parametrize("words", [b"Request Rate Threshold Exceeded", b"Undeclared Automated Tool"])
@pytest.mark.parametrize(
    "frame",
    [
        b"<html><head><title>Annual report</title></head><body><p>SEC.gov | %s</p></body></html>",
        b"<SEC-DOCUMENT>0000000001-24-000001.txt\n<TITLE>On SEC.gov: %s</TITLE>",
        b'{"name": "%s"}',
        b"<title>SEC.gov | %s</title>" + b" " * 100_000,
    ],
)
def test_a_filing_that_quotes_the_words_is_no_refusal(frame: bytes, words: bytes) -> None:
    body = frame.replace(b"%s", words)
    assert refusal(Reply("https://www.sec.gov/x", 200, {}, body, NOW)) is None


def test_a_page_served_as_an_answer_is_a_refusal() -> None:
    body = TITLED % b"Request Rate Threshold Exceeded"
    assert type(refusal(Reply("https://www.sec.gov/x", 200, {}, body, NOW))) is BlockedError
