"""RAW: byte for byte, once, and whole whatever happens."""

import errno
import gzip
import os
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import processes
import pytest
from processes import together

from p3.data.raw import RawStore
from p3.errors import ConfigurationError, DataError

URL = "https://data.sec.gov/submissions/CIK0000789019.json"
THEN = datetime(2024, 5, 1, 12, 30, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "raw"


@pytest.fixture
def raw(folder: Path) -> RawStore:
    return RawStore(folder)


def put(raw: RawStore, content: bytes = b"body", url: str = URL, **changes: object) -> str:
    given = {"status": 200, "headers": {}, "fetched": THEN} | changes
    return raw.put(url, content, **given)  # type: ignore[arg-type]


def objects(folder: Path) -> list[Path]:
    return [path for path in (folder / "objects").rglob("*") if path.is_file()]


def index(folder: Path) -> Path:
    (path,) = (folder / "index").iterdir()
    return path


@pytest.mark.parametrize("content", [b"", b"body", bytes(range(256)) * 5000, "ünï".encode("latin-1")])
def test_what_was_put_comes_back(raw: RawStore, content: bytes) -> None:
    sha = put(raw, content, headers={"ETag": '"x"', "Set-Cookie": "secret"}, status=404)
    found = raw.find(URL)
    assert found is not None
    assert (found.url, found.sha, found.status, found.fetched, found.content) == (URL, sha, 404, THEN, content)
    assert found.headers == {"etag": '"x"'}
    assert raw.read(sha) == content


def test_nothing_was_put(raw: RawStore) -> None:
    assert raw.find(URL) is None


def test_the_same_bytes_lie_there_once(raw: RawStore, folder: Path) -> None:
    assert put(raw) == put(raw) == put(raw, url="https://elsewhere")
    assert len(objects(folder)) == 1


def test_the_newest_reply_counts(raw: RawStore) -> None:
    put(raw, b"old")
    put(raw, b"new")
    found = raw.find(URL)
    assert found is not None
    assert found.content == b"new"


@pytest.mark.parametrize("kept", [1, 20, -2, -1])
def test_a_line_that_a_kill_cut_short_costs_only_itself(raw: RawStore, folder: Path, kept: int) -> None:
    put(raw, b"old")
    put(raw, b"torn")
    first, second = index(folder).read_bytes().splitlines()
    index(folder).write_bytes(first + b"\n" + (second + b"\n")[:kept])
    found = raw.find(URL)
    assert found is not None
    assert found.content == (b"torn" if kept == -1 else b"old")  # all but the line's end is a whole line
    put(raw, b"next")
    found = raw.find(URL)
    assert found is not None
    assert found.content == b"next"


def test_bytes_that_are_no_text_in_an_index_are_passed_over(raw: RawStore, folder: Path) -> None:
    put(raw)
    index(folder).write_bytes(index(folder).read_bytes() + b"\xff\xfe\x00\n")
    assert raw.find(URL) is not None


def zlib_damage(whole: bytes) -> bytes:
    return whole[:12] + b"\xff" * 4 + whole[16:]


@pytest.mark.parametrize(
    "damage",
    [lambda _: b"", lambda _: b"no gzip", lambda whole: whole[:-4], zlib_damage, lambda _: gzip.compress(b"other")],
    ids=["empty", "other format", "short", "bad stream", "other bytes"],
)
def test_a_damaged_object_is_found_out_and_healed(raw: RawStore, folder: Path, damage: object) -> None:
    sha = put(raw, b"a body long enough to damage in the middle of it")
    (path,) = objects(folder)
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(DataError, match=sha[:12]):
        raw.read(sha)
    assert raw.find(URL) is None  # so that it is asked for again
    put(raw, b"a body long enough to damage in the middle of it")
    assert raw.find(URL) is not None


def test_a_missing_object_is_told(raw: RawStore, folder: Path) -> None:
    sha = put(raw)
    objects(folder)[0].unlink()
    with pytest.raises(DataError, match="is missing"):
        raw.read(sha)


def test_a_disk_without_room_is_told_and_leaves_nothing(
    raw: RawStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(raw, b"old")
    before = sorted(path for path in folder.rglob("*") if path.is_file())

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigurationError, match="No space left on device"):
        put(raw, b"new")
    monkeypatch.undo()
    assert sorted(path for path in folder.rglob("*") if path.is_file()) == before


LIMITED = """
import os, resource, signal
from datetime import UTC, datetime
from pathlib import Path
from p3.data.raw import RawStore
from p3.errors import P3Error
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
raw = RawStore(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    raw.put(sys.argv[3], os.urandom(int(sys.argv[4])), 200, {}, datetime.now(UTC))
except P3Error as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize(("limit", "size"), [(1000, 5000), (150, 10)], ids=["body", "index line"])
def test_no_room_is_a_configuration_error_with_nothing_half_written(
    raw: RawStore, folder: Path, limit: int, size: int
) -> None:
    (answer,) = together(LIMITED, (folder, limit, URL, size))
    assert answer == ConfigurationError.__name__
    assert raw.find(URL) is None
    assert not list(folder.rglob(".tmp-*"))
    put(raw, b"after")
    found = raw.find(URL)
    assert found is not None
    assert found.content == b"after"


@pytest.mark.parametrize("url", ["../../etc/passwd", "https://h/\n{}", "ünï", ""])
def test_any_url_is_a_name_and_never_a_path(raw: RawStore, folder: Path, url: str) -> None:
    put(raw, url=url)
    found = raw.find(url)
    assert found is not None
    assert found.url == url
    assert {path.parent.parent for path in (folder / "index").iterdir()} == {folder}


def test_the_newest_reply_is_known_without_its_body(raw: RawStore, folder: Path) -> None:
    assert raw.newest(URL) is None
    put(raw, b"old")
    sha = put(raw, b"new", headers={"ETag": '"x"'}, status=404)
    kept = raw.newest(URL)
    assert kept is not None
    assert asdict(kept) == {"url": URL, "sha": sha, "status": 404, "headers": {"etag": '"x"'}, "fetched": THEN}
    for path in objects(folder):
        path.unlink()
    assert raw.newest(URL) is None


def test_a_reply_that_still_stood_is_newer_and_otherwise_the_same(raw: RawStore) -> None:
    put(raw, headers={"ETag": '"x"'})
    raw.confirm(URL, THEN + timedelta(days=1))
    found = raw.find(URL)
    assert found is not None
    assert (found.content, found.headers, found.fetched) == (b"body", {"etag": '"x"'}, THEN + timedelta(days=1))
    with pytest.raises(DataError):
        raw.confirm("https://elsewhere", THEN)


def put_file(raw: RawStore, content: bytes, url: str = URL) -> str:
    raw.partial(url).write_bytes(content)
    return raw.put_file(url, raw.partial(url), 200, {"Last-Modified": "then"}, THEN)


def test_a_file_moves_in_as_it_is_and_is_opened_in_place(raw: RawStore, folder: Path) -> None:
    sha = put_file(raw, b"an archive")
    (path,) = objects(folder)
    assert (path.name, path.read_bytes()) == (sha, b"an archive")
    assert not raw.partial(URL).exists()
    with raw.open(sha) as file:
        file.seek(3)
        assert file.read() == b"archive"
    kept = raw.newest(URL)
    assert kept is not None
    assert (kept.sha, kept.headers) == (sha, {"last-modified": "then"})


def test_a_file_is_never_read_into_memory_by_accident(raw: RawStore) -> None:
    sha = put_file(raw, b"an archive")
    assert raw.find(URL) is None
    with pytest.raises(DataError):
        raw.read(sha)


def test_the_same_file_lies_there_once_and_heals_a_damaged_one(raw: RawStore, folder: Path) -> None:
    sha = put_file(raw, b"an archive")
    objects(folder)[0].write_bytes(b"damaged")
    assert put_file(raw, b"an archive", "https://elsewhere") == sha
    assert len(objects(folder)) == 1
    with raw.open(sha) as file:
        assert file.read() == b"an archive"


def test_a_missing_file_is_told(raw: RawStore, folder: Path) -> None:
    sha = put_file(raw, b"an archive")
    objects(folder)[0].unlink()
    assert raw.newest(URL) is None
    with pytest.raises(DataError, match=sha[:12]):
        raw.open(sha)
    with pytest.raises(ConfigurationError, match="No such file"):
        raw.put_file(URL, raw.partial(URL), 200, {}, THEN)


KILLED = """
import os, signal
from datetime import UTC, datetime
from pathlib import Path
from p3.data.raw import RawStore
raw = RawStore(Path(sys.argv[1]))
partial = raw.partial(sys.argv[2])
left, call = int(sys.argv[3]), [0]
def counted(event, _):
    if event in ("os.rename", "open", "os.mkdir"):
        call[0] += 1
        if call[0] == left:
            os.kill(os.getpid(), signal.SIGKILL)
print("ready", flush=True)
sys.stdin.readline()
sys.addaudithook(counted)
raw.put_file(sys.argv[2], partial, 200, {}, datetime.now(UTC))
print("done")
"""


def test_a_kill_leaves_the_old_file_or_the_new_one(raw: RawStore) -> None:
    """Killed before each of its steps on disk in turn, until there are no more."""
    put_file(raw, b"old")
    for step in range(1, 20):
        raw.partial(URL).write_bytes(b"new %d" % step)
        process = processes.start(KILLED, raw.partial(URL).parents[1], URL, step)
        out, errors = process.communicate("go\n", timeout=60)
        kept = raw.newest(URL)
        assert kept is not None
        with raw.open(kept.sha) as file:
            assert (file.read() == b"new %d" % step) == ("done" in out), errors
        if "done" in out:
            break
    assert 4 < step < 19
