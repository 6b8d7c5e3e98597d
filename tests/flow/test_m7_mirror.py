"""Seven companies from real filings, over a loopback server that behaves as EDGAR, with real prices from a folder."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flow.command import Ran, p3
from flow.trees import assert_whole, link_models, rows
from loopback_edgar import LoopbackEdgar, serve
from shared_data import shared

from p3.data.tables import COMPANIES, FACTS, FILINGS, LINE_ITEMS, PRICES

SEVEN = ["AAPL", "AMZN", "GOOGL", "META", "MSFT", "NVDA", "TSLA"]


@dataclass(frozen=True)
class Mirrored:
    """A tree that p3 fills from ``edgar`` with ``command``."""

    tree: Path
    edgar: LoopbackEdgar
    command: tuple[str, ...]
    settings: dict[str, str]

    def run(self, *arguments: str) -> Ran:
        return p3(self.tree, *self.command, *arguments, settings=self.settings)

    def requests(self) -> int:
        return len(self.edgar.log)


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Mirrored]:
    prices = shared("market-data", "prices")
    with serve(shared("edgar-mirror")) as edgar:
        settings = {
            "P3_SEC__IDENTITY": "Ann Example ann@example.com",
            "P3_SEC__DATA_URL": edgar.data_url,
            "P3_SEC__WWW_URL": edgar.www_url,
        }
        tree = link_models(tmp_path_factory.mktemp("m7") / "build_data", models)
        yield Mirrored(tree, edgar, ("e2e", "m7", "--prices", str(prices)), settings)


@pytest.fixture(scope="module")
def first(mirrored: Mirrored) -> Ran:
    return mirrored.run("--until", "facts")


def test_all_seven_become_facts(mirrored: Mirrored, first: Ran) -> None:
    assert first.code == 1, first.stderr
    assert first.json["origin"] == "edgar"
    stages = {stage["name"]: stage for stage in first.json["stages"]}
    assert list(stages) == ["fetch-sec", "fetch-prices", "facts"]
    for stage in stages.values():
        assert {stage["units"][ticker] for ticker in SEVEN} == {"ran"}
    assert_whole(mirrored.tree)
    assert sorted(rows(mirrored.tree, COMPANIES)["ticker"]) == SEVEN
    for table in (FILINGS, FACTS, LINE_ITEMS):
        assert rows(mirrored.tree, table)["cik"].n_unique() == len(SEVEN)
    assert set(SEVEN) < set(rows(mirrored.tree, PRICES)["ticker"])


def test_what_the_mirror_lacks_is_named_and_nothing_else_fails(mirrored: Mirrored, first: Ran) -> None:
    failures = [failure for stage in first.json["stages"] for failure in stage["failures"]]
    refused = {request.path for request in mirrored.edgar.log if request.status in (403, 404)}
    missing = rows(mirrored.tree, FILINGS).filter(status="missing")
    documents = [row["document"] for row in missing.to_dicts()]
    assert documents
    assert all(any(path.endswith(document) for path in refused) for document in documents)
    named = [failure for failure in failures if "names no document" not in failure["reason"]]
    assert len(named) == len(refused)
    assert all(any(path in failure["reason"] for path in refused) for failure in named)
    newest = rows(mirrored.tree, FILINGS).filter(form="10-K", cik=789019).sort("accepted").row(-1, named=True)
    assert newest["status"] == "missing"
    told = [failure for failure in failures if failure["what"] == "newest annual report"]
    assert [failure["unit"] for failure in told] == ["MSFT"]
    assert newest["accession"] in told[0]["reason"]


def test_edgar_is_asked_politely_and_for_nothing_twice(mirrored: Mirrored, first: Ran) -> None:
    assert first.code == 1
    asked = Counter(request.path for request in mirrored.edgar.log)
    assert {path: times for path, times in asked.items() if times > 1} == {}
    assert all(request.headers["User-Agent"] == "Ann Example ann@example.com" for request in mirrored.edgar.log)
    assert all("gzip" in request.headers["Accept-Encoding"] for request in mirrored.edgar.log)


def test_a_second_run_asks_for_nothing(mirrored: Mirrored, first: Ran) -> None:
    before = mirrored.requests()
    again = mirrored.run("--until", "facts")
    assert again.code == first.code
    assert [stage["status"] for stage in again.json["stages"]] == ["fresh", "fresh", "fresh"]
    assert mirrored.requests() == before


def test_a_forced_fetch_asks_for_no_document_again(mirrored: Mirrored, first: Ran) -> None:
    before = mirrored.requests()
    again = mirrored.run("--until", "facts", "--force", "fetch-sec")
    assert again.code == first.code
    asked = [request.path for request in mirrored.edgar.log[before:]]
    stored = rows(mirrored.tree, FILINGS).filter(status="stored")["document"].to_list()
    assert [path for path in asked if any(path.endswith(document) for document in stored)] == []


@pytest.mark.parametrize(
    ("ticker", "fiscal_year", "revenue"),
    [("MSFT", "FY2023", 211_915e6), ("NVDA", "FY2024", 60_922e6), ("AAPL", "FY2023", 383_285e6)],
)
def test_revenue_is_what_was_filed(
    mirrored: Mirrored, first: Ran, ticker: str, fiscal_year: str, revenue: float
) -> None:
    assert first.code == 1
    periods = p3(mirrored.tree, "facts", ticker).json["periods"]
    values = {period["label"]: period["items"]["revenue"]["value"] for period in periods[-5:]}
    assert values[fiscal_year] == revenue


@pytest.mark.slow
def test_the_whole_way_to_orders(mirrored: Mirrored, first: Ran) -> None:
    """Embedding eleven documents of each company takes minutes."""
    whole = mirrored.run()
    assert whole.code == 1, whole.stderr
    stages = {stage["name"]: stage for stage in whole.json["stages"]}
    late = ("embed", "ask", "dcf", "backtest", "trade")
    assert [stages[name]["status"] for name in late] == ["ran"] * len(late)
    for name in ("embed", "ask", "dcf"):
        assert [stages[name]["units"][ticker] for ticker in SEVEN] == ["ran"] * len(SEVEN)
        assert stages[name]["failures"] == []
    assert_whole(mirrored.tree)
    assert Path(whole.json["report"]).exists()
    assert "bundled sample" not in Path(whole.json["report"]).read_text(encoding="utf-8")
    orders = p3(mirrored.tree, "trade", "m7").json["orders"]
    assert orders
    assert {order["status"] for order in orders} == {"filled"}
    before = mirrored.requests()
    again = mirrored.run()
    assert {stage["status"] for stage in again.json["stages"]} == {"fresh"}
    assert mirrored.requests() == before
    assert '"origin": "sample"' not in json.dumps(again.json)
