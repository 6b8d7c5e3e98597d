"""A loopback server that speaks OpenAI's chat completions as model servers do, the bad ones too.

Its ``mode`` says how it answers:

    honest            claims that quote the first passages it was given, word for word
    fabricates        claims with invented quotations and numbers
    silent            no claims
    broken-json       half of the JSON that was asked for, as a finished reply
    no-completion     JSON that is no completion
    cut               an honest reply with finish_reason "length"
    slow              nothing until it is stopped
    drip              a byte now and then, for ever
    drip-head         a line of its head now and then, for ever
    dies              the connection closes in the middle of the reply
    error-event       a stream that turns into an error
    huge              a reply without end
    500, 400, 401, 429  that status, with a page that repeats the key it was sent
    302               a redirect to ``redirect``

Run as a program it serves until it is killed, and prints its address.
"""

import argparse
import json
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "loopback"
_PASSAGES = re.compile(r"Passages, by number:\n(\{.*?\n\})\n\nQuestion: ", re.DOTALL)
_FABRICATED = {
    "sentence": "Revenue rose to $987.6 billion.",
    "passage": 1,
    "quotation": "Total revenue for the year rose to $987.6 billion, as the board had foreseen.",
}
_LEAST_WORDS, _MOST_CHARACTERS = 4, 400


@dataclass
class ModelServer:
    """A server and what it was asked.

    ``mode`` may be changed while it runs; ``seconds`` is what a reply takes; ``looked`` is set once somebody asked for
    its models and got them.
    """

    mode: str = "honest"
    seconds: float = 0.0
    address: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    redirect: str = ""
    looked: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)


def claims(prompt: str) -> list[dict[str, Any]]:
    """Return claims that say what the passages of ``prompt`` say, at most two."""
    found = _PASSAGES.search(prompt)
    passages = json.loads(found[1]) if found else {}
    lines = [(int(n), line) for n, text in passages.items() for line in text.split("\n")]
    fit = [(n, line) for n, line in lines if len(line.split()) >= _LEAST_WORDS and len(line) <= _MOST_CHARACTERS]
    return [{"sentence": line, "passage": n, "quotation": line} for n, line in fit[:2]]


def content(mode: str, prompt: str) -> str:
    """Return what the model writes."""
    match mode:
        case "fabricates":
            return json.dumps({"claims": [_FABRICATED, {**_FABRICATED, "passage": 99}]})
        case "silent":
            return json.dumps({"claims": []})
        case "broken-json":
            return json.dumps({"claims": claims(prompt)})[:-9]
        case _:
            return json.dumps({"claims": claims(prompt)}, ensure_ascii=False)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: ModelServer

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.state.mode in ("honest", "fabricates", "silent", "cut", "broken-json"):
            self._whole(200, {"object": "list", "data": [{"id": MODEL, "object": "model"}]})
            self.state.looked.set()
        elif self.state.mode == "drip-head":
            self._endless_head()
        else:
            self._page(503)

    def do_POST(self) -> None:
        state, body = self.state, json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with state.lock:
            state.asked.append(body)
            state.keys.append(self.headers["Authorization"])
        state.stopped.wait(state.seconds)
        prompt = body["messages"][-1]["content"]
        match state.mode:
            case "500" | "400" | "401" | "429" | "302":
                self._page(int(state.mode))
            case "slow":
                state.stopped.wait()
                self.close_connection = True
            case "drip" | "huge":
                self._endless(b" " if state.mode == "drip" else b" " * 100_000)
            case "drip-head":
                self._endless_head()
            case "no-completion":
                self._whole(200, {"answer": 42})
            case _ if body.get("stream"):
                self._stream(content(state.mode, prompt))
            case mode:
                self._at_once(mode, content(mode, prompt))

    def _at_once(self, mode: str, text: str) -> None:
        reply = {
            "model": MODEL,
            "choices": [
                {
                    "message": {"role": "assistant", "content": text},
                    "finish_reason": "length" if mode == "cut" else "stop",
                }
            ],
            "usage": {"prompt_tokens": 100, "completion_tokens": len(text) // 4},
        }
        whole = json.dumps(reply).encode()
        if mode in ("dies", "error-event"):
            self._head(200, "application/json", len(whole))
            self.wfile.write(whole[: len(whole) // 2])
            self.close_connection = True
        else:
            self._whole(200, reply)

    def _stream(self, text: str) -> None:
        mode = self.state.mode
        self._head(200, "text/event-stream", None)
        pieces = [text[at : at + 7] for at in range(0, len(text), 7)]
        for piece in pieces[: len(pieces) // 2 if mode in ("dies", "error-event") else None]:
            self._event({"model": MODEL, "choices": [{"delta": {"content": piece}, "finish_reason": None}]})
        if mode == "dies":
            self.close_connection = True
            return
        if mode == "error-event":
            self._event({"error": {"message": f"no memory for {self.headers['Authorization']}"}})
        else:
            self._event({"choices": [{"delta": {}, "finish_reason": "length" if mode == "cut" else "stop"}]})
            self._event({"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": len(pieces)}})
            self._chunk(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, event: dict[str, Any]) -> None:
        self._chunk(b"data: " + json.dumps(event).encode() + b"\n\n")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _endless(self, piece: bytes) -> None:
        self._head(200, "application/json", None)
        try:
            while not self.state.stopped.wait(0.01 if len(piece) == 1 else 0):
                self._chunk(piece)
        except OSError:
            pass
        self.close_connection = True

    def _endless_head(self) -> None:
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not self.state.stopped.wait(0.01):
                self.wfile.write(b"X: y\r\n")
        except OSError:
            pass
        self.close_connection = True

    def _page(self, status: int) -> None:
        page = f"<html>trouble with {self.headers['Authorization']}</html>".encode()
        self._head(status, "text/html", len(page))
        self.wfile.write(page)

    def _whole(self, status: int, reply: object) -> None:
        data = json.dumps(reply).encode()
        self._head(status, "application/json", len(data))
        self.wfile.write(data)

    def _head(self, status: int, kind: str, length: int | None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if self.state.redirect:
            self.send_header("Location", self.state.redirect)
        self.send_header(*(("Transfer-Encoding", "chunked") if length is None else ("Content-Length", str(length))))
        self.end_headers()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_: object) -> None:
        pass  # a client that goes away is no matter of the server's


@contextmanager
def model_server(mode: str = "honest", seconds: float = 0.0, port: int = 0) -> Iterator[ModelServer]:
    """Serve for the block."""
    state = ModelServer(mode, seconds)
    server = _Server(("127.0.0.1", port), type("Handler", (_Handler,), {"state": state}))
    state.address = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        state.stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve until killed.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--mode", default="honest")
    parser.add_argument("--seconds", type=float, default=0.0)
    given = parser.parse_args()
    with model_server(given.mode, given.seconds, given.port) as state:
        sys.stdout.write(f"{state.address}\n")
        sys.stdout.flush()
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
