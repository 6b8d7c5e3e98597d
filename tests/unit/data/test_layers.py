"""Where the data tree is, and where everything lies in it."""

from pathlib import Path

import pytest

from p3.data.layers import DataLayer, DirectoryManager, find_root
from p3.errors import ConfigurationError


def test_the_flag_goes_before_the_variable_and_that_before_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "build_data").mkdir()
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find_root(None, deep) == tmp_path / "build_data"
    monkeypatch.setenv("P3_DATA_DIR", str(tmp_path / "variable"))
    assert find_root(None, deep) == tmp_path / "variable"
    assert find_root(tmp_path / "flag", deep) == tmp_path / "flag"
    monkeypatch.setenv("P3_DATA_DIR", "")
    assert find_root(None, deep) == tmp_path / "build_data"


def test_the_nearest_folder_counts(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "a"):
        (folder / "build_data").mkdir(parents=True)
    assert find_root(None, tmp_path / "a") == tmp_path / "a" / "build_data"


def test_no_tree_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "build_data").write_text("a file")
    with pytest.raises(ConfigurationError, match="no build_data/") as caught:
        find_root(None, tmp_path)
    assert "--data-dir" in caught.value.remedy


def test_home_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    assert find_root(Path("~/tree"), Path("/")) == Path("/somewhere/tree")


def test_the_home_of_nobody_is_told() -> None:
    with pytest.raises(ConfigurationError, match="no home directory"):
        find_root(Path("~nobody-of-that-name/tree"), Path("/"))


@pytest.mark.parametrize("name", ["a*b", "a?b", "a[b]", "a%20b"])
def test_a_folder_that_the_stores_would_misread_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="in its path"):
        find_root(tmp_path / name, tmp_path)


@pytest.mark.parametrize("below", [(), ("more",)])
def test_a_file_in_the_way_is_told(tmp_path: Path, below: tuple[str, ...]) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="is, or lies below, a file"):
        DirectoryManager(tmp_path.joinpath("file", *below)).layer(DataLayer.RAW)


def test_nothing_is_made_before_it_is_needed(tmp_path: Path) -> None:
    DirectoryManager(tmp_path / "tree")
    assert list(tmp_path.iterdir()) == []


def test_every_layer_has_a_folder_of_its_own(tmp_path: Path) -> None:
    directories = DirectoryManager(tmp_path)
    assert {directories.layer(layer).relative_to(tmp_path).as_posix() for layer in DataLayer} == {
        "raw",
        "facts",
        "index",
        "results",
        "ledger",
    }
