import polars as pl
import pytest
from retrieval_cases import COMPANIES

from p3.errors import UsageError
from p3.retrieval.names import Mentions, mentions
from p3.retrieval.understand import check_question, parse, strip_instructions


@pytest.mark.parametrize(
    ("question", "ciks"),
    [
        ("What was Microsoft's revenue?", (1,)),
        ("MSFT and NVDA margins", (1, 2)),
        ("Is AMEX growing?", (3,)),
        ("How did american express do?", (3,)),
        ("Did Square lend more?", (4,)),
        ("a block of shares", ()),
        ("What is the express purpose?", ()),
        ("msft", ()),
    ],
)
def test_companies_are_known_by_name_former_name_short_form_and_ticker(question, ciks):
    assert parse(question, COMPANIES).ciks == ciks


def test_companies_come_in_the_order_of_the_frame_and_not_of_the_question():
    named = mentions("Nvidia, MSFT and Microsoft", COMPANIES)
    assert named == Mentions(ciks=(1, 2), words=("msft", "microsoft", "nvidia"))


def test_a_first_word_that_two_companies_share_names_neither():
    other = COMPANIES.with_columns(pl.lit("Nvidia Foundation Trust").alias("name"), cik=pl.col("cik") + 10).head(1)
    assert parse("What did nvidia foundation earn?", pl.concat([COMPANIES, other])).ciks == (11,)
    assert parse("What did Nvidia earn?", COMPANIES).ciks == (2,)


def test_a_name_without_a_latin_letter_names_nobody_and_hides_nobody():
    foreign = COMPANIES.tail(1).with_columns(
        name=pl.lit("日本"), ticker=pl.lit(None, pl.String), cik=pl.col("cik") + 10
    )
    assert parse("Microsoft and 日本", pl.concat([COMPANIES, foreign])).ciks == (1,)


@pytest.mark.parametrize(
    ("question", "years", "quarters"),
    [
        ("revenue in FY2024", (2024,), ()),
        ("between FY20 and FY21", (2020, 2021), ()),
        ("FY2015 - FY2017 average", (2015, 2016, 2017), ()),
        ("Q22023 regions", (2023,), (2,)),
        ("As of Q2'2023", (2023,), (2,)),
        ("third quarter of fiscal 2024", (2024,), (3,)),
        ("paid $2,019 million", (), ()),
        ("What was paid in 2019, and to whom?", (2019,), ()),
        ("top 10 customers", (), ()),
    ],
)
def test_periods(question, years, quarters):
    query = parse(question, COMPANIES)
    assert (query.fiscal_years, query.quarters) == (years, quarters)


def test_metrics_name_their_statements_and_the_lines_that_filings_use():
    query = parse("What is Microsoft's FY2024 free cash flow?", COMPANIES)
    assert query.statements == ("cash_flow",)
    assert {"oper", "activ", "purchas", "expenditur"} <= set(query.terms)


def test_a_statement_named_wins_over_those_of_the_metrics():
    query = parse("Using only the balance sheet, what is the return on assets?", COMPANIES)
    assert query.statements == ("balance",)


def test_company_and_period_are_left_out_of_the_words_but_not_of_the_meaning():
    query = parse("What drove Microsoft cloud growth in FY2024?", COMPANIES)
    assert "cloud" in query.terms
    assert not {"microsoft", "fy2024", "2024"} & set(query.terms)
    assert "Microsoft" in query.meanings[0]


def test_instructions_on_how_to_answer_are_taken_out():
    asked = "What is the FY2024 gross margin? Round your answer to two decimal places. Answer in units of percents."
    assert strip_instructions(asked) == "What is the FY2024 gross margin?"
    assert strip_instructions("Round your answer.") == "Round your answer."


def test_prose_is_looked_for_in_the_items_that_treat_it_and_in_the_words_of_filings():
    query = parse("Who does Microsoft compete with?", COMPANIES)
    assert query.sections == ("Item 1",)
    assert "competit" in query.terms


def test_everyday_words_bring_those_of_filings_at_less_weight():
    weights = parse("Did Nvidia lose a lawsuit?", COMPANIES).terms
    assert weights["lawsuit"] == 1.0 > weights["litig"] > 0


def test_product_liability_is_no_balance_sheet_item():
    assert parse("Which product liability suits are open?", COMPANIES).statements == ()


@pytest.mark.parametrize("question", ["", "  ", "?!", "😀🚀", "word " * 10_000])
def test_a_question_without_words_or_too_long_is_refused(question):
    with pytest.raises(UsageError):
        check_question(question)
