import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from flow.trees import link_models
from tiny_model import DIMENSION, edit, tiny_model

from p3.data.layers import DirectoryManager
from p3.data.models import ModelStore
from p3.errors import ConfigurationError, DataError, UsageError
from p3.retrieval.embedding import DEFAULT_MODEL, Choice, load, packaged_model
from p3.retrieval.export import MODEL
from p3.retrieval.weights import PACKAGED_MODEL, Weights, check_weights, find_weights

TEXTS = (
    "Revenue grew by 16%.",
    "Sales rose sixteen percent, driven by volume. " * 30,
    "",
    "The board elected a new director.",
    "Purchases of property and equipment | (1,234) | (987)",
    "Ventas netas en México 📈",
)


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory, models: Path) -> ModelStore:
    return ModelStore(DirectoryManager(link_models(tmp_path_factory.mktemp("embedding") / "tree", models)))


def folders(exports: ModelStore) -> set[Path]:
    return set(exports.folder.iterdir())


def test_the_packaged_weights_are_the_published_ones():
    assert (packaged_model() / "model.safetensors").is_file()


def test_other_weights_are_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"not the model")
    with pytest.raises(DataError, match="SHA-256"):
        check_weights(Weights(tmp_path, find_weights(PACKAGED_MODEL).fingerprint))
    with pytest.raises(ConfigurationError):
        check_weights(Weights(tmp_path / "absent", "0"))


@pytest.mark.parametrize(
    ("name", "choice"),
    [
        ("all-MiniLM-L6-v2", Choice("all-MiniLM-L6-v2", int8=False)),
        ("all-MiniLM-L6-v2+int8", Choice("all-MiniLM-L6-v2", int8=True)),
        ("/models/a+b@0123456789ab+int8", Choice("/models/a+b", int8=True, weights="0123456789ab")),
        ("/at@home/model", Choice("/at@home/model", int8=False)),
    ],
)
def test_a_name_tells_model_weights_and_precision(name, choice):
    assert Choice.read(name) == choice


@pytest.mark.parametrize("name", ["", "+int8", "@0123456789ab"])
def test_a_name_of_nothing_is_refused(name):
    with pytest.raises(UsageError, match="names no embedding model"):
        Choice.read(name)


@pytest.mark.parametrize("content", [None, "", "{}"])
def test_a_path_without_a_model_names_the_way_out_and_leaves_nothing(tmp_path, exports, content):
    folder, before = tmp_path / "no-model", folders(exports)
    if content is not None:
        folder.mkdir()
        (folder / ("config.json" if content else "notes.txt")).write_text(content)
    with pytest.raises(ConfigurationError, match="no embedding model") as caught:
        load(str(folder), exports)
    assert "all-MiniLM-L6-v2" in caught.value.remedy
    assert folders(exports) == before


@pytest.mark.slow
def test_the_exported_model_gives_the_vectors_of_sentence_transformers(exports):
    embedder, reference = load(PACKAGED_MODEL, exports), load(PACKAGED_MODEL)
    vectors = embedder.encode(TEXTS)
    assert (vectors.shape, vectors.dtype, embedder.name) == ((6, embedder.dimension), np.float32, PACKAGED_MODEL)
    assert (vectors * reference.encode(TEXTS)).sum(axis=1) == pytest.approx(np.ones(6), abs=1e-5)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(6), abs=1e-5)
    assert embedder.encode(TEXTS[3:4])[0] == pytest.approx(vectors[3], abs=1e-5), "a text's batch changes its vector"
    assert embedder.encode([]).shape == (0, 384)
    assert load(PACKAGED_MODEL, exports, threads=2).encode(TEXTS) == pytest.approx(vectors, abs=1e-5)


@pytest.mark.slow
def test_eight_bits_are_another_name_and_nearly_the_same_vectors(exports):
    rounded = load(DEFAULT_MODEL, exports)
    cosines = (rounded.encode(TEXTS) * load(PACKAGED_MODEL, exports).encode(TEXTS)).sum(axis=1)
    assert rounded.name == DEFAULT_MODEL == f"{PACKAGED_MODEL}+int8"
    assert cosines.min() > 0.98
    assert cosines.max() < 0.99999, "nothing was rounded"


@pytest.mark.slow
@pytest.mark.parametrize("pooling", ["mean", "cls", "max"])
def test_the_models_own_pooling_lower_case_and_length_are_kept(tmp_path, exports, pooling):
    folder = str(tiny_model(tmp_path, pooling, normalize=pooling != "cls"))
    texts = ["Revenue GREW", "the board of directors " * 20, "risk"]
    made = load(folder, exports)
    assert made.dimension == DIMENSION
    assert (made.encode(texts) * load(folder).encode(texts)).sum(axis=1) == pytest.approx(np.ones(3), abs=1e-5)


@pytest.mark.slow
def test_other_weights_under_the_same_path_are_another_name(tmp_path, exports, tiny):
    folder = tmp_path / "model"
    shutil.copytree(tiny, folder)
    first = load(str(folder), exports)
    shutil.copytree(tiny_model(tmp_path / "other", seed=2), folder, dirs_exist_ok=True)
    second = load(str(folder), exports)
    assert first.name != second.name
    assert not np.allclose(first.encode(["revenue"]), second.encode(["revenue"]), atol=1e-2)
    with pytest.raises(ConfigurationError, match="no longer those") as caught:
        load(first.name, exports)
    assert "--rebuild" in caught.value.remedy


@pytest.mark.slow
def test_a_model_that_cannot_be_exported_runs_on_sentence_transformers_and_says_so(tmp_path, exports, tiny):
    folder, notes, before = tmp_path / "model", list[str](), folders(exports)
    shutil.copytree(tiny, folder)
    edit(folder / "1_Pooling" / "config.json", pooling_mode="lasttoken")
    assert load(str(folder), exports, notes.append).encode(["revenue"]).shape == (1, DIMENSION)
    assert "pooling is not mean, cls or max" in notes[0]
    assert folders(exports) == before
    with pytest.raises(ConfigurationError, match="cannot be run"):
        load(f"{folder}+int8", exports)


@pytest.mark.slow
def test_vectors_that_are_not_finite_are_refused(tmp_path, exports, tiny):
    from safetensors.numpy import load_file, save_file

    folder = tmp_path / "model"
    shutil.copytree(tiny, folder)
    tensors = load_file(folder / "model.safetensors")
    save_file({name: np.full_like(tensor, np.nan) for name, tensor in tensors.items()}, folder / "model.safetensors")
    before = folders(exports)
    with pytest.raises(DataError):
        load(str(folder), exports)
    assert folders(exports) == before
    with pytest.raises(DataError, match="not finite"):
        load(str(folder)).encode(["revenue"])


@pytest.mark.slow
def test_what_was_compiled_is_kept_and_made_again_where_it_was_cut_short(exports, tiny):
    right = load(str(tiny), exports).encode(["revenue grew"])
    (folder,) = (each for each in folders(exports) if _is_of(each, tiny, exports))
    (compiled,) = (folder / "compiled").iterdir()
    for size in (compiled.stat().st_size // 2, 0):
        compiled.chmod(0o600)
        with compiled.open("r+b") as file:
            file.truncate(size)
        assert load(str(tiny), exports).encode(["revenue grew"]) == pytest.approx(right)


@pytest.mark.slow
def test_a_broken_export_is_told_with_the_remedy(tmp_path, exports, tiny):
    own = ModelStore(DirectoryManager(tmp_path))
    load(str(tiny), own)
    (folder,) = folders(own)
    shutil.rmtree(folder / "compiled")
    (folder / MODEL).write_bytes(b"torn")
    with pytest.raises(DataError, match="cannot be read") as caught:
        load(str(tiny), own)
    assert str(folder) in caught.value.remedy


@pytest.mark.slow
def test_a_question_imports_no_torch_and_leaves_no_trace_in_the_home_folder(tmp_path, exports, tiny):
    load(str(tiny), exports)
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from p3.data.layers import DirectoryManager\nfrom p3.data.models import ModelStore\n"
        "from p3.retrieval.embedding import load\n"
        "exports = ModelStore(DirectoryManager(Path(sys.argv[1])))\n"
        "assert load(sys.argv[2], exports).encode(['revenue']).any()\n"
        "heavy = {'torch', 'transformers', 'onnx', 'pandas', 'openvino_telemetry.main'} & sys.modules.keys()\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    tree = str(exports.folder.parents[1])
    home = {name: value for name, value in os.environ.items() if name != "CI"} | {"HOME": str(tmp_path)}
    command = [sys.executable, "-c", program, tree, str(tiny)]
    done = subprocess.run(command, env=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def _is_of(folder: Path, model: Path, exports: ModelStore) -> bool:
    from p3.retrieval.export import key

    return folder.name == key(find_weights(str(model)), int8=False)
