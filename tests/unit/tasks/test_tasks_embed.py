import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from flow.command import p3
from flow.trees import link_models
from tiny_model import tiny_model

from p3.data.store import Store
from p3.retrieval.embedding import DEFAULT_MODEL

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    path = link_models(tmp_path_factory.mktemp("embed") / "build_data", models)
    assert p3(path, "fetch-sec", "f2", "--source", "sample").code == 0
    return path


@pytest.fixture(scope="module")
def model(tiny: Path) -> str:
    return str(tiny)


def embed(tree: Path, *arguments: str) -> dict[str, str]:
    units: Any = p3(tree, "embed", *arguments).json["stage"]["units"]
    return dict(units)


def held(tree: Path) -> tuple[str, set[str]]:
    """Return the model whose vectors the index holds, and the companies."""
    index = Store(tree).index
    return index.model(), set(index.passages(None)["ticker"])


def test_a_change_of_model_mixes_no_vectors_and_loses_no_company(tree, model):
    assert embed(tree, "f2", "--model", model) == {"MSFT": "ran", "NVDA": "ran"}
    first, companies = held(tree)
    assert first.startswith(f"{model}@")
    assert companies == {"MSFT", "NVDA"}
    assert embed(tree, "f2", "--model", model) == {"MSFT": "fresh", "NVDA": "fresh"}
    assert embed(tree, "-t", "MSFT") == {"MSFT": "ran"}
    assert held(tree) == (DEFAULT_MODEL, {"MSFT"})
    assert embed(tree, "f2", "--model", model) == {"MSFT": "ran", "NVDA": "ran"}, "what was dropped is made again"
    assert held(tree) == (first, {"MSFT", "NVDA"})


def test_rebuild_embeds_what_is_there_again_and_force_does_not(tree, model):
    embed(tree, "f2", "--model", model)
    index = Store(tree).index
    passages = index.passages("ticker = 'MSFT'")
    right, cik = np.stack(passages["vector"].to_numpy()), passages["cik"][0]
    turned = passages.with_columns(pl.Series("vector", -right, dtype=passages.schema["vector"]))
    index.replace(cik, turned, index.model())
    for flag, expected in (("--force", -right), ("--rebuild", right)):
        assert embed(tree, "-t", "MSFT", "--model", model, flag) == {"MSFT": "ran"}
        made = np.stack(Store(tree).index.passages("ticker = 'MSFT'")["vector"].to_numpy())
        assert np.allclose(made, expected, atol=1e-5), flag


def test_a_model_that_is_none_leaves_the_index_as_it_was(tree, model):
    embed(tree, "f2", "--model", model)
    before = held(tree)
    ran = p3(tree, "embed", "f2", "--model", f"{model}-no")
    assert (ran.code, len(ran.errors)) == (3, 1)
    assert "no embedding model" in ran.stderr
    assert held(tree) == before


def refused(tree: Path, *arguments: str, wrong: str, remedy: str) -> None:
    """Fail unless embedding is refused in one line and one of remedy, and the index is left as it was."""
    before = held(tree)
    ran = p3(tree, "embed", "f2", *arguments)
    assert (ran.code, len(ran.errors)) == (3, 1), ran.stderr
    assert wrong in ran.errors[0]
    assert remedy in ran.stderr
    assert "Traceback" not in ran.stderr
    assert held(tree) == before


@pytest.mark.parametrize("lacking", ["model.safetensors", "config.json", "tokenizer.json", "modules.json"])
def test_a_model_with_half_its_files_is_none(tree, model, tmp_path, lacking):
    embed(tree, "f2", "--model", model)
    folder = tmp_path / "half"
    shutil.copytree(model, folder)
    for file in folder.rglob(lacking):
        file.unlink()
    refused(tree, "--model", str(folder), wrong="no embedding model", remedy="all-MiniLM-L6-v2")


def test_a_name_that_is_not_on_this_machine_is_not_looked_for_elsewhere(tree, model):
    embed(tree, "f2", "--model", model)
    refused(tree, "--model", "someone/some-model", wrong="nor a model of the local cache", remedy="all-MiniLM-L6-v2")


def test_a_model_of_another_dimension_takes_the_place_of_the_first(tree, model):
    embed(tree, "f2", "--model", model)
    ran = p3(tree, "embed", "-t", "MSFT")
    assert ran.code == 0, ran.stderr
    assert f"Passages with vectors of {model}" in ran.stderr
    assert held(tree) == (DEFAULT_MODEL, {"MSFT"})
    assert Store(tree).index.passages(None).schema["vector"].shape == (384,)


def test_weights_that_changed_under_their_name_are_another_model(tree, model, tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(model, folder)
    embed(tree, "f2", "--model", str(folder))
    first, _ = held(tree)
    shutil.copytree(tiny_model(tmp_path / "other", seed=2), folder, dirs_exist_ok=True)
    asked = p3(tree, "search", "revenue")
    assert (asked.code, len(asked.errors)) == (3, 1)
    assert "p3 embed --rebuild" in asked.stderr
    assert embed(tree, "f2", "--model", str(folder)) == {"MSFT": "ran", "NVDA": "ran"}
    assert held(tree)[0] != first
