"""Pages that EDGAR really sent."""

from datetime import UTC, datetime

import pytest
from shared_data import shared

from p3.errors import ConfigurationError, UpstreamError
from p3.sec.responses import MissingError, Reply, refusal


@pytest.mark.parametrize(
    ("name", "status", "error"),
    [
        ("403-accessdenied.xml", 403, MissingError),
        ("404-nosuchkey.xml", 404, MissingError),
        ("403-request-rate-threshold-exceeded.html", 403, UpstreamError),
        ("403-undeclared-automated-tool.html", 403, ConfigurationError),
        ("503-service-unavailable.html", 503, UpstreamError),
    ],
)
def test_real_refusals_are_told_apart(name: str, status: int, error: type[Exception]) -> None:
    body = shared("edgar-edge-cases", "http", name).read_bytes()
    found = refusal(Reply("https://www.sec.gov/x", status, {}, body, datetime.now(UTC)))
    assert type(found) is error


def test_a_body_is_no_refusal() -> None:
    assert refusal(Reply("https://data.sec.gov/x", 200, {}, b"{}", datetime.now(UTC))) is None
