"""Whatever is filed later, what was known earlier stays what it was."""

from datetime import date, timedelta

from fact_rows import facts, filing, moment
from hypothesis import given, settings
from hypothesis import strategies as st

from p3.facts.resolve import resolve
from p3.facts.rules import load_rules

CONCEPTS = ["Revenues", "SalesRevenueNet", "CostOfRevenue", "GrossProfit", "LongTermDebt", "NetIncomeLoss"]
SPANS = [
    ("2023-01-01", "2023-03-31"),
    ("2023-01-01", "2023-06-30"),
    ("2023-04-01", "2023-06-30"),
    ("2023-01-01", "2023-09-30"),
    ("2023-01-01", "2023-12-31"),
    ("2024-01-01", "2024-03-31"),
    (None, "2023-12-31"),
]
LINES = st.tuples(st.sampled_from(CONCEPTS), st.sampled_from(SPANS), st.integers(-5, 200))
FILINGS = st.lists(
    st.tuples(st.sampled_from(["10-K", "10-Q", "8-K", "10-K/A"]), st.lists(LINES, min_size=1, max_size=6)),
    min_size=1,
    max_size=7,
)


@given(FILINGS, st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_later_filings_do_not_touch_what_was_known(filings: list, cut: int) -> None:
    filed = [str(date(2024, 1, 5) + timedelta(days=30 * n)) for n in range(len(filings))]
    written = [
        filing(form, day, *((concept, *span, value) for concept, span, value in lines))
        for day, (form, lines) in zip(filed, filings, strict=True)
    ]
    table = facts(*written).unique(["concept", "start", "end", "accession"], keep="first", maintain_order=True)
    as_of = moment(filed[min(cut, len(filed) - 1)])
    then = resolve(table.filter(table["accepted"] <= as_of), load_rules(), None)
    now = resolve(table, load_rules(), None)
    assert now.filter(now["known_from"] <= as_of).equals(then)
    assert not now.select("item", "duration", "end", "known_from").is_duplicated().any()
