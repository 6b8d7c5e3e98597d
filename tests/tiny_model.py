"""A sentence-transformers model of a few kilobytes, random but always the same, in a folder of its own."""

import json
from pathlib import Path
from typing import Any

WORDS = ("revenue", "grew", "net", "income", "fell", "board", "of", "directors", "risk", "the", "a", "and")
DIMENSION = 32


def tiny_model(folder: Path, pooling: str = "mean", seed: int = 1, *, normalize: bool = True) -> Path:
    """Write a BERT of two layers with ``pooling`` to ``folder`` and return it; it reads 24 tokens of a text."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    plain = folder / "plain"
    plain.mkdir(parents=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (plain / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    torch.manual_seed(seed)
    sizes = {"hidden_size": DIMENSION, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=len(vocabulary), **sizes)).save_pretrained(plain)
    BertTokenizerFast(vocab={word: at for at, word in enumerate(vocabulary)}, do_lower_case=True).save_pretrained(plain)
    modules: list[Any] = [Transformer(str(plain), max_seq_length=24), Pooling(DIMENSION, pooling)]
    SentenceTransformer(modules=[*modules, *([Normalize()] if normalize else [])], device="cpu").save(
        str(folder / "model")
    )
    return folder / "model"


def edit(file: Path, **changes: Any) -> None:
    """Change values of a JSON file."""
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | changes), encoding="utf-8")
