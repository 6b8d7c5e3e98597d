"""Tables of HTML as lines: values stand under their headings, whatever the layout does with the grid."""

import pytest

from p3.sec.documents import html


def lines(*rows: str) -> list[str]:
    table = "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
    return html.to_text(table.encode())[0].split("\n")


def td(*cells: str) -> str:
    return "".join(f"<td>{cell}</td>" for cell in cells)


def wide(*cells: tuple[str, int]) -> str:
    return "".join(f"<td colspan={span}>{text}</td>" for text, span in cells)


def test_an_empty_cell_holds_its_place() -> None:
    assert lines(td("", "2024", "2023"), td("Sales", "", "5"), td("Costs", "4", "")) == [
        "| 2024 | 2023",
        "Sales | | 5",
        "Costs | 4",
    ]


def test_columns_without_text_are_layout() -> None:
    assert lines(td("", "", "2024", "", "2023", ""), td("Sales", "", "5", "", "6", "")) == [
        "| 2024 | 2023",
        "Sales | 5 | 6",
    ]


def test_signs_belong_to_their_number_and_the_number_to_the_heading_above() -> None:
    """As statements are laid out since about 2009: three columns of the grid for each column of figures."""
    assert lines(
        wide(("(in millions)", 3), ("2024", 3), ("", 3), ("% change", 3)),
        wide(("Net income", 3)) + td("$", "93", "", "", "", "") + td("(3", ")%", ""),
        wide(("Other", 3)) + td("(", "2", ")", "", "", "") + td("n/m", "", ""),
        wide(("Margin", 3)) + td("24", "%", "", "", "", "") + td("", "(90", ") bps"),
    ) == [
        "(in millions) | 2024 | % change",
        "Net income | $93 | (3)%",
        "Other | (2) | n/m",
        "Margin | 24% | (90 | ) bps",
    ]


def test_signs_that_stand_for_a_column_are_no_part_of_a_number() -> None:
    assert lines(td("", "Change", "Change"), td("", "$", "%"), td("Sales", "5", "10 %")) == [
        "| Change | Change",
        "| $ | %",
        "Sales | 5 | 10 %",
    ]


def test_a_heading_over_several_columns_stands_over_the_first() -> None:
    assert lines(
        wide(("", 1), ("Three months", 2), ("Six months", 2)),
        td("", "2024", "2023", "2024", "2023"),
        td("Sales", "1", "2", "3", "4"),
    ) == ["| Three months | | Six months", "| 2024 | 2023 | 2024 | 2023", "Sales | 1 | 2 | 3 | 4"]


def test_a_title_over_the_whole_table_stays_a_line() -> None:
    assert lines(
        wide(("Year ended", 3)), td("", "2024", "2023"), wide(("", 1), ("May 31", 2)), td("Sales", "1", "2")
    ) == [*("Year ended", "| 2024 | 2023", "May 31", "Sales | 1 | 2")]


def test_a_cell_over_several_rows_keeps_the_rows_below_in_their_columns() -> None:
    rows = ("<td rowspan=2>Gains</td><td>1</td><td>2</td>", td("3", "4"), td("Losses", "5", "6"))
    assert lines(*rows) == ["Gains | 1 | 2", "| 3 | 4", "Losses | 5 | 6"]


def test_notes_and_units_in_a_column_of_their_own_belong_to_the_value() -> None:
    assert lines(
        wide(("", 1), ("2024", 2), ("2023", 2)),
        td("Sales", "5", "(1)", "6", ""),
        td("Margin", "240", "bps", "30", "bps"),
    ) == ["| 2024 | 2023", "Sales | 5 (1) | 6", "Margin | 240 bps | 30 bps"]


def test_a_value_in_brackets_with_a_heading_of_its_own_is_no_note() -> None:
    assert lines(td("", "2024", "2023"), td("Other", "5", "(1)")) == ["| 2024 | 2023", "Other | 5 | (1)"]


def test_labels_set_in_by_columns_are_one_column() -> None:
    assert lines(
        wide(("Assets", 2), ("", 1)), td("", "Cash", "5"), td("", "Debtors", "6"), wide(("Total", 2), ("11", 1))
    ) == ["Assets", "Cash | 5", "Debtors | 6", "Total | 11"]


def test_text_between_the_cells_keeps_its_place() -> None:
    assert html.to_text(b"<table><tr><td>a</td></tr>stray<tr><td>b</td></tr></table>")[0].split() == ["a", "stray", "b"]
    nested = b"<table><tr><td>a</td></tr><tr><table><tr><td>b</td></tr></table></tr><tr><td>c</td></tr></table>"
    assert html.to_text(nested)[0].split() == ["a", "b", "c"]


@pytest.mark.parametrize("span", ["0", "-1", "x", "", "1000000000", "²"])
def test_a_span_that_means_nothing_breaks_nothing(span: str) -> None:
    assert lines(f"<td colspan={span!r} rowspan={span!r}>a</td><td>b</td>", td("c", "d"))[0].startswith("a | b")
