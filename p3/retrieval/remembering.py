"""An embedder that embeds a text once, however often and in however many documents it comes."""

import hashlib
from collections.abc import Sequence

import numpy as np

from p3.retrieval.embedding import Embedder, Vectors

TEXTS = 16_384  # remembered at once: with 384 numbers a vector, 25 MB


class Remembering:
    """Hands texts to ``embedder`` and remembers the vectors of up to ``texts`` of them, the oldest forgotten first.

    Texts are told apart by the SHA-256 of what they hold.
    """

    def __init__(self, embedder: Embedder, texts: int = TEXTS) -> None:
        self.name = embedder.name
        self.dimension = embedder.dimension
        self._embedder = embedder
        self._texts = texts
        self._known: dict[bytes, Vectors] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text: float32 of shape (len(texts), dimension)."""
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        made = self._embedder.encode(list(fresh.values()))
        places = {key: place for place, key in enumerate(fresh)}
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, key in enumerate(keys):
            vectors[row] = made[places[key]] if key in places else self._known[key]
        self._remember(list(fresh), made)
        return vectors

    def _remember(self, keys: Sequence[bytes], made: Vectors) -> None:
        for key, vector in zip(keys[: self._texts], made, strict=False):
            self._known[key] = vector.copy()  # a view would keep the whole array
        for key in list(self._known)[: max(0, len(self._known) - self._texts)]:
            del self._known[key]
