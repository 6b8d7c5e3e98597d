"""Files that are there as a whole: what killed writers left goes, what a living one writes stays."""

import os
import time
from pathlib import Path

from p3.data import whole

HOUR = 3600


def test_what_a_killed_writer_left_goes_once_it_is_old(tmp_path: Path) -> None:
    for name, age in ((".tmp-old", 25 * HOUR), (".tmp-young", HOUR), ("kept", 25 * HOUR)):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    whole.write(tmp_path / "new", b"content")
    assert {path.name for path in tmp_path.iterdir()} == {".tmp-young", "kept", "new"}
    assert (tmp_path / "new").read_bytes() == b"content"
