"""The real llama-cpp-python on a tiny model: in process, and two of its HTTP servers for one tier."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from answer_case import Found
from tier_case import PASSAGES, QUESTION, config, tiered

from p3.answer.models.config import BackendSettings, ModelsConfig
from p3.answer.models.llama import LlamaBackend
from p3.answer.models.protocol import Attempt, Draft, NoReplyError, Prompt, Task
from p3.answer.models.tiers import TieredModel, open_tiers
from p3.answer.worded import word
from p3.errors import ConfigurationError, DataError, UpstreamError

pytest.importorskip("llama_cpp", reason="the extra `llama` is not installed")
pytest.importorskip("gguf", reason="the extra `llama` is not installed")

SCHEMA = {"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]}
PROMPT = Prompt("Reply.", "Yes?", SCHEMA, "none")


def small(**changes: object) -> ModelsConfig:
    """Return a configuration for a model of 512 tokens."""
    whole = config(timeout=120.0)
    request = whole.request.model_copy(update={"max_tokens": 60, "threads": 1, **changes})
    tiers = {name: tier.model_copy(update={"context_tokens": 512}) for name, tier in whole.tiers.items()}
    return whole.model_copy(update={"request": request, "tiers": tiers})


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tiny_gguf import write_model

    path = tmp_path_factory.mktemp("gguf") / "tiny-Q4_0.gguf"
    write_model(path)
    return path


@pytest.fixture(scope="module")
def backend(gguf: Path) -> Iterator[LlamaBackend]:
    opened = LlamaBackend(BackendSettings(tier="q4", place=str(gguf)), small().request, 512)
    yield opened
    opened.close()


def test_a_file_replies_as_the_schema_asks_and_tells_what_that_cost(backend: LlamaBackend):
    heard: list[str] = []
    whole, streamed = backend.complete(PROMPT, 60.0), backend.complete(PROMPT, 60.0, heard.append)
    assert isinstance(json.loads(whole.text)["a"], bool)
    assert streamed.text == whole.text == "".join(heard)
    for each in (whole, streamed):
        assert each.model.startswith("tiny-Q4_0.gguf sha256:")
        assert each.prompt_tokens and each.completion_tokens and each.memory
        assert each.first_token_seconds is not None and 0 < each.first_token_seconds <= each.seconds
    assert whole.completion_tokens == streamed.completion_tokens <= 60


def test_a_reply_that_takes_too_long_is_stopped_between_tokens_and_the_next_one_comes(backend: LlamaBackend):
    with pytest.raises(UpstreamError, match="took too long"):
        backend.complete(PROMPT, 1e-9)
    assert backend.complete(PROMPT, 60.0).text


def test_who_waits_for_a_busy_model_waits_no_longer_than_its_time(backend: LlamaBackend):
    speaking, done = threading.Event(), threading.Event()

    def hold(_piece: str) -> None:
        speaking.set()
        done.wait(60)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(backend.complete, PROMPT, 120.0, hold)
        assert speaking.wait(60)
        with pytest.raises(UpstreamError, match="busy"):
            backend.complete(PROMPT, 0.01)
        done.set()
        assert first.result().text


def test_a_prompt_longer_than_the_context_is_refused(backend: LlamaBackend):
    with pytest.raises(DataError, match="context"):
        backend.complete(Prompt("Reply.", "word " * 2000, SCHEMA, "none"), 60.0)


def test_a_reply_cut_short_is_of_no_use(gguf: Path):
    opened = LlamaBackend(BackendSettings(tier="q4", place=str(gguf)), small(max_tokens=2).request, 512)
    with pytest.raises(DataError, match="length"):
        opened.complete(PROMPT, 60.0)
    opened.close()


def test_a_file_that_is_missing_or_no_model_is_an_error(tmp_path: Path):
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF and nothing more")
    page = tmp_path / "page.gguf"
    page.write_bytes(b"<html>not found</html>")
    for path in (broken, page, tmp_path / "none.gguf", tmp_path):
        opened = LlamaBackend(BackendSettings(tier="q4", place=str(path)), small().request, 512)
        with pytest.raises(ConfigurationError):
            opened.complete(PROMPT, 60.0)


def test_a_failure_within_the_library_is_followed_and_the_next_question_is_answered(
    gguf: Path, monkeypatch: pytest.MonkeyPatch
):
    import llama_cpp

    def fails(*_: object) -> None:
        raise RuntimeError("llama_decode returned 1")

    with tiered(small(), q2=str(gguf), q3=str(gguf)) as model:
        monkeypatch.setattr(llama_cpp.Llama, "eval", fails)
        with pytest.raises(NoReplyError) as caught:
            model.complete(question())
        monkeypatch.undo()
        (member,) = model.pool.members("q2")
        assert member.failures == 1
        assert member.backend.complete(PROMPT, 60.0).text
    failures = [attempt.failure for attempt in caught.value.attempts]
    assert failures[:2] == ["llama.cpp failed: llama_decode returned 1"] * 2


def test_a_file_that_goes_away_once_it_is_loaded_is_an_error(gguf: Path, tmp_path: Path):
    copy = tmp_path / "copy.gguf"
    copy.write_bytes(gguf.read_bytes())
    opened = LlamaBackend(BackendSettings(tier="q4", place=str(copy)), small().request, 512)

    def gone(_piece: str) -> None:
        copy.unlink(missing_ok=True)

    with pytest.raises(ConfigurationError, match="cannot be read"):
        opened.complete(PROMPT, 60.0, gone)
    opened.close()


def test_a_model_that_knows_nothing_says_nothing_that_passes(gguf: Path):
    whole = small(max_tokens=300)
    roomy = {name: tier.model_copy(update={"context_tokens": 4096}) for name, tier in whole.tiers.items()}
    with tiered(whole.model_copy(update={"tiers": roomy}), q4=str(gguf)) as model:
        got = word(QUESTION, [Found(1, "Revenue grew on demand for chips.")], model)
    assert got.claims == ()
    assert got.attempts[-1].tier == "q4"
    assert "refused the prompt" not in (got.attempts[-1].failure or "")


def question() -> Task[bool]:
    def read(text: str) -> bool:
        answer = json.loads(text)["a"]
        assert isinstance(answer, bool)
        return True

    return Task(0.0, 10, lambda _tokens: Draft(PROMPT, read))


class LlamaServer:
    """The HTTP server of llama-cpp-python as a process."""

    def __init__(self, gguf: Path, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}/v1"
        self._log = log.open("wb")
        command = [sys.executable, "-m", "llama_cpp.server", "--model", str(gguf), "--port", str(port)]
        self.process = subprocess.Popen(
            [*command, "--n_ctx", "512", "--n_threads", "1"], stdout=self._log, stderr=self._log
        )

    def wait(self) -> None:
        """Wait until it listens."""
        for _ in range(600):
            try:
                httpx.get(f"{self.address}/models", timeout=5)
                return
            except httpx.TransportError:
                assert self.process.poll() is None, Path(self._log.name).read_text(errors="replace")[-500:]
                threading.Event().wait(0.1)
        pytest.fail("the server does not listen")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._log.close()


@contextmanager
def two_servers(gguf: Path, folder: Path) -> Iterator[tuple[TieredModel, LlamaServer, LlamaServer]]:
    servers = [LlamaServer(gguf, folder / f"{n}.log") for n in (1, 2)]
    backends = [BackendSettings(tier="q2", place=each.address, format="json_object") for each in servers]
    try:
        for each in servers:
            each.wait()
        model = open_tiers(backends, small(), lambda _name: None)
        assert model is not None
        with model:
            yield model, servers[0], servers[1]
    finally:
        for each in servers:
            each.kill()


@pytest.mark.slow
def test_a_real_server_killed_in_the_middle_of_the_load_loses_no_question(gguf: Path, tmp_path: Path):
    with two_servers(gguf, tmp_path) as (model, first, second), ThreadPoolExecutor(4) as pool:

        def ask(_n: int) -> Attempt:
            last = model.complete(question()).attempts[-1]
            if last.backend == first.address:
                first.process.kill()
            return last

        answers = list(pool.map(ask, range(24)))
        told = model.pool.members("q2")[0].reason
    assert [each.failure for each in answers] == [None] * 24
    assert {each.backend for each in answers} == {first.address, second.address}
    assert told.startswith("it did not answer")
    assert all(each.completion_tokens for each in answers)


@pytest.mark.slow
def test_a_real_server_is_looked_at_and_streams(gguf: Path, tmp_path: Path):
    heard: list[str] = []
    with two_servers(gguf, tmp_path) as (model, _first, _second):
        names = [member.backend.probe(10.0) for member in model.pool.members("q2")]
        reply = model.complete(question(), heard.append)
        nonsense = word(QUESTION, PASSAGES, model)
    assert names == [str(gguf)] * 2
    assert reply.value
    assert json.loads("".join(heard))["a"] in (True, False)
    assert nonsense.claims == ()
