"""A loopback EDGAR: serves a mirror folder over HTTP and behaves as the SEC's servers do, good days and bad ones.

The folder holds ``data.sec.gov/`` and ``www.sec.gov/`` as EDGAR lays them out; both are served from one port, told
apart by the first part of the path. Also runs by itself: ``python tests/loopback_edgar.py MIRROR --port 8080`` prints
the two base URLs.
"""

import argparse
import gzip
import hashlib
import json
import re
import shutil
import socket
import struct
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from email.utils import formatdate, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TextIO
from urllib.parse import unquote, urlsplit

from loopback_faults import (
    ACCESS_DENIED,
    NO_SUCH_KEY,
    TOO_FAST,
    UNAVAILABLE,
    UNDECLARED,
    Fault,
    Faults,
    no_faults,
    random_faults,
)

__all__ = ["Fault", "Faults", "LoopbackEdgar", "Request", "random_faults", "serve"]

_TYPES = {".json": "application/json", ".htm": "text/html", ".html": "text/html", ".txt": "text/plain"}
_RANGE = re.compile(r"bytes=(\d+)-")


@dataclass
class Request:
    """One request as answered, on which connection, ``at`` in seconds since 1970; ``whole`` where all of it was sent.

    ``refused`` where it met the block, ``blocked`` where an earlier one had brought that about. ``status`` 0 is a
    broken answer.
    """

    path: str
    headers: dict[str, str]
    status: int
    at: float = 0.0
    connection: int = 0
    whole: bool = False
    refused: bool = False
    blocked: bool = False


@dataclass
class LoopbackEdgar:
    """A running server: its base URLs, how it behaves, and what it was asked.

    More than ``rate`` requests in a sliding second bring about a block of ``block_seconds``, None for good, which
    requests inside it make no longer. ``retry_after`` is the header of that name in its refusals.
    """

    root: Path
    rate: int = 10
    faults: Faults = no_faults
    block_seconds: float | None = None
    stall_seconds: float = 2.0
    retry_after: str | None = None
    journal: TextIO | None = None
    data_url: str = ""
    www_url: str = ""
    log: list[Request] = field(default_factory=list)
    _asked: Counter[str] = field(default_factory=Counter)
    _times: deque[float] = field(default_factory=deque)
    _blocked_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admits(self) -> tuple[bool, bool]:
        """Count a request; return whether it is served, and whether it came inside a block."""
        with self._lock:
            now = time.monotonic()
            if now < self._blocked_until:
                return False, True
            self._times.append(now)
            while now - self._times[0] >= 1.0:
                self._times.popleft()
            if len(self._times) <= self.rate:
                return True, False
            self._times.clear()
            self._blocked_until = now + self.block_seconds if self.block_seconds is not None else float("inf")
            return False, False

    def count(self, path: str) -> int:
        """Return how many requests for ``path`` came before this one."""
        with self._lock:
            self._asked[path] += 1
            return self._asked[path] - 1

    def record(self, request: Request) -> None:
        with self._lock:
            self.log.append(request)

    def write_down(self, request: Request) -> None:
        """Append a request that is over with to the journal."""
        if self.journal is not None:
            with self._lock:
                self.journal.write(json.dumps(asdict(request)) + "\n")
                self.journal.flush()

    def asked(self, path: str) -> int:
        with self._lock:
            return self._asked[path]

    @property
    def refused(self) -> list[Request]:
        """The requests that met the block, the one that brought it about included."""
        with self._lock:
            return [request for request in self.log if request.refused]


def _handler(edgar: LoopbackEdgar) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            self.request_log = Request(path, dict(self.headers), 0, time.time(), self.client_address[1])
            try:
                self._answer(path)
            except OSError:
                self.request_log.whole = False
                self.close_connection = True
            finally:
                edgar.write_down(self.request_log)

        def _answer(self, path: str) -> None:
            fault = edgar.faults(path, edgar.count(path))
            if "@" not in self.headers.get("User-Agent", ""):
                return self._send(403, UNDECLARED, "text/html")
            served, self.request_log.blocked = edgar.admits()
            if not served:
                return self._refuse(403)
            return self._serve(path) if fault is None else self._fail(path, fault)

        def _refuse(self, status: int) -> None:
            self.request_log.refused = True
            headers = {"Retry-After": edgar.retry_after} if edgar.retry_after is not None else {}
            self._send(status, TOO_FAST if status != 429 else b"", "text/html", headers)

        def _serve(self, path: str) -> None:
            file = (edgar.root / path.lstrip("/")).resolve()
            if not file.is_relative_to(edgar.root.resolve()) or not file.is_file():
                return self._missing(path)
            with file.open("rb") as opened:
                etag = f'"{hashlib.file_digest(opened, "sha256").hexdigest()[:32]}"'
            modified = formatdate(int(file.stat().st_mtime), usegmt=True)
            marks = {"ETag": etag, "Last-Modified": modified}
            if self._unchanged(etag, modified):
                return self._send(304, b"", None, marks)
            kind = _TYPES.get(file.suffix, "application/octet-stream")
            if "gzip" in self.headers.get("Accept-Encoding", ""):
                return self._send(200, file.read_bytes(), kind, marks)
            return self._stream(file, kind, marks)

        def _missing(self, path: str) -> None:
            if path.startswith("/www.sec.gov/Archives/"):
                self._send(403, ACCESS_DENIED, "application/xml")
            else:
                self._send(404, NO_SUCH_KEY % path.encode(), "application/xml")

        def _unchanged(self, etag: str, modified: str) -> bool:
            if "If-None-Match" in self.headers:
                return self.headers["If-None-Match"] == etag
            since = self.headers.get("If-Modified-Since")
            return since is not None and parsedate_to_datetime(modified) <= parsedate_to_datetime(since)

        def _stream(self, file: Path, kind: str, marks: dict[str, str]) -> None:
            """Send the file as it is, from the byte that is asked for."""
            size, start = file.stat().st_size, self._start(marks)
            if start >= size > 0:
                return self._send(416, b"", None, {"Content-Range": f"bytes */{size}"})
            part = {"Content-Range": f"bytes {start}-{size - 1}/{size}"} if start else {}
            self._head(
                206 if start else 200, {**marks, **part, "Content-Type": kind, "Content-Length": str(size - start)}
            )
            with file.open("rb") as opened:
                opened.seek(start)
                shutil.copyfileobj(opened, self.wfile)
            return None

        def _start(self, marks: dict[str, str]) -> int:
            wanted = _RANGE.fullmatch(self.headers.get("Range", ""))
            same = self.headers.get("If-Range", marks["ETag"]) in marks.values()
            return int(wanted[1]) if wanted and same else 0

        def _fail(self, path: str, fault: Fault) -> None:
            if fault is Fault.UNAVAILABLE:
                self._send(503, UNAVAILABLE, "text/html")
            elif fault is Fault.TOO_MANY:
                self._refuse(429)
            elif fault is Fault.RATE_PAGE:
                self._refuse(403)
            elif fault is Fault.RATE_PAGE_AS_200:
                self._refuse(200)
            elif fault is Fault.EMPTY:
                self._send(200, b"", "application/json")
            elif fault is Fault.REDIRECT:
                self._send(302, b"", "text/html", {"Location": "http://127.0.0.1:9/elsewhere"})
            elif fault is Fault.STALL:
                time.sleep(edgar.stall_seconds)
                self._serve(path)
            else:
                self._break_off(path, fault)

        def _break_off(self, path: str, fault: Fault) -> None:
            edgar.record(self.request_log)
            self.close_connection = True
            if fault is Fault.RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                return None
            content = (edgar.root / path.lstrip("/")).read_bytes()
            if fault is Fault.TRUNCATED_GZIP:
                half = gzip.compress(content)[: len(content) // 20]
                return self._begin(200, {"Content-Encoding": "gzip", "Content-Length": str(len(half))}, half)
            etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
            start = self._start({"ETag": etag})
            part = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if start else {}
            headers = {"ETag": etag, "Content-Length": str(len(content) - start), **part}
            return self._begin(206 if start else 200, headers, content[start : (start + len(content)) // 2])

        def _send(self, status: int, content: bytes, kind: str | None, headers: dict[str, str] | None = None) -> None:
            sent = dict(headers or {})
            if kind:
                sent["Content-Type"] = kind
            if content and "gzip" in self.headers.get("Accept-Encoding", ""):
                content = gzip.compress(content, compresslevel=1)
                sent["Content-Encoding"] = "gzip"
            self._head(status, {**sent, "Content-Length": str(len(content))})
            self.wfile.write(content)

        def _head(self, status: int, headers: dict[str, str]) -> None:
            """Log the request, before the client can know its answer, and send what stands above the body."""
            self.request_log.status, self.request_log.whole = status, True
            edgar.record(self.request_log)
            self._begin(status, headers, b"")

        def _begin(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean; ``LoopbackEdgar.log`` has it all."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests are about."""


@contextmanager
def serve(
    root: Path,
    *,
    rate: int = 10,
    faults: Faults | None = None,
    port: int = 0,
    block_seconds: float | None = None,
    stall_seconds: float = 2.0,
    retry_after: str | None = None,
    journal: TextIO | None = None,
) -> Iterator[LoopbackEdgar]:
    """Serve ``root`` on a free port of the loopback interface until the block ends; options as in LoopbackEdgar.

    ``journal`` gets a line of JSON for each request once it is over with, of the fields of Request.
    """
    edgar = LoopbackEdgar(root, rate, faults or no_faults, block_seconds, stall_seconds, retry_after, journal)
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
    parser.add_argument("--rate", type=int, default=10, help="requests in a sliding second that bring no block")
    parser.add_argument("--block-seconds", type=float, default=None, help="for good if left out")
    parser.add_argument("--retry-after", default=None, help="the header of that name in refusals")
    parser.add_argument("--fault-rate", type=float, default=0.0, help="share of answers that fail for once")
    parser.add_argument("--seed", type=int, default=0, help="equal seeds, equal faults")
    parser.add_argument("--stall-seconds", type=float, default=2.0)
    parser.add_argument("--log", type=Path, default=None, help="file for a line of JSON a request")
    options = parser.parse_args()
    with (
        options.log.open("a", encoding="utf-8") if options.log else nullcontext() as journal,
        serve(
            options.mirror,
            rate=options.rate,
            faults=random_faults(options.fault_rate, options.seed),
            port=options.port,
            block_seconds=options.block_seconds,
            stall_seconds=options.stall_seconds,
            retry_after=options.retry_after,
            journal=journal,
        ) as edgar,
    ):
        sys.stdout.write(f"P3_SEC__DATA_URL={edgar.data_url}\nP3_SEC__WWW_URL={edgar.www_url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
