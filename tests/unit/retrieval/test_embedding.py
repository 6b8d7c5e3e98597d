import numpy as np
import pytest

from p3.errors import ConfigurationError, DataError
from p3.retrieval.embedding import DEFAULT_SHA256, check_weights, load, packaged_model


def test_the_packaged_weights_are_the_published_ones():
    assert (packaged_model() / "model.safetensors").is_file()


def test_other_weights_are_refused(tmp_path):
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"not the model")
    with pytest.raises(DataError, match="SHA-256"):
        check_weights(weights, DEFAULT_SHA256)
    with pytest.raises(ConfigurationError):
        check_weights(tmp_path / "absent", DEFAULT_SHA256)


@pytest.mark.slow
def test_the_default_model_gives_unit_vectors_near_for_near_meanings_whatever_the_batch():
    embedder = load()
    texts = ["Revenue grew by 16%.", "Sales rose sixteen percent. " * 5, "The board elected a new director."]
    vectors = embedder.encode(texts)
    assert (vectors.shape, vectors.dtype) == ((3, embedder.dimension), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert embedder.encode(texts[2:])[0] == pytest.approx(vectors[2], abs=1e-5)
    assert embedder.encode([]).shape == (0, 384)


@pytest.mark.slow
def test_an_unknown_model_names_the_way_out(tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        load(str(tmp_path / "no-model"))
    assert "all-MiniLM-L6-v2" in caught.value.remedy
