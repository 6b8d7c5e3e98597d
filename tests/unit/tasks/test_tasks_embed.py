from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flow.command import p3
from tiny_model import tiny_model

from p3.data.store import Store
from p3.retrieval.weights import DEFAULT_MODEL

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("embed") / "build_data"
    assert p3(path, "fetch-sec", "f2", "--source", "sample").code == 0
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_model(tmp_path_factory.mktemp("tiny")))


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
    turned = passages.with_columns(passages["vector"].reverse().alias("vector"))
    index.replace(cik, turned, index.model())
    for flag, expected in (("--force", right[::-1]), ("--rebuild", right)):
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
