"""Files that a user names: what is taken, under which names, and one clear line for the rest."""

import os
import socket
from pathlib import Path

import pytest
from document_files import pdf, pdf_of_objects, xlsx, zip_of_zeros, zipped

from p3.errors import DataError, P3Error, UsageError
from p3.sec import intake
from p3.sec.documents import reading
from p3.sec.intake import File, gather, stored_name


def made(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"text of {name}")
    return folder


def names(paths: list[Path]) -> list[str]:
    return [file.path.as_posix().removeprefix(f"{Path.cwd().as_posix()}/") for file in gather(paths).files]


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def test_files_are_taken_as_named_and_read_once() -> None:
    made(Path(), "b.txt", "a.dat")
    (Path() / "link.txt").symlink_to("b.txt")
    files = gather([Path("b.txt"), Path("a.dat"), Path("./b.txt"), Path("link.txt")]).files
    assert [(file.name, file.read()) for file in files] == [("b.txt", b"text of b.txt"), ("a.dat", b"text of a.dat")]


def test_folders_are_walked_in_order_and_other_files_counted() -> None:
    made(Path("f"), "z.PDF", "b/c/two.htm", "b/one.xlsx", "a.png", ".hidden.txt", "~$open.xlsx", "b/Makefile")
    gathered = gather([Path("f")])
    assert [file.path.as_posix() for file in gathered.files] == ["f/b/c/two.htm", "f/b/one.xlsx", "f/z.PDF"]
    assert len(gathered.skipped) == 4
    assert gathered.refused == []


def test_links_that_lead_out_of_a_folder_are_refused(tmp_path: Path) -> None:
    made(tmp_path / "outside", "secret.txt", "more/secret.txt")
    made(Path("f"), "in.txt", "sub/below.txt")
    for name, target in {"out.txt": "outside/secret.txt", "folder": "outside/more"}.items():
        (Path("f") / name).symlink_to(tmp_path / target)
    (Path("f") / "again.txt").symlink_to("in.txt")
    (Path("f") / "around").symlink_to("sub")
    (Path("f") / "lost.txt").symlink_to("nothing.txt")
    gathered = gather([Path("f")])
    assert [file.read() for file in gathered.files] == [b"text of in.txt", b"text of sub/below.txt"]
    reasons = {path.name: reason for path, reason in gathered.refused}
    assert reasons.keys() == {"out.txt", "folder", "lost.txt"}
    assert "out of the folder" in reasons["out.txt"]
    assert "out of the folder" in reasons["folder"]


@pytest.mark.parametrize("path", ["missing.pdf", "a\0b", "empty", "pipe", "socket", "/dev/null"])
def test_a_path_that_is_wrong_is_a_usage_error(path: str) -> None:
    made(Path("empty"), "only.png")
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        with pytest.raises(UsageError) as caught:
            gather([Path(path)])
    assert caught.value.remedy
    assert "\n" not in caught.value.message


def test_special_empty_and_large_files_of_a_folder_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "LARGEST", 1 << 20)
    made(Path("f"), "good.txt")
    os.mkfifo("f/pipe.txt")
    Path("f/empty.txt").touch()
    with Path("f/large.txt").open("wb") as file:
        file.truncate((1 << 20) + 1)
    gathered = gather([Path("f")])
    assert [file.name for file in gathered.files] == ["good.txt"]
    assert {path.name: reason for path, reason in gathered.refused} == {
        "pipe.txt": "it is no plain file",
        "empty.txt": "it is empty",
        "large.txt": "it is larger than 1 MiB",
    }


def test_an_empty_file_that_is_named_is_refused() -> None:
    Path("empty.pdf").touch()
    assert gather([Path("empty.pdf")]).refused == [(Path("empty.pdf"), "it is empty")]


def test_what_becomes_of_a_file_after_it_was_named_is_checked_again() -> None:
    made(Path(), "a.txt", "b.txt")
    first, second = gather([Path("a.txt"), Path("b.txt")]).files
    first.path.unlink()
    os.mkfifo(first.path)
    second.path.unlink()
    for file, reason in ((first, "plain file"), (second, "cannot be read")):
        with pytest.raises(DataError, match=reason):
            file.read()


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("10-K 2022.pdf", "10-K 2022.pdf"),
        ("a\x1b[31mb\nc.pdf", "a[31mbc.pdf"),
        ("gpj.\u202efdp", "gpj.fdp"),
        ("e\u0301.txt", "é.txt"),
        ("bad\udcff.txt", "bad.txt"),
        ("\x01", "unnamed"),
    ],
)
def test_names_hold_nothing_that_a_terminal_acts_on(name: str, stored: str) -> None:
    assert stored_name(name) == stored


BAD = {
    "encrypted.pdf": (lambda: pdf([["Secret"]], password="pass"), "encrypted"),
    "truncated.pdf": (lambda: pdf([["Page"]] * 20)[:-300], "cut off or damaged"),
    "no pages.pdf": (
        lambda: pdf_of_objects([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"]),
        "pages|damaged",
    ),
    "scan.pdf": (lambda: pdf([[], []]), "scan"),
    "image.pdf": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "no text"),
    "random.xlsx": (lambda: zipped({"a.txt": b"hello"}), "not a workbook"),
    "truncated.xlsx": (lambda: xlsx({"S": [["a"]]})[:-100], "cut off or damaged"),
    "bomb.xlsx": (lambda: zip_of_zeros("xl/workbook.xml", 100 << 20), "bomb"),
    "liar.xlsx": (lambda: zip_of_zeros("xl/workbook.xml", 100 << 20, 1 << 20), "bomb"),
    "upwards.xlsx": (lambda: zipped({"../../xl/workbook.xml": b""}), "outside"),
    "packed.txt.gz": (lambda: b"\x1f\x8b\x08\x00" + bytes(30), "compressed"),
    "blank.htm": (lambda: b"<html><body> </body></html>", "holds no"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_clear_error_that_names_the_file(name: str) -> None:
    make, reason = BAD[name]
    Path(name).write_bytes(make())
    (file,) = gather([Path(name)]).files
    with pytest.raises(P3Error, match=reason) as caught:
        reading.to_text(file.read(), file.name)
    assert type(caught.value) is DataError
    assert caught.value.message.startswith(name)
    assert "\n" not in caught.value.message
    assert caught.value.remedy


def test_a_pdf_that_is_html_inside_is_read_as_html() -> None:
    Path("a.pdf").write_bytes(b"<html><body><p>Net sales</p></body></html>")
    file = File(Path("a.pdf"), "a.pdf")
    assert reading.to_text(file.read(), file.name).text == "Net sales"
