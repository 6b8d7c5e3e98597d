"""Where filings come from: EDGAR or a mirror of it, or the bundled sample, through one and the same client."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

from p3.errors import ConfigurationError, UsageError
from p3.sec import sample
from p3.sec.client import EdgarClient
from p3.sec.governor import SlidingWindow, Unlimited

EDGAR, SAMPLE = "edgar", sample.ORIGIN
_SAMPLE_DATA, _SAMPLE_WWW = "https://data.sample.invalid", "https://www.sample.invalid"  # RAW tells them from EDGAR's
_SAMPLE_IDENTITY = "p3 sample@example.com"  # never leaves the process


@contextmanager
def opened(
    source: str, identity: str, data_url: str, www_url: str, rate: float, measures: MutableMapping[str, float]
) -> Iterator[EdgarClient]:
    """Yield a client of ``source``; at the end add its requests and bytes to ``measures``.

    Raises ConfigurationError where EDGAR is asked for without an identity: nothing falls back to the sample by itself.
    """
    if source == SAMPLE:
        client = EdgarClient(_SAMPLE_IDENTITY, _SAMPLE_DATA, _SAMPLE_WWW, Unlimited(), sample.SampleTransport())
    elif source == EDGAR:
        if not identity.strip():
            raise ConfigurationError(
                "EDGAR wants to know who asks, and no identity is set",
                'Set P3_SEC__IDENTITY="Name mail@example.com", or use the bundled sample with --source sample.',
            )
        client = EdgarClient(identity, data_url, www_url, SlidingWindow(rate))
    else:
        raise UsageError(f"unknown source of filings {source[:40]!r}", "Sources: edgar, sample.")
    with client:
        try:
            yield client
        finally:
            measures["requests"] = measures.get("requests", 0) + client.requests
            measures["bytes"] = measures.get("bytes", 0) + client.bytes
