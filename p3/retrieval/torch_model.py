"""A sentence-transformers model as it is: what exports are made from, and what runs where none can be made."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from p3.errors import DataError
from p3.retrieval.weights import no_model

BATCH = 32


class TorchEmbedder:
    """A loaded model, run by torch."""

    def __init__(self, name: str, model: Any, threads: int) -> None:
        import torch

        torch.set_num_threads(threads)
        self.name = name
        self.dimension = int(model.get_embedding_dimension())
        self._model = model

    def encode(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return one unit vector a text: float32 of shape (len(texts), dimension).

        Raises DataError for a vector that is not finite.
        """
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        made = self._model.encode(list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        vectors = np.asarray(made, dtype=np.float32)
        check_finite(self.name, vectors)
        return vectors


def check_finite(name: str, vectors: np.ndarray[Any, np.dtype[np.float32]]) -> None:
    """Raise DataError unless every number is finite."""
    if not np.isfinite(vectors).all():
        raise DataError(f"the model {name} made a vector that is not finite", "Use another embedding model.")


def open_model(folder: Path, **options: str) -> Any:
    """Return the SentenceTransformer in ``folder``, on the CPU, ``options`` handed to its transformer.

    Raises ConfigurationError where there is none.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"  # read when the library is imported
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it writes to stderr by itself, terminal or not
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs=options)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise no_model(str(folder), str(error).splitlines()[0]) from None
