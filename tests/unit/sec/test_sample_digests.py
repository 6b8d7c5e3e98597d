"""Every figure of the digests agrees with the sample's facts as known at the filing."""

import re
from datetime import date, timedelta
from itertools import chain

import pytest
from lxml import html
from sample_reader import CIKS, known, rows

from p3.sec.sample import sample_folder

DIGESTS = [
    (CIKS[row["cik"]], row["filed"], row["form"], row["document"]) for row in rows("filings.csv") if row["document"]
]
ITEMS = {
    "10-K": ["Item 1.", "Item 1A.", "Item 7.", "Item 7A.", "Item 8."],
    "10-Q": ["Item 1.", "Item 2.", "Item 3.", "Item 1A."],
}
REVENUE = {"MSFT": "RevenueFromContractWithCustomerExcludingAssessedTax", "NVDA": "Revenues"}
CAPEX = {"MSFT": "PaymentsToAcquirePropertyPlantAndEquipment", "NVDA": "PaymentsToAcquireProductiveAssets"}
PRETAX = "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest"
OPERATING_COSTS = ("ResearchAndDevelopmentExpense", "SellingGeneralAndAdministrativeExpense")

digests = pytest.mark.parametrize(("ticker", "filed", "form", "name"), DIGESTS)


def parse(name):
    return html.fromstring((sample_folder() / "documents" / name).read_bytes())


def amount(text):
    """Return the number that a cell shows: brackets are a minus sign, a dash is zero."""
    if text == "—":
        return 0.0
    return float(text.strip("()").replace(",", "")) * (-1 if text.startswith("(") else 1)


def columns(table):
    return [(head.get("data-start", ""), head.get("data-end")) for head in table.iter("th") if head.get("data-end")]


def cells(row):
    return [amount(cell.text_content()) for cell in row.findall("td")[1:]]


def expected(facts, row, start, end):
    """Return what the row's cell should show for the column's period."""
    concept, sign = row.get("data-concept"), int(row.get("data-sign", "1"))
    scale = 10 ** int(row.get("data-scale", "6"))
    opening = (date.fromisoformat(start) - timedelta(1)).isoformat() if row.get("data-at") else ""
    instant = (concept, "", opening or end)
    return facts.get((concept, start, end), facts.get(instant)) * sign / scale


@digests
def test_each_cell_is_a_fact_known_at_the_filing(ticker, filed, form, name):
    facts, checked = known(ticker, filed), 0
    for table in parse(name).iter("table"):
        periods = columns(table)
        for row in table.xpath(".//tr[@data-concept]"):
            shown = cells(row)
            assert shown == [pytest.approx(expected(facts, row, *period), abs=5e-3) for period in periods]
            checked += len(shown)
    assert checked > 100


@digests
def test_each_block_sums_to_its_total(ticker, filed, form, name):
    blocks = parse(name).xpath("//tbody[@data-total]")
    assert len(blocks) >= 5
    for block in blocks:
        total = block.xpath(f"tr[@data-concept='{block.get('data-total')}']")[0]
        parts = [row for row in block.xpath("tr[@data-concept or @data-derived]") if row is not total]
        sums = [sum(column) for column in zip(*map(cells, parts), strict=True)]
        assert sums == pytest.approx(cells(total)), block.get("data-total")


@digests
def test_the_three_statements_are_tied_to_each_other(ticker, filed, form, name):
    income, balance, cash = parse(name).iter("table")

    def line(table, concept):
        row = table.xpath(f".//tr[@data-concept='{concept}'][not(@data-at)]")[0]
        return dict(zip(columns(table), cells(row), strict=True))

    assert line(balance, "Assets") == line(balance, "LiabilitiesAndStockholdersEquity")
    profit = line(income, "NetIncomeLoss")
    assert all(profit[period] == value for period, value in line(cash, "NetIncomeLoss").items())
    closing = line(cash, "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents")
    held = line(balance, "CashAndCashEquivalentsAtCarryingValue")
    assert held["", columns(cash)[0][1]] == closing[columns(cash)[0]]


@digests
def test_the_items_stand_in_the_order_of_the_form(ticker, filed, form, name):
    headings = [heading.text_content() for heading in parse(name).iter("h3")]
    assert [re.match(r"Item \w+\.", heading).group() for heading in headings] == ITEMS[form]
    assert len(list(parse(name).iter("table"))) == 3


def prose(tree):
    return " ".join(paragraph.text_content() for paragraph in tree.iter("p"))


def periods_of(tree):
    """Return pairs of periods that the prose compares: columns side by side in the digest's tables."""
    income, balance, cash = (columns(table) for table in tree.iter("table"))
    pairs = [(income[0], income[1]), (cash[0], cash[1]), (balance[0], balance[1])]
    return list(dict.fromkeys(pairs))


def derived_amounts(ticker, facts, pairs):
    """Return the differences that the prose names: free cash flow, and operating costs outside the two lines."""
    for period in chain.from_iterable(pairs):
        take = {concept: value for (concept, *when), value in facts.items() if tuple(when) == period}
        if CAPEX[ticker] in take and "NetCashProvidedByUsedInOperatingActivities" in take:
            yield take["NetCashProvidedByUsedInOperatingActivities"] - take[CAPEX[ticker]]
        if "OperatingExpenses" in take and OPERATING_COSTS[1] in take:
            yield take["OperatingExpenses"] - sum(take[concept] for concept in OPERATING_COSTS)


@digests
def test_each_amount_of_the_prose_is_a_fact(ticker, filed, form, name):
    tree, facts = parse(name), known(ticker, filed)
    pairs = periods_of(tree)
    shown = set(chain.from_iterable(pairs))
    values = [value for (_, start, end), value in facts.items() if (start, end) in shown]
    values += derived_amounts(ticker, facts, pairs)
    millions = {f"{abs(value) / 1e6:,.0f}" for value in values}
    singles = {f"{value:.{places}f}" for value in values for places in (2, 3) if abs(value) < 1000}
    text = prose(tree)
    named = re.findall(r"([\d,]+) million", text)
    assert len(named) > 30
    assert set(named) <= millions
    assert set(re.findall(r"\$(\d+\.\d+)", text)) <= singles


@digests
def test_each_percentage_of_the_prose_follows_from_the_facts(ticker, filed, form, name):
    tree, facts = parse(name), known(ticker, filed)
    allowed = set()
    for new, old in periods_of(tree):
        concepts = {concept for concept, *when in facts if tuple(when) == new}
        for concept in concepts:
            before = facts.get((concept, *old))
            if before:
                allowed.add(f"{abs(facts[concept, *new] / before - 1):.1%}")
            for period in (new, old):
                for base in (REVENUE[ticker], PRETAX, "Assets"):
                    if (concept, *period) in facts and (base, *period) in facts:
                        allowed.add(f"{facts[concept, *period] / facts[base, *period]:.1%}")
    named = set(re.findall(r"\d+\.\d%", prose(tree)))
    assert len(named) > 10
    assert named <= allowed
