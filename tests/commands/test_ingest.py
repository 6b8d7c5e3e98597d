"""`p3 ingest`: what is refused leaves no trace, what is taken in is kept once and known from when its user says."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import loopback_edgar
import many_filings
from document_files import pdf, xlsx, zip_of_zeros
from flow.trees import assert_whole, rows

from p3.data.store import Store
from p3.data.tables import COMPANIES, FILINGS

P3 = Callable[..., Any]

WIDGET = ("-t", "WDGT", "--company", "Widget Co")
COVER = """<html><body><p>UNITED STATES SECURITIES AND EXCHANGE COMMISSION</p><p>FORM 10-K</p>
<p>For the fiscal year ended December 31, 2022</p><p>Widgets sold well.</p></body></html>"""


@dataclass(frozen=True)
class Refusal:
    """What is refused, with which options, and what is said of it."""

    path: str
    wrong: str
    remedy: str
    options: tuple[str, ...] = WIDGET
    code: int = 2


def unreadable(path: str, wrong: str, remedy: str = "") -> Refusal:
    return Refusal(path, wrong, remedy, code=7)


def said(wrong: str, remedy: str, *options: str, path: str = "good.txt") -> Refusal:
    return Refusal(path, wrong, remedy, (*WIDGET, *options))


REFUSED = [
    unreadable("encrypted.pdf", "encrypted.pdf: the PDF is encrypted", "password"),
    unreadable("truncated.pdf", "truncated.pdf: the PDF is cut off or damaged"),
    unreadable("empty.txt", "empty.txt: it is empty", "leave it out"),
    unreadable("bomb.xlsx", "bomb.xlsx: "),
    unreadable("of a link that leads out", "outside.txt: it is a link that leads out of the folder", "leave it out"),
    unreadable("of a link round in a circle", "circle.txt: it cannot be read: Too many levels", "leave it out"),
    unreadable("of a pipe", "pipe.txt: it is no plain file", "leave it out"),
    Refusal("of a picture", "holds no file that p3 reads", ".pdf"),
    Refusal("missing.pdf", "missing.pdf is no file that can be read", "exist"),
    Refusal("x" * 300, "xxx is no file that can be read", "exist"),
    Refusal("pipe.txt", "pipe.txt is neither a file nor a folder", "files or folders"),
    Refusal("good.txt", "no company is known by the ticker NOSUCH", "--company", ("-t", "NOSUCH")),
    Refusal("good.txt", "'WD/GT' is not a ticker", "MSFT", ("-t", "WD/GT", "--company", "Widget Co")),
    said("the period's end, 2999-12-31, has not come yet", "--period", "--period", "2999-12-31"),
    said("the fiscal year 2099, has not come yet", "--period", "--period", "2099"),
    said("--accepted 2999-01-01 has not come yet", "past date", "--accepted", "2999-01-01"),
    said(
        "--accepted 2022-12-30 is before the period's end, 2022-12-31",
        "--accepted",
        *("--period", "2022-12-31", "--accepted", "2022-12-30"),
    ),
    said(
        "--accepted 2020-12-31 is before the fiscal year 2022",
        "--accepted",
        *("--period", "2022", "--accepted", "2020-12-31"),
    ),
    said(
        "report.htm: --accepted 2022-06-30 is before the period's end, 2022-12-31",
        "--accepted",
        *("--accepted", "2022-06-30"),
        path="report.htm",
    ),
    said("'10_K' is not a form", "10-K", "--form", "10_K"),
]


def lay_out(at: Path) -> Path:
    """Make a folder of the files that REFUSED names."""
    at.mkdir()
    (at / "good.txt").write_text("Widgets sold well.")
    (at / "report.htm").write_text(COVER)
    (at / "encrypted.pdf").write_bytes(pdf([["Secret"]], password="pass"))
    (at / "truncated.pdf").write_bytes(pdf([["Page"]] * 20)[:-300])
    (at / "bomb.xlsx").write_bytes(zip_of_zeros("xl/workbook.xml", 100 << 20))
    (at / "empty.txt").touch()
    for name in ("a picture", "a link that leads out", "a link round in a circle", "a pipe"):
        (at / f"of {name}").mkdir()
    (at / "of a picture" / "chart.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (at / "of a link that leads out" / "outside.txt").symlink_to(at / "good.txt")
    (at / "of a link round in a circle" / "circle.txt").symlink_to("circle.txt")
    for pipe in (at / "pipe.txt", at / "of a pipe" / "pipe.txt"):
        os.mkfifo(pipe)
    return at


def contents(tree: Path) -> dict[str, bytes]:
    """Return all that a tree holds but its ledger."""
    files = [path for path in tree.rglob("*") if path.is_file() and "ledger" not in path.relative_to(tree).parts]
    return {str(path.relative_to(tree)): path.read_bytes() for path in files}


def ingested(p3: P3, tree: Path, *arguments: object, code: int = 0) -> tuple[Any, str]:
    """Run ``p3 ingest`` for WDGT, fail unless it ends with ``code``, and return its JSON and what it said."""
    ended = p3("ingest", *arguments, *WIDGET, "--json", "--data-dir", tree)
    assert ended.code == code, ended
    return json.loads(ended.out), ended.err


def objects(tree: Path) -> set[str]:
    """Return the SHA-256 of every body that RAW holds."""
    return {path.name.removesuffix(".gz") for path in (tree / "raw" / "objects").glob("*/*")}


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def names(documents: list[dict[str, Any]]) -> list[str]:
    return [each["document"] for each in documents]


def test_what_is_refused_is_one_error_with_a_remedy_and_leaves_raw_and_tables_as_they_were(
    p3: P3, together: Callable[..., list[Any]], tmp_path: Path
) -> None:
    files, tree = lay_out(tmp_path / "files"), tmp_path / "tree"
    ingested(p3, tree, files / "good.txt")
    before = contents(tree)
    assert before
    each = [("ingest", str(files / refusal.path), *refusal.options) for refusal in REFUSED]
    for refusal, ended in zip(REFUSED, together(*each, tree=tree), strict=True):
        lines = ended.err.splitlines()
        assert (ended.code, ended.out, len(lines)) == (refusal.code, "", 2), (refusal, ended)
        assert lines[0].startswith("error: ")
        assert refusal.wrong in lines[0]
        assert lines[1].startswith("  ")
        assert lines[1].strip()
        assert refusal.remedy in lines[1]
    assert contents(tree) == before
    with closing(sqlite3.connect(tree / "ledger" / "ledger.sqlite")) as ledger:
        assert ledger.execute("SELECT count(*) FROM dead_letters").fetchone() == (0,)


def test_bad_files_of_a_folder_are_listed_and_not_kept_while_the_good_ones_are_taken_in(p3: P3, tmp_path: Path) -> None:
    folder, tree = tmp_path / "folder", tmp_path / "tree"
    folder.mkdir()
    (folder / "a good.txt").write_text("Widgets sold well.")
    (folder / "b later.htm").write_text(COVER)
    (folder / "c truncated.pdf").write_bytes(pdf([["Page"]] * 20)[:-300])
    (folder / "d empty.csv").touch()
    (folder / "e good.txt").write_text("Gadgets did not.")
    shape, told = ingested(p3, tree, folder, "--accepted", "2022-06-30", code=1)
    assert names(shape["documents"]) == ["a good.txt", "e good.txt"]
    refused = {each["what"]: each["reason"] for each in shape["refused"]}
    assert refused.keys() == {"b later.htm", "c truncated.pdf", "d empty.csv"}
    assert "before the period's end, 2022-12-31" in refused["b later.htm"]
    assert "cut off or damaged" in refused["c truncated.pdf"]
    assert "it is empty" in refused["d empty.csv"]
    assert "error:" not in told
    assert objects(tree).isdisjoint(sha(folder / name) for name in refused)
    assert set(rows(tree, FILINGS)["document"]) == {"a good.txt", "e good.txt"}


def test_a_folder_is_taken_in_byte_for_byte_with_pages_and_what_covers_say(p3: P3, tmp_path: Path) -> None:
    folder, tree = tmp_path / "folder", tmp_path / "tree"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "deck.pdf").write_bytes(pdf([["Widgets"], ["Gadgets"]]))
    (folder / "feeds.txt").write_text("one\ftwo\fthree")
    (folder / "model.xlsx").write_bytes(xlsx({"Sales": [["Year", "Sales"], [2022, 10]], "Costs": [["Year"], [2022]]}))
    (folder / "report.htm").write_text(COVER)
    (folder / "sales.csv").write_text("year,sales\n2022,10\n")
    (folder / "chart.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    shape, told = ingested(p3, tree, folder)
    assert (shape["ticker"], shape["cik"], shape["refused"]) == ("WDGT", None, [])
    pages = {each["document"]: each["pages"] for each in shape["documents"]}
    assert pages == {"deck.pdf": 2, "feeds.txt": 3, "model.xlsx": 2, "report.htm": None, "sales.csv": None}
    assert {each["status"] for each in shape["documents"]} == {"added"}
    report = next(each for each in shape["documents"] if each["document"] == "report.htm")
    assert (report["form"], report["period"]) == ("10-K", "2022-12-31")
    assert "Left out of the folder, as no file that p3 reads: chart.png." in told.splitlines()
    filings = rows(tree, FILINGS)
    assert set(filings["accession"]) == {each["accession"] for each in shape["documents"]}
    assert set(filings["status"]) == {"stored"}
    for row in filings.iter_rows(named=True):
        (path,) = folder.rglob(row["document"])
        assert Store(tree).raw.read(row["document_sha"]) == path.read_bytes()
    assert_whole(tree)


def test_the_same_bytes_are_kept_once_and_stay_known_from_when_they_first_came(p3: P3, tmp_path: Path) -> None:
    folder, tree = tmp_path / "folder", tmp_path / "tree"
    folder.mkdir()
    for name in ("first.txt", "second.txt"):
        (folder / name).write_text("Widgets sold well.")
    shape, told = ingested(p3, tree, folder)
    (document,) = shape["documents"]
    assert (document["document"], document["status"]) == ("second.txt", "added")
    assert "first.txt is the same as second.txt: it is kept once." in told.splitlines()
    again, told = ingested(p3, tree, folder / "first.txt", "--form", "transcript")
    assert again["documents"] == [document | {"document": "first.txt", "form": "TRANSCRIPT", "status": "known"}]
    assert "from now on" not in told
    assert rows(tree, FILINGS).select("accession", "document", "form").rows() == [
        (document["accession"], "first.txt", "TRANSCRIPT")
    ]
    assert sha(folder / "first.txt") in objects(tree)


def test_a_document_that_comes_again_keeps_what_was_said_of_it(p3: P3, tmp_path: Path) -> None:
    tree, path = tmp_path / "tree", tmp_path / "report.txt"
    path.write_text("Widgets sold well.")
    ingested(p3, tree, path, "--form", "10-K", "--period", "2021", "--accepted", "2022-02-01")
    (first,) = rows(tree, FILINGS).rows()
    ingested(p3, tree, path)
    assert rows(tree, FILINGS).rows() == [first]


def test_a_document_is_known_from_the_time_that_is_said_or_else_from_now_which_is_told(p3: P3, tmp_path: Path) -> None:
    tree, dated, undated = tmp_path / "tree", tmp_path / "dated.txt", tmp_path / "undated.txt"
    for path in (dated, undated):
        path.write_text(f"Text of {path.name}.")
    shape, told = ingested(p3, tree, dated, "--accepted", "2020-01-02T16:00:00")
    assert [each["accepted"] for each in shape["documents"]] == ["2020-01-02T21:00:00Z"]
    assert "from now on" not in told
    began = datetime.now(UTC) - timedelta(seconds=1)
    shape, told = ingested(p3, tree, undated)
    known_from = datetime.fromisoformat(shape["documents"][0]["accepted"])
    assert began <= known_from <= datetime.now(UTC)
    assert "They count as known from now on; for as-ofs in the past say --accepted." in told.splitlines()
    exact = rows(tree, FILINGS).select("document", "accepted_exact")
    assert dict(exact.iter_rows()) == {"dated.txt": True, "undated.txt": False}


def test_what_was_ingested_for_one_ticker_stays_when_another_of_its_company_is_fetched(p3: P3, tmp_path: Path) -> None:
    """Before its CIK was known and after; a ticker that changes hands takes nothing along."""
    tree, mirror = tmp_path / "tree", tmp_path / "mirror"
    many_filings.build(mirror, companies=2, reports=1)
    cik, other = many_filings.ciks(2)
    listed = mirror / "www.sec.gov" / "files" / "company_tickers.json"
    listed.parent.mkdir()
    for name in ("before.txt", "after.txt"):
        (tmp_path / name).write_text(f"Text of {name}.")

    def list_tickers(**ciks: int) -> None:
        entries = [{"cik_str": cik, "ticker": ticker, "title": ticker} for ticker, cik in ciks.items()]
        listed.write_text(json.dumps({str(at): entry for at, entry in enumerate(entries)}))

    def own() -> set[tuple[int, str]]:
        return set(rows(tree, FILINGS).filter(origin="ingested").select("cik", "document").iter_rows())

    with loopback_edgar.serve(mirror) as edgar:
        asked = {"IDENTITY": "Ann Example ann@example.com", "DATA_URL": edgar.data_url, "WWW_URL": edgar.www_url}
        variables = {f"P3_SEC__{name}": value for name, value in {**asked, "REFRESH_HOURS": "0"}.items()}

        def fetch(ticker: str) -> None:
            ended = p3("fetch-sec", "-t", ticker, "--data-dir", tree, **variables)
            assert ended.code == 0, ended.err

        list_tickers(WDGT=cik, WDGTA=cik)
        ingested(p3, tree, tmp_path / "before.txt")
        fetch("WDGT")
        ingested(p3, tree, tmp_path / "after.txt")
        fetch("WDGTA")
        assert own() == {(cik, "before.txt"), (cik, "after.txt")}
        list_tickers(WDGT=other, WDGTA=cik)
        fetch("WDGT")
        assert own() == {(cik, "before.txt"), (cik, "after.txt")}
    assert set(rows(tree, FILINGS)["cik"]) == {cik, other}
    assert_whole(tree)


def test_documents_move_to_the_company_s_cik_once_edgar_tells_it(p3: P3, tmp_path: Path) -> None:
    tree, mirror = tmp_path / "tree", tmp_path / "mirror"
    many_filings.build(mirror, companies=1, reports=1)
    (cik,) = many_filings.ciks(1)
    listed = mirror / "www.sec.gov" / "files" / "company_tickers.json"
    listed.parent.mkdir()
    listed.write_text(json.dumps({"0": {"cik_str": cik, "ticker": "WDGT", "title": "Widget Co"}}))
    for name in ("before.txt", "after.txt"):
        (tmp_path / name).write_text(f"Text of {name}.")
    before, _ = ingested(p3, tree, tmp_path / "before.txt", "--accepted", "2020-01-02")
    assert before["documents"][0]["accepted"] == "2020-01-03T04:59:59Z"  # the end of that day in New York
    (stand_in,) = rows(tree, FILINGS)["cik"]
    assert stand_in < 0
    assert rows(tree, COMPANIES).select("cik", "name").rows() == [(stand_in, "Widget Co")]

    with loopback_edgar.serve(mirror) as edgar:
        asked = {"IDENTITY": "Ann Example ann@example.com", "DATA_URL": edgar.data_url, "WWW_URL": edgar.www_url}
        variables = {f"P3_SEC__{name}": value for name, value in asked.items()}
        fetched = p3("fetch-sec", "-t", "WDGT", "--data-dir", tree, **variables)
    assert fetched.code == 0, fetched.err
    filings = rows(tree, FILINGS).select("cik", "accession", "origin")
    report = (cik, f"{cik:010d}-00-000000", "edgar")
    assert filings.rows() == [report, (cik, before["documents"][0]["accession"], "ingested")]
    assert rows(tree, COMPANIES).select("cik", "ticker", "origin").rows() == [(cik, "WDGT", "edgar")]

    after, _ = ingested(p3, tree, tmp_path / "after.txt")
    assert after["cik"] == cik
    assert set(rows(tree, FILINGS)["document"]) == {f"report-{cik}-0.htm", "before.txt", "after.txt"}
    assert set(rows(tree, FILINGS)["cik"]) == {cik}
    assert_whole(tree)
