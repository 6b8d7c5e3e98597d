"""The README's command reference is what the commands say of themselves."""

from pathlib import Path

import pytest

from p3.cli import reference

README = Path(__file__).parents[3] / "README.md"


def test_the_readme_is_fresh():
    assert reference.main([str(README), "--check"]) == 0, f"run `python -m p3.cli.reference {README.name}`"


def test_each_command_says_what_it_does():
    bare = [name for name, command in reference.commands().items() if not (command.help or "").strip()]
    assert bare == []


def test_each_parameter_has_help():
    bare = [
        f"{name} {parameter.name}"
        for name, command in reference.commands().items()
        for parameter in command.params
        if not (getattr(parameter, "help", None) or "").strip()
    ]
    assert bare == []


def test_each_command_names_its_shapes():
    assert set(reference.SHAPES) == set(reference.commands())


def test_every_command_and_every_option_is_there():
    text = reference.reference()
    for name, command in reference.commands().items():
        part = text.split(f"### p3 {name}\n", 1)[1].split("\n###", 1)[0]
        for option in (
            o for p in command.params if p.param_type_name == "option" for o in (*p.opts, *p.secondary_opts)
        ):
            assert option in part, f"{name} lacks {option}"


@pytest.mark.parametrize("columns", ["40", "200"])
def test_the_width_of_the_terminal_changes_nothing(columns, monkeypatch):
    expected = reference.reference()
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("TERMINAL_WIDTH", columns)
    assert reference.reference() == expected


def test_a_stale_file_is_told_and_left_and_then_rewritten(tmp_path, capsys):
    file = tmp_path / "README.md"
    stale = f"before\n{reference.BEGIN}\nold\n{reference.END}\nafter\n"
    file.write_text(stale)
    assert reference.main([str(file), "--check"]) == 1
    assert "stale" in capsys.readouterr().err
    assert file.read_text() == stale
    assert reference.main([str(file)]) == 0
    assert file.read_text().startswith("before\n") and file.read_text().endswith(f"{reference.END}\nafter\n")
    assert "old" not in file.read_text().splitlines()
    assert reference.main([str(file), "--check"]) == 0


@pytest.mark.parametrize("text", ["no markers", f"{reference.END}\n{reference.BEGIN}"])
def test_a_file_without_markers_is_left_alone(text, tmp_path):
    file = tmp_path / "README.md"
    file.write_text(text)
    with pytest.raises(SystemExit) as stopped:
        reference.main([str(file)])
    assert stopped.value.code == 2
    assert file.read_text() == text
