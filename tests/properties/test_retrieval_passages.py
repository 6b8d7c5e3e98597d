from datetime import date
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from retrieval_cases import Section, meta, moment

from p3.retrieval import passages

ABOUT = meta(1, "10-K", date(2024, 6, 30), moment(2024, 7, 30), "a")
TEXTS = st.text(alphabet=st.sampled_from("ab .\n\u00a0|9—é𝔘"), max_size=4000)


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.lists(st.integers(1, 4000), max_size=4), st.lists(st.integers(0, 4000), max_size=4))
def test_every_text_is_cut_without_loss_overlap_or_crossing(text, breaks, edges):
    pages = [0, *sorted({at for at in breaks if at < len(text)})]
    marks = sorted({min(at, len(text)) for at in edges})
    sections = [Section(f"Item {n}", a, b) for n, (a, b) in enumerate(pairwise(marks))]
    frame = passages.split(text, sections, pages, ABOUT)
    rows = frame.rows(named=True)
    assert all(text[row["start"] : row["end"]] == row["text"] == row["text"].strip() for row in rows)
    assert "".join("".join(row["text"] for row in rows).split()) == "".join(text.split())
    assert all(a["end"] <= b["start"] for a, b in pairwise(rows))
    assert all(pages[row["page"] - 1] <= row["start"] for row in rows)
    assert all(row["end"] <= [*pages, len(text)][row["page"]] for row in rows)
    assert passages.split(text, sections, pages, ABOUT).equals(frame)
