"""The real command line as another process, and a tree of the sample to run it on."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from other_process import Ended, command, environment


@pytest.fixture
def p3(tmp_path: Path) -> Callable[..., Ended]:
    """Run p3 in an empty folder with the variables given and return how it ended."""
    folder = tmp_path / "here"
    folder.mkdir()

    def run(*arguments: object, **variables: str) -> Ended:
        done = subprocess.run(
            command(*arguments),
            cwd=folder,
            env=environment(tmp_path, **variables),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def together(p3: Callable[..., Ended]) -> Callable[..., list[Ended]]:
    """Run several commands on one tree, two at a time, and return how each ended."""

    def run(*each: Sequence[str], tree: Path) -> list[Ended]:
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda arguments: p3(*arguments, "--data-dir", tree), each))

    return run


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree of the sample up to its line items; not to be written to."""
    home = tmp_path_factory.mktemp("sample")
    arguments = command("e2e", "f2", "--source", "sample", "--until", "facts", "--data-dir", home / "tree", "-q")
    subprocess.run(arguments, cwd=home, env=environment(home), check=True, capture_output=True, timeout=120)
    return home / "tree"


@pytest.fixture
def tree(sample: Path, tmp_path: Path) -> Path:
    """A copy of the sample's tree that may be written to."""
    shutil.copytree(sample, tmp_path / "tree")
    return tmp_path / "tree"
