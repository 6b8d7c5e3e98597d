"""The vocabulary of finance: which statements hold what a question asks for, and the words that filings use."""

import re
from dataclasses import dataclass

from p3.retrieval import terms


@dataclass(frozen=True, slots=True)
class Metric:
    """Something that questions name. ``lines`` are the labels of the statement rows that it is made of."""

    pattern: re.Pattern[str]
    statements: tuple[str, ...]
    lines: tuple[str, ...]


def _metric(pattern: str, statements: str, *lines: str) -> Metric:
    return Metric(re.compile(rf"\b(?:{pattern})\b"), tuple(statements.split()), lines)


_REVENUE = "net sales revenue"
_COST = "cost of sales cost of revenue"
_CASH_FROM_OPERATIONS = "net cash provided by operating activities"
_CAPEX = "purchases of property and equipment capital expenditures"

METRICS: tuple[Metric, ...] = (
    _metric(r"revenues?|net sales|top[- ]line|sales growth", "income", _REVENUE),
    _metric(r"cogs|costs? of (?:sales|revenues?|goods sold)", "income", _COST),
    _metric(r"gross (?:profit|margin)s?", "income", _REVENUE, _COST, "gross profit"),
    _metric(r"operating (?:income|profit|margin|earnings|loss)s?|ebit", "income", "operating income", _REVENUE),
    _metric(r"ebitda", "income cash_flow", "operating income", "depreciation and amortization"),
    _metric(r"net (?:income|earnings|loss|profit)s?|bottom[- ]line|profit margins?", "income", "net income"),
    _metric(r"eps|earnings per share", "income", "earnings per share basic diluted"),
    _metric(r"tax rates?|income tax(?:es)?", "income", "provision for income taxes", "income before income taxes"),
    _metric(r"interest (?:expense|coverage)", "income", "interest expense"),
    _metric(r"r ?& ?d|research and development", "income", "research and development"),
    _metric(r"sg ?& ?a|selling,? general", "income", "selling general and administrative"),
    _metric(r"restructuring (?:costs?|charges?)", "income", "restructuring"),
    _metric(
        r"working capital|current ratio",
        "balance",
        "total current assets",
        "total current liabilities",
    ),
    _metric(r"quick ratio|acid test", "balance", "total current assets inventories", "total current liabilities"),
    _metric(r"current assets", "balance", "total current assets"),
    _metric(r"current liabilities", "balance", "total current liabilities"),
    _metric(r"total assets|asset turnover|largest asset", "balance", "total assets"),
    _metric(r"(?<!product )liabilit(?:y|ies)(?! (?:suits?|claims?|cases?|lawsuits?))", "balance", "total liabilities"),
    _metric(r"equity|roe|book value", "balance", "total shareholders equity"),
    _metric(r"inventor(?:y|ies)|dio|days inventory", "balance", "inventories"),
    _metric(r"inventory turnover|sold its inventory", "income balance", _COST, "inventory"),
    _metric(r"(?:accounts|trade) payables?|dpo|days payable", "balance income", "accounts payable", _COST),
    _metric(r"(?:accounts|trade)? ?receivables?|dso|days sales", "balance", "accounts receivable net"),
    _metric(r"cash conversion cycle|ccc", "balance income", "inventories receivables accounts payable", _COST),
    _metric(
        r"ppn?&?e|property,? plant|fixed assets?|fixed asset turnover",
        "balance",
        "property plant and equipment net",
    ),
    _metric(r"goodwill|intangibles?", "balance", "goodwill intangible assets"),
    _metric(r"(?:long|short)[- ]term debt|total debt|net debt|leverage|borrowings", "balance", "long-term debt"),
    _metric(r"cash (?:and|&) cash equivalents?|cash balance", "balance", "cash and cash equivalents"),
    _metric(r"roa|return on assets", "income balance", "net income", "total assets"),
    _metric(
        r"operating cash ?flows?|cash ?flows? from operati(?:ons|ng activities)|cash from operati(?:ons|ng activities)",
        "cash_flow",
        _CASH_FROM_OPERATIONS,
    ),
    _metric(r"free cash ?flows?|fcf", "cash_flow", _CASH_FROM_OPERATIONS, _CAPEX),
    _metric(r"cash ?flow conversion", "cash_flow income", _CASH_FROM_OPERATIONS, "net income"),
    _metric(r"capex|capital expenditures?|capital spending", "cash_flow", _CAPEX),
    _metric(r"depreciation|amortization|d ?& ?a", "cash_flow", "depreciation and amortization"),
    _metric(r"dividends?", "cash_flow", "cash dividends paid"),
    _metric(r"repurchases?|buybacks?", "cash_flow", "repurchases of common stock"),
    _metric(r"retention ratio|payout ratio", "cash_flow income", "cash dividends paid", "net income"),
    _metric(
        r"operati(?:ng|ons), investing,? and financing|cash ?flows?",
        "cash_flow",
        "operating activities investing activities financing activities",
    ),
    _metric(r"stock[- ]based compensation", "cash_flow", "stock-based compensation"),
)

STATEMENT_NAMES: dict[str, re.Pattern[str]] = {
    "income": re.compile(
        r"\b(?:income statements?|statements? of (?:consolidated )?(?:income|operations|earnings)|p&l(?: statements?)?"
        r"|profit and loss statements?)",
        re.I,
    ),
    "balance": re.compile(r"\b(?:balance sheets?(?! date)|statements? of financial (?:position|condition))", re.I),
    "cash_flow": re.compile(r"\b(?:cash flows? statements?|statements? of cash flows?)", re.I),
}

TITLES = {
    "income": "consolidated statements of income operations earnings",
    "balance": "consolidated balance sheets",
    "cash_flow": "consolidated statements of cash flows",
}

# Words of one meaning that no rule of endings joins.
_FAMILIES = """
    retain retention/acquire acquisition/buy purchase acquire/sell sale divest/expand expansion/decide decision
    divest divestiture disposal/comply compliance/maintain maintenance/receive receipt/grow growth/lose loss/pay payment
    close closure/hire employ/employee workforce personnel/worker employee/people employee personnel/lawsuit litigation
    sue litigation/rival competitor/client customer/supplier vendor/head executive/office headquarter/plant facility
    factory facility/clean remediation/bond note/borrow debt/loan debt/owe liability/staff personnel/strike labor
    hack cybersecurity/law regulation/tax taxation/spend expenditure/cost expense/earn earning/profit income
    price pricing/layoff severance/job employee/boss executive/warehouse distribution/store location/guess estimate
    judgment estimate/drop decrease/fall decrease/decline decrease/rise increase/jump increase/grow increase
    climb increase/shrink decrease/abroad international/overseas international/foreign international
    crypto cryptocurrency/bitcoin cryptocurrency/vaccine vaccination/jet aircraft/plane aircraft/drug medicine
    mature maturity/expire expiration/predict forecast/invest investment
    cyclical cycle/compete competition/competitor competition/depend dependence/rely reliance
"""


def _related(families: str) -> dict[str, tuple[str, ...]]:
    """Return the stems of the words that follow the first of each family, by its stem."""
    related: dict[str, tuple[str, ...]] = {}
    for family in families.replace("\n", "/").split("/"):
        head, *others = [terms.stem(word) for word in family.split()] or [""]
        related[head] = (*related.get(head, ()), *others)
    return related


FAMILIES = _related(_FAMILIES)

BEYOND_STATEMENTS = re.compile(
    r"\b(?:segments?|geograph\w*|regions?|countr(?:y|ies)|categor(?:y|ies)|product lines?|customers?|acqui\w+|mergers?"
    r"|guidance|outlook|forecast\w*|expect\w*|drove|drivers?|why|risks?|legal|litigation|stores?|spin\w*|adjusted|non-gaap|suits?|lawsuits?|products?|offerings?|brands?"
    r"|programmes?|programs?|unrecognized|outstanding awards|due|matur\w+|reserves?|accounted for)\b",
    re.I,
)
