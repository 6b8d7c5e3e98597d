"""The chat completions protocol of OpenAI, as far as p3 speaks it: bodies, whole replies and streamed ones."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from p3.answer.models.config import RequestSettings
from p3.answer.models.protocol import Listener, Prompt
from p3.errors import DataError, UpstreamError

_NO_COMPLETION = "Check that the URL is an OpenAI-compatible API of a chat model."


@dataclass(slots=True)
class Written:
    """What has come of a reply: its text, why it ended, and the tokens counted by the server."""

    model: str | None = None
    pieces: list[str] = field(default_factory=list)
    finish: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    @property
    def text(self) -> str:
        """The whole text. Raises DataError where the reply did not come to its end."""
        if self.finish != "stop":
            raise DataError(
                f"the reply was cut short ({self.finish or 'it broke off'})", "Raise max_tokens in models.toml."
            )
        return "".join(self.pieces)


def messages(prompt: Prompt) -> list[dict[str, str]]:
    """Return the prompt as a conversation."""
    return [{"role": "system", "content": prompt.instructions}, {"role": "user", "content": prompt.text}]


def body(prompt: Prompt, model: str, style: str, request: RequestSettings, *, stream: bool) -> dict[str, Any]:
    """Return the request's JSON; ``style`` is how the schema is written, see `BackendSettings`."""
    if style == "json_object":
        response_format = {"type": "json_object", "schema": prompt.schema}
    else:
        response_format = {"type": "json_schema", "json_schema": {"name": "reply", "schema": prompt.schema}}
    return {
        "model": model,
        "messages": messages(prompt),
        "temperature": request.temperature,
        "seed": request.seed,
        "max_tokens": request.max_tokens,
        "response_format": response_format,
        **({"stream": True, "stream_options": {"include_usage": True}} if stream else {}),
    }


def whole(content: bytes) -> Written:
    """Return a reply that came in one piece. Raises DataError where it is no completion."""
    reply = _object(content)
    written = Written()
    _take(written, reply, "message", None)
    if written.finish is None or not written.pieces:
        raise DataError("the server's reply is no completion", _NO_COMPLETION)
    return written


def streamed(lines: Iterable[str], listen: Listener) -> Written:
    """Return a reply that comes as server-sent events, telling ``listen`` each piece as it comes.

    Raises UpstreamError where the server reports an error or stops before the end, DataError for what is no event.
    """
    written = Written()
    for line in lines:
        data = line.removeprefix("data:").strip() if line.startswith("data:") else ""
        if data == "[DONE]":
            break
        if data:
            take_event(written, _object(data.encode()), listen)
    if written.finish is None:
        raise UpstreamError("the reply broke off", "Look at the server's own log.")
    return written


def take_event(written: Written, event: dict[str, Any], listen: Listener) -> None:
    """Add one event of a stream to what was written, and tell it."""
    _take(written, event, "delta", listen)


def models_served(content: bytes) -> str:
    """Return the first model that ``/models`` lists, or nothing where it lists none."""
    try:
        listed = json.loads(content)["data"][0]["id"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return ""
    return listed if isinstance(listed, str) else ""


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DataError("the server's reply is not JSON", _NO_COMPLETION) from error
    if not isinstance(found, dict):
        raise DataError("the server's reply is no completion", _NO_COMPLETION)
    if found.get("error"):
        raise UpstreamError("the server reported an error in its reply", "Look at the server's own log.")
    return found


def _take(written: Written, event: dict[str, Any], part: str, listen: Listener | None) -> None:
    """Add one event, or a whole reply, to what was written; what is missing or of another type is not there."""
    model, usage, choices = event.get("model"), event.get("usage"), event.get("choices")
    if isinstance(model, str):
        written.model = model
    if isinstance(usage, dict):
        written.prompt_tokens = _count(usage.get("prompt_tokens"))
        written.completion_tokens = _count(usage.get("completion_tokens"))
    if not (isinstance(choices, list) and choices and isinstance(choices[0], dict)):
        return
    message, finish = choices[0].get(part), choices[0].get("finish_reason")
    if isinstance(finish, str):
        written.finish = finish
    if isinstance(message, dict) and isinstance(piece := message.get("content"), str) and piece:
        written.pieces.append(piece)
        if listen is not None:
            listen(piece)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
