"""`p3 facts`: statements, sources, restatements, checks and exports, on the sample, at any as-of."""

import csv
import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from p3 import clock
from p3.data.store import Store
from p3.data.tables import ACTIONS, FACTS, PRICES

P3 = Callable[..., Any]
AS_OF = date(2023, 6, 30)


@pytest.fixture(scope="module")
def without_prices(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample before any prices were fetched; not to be written to."""
    tree = tmp_path_factory.mktemp("priceless") / "tree"
    shutil.copytree(sample, tree)
    for table in (PRICES, ACTIONS):
        shutil.rmtree(tree / "facts" / "tables" / table.name)
    return tree


def document(ended: Any) -> Any:
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def eps(facts: Any) -> dict[str, tuple[float, float | None, float | None]]:
    values = {each["label"]: each["items"].get("eps_diluted") for each in facts["periods"]}
    return {
        label: (value["value"], value["split_adjusted"], value["split_factor"])
        for label, value in values.items()
        if value
    }


def test_share_data_as_filed_and_on_the_basis_of_the_as_of(p3: P3, sample: Path, without_prices: Path) -> None:
    """NVDA: 4 for 1 on 2021-07-20, 10 for 1 on 2024-06-10; fiscal 2021 was last stated in March 2022."""
    today = eps(document(p3("facts", "NVDA", "--json", "--data-dir", sample)))
    assert today["FY2021"] == (1.73, pytest.approx(0.173), 10.0)
    then = eps(document(p3("facts", "NVDA", "--as-of", "2021-07-20", "--json", "--data-dir", sample)))
    assert then["FY2021"] == (6.9, pytest.approx(1.725), 4.0)
    unknown = eps(document(p3("facts", "NVDA", "--json", "--data-dir", without_prices)))
    assert unknown["FY2021"] == (1.73, None, None)
    as_filed = eps(document(p3("facts", "NVDA", "--as-filed", "--json", "--data-dir", sample)))
    assert as_filed == unknown


def test_the_first_period_shown_keeps_its_growth(p3: P3, sample: Path) -> None:
    every = document(p3("facts", "MSFT", "--json", "--data-dir", sample))["periods"]
    (newest,) = document(p3("facts", "MSFT", "--last", "1", "--json", "--data-dir", sample))["periods"]
    assert newest == every[-1]
    assert set(newest["growth"]) == {"revenue", "net_income", "operating_cash_flow"}


def test_sources_are_on_the_terminal_and_the_json_stays(p3: P3, sample: Path) -> None:
    options = ("facts", "MSFT", "--quarterly", "--last", "2", "--as-of", "2024-08-30", "--data-dir", sample)
    assert p3(*options, "--sources", "--json").out == p3(*options, "--json").out
    text = p3(*options, "--sources").out
    assert "Sources of Q4 FY2024" in text
    assert "Sources of Q3 FY2024" in text
    assert "RevenueFromContractWithCustomerExcludingAssessedTax" in text
    assert "[1]  0000950170-24-087843  accepted 2024-07-30" in text


def test_restatements_tell_splits_from_other_changes(p3: P3, sample: Path, without_prices: Path) -> None:
    ended = document(p3("facts", "NVDA", "--restatements", "--json", "--data-dir", sample))
    found = {(each["label"], each["item"]): each for each in ended["histories"]}
    first, second = found["FY2021", "eps_diluted"]["versions"]
    assert (first["value"], first["cause"], first["change"]) == (6.9, "first", None)
    assert (second["value"], second["cause"], second["split_factor"]) == (1.73, "split", 4.0)
    assert (second["accession"], second["form"]) == ("0001045810-22-000036", "10-K")
    assert second["known_from"].startswith("2022-03-18")
    assert found["FY2021", "payables"]["versions"][-1]["cause"] == "restated"
    unknown = document(p3("facts", "NVDA", "--restatements", "--json", "--data-dir", without_prices))
    causes = {version["cause"] for each in unknown["histories"] for version in each["versions"]}
    assert causes == {"first", "restated", "rounded"}
    one = p3("facts", "NVDA", "--restatements", "--last", "1", "--data-dir", sample)
    assert (one.code, "Nothing was changed in FY2025" in one.out) == (0, True)


def test_an_export_holds_every_period_of_every_company(p3: P3, sample: Path, tmp_path: Path) -> None:
    ended = p3("facts", "f2", "--annual", "--ttm", "--export", tmp_path / "f2.csv", "--json", "--data-dir", sample)
    told = document(ended)
    assert (told["companies"], told["durations"], told["left_out"]) == (2, ["annual", "ttm"], [])
    with (tmp_path / "f2.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == told["rows"]
    assert {(row["ticker"], row["duration"]) for row in rows} == {
        (ticker, duration) for ticker in ("MSFT", "NVDA") for duration in ("annual", "ttm")
    }
    (row,) = [r for r in rows if (r["ticker"], r["label"], r["item"]) == ("NVDA", "FY2021", "eps_diluted")]
    assert (float(row["value"]), float(row["split_adjusted"])) == (1.73, pytest.approx(0.173))
    assert (row["unit"], row["start"], row["end"]) == ("USD/shares", "2020-01-27", "2021-01-31")
    assert (row["concepts"], row["accessions"]) == ("us-gaap:EarningsPerShareDiluted", "0001045810-22-000036")
    assert row["known_from"].startswith("2022-03-18T") and row["known_from"].endswith("Z")
    assert document(p3("facts", "MSFT", "--export", tmp_path / "m.PARQUET", "--json", "--data-dir", sample))
    frame = pl.read_parquet(tmp_path / "m.PARQUET")
    shown = document(p3("facts", "MSFT", "--json", "--data-dir", sample))
    assert frame.columns == list(rows[0])
    assert dict(frame.filter(pl.col("label") == "FY2024").select("item", "value").iter_rows()) == {
        name: item["value"] for each in shown["periods"] if each["label"] == "FY2024"
        for name, item in each["items"].items()
    }  # fmt: skip
    assert sorted(path.name for path in tmp_path.glob("*.*")) == ["f2.csv", "m.PARQUET"]


def test_an_export_writes_whole_or_nothing_and_over_nothing(p3: P3, sample: Path, tmp_path: Path) -> None:
    (tmp_path / "there.csv").write_text("mine", encoding="utf-8")
    (tmp_path / "folder.parquet").mkdir()
    (tmp_path / "link.csv").symlink_to(tmp_path / "nowhere")
    for name, wrong in (
        ("there.csv", "exists already"),
        ("folder.parquet", "exists already"),
        ("link.csv", "exists already"),
        ("x.xlsx", "neither CSV nor Parquet"),
        ("x", "neither CSV nor Parquet"),
    ):
        ended = p3("facts", "MSFT", "--export", tmp_path / name, "--data-dir", sample)
        assert (ended.code, wrong in ended.err) == (2, True), ended.err
    ended = p3("facts", "MSFT", "--export", tmp_path / "no" / "x.csv", "--data-dir", sample)
    assert (ended.code, "cannot write" in ended.err) == (3, True), ended.err
    for name in ("none.csv", "none.parquet"):
        ended = p3("facts", "MSFT", "--export", tmp_path / name, "--as-of", "2001-01-01", "--data-dir", sample)
        assert (ended.code, len(ended.err.splitlines())) == (4, 2), ended.err
    assert (tmp_path / "there.csv").read_text(encoding="utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.glob("*.*")) == ["folder.parquet", "link.csv", "there.csv"]
    assert not list(tmp_path.glob(".*"))


def test_checks_count_what_a_violated_value_carries(p3: P3, sample: Path) -> None:
    told = document(p3("facts", "--check", "--json", "--data-dir", sample))
    assert [each["ticker"] for each in told["companies"]] == ["MSFT", "NVDA"]
    for each in told["companies"]:
        assert 0 < each["passed"] <= each["evaluated"] == sum(count["evaluated"] for count in each["identities"])
        assert len(each["violations"]) == each["evaluated"] - each["passed"]
        assert each["items_resolved"] + len(each["missing"]) == each["items_expected"]
    violations = [each for each in told["companies"][1]["violations"] if each["duration"] == "annual"]
    facts = document(p3("facts", "NVDA", "--json", "--data-dir", sample))
    carried = {
        (each["end"], identity)
        for each in facts["periods"] for item in each["items"].values() for identity in item["violates"]
    }  # fmt: skip
    assert carried == {(each["end"], each["identity"]) for each in violations} != set()
    (one,) = document(p3("facts", "NVDA", "--check", "--last", "2", "--json", "--data-dir", sample))["companies"]
    assert (one["periods"], one["newest"]) == (2, "FY2025")
    assert one["evaluated"] < told["companies"][1]["evaluated"]


NONSENSE = [
    ("MSFT", "--restatements", "--check"),
    ("MSFT", "--check", "--export", "x.csv"),
    ("MSFT", "--restatements", "--sources"),
    ("MSFT", "--export", "x.csv", "--as-filed"),
    ("MSFT", "--check", "--ttm"),
    ("MSFT", "--restatements", "--annual", "--ttm"),
    ("f2", "--restatements"),
    ("f2", "--sources"),
    ("-t", "MSFT", "--as-filed"),
    ("MSFT", "--last", "0"),
    ("MSFT", "-t", "NVDA", "--check"),
]


def test_options_that_make_no_sense_together(together: Callable[..., list[Any]], sample: Path) -> None:
    for words, ended in zip(NONSENSE, together(*[("facts", *words) for words in NONSENSE], tree=sample), strict=True):
        assert (ended.code, ended.out) == (2, ""), words
        assert len(ended.err.splitlines()) == 2 or "--last" in words, ended.err


def poison(tree: Path) -> None:
    """Add, one microsecond after the as-of, every fact anew with absurd values, splits and prices."""
    store = Store(tree)
    known = clock.end_of_day(AS_OF) + timedelta(microseconds=1)
    facts = store.rows(FACTS)
    later = facts.unique(["cik", "taxonomy", "concept", "unit", "start", "end"], keep="any").with_columns(
        pl.col("value") * 1000 + 7,
        accession=pl.lit("9999999999-99-999999"),
        form=pl.lit("10-K"),
        filed=pl.lit(known.date()),
        accepted=pl.lit(known),
    )
    split = pl.DataFrame({"date": [date(2022, 1, 3), date(2023, 6, 29)], "kind": "split", "value": 1000.0})
    actions = store.rows(ACTIONS)
    splits = actions.select("ticker", "origin").unique().join(split, how="cross").with_columns(known_from=pl.lit(known))
    prices = store.rows(PRICES)
    days = prices.with_columns(date=pl.col("date") - timedelta(days=1), known_from=pl.lit(known))
    for table, held, added in ((FACTS, facts, later), (ACTIONS, actions, splits), (PRICES, prices, days)):
        rows = pl.concat([held, added.select(held.columns)], how="vertical_relaxed").unique(table.key, keep="first")
        assert rows.height > held.height
        store.tables.replace(table, held[table.owner].unique().to_list(), rows)


SHOWN = [
    ("NVDA", "--json"),
    ("NVDA", "--quarterly", "--sources"),
    ("NVDA", "--restatements", "--json"),
    ("--check", "--json"),
]


@pytest.mark.slow
def test_what_became_known_later_changes_no_byte(
    p3: P3, together: Callable[..., list[Any]], sample: Path, tree: Path, tmp_path: Path
) -> None:
    poison(tree)
    assert p3("facts", "f2", "--force", "--data-dir", tree).code == 0
    said = []
    for place, where in (("clean", sample), ("poisoned", tree)):
        (tmp_path / place).mkdir()
        exports = [("--annual", "--quarterly", "--ttm", "--export", str(tmp_path / place / "f2.csv"))]
        exports += [("NVDA", "--export", str(tmp_path / place / "n.parquet"))]
        ran = together(*[("facts", *words, "--as-of", str(AS_OF)) for words in SHOWN + exports], tree=where)
        assert [(ended.code, ended.err) for ended in ran] == [(0, "")] * len(ran)
        files = [(tmp_path / place / name).read_bytes() for name in ("f2.csv", "n.parquet")]
        said.append([*(ended.out for ended in ran[: len(SHOWN)]), *files])
    for words, one, other in zip([*SHOWN, "f2.csv", "n.parquet"], *said, strict=True):
        assert one == other, words
    today = p3("facts", "NVDA", "--restatements", "--json", "--data-dir", tree).out
    assert "9999999999-99-999999" in today  # the poison is one: it shows as soon as it may
