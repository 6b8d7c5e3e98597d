"""The line item rules, read from ``common/config/line_items.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from p3.errors import ConfigurationError
from p3.facts.formula import Formula, parse

KINDS = ("flow", "stock", "cover")
UNITS = ("money", "shares", "per_share")
_KEYS = {"kind", "unit", "signed", "internal", "formulas", "derive", "check"}


@dataclass(frozen=True)
class ItemRule:
    """How one line item is read.

    ``by_industry`` replaces ``formulas`` for companies of that industry. Of several formulas that a filing lets speak,
    one that agrees with ``check`` goes first. An ``internal`` item only serves the identities.
    """

    name: str
    kind: str
    unit: str
    signed: bool
    internal: bool
    formulas: tuple[Formula, ...]
    derive: tuple[Formula, ...]
    check: Formula | None
    by_industry: Mapping[str, tuple[Formula, ...]]

    @property
    def additive(self) -> bool:
        """Whether periods of the item add up to longer ones."""
        return self.kind == "flow" and self.unit == "money"

    def formulas_for(self, industry: str | None) -> tuple[Formula, ...]:
        """Return the formulas in order of preference for a company of ``industry``."""
        return self.by_industry.get(industry, self.formulas) if industry else self.formulas


@dataclass(frozen=True)
class Rules:
    """All line items, the forms that count, and the industries that differ."""

    items: tuple[ItemRule, ...]
    forms: frozenset[str]
    annual_forms: frozenset[str]
    industries: Mapping[str, tuple[str, ...]]

    def industry(self, sic: str | None) -> str | None:
        """Return the industry of a SIC code, None where the general rules apply."""
        if sic is None:
            return None
        return next((name for name, heads in self.industries.items() if sic.startswith(heads)), None)

    def concepts(self, industry: str | None) -> frozenset[str]:
        """Return every concept that the formulas of ``industry`` may read."""
        formulas = [formula for item in self.items for formula in item.formulas_for(industry)]
        checks = [item.check for item in self.items if item.check]
        return frozenset().union(*(formula.names for formula in (*formulas, *checks)))


@cache
def load_rules() -> Rules:
    """Return the bundled rules. Raises ConfigurationError where the file breaks its own grammar."""
    text = (files("p3.common") / "config" / "line_items.toml").read_text(encoding="utf-8")
    return parse_rules(text)


def parse_rules(text: str) -> Rules:
    """Return the rules that a TOML text holds. Raises ConfigurationError where it is malformed."""
    try:
        raw = tomllib.loads(text)
        industries = {name: tuple(heads) for name, heads in raw["industries"].items()}
        items = tuple(_item(name, table, industries) for name, table in raw["items"].items())
        return Rules(items, frozenset(raw["forms"]), frozenset(raw["annual_forms"]), industries)
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise ConfigurationError(f"the line item rules are malformed: {error}", "Restore line_items.toml.") from error


def _item(name: str, table: Mapping[str, Any], industries: Mapping[str, tuple[str, ...]]) -> ItemRule:
    if table["kind"] not in KINDS or table["unit"] not in UNITS:
        raise ConfigurationError(
            f"line item {name} has kind {table['kind']!r} and unit {table['unit']!r}",
            f"Use a kind of {', '.join(KINDS)} and a unit of {', '.join(UNITS)} in line_items.toml.",
        )
    unknown = table.keys() - _KEYS - industries.keys()
    if unknown:
        raise ConfigurationError(
            f"line item {name} has unknown keys {', '.join(sorted(unknown))}",
            f"Use {', '.join(sorted(_KEYS))} or an industry in line_items.toml.",
        )
    return ItemRule(
        name=name,
        kind=table["kind"],
        unit=table["unit"],
        signed=table.get("signed", False),
        internal=table.get("internal", False),
        formulas=tuple(map(parse, table["formulas"])),
        derive=tuple(map(parse, table.get("derive", ()))),
        check=parse(table["check"]) if "check" in table else None,
        by_industry={label: tuple(map(parse, table[label])) for label in industries if label in table},
    )
