"""The Items of reports: real ones by hashes of what was read by eye, and the lines that only look like headings."""

import hashlib
import json
from itertools import pairwise

import pytest
from section_truth import ITEMS
from shared_data import shared

from p3.sec.documents import reading, sections

BODY = " ".join(["Words and more words of prose."] * 40)

LONG = f"{BODY}\n\n{BODY}\n\n{BODY}"


def read(path: str) -> str:
    file = shared(*path.split("/"))
    if file.suffix != ".jsonl":
        return reading.to_text(file.read_bytes(), file.name).text
    pages = [json.loads(line)["text"] for line in file.read_text().splitlines()]
    return reading.to_text("\f".join(pages).encode(), f"{file.stem}.txt").text


def fingerprint(text: str) -> tuple[str, str, int]:
    body = "".join(character for character in text.lower() if character.isalnum())
    first, last = (hashlib.sha256(end.encode()).hexdigest()[:12] for end in (body[:60], body[-60:]))
    return first, last, len(body)


@pytest.mark.parametrize("path", ITEMS)
def test_items_of_real_filings_begin_and_end_where_they_do(path: str) -> None:
    text = read(path)
    found = sections.find(text)
    named = {section.name: fingerprint(text[section.start : section.end]) for section in found}
    assert {name: named.get(name) for name in ITEMS[path]} == ITEMS[path]
    assert len(named) == len(found)
    assert all(first.end <= second.start for first, second in pairwise(found))


def named(*lines: str, form: str = "FORM 10-K") -> dict[str, str]:
    text = "\n\n".join((form, *lines))
    return {section.name: text[section.start : section.end] for section in sections.find(text)}


def test_a_line_break_inside_a_sentence_makes_no_heading() -> None:
    items = named(
        *("Item 1. Business", BODY, "Item 1A. Risk Factors"),
        f"{BODY}\nFor more see the discussion in\nItem 7. Management’s Discussion and Analysis\n{BODY}",
        f"They are described in “Risk Management,”\nItem 7A. Market Risk” and elsewhere.\n{BODY}",
        *("Item 2. Properties", "None.", "Item 7. Management’s Discussion and Analysis", BODY),
        f"{BODY}\nItem 1A. Risk Factors—Operations section and the Overview\n{BODY}",
        *("Item 8. Financial Statements", BODY),
    )
    assert list(items) == ["Item 1", "Item 1A", "Item 2", "Item 7", "Item 8"]
    assert items["Item 1A"].count(BODY) == 3
    assert items["Item 7"].count(BODY) == 3


def test_no_break_spaces_are_blanks() -> None:
    items = named("PART\xa0I", "\xa0Item\xa01.\xa0\xa0Business", BODY, "Item\xa01A. Risk", BODY)
    assert list(items) == ["Item 1", "Item 1A"]


def test_one_heading_may_name_several_items() -> None:
    items = named(
        *("Items 1 and 2. Business and Properties", BODY, "Item 3. Legal Proceedings", BODY),
        *("Items 7, 7A and 8. Discussion", BODY, "ITEMS 10, 11, 12 and 13. Directors", BODY, "Item 14. Fees", BODY),
    )
    assert list(items) == ["Item 1", "Item 3", "Item 7", "Item 10", "Item 14"]


def test_a_heading_may_follow_its_part_on_the_line() -> None:
    items = named(
        *("PART I. FINANCIAL INFORMATION - Item 1. Financial Statements", BODY, "Item 2. Discussion", BODY),
        *("PART II, Item 1. Legal Proceedings", BODY, "Item 6. Exhibits", BODY),
        form="FORM 10-Q",
    )
    assert list(items)[:3] == ["Part I Item 1", "Part I Item 2", "Part II Item 1"]


def test_a_sentence_that_begins_with_a_part_does_not_begin_it() -> None:
    items = named(
        *("PART I. FINANCIAL INFORMATION", "Item 1. Financial Statements", f"{BODY} see\nPart II of the last report."),
        *("Item 2. Discussion", BODY, "PART II", "OTHER INFORMATION", "Item 1. Legal Proceedings", BODY),
        form="FORM 10-Q",
    )
    assert list(items) == ["Part I Item 1", "Part I Item 2", "Part II Item 1"]
    assert items["Part I Item 2"].endswith(BODY)


CONTENTS = [
    "Item 1. | Business | 3",
    "Item 1A. | Risk Factors | 9",
    "Item 1B. | Comments | N/A",
    "Item 2. | Property | 11",
]


def test_contents_are_told_from_headings_also_where_an_entry_names_no_page() -> None:
    items = named(
        *CONTENTS, "Note", BODY, "Item 1. Business", BODY, "Item 1A. Risk Factors", BODY, "Item 2. Property", "None."
    )
    assert list(items) == ["Item 1", "Item 1A", "Item 2"]
    assert items["Item 1"].startswith("Item 1. Business\n")


def test_a_long_first_entry_of_the_contents_is_no_heading() -> None:
    items = named(
        *(
            "Item 1. Financial Statements",
            BODY[:400],
            "Item 2. Discussion",
            "9",
            "Item 3. Risk",
            "12",
            "Item 4. Controls",
            "15",
        ),
        *(
            "Item 1. Financial Statements",
            LONG,
            "Item 2. Discussion",
            BODY,
            "Item 3. Risk",
            BODY,
            "Item 4. Controls",
            BODY,
        ),
        form="FORM 10-Q",
    )
    assert items["Part I Item 1"] == f"Item 1. Financial Statements\n\n{LONG}"


def test_an_index_alone_gives_no_item_the_whole_report() -> None:
    """Some reports have no Item headings, and an index at their end that names pages."""
    items = named(
        *("Management’s Discussion", LONG, *CONTENTS, "Item 3. | Proceedings | Not applicable"), "Signatures", BODY
    )
    assert all(len(text) < 100 for text in items.values())


def test_numbers_that_the_form_does_not_have_are_no_items() -> None:
    assert list(named("Item 9B. Other", "Item 5.02. Departure", BODY, "Item 18. Other", BODY)) == ["Item 9B"]
    assert list(named("Item 404 of Regulation S-K", BODY)) == []


def test_a_heading_continued_on_another_page_is_the_same_item() -> None:
    items = named("Item 7. Discussion", BODY, "Item 7. Discussion (continued)", BODY, "Item 8. Statements", BODY)
    assert items["Item 7"].count(BODY) == 2
