"""The view of `p3 models`: the tiers, what stands in them, and how that does."""

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views.parts import heading, indented, one_line, remark
from p3.shapes import ModelBackend, ModelBench, Models, ModelStatus, ModelTier

_MEBIBYTE = 1 << 20


def render(data: Models) -> list[RenderableType]:
    """Return one entry a tier, the models below it."""
    parts: list[RenderableType] = [part for tier in data.tiers for part in _tier(tier)]
    return [*parts, Text(), remark(f"Listed in {data.source}")]


def _tier(tier: ModelTier) -> list[RenderableType]:
    parts: list[RenderableType] = [
        heading(tier.tier),
        remark(f"complexity from {tier.from_score:g}, {tier.context_tokens:,} tokens, {tier.timeout:g} s a reply"),
    ]
    if not tier.backends:
        parts.append(indented(Text("no model"), 2))
    for backend in tier.backends:
        parts += _backend(backend)
    return parts


def _backend(backend: ModelBackend) -> list[RenderableType]:
    said = [backend.name, backend.place]
    if backend.key is not None:
        said.append(f"key {backend.key}" + ("" if backend.key_set else " (not set)"))
    parts: list[RenderableType] = [indented(one_line("  ".join(part for part in said if part), "bold"), 2)]
    if backend.status is not None:
        parts.append(indented(_status(backend.status), 4))
        if backend.status.remedy:
            parts.append(indented(one_line(f"→ {backend.status.remedy}"), 4))
    if backend.bench is not None:
        parts.append(indented(_bench(backend.bench), 4))
    return parts


def _status(status: ModelStatus) -> Text:
    if not status.reachable:
        return Text.assemble(("no  ", "bold red"), one_line(status.detail))
    facts = [status.model or "", _seconds(status.seconds, "in"), _memory(status.memory)]
    return Text.assemble(("ok  ", "green"), one_line(", ".join(fact for fact in facts if fact)))


def _bench(bench: ModelBench) -> Text:
    if bench.failure is not None:
        return Text.assemble(("no  ", "bold red"), one_line(bench.failure))
    facts = [
        f"{bench.tokens_per_second:,.1f} tokens a second" if bench.tokens_per_second is not None else "",
        _seconds(bench.first_token_seconds, "first token after"),
        _seconds(bench.seconds, "whole reply in"),
        f"{bench.completion_tokens:,} tokens" if bench.completion_tokens is not None else "",
        _memory(bench.memory),
    ]
    return Text.assemble(("ok  ", "green"), one_line(", ".join(fact for fact in facts if fact)))


def _seconds(seconds: float | None, said: str) -> str:
    return "" if seconds is None else f"{said} {seconds:.2f} s"


def _memory(memory: int | None) -> str:
    return "" if memory is None else f"{memory / _MEBIBYTE:,.0f} MiB"
