import pytest

from p3.errors import ConfigurationError
from p3.facts.rules import load_rules, parse_rules

HEAD = 'forms = ["10-K"]\nannual_forms = ["10-K"]\n[industries]\nbank = ["602"]\n'
NAMES = [  # the contract of `p3 facts`
    "revenue",
    "cost_of_revenue",
    "gross_profit",
    "research_and_development",
    "selling_general_administrative",
    "operating_income",
    "interest_expense",
    "pretax_income",
    "income_tax",
    "net_income",
    "depreciation_amortization",
    "stock_compensation",
    "operating_cash_flow",
    "capital_expenditure",
    "dividends_paid",
    "share_repurchases",
    "cash",
    "short_term_investments",
    "receivables",
    "inventory",
    "current_assets",
    "ppe_net",
    "goodwill",
    "total_assets",
    "payables",
    "current_liabilities",
    "short_term_debt",
    "long_term_debt",
    "total_liabilities",
    "equity",
    "shares_basic",
    "shares_diluted",
    "shares_outstanding",
    "eps_basic",
    "eps_diluted",
]


def test_the_bundled_rules_name_every_line_item() -> None:
    assert sorted(item.name for item in load_rules().items if not item.internal) == sorted(NAMES)


def test_derived_items_refer_to_items_and_carry_no_condition() -> None:
    for item in load_rules().items:
        for formula in item.derive:
            assert formula.names <= set(NAMES)
            assert formula.conditions == ()


def test_no_rule_names_a_company() -> None:
    """Concepts are of the taxonomies that all filers share; a company's own would name it."""
    rules = load_rules()
    names = {name for industry in (None, *rules.industries) for name in rules.concepts(industry)}
    assert {name.split(":")[0] for name in names if ":" in name} == {"ifrs-full", "dei"}


@pytest.mark.parametrize(
    ("sic", "industry"),
    [
        ("6021", "bank"),
        ("6035", "bank"),
        ("6141", "bank"),
        ("6099", None),  # payment services
        ("6199", "broker"),
        ("6211", "broker"),
        ("6200", None),  # exchanges
        ("6282", None),  # asset managers
        ("6311", "insurer"),
        ("6324", "insurer"),
        ("6331", "insurer"),
        ("6361", "insurer"),
        ("6399", "insurer"),
        ("6411", None),  # insurance agents
        ("6798", "reit"),
        ("4911", "utility"),
        ("4931", "utility"),
        ("4922", None),  # pipelines
        ("4953", None),  # waste
        ("7372", None),
        (None, None),
    ],
)
def test_industry_by_leading_digits_of_sic(sic: str | None, industry: str | None) -> None:
    assert load_rules().industry(sic) == industry


def test_an_industry_replaces_the_formulas() -> None:
    rules = parse_rules(HEAD + '[items.a]\nkind = "flow"\nunit = "money"\nformulas = ["A"]\nbank = ["B"]\n')
    assert rules.concepts(None) == {"A"}
    assert rules.concepts("bank") == {"B"}


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        HEAD + '[items.a]\nkind = "flow"\nunit = "money"\n',
        HEAD + '[items.a]\nkind = "weekly"\nunit = "money"\nformulas = ["A"]\n',
        HEAD + '[items.a]\nkind = "flow"\nunit = "money"\nformulas = ["A B"]\n',
        HEAD + '[items.a]\nkind = "flow"\nunit = "money"\nformulas = ["A"]\nbnak = []\n',
    ],
)
def test_malformed_rules_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_rules(text)
