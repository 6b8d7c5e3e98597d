"""The view of `p3 chain`: the answer, then each step that led to it, or two answers beside each other."""

import json

from rich.console import RenderableType
from rich.text import Text

from p3.cli.views import ask
from p3.cli.views.parts import heading, indented, one_line, remark
from p3.shapes import Chain, Chains, Replay
from p3.wording import day, few, name


def render(data: Chains | Replay) -> list[RenderableType]:
    """Return one line a chain where there are several, all of it where there is one."""
    if isinstance(data, Replay):
        return _replay(data)
    if not data.chains:
        return [Text("No question has been asked yet.")]
    if len(data.chains) == 1:
        return _whole(data.chains[0])
    return [part for chain in data.chains for part in _listed(chain)]


def _listed(chain: Chain) -> list[RenderableType]:
    asked = chain.ask
    return [
        Text.assemble(one_line(asked.reasoning_id, "bold"), "  ", one_line(asked.question)),
        indented(one_line(asked.answer), 2),
        indented(remark(f"{asked.status} by {asked.tier}, {day(chain.created)}"), 2),
    ]


def _whole(chain: Chain) -> list[RenderableType]:
    parts = [Text.assemble(one_line(chain.ask.question, "bold")), *ask.render(chain.ask), heading("How")]
    for step, said in chain.steps.items():
        parts.append(one_line(name(step), "bold"))
        parts += [indented(one_line(line), 2) for line in _lines(said)]
    versions = few([f"{table} {version}" for table, version in sorted(chain.versions.items())], 20)
    parts.append(remark(f"run {chain.run_id}, {day(chain.created)}; data versions: {versions}"))
    if chain.review is not None:
        parts.append(remark(f"review: {chain.review.status}"))
    return parts


def _lines(said: object) -> list[str]:
    if isinstance(said, dict):
        return [f"{name(key)}: {_text(value)}" for key, value in said.items()]
    return [_text(each) for each in said] if isinstance(said, list) else [_text(said)]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _replay(data: Replay) -> list[RenderableType]:
    if not data.differs:
        return [Text("The same answer."), *ask.render(data.now)]
    differs = remark(f"differs in {few(data.differs)}")
    return [heading("Then"), *ask.render(data.then), heading("Now"), *ask.render(data.now), differs]
