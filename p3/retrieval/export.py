"""A sentence-transformers model as one ONNX file from token ids to unit vectors, and its tokenizer beside it.

Pooling and normalisation are the model's own modules, traced with it. An export is tried on a few texts before it is
kept.
"""

import hashlib
import json
import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from p3.errors import DataError
from p3.retrieval.weights import Weights

MODEL, TOKENIZER, ABOUT = "model.onnx", "tokenizer.json", "about.json"
IDS, MASK, VECTOR = "input_ids", "attention_mask", "sentence_embedding"

_MODULES = {"Transformer", "Pooling", "Normalize"}
_POOLING = {"mean", "cls", "max"}
_LEGACY_POOLING = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
}
_LEAST_COSINE = {False: 0.9999, True: 0.98}  # by int8: what rounding may cost
_PROBES = (
    "Revenue",
    "Net sales of products rose 7% to $12.4 billion, driven by price and volume in all three segments.",
    "Purchases of property, plant and equipment | (1,234) | (987) | (1,002)\n" * 40,
)


def key(model: Weights, int8: bool) -> str:
    """Return the name of a model's export: a hash of its weights, of the precision and of the code that makes it."""
    code = [Path(__file__), Path(__file__).with_name("quantize.py"), Path(__file__).with_name("torch_model.py")]
    digest = hashlib.sha256(f"{model.fingerprint} {int8}".encode())
    for file in code:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:32]


def obstacle(folder: Path) -> str:
    """Return why the model in ``folder`` cannot be exported, "" where it can."""
    modules = _json(folder / "modules.json")
    if not isinstance(modules, list):
        return "it has no modules.json"
    names = [str(module.get("type", "")).rpartition(".")[2] for module in modules]
    if names[:1] != ["Transformer"] or not set(names) <= _MODULES:
        return f"it is made of {', '.join(names)}"
    if not (folder / TOKENIZER).is_file():
        return f"it has no {TOKENIZER}"
    settings = _json(folder / "config_sentence_transformers.json") or {}
    if settings.get("default_prompt_name"):
        return "it puts a prompt before each text"
    pooling = [
        _pooling(folder / module["path"]) for module, name in zip(modules, names, strict=True) if name == "Pooling"
    ]
    if len(pooling) != 1 or not pooling[0] <= _POOLING:
        return "its pooling is not mean, cls or max"
    return ""


def export(folder: Path, into: Path, int8: bool) -> None:
    """Write the export of the model in ``folder`` into the folder ``into``.

    Raises ConfigurationError where there is no model, DataError where what was exported gives other vectors.
    """
    from p3.retrieval.torch_model import open_model

    model = open_model(folder, attn_implementation="eager")  # its plain products are what OpenVINO fuses
    _write_onnx(model, into / MODEL)
    if int8:
        from p3.retrieval.quantize import quantize

        quantize(into / MODEL)
    model.tokenizer.backend_tokenizer.save(str(into / TOKENIZER))
    about = {
        "dimension": int(model.get_embedding_dimension()),
        "max_tokens": int(model.get_max_seq_length()),
        "pad_id": int(model.tokenizer.pad_token_id or 0),
        "int8": int8,
    }
    (into / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    _try_out(model, into, int8)


def _write_onnx(model: Any, file: Path) -> None:
    import torch

    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it warns of libraries that no model here needs

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features = {IDS: input_ids, MASK: attention_mask}
            for module in self.model:
                features = module(features)
            return torch.nn.functional.normalize(features[VECTOR], dim=1)

    example = torch.ones((2, 16), dtype=torch.long)
    dimensions = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    with warnings.catch_warnings(action="ignore"), torch.no_grad():
        program = torch.onnx.export(
            Whole().eval(),
            (example, example.clone()),
            input_names=[IDS, MASK],
            output_names=[VECTOR],
            dynamic_shapes=(dimensions, dimensions),
            dynamo=True,
            verbose=False,
        )
    assert program is not None  # it is None for the older exporter alone
    program.save(file)


def _try_out(model: Any, folder: Path, int8: bool) -> None:
    from p3.retrieval.runtime import ExportedEmbedder

    made = ExportedEmbedder("export", folder, threads=1, compiled=None).encode(_PROBES)
    right = model.encode(list(_PROBES), normalize_embeddings=True, show_progress_bar=False)
    cosine = float((made * right).sum(axis=1).min())
    if not np.isfinite(cosine) or cosine < _LEAST_COSINE[int8]:
        raise DataError(f"the exported model gives other vectors: cosine {cosine:.4f}", "Use another embedding model.")


def _pooling(folder: Path) -> set[str]:
    """Return the pooling modes that a module's configuration sets, whichever version of the library wrote it."""
    settings = _json(folder / "config.json") or {}
    mode = settings.get("pooling_mode")
    if mode is not None:
        return {mode} if isinstance(mode, str) else set(mode)
    return {_LEGACY_POOLING.get(name, name) for name, on in settings.items() if name.startswith("pooling_mode") and on}


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
