"""Tiers of models as one: the complexity of a task chooses the tier, its length can raise it, and what fails is
followed by the next, down the chain and then up.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Self, TypeVar

from p3 import clock
from p3.answer.models.config import BackendSettings, ModelsConfig, is_address
from p3.answer.models.llama import LlamaBackend
from p3.answer.models.pool import Member, Pool
from p3.answer.models.protocol import Attempt, Backend, Completion, Listener, NoReplyError, Reply, Task
from p3.answer.models.server import ServerBackend
from p3.answer.models.watch import watched
from p3.errors import ConfigurationError, DataError, UpstreamError

T = TypeVar("T")
KeyOf = Callable[[str], str | None]


def open_backend(settings: BackendSettings, config: ModelsConfig, key_of: KeyOf) -> Backend:
    """Return the model that ``settings`` name; nothing is loaded or asked yet. ``key_of`` finds a key by its name."""
    if is_address(settings.place):
        return ServerBackend(settings, config.request, key_of(settings.key_env) if settings.key_env else None)
    return LlamaBackend(settings, config.request, config.tiers[settings.tier].context_tokens)


def open_tiers(backends: Sequence[BackendSettings], config: ModelsConfig, key_of: KeyOf) -> "TieredModel | None":
    """Return the tiers with their models, None where no tier has any: answers are computed or quoted then."""
    if not backends:
        return None
    opened: dict[str, list[Backend]] = {tier: [] for tier in config.tiers}
    for each in backends:
        opened[each.tier].append(open_backend(each, config, key_of))
    return TieredModel(opened, config)


class TieredModel:
    """The tiers of ``config`` with their backends. Threads may share it; as a context manager it watches servers."""

    def __init__(
        self, backends: dict[str, list[Backend]], config: ModelsConfig, now: Callable[[], float] = clock.monotonic
    ) -> None:
        self._config = config
        self.pool = Pool({tier: backends.get(tier, []) for tier in config.tiers}, config.health, now)
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._open.enter_context(watched(self.pool, self._config.health.probe_timeout))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        for backend in self.pool.backends():
            backend.close()

    def complete(self, task: Task[T], listen: Listener | None = None) -> Reply[T]:
        """Return the first reply of use, with every attempt that led to it. Raises NoReplyError.

        ``listen`` hears the drafts of models that fail later as well.
        """
        attempts: list[Attempt] = []
        for tier in self._order(task):
            for attempt, value in self._attempts(tier, task, listen):
                attempts.append(attempt)
                if attempt.failure is None:
                    assert value is not None
                    return Reply(value, tuple(attempts))
        raise NoReplyError(tuple(attempts))

    def prompt_tokens(self, tier: str) -> int:
        """Return the tokens that a tier's context leaves for the prompt."""
        return max(self._config.tiers[tier].context_tokens - self._config.request.max_tokens, 0)

    def _order(self, task: Task[T]) -> list[str]:
        """Return the tiers in which ``task`` fits, or the one with the longest context where it fits none.

        The lowest that is able enough comes first, then those below it from the top, then those above it.
        """
        tiers = list(self._config.tiers)
        able = [self._config.tiers[tier].from_score <= task.complexity for tier in tiers]
        fitting = [tier for tier in tiers if self.prompt_tokens(tier) >= task.least_tokens]
        if not fitting:
            return [max(tiers, key=self.prompt_tokens)]
        chosen = tiers[sum(able) - 1]
        first = next((tier for tier in fitting if tiers.index(tier) >= tiers.index(chosen)), fitting[-1])
        at = fitting.index(first)
        return [first, *reversed(fitting[:at]), *fitting[at + 1 :]]

    def _attempts(self, tier: str, task: Task[T], listen: Listener | None) -> Iterator[tuple[Attempt, T | None]]:
        """Yield one attempt a backend of ``tier``, each asked at most once, then those that were not asked."""
        members = self.pool.members(tier)
        if not members:
            yield Attempt(tier, "", "the tier has no model"), None
        tried: set[Member] = set()
        for _ in members:
            with self.pool.taken(tier, tried) as member:
                if member is None:
                    break
                tried.add(member)
                made = self._attempt(tier, member, task, listen)
            yield made
        for member in members:
            if member not in tried:
                why = f"not asked for {self.pool.resting(member):.1f} s more: {member.reason}"
                yield Attempt(tier, member.backend.name, why), None

    def _attempt(self, tier: str, member: Member, task: Task[T], listen: Listener | None) -> tuple[Attempt, T | None]:
        """Ask one backend. One that does not answer is sick; one whose reply is of no use is not."""
        draft = task.draft(self.prompt_tokens(tier))
        attempt = Attempt(tier, member.backend.name, template=draft.prompt.template)
        started = clock.monotonic()
        try:
            written = member.backend.complete(draft.prompt, self._config.tiers[tier].timeout, listen)
            self.pool.answered(member, written.seconds)
            attempt = _told(attempt, written)
            return attempt, draft.read(written.text)
        except (UpstreamError, ConfigurationError) as error:
            self.pool.failed(member, error.message)
            failure = error.message
        except DataError as error:
            failure = error.message
        if listen is not None:
            listen(f"\n[{member.backend.name}: {failure}]\n")
        seconds = attempt.seconds or round(clock.monotonic() - started, 4)
        return replace(attempt, failure=failure, seconds=seconds), None


def _told(attempt: Attempt, written: Completion) -> Attempt:
    """Return the attempt with what the completion cost; seconds to a tenth of a millisecond."""
    first, speed = written.first_token_seconds, written.tokens_per_second
    return replace(
        attempt,
        model=written.model,
        seconds=round(written.seconds, 4),
        first_token_seconds=None if first is None else round(first, 4),
        prompt_tokens=written.prompt_tokens,
        completion_tokens=written.completion_tokens,
        tokens_per_second=None if speed is None else round(speed, 2),
        memory=written.memory,
    )
