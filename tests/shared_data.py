"""Find the real data that some tests use; a machine that has only the project skips them and says so."""

import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("P3_TEST_DATA") or Path(__file__).resolve().parents[1].parent / "shared")


def shared(*parts: str) -> Path:
    """Return a path below the shared data folder; skip the test where it is absent."""
    path = ROOT.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs real data: {'/'.join(parts)} (set P3_TEST_DATA to the folder that holds it)")
    return path
