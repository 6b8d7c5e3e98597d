"""What line items are called, in which statement they stand, and how their values are written."""

from collections.abc import Iterable

from p3.wording import name

PER_SHARE = "Per share, share counts"
GROUPS: dict[str, dict[str, str]] = {
    "Income statement": {
        "revenue": "Revenue",
        "cost_of_revenue": "Cost of revenue",
        "gross_profit": "Gross profit",
        "research_and_development": "Research & development",
        "selling_general_administrative": "Selling, general, admin.",
        "operating_income": "Operating income",
        "interest_expense": "Interest expense",
        "pretax_income": "Pre-tax income",
        "income_tax": "Income tax",
        "net_income": "Net income",
    },
    "Cash flow": {
        "operating_cash_flow": "Operating cash flow",
        "depreciation_amortization": "Depreciation, amortiz.",
        "stock_compensation": "Stock compensation",
        "capital_expenditure": "Capital expenditure",
        "dividends_paid": "Dividends paid",
        "share_repurchases": "Share repurchases",
    },
    "Balance sheet": {
        "cash": "Cash",
        "short_term_investments": "Short-term investments",
        "receivables": "Receivables",
        "inventory": "Inventory",
        "current_assets": "Current assets",
        "ppe_net": "Property, plant, net",
        "goodwill": "Goodwill",
        "total_assets": "Total assets",
        "payables": "Payables",
        "short_term_debt": "Short-term debt",
        "current_liabilities": "Current liabilities",
        "long_term_debt": "Long-term debt",
        "total_liabilities": "Total liabilities",
        "equity": "Equity",
    },
    PER_SHARE: {
        "eps_basic": "EPS, basic",
        "eps_diluted": "EPS, diluted",
        "shares_basic": "Shares, basic",
        "shares_diluted": "Shares, diluted",
        "shares_outstanding": "Shares outstanding",
    },
}
DURATIONS = {"annual": "fiscal years", "quarter": "quarters", "ttm": "trailing twelve months"}
_LABELS = {item: label for items in GROUPS.values() for item, label in items.items()}
_ORDER = {item: rank for rank, item in enumerate(_LABELS)}
_SCALES = ((1e9, 1e6, "millions"), (1e6, 1e3, "thousands"))


def label(item: str) -> str:
    """Return what an item is called."""
    return _LABELS.get(item, name(item))


def in_order(items: Iterable[str]) -> list[str]:
    """Return items in the order of the statements, those of none last."""
    return sorted(items, key=lambda item: (_ORDER.get(item, len(_ORDER)), item))


def per_share(unit: str) -> bool:
    """Return whether a unit is an amount per share."""
    return "/" in unit


def scale(values: Iterable[tuple[float, str]]) -> tuple[float, str]:
    """Return what (value, unit) pairs are divided by, and its name, by the size of the largest; per share left out."""
    largest = max((abs(value) for value, unit in values if not per_share(unit)), default=0.0)
    return next(((divisor, word) for least, divisor, word in _SCALES if largest >= least), (1.0, ""))


def written(value: float, unit: str, divisor: float) -> str:
    """Return a value in the scale of its table; amounts per share in cents."""
    scaled, places = (value, 2) if per_share(unit) else (value / divisor, 0)
    if value != 0 and round(scaled, places) == 0:
        return f"{scaled:.1g}"  # small, but not nothing
    return f"{scaled:,.{places}f}"
