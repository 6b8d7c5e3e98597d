from pathlib import Path

import pytest
from annual_statements import PAGES
from flow.command import p3

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
