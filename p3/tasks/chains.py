"""How answers came about, and answering again from the same data."""

from dataclasses import replace
from typing import Any

from p3 import clock
from p3.data.chains import ChainBook
from p3.errors import ExitCode, UsageError
from p3.shapes import Ask, Chain, Chains, Replay
from p3.tasks.asker import Asker
from p3.tasks.reviews import review_of
from p3.workflow.result import Result
from p3.workflow.session import Session

_ITS_OWN = ("reasoning_id", "seconds", "cached")  # what tells two answers apart that are the same


def required(reasoning_id: str | None) -> str:
    """Return the id. Raises UsageError where none was given."""
    if not reasoning_id:
        raise UsageError("no answer is named", "Name one as `p3 ask` or `p3 chain list` prints it.")
    return reasoning_id


def show_all(session: Session, most: int) -> Result:
    """Return the newest chains."""
    return Result(Chains(chains=[_shape(session, chain) for chain in ChainBook(session.store.ledger).newest(most)]))


def show(session: Session, reasoning_id: str) -> Result:
    """Return one chain. Raises UsageError for an unknown one."""
    return Result(Chains(chains=[_shape(session, _chain(session, reasoning_id))]))


def replay(session: Session, reasoning_id: str) -> Result:
    """Return the answer that the same versions of the data give now, beside that given then.

    The chain of the second answer is kept too. Raises InputMissingError where a version is no longer held.
    """
    chain = _chain(session, reasoning_id)
    then = Ask(**chain["answer"])
    store, as_of = session.store.at(chain["versions"]), clock.parse_as_of(chain["as_of"])
    with Asker(replace(session, store=store, as_of=as_of, pinned=as_of), remember=False, queue=False) as asker:
        now = asker.ask(then.question, chain["steps"].get("ciks", []))
    differs = [name for name in Ask.model_fields if name not in _ITS_OWN and getattr(then, name) != getattr(now, name)]
    return Result(Replay(then=then, now=now, differs=differs), ExitCode.DATA if differs else ExitCode.DONE)


def _chain(session: Session, reasoning_id: str) -> dict[str, Any]:
    chain = ChainBook(session.store.ledger).find(reasoning_id)
    if chain is None:
        raise UsageError(f"no answer {reasoning_id[:60]!r}", "See `p3 chain list`.")
    return chain


def _shape(session: Session, chain: dict[str, Any]) -> Chain:
    return Chain(
        run_id=chain["run_id"],
        created=chain["created"],
        ask=Ask(**chain["answer"]),
        steps=chain["steps"],
        versions=chain["versions"],
        review=review_of(session, chain["reasoning_id"]),
    )
