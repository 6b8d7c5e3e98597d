"""Prompt templates: versioned files of common/config/prompts, each known by its id and the hash of its words."""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from p3.errors import ConfigurationError, UsageError

_ID = re.compile(r"([a-z_]+)\.v(\d+)\Z")
_PLACE = re.compile(r"\{(passages|question)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """The words around a question; ``text`` holds {passages} and {question} once each."""

    id: str
    hash: str
    instructions: str
    text: str

    @property
    def reference(self) -> str:
        """What an answer's record names it by."""
        return f"{self.id} sha256:{self.hash}"

    def fill(self, passages: str, question: str) -> str:
        """Return the text of a prompt; braces in what is filled in are only characters."""
        values = {"passages": passages, "question": question}
        return _PLACE.sub(lambda match: values[match[1]], self.text)


@cache
def load_template(template_id: str) -> Template:
    """Return the template called, for example, worded.v1.

    Raises UsageError for a name that is none, ConfigurationError for a file that is malformed.
    """
    match = _ID.match(template_id)
    file = files("p3.common") / "config" / "prompts" / f"{template_id}.toml"
    if match is None or not file.is_file():
        raise UsageError(f"there is no prompt template {template_id!r}", f"Templates: {', '.join(template_ids())}.")
    content = file.read_bytes()
    try:
        values = tomllib.loads(content.decode())
        named = (values["name"], values["version"]) == (match[1], int(match[2]))
        instructions, text = values["instructions"].strip(), values["text"].strip()
    except (ValueError, KeyError, AttributeError) as error:
        raise _malformed(template_id) from error
    if not named or sorted(_PLACE.findall(text)) != ["passages", "question"]:
        raise _malformed(template_id)
    return Template(template_id, hashlib.sha256(content).hexdigest()[:16], instructions, text)


def template_ids() -> list[str]:
    """Return the names of the templates there are."""
    folder = files("p3.common") / "config" / "prompts"
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))


def _malformed(template_id: str) -> ConfigurationError:
    return ConfigurationError(
        f"common/config/prompts/{template_id}.toml is malformed",
        "It needs name, version, instructions, and text with {passages} and {question}.",
    )
