"""`p3 models`: adding, listing, looking and measuring, with a key that is shown nowhere."""

import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from loopback_model import model_server
from other_process import Ended

KEY = "key-that-nobody-may-see"


@pytest.fixture
def models(p3: Callable[..., Ended], tmp_path: Path) -> Callable[..., Ended]:
    """Run `p3 models` on a data tree that holds nothing."""
    (tmp_path / "tree" / "ledger").mkdir(parents=True)

    def run(*arguments: object, **variables: str) -> Ended:
        return p3("models", *arguments, "--data-dir", tmp_path / "tree", **variables)

    return run


def backends(ended: Ended) -> list[dict]:
    return [backend for tier in json.loads(ended.out)["tiers"] for backend in tier["backends"]]


def test_none_is_listed_at_first(models: Callable[..., Ended]) -> None:
    ended = models("--json")
    assert (ended.code, backends(ended)) == (0, [])
    assert [tier["tier"] for tier in json.loads(ended.out)["tiers"]] == ["q2", "q3", "q4"]
    assert "p3 models add" in ended.err


def test_a_server_is_added_looked_at_and_measured(models: Callable[..., Ended], tmp_path: Path) -> None:
    with model_server() as server:
        added = models("add", "q3", server.address, "--name", "small", "--key-env", "SOME_KEY", SOME_KEY=KEY)
        status = models("status", "--json", SOME_KEY=KEY)
        bench = models("bench", "--json", SOME_KEY=KEY)
        shown = models("bench", SOME_KEY=KEY)
        keyless = models("status", "--json")
    assert [each.code for each in (added, status, bench, shown, keyless)] == [0, 0, 0, 0, 1]
    (looked,), (measured,) = backends(status), backends(bench)
    assert (looked["key"], looked["key_set"], looked["status"]["model"]) == ("SOME_KEY", True, "loopback")
    assert measured["bench"]["tokens_per_second"] > 0
    assert measured["bench"]["first_token_seconds"] <= measured["bench"]["seconds"]
    assert "tokens a second" in shown.out
    assert backends(keyless)[0]["status"]["detail"] == "its key is not set: SOME_KEY"
    assert server.keys == [f"Bearer {KEY}"] * 2
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(KEY.encode() in content for content in written)
    assert not any(KEY in each.out + each.err for each in (added, status, bench, shown, keyless))


def test_one_that_does_not_answer_is_told_with_what_to_do(models: Callable[..., Ended]) -> None:
    with model_server("500") as server:
        models("add", "q2", server.address)
        status, bench = models("status"), models("bench", "--json")
    assert (status.code, bench.code) == (1, 1)
    assert "HTTP status 503" in status.out
    assert "→" in status.out
    assert backends(bench)[0]["bench"]["failure"] == "it answered with HTTP status 500"


def test_a_file_is_added_to_the_tier_of_its_quantisation(models: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "here" / "model-Q3_K_M.gguf").write_bytes(struct.pack("<4sIQQ", b"GGUF", 3, 1, 0))
    added = models("add", "model-Q3_K_M.gguf", "--json")
    assert added.code == 0
    tier = next(tier for tier in json.loads(added.out)["tiers"] if tier["backends"])
    assert (tier["tier"], tier["backends"][0]["place"]) == ("q3", str(tmp_path / "here" / "model-Q3_K_M.gguf"))


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("add",), 2, "name a GGUF file"),
        (("add", "q2", "none.gguf"), 2, "cannot be read"),
        (("add", "q2", "."), 2, "cannot be read"),
        (("add", "q2", "page.gguf"), 2, "is no GGUF file"),
        (("add", "q2", "cut.gguf"), 2, "not a whole one"),
        (("add", "http://host/v1"), 2, "does not tell the tier"),
        (("add", "q9", "http://host/v1"), 3, "there is no tier q9"),
        (("add", "q2", "http://user:hunter2@host/v1"), 3, "without a user"),
        (("add", "q2", "http://host/v1", "--key-env", "hunter2-the-key"), 3, "not the name of a variable"),
        (("add", "q2", "q3", "http://host/v1"), 2, "name a GGUF file"),
        (("list", "model.gguf"), 2, "takes no model"),
        (("bench", "--name", "x"), 2, "takes no model"),
        (("remove",), 2, ""),
    ],
)
def test_what_makes_no_sense_is_refused(
    models: Callable[..., Ended], tmp_path: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    (tmp_path / "here" / "page.gguf").write_text("<html>")
    (tmp_path / "here" / "cut.gguf").write_bytes(b"GGUF\3\0")
    ended = models(*arguments)
    assert (ended.code, ended.out) == (code, "")
    assert says in ended.err
    assert "hunter2" not in ended.err
    assert "Traceback" not in ended.err
