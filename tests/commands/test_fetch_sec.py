"""p3 fetch-sec at the command line: what its flags fetch, what it asks of EDGAR, how it ends when EDGAR refuses."""

import json
import os
import shutil
import sqlite3
import subprocess
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import loopback_edgar
import many_filings
import polars as pl
import pytest
from loopback_edgar import Fault, LoopbackEdgar
from loopback_faults import UNDECLARED
from other_process import Ended, command, environment

from p3 import clock
from p3.data.store import Store
from p3.data.tables import COMPANIES, FACTS, FILINGS, Table
from p3.sec import urls
from p3.shapes import FetchedCompany, FetchSec

P3 = Callable[..., Ended]
CIK, OTHER, APPLE = 9100001, 9100002, 320193
FILED = (  # form, day, items
    ("10-K", "2021-02-15", ""),
    ("10-K/A", "2021-03-01", ""),
    ("10-Q", "2021-05-03", ""),
    ("8-K", "2021-05-04", "2.02,9.01"),
    ("8-K", "2021-06-01", "5.02"),
    ("10-K", "2022-02-15", ""),
    ("10-Q", "2022-05-02", ""),
)
_COLUMNS = ("accessionNumber", "form", "filingDate", "reportDate", "acceptanceDateTime", "items", "primaryDocument")


def document(form: str, day: str) -> str:
    return f"{form.lower().replace('/', '')}-{day}.htm"


def accession(cik: int, number: int) -> str:
    return f"{cik:010d}-{FILED[number][1][2:4]}-{number:06d}"


def add_company(mirror: Path, cik: int) -> Path:
    """Write a company with the filings of FILED into ``mirror`` and return the folder of its documents."""
    rows, folder = [], mirror / f"www.sec.gov/Archives/edgar/data/{cik}"
    for number, (form, day, items) in enumerate(FILED):
        rows.append((accession(cik, number), form, day, day, f"{day}T21:31:07.000Z", items, document(form, day)))
        write(folder / rows[-1][0].replace("-", "") / rows[-1][-1], f"<html><body><p>FORM {form}</p></body></html>")
    recent = {name: [row[place] for row in rows] for place, name in enumerate(_COLUMNS)}
    listed = {"cik": f"{cik:010d}", "name": f"Company {cik}", "tickers": [], "exchanges": []}
    entry = {"start": "2020-01-01", "end": "2020-12-31", "val": 7, "form": "10-K", "filed": FILED[0][1]}
    units = {"USD": [entry | {"accn": rows[0][0]}]}
    facts = {"cik": cik, "facts": {"us-gaap": {"Revenues": {"label": None, "units": units}}}}
    write(mirror / submissions(cik), json.dumps(listed | {"filings": {"recent": recent, "files": []}}))
    write(mirror / companyfacts(cik), json.dumps(facts))
    return folder


def submissions(cik: int) -> str:
    return f"data.sec.gov/submissions/CIK{cik:010d}.json"


def companyfacts(cik: int) -> str:
    return f"data.sec.gov/api/xbrl/companyfacts/CIK{cik:010d}.json"


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def variables(edgar: LoopbackEdgar, **more: str) -> dict[str, str]:
    own = {"IDENTITY": "Ann Example ann@example.com", "DATA_URL": edgar.data_url, "WWW_URL": edgar.www_url}
    return {f"P3_SEC__{name}": value for name, value in {**own, "RATE": "10", **more}.items()}


@dataclass
class Fetching:
    """p3 fetch-sec --json into ``tree``, from ``edgar``."""

    p3: P3
    edgar: LoopbackEdgar
    tree: Path

    def __call__(self, *arguments: object, **settings: str) -> Ended:
        """Run it; ``requests`` then tells what it asked for."""
        self._before = len(self.edgar.log)
        words = ("fetch-sec", *arguments, "--data-dir", self.tree, "--json")
        return self.p3(*words, **variables(self.edgar, **settings))

    @property
    def requests(self) -> list[loopback_edgar.Request]:
        return self.edgar.log[self._before :]


def shape(ended: Ended) -> FetchSec:
    return FetchSec.model_validate_json(ended.out)


def only(ended: Ended) -> FetchedCompany:
    (company,) = shape(ended).companies
    return company


def says(ended: Ended, code: int, wrong: str, remedy: str) -> None:
    """Fail unless the command printed nothing but a line that says what is wrong and one that says what to do."""
    assert (ended.code, ended.out) == (code, ""), ended
    told(ended, wrong, remedy)
    assert len(ended.err.splitlines()) == 2, ended.err


def told(ended: Ended, wrong: str, remedy: str) -> None:
    *_, first, second = ended.err.splitlines()
    assert first.startswith("error: ")
    assert wrong in first
    assert second.startswith("  ")
    assert remedy in second
    assert ended.err.count("error: ") == 1


def letters(tree: Path) -> list[tuple[str, str]]:
    """Return the unit and the reason of every dead letter."""
    with closing(sqlite3.connect(tree / "ledger" / "ledger.sqlite")) as ledger:
        return ledger.execute("SELECT unit, reason FROM dead_letters ORDER BY unit").fetchall()


def held(tree: Path, table: Table) -> list[dict[str, Any]]:
    return Store(tree).rows(table).sort(table.key, nulls_last=True).to_dicts()


def statuses(ended: Ended) -> dict[str, str]:
    return {company.ticker: company.status for company in shape(ended).companies}


@pytest.fixture(scope="module")
def edgar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackEdgar]:
    """An EDGAR of three companies that nothing is wrong with."""
    mirror = tmp_path_factory.mktemp("mirror")
    add_company(mirror, CIK)
    add_company(mirror, OTHER)
    add_company(mirror, APPLE)
    listed = {"0": {"cik_str": OTHER, "ticker": "OTHR", "title": "Other"}}
    write(mirror / "www.sec.gov/files/company_tickers.json", json.dumps(listed))
    with loopback_edgar.serve(mirror, rate=10_000) as served:
        yield served


@pytest.fixture
def fetch(p3: P3, edgar: LoopbackEdgar, tmp_path: Path) -> Fetching:
    return Fetching(p3, edgar, tmp_path / "tree")


CHOICES = {
    "newest": (),
    "annual": ("--forms", "10-k"),
    "current": ("--forms", "8-K"),
    "since": ("--since", "2021-05-03"),
    "years": ("--years", "1", "--as-of", "2022-03-31"),
    "early": ("--years", "50", "--as-of", "0010-01-01"),
}


@dataclass(frozen=True)
class Chosen:
    """How a run with one of CHOICES ended, and its tree, which is not to be written to."""

    ended: Ended
    tree: Path

    @property
    def stored(self) -> set[tuple[str, str]]:
        """The form and the day of each filing of which there is the document."""
        return {(row["form"], str(row["filed"])) for row in held(self.tree, FILINGS) if row["status"] == "stored"}


@pytest.fixture(scope="module")
def chosen(edgar: LoopbackEdgar, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Chosen]:
    """One company, fetched with each of CHOICES into a tree of its own, two at a time."""

    def run(name: str) -> Chosen:
        home = tmp_path_factory.mktemp(name)
        words = command("fetch-sec", "-t", f"CIK{CIK}", *CHOICES[name], "--data-dir", home / "tree", "--json")
        own = environment(home, **variables(edgar))
        done = subprocess.run(words, cwd=home, env=own, capture_output=True, text=True, check=False)
        return Chosen(Ended(done.returncode, done.stdout, done.stderr), home / "tree")

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(CHOICES, pool.map(run, CHOICES), strict=True))


@pytest.fixture
def again(fetch: Fetching, chosen: dict[str, Chosen]) -> Fetching:
    """Fetch into a tree that holds the newest filings of one company."""
    shutil.copytree(chosen["newest"].tree, fetch.tree)
    return fetch


def filed(since: str = "", until: str = "9999", forms: tuple[str, ...] = ()) -> set[tuple[str, str]]:
    """Return the form and the day of FILED within those days; an 8-K without results only where ``forms`` has it."""
    return {
        (form, day)
        for form, day, items in FILED
        if since <= day <= until and (form.removesuffix("/A") in forms if forms else items != "5.02")
    }


def test_without_flags_the_newest_of_each_kind_come_with_their_amendments(chosen: dict[str, Chosen]) -> None:
    ended = chosen["newest"].ended
    assert (ended.code, ended.err, only(ended).status, only(ended).missing) == (0, "", "updated", [])
    assert chosen["newest"].stored == filed()


@pytest.mark.parametrize(("name", "form"), [("annual", "10-K"), ("current", "8-K")])
def test_forms_fetches_that_one_with_its_amendments_and_no_other(
    chosen: dict[str, Chosen], name: str, form: str
) -> None:
    """The list tells of all filings whatever is fetched of them."""
    assert (chosen[name].ended.code, chosen[name].stored) == (0, filed(forms=(form,)))
    assert only(chosen[name].ended).filings == len(FILED)


def test_since_fetches_all_that_was_filed_on_that_day_or_later(chosen: dict[str, Chosen]) -> None:
    assert (chosen["since"].ended.code, chosen["since"].stored) == (0, filed("2021-05-03"))


def test_years_count_back_from_the_as_of_and_nothing_later_comes(chosen: dict[str, Chosen]) -> None:
    assert (chosen["years"].ended.code, chosen["years"].stored) == (0, filed("2021-03-31", "2022-03-31"))
    assert shape(chosen["years"].ended).as_of == "2022-04-01T03:59:59Z"


def test_years_before_the_calendar_began_end_with_it_and_what_there_is_none_of_is_told(
    chosen: dict[str, Chosen],
) -> None:
    assert (chosen["early"].ended.code, chosen["early"].stored) == (1, set())
    told = "reports: EDGAR lists none of the forms that were asked for since 0001-01-01"
    assert only(chosen["early"].ended).missing == [told]


NO_SENSE = {
    ("--forms", "10-X"): ("'10-X' is not a form that p3 fetches", "Forms: 10-K, "),
    ("--forms", " , "): ("no form is named", "Forms: 10-K, "),
    ("--since", "soon"): ("--since 'soon' is not a date", "2015-01-01"),
    ("--since", "2999-01-01"): ("--since 2999-01-01 is later than ", "earlier"),
    ("--since", "2020-01-02", "--as-of", "2020-01-01"): ("is later than 2020-01-01", "earlier"),
    ("--since", "2020-01-01", "--years", "2"): ("--since and --years", "one of them"),
}


def test_flags_that_make_no_sense_are_told_before_anyone_is_asked(
    together: Callable[..., list[Ended]], tmp_path: Path
) -> None:
    commands = [("fetch-sec", "-t", f"CIK{CIK}", *flags) for flags in NO_SENSE]
    for ended, (wrong, remedy) in zip(together(*commands, tree=tmp_path / "tree"), NO_SENSE.values(), strict=True):
        says(ended, 2, wrong, remedy)


def test_offline_builds_lost_tables_again_without_a_request_or_an_identity(again: Fetching) -> None:
    tables = (COMPANIES, FILINGS, FACTS)
    before = [held(again.tree, table) for table in tables]
    ended = again("-t", f"CIK{CIK}", "--offline", IDENTITY="")
    assert (ended.code, only(ended).status, shape(ended).requests) == (0, "fresh", 0)
    shutil.rmtree(again.tree / "facts")
    ended = again("-t", f"CIK{CIK}", "--offline", IDENTITY="")
    assert (ended.code, only(ended).status, shape(ended).requests) == (0, "updated", 0)
    assert again.requests == []
    assert [held(again.tree, table) for table in tables] == before


def test_offline_what_was_never_fetched_fails_its_company_alone(again: Fetching) -> None:
    ended = again("-t", f"CIK{OTHER}", "-t", f"CIK{CIK}", "--offline", IDENTITY="")
    assert ended.code == 1
    lacking, fresh = shape(ended).companies
    assert (lacking.status, lacking.filings, fresh.status) == ("failed", 0, "fresh")
    assert lacking.error is not None
    assert "was never fetched" in lacking.error
    says(again("-t", "NEW", "--offline", IDENTITY=""), 7, "was never fetched", "without --offline")
    assert again.requests == []


def test_without_an_identity_nobody_is_asked(fetch: Fetching) -> None:
    says(fetch("-t", f"CIK{CIK}", IDENTITY=""), 3, "no identity is set", "P3_SEC__IDENTITY")
    assert fetch.requests == []
    assert letters(fetch.tree) == []


def test_the_sample_never_takes_the_place_of_what_edgar_gave(p3: P3, tree: Path) -> None:
    store = Store(tree)
    rows = store.rows(COMPANIES).with_columns(origin=pl.lit("edgar"))
    store.tables.replace(COMPANIES, rows["cik"].to_list(), rows)
    ended = p3("fetch-sec", "-t", "MSFT", "--source", "sample", "--force", "--data-dir", tree, "--json")
    says(ended, 2, "MSFT is here from EDGAR, and the sample would replace it", "--data-dir")
    assert {row["origin"] for row in held(tree, COMPANIES)} == {"edgar"}


@contextmanager
def edgar_that_knows_nobody(root: Path) -> Iterator[LoopbackEdgar]:
    """Serve EDGAR's page for undeclared tools, as a 403, whatever is asked by whomever."""
    found = LoopbackEdgar(root)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.record(loopback_edgar.Request(self.path, dict(self.headers), 403))
            self.send_response(403)
            self.send_header("Content-Length", str(len(UNDECLARED)))
            self.end_headers()
            self.wfile.write(UNDECLARED)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        base = f"http://127.0.0.1:{server.server_address[1]}"
        found.data_url, found.www_url = f"{base}/data.sec.gov", f"{base}/www.sec.gov"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


def test_an_identity_that_edgar_refuses_ends_the_run_and_is_no_company_s_failure(p3: P3, tmp_path: Path) -> None:
    with edgar_that_knows_nobody(tmp_path) as edgar:
        fetch = Fetching(p3, edgar, tmp_path / "tree")
        ended = fetch(*many_filings.tickers(6))
        says(ended, 3, "EDGAR does not accept this client's identity", "P3_SEC__IDENTITY")
        assert 1 <= len(edgar.log) <= 2  # one of each company that was under way
    assert letters(fetch.tree) == []


def test_an_edgar_that_is_not_there_is_to_be_tried_later(p3: P3, tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"
    gone = LoopbackEdgar(tmp_path, data_url=f"{nowhere}/data.sec.gov", www_url=f"{nowhere}/www.sec.gov")
    says(Fetching(p3, gone, tmp_path / "tree")("-t", f"CIK{CIK}"), 5, "EDGAR did not answer", "Try again later")
    assert [unit for unit, _ in letters(tmp_path / "tree")] == [f"CIK{CIK:010d}"]


def test_after_three_refusals_in_a_row_who_was_not_tried_has_not_failed(p3: P3, tmp_path: Path) -> None:
    many_filings.build(tmp_path / "mirror", companies=12, reports=1)
    refused = {f"CIK{cik:010d}" for cik in many_filings.ciks(12)[2:]}
    refusing = lambda path, before: Fault.REDIRECT if any(each in path for each in refused) else None  # noqa: E731
    with loopback_edgar.serve(tmp_path / "mirror", faults=refusing) as edgar:
        fetch = Fetching(p3, edgar, tmp_path / "tree")
        ended = fetch(*many_filings.COMMAND[1:], *many_filings.tickers(12))
    assert ended.code == 5
    found = statuses(ended)
    failed = [ticker for ticker, status in found.items() if status == "failed"]
    assert 3 <= len(failed) <= 6  # of two at a time, one that succeeds late begins the count anew
    assert set(failed) < refused
    assert Counter(found.values()) == {"updated": 2, "failed": len(failed), "untried": 10 - len(failed)}
    told(ended, f"which is refused; not tried: {10 - len(failed)} of 12", "P3_SEC__DATA_URL")
    assert [unit for unit, _ in letters(fetch.tree)] == failed


@pytest.mark.slow
def test_an_edgar_that_fails_on_and_on_is_left_alone(p3: P3, tmp_path: Path) -> None:
    """Its lists come and no document does, whether the third company tells or the tenth request in a row."""
    many_filings.build(tmp_path / "mirror", companies=6, reports=12)
    failing = lambda path, before: Fault.UNAVAILABLE if "/Archives/" in path else None  # noqa: E731
    with loopback_edgar.serve(tmp_path / "mirror", faults=failing) as edgar:
        fetch = Fetching(p3, edgar, tmp_path / "tree")
        says(fetch(*many_filings.COMMAND[1:], *many_filings.tickers(6)), 5, "; not tried: ", "Try again later")
    tried = {Path(each.path).stem for each in edgar.log if "/submissions/" in each.path}
    assert len(tried) <= 4
    assert {unit for unit, _ in letters(fetch.tree)} <= tried


def test_an_edgar_that_still_blocks_ends_the_run_and_keeps_what_was_done(p3: P3, tmp_path: Path) -> None:
    many_filings.build(tmp_path / "mirror", companies=6, reports=1)
    blocked = {f"CIK{cik:010d}" for cik in many_filings.ciks(6)[2:]}
    blocking = True
    faults = lambda path, before: Fault.RATE_PAGE if blocking and any(each in path for each in blocked) else None  # noqa: E731
    with loopback_edgar.serve(tmp_path / "mirror", faults=faults) as edgar:
        fetch = Fetching(p3, edgar, tmp_path / "tree")
        ended = fetch(*many_filings.COMMAND[1:], *many_filings.tickers(6), FREEZE_SECONDS="0.5")
        assert ended.code == 5
        told(ended, "; not tried: ", "")
        first = statuses(ended)
        assert set(first.values()) == {"updated", "untried"}
        assert blocked <= {ticker for ticker, status in first.items() if status == "untried"}
        assert [company.error for company in shape(ended).companies] == [None] * 6
        assert len(edgar.refused) <= 4  # two companies under way, before and after the wait
        assert letters(fetch.tree) == []
        stored = {str(row["cik"]) for row in held(fetch.tree, FILINGS)}
        assert stored == {ticker.removeprefix("CIK000") for ticker, status in first.items() if status == "updated"}
        blocking = False
        ended = fetch(*many_filings.COMMAND[1:], *many_filings.tickers(6))
        assert ended.code == 0
        assert statuses(ended) == {t: "fresh" if s == "updated" else "updated" for t, s in first.items()}


def test_what_edgar_does_not_have_is_listed_and_asked_for_again_once_it_is_old(p3: P3, tmp_path: Path) -> None:
    documents = add_company(tmp_path / "mirror", CIK)
    number, name = 5, document(*FILED[5][:2])
    lacking = documents / accession(CIK, number).replace("-", "") / name
    content = lacking.read_text()
    lacking.unlink()
    (tmp_path / "mirror" / companyfacts(CIK)).unlink()
    with loopback_edgar.serve(tmp_path / "mirror", rate=10_000) as edgar:
        fetch = Fetching(p3, edgar, tmp_path / "tree")
        ended = fetch("-t", f"CIK{CIK}")
        assert (ended.code, ended.err, only(ended).status, only(ended).facts) == (1, "", "updated", 0)
        missing = sorted(only(ended).missing)
        assert len(missing) == 2
        assert missing[0].startswith("companyfacts: EDGAR has nothing at ")
        assert missing[0].endswith("(status 404)")
        assert missing[1].startswith(f"newest annual report: 10-K {accession(CIK, number)} is missing: ")
        assert missing[1].endswith("(status 403)")
        assert {r["document"] for r in held(fetch.tree, FILINGS) if r["status"] == "missing"} == {name}

        ended = fetch("-t", f"CIK{CIK}")
        assert (ended.code, only(ended).status, sorted(only(ended).missing)) == (1, "fresh", missing)
        assert fetch.requests == []

        write(lacking, content)
        ended = fetch("-t", f"CIK{CIK}", REFRESH_HOURS="0")
        assert (ended.code, only(ended).status, len(only(ended).missing)) == (1, "updated", 1)
        assert {each.path: (each.status, "If-None-Match" in each.headers) for each in fetch.requests} == {
            f"/{submissions(CIK)}": (304, True),
            f"/{companyfacts(CIK)}": (404, False),
            f"/{lacking.relative_to(tmp_path / 'mirror')}": (200, False),
        }


def test_forced_only_the_lists_are_asked_for_and_only_whether_they_changed(again: Fetching) -> None:
    ended = again("-t", f"CIK{CIK}", "--force")
    assert (ended.code, only(ended).status, shape(ended).requests) == (0, "updated", 2)
    assert {each.path: each.status for each in again.requests} == {
        f"/{submissions(CIK)}": 304,
        f"/{companyfacts(CIK)}": 304,
    }


def test_a_company_without_a_ticker_goes_by_its_cik_however_it_is_written(again: Fetching) -> None:
    ended = again("-t", f"CIK{CIK}", "-t", f"cik{CIK:010d}", "-t", str(CIK))
    assert (ended.code, only(ended).ticker, only(ended).cik, only(ended).status) == (0, f"CIK{CIK:010d}", CIK, "fresh")
    assert again.requests == []
    assert [row["ticker"] for row in held(again.tree, COMPANIES)] == [f"CIK{CIK:010d}"]


def test_who_is_in_no_scope_is_looked_up_at_edgar(fetch: Fetching) -> None:
    ended = fetch("-t", "othr", "-t", "NOSUCH", "-t", "CIK9199999", "--forms", "10-Q")
    assert ended.code == 1
    known, *unknown = shape(ended).companies
    assert (known.ticker, known.cik, known.status, known.error) == ("OTHR", OTHER, "updated", None)
    assert [(each.ticker, each.status) for each in unknown] == [("NOSUCH", "failed"), ("CIK0009199999", "failed")]
    assert unknown[0].error == "EDGAR lists no company with the ticker NOSUCH"
    assert (
        unknown[1].error == f"EDGAR has nothing at {fetch.edgar.data_url}/submissions/CIK0009199999.json (status 404)"
    )
    says(fetch("-t", "NOSUCH"), 2, "EDGAR lists no company with the ticker NOSUCH", "-t CIK")


def test_before_the_membership_is_known_a_note_says_who_stands_in(fetch: Fetching) -> None:
    """The note goes to stderr, and stdout is one JSON document all the same."""
    ended = fetch("n100", "-t", "AAPL", "--as-of", "2014-06-30")
    assert (ended.code, only(ended).cik) == (1, APPLE)
    assert ended.err == "Who was in n100 is known from 2015-01-01 on: its members of that day stand in.\n"


def test_a_note_says_through_which_day_the_nightly_archives_know_the_filings(p3: P3, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    add_company(mirror, CIK)
    for place, listed in ((urls.submissions_archive, submissions), (urls.companyfacts_archive, companyfacts)):
        archive = mirror / place("www.sec.gov")
        archive.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(archive, "w") as members:
            members.write(mirror / listed(CIK), Path(listed(CIK)).name)
    with loopback_edgar.serve(mirror, rate=10_000) as edgar:
        fetch = Fetching(p3, edgar, tmp_path / "tree")
        before = clock.market_date(clock.now())
        ended = fetch("-t", f"CIK{CIK}", BULK_FROM="1")
        after = clock.market_date(clock.now())
    assert (ended.code, statuses(ended)) == (0, {f"CIK{CIK:010d}": "updated"}), ended
    assert not any(each.path.startswith("/data.sec.gov/") for each in fetch.requests)
    days = [day - timedelta(days=1) for day in (before, after)]
    assert any(f"the filings are known through {day};" in ended.err for day in days), ended.err


def test_a_filing_of_two_companies_is_listed_under_each(p3: P3, tmp_path: Path) -> None:
    """As those of a holding and its subsidiary are, or of an owner and an issuer, under one accession number."""
    mirror = tmp_path / "mirror"
    one, two = add_company(mirror, CIK), add_company(mirror, OTHER)
    listed = mirror / submissions(OTHER)
    own, joint = accession(OTHER, 5), accession(CIK, 5)
    listed.write_text(listed.read_text().replace(own, joint))
    shutil.move(two / own.replace("-", ""), two / joint.replace("-", ""))
    assert (one / joint.replace("-", "")).is_dir()
    with loopback_edgar.serve(mirror, rate=10_000) as edgar:
        fetch = Fetching(p3, edgar, tmp_path / "tree")
        ended = fetch("-t", f"CIK{CIK}", "-t", f"CIK{OTHER}")
    assert (ended.code, set(statuses(ended).values())) == (0, {"updated"}), ended
    shared = [(row["cik"], row["status"]) for row in held(fetch.tree, FILINGS) if row["accession"] == joint]
    assert shared == [(CIK, "stored"), (OTHER, "stored")]
    assert [each.filings for each in shape(ended).companies] == [len(FILED)] * 2


def test_a_reader_that_has_gone_is_no_error(tmp_path: Path) -> None:
    """As `| head -1` does; the pipe is closed before the first line, so that nothing depends on who is faster."""
    running = []
    for kind in ("--json", "--quiet"):
        reader, writer = os.pipe()
        os.close(reader)
        words = command("fetch-sec", "--source", "sample", "--data-dir", tmp_path / kind, kind)
        running.append(subprocess.Popen(words, env=environment(tmp_path), stdout=writer, stderr=subprocess.PIPE))
        os.close(writer)
    ended = [(process.communicate(timeout=60)[1], process.returncode) for process in running]
    assert ended == [(b"", 0)] * 2
