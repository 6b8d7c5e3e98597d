import json
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import inline_document
import loopback_edgar
import polars as pl
import pytest
import tiny_mirror
from loopback_edgar import Fault, LoopbackEdgar
from shared_data import shared
from tiny_mirror import ANNUAL, CIK, EARNINGS, QUARTER, MemoryStore

from p3.data.raw import RawStore
from p3.errors import DataError, UpstreamError, UsageError
from p3.sec import urls
from p3.sec.fetch import NO_ARCHIVE, Archived, Fetched, NoArchive, fetch_company
from p3.sec.lists.submissions import parse
from p3.sec.lists.tickers import find_cik
from p3.sec.net.client import EdgarClient, Retry
from p3.sec.net.governor import Unlimited
from p3.sec.net.responses import MissingError
from p3.sec.selection import FetchPolicy, choose
from p3.sec.visit import Asks, Nobody, NotHeldError, Visit

NOW = datetime(2024, 6, 1, tzinfo=UTC)
POLICY = FetchPolicy()
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@contextmanager
def talking(root: Path, faults: Any = None) -> Iterator[tuple[EdgarClient, LoopbackEdgar]]:
    with (
        loopback_edgar.serve(root, rate=10_000, faults=faults) as edgar,
        EdgarClient(
            "Ann Example ann@example.com", edgar.data_url, edgar.www_url, Unlimited(), retry=Retry(2, 0.001, 0.002)
        ) as client,
    ):
        yield client, edgar


def fetched(
    client: Asks,
    raw: MemoryStore,
    cik: int = CIK,
    policy: FetchPolicy = POLICY,
    as_of: datetime = NOW,
    stored: pl.DataFrame | None = None,
    archive: Archived = NO_ARCHIVE,
    **options: Any,
) -> Fetched:
    return fetch_company(Visit(client, raw, **options), cik, policy, as_of, archive=archive, stored=stored)


def statuses(result: Fetched) -> dict[str, str]:
    return dict(result.filings.select("accession", "status").iter_rows())


def test_documents_facts_and_what_is_missing_arrive_together(tmp_path: Path) -> None:
    raw = MemoryStore()
    with talking(tiny_mirror.build(tmp_path)) as (client, _):
        result = fetched(client, raw)
    assert statuses(result) == {
        ANNUAL: "stored",
        EARNINGS: "stored",
        QUARTER: "missing",
        "0001234567-24-000008": "listed",
    }
    assert [problem.what for problem in result.problems] == [f"10-Q {QUARTER}"]
    assert result.facts["value"].to_list() == [1000.0]
    annual = next(row for row in result.filings.iter_rows(named=True) if row["accession"] == ANNUAL)
    assert annual["document_sha"] in {reply.sha for reply in raw.kept.values()}


def test_a_young_store_answers_without_a_single_request(tmp_path: Path) -> None:
    raw = MemoryStore()
    with talking(tiny_mirror.build(tmp_path)) as (client, edgar):
        first = fetched(client, raw)
        asked = len(edgar.log)
        second = fetched(client, raw, refresh_before=LONG_AGO)
        assert len(edgar.log) == asked
    assert second.fingerprint == first.fingerprint
    assert second.filings.equals(first.filings)
    assert second.problems == first.problems


def test_an_old_store_asks_whether_lists_changed_and_never_for_a_document_again(tmp_path: Path) -> None:
    raw = MemoryStore()
    with talking(tiny_mirror.build(tmp_path)) as (client, edgar):
        first = fetched(client, raw)
        edgar.log.clear()
        second = fetched(client, raw, refresh_before=NOW + timedelta(days=100_000))
        answers = sorted((request.path.rsplit("/", 1)[1], request.status) for request in edgar.log)
    assert answers == [(f"CIK{CIK:010d}.json", 304), (f"CIK{CIK:010d}.json", 304), ("tiny-20230930.htm", 403)]
    assert second.fingerprint == first.fingerprint


def test_news_are_seen_and_change_the_fingerprint(tmp_path: Path) -> None:
    raw = MemoryStore()
    with talking(tiny_mirror.build(tmp_path)) as (client, _):
        first = fetched(client, raw)
        path = tmp_path / "data.sec.gov" / "api" / "xbrl" / "companyfacts" / f"CIK{CIK:010d}.json"
        path.write_bytes(tiny_mirror.companyfacts([tiny_mirror.fact(1000), tiny_mirror.fact(7, end="2023-06-30")]))
        second = fetched(client, raw)
    assert second.facts.height == 2
    assert second.fingerprint != first.fingerprint


def test_a_document_that_appears_later_is_fetched_then(tmp_path: Path) -> None:
    raw = MemoryStore()
    with talking(tiny_mirror.build(tmp_path)) as (client, _):
        fetched(client, raw)
        folder = tmp_path / "www.sec.gov" / "Archives" / "edgar" / "data" / str(CIK) / QUARTER.replace("-", "")
        folder.mkdir()
        (folder / "tiny-20230930.htm").write_text("<p>FORM 10-Q</p>")
        assert statuses(fetched(client, raw))[QUARTER] == "stored"


def test_documents_kept_by_earlier_fetches_stay_stored(tmp_path: Path) -> None:
    raw = MemoryStore()
    with talking(tiny_mirror.build(tmp_path)) as (client, _):
        before = fetched(client, raw)
        nothing = fetched(client, raw, policy=FetchPolicy(0, 0, 0), stored=before.filings)
        sample = fetched(client, raw, policy=FetchPolicy(0, 0, 0), stored=before.filings, origin="sample")
    assert statuses(nothing)[ANNUAL] == "stored"
    assert statuses(sample)[ANNUAL] == "listed"


def test_an_older_page_that_is_not_there_is_a_problem_and_no_more(tmp_path: Path) -> None:
    page = f"CIK{CIK:010d}-submissions-001.json"
    with talking(tiny_mirror.build(tmp_path, files=[page])) as (client, _):
        result = fetched(client, MemoryStore())
    assert page in [problem.what for problem in result.problems]
    assert statuses(result)[ANNUAL] == "stored"


def test_a_company_without_xbrl_facts_has_its_filings(tmp_path: Path) -> None:
    root = tiny_mirror.build(tmp_path)
    (root / "data.sec.gov" / "api" / "xbrl" / "companyfacts" / f"CIK{CIK:010d}.json").unlink()
    with talking(root) as (client, _):
        result = fetched(client, MemoryStore())
    assert result.facts.height == 0
    assert "companyfacts" in [problem.what for problem in result.problems]


def test_an_unknown_company_is_missing_and_stays_so_without_asking_again(tmp_path: Path) -> None:
    raw = MemoryStore()
    with talking(tiny_mirror.build(tmp_path)) as (client, edgar):
        for refresh_before in (None, LONG_AGO):
            with pytest.raises(MissingError):
                fetched(client, raw, 99, refresh_before=refresh_before)
        assert len(edgar.log) == 1


def test_an_upstream_failure_keeps_what_came_before_it(tmp_path: Path) -> None:
    raw = MemoryStore()
    down = lambda path, before: Fault.UNAVAILABLE if path.endswith("tiny-8k.htm") and before < 2 else None  # noqa: E731
    with talking(tiny_mirror.build(tmp_path), faults=down) as (client, edgar):
        with pytest.raises(UpstreamError):
            fetched(client, raw)
        asked = len(edgar.log)
        result = fetched(client, raw, refresh_before=LONG_AGO)
        assert len(edgar.log) - asked <= 2  # the announcement that failed, and the report if it was not reached
    assert statuses(result)[EARNINGS] == "stored"


def test_the_list_of_another_company_is_a_data_error(tmp_path: Path) -> None:
    root = tiny_mirror.build(tmp_path)
    own = root / "data.sec.gov" / "submissions" / f"CIK{CIK:010d}.json"
    (own.parent / "CIK0000000099.json").write_bytes(own.read_bytes())
    with talking(root) as (client, _), pytest.raises(DataError, match="CIK 99"):
        fetched(client, MemoryStore(), 99)


def test_replies_of_the_sample_never_pass_for_edgars(tmp_path: Path) -> None:
    raw = MemoryStore()
    with talking(tiny_mirror.build(tmp_path)) as (client, edgar):
        fetched(client, raw, origin="sample")
        asked = len(edgar.log)
        result = fetched(client, raw, refresh_before=LONG_AGO)
        assert len(edgar.log) == 2 * asked
    assert set(result.filings["origin"]) == set(result.facts["origin"]) == {"edgar"}


def test_progress_names_what_comes_next(tmp_path: Path) -> None:
    heard: list[str] = []
    with talking(tiny_mirror.build(tmp_path)) as (client, _):
        fetched(client, MemoryStore(), progress=heard.append)
    assert heard[:2] == ["filing list", "companyfacts"]
    assert set(heard[2:5]) == {f"10-K {ANNUAL}", f"8-K {EARNINGS}", f"10-Q {QUARTER}"}
    assert heard[5:] == [f"facts in 10-K {ANNUAL}"]


RELEASE = b'<p>FORM 8-K</p><table><tr><td>99.1</td><td><a href="release.htm">Press release</a></td></tr></table>'


def folder_of(root: Path, accession: str) -> Path:
    return root / "www.sec.gov" / "Archives" / "edgar" / "data" / str(CIK) / accession.replace("-", "")


def test_the_press_release_of_an_announcement_comes_along(tmp_path: Path) -> None:
    raw, root = MemoryStore(), tiny_mirror.build(tmp_path)
    (folder_of(root, EARNINGS) / "tiny-8k.htm").write_bytes(RELEASE)
    (folder_of(root, EARNINGS) / "release.htm").write_text("<p>Record revenue</p>")
    with talking(root) as (client, _):
        first = fetched(client, raw)
        later = fetched(client, raw, policy=FetchPolicy(0, 0, 0), refresh_before=LONG_AGO, stored=first.filings)
    for result in (first, later):
        beside = result.filings.filter(pl.col("type") != pl.col("form"))
        assert beside.select("accession", "form", "type", "document", "status").rows() == [
            (EARNINGS, "8-K", "EX-99.1", "release.htm", "stored")
        ]
        assert beside["url"].item().endswith("/release.htm")
        assert beside["accepted"].item() == result.filings.filter(accession=EARNINGS)["accepted"][0]


def test_a_press_release_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    root = tiny_mirror.build(tmp_path)
    (folder_of(root, EARNINGS) / "tiny-8k.htm").write_bytes(RELEASE)
    with talking(root) as (client, _):
        result = fetched(client, MemoryStore())
    assert f"EX-99.1 of 8-K {EARNINGS}" in [problem.what for problem in result.problems]
    assert result.filings.filter(type="EX-99.1")["status"].to_list() == ["missing"]


def test_without_anybody_to_ask_what_is_held_makes_the_same(tmp_path: Path) -> None:
    raw = MemoryStore()
    with talking(tiny_mirror.build(tmp_path)) as (client, _):
        first = fetched(client, raw)
        again = fetched(Nobody(client.data_url, client.www_url), raw, refresh_before=LONG_AGO)
    assert again.fingerprint == first.fingerprint
    assert again.filings.equals(first.filings)
    assert again.facts.equals(first.facts)


def test_without_anybody_to_ask_what_was_never_fetched_is_told(tmp_path: Path) -> None:
    raw = MemoryStore()
    with talking(tiny_mirror.build(tmp_path)) as (client, _):
        nobody = Nobody(client.data_url, client.www_url)
        with pytest.raises(NotHeldError, match="was never fetched"):
            fetched(nobody, raw, refresh_before=LONG_AGO)
        fetched(client, raw, policy=FetchPolicy(1, 0, 0))
        result = fetched(nobody, raw, refresh_before=LONG_AGO)
    assert statuses(result) == {
        ANNUAL: "stored",
        EARNINGS: "listed",
        QUARTER: "listed",
        "0001234567-24-000008": "listed",
    }
    assert {problem.what for problem in result.problems} == {f"8-K {EARNINGS}", f"10-Q {QUARTER}"}


class Shelf:
    """Archives that hold the lists of the tiny company."""

    def __init__(self, root: Path) -> None:
        self._data = root / "data.sec.gov"

    def submissions(self, cik: int) -> bytes | None:
        return (self._data / "submissions" / f"CIK{cik:010d}.json").read_bytes()

    def page(self, name: str) -> bytes | None:
        return None

    def companyfacts(self, cik: int) -> bytes | None:
        return (self._data / "api" / "xbrl" / "companyfacts" / f"CIK{cik:010d}.json").read_bytes()


@pytest.mark.parametrize(("made", "lists"), [(LONG_AGO, 0), (None, 2)])
def test_an_archive_stands_in_for_lists_and_never_for_documents(
    tmp_path: Path, made: datetime | None, lists: int
) -> None:
    root = tiny_mirror.build(tmp_path)
    with talking(root) as (client, edgar):
        result = fetched(client, MemoryStore(), archive=Shelf(root), archive_made=made)
        asked = [request.path for request in edgar.log]
    assert sum(path.startswith("/data.sec.gov/") for path in asked) == lists
    assert len(asked) == lists + 3
    assert result.facts.height == 1


@pytest.mark.parametrize(("made", "listed"), [(LONG_AGO, 4), (datetime(2999, 1, 1, tzinfo=UTC), 1)])
def test_of_a_reply_and_the_archive_the_younger_counts(tmp_path: Path, made: datetime, listed: int) -> None:
    root, raw = tiny_mirror.build(tmp_path), MemoryStore()
    with talking(root) as (client, _):
        fetched(client, raw)
        other = tiny_mirror.build(tmp_path / "other", rows=tiny_mirror.ROWS[:1])
        result = fetched(client, raw, archive=Shelf(other), archive_made=made, refresh_before=LONG_AGO)
    assert result.filings.height == listed


def test_a_list_that_is_old_but_newer_than_the_archive_is_asked_for_again(tmp_path: Path) -> None:
    root, raw = tiny_mirror.build(tmp_path), MemoryStore()
    other = tiny_mirror.build(tmp_path / "other", rows=tiny_mirror.ROWS[:1])
    with talking(root) as (client, edgar):
        fetched(client, raw)
        edgar.log.clear()
        result = fetched(
            client, raw, archive=Shelf(other), archive_made=LONG_AGO, refresh_before=NOW + timedelta(days=100_000)
        )
        lists = [request.status for request in edgar.log if request.path.startswith("/data.sec.gov/")]
    assert lists == [304, 304]
    assert result.filings.height == 4


def test_the_bodies_of_current_reports_do_not_stay_in_memory(tmp_path: Path) -> None:
    """Of many that are looked into for exhibits only those under way are held: four, and what reading one takes."""
    raw, many, size = RawStore(tmp_path / "raw"), 48, 1 << 20
    rows = [
        (f"0001234567-24-{n:06d}", "8-K", "2024-02-08", "2024-02-08", "2024-02-08T21:05:00.000Z", "2.02", f"{n}.htm")
        for n in range(many)
    ]
    with talking(tiny_mirror.build(tmp_path / "mirror", rows=rows)) as (client, _):
        for row in rows:
            raw.put(urls.document(client.www_url, CIK, row[0], row[-1]), b"<p>" + b"x" * size, 200, {}, NOW)
        visit = Visit(client, raw)
        tracemalloc.start()
        try:
            result = fetch_company(visit, CIK, FetchPolicy(0, 0, many), NOW)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert result.filings["status"].to_list() == ["stored"] * many
    assert peak < many * size / 2


def test_a_company_that_never_filed_is_told(tmp_path: Path) -> None:
    root = tiny_mirror.build(tmp_path, rows=[])
    with talking(root) as (client, _), pytest.raises(DataError, match="lists no filings"):
        fetched(client, MemoryStore())


def test_a_company_with_none_of_the_forms_says_so(tmp_path: Path) -> None:
    with talking(tiny_mirror.build(tmp_path)) as (client, _):
        result = fetched(client, MemoryStore(), policy=FetchPolicy(forms=frozenset({"20-F"})))
    assert [problem.what for problem in result.problems] == ["reports"]


AMENDMENT = ("0001234567-24-000020", "10-K/A", "2024-04-01", "2023-12-31", "2024-04-01T20:00:00.000Z", "", "a.htm")
OLD = ("0001234567-20-000001", "10-K/A", "2020-04-01", "2019-12-31", "2020-04-01T20:00:00.000Z", "", "b.htm")


@pytest.mark.parametrize(
    ("as_of", "chosen"),
    [
        (datetime(2024, 6, 1, tzinfo=UTC), {ANNUAL, EARNINGS, QUARTER, AMENDMENT[0]}),
        (datetime(2024, 3, 1, tzinfo=UTC), {ANNUAL, EARNINGS, QUARTER}),
        (datetime(2024, 2, 15, 21, 31, 6, tzinfo=UTC), {EARNINGS, QUARTER}),  # a second before the annual report
        (datetime(2000, 1, 1, tzinfo=UTC), set()),
    ],
)
def test_only_what_was_accepted_by_then_is_chosen(as_of: datetime, chosen: set[str]) -> None:
    """Amendments come with the reports that they amend; one older than every chosen report does not."""
    _, filings = parse(tiny_mirror.submissions([AMENDMENT, *tiny_mirror.ROWS, OLD]), [], "edgar")
    assert set(choose(filings, FetchPolicy(), as_of)["accession"]) == chosen


def test_the_policy_bounds_each_kind() -> None:
    _, filings = parse(tiny_mirror.submissions(), [], "edgar")
    assert set(choose(filings, FetchPolicy(annual=1, quarterly=0, current=0), NOW)["accession"]) == {ANNUAL}


def test_tickers_give_ciks_and_are_asked_for_once(tmp_path: Path) -> None:
    files = tmp_path / "www.sec.gov" / "files"
    files.mkdir(parents=True)
    (files / "company_tickers.json").write_text('{"0": {"cik_str": 1067983, "ticker": "BRK-B", "title": "Berkshire"}}')
    raw = MemoryStore()
    with talking(tmp_path) as (client, edgar):
        assert [find_cik(client, raw, name, LONG_AGO) for name in ("brk.b", "BRK-B")] == [1067983] * 2
        assert len(edgar.log) == 1
        with pytest.raises(UsageError, match="NKLA"):
            find_cik(client, raw, "NKLA", LONG_AGO)
        assert len(edgar.log) == 2


def test_a_real_company_of_the_mirror() -> None:
    root = shared("edgar-mirror")
    with talking(root) as (client, _):
        result = fetched(client, MemoryStore(), 1045810, FetchPolicy(1, 1, 0), datetime(2025, 8, 31, tzinfo=UTC))
    stored = result.filings.filter(result.filings["status"] == "stored")
    assert stored["document"].to_list() == ["nvda-20250727.htm", "nvda-20250126.htm"]
    assert result.companies["ticker"].item() == "NVDA"
    assert result.facts.height > 20_000


LATER = ("0001234567-24-000030", "10-K", "2025-02-14", "2024-12-31", "2025-02-14T21:31:07.000Z", "", "later.htm")
SALES = inline_document.tag("1,234", format="ixt:num-dot-decimal", scale="6")


def with_report(root: Path, row: tuple[str, ...], content: bytes) -> Path:
    """Write a mirror whose newest report is ``content``; companyfacts do not list it."""
    tiny_mirror.build(root, rows=[row, *tiny_mirror.ROWS])
    folder_of(root, row[0]).mkdir(parents=True)
    (folder_of(root, row[0]) / row[-1]).write_bytes(content)
    return root


def told(result: Fetched, accession: str) -> list[tuple[Any, ...]]:
    return result.facts.filter(accession=accession).select("concept", "value", "form", "filed", "accepted").rows()


def test_facts_of_a_report_that_companyfacts_do_not_list_come_from_the_report(tmp_path: Path) -> None:
    raw, policy, now = MemoryStore(), FetchPolicy(1, 0, 0), datetime(2025, 6, 1, tzinfo=UTC)
    with talking(with_report(tmp_path, LATER, inline_document.document(SALES))) as (client, edgar):
        result = fetched(client, raw, policy=policy, as_of=now)
        asked = len(edgar.log)
        nobody = Nobody(client.data_url, client.www_url)
        again = fetched(nobody, raw, policy=policy, as_of=now, refresh_before=LONG_AGO)
        narrow = fetched(nobody, raw, policy=FetchPolicy(0, 0, 0), refresh_before=LONG_AGO, stored=result.filings)
    accepted = datetime(2025, 2, 14, 21, 31, 7, tzinfo=UTC)
    assert told(result, LATER[0]) == [("Revenues", 1_234e6, "10-K", date(2025, 2, 14), accepted)]
    assert result.facts["value"].to_list() == [1000.0, 1_234e6]
    assert asked == 3  # the two lists and the report
    assert again.facts.equals(result.facts)
    assert narrow.facts.equals(result.facts)  # a report that an earlier fetch stored goes on telling


def test_what_companyfacts_list_goes_before_what_the_report_tells(tmp_path: Path) -> None:
    root = with_report(tmp_path, LATER, inline_document.document(SALES, inline_document.tag("1", at="none")))
    path = root / "data.sec.gov" / "api" / "xbrl" / "companyfacts" / f"CIK{CIK:010d}.json"
    path.write_bytes(tiny_mirror.companyfacts([tiny_mirror.fact(7, LATER[0], end="2024-12-31", filed="2025-02-14")]))
    with talking(root) as (client, _):
        result = fetched(client, MemoryStore(), as_of=datetime(2025, 6, 1, tzinfo=UTC))
    assert result.facts["value"].to_list() == [7.0]
    assert result.ignored == {}


def test_a_cover_page_that_counts_each_class_of_stock_alone_is_added_up(tmp_path: Path) -> None:
    root = tiny_mirror.build(tmp_path)
    (folder_of(root, ANNUAL) / "tiny-20231231.htm").write_bytes(inline_document.by_class(2_000, 300, weighted=2_250))
    with talking(root) as (client, _):
        result = fetched(client, MemoryStore())
    assert [row[:2] for row in told(result, ANNUAL)] == [
        ("EntityCommonStockSharesOutstanding", 2_300.0),
        ("Revenues", 1000.0),
    ]


def test_facts_that_cannot_be_read_are_counted_with_those_of_companyfacts(tmp_path: Path) -> None:
    report = inline_document.document(SALES, inline_document.tag("n/a", "us-gaap:Assets", at="day"))
    root = with_report(tmp_path, LATER, report)
    path = root / "data.sec.gov" / "api" / "xbrl" / "companyfacts" / f"CIK{CIK:010d}.json"
    path.write_bytes(tiny_mirror.companyfacts([tiny_mirror.fact(1000), tiny_mirror.fact("?")]))
    with talking(root) as (client, _):
        result = fetched(client, MemoryStore(), as_of=datetime(2025, 6, 1, tzinfo=UTC))
    assert result.facts["value"].to_list() == [1000.0, 1_234e6]
    assert result.ignored == {"not a number": 2}


def test_a_report_whose_inline_xbrl_is_malformed_is_a_problem_and_the_rest_stays(tmp_path: Path) -> None:
    root = with_report(tmp_path, LATER, inline_document.document(SALES)[:-30])
    with talking(root) as (client, _):
        result = fetched(client, MemoryStore(), as_of=datetime(2025, 6, 1, tzinfo=UTC))
    assert f"facts in 10-K {LATER[0]}" in [problem.what for problem in result.problems]
    assert result.facts["value"].to_list() == [1000.0]
    assert statuses(result)[LATER[0]] == "stored"


# Annual reports by the companies' CIKs, with the shares on their cover pages, all classes together.
COVERS = {
    1326801: ("0001326801-25-000017", 2_533_659_265),
    1652044: ("0001652044-25-000014", 12_190_000_000),
    320187: ("0000320187-25-000047", 1_476_903_492),
}


@pytest.mark.parametrize("cik", COVERS)
def test_real_cover_pages_that_count_each_class_alone(cik: int) -> None:
    accession, shares = COVERS[cik]
    with talking(shared("edgar-mirror")) as (client, _):
        result = fetched(client, MemoryStore(), cik, FetchPolicy(1, 0, 0), datetime(2025, 8, 31, tzinfo=UTC))
    count = result.facts.filter(accession=accession, concept="EntityCommonStockSharesOutstanding")
    assert count["value"].to_list() == [shares]


class Lagging(NoArchive):
    """An archive whose companyfacts are the mirror's without the values of some filings."""

    def __init__(self, accessions: set[str]) -> None:
        self._without = accessions

    def companyfacts(self, cik: int) -> bytes | None:
        body = shared("edgar-mirror", f"data.sec.gov/api/xbrl/companyfacts/CIK{cik:010d}.json").read_bytes()
        return json.dumps(json.loads(body, object_hook=self._cut)).encode()

    def _cut(self, each: dict[str, Any]) -> dict[str, Any]:
        for entries in each.get("units", {}).values():
            entries[:] = [entry for entry in entries if entry["accn"] not in self._without]
        return each


@pytest.mark.slow
@pytest.mark.parametrize("cik", [320193, 1018724, 1045810, 1318605, 1326801, 1652044])
def test_real_companies_lose_nothing_while_companyfacts_lag(cik: int) -> None:
    """The facts table is the same with and without the stored reports in companyfacts."""
    policy, now = FetchPolicy(3, 4, 0), datetime(2025, 8, 31, tzinfo=UTC)
    with talking(shared("edgar-mirror")) as (client, _):
        whole = fetched(client, MemoryStore(), cik, policy, now)
        stored = set(whole.filings.filter(status="stored")["accession"])
        lagging = fetched(client, MemoryStore(), cik, policy, now, archive=Lagging(stored), archive_made=LONG_AGO)
    assert whole.facts["accession"].is_in(stored).any()
    assert lagging.facts.equals(whole.facts)
