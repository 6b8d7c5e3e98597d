import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from p3.data.layers import DirectoryManager
from p3.data.models import ModelStore
from p3.errors import ConfigurationError, DataError


@pytest.fixture
def models(tmp_path: Path) -> ModelStore:
    return ModelStore(DirectoryManager(tmp_path))


def write(folder: Path) -> None:
    (folder / "model").write_text("whole")


def never(_folder: Path) -> None:
    raise AssertionError("it was made already")


def test_a_model_is_made_once(models):
    folder = models.get("a", write)
    assert (folder / "model").read_text() == "whole"
    assert models.get("a", never) == folder
    assert models.get("b", write) != folder


def test_what_fails_leaves_nothing_and_can_be_tried_again(models):
    def fail(folder: Path) -> None:
        write(folder)
        raise DataError("no", "")

    with pytest.raises(DataError):
        models.get("a", fail)
    assert list(models.folder.iterdir()) == []
    assert models.get("a", write).is_dir()


def test_what_cannot_be_written_says_so(models):
    def full(_folder: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(ConfigurationError, match="No space left on device"):
        models.get("a", full)


def test_two_at_once_make_one(models):
    began, go, made = threading.Event(), threading.Event(), []

    def slowly(folder: Path) -> None:
        began.set()
        assert go.wait(30)
        write(folder)
        made.append(folder)

    def second() -> None:
        go.set()
        models.get("a", slowly)

    first = threading.Thread(target=models.get, args=("a", slowly))
    first.start()
    assert began.wait(30)
    second()
    first.join()
    assert len(made) == 1


def test_a_killed_maker_leaves_nothing_that_shows(models, tmp_path):
    program = (
        "import sys, time\nfrom pathlib import Path\n"
        "from p3.data.layers import DirectoryManager\nfrom p3.data.models import ModelStore\n"
        "def make(folder):\n    (folder / 'model').write_text('half')\n"
        "    print('half', flush=True)\n    time.sleep(60)\n"
        "ModelStore(DirectoryManager(Path(sys.argv[1]))).get('a', make)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True) as maker:
        assert maker.stdout is not None
        assert maker.stdout.readline() == "half\n"
        maker.send_signal(signal.SIGKILL)
    assert not (models.folder / "a").exists()
    assert (models.get("a", write) / "model").read_text() == "whole"
    assert [folder.name for folder in models.folder.iterdir()] == ["a"]
