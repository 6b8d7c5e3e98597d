"""A caller may close what he wants nothing of: `p3 … >&-`."""

import subprocess
from pathlib import Path

import pytest
from other_process import command, environment


def run(home: Path, closed: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", *command(*arguments)],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_without_a_stdout_a_command_ends_as_ever_and_says_nothing(
    tmp_path: Path, sample: Path, form: list[str]
) -> None:
    ended = run(tmp_path, ">&-", "sql", "SELECT 1", *form, "--data-dir", sample)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_without_a_stderr_data_and_exit_code_stay(tmp_path: Path, sample: Path) -> None:
    ended = run(tmp_path, "2>&-", "sql", "SELECT 1 AS a", "--json", "--data-dir", sample)
    assert ended.returncode == 0
    assert '"a": 1' in ended.stdout
    assert run(tmp_path, "2>&-", "trace", "nosuch", "--data-dir", sample).returncode == 2


def test_without_any_stream_what_is_written_goes_where_it_should(tmp_path: Path, tree: Path) -> None:
    """Files that are opened later must not take the streams' numbers."""
    ended = run(tmp_path, "<&- >&- 2>&-", "facts", "f2", "--force", "-v", "--data-dir", tree)
    assert ended.returncode == 0
    assert run(tmp_path, "", "sql", "SELECT count(*) FROM audit, line_items", "--data-dir", tree).returncode == 0
