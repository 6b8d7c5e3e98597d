from pathlib import Path

import pytest
from annual_statements import PAGES
from flow.command import p3

from p3 import clock, settings
from p3.data.store import Store
from p3.data.tables import FILINGS, LINE_ITEMS
from p3.tasks.ask_tables import StatementReader
from p3.workflow.session import Session

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ask_tables")
    report = folder / "larch.txt"
    report.write_text("\f".join(PAGES), encoding="utf-8")
    tree = folder / "build_data"
    said = ("-t", "LRCH", "--company", "Larch Tools, Inc.", "--form", "10-K", "--period", "2012")
    assert p3(tree, "ingest", str(report), *said, "--accepted", "2013-02-15").code == 0
    return tree


def test_a_number_is_read_from_the_ingested_report_without_an_index(tree: Path):
    found = p3(tree, "ask", "What was Larch Tools' FY2012 operating margin?").json
    assert found["value"] == pytest.approx(2 / 9)
    assert [(c["document"], c["page"], c["concept"]) for c in found["citations"]] == [
        ("larch.txt", 2, "Operating income"),
        ("larch.txt", 2, "Net sales"),
    ]


def test_a_report_is_not_known_before_it_was_accepted(tree: Path):
    found = p3(tree, "ask", "What was Larch Tools' FY2012 revenue?", "--as-of", "2013-01-31").json
    assert found["value"] is None and found["status"] == "abstained"


def test_a_year_to_come_is_said_to_be_so(tree: Path):
    found = p3(tree, "ask", "What was Larch Tools' FY2013 revenue?").json
    assert found["value"] is None and "not yet reported" in found["answer"]


def test_one_file_ingested_for_two_companies_is_cited_as_each_ones_own(tree: Path):
    copy = tree.parent / "birch.txt"
    copy.write_bytes((tree.parent / "larch.txt").read_bytes())
    said = ("-t", "BIRC", "--company", "Birch Tools, Inc.", "--form", "10-K", "--period", "2012")
    assert p3(tree, "ingest", str(copy), *said, "--accepted", "2013-03-15").code == 0
    store = Store(tree)
    session = Session(store=store, settings=settings.load().settings, as_of=clock.now())
    read = StatementReader(session, store.filtered(LINE_ITEMS))
    filed = {row["cik"]: (row["document"], row["accepted"]) for row in store.filtered(FILINGS).iter_rows(named=True)}
    assert {name for name, _ in filed.values()} == {"larch.txt", "birch.txt"}
    (cited,) = zip(*(read(cik, 2012)[-1].items["revenue"].sources for cik in filed), strict=True)
    assert [(source.document, source.accepted) for source in cited] == list(filed.values())


def test_a_transition_report_is_no_annual_report(tree: Path):
    said = ("-t", "ELMT", "--company", "Elm Tools, Inc.", "--form", "10-KT", "--period", "2012")
    report = tree.parent / "elm.txt"
    report.write_text("\f".join(page.replace("Larch", "Elm") for page in PAGES), encoding="utf-8")
    assert p3(tree, "ingest", str(report), *said, "--accepted", "2013-02-15").code == 0
    assert p3(tree, "ask", "What was Elm Tools' FY2012 revenue?").json["value"] is None
