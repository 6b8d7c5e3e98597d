"""Which filings are chosen, from invented lists and from real ones."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from shared_data import shared

from p3.errors import UsageError
from p3.sec.lists import submissions
from p3.sec.selection import FetchPolicy, choose, parse_forms

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def listed(*rows: tuple[str, date, str]) -> pl.DataFrame:
    """Return filings of (form, filed, items), accepted at 20:00 UTC of the day."""
    return pl.DataFrame(
        [
            {
                "accession": f"0000000001-00-{at:06}",
                "form": form,
                "filed": filed,
                "items": items,
                "accepted": datetime(filed.year, filed.month, filed.day, 20, tzinfo=UTC),
            }
            for at, (form, filed, items) in enumerate(rows)
        ],
        schema_overrides={"accepted": pl.Datetime("us", "UTC")},
    )


def chosen(filings: pl.DataFrame, as_of: datetime = NOW, **policy: object) -> list[tuple[str, date]]:
    return list(choose(filings, FetchPolicy(**policy), as_of).select("form", "filed").iter_rows())  # type: ignore[arg-type]


COMPANY = listed(
    ("10-K", date(2025, 2, 1), ""),
    ("8-K", date(2025, 1, 20), "2.02,9.01"),
    ("8-K", date(2025, 1, 10), "5.02"),
    ("10-Q", date(2024, 11, 1), ""),
    ("10-K/A", date(2024, 6, 1), ""),
    ("10-K", date(2024, 2, 1), ""),
    ("10-K/A", date(2023, 6, 1), ""),
    ("10-K", date(2023, 2, 1), ""),
    ("SC 13G", date(2023, 1, 1), ""),
)


def test_the_newest_of_each_kind_with_the_amendments_since() -> None:
    assert chosen(COMPANY, annual=2, quarterly=1, current=1) == [
        ("10-K", date(2025, 2, 1)),
        ("8-K", date(2025, 1, 20)),
        ("10-Q", date(2024, 11, 1)),
        ("10-K/A", date(2024, 6, 1)),
        ("10-K", date(2024, 2, 1)),
    ]


def test_nothing_accepted_after_the_as_of_is_chosen() -> None:
    as_of = datetime(2024, 6, 1, 19, 59, 59, tzinfo=UTC)  # a second before the amendment
    assert chosen(COMPANY, as_of, annual=1) == [("10-K", date(2024, 2, 1))]
    assert chosen(COMPANY, as_of, since=date(2024, 1, 1)) == [("10-K", date(2024, 2, 1))]


def test_named_forms_bring_their_amendments_and_every_item_of_an_8k() -> None:
    assert chosen(COMPANY, forms=frozenset({"8-K"})) == [("8-K", date(2025, 1, 20)), ("8-K", date(2025, 1, 10))]
    assert {form for form, _ in chosen(COMPANY, forms=frozenset({"10-K"}))} == {"10-K", "10-K/A"}


def test_since_lifts_the_counts_and_keeps_the_rest_of_the_choice() -> None:
    assert chosen(COMPANY, annual=0, quarterly=0, current=0, since=date(2024, 6, 1)) == [
        ("10-K", date(2025, 2, 1)),
        ("8-K", date(2025, 1, 20)),
        ("10-Q", date(2024, 11, 1)),
        ("10-K/A", date(2024, 6, 1)),
    ]
    both = chosen(COMPANY, forms=frozenset({"8-K", "10-Q"}), since=date(2024, 11, 1))
    assert both == [("8-K", date(2025, 1, 20)), ("8-K", date(2025, 1, 10)), ("10-Q", date(2024, 11, 1))]


def test_a_foreign_issuer_s_reports_count_with_the_others_of_their_kind() -> None:
    months = [("6-K", date(2025, month, 3), "") for month in range(1, 11)]
    filings = listed(("20-F", date(2025, 2, 12), ""), ("20-F/A", date(2025, 3, 1), ""), *months)
    assert chosen(filings, current=2) == [
        ("6-K", date(2025, 10, 3)),
        ("6-K", date(2025, 9, 3)),
        ("20-F/A", date(2025, 3, 1)),
        ("20-F", date(2025, 2, 12)),
    ]


def test_transition_reports_and_those_of_small_businesses_count() -> None:
    forms = ("10-KT", "10-K405", "10-KSB", "10KSB", "40-F", "10-QT", "10-QSB", "10QSB")
    filings = listed(*((form, date(2005, 1, day), "") for day, form in enumerate(forms, 1)))
    assert {form for form, _ in chosen(filings, annual=9, quarterly=9)} == set(forms)


def test_item_12_announced_results_before_item_2_02_did() -> None:
    filings = listed(("8-K", date(2004, 7, 1), "7,12"), ("8-K", date(2004, 6, 1), "5"), ("8-K", date(2004, 5, 1), ""))
    assert chosen(filings) == [("8-K", date(2004, 7, 1))]


def test_nothing_to_choose_from() -> None:
    assert choose(COMPANY.clear(), FetchPolicy(), NOW).is_empty()
    assert chosen(listed(("SC 13G", date(2023, 1, 1), ""))) == []
    assert chosen(listed(("10-K/A", date(2023, 1, 1), ""))) == []  # of an original that is not in the list


@pytest.mark.parametrize(
    ("text", "forms"),
    [("10-K,8-K", {"10-K", "8-K"}), (" 10-k , 20-f,", {"10-K", "20-F"}), ("10-K405", {"10-K405"})],
)
def test_forms_as_people_type_them(text: str, forms: set[str]) -> None:
    assert parse_forms(text) == forms


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "no form is named"), (" , ", "no form"), ("10K", "'10K'"), ("10-K/A", "'10-K/A'"), ("x" * 999, "'XXXX")],
)
def test_what_is_no_form_is_told_with_those_that_are(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        parse_forms(text)
    assert "10-K, 10-K405" in caught.value.remedy
    assert "amendments come along" in caught.value.remedy
    assert len(caught.value.message) < 90


NIKE = 320187


def real(cik: int, as_of: datetime = datetime(2025, 9, 1, tzinfo=UTC), **policy: object) -> pl.DataFrame:
    body = shared("edgar-mirror", "data.sec.gov", "submissions", f"CIK{cik:010d}.json").read_bytes()
    filings = submissions.parse(body, [], "edgar")[1]
    return choose(filings, FetchPolicy(**policy), as_of)  # type: ignore[arg-type]


def test_nike_since_1995() -> None:
    """Counted in the list itself: 29 10-K, 2 10-K405, 3 10-K/A, 92 10-Q and 2 10-Q/A."""
    counts = dict(real(NIKE, since=date(1995, 1, 1)).group_by("form").len().iter_rows())
    assert {form: count for form, count in counts.items() if not form.startswith("8-K")} == {
        "10-K": 29,
        "10-K405": 2,
        "10-K/A": 3,
        "10-Q": 92,
        "10-Q/A": 2,
    }


def test_nike_s_8ks_with_results_until_item_2_02_came() -> None:
    """Two a quarter under item 12, from the quarter of September 2003 on."""
    until = real(NIKE, datetime(2004, 8, 23, tzinfo=UTC), since=date(1995, 1, 1)).filter(pl.col("form") == "8-K")
    assert [str(day)[:7] for day in until["filed"]] == [
        *("2004-06", "2004-06", "2004-03", "2004-03", "2003-12", "2003-12", "2003-09", "2003-09")
    ]


def test_every_8k_of_nike_when_the_form_is_named() -> None:
    every = real(NIKE, forms=frozenset({"8-K"}), since=date(1995, 1, 1))
    assert dict(every.group_by("form").len().iter_rows()) == {"8-K": 288, "8-K/A": 5}
