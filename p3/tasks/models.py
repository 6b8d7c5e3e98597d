"""The language models in their tiers: which there are, whether they answer, and how quickly."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from p3 import clock
from p3.answer.models import gguf
from p3.answer.models.config import BackendSettings, backend_of, is_address, load_config, tier_of
from p3.answer.models.protocol import Prompt
from p3.answer.models.tiers import open_backend
from p3.errors import ConfigurationError, ExitCode, P3Error, UsageError
from p3.shapes import ModelBackend, ModelBench, Models, ModelStatus, ModelTier
from p3.tasks import model_tiers
from p3.tasks.model_tiers import Configured
from p3.workflow.result import Result
from p3.workflow.session import Session

_TOGETHER = 8  # servers looked at, at once
_PROSE = "Revenue rose because customers bought more of what the company makes, and costs rose more slowly. " * 12
_SUMMARY = {
    "type": "object",
    "properties": {"summary": {"type": "string", "maxLength": 240}},
    "required": ["summary"],
}
_BENCH = Prompt("Summarise the text in one sentence, as JSON.", _PROSE, _SUMMARY, "bench")


@dataclass(frozen=True)
class _Said:
    """What a look or a measurement found; nothing where neither was asked for."""

    status: ModelStatus | None = None
    bench: ModelBench | None = None


def show(session: Session) -> Result:
    """Return the tiers and what stands in them; nothing is asked or loaded."""
    found = model_tiers.configured(session.settings.language_model)
    return Result(_shape(found, None), notes=_notes(found))


def status(session: Session) -> Result:
    """Look at every model: whether it can be reached, what it calls itself, and how much memory a file needs."""
    found = model_tiers.configured(session.settings.language_model)
    with ThreadPoolExecutor(_TOGETHER) as pool:
        said = list(pool.map(lambda backend: _look(backend, found), found.backends))
    shape = _shape(found, [_Said(status=each) for each in said])
    return _result(found, shape, all_well=all(each.reachable for each in said))


def bench(session: Session) -> Result:
    """Have every model write the same summary, one after another, and return what that took."""
    found = model_tiers.configured(session.settings.language_model)
    said = [_measure(backend, found) for backend in found.backends]
    shape = _shape(found, [_Said(bench=each) for each in said])
    return _result(found, shape, all_well=all(each.failure is None for each in said))


def add(session: Session, words: Sequence[str], name: str, key_env: str, style: str) -> Result:
    """List a model, ``words`` being its place, or its tier and its place; return what is listed then.

    Raises UsageError for words that make no sense and for a file that is no model.
    """
    config = load_config()
    *tiers, place = words or [""]
    if not place or len(tiers) > 1:
        raise UsageError("name a GGUF file or a server's URL, and a tier before it", "p3 models add q4 model.gguf")
    if not is_address(place):
        place = _checked_file(place)
    values = {"tier": tiers[0] if tiers else _guessed(place), "place": place, "name": name, "key_env": key_env}
    backend = backend_of({**values, "format": style}, config)
    model_tiers.add(backend, config)
    found = model_tiers.configured(session.settings.language_model)
    return Result(_shape(found, None), notes=(f"{place} is in tier {backend.tier}; `p3 models status` looks at it.",))


def _checked_file(place: str) -> str:
    """Return the whole path of a file that begins as a GGUF file does."""
    path = Path(place).expanduser().resolve()
    try:
        gguf.check(path)
    except ConfigurationError as error:
        raise UsageError(error.message, "Name a GGUF file, or a URL such as http://host:port/v1.") from error
    return str(path)


def _guessed(place: str) -> str:
    config = load_config()
    tier = None if is_address(place) else tier_of(Path(place).name, config)
    if tier is None:
        raise UsageError("its name does not tell the tier", f"Write it before: {', '.join(config.tiers)}.")
    return tier


def _look(backend: BackendSettings, found: Configured) -> ModelStatus:
    opened, started = open_backend(backend, found.config, found.key_of), clock.monotonic()
    try:
        model = opened.probe(found.config.health.probe_timeout)
    except P3Error as error:
        return ModelStatus(
            reachable=False, model=None, seconds=None, memory=None, detail=error.message, remedy=error.remedy
        )
    finally:
        opened.close()
    memory = None if is_address(backend.place) else Path(backend.place).expanduser().stat().st_size
    seconds = round(clock.monotonic() - started, 4)
    return ModelStatus(reachable=True, model=model, seconds=seconds, memory=memory, detail="", remedy="")


def _measure(backend: BackendSettings, found: Configured) -> ModelBench:
    opened = open_backend(backend, found.config, found.key_of)
    timeout = found.config.tiers[backend.tier].timeout
    try:
        written = opened.complete(_BENCH, timeout, listen=lambda _piece: None)
    except P3Error as error:
        return ModelBench(failure=error.message)
    finally:
        opened.close()
    speed, first = written.tokens_per_second, written.first_token_seconds
    return ModelBench(
        failure=None,
        model=written.model,
        seconds=round(written.seconds, 4),
        first_token_seconds=None if first is None else round(first, 4),
        prompt_tokens=written.prompt_tokens,
        completion_tokens=written.completion_tokens,
        tokens_per_second=None if speed is None else round(speed, 2),
        memory=written.memory,
    )


def _shape(found: Configured, said: Sequence[_Said] | None) -> Models:
    told = said or [_Said()] * len(found.backends)
    shapes = [
        (backend.tier, _backend(backend, found, each)) for backend, each in zip(found.backends, told, strict=True)
    ]
    return Models(
        source=found.source,
        tiers=[
            ModelTier(
                tier=name,
                from_score=tier.from_score,
                context_tokens=tier.context_tokens,
                timeout=tier.timeout,
                backends=[shape for of, shape in shapes if of == name],
            )
            for name, tier in found.config.tiers.items()
        ],
    )


def _backend(backend: BackendSettings, found: Configured, said: _Said) -> ModelBackend:
    return ModelBackend(
        name=backend.name,
        place=backend.place,
        format=backend.format,
        key=backend.key_env or None,
        key_set=bool(found.key_of(backend.key_env)) if backend.key_env else None,
        status=said.status,
        bench=said.bench,
    )


def _result(found: Configured, shape: Models, *, all_well: bool) -> Result:
    return Result(shape, ExitCode.DONE if all_well else ExitCode.PARTIAL, _notes(found))


def _notes(found: Configured) -> tuple[str, ...]:
    none = "No model is configured: answers are computed or quoted. Add one: p3 models add PATH-or-URL."
    return () if found.backends else (none,)
