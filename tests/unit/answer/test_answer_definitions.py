import pytest
from answer_case import COMPANIES

from p3.answer.expression import operands, render
from p3.answer.lexicon import load_lexicon
from p3.answer.reading import NotNumericError, read


def formula(question: str) -> str:
    expression = read(question, COMPANIES, load_lexicon()).measure.expression
    return render(expression, lambda operand: f"{operand.item}{operand.years or ''}")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("Current ratio is defined as: current assets / current liabilities.", "current_assets / current_liabilities"),
        ("Define current ratio as total assets divided by total liabilities.", "total_assets / total_liabilities"),
        ("Here current ratio = (cash + inventory) / equity", "(cash + inventory) / equity"),
        (
            "Current ratio is defined as: FY2024 revenue / (average total assets between FY2023 and FY2024).",
            "revenue / ((total_assets-1 + total_assets) / 2)",
        ),
        (
            "Current ratio is calculated as 365 days * average inventory / (COGS + change in inventory).",
            "365 * ((inventory-1 + inventory) / 2) / (cost_of_revenue + (inventory - inventory-1))",
        ),
        ("Current ratio is defined as ROX - 1. ROX is defined as: net income / revenue.", "net_income / revenue - 1"),
    ],
)
def test_a_definition_goes_before_the_usual_meaning(told: str, expected: str):
    assert formula(f"What is NVIDIA's FY2024 current ratio? {told}") == expected


@pytest.mark.parametrize(
    "question",
    [
        "What is NVIDIA's FY2024 zork ratio, where zork ratio is defined as net income / equity?",
        "What is NVIDIA's FY2024 return on equity (defined as net income / equity)?",
        "What is NVIDIA's FY2024 return on equity, calculated as net income over equity?",
        "NVIDIA FY2024 zork, zork = net income / equity",
    ],
)
def test_definitions_may_stand_within_the_question(question: str):
    assert formula(question) == "net_income / equity"


@pytest.mark.parametrize(
    "told",
    [
        "Current ratio is defined as: adjusted assets / current liabilities.",
        "Current ratio is defined as: current assets / (current liabilities.",
        "Current ratio is defined as: current assets / Q3 FY2024 current liabilities.",
        "Current ratio is defined as: current ratio / revenue.",
        "Current ratio is defined as: current assets current liabilities.",
    ],
)
def test_a_definition_that_is_not_understood_is_refused(told: str):
    with pytest.raises(NotNumericError):
        formula(f"What is NVIDIA's FY2024 current ratio? {told}")


def test_inputs_named_in_brackets_must_be_the_metrics_own():
    asked = "What is NVIDIA's FY2024 retention ratio (using {})?"
    assert formula(asked.format("dividends paid and net income")) == "1 - dividends_paid / net_income"
    with pytest.raises(NotNumericError):
        formula(asked.format("share repurchases and net income"))


def test_divided_by_an_average_takes_two_years():
    request = read("NVIDIA's FY2024 net income divided by average total assets", COMPANIES, load_lexicon())
    assets = [operand for operand in operands(request.measure.expression) if operand.item == "total_assets"]
    assert request.operation == "value"
    assert {operand.years for operand in assets} == {0, -1}
