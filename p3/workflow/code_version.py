"""The version of the code behind a result: a hash of the sources that its stage names."""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable


@cache
def code_version(names: tuple[str, ...]) -> str:
    """Return a hash over the sources of packages ("p3.facts") and configuration files ("config/line_items.toml")."""
    digest = hashlib.sha256()
    for name in sorted(names):
        for file in _files(name):
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _files(name: str) -> Iterator[Traversable]:
    if name.startswith(("config/", "sample")):
        yield from _walk(resources.files("p3.common") / name)
        return
    package, _, module = name.rpartition(".")
    as_module = resources.files(package) / f"{module}.py"
    if as_module.is_file():
        yield as_module
        return
    yield from sorted(
        (file for file in resources.files(name).iterdir() if file.name.endswith(".py")), key=lambda file: file.name
    )


def _walk(place: Traversable) -> Iterator[Traversable]:
    if place.is_file():
        yield place
        return
    for child in sorted(place.iterdir(), key=lambda item: item.name):
        yield from _walk(child)
