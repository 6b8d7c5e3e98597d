import math
from datetime import UTC, date, datetime

import pytest
from answer_case import COMPANIES, MILLION, MSFT, NVDA, NVDA_2024, ROWS, Year, context, line_item

from p3.answer.answer import MAX_QUESTION, answer
from p3.answer.confidence import load_rules
from p3.errors import UsageError

AS_OF_2023 = datetime(2023, 7, 1, 3, 59, 59, tzinfo=UTC)


def test_a_line_item_is_looked_up_and_cited():
    got = answer("What was NVIDIA's revenue in fiscal 2024?", context())
    assert (got.status, got.route, got.tier) == ("answered", "facts", "rules")
    assert (got.value, got.unit, got.formula) == (60_922_000_000.0, "USD", "revenue")
    (cited,) = got.citations
    assert (cited.n, cited.accession, cited.concept) == (1, "0001045810-24-000029", "us-gaap:Revenues")
    assert cited.period == "2023-01-30/2024-01-28"
    assert "60.922 billion USD [1]" in got.answer


@pytest.mark.parametrize(
    ("question", "value", "unit"),
    [
        ("What was NVIDIA's gross margin in FY2024?", 44_301 / 60_922, "ratio"),
        ("NVDA net margin fiscal 2024", 29_760 / 60_922, "ratio"),
        ("What was the year-over-year growth of NVIDIA's revenue in FY2024?", 60_922 / 26_974 - 1, "ratio"),
        ("How much did revenue grow at NVIDIA from FY2022 to FY2024?", 60_922 / 26_914 - 1, "ratio"),
        ("What was NVIDIA's revenue CAGR from FY2022 to FY2024?", math.sqrt(60_922 / 26_914) - 1, "ratio"),
        ("What was NVIDIA's 3 year average revenue for FY2024?", (26_914 + 26_974 + 60_922) / 3 * MILLION, "USD"),
        ("NVIDIA's average gross margin over fiscal 2023 and 2024", (44_301 / 60_922 + 15_356 / 26_974) / 2, "ratio"),
        ("What was NVIDIA's return on equity in FY2024?", 29_760 / ((42_978 + 22_101) / 2), "ratio"),
        ("R&D as a percentage of revenue at NVIDIA, FY2024", 8_675 / 60_922, "ratio"),
        ("What percentage of revenue did NVIDIA spend on R&D in FY2024?", 8_675 / 60_922, "ratio"),
        ("NVIDIA equity as of January 28, 2024", 42_978 * MILLION, "USD"),
        ("What is the difference between NVIDIA's revenue in FY2024 and FY2023?", 33_948 * MILLION, "USD"),
        ("Change in NVIDIA's gross margin from FY2023 to FY2024", 44_301 / 60_922 - 15_356 / 26_974, "ratio"),
        ("Compare the revenue of Microsoft and NVIDIA in FY2024", (245_122 - 60_922) * MILLION, "USD"),
        ("Which had the higher gross margin in FY2024, NVIDIA or Microsoft?", 44_301 / 60_922, "ratio"),
        ("NVIDIA revenue minus gross profit FY2024", (60_922 - 44_301) * MILLION, "USD"),
        ("What was NVIDIA's diluted EPS in FY2024?", 11.93, "USD/shares"),
    ],
)
def test_formulas(question: str, value: float, unit: str):
    got = answer(question, context())
    assert got.status == "answered", got.steps
    assert got.value == pytest.approx(value, rel=1e-12)
    assert got.unit == unit
    assert got.citations


def test_a_list_gives_each_number_and_no_single_value():
    got = answer("What was NVIDIA's revenue from FY2022 to FY2024?", context())
    assert got.value is None
    assert [text in got.answer for text in ("26.914 billion", "26.974 billion", "60.922 billion")] == [True] * 3


def test_the_form_asked_for_changes_the_text_and_not_the_value():
    got = answer(
        "What was NVIDIA's revenue in FY2024 in USD billions? Round your answer to one decimal place.", context()
    )
    assert "60.9 billion USD" in got.answer
    assert got.value == 60_922_000_000.0


@pytest.mark.parametrize(
    "question",
    [
        "What was AWS revenue in FY2024?",
        "What was NVIDIA's cloud revenue in FY2024?",
        "What was NVIDIA's revenue excluding gaming in FY2024?",
        "What was NVIDIA's deferred revenue in FY2024?",
        "What was NVIDIA's U.S. revenue in FY2024?",
        "What was NVIDIA's non-GAAP gross margin in FY2024?",
        "What was NVIDIA's revenue in calendar 2024?",
        "What was NVIDIA's net margin and gross margin in FY2024?",
        "Why did NVIDIA's revenue grow in FY2024?",
        "What was Tesla's revenue in FY2024?",
        "What was the revenue in FY2024?",
    ],
)
def test_what_is_not_understood_whole_is_not_computed(question: str):
    got = answer(question, context())
    assert (got.status, got.value, got.citations) == ("abstained", None, ())
    assert got.steps[0].startswith("not computed: ")


def test_a_period_to_come_is_refused_and_the_newest_known_named():
    got = answer("What was NVIDIA's revenue in fiscal 2024?", context(as_of=AS_OF_2023))
    assert (got.status, got.value, got.confidence) == ("abstained", None, 0.0)
    assert "fiscal 2024 was not yet reported in the filings held that were known on 2023-06-30" in got.answer
    assert "FY2023" in got.answer
    assert [citation.accession for citation in got.citations] == ["0001045810-23-000017"]


def test_without_a_period_the_newest_known_year_is_taken_and_said():
    got = answer("What is NVIDIA's revenue?", context(as_of=AS_OF_2023))
    assert got.value == 26_974 * MILLION
    assert "FY2023" in got.answer
    assert got.confidence < answer("What was NVIDIA's revenue in FY2023?", context(as_of=AS_OF_2023)).confidence


def test_what_is_learned_after_the_as_of_changes_nothing():
    later = Year(NVDA, NVDA_2024.start, NVDA_2024.end, "0000000000-25-000001", datetime(2025, 2, 1, tzinfo=UTC))
    later_2023 = Year(NVDA, date(2022, 1, 31), date(2023, 1, 29), later.accession, later.accepted)
    poison = [
        line_item(later, "revenue", "Revenues", -1e18),
        line_item(later_2023, "revenue", "Revenues", 1e18),
        line_item(later, "equity", "StockholdersEquity", 7.0, balance=True),
    ]
    for question in (
        "What was NVIDIA's revenue in FY2024?",
        "NVIDIA revenue growth FY2024",
        "NVIDIA return on equity FY2024",
    ):
        assert answer(question, context(rows=[*ROWS, *poison])) == answer(question, context())


def test_a_missing_figure_is_not_taken_for_zero():
    got = answer("What was NVIDIA's debt to equity in FY2024?", context())
    assert (got.status, got.value) == ("abstained", None)
    assert "no short_term_debt" in got.steps[0]


def test_per_share_figures_of_different_filings_are_not_compared():
    got = answer("What was NVIDIA's EPS growth in FY2024?", context())
    assert got.status == "abstained"
    assert "split" in got.steps[0]


def test_growth_from_a_loss_has_no_meaning():
    year = Year(MSFT, date(2022, 7, 1), date(2023, 6, 30), "0000950170-23-035122", datetime(2023, 7, 27, tzinfo=UTC))
    rows = [*ROWS, line_item(year, "revenue", "Revenues", -5.0)]
    assert answer("Microsoft revenue growth FY2024", context(rows=rows)).status == "abstained"


def test_one_company_in_scope_needs_no_name():
    got = answer("What was the revenue in FY2024?", context(companies=COMPANIES.head(1)))
    assert got.value == 60_922 * MILLION
    assert "only_company" in got.signals


def test_confidence_is_what_the_product_of_its_signals_is_calibrated_to():
    got = answer("What is NVIDIA's EPS?", context())
    assert set(got.signals) == {"computed_from_facts", "newest_period", "open_wording"}
    product = round(math.prod(got.signals.values()), 4)
    assert got.confidence == load_rules().calibrated("facts", product)


@pytest.mark.parametrize("question", ["", "  \n ", "?" * (MAX_QUESTION + 1)])
def test_empty_and_endless_questions_are_refused(question: str):
    with pytest.raises(UsageError):
        answer(question, context())


def test_the_result_is_plain_data():
    row = answer("What was NVIDIA's revenue in fiscal 2024?", context()).as_dict()
    assert row["citations"][0]["accession"] == "0001045810-24-000029"
    assert isinstance(row["steps"], list)
