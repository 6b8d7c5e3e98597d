"""What reaches stdout and stderr, and in which form."""

import io
import sys
import weakref

from view_shapes import make

from p3.cli import output
from p3.cli.progress import Bars, progress
from p3.shapes import Dcf, Rows, ValuationShape
from p3.workflow.progress import Silent
from p3.workflow.result import Result, Streamed


class Terminal(io.StringIO):
    def isatty(self):
        return True


def terminal(monkeypatch):
    """Make stderr a terminal of 80 columns. No fixture: pytest's capture takes stderr back between set-up and test."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def test_an_error_is_two_lines_however_long_or_hostile(capsys):
    output.error(f"[red]bad[/red] \x1b[31m{'word ' * 100}\nsecond", "do [b]this[/b]\nnow")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("error: [red]bad[/red] ") and lines[0].endswith("word second")
    assert lines[1] == "  do [b]this[/b] now"
    assert "\x1b" not in "".join(lines)


def test_an_error_without_a_remedy_is_one_line(capsys):
    output.error("bad", "")
    assert capsys.readouterr().err == "error: bad\n"


def test_colour_on_a_terminal_and_none_with_no_color(monkeypatch):
    coloured = terminal(monkeypatch)
    output.error("bad", "")
    assert "\x1b[" in coloured.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    quiet = Terminal()
    monkeypatch.setattr(sys, "stderr", quiet)
    output.error("bad", "")
    assert "\x1b[3" not in quiet.getvalue() and "bad" in quiet.getvalue()


def test_data_goes_to_stdout_and_notes_to_stderr(capsys):
    result = Result(Rows(columns=["a"], rows=[{"a": "[red]x"}]), notes=("a [note]",))
    output.write("sql", result, as_json=False, quiet=False)
    captured = capsys.readouterr()
    assert "[red]x" in captured.out and "note" not in captured.out
    assert captured.err == "a [note]\n"
    output.write("sql", result, as_json=True, quiet=True)
    captured = capsys.readouterr()
    assert Rows.model_validate_json(captured.out) == result.data
    assert captured.err == ""


def test_a_command_without_a_view_is_listed_plainly(capsys):
    output.write("no-such-command", Result(Rows(columns=["a"], rows=[])), as_json=False, quiet=True)
    assert "columns" in capsys.readouterr().out


def test_a_stream_that_cannot_write_a_character_still_gets_the_line(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(raw, encoding="ascii", write_through=True))
    output.error("5 – 6", "")
    assert raw.getvalue() == b"error: 5 ? 6\n"


def test_progress_shows_on_a_terminal_only(monkeypatch):
    terminal(monkeypatch)
    assert isinstance(progress(quiet=True), Silent)
    assert isinstance(progress(quiet=False), Bars)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert isinstance(progress(quiet=False), Silent)


def test_a_bar_prints_hostile_text_as_it_is_and_fits_the_line(monkeypatch):
    stream = terminal(monkeypatch)
    bars = Bars()
    bars.start("fetch-sec", 3)
    bars.step("[red]reading[/red] " + "x" * 200)
    bars.advance("AAA")
    bars.note("a [b]note[/b]")
    bars.finish()
    text = stream.getvalue()
    assert "a [b]note[/b]" in text and "fetch-sec" in text and "1/3" in text
    assert "x" * 60 not in text


def valuation(n):
    return make(ValuationShape, 'a "b"\n  "valuations": []', 1).model_copy(update={"ticker": f"T{n}"})


def test_a_streamed_list_prints_the_bytes_of_a_list(capsys):
    made = [valuation(n) for n in range(3)]
    for entries in ([], made[:1], made):
        whole = make(Dcf, '\n  "valuations": []', 0).model_copy(update={"valuations": entries})
        streamed = whole.model_copy(update={"valuations": Streamed(lambda found=entries: iter(found))})
        output.write("dcf", Result(streamed), as_json=True, quiet=True)
        assert capsys.readouterr().out == whole.model_dump_json(indent=2) + "\n"


def test_of_a_stream_one_entry_is_in_memory_at_a_time():
    alive = []

    def read():
        for n in range(20):
            entry = valuation(n)
            alive.append(weakref.ref(entry))
            yield entry

    data = make(Dcf, "-", 0).model_copy(update={"valuations": Streamed(read)})
    most = 0
    for _piece in output.document(data):
        most = max(most, sum(each() is not None for each in alive))
    assert len(alive) == 20
    assert most <= 2
