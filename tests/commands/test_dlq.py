"""`p3 dlq`: what a fetch could not have is listed until a retry, with the flags of that fetch, has it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import loopback_edgar
import many_filings
import pytest
from flow.trees import assert_whole, rows
from loopback_edgar import LoopbackEdgar

from p3.data.tables import FILINGS

P3 = Callable[..., Any]
COMPANIES, REPORTS = 2, 4
FIRST, SECOND = (f"CIK{cik:010d}" for cik in many_filings.ciks(COMPANIES))


@dataclass
class Fetching:
    """A tree, a mirror with gaps, and the server of both companies."""

    p3: P3
    tree: Path
    mirror: Path
    edgar: LoopbackEdgar
    documents: dict[str, bytes]

    def run(self, *arguments: str) -> Any:
        base = {"IDENTITY": "Ann Example ann@example.com", "DATA_URL": self.edgar.data_url}
        variables = {f"P3_SEC__{name}": value for name, value in {**base, "WWW_URL": self.edgar.www_url}.items()}
        self.edgar.log.clear()
        return self.p3(*arguments, "--data-dir", self.tree, **variables)

    def asked(self) -> set[str]:
        """Return the paths that the last command asked for."""
        return {request.path for request in self.edgar.log}

    def letters(self, *arguments: str) -> list[dict[str, Any]]:
        ended = self.run("dlq", "list", *arguments, "--json")
        assert (ended.code, ended.err) == (0, "")
        shape = json.loads(ended.out)
        assert shape["runs"] == []
        return list(shape["letters"])

    def stored(self) -> set[str]:
        """Return the file names of the documents that are held."""
        filings = rows(self.tree, FILINGS)
        return set(filings.filter(filings["status"] == "stored")["document"])

    def oldest(self) -> str:
        """Return the path on the server of the first company's oldest report."""
        return next(path for path in self.documents if path.endswith(f"report-{many_filings.ciks(1)[0]}-0.htm"))

    @contextmanager
    def without(self, path: str) -> Iterator[None]:
        """Serve no ``path`` until the block ends."""
        file = self.mirror / path.lstrip("/")
        content = file.read_bytes()
        file.unlink()
        yield
        file.write_bytes(content)


@pytest.fixture
def fetching(p3: P3, tmp_path: Path) -> Iterator[Fetching]:
    documents = many_filings.build(tmp_path / "mirror", COMPANIES, REPORTS)
    with loopback_edgar.serve(tmp_path / "mirror") as edgar:
        yield Fetching(p3, tmp_path / "tree", tmp_path / "mirror", edgar, documents)


def test_where_no_tree_is_the_command_that_begins_one_is_named(
    together: Callable[..., list[Any]], tmp_path: Path
) -> None:
    for ended in together(("dlq", "list"), ("dlq", "retry"), tree=tmp_path / "none"):
        assert (ended.code, ended.out) == (4, "")
        assert ended.err.splitlines()[0].startswith("error: there are no data in ")
        assert "p3 fetch-sec" in ended.err
    assert not (tmp_path / "none").exists()


def test_a_missing_document_is_tried_again_with_its_fetch_s_flags_until_it_is_there(fetching: Fetching) -> None:
    lost = fetching.oldest()
    accession = f"{many_filings.ciks(1)[0]:010d}-00-000000"
    with fetching.without(lost):
        fetched = fetching.run(*many_filings.COMMAND, *many_filings.tickers(COMPANIES), "--json")
        assert fetched.code == 1
        (letter,) = fetching.letters()
        assert (letter["stage"], letter["unit"], letter["what"]) == ("fetch-sec", FIRST, f"10-K {accession}")
        assert letter["attempts"] == 1
        assert letter["run_id"] == json.loads(fetched.out)["run_id"]
        assert letter["reason"].startswith("EDGAR has nothing at ")
        assert lost in letter["reason"]

        without_identity = fetching.p3("dlq", "retry", "--data-dir", fetching.tree)
        assert (without_identity.code, without_identity.out) == (3, "")

        tried = fetching.run("dlq", "retry", "--json")
        assert tried.code == 1
        assert fetching.asked() & fetching.documents.keys() == {lost}
        shape = json.loads(tried.out)
        (again,) = shape["letters"]
        assert again["attempts"] == 2
        assert [again["run_id"]] == [run["run_id"] for run in shape["runs"]]
        kept = ("stage", "unit", "what", "reason", "first_seen")
        assert [again[name] for name in kept] == [letter[name] for name in kept]

        shown = fetching.run("dlq")
        assert (shown.code, shown.err) == (0, "")
        for words in ("Dead letters: 1", f"fetch-sec {FIRST} 10-K {accession}", letter["reason"], "tried 2 times"):
            assert words in shown.out

    mended = fetching.run("dlq", "retry", "--json")
    assert mended.code == 0, mended.err
    shape = json.loads(mended.out)
    assert shape["letters"] == []
    assert [run["stage"]["units"] for run in shape["runs"]] == [{FIRST: "ran"}]
    assert fetching.asked() & fetching.documents.keys() == {lost}
    assert not any(SECOND in path for path in fetching.asked())
    assert fetching.stored() == {path.rsplit("/", 1)[1] for path in fetching.documents}
    assert_whole(fetching.tree)


def test_a_fetch_as_of_a_day_is_tried_again_as_of_that_day(fetching: Fetching) -> None:
    lost = fetching.oldest()
    fetch = ("fetch-sec", "-t", FIRST, "--as-of", "2001-06-01", "--json")
    with fetching.without(lost):
        assert fetching.run(*fetch).code == 1
    mended = fetching.run("dlq", "retry", "--json")
    assert mended.code == 0, mended.err
    assert fetching.asked() & fetching.documents.keys() == {lost}
    assert fetching.stored() == {lost.rsplit("/", 1)[1]}
    (run,) = json.loads(mended.out)["runs"]
    assert run["as_of"] == "2001-06-02T03:59:59Z"
    again = fetching.run(*fetch)
    assert (again.code, fetching.asked()) == (0, set()), again.err
    assert [company["status"] for company in json.loads(again.out)["companies"]] == ["fresh"]


def test_what_an_offline_fetch_lacked_is_listed_and_asked_for_by_company_and_stage(fetching: Fetching) -> None:
    assert fetching.run(*many_filings.COMMAND, *many_filings.tickers(COMPANIES), "--offline").code == 7
    assert fetching.asked() == set()
    (letter,) = fetching.letters("-t", FIRST)
    assert (letter["unit"], letter["what"]) == (FIRST, "fetch-sec")
    assert "was never fetched" in letter["reason"]
    tried = fetching.run("dlq", "retry", "-t", FIRST, "--json")
    assert (tried.code, json.loads(tried.out)["letters"]) == (0, [])
    assert len(fetching.stored()) == REPORTS
    assert not any(SECOND in path for path in fetching.asked())
    assert [letter["unit"] for letter in fetching.letters("--stage", "fetch-sec")] == [SECOND]
    unknown = fetching.run("dlq", "list", "--stage", "nosuch")
    assert (unknown.code, unknown.out) == (2, "")
    assert unknown.err.startswith("error: unknown stage 'nosuch'")


def test_what_an_ingest_refused_is_open_until_that_command_takes_it_and_then_nothing_is(
    p3: P3, together: Callable[..., list[Any]], tmp_path: Path
) -> None:
    folder, tree = tmp_path / "folder", ("--data-dir", tmp_path / "tree")
    folder.mkdir()
    (folder / "good.txt").write_text("Widgets sold well.")
    (folder / "empty.txt").touch()
    assert p3("ingest", folder, "-t", "WDGT", "--company", "Widget Co", *tree).code == 1
    tried = p3("dlq", "retry", "--json", *tree)
    assert (tried.code, tried.err) == (1, "ingest is tried again by its own command: p3 ingest\n")
    shape = json.loads(tried.out)
    assert shape["runs"] == []
    assert [(each["what"], each["attempts"]) for each in shape["letters"]] == [("empty.txt", 1)]

    assert p3("ingest", folder / "good.txt", "-t", "WDGT", *tree).code == 0
    (listed,) = together(("dlq", "--json"), tree=tmp_path / "tree")
    assert [each["what"] for each in json.loads(listed.out)["letters"]] == ["empty.txt"]

    (folder / "empty.txt").write_text("Gadgets did not.")
    assert p3("ingest", folder, "-t", "WDGT", *tree).code == 0
    listed, tried = together(("dlq",), ("dlq", "retry", "--json"), tree=tmp_path / "tree")
    assert (listed.code, listed.out, listed.err) == (0, "Nothing is open: no dead letters.\n", "")
    assert (tried.code, json.loads(tried.out), tried.err) == (0, {"letters": [], "runs": []}, "")
