"""Phrases whose meaning hangs on others, sums and multiples of figures, and the share basis; values worked by hand."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from answer_case import (
    COMPANIES,
    MILLION,
    MSFT_2024,
    NOW,
    NVDA,
    NVDA_2022,
    NVDA_2023,
    NVDA_2024,
    ROWS,
    Year,
    context,
    frame,
    line_item,
)

from p3.answer import companies, periods
from p3.answer.answer import answer
from p3.answer.expression import Operand
from p3.answer.figures import Figures
from p3.answer.lexicon import load_lexicon
from p3.answer.numeric import Computed, compute
from p3.answer.periods import PeriodKey
from p3.answer.reading import NotNumericError, read
from p3.facts.shares import ShareBasis

SHARES = [
    line_item(year, "shares_diluted", "WeightedAverageNumberOfDilutedSharesOutstanding", count, unit="shares")
    for year, count in ((NVDA_2023, 2_507 * MILLION), (NVDA_2024, 2_494 * MILLION))
]
QUARTER_ENDS = (date(2023, 4, 30), date(2023, 7, 30), date(2023, 10, 29), date(2024, 1, 28))


def quarter(end: date, revenue: float) -> dict[str, object]:
    filed = datetime(2024, 2, 21, tzinfo=UTC)
    row = line_item(Year(NVDA, end, end, f"Q{end}", filed), "revenue", "Revenues", revenue * MILLION)
    return {**row, "duration": "quarter"}


QUARTERS = [quarter(*each) for each in zip(QUARTER_ENDS, (7_192.0, 13_507.0, 18_120.0, 22_103.0), strict=True)]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("dec. 31, 2024", (PeriodKey(end=date(2024, 12, 31)),)),
        ("31 december 2024", (PeriodKey(end=date(2024, 12, 31)),)),
        ("12/31/2024", (PeriodKey(end=date(2024, 12, 31)),)),
        ("sept 28, 2024", (PeriodKey(end=date(2024, 9, 28)),)),
        ("three months ended june 28, 2025", (PeriodKey("quarter", end=date(2025, 6, 28), spanned=True),)),
        ("quarter ended june 28, 2025", (PeriodKey("quarter", end=date(2025, 6, 28), spanned=True),)),
        ("fiscal year ended june 30, 2024", (PeriodKey(end=date(2024, 6, 30), spanned=True),)),
        ("twelve months ended june 28, 2025", (PeriodKey("ttm", end=date(2025, 6, 28), spanned=True),)),
        (
            "six months ended june 28, 2025",
            tuple(PeriodKey("quarter", end=date(2025, 6, 28), back=back, spanned=True) for back in (1, 0)),
        ),
        ("first nine months of fiscal 2025", tuple(PeriodKey("quarter", 2025, number) for number in (1, 2, 3))),
        ("between 2022 and 2024", tuple(PeriodKey(fiscal_year=year, exact=False) for year in (2022, 2023, 2024))),
        ("13/31/2024", ()),
    ],
)
def test_periods_by_their_length_and_end(text: str, keys: tuple[PeriodKey, ...]) -> None:
    assert tuple(key for word in periods.mark(text).split() for key in periods.read(word)) == keys


def test_a_date_beside_trailing_months_is_their_end() -> None:
    request = read("NVIDIA's TTM revenue as of July 28, 2024?", COMPANIES, load_lexicon())
    assert request.periods == (PeriodKey("ttm", end=date(2024, 7, 28), spanned=True),)


@pytest.mark.parametrize(
    ("question", "value", "unit"),
    [
        ("NVIDIA's net income per diluted share in fiscal 2024, $m", 11.93, "USD/shares"),
        ("NVIDIA's revenue per diluted share in fiscal 2024", 60_922 / 2_494, "USD/shares"),
        ("Combined fiscal 2024 revenue of NVIDIA and Microsoft", (60_922 + 245_122) * MILLION, "USD"),
        ("NVIDIA's revenue over fiscal 2023 and 2024 combined", (26_974 + 60_922) * MILLION, "USD"),
        ("NVIDIA's gross profit and R&D combined in fiscal 2024", (44_301 + 8_675) * MILLION, "USD"),
        ("How many times larger was Microsoft's fiscal 2024 revenue than NVIDIA's?", 245_122 / 60_922, "ratio"),
        ("Microsoft's revenue divided by NVIDIA's revenue, fiscal 2024", 245_122 / 60_922, "ratio"),
        ("What is the ratio of Microsoft's revenue to NVIDIA's revenue in fiscal 2024?", 245_122 / 60_922, "ratio"),
        ("By what factor did NVIDIA's revenue grow between fiscal 2022 and fiscal 2024?", 60_922 / 26_914, "ratio"),
        ("NVIDIA's return on equity for fiscal 2024, on average equity", 29_760 / ((22_101 + 42_978) / 2), "ratio"),
        ("NVIDIA's gross margin (gross profit / revenue) in fiscal 2024", 44_301 / 60_922, "ratio"),
        ("NVIDIA's margin of safety in fiscal 2024, i.e. gross profit less research and development", None, None),
        ("NVIDIA's gross profit in fiscal 2024, i.e. revenue less net income and R&D", 22_487 * MILLION, "USD"),
        ("NVIDIA's revenue for the six months ended January 28, 2024", (18_120 + 22_103) * MILLION, "USD"),
        ("NVIDIA's revenue in the first nine months of fiscal 2024", (7_192 + 13_507 + 18_120) * MILLION, "USD"),
        ("NVIDIA's net income attributable to common shareholders in fiscal 2024", 29_760 * MILLION, "USD"),
    ],
)
def test_idioms(question: str, value: float | None, unit: str | None) -> None:
    found = answer(question, context(rows=[*ROWS, *SHARES, *QUARTERS]))
    assert (found.value, found.unit) == (value if value is None else pytest.approx(value), unit)


@pytest.mark.parametrize(
    "question",
    [
        "NVIDIA's gross profit divided by Microsoft's revenue in fiscal 2024",
        "NVIDIA's fiscal 2024 gross profit divided by fiscal 2023 revenue",
        "NVIDIA's fiscal 2024 revenue minus Microsoft's gross profit",
        "Combined revenue growth of NVIDIA and Microsoft in fiscal 2024",
        "NVIDIA's combined revenue in fiscal 2024",
        "How much cash does NVIDIA hold and its total debt?",
        "How many times did NVIDIA report revenue in fiscal 2024?",
        "NVIDIA's return on equity for fiscal 2024, on average revenue",
    ],
)
def test_amounts_that_do_not_belong_together_are_refused(question: str) -> None:
    with pytest.raises(NotNumericError):
        read(question, COMPANIES, load_lexicon())


@pytest.mark.parametrize(
    "question",
    [
        "NVIDIA's equity over fiscal 2023 and 2024 combined",
        "Combined gross margin of NVIDIA and Microsoft in fiscal 2024",
        "NVIDIA's revenue for the year ended October 29, 2023",
        "NVIDIA's split-adjusted diluted EPS in fiscal 2024",
    ],
)
def test_figures_that_make_no_sense_together_are_not_computed(question: str) -> None:
    assert answer(question, context(rows=[*ROWS, *QUARTERS])).value is None


def test_preferred_dividends_are_taken_off_where_they_are_filed() -> None:
    preferred = line_item(MSFT_2024, "preferred_dividends", "DividendsPreferredStock", 9 * MILLION)
    earned = line_item(MSFT_2024, "net_income", "NetIncomeLoss", 100 * MILLION)
    found = answer(
        "Microsoft's net income available to common shareholders in fiscal 2024", context(rows=[earned, preferred])
    )
    assert found.value == 91 * MILLION


def test_per_share_figures_that_one_report_prints_are_compared() -> None:
    question = "By what percentage did NVIDIA's diluted EPS rise from fiscal 2023 to fiscal 2024?"
    assert answer(question, context(rows=[*ROWS, *SHARES])).value == pytest.approx(11.93 / 1.74 - 1)
    split = line_item(NVDA_2023, "shares_diluted", "X", 627 * MILLION, unit="shares")
    assert answer(question, context(rows=[*ROWS, split, SHARES[1]])).value is None


def test_share_data_are_brought_to_the_basis_of_the_as_of() -> None:
    opened = datetime(2024, 6, 10, 13, 30, tzinfo=UTC)
    basis = ShareBasis(date(2020, 1, 1), date(2024, 12, 31), ((opened, 10.0),))
    old = line_item(NVDA_2022, "eps_diluted", "EarningsPerShareDiluted", 3.85, unit="USD/shares")
    figures = Figures(frame([*ROWS, *SHARES, old]), NOW, bases=lambda cik: basis if cik == NVDA else None)
    eps = figures.find(Operand("eps_diluted", 0, NVDA, PeriodKey(fiscal_year=2024)))
    assert (eps.item.value, eps.on_basis) == (pytest.approx(1.193), True)
    assert eps.item.sources[0].value == 11.93
    shares = figures.find(Operand("shares_diluted", 0, NVDA, PeriodKey(fiscal_year=2024)))
    assert shares.item.value == pytest.approx(24_940 * MILLION)

    def computed(question: str) -> Computed:
        return compute(read(question, COMPANIES, load_lexicon()), figures, {NVDA: "NVDA"})

    grown = computed("NVIDIA's diluted EPS growth from fiscal 2022 to fiscal 2024").value
    assert grown is not None and grown.value == pytest.approx(11.93 / 3.85 - 1)
    assert computed("NVIDIA's split-adjusted diluted EPS, fiscal 2024").figures == (eps,)


def test_names_that_edgar_does_not_tell_are_known() -> None:
    known = pl.DataFrame(
        {
            "cik": [1652044, 1],
            "ticker": ["GOOGL", "X"],
            "name": ["Alphabet Inc.", "X Co"],
            "former_names": [None, ["Y"]],
        },
        schema_overrides={"former_names": pl.List(pl.String)},
    )
    named = companies.with_known_names(known)
    assert named["former_names"].to_list() == [["Google"], ["Y"]]
    assert "@C1652044" in companies.mark("Google's revenue", named)
