"""A loopback EDGAR: serves a mirror folder over HTTP and behaves as the SEC's servers do, good days and bad ones.

The folder holds ``data.sec.gov/`` and ``www.sec.gov/`` as EDGAR lays them out; both are served from one port, told
apart by the first part of the path. Also runs by itself: ``python tests/loopback_edgar.py MIRROR --port 8080`` prints
the two base URLs.
"""

import argparse
import gzip
import hashlib
import socket
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate, parsedate_to_datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

_UNDECLARED = (
    b"<!DOCTYPE html><html><head>"
    b"<title>SEC.gov | Your Request Originates from an Undeclared Automated Tool</title></head>"
    b"<body><h1>Undeclared automated tool</h1><p>Declare your traffic.</p></body></html>"
)
_TOO_FAST = (
    b"<!DOCTYPE html><html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head>"
    b"<body><h1>Traffic limit exceeded</h1><p>Access is limited for 10 minutes.</p></body></html>"
)
_UNAVAILABLE = b"<html><head><title>SEC.gov | File Unavailable</title></head><body>Down for maintenance.</body></html>"
_NO_SUCH_KEY = b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Key>%s</Key></Error>'
_ACCESS_DENIED = b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>'
_TYPES = {".json": "application/json", ".htm": "text/html", ".html": "text/html", ".txt": "text/plain"}


class Fault(StrEnum):
    """What may go wrong with one answer."""

    UNAVAILABLE = "503"
    TOO_MANY = "429"
    RESET = "reset"
    TRUNCATED = "truncated"
    TRUNCATED_GZIP = "truncated gzip"
    EMPTY = "empty"
    REDIRECT = "redirect"
    RATE_PAGE_AS_200 = "rate page as 200"


Faults = Callable[[str, int], Fault | None]
"""Given a path and how many requests for it came before, the fault of this answer."""


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    status: int


@dataclass
class LoopbackEdgar:
    """A running server: its base URLs, and what it was asked."""

    root: Path
    rate: int
    faults: Faults
    data_url: str = ""
    www_url: str = ""
    log: list[Request] = field(default_factory=list)
    _times: deque[float] = field(default_factory=deque)
    _blocked: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admits(self) -> bool:
        """Count a request; False once more than ``rate`` came in a sliding second, and then for good."""
        with self._lock:
            now = time.monotonic()
            self._times.append(now)
            while now - self._times[0] >= 1.0:
                self._times.popleft()
            self._blocked = self._blocked or len(self._times) > self.rate
            return not self._blocked

    def record(self, request: Request) -> None:
        with self._lock:
            self.log.append(request)

    def asked(self, path: str) -> int:
        with self._lock:
            return sum(request.path == path for request in self.log)


def _handler(edgar: LoopbackEdgar) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            fault = edgar.faults(path, edgar.asked(path))
            if "@" not in self.headers.get("User-Agent", ""):
                self._send(403, _UNDECLARED, "text/html")
            elif not edgar.admits():
                self._send(403, _TOO_FAST, "text/html")
            elif fault is not None:
                self._fail(path, fault)
            else:
                self._serve(path)

        def _serve(self, path: str) -> None:
            file = (edgar.root / path.lstrip("/")).resolve()
            if not file.is_relative_to(edgar.root.resolve()) or not file.is_file():
                return self._missing(path)
            content = file.read_bytes()
            etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
            modified = formatdate(int(file.stat().st_mtime), usegmt=True)
            marks = {"ETag": etag, "Last-Modified": modified}
            if self._unchanged(etag, modified):
                return self._send(304, b"", None, marks)
            return self._send(200, content, _TYPES.get(file.suffix, "application/octet-stream"), marks)

        def _missing(self, path: str) -> None:
            if path.startswith("/www.sec.gov/Archives/"):
                self._send(403, _ACCESS_DENIED, "application/xml")
            else:
                self._send(404, _NO_SUCH_KEY % path.encode(), "application/xml")

        def _unchanged(self, etag: str, modified: str) -> bool:
            if "If-None-Match" in self.headers:
                return self.headers["If-None-Match"] == etag
            since = self.headers.get("If-Modified-Since")
            return since is not None and parsedate_to_datetime(modified) <= parsedate_to_datetime(since)

        def _fail(self, path: str, fault: Fault) -> None:
            if fault is Fault.UNAVAILABLE:
                self._send(503, _UNAVAILABLE, "text/html")
            elif fault is Fault.TOO_MANY:
                self._send(429, b"", "text/html")
            elif fault is Fault.EMPTY:
                self._send(200, b"", "application/json")
            elif fault is Fault.RATE_PAGE_AS_200:
                self._send(200, _TOO_FAST, "text/html")
            elif fault is Fault.REDIRECT:
                self._send(302, b"", "text/html", {"Location": "http://127.0.0.1:9/elsewhere"})
            else:
                self._break_off(path, fault)

        def _break_off(self, path: str, fault: Fault) -> None:
            edgar.record(Request(path, dict(self.headers), 0))
            self.close_connection = True
            if fault is Fault.RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                return
            content = (edgar.root / path.lstrip("/")).read_bytes()
            gzipped = fault is Fault.TRUNCATED_GZIP
            half = gzip.compress(content)[: len(content) // 20] if gzipped else content[: len(content) // 2]
            self.send_response(200)
            self.send_header("Content-Length", str(len(half) if gzipped else len(content)))
            if gzipped:
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(half)

        def _send(self, status: int, content: bytes, kind: str | None, headers: dict[str, str] | None = None) -> None:
            edgar.record(Request(unquote(urlsplit(self.path).path), dict(self.headers), status))
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            if kind:
                self.send_header("Content-Type", kind)
            if content and "gzip" in self.headers.get("Accept-Encoding", ""):
                content = gzip.compress(content, compresslevel=1)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean; ``LoopbackEdgar.log`` has it all."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests are about."""


@contextmanager
def serve(root: Path, *, rate: int = 10, faults: Faults | None = None, port: int = 0) -> Iterator[LoopbackEdgar]:
    """Serve ``root`` on a free port of the loopback interface until the block ends."""
    edgar = LoopbackEdgar(root, rate, faults or (lambda path, before: None))
    server = _Server(("127.0.0.1", port), _handler(edgar))
    base = f"http://127.0.0.1:{server.server_address[1]}"
    edgar.data_url, edgar.www_url = f"{base}/data.sec.gov", f"{base}/www.sec.gov"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield edgar
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mirror", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--rate", type=int, default=10)
    options = parser.parse_args()
    with serve(options.mirror, rate=options.rate, port=options.port) as edgar:
        sys.stdout.write(f"P3_SEC__DATA_URL={edgar.data_url}\nP3_SEC__WWW_URL={edgar.www_url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
