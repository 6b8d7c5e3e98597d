"""`p3 doctor` over trees that were damaged in each way that can be told, and what `p3 embed` makes of them then."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from flow.command import Ran, p3
from flow.trees import assert_whole, link_models
from many_documents import COMMON, add, build, ciks, options, tickers
from tiny_model import DIMENSION

from p3 import clock, settings, tasks
from p3.data.leftovers import leftovers
from p3.data.store import Store
from p3.data.tables import FILINGS
from p3.errors import DataError
from p3.shapes import Doctor
from p3.tasks.doctor import examine
from p3.workflow.result import Result
from p3.workflow.session import Session

pytestmark = pytest.mark.slow

COMPANIES = 3
FIRST, SECOND, _ = ciks(COMPANIES)
PAGES = 8 * 2 * COMPANIES


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory, models: Path, tiny: Path) -> Path:
    """A tree of three companies with passages; tests copy it."""
    tree = link_models(tmp_path_factory.mktemp("doctor") / "build_data", models)
    build(tree, COMPANIES)
    ran = embed(tree, tiny)
    assert ran.code == 0, ran.stderr
    return tree


@pytest.fixture
def tree(embedded: Path, tmp_path: Path) -> Path:
    shutil.copytree(embedded, tmp_path / "build_data", symlinks=True)
    return tmp_path / "build_data"


def embed(tree: Path, model: Path) -> Ran:
    return p3(tree, "embed", *options(COMPANIES), settings={"P3_EMBEDDING__MODEL": str(model)})


def asked(tree: Path, model: Path, *named: str, repair: bool = False) -> Result:
    choices = {"model": str(model)}
    chosen = settings.load().settings
    session = Session(Store(tree), chosen, clock.now(), command="doctor", choices=choices, declared=tasks.stages)
    return examine(session, None, named or None, repair=repair)


def found(result: Result) -> list[tuple[str, str, str | None, int]]:
    assert isinstance(result.data, Doctor)
    return [(each.company, each.kind, each.document, each.count) for each in result.data.drift]


def passages(tree: Path, cik: int = FIRST) -> pl.DataFrame:
    return Store(tree).index.passages(f"cik = {cik}")


def write(tree: Path, frame: pl.DataFrame) -> None:
    """Put rows into the index past every check."""
    import lancedb

    lancedb.connect(str(tree / "index")).open_table("passages").add(frame.to_arrow())


def assert_mended(tree: Path, model: Path) -> None:
    """Fail unless a repair and an embedding leave everything as it was at first, and nothing more to be said."""
    assert asked(tree, model, repair=True).exit_code == 0
    assert_whole(tree)
    ran = embed(tree, model)
    assert ran.code == 0, ran.stderr
    assert found(asked(tree, model)) == []
    assert_whole(tree)
    assert Store(tree).index.passages(None).height == PAGES


def test_nothing_is_wrong_with_what_was_embedded(tree, tiny):
    result = asked(tree, tiny)
    assert (result.exit_code, result.error, found(result)) == (0, None, [])
    assert result.data == Doctor(documents=2 * COMPANIES, passages=PAGES, waiting=0, drift=[], repaired=False)


def lose_a_document(tree: Path) -> None:
    own, index = passages(tree), Store(tree).index
    index.replace(FIRST, own.filter(pl.col("document") != "report-1.txt"), index.model())


def lose_a_passage(tree: Path) -> None:
    index = Store(tree).index
    index.replace(FIRST, passages(tree).head(-1), index.model())


def lose_a_filing(tree: Path) -> None:
    filings = Store(tree).rows(FILINGS, f"cik = {FIRST} AND document = 'report-0.txt'")
    Store(tree).tables.replace(FILINGS, [FIRST], filings)


def lose_a_vector(tree: Path) -> None:
    write(tree, _with_vector(tree, None))


def lengthen_a_vector(tree: Path) -> None:
    write(tree, _with_vector(tree, 2.0))


def double(tree: Path) -> None:
    write(tree, passages(tree).filter(document="report-0.txt"))


def _with_vector(tree: Path, value: float | None) -> pl.DataFrame:
    """Return one more passage of a document, its vector made of ``value`` alone."""
    vector = pl.lit(None if value is None else [value] * DIMENSION, pl.Array(pl.Float32, DIMENSION)).alias("vector")
    first = passages(tree).filter(document="report-0.txt").head(1)
    return first.with_columns(pl.lit("0" * 32).alias("passage_id"), vector)


@pytest.mark.parametrize(
    ("damage", "kind", "document", "count"),
    [
        (lose_a_document, "absent", "report-1.txt", 0),
        (lose_a_passage, "lost", None, 0),
        (lose_a_filing, "orphaned", "report-1.txt", 8),
        (lose_a_vector, "no vector", "report-0.txt", 1),
        (lengthen_a_vector, "no vector", "report-0.txt", 1),
        (double, "doubled", "report-0.txt", 8),
    ],
)
def test_each_damage_is_found_and_mended(
    tree: Path, tiny: Path, damage: Callable[[Path], None], kind: str, document: str, count: int
):
    damage(tree)
    result = asked(tree, tiny)
    assert found(result) == [(tickers(1)[0], kind, document, count)]
    assert result.exit_code == 7
    assert result.error is not None
    assert "p3 doctor --repair" in result.error.remedy
    assert found(asked(tree, tiny, tickers(2)[1])) == [], "another company's is not looked at"
    if damage is lose_a_filing:
        assert found(asked(tree, tiny, repair=True)) == found(result)
        assert (found(asked(tree, tiny)), passages(tree).height) == ([], 8)
    else:
        assert_mended(tree, tiny)


def test_passages_of_a_company_that_is_gone_are_dropped(tree, tiny):
    Store(tree).tables.replace(FILINGS, [FIRST], pl.DataFrame(schema=FILINGS.schema))
    assert [each[1] for each in found(asked(tree, tiny))] == ["orphaned", "orphaned"]
    assert asked(tree, tiny, repair=True).exit_code == 0
    assert passages(tree).is_empty()
    assert passages(tree, SECOND).height == 16


def test_documents_that_came_since_wait_and_are_nothing_wrong(tree, tiny):
    add(tree, {FIRST: ["New risk.\fRevenue fell."]})
    result: Any = asked(tree, tiny)
    assert [(each.kind, each.count) for each in result.data.drift] == [("orphaned", 8), ("orphaned", 8)]
    assert result.data.waiting == 1
    assert embed(tree, tiny).code == 0
    assert found(asked(tree, tiny)) == []


def test_a_document_without_text_is_a_dead_letter_and_nothing_wrong(tree, tiny):
    add(tree, {FIRST: [COMMON, " \f "]})
    ran = embed(tree, tiny)
    assert ran.code == 1, ran.stderr
    assert "holds no text" in ran.stdout
    assert found(asked(tree, tiny)) == []


def test_an_index_that_cannot_be_read_is_dropped_and_made_again(tree, tiny):
    for file in (tree / "index" / "passages.lance" / "data").iterdir():
        file.write_bytes(b"torn")
    assert [each[1] for each in found(asked(tree, tiny))] == ["unreadable"]
    assert_mended(tree, tiny)


def test_a_damaged_snapshot_is_made_again_and_no_passage_is_lost(tree, tiny):
    (folder,) = (tree / "index" / "snapshots").iterdir()
    (folder / "about.json").write_text("{}")
    before = Store(tree).index.passages(None)["passage_id"].sort().to_list()
    assert [each[1] for each in found(asked(tree, tiny))] == ["unreadable"]
    assert (folder / "about.json").read_text() == "{}", "looking alone mends nothing"
    asked(tree, tiny, repair=True)
    assert found(asked(tree, tiny)) == []
    assert Store(tree).index.passages(None)["passage_id"].sort().to_list() == before


def test_a_table_of_filings_that_cannot_be_read_costs_no_passage(tree, tiny):
    before = Store(tree).index.passages(None).height
    for file in (tree / "facts" / "tables" / "filings").glob("*.parquet"):
        file.write_bytes(b"torn")
    with pytest.raises(DataError, match="filings"):
        asked(tree, tiny, repair=True)
    assert Store(tree).index.passages(None).height == before


def test_drafts_of_killed_writers_are_told_and_removed(tree, tiny):
    draft = tree / "index" / "passages.lance" / "data" / ".tmp-of-a-killed-writer"
    draft.write_bytes(b"half")
    assert found(asked(tree, tiny)) == [("", "left behind", None, 1)]
    asked(tree, tiny, repair=True)
    assert leftovers(Store(tree).directories, remove=False) == []
    assert found(asked(tree, tiny)) == []


def test_nothing_embedded_yet_is_nothing_wrong(tmp_path, tiny):
    tree = tmp_path / "build_data"
    build(tree, 1)
    result: Any = asked(tree, tiny)
    assert (result.exit_code, result.data.waiting, result.data.drift) == (0, 2, [])


def test_the_command_line_tells_it_in_one_line_and_a_table(tree, tiny):
    lose_a_document(tree)
    model = {"P3_EMBEDDING__MODEL": str(tiny)}
    ran = p3(tree, "doctor", settings=model)
    assert (ran.code, len(ran.errors)) == (7, 1)
    assert ran.json["drift"][0]["kind"] == "absent"
    assert p3(tree, "doctor", "--repair", settings=model).json["repaired"] is True


def test_what_is_repaired_keeps_the_vectors_that_were_right(tree, tiny):
    before = passages(tree)
    lose_a_vector(tree)
    asked(tree, tiny, repair=True)
    after = passages(tree)
    assert np.array_equal(np.stack(before["vector"].to_numpy()), np.stack(after["vector"].to_numpy()))
