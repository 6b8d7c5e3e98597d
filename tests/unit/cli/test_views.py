"""What holds for every view: it fits the width, prints hostile text as it is, and needs no list to be filled."""

import importlib
import io
import json
import re

import pytest
from rich.console import Console
from view_shapes import EVERY, HOSTILE, make

from p3.cli.views.parts import SAMPLE, Unbroken
from p3.shapes import Rows

WIDTHS = [60, 120, 200]
LONG = "a reason of many words that has to be wrapped somewhere, such as at 0001045810-24-000029 or here"


MARKED = [(v, shape) for v, shape in EVERY if v != "plain" and '"origin"' in json.dumps(shape.model_json_schema())]


def parts_of(view, data):
    return importlib.import_module(f"p3.cli.views.{view}").render(data)


def shown(parts, width, *, colour=None):
    file = io.StringIO()
    console = Console(file=file, width=width, color_system=colour, force_terminal=colour is not None, markup=True)
    for part in parts:
        console.print(part, crop=False)
    return file.getvalue()


def ids(case):
    return case if isinstance(case, str) else getattr(case, "__name__", None)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("view", "shape"), EVERY, ids=ids)
def test_nothing_is_wider_than_the_terminal_but_what_is_to_be_copied(view, shape, width):
    parts = [part for part in parts_of(view, make(shape, LONG, 2)) if not isinstance(part, Unbroken)]
    wide = [line for line in shown(parts, width).splitlines() if len(line) > width]
    assert wide == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("view", "shape"), EVERY, ids=ids)
def test_markup_and_control_codes_are_only_text(view, shape, width):
    text = shown(parts_of(view, make(shape, HOSTILE, 2)), width, colour="truecolor")
    assert "\x07" not in text
    assert "\u202e" not in text
    assert "\x1b[31mred" not in text
    plain = re.sub(r"\s+", "", re.sub(r"\x1b\[[0-9;]*m", "", text))
    assert "[red]" in plain
    assert "☺" not in plain and "😄" not in plain


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("view", "shape"), EVERY, ids=ids)
def test_a_pipe_gets_no_colour(view, shape, width):
    assert "\x1b" not in shown(parts_of(view, make(shape, "word", 2)), width)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("view", "shape"), EVERY, ids=ids)
def test_empty_lists_leave_something_to_read(view, shape, width):
    assert len(shown(parts_of(view, make(shape, "word", 0)), width).strip()) > 10


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("view", "shape"), EVERY, ids=ids)
def test_what_is_not_known_is_not_printed_as_none_or_zero(view, shape, width):
    text = shown(parts_of(view, make(shape, "word", 2, bare=True)), width)
    if view != "plain":
        assert "None" not in text
        assert not re.search(r"\bnan\b", text)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("view", "shape"), MARKED, ids=ids)
def test_the_sample_is_marked_in_one_line_where_the_shape_tells_it(view, shape, width):
    assert shown(parts_of(view, make(shape, "sample", 1)), width).splitlines().count(SAMPLE) == 1
    assert SAMPLE not in shown(parts_of(view, make(shape, "edgar", 1)), width)


@pytest.mark.parametrize("width", WIDTHS)
def test_sql_prints_any_value_of_any_column(width):
    rows = Rows(columns=["[b]a", "n"], rows=[{"[b]a": HOSTILE, "n": 1.5}, {"[b]a": None, "n": None}])
    text = shown(parts_of("sql", rows), width)
    assert "[b]a" in text and "[red]x[/red]" in text and "\x1b" not in text and "2 rows" in text
    assert "None" not in text
    assert "1 row\n" in shown(parts_of("sql", Rows(columns=["a"], rows=[{"a": 1}])), width)
    assert "nothing" in shown(parts_of("sql", Rows(columns=[], rows=[])), width)
