"""What is asked of a language model and what comes back; `LanguageModel` is all that the rest of p3 knows of one."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Generic, Protocol, TypeVar

from p3.errors import UpstreamError

T = TypeVar("T")
Listener = Callable[[str], None]  # is told the draft, piece by piece, before anything in it is checked


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request; ``schema`` is the JSON schema of the reply, ``template`` the id and hash of the words around it."""

    instructions: str
    text: str
    schema: dict[str, Any]
    template: str


@dataclass(frozen=True, slots=True)
class Draft(Generic[T]):
    """A prompt and the reader of its reply, which raises DataError for a reply that is of no use."""

    prompt: Prompt
    read: Callable[[str], T]


@dataclass(frozen=True, slots=True)
class Task(Generic[T]):
    """Something to be worded.

    ``complexity`` in [0, 1] chooses the tier; ``least_tokens`` is what the smallest useful prompt needs, and ``draft``
    packs one into so many tokens.
    """

    complexity: float
    least_tokens: int
    draft: Callable[[int], Draft[T]]


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model wrote, and what that cost: seconds, tokens, bytes of memory; None is what a server does not tell."""

    text: str
    model: str
    seconds: float
    first_token_seconds: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    memory: int | None = None

    @property
    def tokens_per_second(self) -> float | None:
        """Tokens written a second: those after the first where its moment is known, else all in all the time."""
        tokens, seconds = self.completion_tokens or 0, self.seconds
        if self.first_token_seconds is not None:
            tokens, seconds = tokens - 1, seconds - self.first_token_seconds
        return tokens / seconds if tokens > 0 and seconds > 0 else None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One model asked, or passed over; ``failure`` says why it did not answer, None where it did.

    ``model`` is what the backend calls itself, with a fingerprint where it has one; ``template`` names the prompt.
    """

    tier: str
    backend: str
    failure: str | None = None
    model: str | None = None
    template: str | None = None
    seconds: float | None = None
    first_token_seconds: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    tokens_per_second: float | None = None
    memory: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return what is known, ready for JSON."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """What was read from the last of ``attempts``; those before it failed."""

    value: T
    attempts: tuple[Attempt, ...]

    @property
    def tier(self) -> str:
        """The tier that answered."""
        return self.attempts[-1].tier


class NoReplyError(UpstreamError):
    """No model gave a reply of use; ``attempts`` say why not."""

    def __init__(self, attempts: tuple[Attempt, ...]) -> None:
        last = next((attempt for attempt in reversed(attempts) if attempt.failure), None)
        said = f": {last.backend or last.tier}: {last.failure}" if last else ""
        super().__init__(f"no language model answered{said}", "Look at `p3 models status`.")
        self.attempts = attempts


class LanguageModel(Protocol):
    """A model, or tiers of them, that words text; it is never asked for a number."""

    def complete(self, task: Task[T], listen: Listener | None = None) -> Reply[T]:
        """Return the reply to ``task``. Raises NoReplyError."""
        ...


class Backend(Protocol):
    """One model in one place: a file or a server."""

    @property
    def name(self) -> str:
        """What the user calls it."""
        ...

    @property
    def is_remote(self) -> bool:
        """Whether it is a server, whose health can change without this process."""
        ...

    def complete(self, prompt: Prompt, timeout: float, listen: Listener | None = None) -> Completion:
        """Return the reply within ``timeout`` seconds.

        Raises UpstreamError where it does not come, ConfigurationError where it never can (no file, no library, a
        key refused), DataError where what came is no whole completion.
        """
        ...

    def probe(self, timeout: float) -> str:
        """Return the model's own name, a sign of life. Raises UpstreamError or ConfigurationError."""
        ...

    def close(self) -> None:
        """Let go of connections and memory."""
        ...
