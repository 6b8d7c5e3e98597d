"""Language models behind one small interface: a GGUF file in process, or an OpenAI-compatible server by URL."""

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

import httpx

from p3.errors import ConfigurationError, DataError, UpstreamError

_FILE = "models.toml"
_MAX_REPLY_BYTES = 4_000_000


class LanguageModel(Protocol):
    """A model that words text; it is never asked for a number."""

    @property
    def name(self) -> str:
        """What the answer's tier is called."""
        ...

    def complete(self, instructions: str, text: str, schema: dict[str, Any]) -> str:
        """Return the reply, JSON by ``schema`` as far as the model keeps to it.

        Raises UpstreamError where a server does not answer, DataError for a reply cut short.
        """
        ...


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """How every model is called. ``timeout`` is in seconds, the other lengths in tokens."""

    temperature: float
    seed: int
    max_tokens: int
    context_tokens: int
    threads: int
    timeout: float
    instructions: str


@cache
def load_settings() -> ModelSettings:
    """Return common/config/models.toml. Raises ConfigurationError where it is malformed."""
    try:
        config = tomllib.loads((files("p3.common") / "config" / _FILE).read_text(encoding="utf-8"))
        return ModelSettings(**config["request"], instructions=config["prompt"]["instructions"].strip())
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{_FILE}: {error}", "Restore common/config/models.toml.") from error


class LlamaModel:
    """A GGUF file run in process by llama-cpp-python; loaded when first used."""

    def __init__(self, path: Path, settings: ModelSettings | None = None) -> None:
        """Raises ConfigurationError where the file or the library is missing."""
        if not path.is_file():
            raise ConfigurationError(
                f"no model file {path.name}", "Name an existing GGUF file, or leave the model out."
            )
        self.name = path.stem
        self._settings = settings or load_settings()
        self._model = self._load(path)

    def _load(self, path: Path) -> Any:
        try:
            from llama_cpp import Llama
        except ImportError as error:
            raise ConfigurationError("llama-cpp-python is not installed", 'Run: pip install "p3-cli[llama]"') from error
        settings = self._settings
        try:
            return Llama(
                str(path),
                n_ctx=settings.context_tokens,
                n_threads=settings.threads,
                seed=settings.seed,
                verbose=False,
            )
        except ValueError as error:
            raise ConfigurationError(f"{path.name} is not a model that llama.cpp loads", "Name a GGUF file.") from error

    def complete(self, instructions: str, text: str, schema: dict[str, Any]) -> str:
        """Return the reply; the grammar of ``schema`` binds it. Raises DataError where it is cut short or does not
        fit.
        """
        settings = self._settings
        try:
            reply = self._model.create_chat_completion(
                messages=_messages(instructions, text),
                response_format={"type": "json_object", "schema": schema},
                temperature=settings.temperature,
                seed=settings.seed,
                max_tokens=settings.max_tokens,
            )
        except ValueError as error:
            raise DataError(f"{self.name}: {error}", "Use a model with a longer context.") from error
        return _content(reply, self.name)


class ServerModel:
    """A llama.cpp or other OpenAI-compatible server; ``url`` is the base that ``/chat/completions`` follows."""

    def __init__(self, url: str, model: str, key: str | None = None, settings: ModelSettings | None = None) -> None:
        """Raises ConfigurationError for a URL that is not HTTP."""
        if not url.startswith(("http://", "https://")):
            raise ConfigurationError("the model server's address is not a URL", "Write it as http://host:port/v1.")
        self.name = model
        self._url = url.rstrip("/") + "/chat/completions"
        self._key = key
        self._settings = settings or load_settings()

    def complete(self, instructions: str, text: str, schema: dict[str, Any]) -> str:
        """Return the reply. Raises UpstreamError where the server fails, DataError where what it sends is no
        completion.
        """
        settings = self._settings
        body = {
            "model": self.name,
            "messages": _messages(instructions, text),
            "temperature": settings.temperature,
            "seed": settings.seed,
            "max_tokens": settings.max_tokens,
            "response_format": {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}},
        }
        try:
            return _content(json.loads(self._post(body)), self.name)
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise DataError(
                "the model server's reply is not JSON", "Check that the URL is an OpenAI-compatible API."
            ) from error

    def _post(self, body: dict[str, Any]) -> bytes:
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        remedy = "Check the model server, or leave the model out."
        try:
            with (
                httpx.Client(timeout=self._settings.timeout) as client,
                client.stream("POST", self._url, json=body, headers=headers) as reply,
            ):
                if reply.status_code in (401, 403):
                    raise ConfigurationError("the model server refused the key", "Set the key that the server expects.")
                if reply.status_code != 200:
                    raise UpstreamError(f"the model server answered {reply.status_code}", remedy)
                return _bounded(reply)
        except httpx.HTTPError as error:
            raise UpstreamError(f"the model server did not answer ({type(error).__name__})", remedy) from error


def _bounded(reply: httpx.Response) -> bytes:
    content = bytearray()
    for chunk in reply.iter_bytes():
        content += chunk
        if len(content) > _MAX_REPLY_BYTES:
            raise DataError("the model server's reply is too long", "Check that the URL is an OpenAI-compatible API.")
    return bytes(content)


def _messages(instructions: str, text: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": instructions}, {"role": "user", "content": text}]


def _content(reply: Any, name: str) -> str:
    try:
        choice = reply["choices"][0]
        content, reason = choice["message"]["content"], choice.get("finish_reason")
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise DataError(f"{name} returned no completion", "Check that it is a chat model.") from error
    if reason != "stop" or not isinstance(content, str):
        raise DataError(f"{name} did not finish its reply ({reason})", "Raise max_tokens in models.toml.")
    return content
