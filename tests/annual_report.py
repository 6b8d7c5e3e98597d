"""Line items of one invented annual report."""

import polars as pl
from fact_rows import facts, filing

from p3.facts.resolve import resolve
from p3.facts.rules import load_rules

YEAR, END = ("2024-01-01", "2024-12-31"), (None, "2024-12-31")
MAKER = "3711"
IFRS = "ifrs-full"


def items(sic: str, lines: dict[str, float], taxonomy: str = "us-gaap", form: str = "10-K") -> dict[str, float]:
    """Return the line items of one annual report, of which ``lines`` names flows; a balance has "@" before it."""
    rows = [
        (name.removeprefix("@"), *(END if name.startswith("@") else YEAR), value, *_unit(name))
        for name, value in lines.items()
    ]
    table = facts(filing(form, "2025-02-20", *rows, taxonomy=taxonomy))
    found = resolve(table, load_rules(), sic).filter(pl.col("duration").is_in(["annual", "instant"]))
    return dict(found.select("item", "value").rows())


def _unit(name: str) -> tuple[str, ...]:
    if "PerShare" in name or "PerBasicShare" in name:
        return ("USD/shares",)
    return ("shares",) if "WeightedAverage" in name else ()
