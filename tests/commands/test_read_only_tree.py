"""A tree on a medium that cannot be written, such as a backup: what only reads works."""

import subprocess
from pathlib import Path

from other_process import command, environment
from read_only import read_only


def test_a_tree_that_cannot_be_written_is_read(tmp_path: Path, tree: Path) -> None:
    for words in (["dlq", "list"], ["sql", "SELECT * FROM runs"], ["trace", "nosuch"]):
        ended = subprocess.run(
            [*read_only(tree), *command(*words, "--data-dir", tree)],
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "cannot be used" not in ended.stderr
        assert ended.returncode == (2 if words[0] == "trace" else 0), ended.stderr
