"""What holds between the items of one fiscal year: charges' signs, derived items, identities."""

from collections.abc import Mapping
from dataclasses import replace

from p3.answer.tables.rules import Identity, Rules, Sum
from p3.facts.view import Item

_SLACK = 0.001  # share of an amount that small lines between two totals may make up


def prefer(items: Mapping[str, Item], rules: Rules) -> dict[str, Item]:
    """Return the items with those in the place of others that go first where they are found."""
    first = {rule.item: items.get(rule.after) for rule in rules.items if rule.after}
    return dict(items) | {name: item for name, item in first.items() if item is not None}


def turn_charges(items: Mapping[str, Item], rules: Rules) -> dict[str, Item]:
    """Return the items with charges that are printed with either sign as positive expenses and negative benefits.

    A negative one of which no income tells the sense is left out.
    """
    turned = dict(items)
    for rule in rules.items:
        if rule.sign == "against" and rule.item in items:
            value = _charge(items[rule.item].value, items)
            if value is None:
                del turned[rule.item]
            else:
                turned[rule.item] = replace(items[rule.item], value=value)
    return turned


def _charge(value: float, items: Mapping[str, Item]) -> float | None:
    before = items.get("pretax_income")
    after = items.get("consolidated_net_income") or items.get("net_income")
    if before is None or after is None:
        return value if value >= 0 else None
    return min((value, -value), key=lambda charge: abs(before.value - charge - after.value))


def add_derived(items: Mapping[str, Item], rules: Rules) -> dict[str, Item]:
    """Return the items with those that sums of others give, where no row does."""
    found = dict(items)
    for _ in range(len(rules.items)):
        new = {
            rule.item: item
            for rule in rules.items
            if rule.item not in found and rule.derive and (item := _derived(rule.derive, found)) is not None
        }
        if not new:
            break
        found |= new
    return found


def _derived(formula: Sum, items: Mapping[str, Item]) -> Item | None:
    parts = [(term.factor, items[term.item]) for term in formula if term.item in items]
    if any(term.item not in items and not term.optional for term in formula):
        return None
    named = [term for term in formula if term.item in items]
    text = " ".join(f"{'-' if term.factor < 0 else '+'} {term.item}" for term in named).removeprefix("+ ")
    return Item(
        sum(factor * item.value for factor, item in parts),
        parts[0][1].unit,
        tuple(dict.fromkeys(source for _, item in parts for source in item.sources)),
        text,
        max(item.known_from for _, item in parts),
    )


def drop_contradicted(items: Mapping[str, Item], rules: Rules, scale: float) -> dict[str, Item]:
    """Return the items without those of an identity that does not hold; ``scale`` is what amounts are rounded to."""
    sound = dict(items)
    for identity in rules.identities:
        if not _holds(identity, items, scale):
            for term in (*identity.left, *identity.right, *identity.spoils):
                sound.pop(term.item, None)
    return sound


def _holds(identity: Identity, items: Mapping[str, Item], scale: float) -> bool:
    left, right = _derived(identity.left, items), _derived(identity.right, items)
    if left is None or right is None:
        return True
    return abs(left.value - right.value) <= identity.within * scale + _SLACK * abs(left.value)
