"""Tiers over loopback servers, with waits short enough for tests."""

from collections.abc import Callable

from answer_case import Found

from p3.answer.models.config import BackendSettings, ModelsConfig, load_config
from p3.answer.models.protocol import Completion, Draft, Listener, Prompt, Task
from p3.answer.models.tiers import TieredModel, open_tiers
from p3.errors import DataError

QUESTION = "What was behind NVIDIA's revenue?"
TEXT = "Revenue grew 126% on demand for accelerated computing."
PASSAGES = [Found(1, TEXT), Found(2, "Our board of directors met eight times in the year.", start=5000)]
PATIENT = 20.0


def config(timeout: float = PATIENT, rest: float = 60.0, check: float = 60.0) -> ModelsConfig:
    """Return the configuration with every tier's timeout, and the health checks' first and longest rest, so long."""
    whole = load_config()
    tiers = {name: tier.model_copy(update={"timeout": timeout}) for name, tier in whole.tiers.items()}
    waits = {"backoff_first": rest, "backoff_longest": max(rest, 60.0), "check_seconds": check}
    return whole.model_copy(update={"tiers": tiers, "health": whole.health.model_copy(update=waits)})


def tiered(
    whole: ModelsConfig, key_of: Callable[[str], str | None] = lambda _name: None, **tiers: object
) -> TieredModel:
    """Return tiers whose servers are given as addresses, one or a list."""
    listed = {tier: [given] if isinstance(given, str) else given for tier, given in tiers.items()}
    backends = [BackendSettings(tier=tier, place=place) for tier, places in listed.items() for place in places]
    model = open_tiers(backends, whole, key_of)
    assert model is not None
    return model


def task(complexity: float = 0.0, least_tokens: int = 10, seen: list[int] | None = None) -> Task[str]:
    """Return a task whose reply is taken as it is, unless it says "bad"."""

    def read(text: str) -> str:
        if "bad" in text:
            raise DataError("a bad reply")
        return text

    def draft(tokens: int) -> Draft[str]:
        if seen is not None:
            seen.append(tokens)
        return Draft(Prompt("Reply.", "Hello.", {"type": "object"}, "none"), read)

    return Task(complexity, least_tokens, draft)


class Scripted:
    """A backend that answers as it is told: a text, or an error to raise."""

    is_remote = True

    def __init__(self, name: str, *replies: str | Exception) -> None:
        self.name = name
        self.replies = list(replies)
        self.asked = 0
        self.probed = 0

    def complete(self, prompt: Prompt, timeout: float, listen: Listener | None = None) -> Completion:
        self.asked += 1
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        return Completion(reply, self.name, 0.5, completion_tokens=10)

    def probe(self, timeout: float) -> str:
        self.probed += 1
        if isinstance(self.replies[0], Exception):
            raise self.replies[0]
        return self.name

    def close(self) -> None:
        pass
