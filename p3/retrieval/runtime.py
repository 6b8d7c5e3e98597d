"""An exported model run by OpenVINO, its texts in batches of like length."""

import json
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from p3.errors import DataError
from p3.retrieval.export import ABOUT, MODEL, TOKENIZER
from p3.retrieval.torch_model import check_finite

TOKENS = 512  # in a batch: what fits a core's cache is quickest
TEXTS = 4096  # tokenized ahead of being run, so that memory stays bounded
_SHAPES = "64"  # of batches for which kernels are kept: with OpenVINO's 5,000 memory grows from text to text
_GROUP = "64"  # numbers of a row that share a scale when activations are rounded to eight bits too

Ids = NDArray[np.int64]


class ExportedEmbedder:
    """The exported model in a folder, each of ``threads`` cores at a batch of its own.

    ``compiled`` is where OpenVINO keeps what it compiled, for a quicker start of the next process; a file there that
    was cut short is made again. Raises DataError where the export cannot be read.
    """

    def __init__(self, name: str, folder: Path, threads: int, compiled: Path | None) -> None:
        about = _about(folder)
        self.name = name
        self.dimension = int(about["dimension"])
        self._pad_id = int(about["pad_id"])
        self._tokenizer = _tokenizer(folder / TOKENIZER, int(about["max_tokens"]))
        self._requests = _compile(folder / MODEL, threads, bool(about["int8"]), compiled)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text: float32 of shape (len(texts), dimension).

        Raises DataError for a vector that is not finite.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for first in range(0, len(texts), TEXTS):
            self._encode(texts[first : first + TEXTS], vectors[first : first + TEXTS])
        check_finite(self.name, vectors)
        return vectors

    def _encode(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        tokens = [self._tokenizer.encode(text).ids for text in texts]

        def keep(request: Any, rows: list[int]) -> None:
            vectors[rows] = request.get_output_tensor(0).data

        self._requests.set_callback(keep)
        for rows in batches([len(ids) for ids in tokens], TOKENS):
            self._requests.start_async(list(padded([tokens[row] for row in rows], self._pad_id)), rows)
        self._requests.wait_all()


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Yield the places of texts of like length, longest first; padded, a batch holds ``budget`` tokens or one text."""
    order = iter(sorted(range(len(lengths)), key=lambda at: -lengths[at]))
    for first in order:
        yield [first, *islice(order, max(0, budget // max(1, lengths[first]) - 1))]


def padded(tokens: Sequence[Sequence[int]], pad_id: int) -> tuple[Ids, Ids]:
    """Return token ids and attention mask, both of shape (texts, longest)."""
    ids = np.full((len(tokens), max(map(len, tokens))), pad_id, dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, each in enumerate(tokens):
        ids[row, : len(each)] = each
        mask[row, : len(each)] = 1
    return ids, mask


def _about(folder: Path) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable(folder, error) from None
    return about


def _tokenizer(file: Path, max_tokens: int) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def _compile(model: Path, threads: int, int8: bool, compiled: Path | None) -> Any:
    """Return a queue of as many requests as threads."""
    openvino = _import_openvino()
    options = {
        "INFERENCE_PRECISION_HINT": "f32",  # else a processor with bfloat16 takes that, and its vectors differ
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": threads,
        "CPU_RUNTIME_CACHE_CAPACITY": _SHAPES,
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": _GROUP if int8 else "0",
    }
    if compiled is not None:
        options["CACHE_DIR"] = str(compiled)
    try:
        return openvino.AsyncInferQueue(openvino.Core().compile_model(model, "CPU", options), threads)
    except RuntimeError as error:
        raise _unreadable(model.parent, error) from None


def _import_openvino() -> Any:
    """Return OpenVINO, imported as if openvino-telemetry were missing.

    With it the import alone writes an identity to the home folder, forks, and reports to a web service.
    """
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # what makes an import fail
    import openvino

    return openvino


def _unreadable(folder: Path, error: Exception) -> DataError:
    return DataError(
        f"the exported model cannot be read: {str(error).splitlines()[0]}", f"Delete {folder}, it is made again."
    )
