"""The vocabulary of questions, read from common/config/metrics.toml: phrases to line items, metrics and markers."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from p3.answer.expression import Expression, Operand, parse, shift, transform
from p3.errors import ConfigurationError

_FILE = "metrics.toml"


@dataclass(frozen=True, slots=True)
class Term:
    """A quantity that can be asked for. ``unit`` None: the unit that the arithmetic gives."""

    name: str
    expression: Expression
    percent: bool = False
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """``phrases`` maps words to (kind, name): kind is ``term``, a marker's name, or ``filler``.

    ``cash_flows`` are the terms that are paid or received in cash.
    """

    terms: dict[str, Term]
    phrases: dict[str, tuple[str, str]]
    assumed: frozenset[str]
    not_numeric: frozenset[str]
    longest: int
    cash_flows: frozenset[str] = frozenset()


@cache
def load_lexicon() -> Lexicon:
    """Return the vocabulary. Raises ConfigurationError where the file contradicts itself."""
    text = (files("p3.common") / "config" / _FILE).read_text(encoding="utf-8")
    try:
        return build(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        raise ConfigurationError(f"{_FILE}: {error}", "Restore common/config/metrics.toml.") from error


def build(config: dict[str, Any]) -> Lexicon:
    """Build the vocabulary from the file's tables. Raises ValueError for a phrase with two meanings or an unknown
    name.
    """
    items, metrics, words = config["items"], config["metrics"], dict(config["words"])
    first_words = frozenset(words.pop("not_numeric"))
    terms = {name: Term(name, parse(name)) for name in items}
    for name, row in metrics.items():
        terms[name] = _metric(name, row, terms)
    phrases: dict[str, tuple[str, str]] = {}
    for name, row in (items | metrics).items():
        _add(phrases, row["phrases"], ("term", name))
    for kind, members in words.items():
        _add(phrases, members, (kind, kind))
    assumed = frozenset(phrase for row in (items | metrics).values() for phrase in row.get("assumed", ()))
    longest = max(len(phrase.split()) for phrase in phrases)
    cash_flows = frozenset(name for name, row in (items | metrics).items() if row.get("cash_flow"))
    return Lexicon(terms, phrases, assumed, first_words, longest, cash_flows)


def _metric(name: str, row: dict[str, Any], known: dict[str, Term]) -> Term:
    def definition(operand: Operand) -> Expression:
        if operand.optional:
            return operand
        return shift(known[operand.item].expression, operand.years)

    return Term(name, transform(parse(row["formula"]), definition), row.get("percent", False), row.get("unit"))


def _add(phrases: dict[str, tuple[str, str]], members: Iterable[str], meaning: tuple[str, str]) -> None:
    for phrase in members:
        if phrases.setdefault(phrase, meaning) != meaning:
            raise ValueError(f"{phrase!r} means both {phrases[phrase][1]} and {meaning[1]}")
