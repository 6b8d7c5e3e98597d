"""Look-ahead: absurd rows known one microsecond after the as-of change no byte of what any command says of that as-of.

Two copies of one tree, one of them poisoned, answer the same commands. Left out of the comparison is only what differs
between any two runs of the same command: ``run_id``, ``seconds``, ``reasoning_id`` and the path of the ``report``.
"""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from flow.command import p3
from flow.trees import SampleTree, assert_whole, sample_tree

from p3 import clock
from p3.data.store import Store
from p3.data.tables import ACTIONS, FACTS, FILINGS, LINE_ITEMS, PRICES, RATES, Table

UNLIKE_IN_ANY_TWO_RUNS = {"run_id", "seconds", "reasoning_id", "report"}
RESOLVE_ANEW = (
    "facts",
    "f2",
    "--force",
)  # from poisoned facts; it counts all rows, those of later too, so it is run and not compared
COMMANDS: list[tuple[str, ...]] = [
    ("facts", "NVDA"),
    ("dcf", "f2", "--force"),
    ("backtest", "f2", "--force"),
    ("trade", "f2", "--force"),
    ("ask", "What was NVIDIA's revenue in fiscal 2024?"),
    ("search", "NVIDIA data center revenue growth", "-k", "8"),
    RESOLVE_ANEW,
    ("facts", "NVDA"),
    ("dcf", "f2", "--force"),
]
MORE: list[tuple[str, ...]] = [
    ("facts", "MSFT", "--quarterly"),
    ("facts", "NVDA", "--ttm"),
    ("ask", "What was NVIDIA's revenue in fiscal 2023?"),
    ("ask", "What risks does NVIDIA see in its supply of chips?"),
    ("ask", "How did Microsoft's operating margin change?"),
    ("search", "risk factors supply", "-k", "8"),
    ("backtest", "f2", "--force"),
]


def absurd(column: str) -> pl.Expr:
    return pl.col(column) * 1000 + 7


def later_line_items(held: pl.DataFrame, known: datetime) -> pl.DataFrame:
    """Every line item restated."""
    newest = held.unique(["cik", "item", "duration", "start", "end"], keep="any")
    return newest.with_columns(absurd("value"), known_from=pl.lit(known))


def later_facts(held: pl.DataFrame, known: datetime) -> pl.DataFrame:
    """Every fact filed anew."""
    newest = held.unique(["cik", "taxonomy", "concept", "unit", "start", "end"], keep="any")
    return newest.with_columns(
        absurd("value"), accession=pl.lit("9999999999-99-999999"), filed=pl.lit(known.date()), accepted=pl.lit(known)
    )


def later_filings(held: pl.DataFrame, known: datetime) -> pl.DataFrame:
    """Every filing amended."""
    return held.with_columns(
        accession=pl.col("accession") + "-X", filed=pl.lit(known.date()), accepted=pl.lit(known), form=pl.lit("10-K")
    )


def later_prices(held: pl.DataFrame, known: datetime) -> pl.DataFrame:
    """Bars of past days, and of days to come, that were known only later."""
    days = held.with_columns(absurd("open"), absurd("close"), date=pl.col("date") - timedelta(days=1))
    return days.with_columns(known_from=pl.max_horizontal("known_from", pl.lit(known)))


def later_actions(held: pl.DataFrame, known: datetime) -> pl.DataFrame:
    """Splits a thousand for one, of past days too, announced later."""
    days = pl.DataFrame({"date": [date(2021, 3, 5), date(2023, 6, 29), known.date() + timedelta(days=3)]})
    splits = held.select("ticker", "origin").unique().join(days, how="cross")
    return splits.select(
        "ticker", "date", pl.lit("split").alias("kind"), pl.lit(1000.0).alias("value"),
        pl.lit(known).alias("known_from"), "origin",
    )  # fmt: skip


def later_rates(held: pl.DataFrame, known: datetime) -> pl.DataFrame:
    """Interest rates of past days, published later."""
    days = held.with_columns(pl.lit(0.99).alias("value"), date=pl.col("date") - timedelta(days=1))
    return days.with_columns(known_from=pl.max_horizontal("known_from", pl.lit(known)))


POISONS: list[tuple[Table, Callable[[pl.DataFrame, datetime], pl.DataFrame]]] = [
    (LINE_ITEMS, later_line_items),
    (FACTS, later_facts),
    (FILINGS, later_filings),
    (PRICES, later_prices),
    (ACTIONS, later_actions),
    (RATES, later_rates),
]


def poison(tree: Path, known: datetime) -> None:
    """Add absurd rows known at ``known`` or later to every table that has a time of knowledge, and absurd passages."""
    store = Store(tree)
    for table, later in POISONS:
        held = store.rows(table)
        added = later(held, known).select(held.columns)
        rows = pl.concat([held, added], how="vertical_relaxed").unique(table.key, keep="first", maintain_order=True)
        assert rows.height > held.height, table.name
        store.tables.replace(table, held[table.owner].unique().to_list(), rows)
    _poison_passages(store, known)


def _poison_passages(store: Store, known: datetime) -> None:
    """Add to each company, five times over, its passages with absurd figures, as documents accepted later."""
    held = store.index.passages(None)
    copies = [
        held.with_columns(
            passage_id=pl.lit(f"poison{n}-") + pl.col("passage_id"),
            document_sha=pl.lit(f"poison{n}-") + pl.col("document_sha"),
            accession=pl.lit(f"9999999999-99-99999{n}"),
            accepted=pl.lit(known),
            period=pl.lit(known.date()),
            text=pl.lit("NVIDIA data center revenue growth supply risk factors 999,999 million. ") + pl.col("text"),
        )
        for n in range(5)
    ]
    rows = pl.concat([held, *copies], how="vertical_relaxed").select(held.columns)
    for cik in held["cik"].unique():
        store.index.replace(cik, rows.filter(pl.col("cik") == cik), store.index.model())


def said(tree: Path, commands: Sequence[tuple[str, ...]], as_of: str) -> list[str]:
    """Return what the commands print of ``as_of``, less what differs between any two runs."""
    texts = []
    for command in commands:
        ran = p3(tree, *command, "--as-of", as_of)
        assert ran.code == 0, f"{command}: {ran.stderr}"
        texts.append("" if command is RESOLVE_ANEW else json.dumps(_comparable(ran.json), indent=1))
    return texts


def _comparable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _comparable(each) for name, each in value.items() if name not in UNLIKE_IN_ANY_TWO_RUNS}
    return [_comparable(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("as_of", "commands"),
    [("2023-06-30", COMMANDS), pytest.param("2024-08-30", COMMANDS + MORE, marks=pytest.mark.slow)],
)
def test_what_became_known_later_changes_nothing(
    as_of: str, commands: list[tuple[str, ...]], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sample: SampleTree = sample_tree(tmp_path_factory.getbasetemp())
    clean, poisoned = sample.copy(tmp_path / "clean"), sample.copy(tmp_path / "poisoned")
    known = clock.end_of_day(date.fromisoformat(as_of)) + timedelta(microseconds=1)
    assert known.tzinfo is UTC
    poison(poisoned, known)
    assert_whole(poisoned)
    with ThreadPoolExecutor() as both:
        first, second = both.map(lambda tree: said(tree, commands, as_of), [clean, poisoned])
    for command, one, other in zip(commands, first, second, strict=True):
        assert one == other, command
    today = [p3(tree, "facts", "NVDA").json["periods"] for tree in (clean, poisoned)]
    assert today[0] != today[1]  # the poison is one: it shows as soon as it may
