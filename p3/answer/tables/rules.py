"""What rows of statements are called, read from common/config/statement_rows.toml."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from p3.errors import ConfigurationError

_FILE = "statement_rows.toml"

Sign = Literal["signed", "amount", "against"]


@dataclass(frozen=True, slots=True)
class Addend:
    """A term of a derived item: added or subtracted, and whether it may be absent."""

    item: str
    factor: int
    optional: bool


Sum = tuple[Addend, ...]


@dataclass(frozen=True, slots=True)
class Under:
    """A row whose label says little, under a heading that says what it is."""

    label: re.Pattern[str]
    heading: re.Pattern[str]
    exclude: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class RowRule:
    """How the rows of an item are told; see the head of the file for each field."""

    item: str
    statement: str
    patterns: tuple[re.Pattern[str], ...]
    exclude: re.Pattern[str] | None
    zone: str | None
    under: tuple[Under, ...]
    beside: re.Pattern[str] | None
    after: str | None
    adds: bool
    complete: re.Pattern[str] | None
    unit: str
    sign: Sign
    derive: Sum
    internal: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """Two sums that are equal but for rounding, ``within`` so many units of the statement's scale.

    ``spoils`` are further items that are not to be trusted where they are not.
    """

    left: Sum
    right: Sum
    within: float
    spoils: Sum


@dataclass(frozen=True, slots=True)
class Rules:
    """The items in the order of the file, and the identities between them."""

    items: tuple[RowRule, ...]
    identities: tuple[Identity, ...]


@cache
def load_rules() -> Rules:
    """Return the rules. Raises ConfigurationError where the file is not what its head says."""
    text = (files("p3.common") / "config" / _FILE).read_text(encoding="utf-8")
    try:
        return build(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, KeyError, ValueError, re.error) as error:
        raise ConfigurationError(f"{_FILE}: {error}", "Restore common/config/statement_rows.toml.") from error


def build(config: dict[str, Any]) -> Rules:
    """Build the rules from the file's tables. Raises ValueError for a name that no item has."""
    items = tuple(_rule(name, row) for name, row in config["items"].items())
    identities = tuple(
        Identity(_sum(row["left"]), _sum(row["right"]), float(row["within"]), _sum(row.get("spoils", "")))
        for row in config["identities"]
    )
    sides = [side for each in identities for side in (each.left, each.right, each.spoils)]
    sums = [rule.derive for rule in items] + sides
    known = {rule.item for rule in items}
    if unknown := {term.item for terms in sums for term in terms} - known:
        raise ValueError(f"no item is called {', '.join(sorted(unknown))}")
    return Rules(items, identities)


def _rule(name: str, row: dict[str, Any]) -> RowRule:
    return RowRule(
        item=name,
        statement=row["statement"],
        patterns=tuple(re.compile(pattern) for pattern in row["patterns"]),
        exclude=re.compile(row["exclude"]) if "exclude" in row else None,
        zone=row.get("zone"),
        under=tuple(_under(each) for each in row.get("under", ())),
        beside=re.compile(row["beside"]) if "beside" in row else None,
        after=row.get("after"),
        adds=row.get("sum", False),
        complete=re.compile(row["complete"]) if "complete" in row else None,
        unit=row.get("unit", "money"),
        sign=row.get("sign", "signed"),
        derive=_sum(row["derive"]) if "derive" in row else (),
        internal=row.get("internal", False),
    )


def _under(row: dict[str, str]) -> Under:
    return Under(re.compile(row["label"]), re.compile(row["heading"]), re.compile(row["heading_exclude"]))


def _sum(formula: str) -> Sum:
    terms = re.findall(r"([+-])?\s*([a-z_]+)(\?)?", formula)
    return tuple(Addend(name, -1 if sign == "-" else 1, bool(optional)) for sign, name, optional in terms)
