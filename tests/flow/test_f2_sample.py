"""The bundled sample from filings to orders, by the command line alone."""

import json
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flow.command import p3
from flow.trees import E2E, SampleTree, assert_whole

from p3.data.store import Store

STAGES = ["fetch-sec", "fetch-prices", "facts", "embed", "ask", "dcf", "backtest", "trade"]
QUESTION = "What was NVIDIA's revenue in fiscal 2024?"
VOID = {"meta", "link", "br", "hr", "img", "input", "path", "use", "circle", "line", "rect", "polyline", "polygon"}


class Page(HTMLParser):
    """Counts tags, and keeps what was opened and never closed or closed and never opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.open: list[str] = []
        self.strays: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags[tag] += 1
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        elif tag not in VOID:
            self.strays.append(tag)


@pytest.fixture(scope="module")
def tree(sample: SampleTree, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy for commands that only ask: what they leave behind stays out of the tree that others copy."""
    return sample.copy(tmp_path_factory.mktemp("asked") / "build_data")


@pytest.fixture(scope="module")
def orders(tree: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = p3(tree, "sql", "SELECT * FROM orders").json["rows"]
    return found


def by_name(shape: Any) -> dict[str, Any]:
    return {stage["name"]: stage for stage in shape["stages"]}


def test_one_command_runs_every_stage(sample: SampleTree) -> None:
    assert sample.ran.code == 0, sample.ran.stderr
    assert (sample.shape["status"], sample.shape["origin"]) == ("done", "sample")
    assert [stage["name"] for stage in sample.shape["stages"]] == STAGES
    for stage in sample.shape["stages"]:
        assert (stage["status"], stage["failures"]) == ("ran", []), stage
        assert stage["rows"] > 0


def test_progress_of_a_run_without_a_terminal_is_not_animated(sample: SampleTree) -> None:
    assert "\r" not in sample.ran.stderr
    assert "%|" not in sample.ran.stderr


def test_the_tree_is_whole(sample: SampleTree) -> None:
    assert_whole(sample.path)


def test_both_companies_are_valued(tree: Path) -> None:
    valued = p3(tree, "dcf", "f2")
    assert valued.code == 0
    assert [each["ticker"] for each in valued.json["valuations"]] == ["MSFT", "NVDA"]
    for each in valued.json["valuations"]:
        assert (each["refused"], each["origin"]) == (None, "sample")
        assert each["value_per_share"] > 0
        assert each["price"] > 0
        assert each["upside"] == pytest.approx(each["value_per_share"] / each["price"] - 1)
        ranked = [each["distribution"][name] for name in ("p5", "p25", "p50", "p75", "p95")]
        assert ranked == sorted(ranked)
        assert all(source["accepted"] <= valued.json["as_of"] for i in each["inputs"] for source in i["sources"])


def test_orders_are_filled_and_the_account_adds_up(tree: Path) -> None:
    traded = p3(tree, "trade", "f2").json
    assert traded["origin"] == "sample"
    assert traded["orders"]
    assert {order["status"] for order in traded["orders"]} == {"filled"}
    bought = {order["ticker"]: order["filled_quantity"] for order in traded["orders"] if order["side"] == "buy"}
    assert traded["positions"] == bought
    spent = sum(order["filled_quantity"] * order["average_price"] for order in traded["orders"])
    assert 0 <= 100_000 - traded["cash"] - spent < 0.01 * spent  # what is left over is the cost of trading


def test_the_report_is_a_page_with_charts_that_says_sample(sample: SampleTree) -> None:
    text = Path(sample.shape["report"]).read_text(encoding="utf-8")
    page = Page(text)
    assert (page.open, page.strays) == ([], [])
    assert page.tags["svg"] >= 2
    assert page.tags["script"] == 0
    assert "bundled sample" in text
    assert all(ticker in text for ticker in ("MSFT", "NVDA"))


def test_the_manifest_pins_what_was_read_and_written(sample: SampleTree) -> None:
    file = sample.path / "results" / "runs" / sample.shape["run_id"] / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    assert manifest["inputs"] == {}
    assert manifest["outputs"] == Store(sample.path).versions()
    assert manifest["members"] == ["MSFT", "NVDA"]
    assert (manifest["status"], manifest["as_of"]) == ("done", sample.shape["as_of"])
    assert manifest["code_version"]
    assert manifest["parameters"]["dcf"]["seed"]


def test_a_second_run_does_nothing(sample: SampleTree, tmp_path: Path) -> None:
    tree = sample.copy(tmp_path / "build_data")
    before = Store(tree).versions()
    again = p3(tree, *E2E)
    assert again.code == 0
    assert {name: stage["status"] for name, stage in by_name(again.json).items()} == dict.fromkeys(STAGES, "fresh")
    assert Store(tree).versions() == before
    fetched = p3(tree, "fetch-sec", "f2", "--source", "sample").json
    assert (fetched["requests"], fetched["bytes"]) == (0, 0)
    assert [company["status"] for company in fetched["companies"]] == ["fresh", "fresh"]


def test_a_figure_is_answered_with_the_filing_that_gave_it(tree: Path) -> None:
    answered = p3(tree, "ask", QUESTION).json
    assert (answered["status"], answered["value"], answered["unit"]) == ("answered", 60_922_000_000.0, "USD")
    assert answered["origin"] == "sample"
    assert "0001045810-24-000029" in {citation["accession"] for citation in answered["citations"]}


def test_a_figure_not_yet_reported_is_not_answered(tree: Path) -> None:
    early = p3(tree, "ask", QUESTION, "--as-of", "2023-06-30").json
    assert (early["status"], early["value"]) == ("abstained", None)
    assert "FY2023" in early["answer"]
    assert "60,922" not in early["answer"]
    accessions = {citation["accession"] for citation in early["citations"]}
    known = p3(tree, "sql", "SELECT accession FROM filings WHERE accepted <= TIMESTAMPTZ '2023-07-01 04:00:00+00'").json
    assert accessions <= {row["accession"] for row in known["rows"]}


def test_every_order_is_traced_to_sentences(tree: Path, orders: list[dict[str, Any]]) -> None:
    for order in orders:
        traced = p3(tree, "trace", order["client_order_id"]).json
        links = traced["links"]
        assert traced["origin"] == "sample"
        kinds = {link["kind"] for link in links}
        assert {"order", "audit", "decision", "valuation", "input", "market", "fact", "filing", "sentence"} <= kinds
        assert_each_opens(tree, links)


def assert_each_opens(tree: Path, links: list[dict[str, Any]]) -> None:
    """Run the query of every link in one statement, and the first as it stands."""
    queries = list(dict.fromkeys(link["sql"] for link in links if link["sql"]))
    counted = " UNION ALL ".join(f"SELECT {n} AS link, count(*) AS found FROM ({sql})" for n, sql in enumerate(queries))
    found = {row["link"]: row["found"] for row in p3(tree, "sql", counted).json["rows"]}
    assert [sql for n, sql in enumerate(queries) if not found[n]] == []
    assert p3(tree, "sql", queries[0]).json["rows"]


@pytest.mark.parametrize(
    "command",
    [
        ("facts", "NVDA", "--last", "1"),
        ("facts", "f2"),
        ("embed", "f2"),
        ("fetch-sec", "f2", "--source", "sample"),
        ("fetch-prices", "f2", "--source", "sample"),
        ("backtest", "f2"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_what_comes_of_the_sample_says_so(tree: Path, command: tuple[str, ...]) -> None:
    assert '"origin": "sample"' in p3(tree, *command).stdout


def test_nothing_falls_back_to_the_sample(tmp_path: Path) -> None:
    tree = tmp_path / "build_data"
    refused = p3(tree, "e2e", "f2")
    assert refused.code == 3
    assert len(refused.errors) == 1
    assert "P3_SEC__IDENTITY" in refused.stderr
    assert "--source sample" in refused.stderr
    assert not Store(tree).versions()


@pytest.mark.slow
def test_an_earlier_as_of_leaves_the_newer_results_alone(sample: SampleTree, tmp_path: Path) -> None:
    tree = sample.copy(tmp_path / "build_data")
    early = p3(tree, *E2E, "--as-of", "2024-01-26")
    assert early.code == 1, early.stderr  # the sample has digests of the newest documents alone, and says so
    assert early.json["as_of"] == "2024-01-27T04:59:59Z"
    failures = [failure for stage in early.json["stages"] for failure in stage["failures"]]
    assert all("no document" in failure["reason"] for failure in failures)
    again = p3(tree, *E2E)
    assert again.code == 0, again.stderr
    assert p3(tree, "ask", QUESTION).json["value"] == 60_922_000_000.0
    twin = sample.copy(tmp_path / "twin")
    assert p3(tree, "dcf", "f2").json["valuations"] == p3(twin, "dcf", "f2").json["valuations"]
