"""A GGUF file run in process by llama-cpp-python; loaded when first used."""

import resource
import sys
import threading
from collections.abc import Generator
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any

from p3 import clock
from p3.answer.models import gguf, wire
from p3.answer.models.config import BackendSettings, RequestSettings
from p3.answer.models.protocol import Completion, Listener, Prompt
from p3.errors import ConfigurationError, DataError, UpstreamError


class _Meter:
    """Stands between two tokens: counts them, and notes when the first came. It is called by llama.cpp itself, where
    an exception would be lost.
    """

    def __init__(self) -> None:
        self.prompt_tokens: int | None = None
        self.completion_tokens = 0
        self.first: float | None = None

    def __call__(self, tokens: Any, scores: Any) -> Any:
        """Leave the scores as they are; ``tokens`` are the prompt's and those written so far."""
        if self.prompt_tokens is None:
            self.first, self.prompt_tokens = clock.monotonic(), len(tokens)
        self.completion_tokens = len(tokens) - self.prompt_tokens + 1
        return scores


class LlamaBackend:
    """One file. It answers one question at a time: threads wait their turn, within their time."""

    is_remote = False

    def __init__(self, settings: BackendSettings, request: RequestSettings, context_tokens: int) -> None:
        self._path = Path(settings.place).expanduser()
        self.name = settings.name or self._path.stem
        self._request = request
        self._context_tokens = context_tokens
        self._turn = threading.Lock()
        self._model: Any = None

    def complete(self, prompt: Prompt, timeout: float, listen: Listener | None = None) -> Completion:
        """Return the reply; the grammar of the schema binds it. The time is looked at between tokens."""
        started = clock.monotonic()
        if not self._turn.acquire(timeout=timeout):
            raise UpstreamError(f"it was busy for {timeout:g} s", "Add a server to its tier.")
        try:
            self._model = self._model or self._load()
            meter = _Meter()
            written = self._write(prompt, meter, started + timeout, listen)
        finally:
            self._turn.release()
        return Completion(
            text=written.text,
            model=f"{self._path.name} {self.fingerprint}",
            seconds=clock.monotonic() - started,
            first_token_seconds=meter.first - started if meter.first is not None else None,
            prompt_tokens=meter.prompt_tokens,
            completion_tokens=meter.completion_tokens,
            memory=memory(),
        )

    @cached_property
    def fingerprint(self) -> str:
        """What tells the file from another, see `gguf.fingerprint`."""
        return gguf.fingerprint(self._path)

    def probe(self, timeout: float) -> str:
        """Return the file's name and fingerprint, once its first bytes say that it is a model and it can be run."""
        _library()
        gguf.check(self._path)
        return f"{self._path.name} {self.fingerprint}"

    def close(self) -> None:
        """Free the model's memory."""
        with self._turn:
            if self._model is not None:
                self._model.close()
                self._model = None

    def _write(self, prompt: Prompt, meter: _Meter, deadline: float, listen: Listener | None) -> wire.Written:
        from llama_cpp import LogitsProcessorList

        request = self._request
        try:
            events = self._model.create_chat_completion(
                messages=wire.messages(prompt),
                response_format={"type": "json_object", "schema": prompt.schema},
                temperature=request.temperature,
                seed=request.seed,
                max_tokens=request.max_tokens,
                logits_processor=LogitsProcessorList([meter]),
                stream=True,
            )
            return _written(events, deadline, listen or _unheard)
        except ValueError as error:
            raise DataError(f"llama.cpp refused the prompt: {error}", "Use a model with a longer context.") from error
        except RuntimeError as error:  # "llama_decode returned 1", and what else goes wrong within llama.cpp
            raise UpstreamError(f"llama.cpp failed: {error}", "Use a smaller model, or a shorter context.") from error

    def _load(self) -> Any:
        llama = _library()
        gguf.check(self._path)
        try:
            return llama(
                str(self._path),
                n_ctx=self._context_tokens,
                n_threads=self._request.threads,
                seed=self._request.seed,
                verbose=False,
            )
        except (ValueError, RuntimeError) as error:
            raise ConfigurationError(
                f"{self._path.name} is not a model that llama.cpp loads", "Name a GGUF file."
            ) from error


def memory() -> int:
    """Return the most bytes that this process has held, the mapped pages of its models among them."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _library() -> Any:
    try:
        from llama_cpp import Llama
    except ImportError as error:
        raise ConfigurationError("llama-cpp-python is not installed", 'Run: pip install "p3-cli[llama]"') from error
    return Llama


def _written(events: Generator[dict[str, Any], None, None], deadline: float, listen: Listener) -> wire.Written:
    """Return the reply; where it takes too long or the listener raises, writing ends before the model is let go."""
    written = wire.Written()
    with closing(events):
        for event in events:
            wire.take_event(written, event, listen)
            if clock.monotonic() > deadline:
                raise UpstreamError("its reply took too long", "Raise the tier's timeout in models.toml.")
    return written


def _unheard(_piece: str) -> None:
    pass
