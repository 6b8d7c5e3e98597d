"""Bodies as they come over the wire: whole and decoded, or not at all."""

import zlib
from collections.abc import Iterable

from p3.errors import UpstreamError

_LARGEST = 256 * 1024 * 1024
_GZIP = 31  # zlib's window bits for a gzip wrapper


class PassingError(Exception):
    """A failure that another attempt may cure; the message names no secret."""


def joined(chunks: Iterable[bytes]) -> bytes:
    """Return the body; raises UpstreamError above 256 MB. The HTTP library holds it to its Content-Length."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        _check_size(body)
    return bytes(body)


def gunzipped(chunks: Iterable[bytes]) -> bytes:
    """Return the decoded body; raises UpstreamError above 256 MB, PassingError for a damaged one.

    Unlike HTTP libraries, this notices a stream that stops before its end mark. A stream of several gzip members is one
    body (RFC 1952, 2.2).
    """
    decoder = zlib.decompressobj(_GZIP)
    body = bytearray()
    started = False
    try:
        for chunk in chunks:
            data = chunk
            while data:
                decoder = zlib.decompressobj(_GZIP) if decoder.eof else decoder
                body += decoder.decompress(data, _LARGEST + 1 - len(body))
                _check_size(body)
                started, data = True, decoder.unused_data
    except zlib.error as failure:
        raise PassingError("a damaged body") from failure
    if started and not decoder.eof:
        raise PassingError("a body that stops short")
    return bytes(body)


def _check_size(body: bytearray) -> None:
    if len(body) > _LARGEST:
        raise UpstreamError(f"EDGAR sent a body above {_LARGEST} bytes", "Report the address.")
