"""`p3 env-status`: what does not work is told with what to do about it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from p3 import clock
from p3.sec.net.governor import SharedWindow
from p3.sec.source import pace_file

P3 = Callable[..., Any]
ASKING = {
    "P3_SEC__IDENTITY": "A Name a.name@example.com",
    "P3_SEC__DATA_URL": "http://edgar.example",
    "P3_SEC__WWW_URL": "http://edgar.example",
}


def check(p3: P3, tree: Path, part: str, **variables: str) -> dict[str, Any]:
    ended = p3("env-status", "--json", "--data-dir", tree, **variables)
    assert (ended.code, ended.err) == (0, "")
    return next(each for each in json.loads(ended.out)["checks"] if each["part"] == part)


@pytest.mark.parametrize("source", ["/nope/prices", "~nobody-of-this-name/prices", "x" * 5000])
def test_a_folder_of_prices_that_is_not_there(p3: P3, sample: Path, source: str) -> None:
    told = check(p3, sample, "prices", P3_PRICES__SOURCE=source)
    assert not told["ok"]
    assert told["detail"] == f"there is no folder {source}"
    assert "`p3 fetch-prices --source`" in told["remedy"]
    assert "`p3 e2e --prices`" in told["remedy"]


def test_how_long_edgar_still_blocks(p3: P3, sample: Path, tmp_path: Path) -> None:
    assert check(p3, sample, "EDGAR", **ASKING)["ok"]
    path = pace_file(tmp_path / "state" / "p3", ASKING["P3_SEC__DATA_URL"], ASKING["P3_SEC__WWW_URL"])
    SharedWindow(path).freeze(clock.now(), 3600)
    told = check(p3, sample, "EDGAR", **ASKING)
    assert not told["ok"]
    assert "has blocked this address; 59 min" in told["detail"] or "has blocked this address; 60 min" in told["detail"]
    assert told["remedy"]
