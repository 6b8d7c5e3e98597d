"""Which count of shares a company is valued with: all classes of stock, and not those of long ago."""

from datetime import UTC, date, datetime
from typing import Any

import company_frames as frames
import polars as pl
import pytest

from p3.facts import view
from p3.valuation import share_count
from p3.valuation.share_count import ShareCount

AS_OF = datetime(2024, 5, 31, tzinfo=UTC)


def average(value: float, year: int = 2023) -> dict[str, Any]:
    return frames.row("shares_diluted", year, value, unit="shares")


def cover(value: float, year: int = 2023) -> dict[str, Any]:
    return frames.row("shares_outstanding", year, value, instant=True, unit="shares")


def earnings(income: float, per_share: float, year: int = 2023) -> list[dict[str, Any]]:
    return [frames.row("net_income", year, income), frames.row("eps_diluted", year, per_share, unit="USD/shares")]


def newest(*rows: dict[str, Any], as_of: datetime = AS_OF) -> ShareCount | None:
    items = pl.DataFrame(rows, schema=frames.LINE_ITEMS)
    return share_count.newest(items, view.periods(items, as_of, "annual"), as_of)


def counted(*rows: dict[str, Any], as_of: datetime = AS_OF) -> tuple[float, str]:
    count = newest(*rows, as_of=as_of)
    assert count is not None
    return count.value, count.assumption


def test_the_weighted_diluted_average_goes_first() -> None:
    count = newest(average(104e6), cover(98e6), *earnings(200e6, 2.0))
    assert count is not None
    assert (count.value, count.assumption, count.day) == (104e6, "fact", date(2023, 12, 31))
    assert count.accepted == datetime(2024, 2, 20, 22, tzinfo=UTC)
    assert [source.concept for source in count.sources] == ["shares_diluted"]


@pytest.mark.parametrize(
    ("on_cover", "expected"),
    [
        (98e6, (100e6, "fact")),
        (119e6, (100e6, "fact")),
        (150e6, (150e6, "rule")),  # the average is of one class of two, or shares were issued since
        (900e6, (900e6, "rule")),
        (100e9, (100e6, "fact")),  # a cover page that says thousands of what it counts
        (40e6, (100e6, "fact")),
    ],
)
def test_a_cover_page_that_counts_many_more_goes_before_the_average(
    on_cover: float, expected: tuple[float, str]
) -> None:
    assert counted(average(100e6), cover(on_cover)) == expected


def test_an_older_cover_page_says_nothing_of_a_newer_average() -> None:
    assert counted(average(100e6), cover(150e6, 2022)) == (100e6, "fact")


def test_classes_that_each_have_their_own_average_are_counted_on_the_cover() -> None:
    """Such a filing has no average without dimensions, while its cover page is added up over the classes."""
    assert counted(cover(2_300e6), *earnings(4_700e6, 2.0)) == (2_300e6, "rule")


def test_a_stale_average_gives_way() -> None:
    assert counted(average(100e6, 2021), cover(95e6)) == (95e6, "rule")
    assert counted(average(100e6, 2021), *earnings(186e6, 2.0)) == (93e6, "rule")
    assert counted(average(100e6, 2021), cover(97e6, 2022), *earnings(186e6, 2.0)) == (93e6, "rule")


def test_classes_that_do_not_add_up_are_counted_by_earnings() -> None:
    """Without a sum on the cover, income over earnings per share counts in shares of the class that they are of."""
    assert counted(*earnings(90e9, 62_500.0)) == (1.44e6, "rule")


@pytest.mark.parametrize("per_share", [0.05, -2.0, 0.0])
def test_earnings_too_small_or_of_the_other_sign_count_nothing(per_share: float) -> None:
    assert newest(*earnings(100e6, per_share)) is None


def test_a_count_is_on_the_basis_of_the_filing_that_states_it() -> None:
    later = cover(250e6) | {"known_from": datetime(2024, 5, 1, tzinfo=UTC)}
    later["sources"] = [later["sources"][0] | {"accepted": datetime(2024, 5, 1, tzinfo=UTC)}]
    count = newest(average(100e6), later)
    assert count is not None
    assert count.accepted == datetime(2024, 5, 1, tzinfo=UTC)


def test_what_is_not_known_yet_does_not_count() -> None:
    before = datetime(2024, 2, 20, 21, tzinfo=UTC)
    assert counted(average(90e6, 2022), average(100e6), cover(300e6), as_of=before) == (90e6, "fact")
    assert newest(cover(300e6), as_of=before) is None


@pytest.mark.parametrize("value", [0.0, -5.0])
def test_counts_that_are_none_are_passed_over(value: float) -> None:
    assert counted(average(value), cover(98e6)) == (98e6, "rule")
    assert newest(cover(value)) is None
