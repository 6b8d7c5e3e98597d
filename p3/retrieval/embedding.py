"""Texts to unit vectors, by an embedding model that runs on this machine.

A model is called by name or path, ``+int8`` behind it where its weights are rounded to eight bits:
``all-MiniLM-L6-v2``, ``all-MiniLM-L6-v2+int8``, ``/models/mine``. What it makes is named after it, and after its
weights where these can change under the same name: vectors with two names are never compared. Nothing is ever
downloaded.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from p3.errors import ConfigurationError, UsageError
from p3.retrieval import export, runtime, torch_model
from p3.retrieval.weights import PACKAGED_MODEL, Weights, check_weights, find_weights

_INT8 = "+int8"
DEFAULT_MODEL = f"{PACKAGED_MODEL}{_INT8}"

Vectors = NDArray[np.float32]

_NAME = re.compile(r"(?P<source>[^@+].*?)(?:@(?P<weights>[0-9a-f]{12}))?(?P<int8>\+int8)?")


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


class Exports(Protocol):
    """Keeps exported models: folders that are made once."""

    def get(self, key: str, make: Callable[[Path], None]) -> Path:
        """Return the folder called ``key``; where there is none ``make`` fills a fresh one first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The model that a user or an index names: where it is, and whether its weights are rounded to eight bits."""

    source: str
    int8: bool
    weights: str | None = None  # the first letters of the fingerprint that an index asks for

    @classmethod
    def read(cls, name: str) -> "Choice":
        """Return what ``name`` says. Raises UsageError where it names nothing."""
        parts = _NAME.fullmatch(name)
        if parts is None:
            raise UsageError(f"{name!r} names no embedding model", f"Name one, or use {DEFAULT_MODEL}.")
        return cls(parts["source"], parts["int8"] is not None, parts["weights"])

    def name(self, found: Weights) -> str:
        """Return the name of the vectors that it makes with the weights found."""
        version = "" if self.source == PACKAGED_MODEL else f"@{found.short}"
        return f"{self.source}{version}{_INT8 if self.int8 else ''}"


def load(
    model: str,
    exports: Exports | None = None,
    note: Callable[[str], None] = lambda _text: None,
    threads: int = 1,
) -> Embedder:
    """Return an embedder that runs on up to ``threads`` cores; its model is exported where that was not done yet.

    A model that cannot be exported runs on sentence-transformers, and ``note`` is told; without ``exports`` every
    model does. Raises UsageError for a name that is none, ConfigurationError where there is no such model or its
    weights are no longer those that ``model`` names, DataError where the packaged weights are not those published.
    """
    choice = Choice.read(model)
    found = find_weights(choice.source)
    if choice.weights not in (None, found.short):
        raise ConfigurationError(
            f"the weights of {choice.source} are no longer those of {model}", "Run `p3 embed --rebuild`."
        )
    if exports is None:
        return _by_torch(choice, found, "no place to keep an export", threads)
    if reason := export.obstacle(found.folder):
        note(f"{choice.name(found)} runs on sentence-transformers, slowly: {reason}")
        return _by_torch(choice, found, reason, threads)
    folder = exports.get(export.key(found, choice.int8), lambda draft: _export(found, choice, draft))
    return runtime.ExportedEmbedder(choice.name(found), folder, threads, folder / "compiled")


def packaged_model() -> Path:
    """Return the folder of the packaged model, its weights checked."""
    found = find_weights(PACKAGED_MODEL)
    check_weights(found)
    return found.folder


def _by_torch(choice: Choice, found: Weights, reason: str, threads: int) -> Embedder:
    if choice.int8:
        raise ConfigurationError(f"{choice.name(found)} cannot be run: {reason}", f"Leave out {_INT8}.")
    if choice.source == PACKAGED_MODEL:
        check_weights(found)
    return torch_model.TorchEmbedder(choice.name(found), torch_model.open_model(found.folder), threads)


def _export(found: Weights, choice: Choice, draft: Path) -> None:
    if choice.source == PACKAGED_MODEL:
        check_weights(found)
    export.export(found.folder, draft, int8=choice.int8)
