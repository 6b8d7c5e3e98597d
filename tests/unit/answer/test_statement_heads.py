"""What stands above a statement's amounts: its scale, the spans of its columns, whose statement it is."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import pytest
from annual_statements import BALANCE, CASH_FLOW, COVER, INCOME, PAGES

from p3.answer.tables import cells, rows, scale
from p3.answer.tables.items import Filing, read_periods
from p3.answer.tables.scale import Scale

FILING = Filing("doc-1", "larch.txt", 2012, date(2012, 12, 31), datetime(2013, 2, 1, tzinfo=UTC))
YEARS = "Years ended December 31,\n"
THOUSANDS = "(In thousands, except per share data)\n"
AMOUNT = re.compile(r"\(?[\d,]*,\d{3}(?:\.\d+)?\)?|\(?\d{2,3}\)?|\d\.\d+|—")


def read(*pages: str, filing: Filing = FILING) -> dict[str, dict[str, float]]:
    starts = [sum(len(page) for page in pages[:at]) for at in range(len(pages))]
    found = read_periods("".join(pages), starts, filing)
    return {period.label: {name: item.value for name, item in period.items.items()} for period in found}


TRUE = read(*PAGES)


def with_columns(page: str, others: list[str]) -> str:
    """Return a statement of three columns with the amounts ``others`` before those of each row."""
    lines: list[str] = []
    row: list[str] = []
    for line in page.replace("Notes\n", "").replace("\n3\n", "\n").splitlines():
        if AMOUNT.fullmatch(line):
            row.append(line)
        elif line != "$":
            lines.append(line)
        if len(row) == 3:
            lines += [*others, *row]
            row = []
    return "\n".join(lines) + "\n"


def with_head(page: str, head: str) -> str:
    return page.replace(f"{YEARS}2012\n2011\n2010\n", head)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("(In thousands, except per share data)", Scale(1e3)),
        ("(In thousands, except share and per share data)", Scale(1e3, 1.0)),
        ("(In thousands, except per\nshare data)", Scale(1e3)),
        ("(In millions, except number of shares, which are reflected in thousands, and par value)", Scale(1e6, 1e3)),
        ("(Dollars in millions, shares in thousands)", Scale(1e6, 1e3)),
        ("$ and shares in millions, except per share amounts", Scale(1e6)),
        ("(Shares in thousands)", Scale(None, 1e3)),
        ("Year Ended December 31 (Millions, except per share amounts)", Scale(1e6)),
        ("(In millions) | 2024 | 2023", Scale(1e6)),
        ("($000)", Scale(1e3)),
        ("(000's omitted)", Scale(1e3)),
        ("€ in millions", Scale(1e6)),
        ("(Expressed in thousands of United States dollars)", Scale(1e3)),
        ("CONSOLIDATED BALANCE SHEETS (in billions)", Scale(1e9)),
        ("(In thousands)\n(In millions)", Scale()),
        ("Contractual obligations are shown in millions of dollars", Scale()),
        ("Obligations (in millions) are due as follows", Scale()),
        ("Investments made in 2012", Scale()),
    ],
)
def test_a_head_tells_the_scale_of_money_and_of_shares(head: str, expected: Scale):
    assert scale.of_head(head) == expected


PROSE = [
    "Contractual obligations are shown in millions of dollars in the table of our annual report.\n",
    "Amounts due (in millions) are not part of it.\nRevenue was 1,250 and 2,300 for the three months ended June 30.\n",
    "(in billions)\nA table of another statement\n",
]


@pytest.mark.parametrize(("prose", "page"), [*product(PROSE, (INCOME, BALANCE, CASH_FLOW))])
def test_no_scale_of_what_stands_above_the_title_is_taken(prose: str, page: str):
    assert read(*(prose + each if each is page else each for each in PAGES)) == TRUE


@pytest.mark.parametrize("page", [INCOME, BALANCE, CASH_FLOW])
def test_a_statement_that_tells_no_scale_or_two_has_the_others(page: str):
    for words in ("", "(In thousands)\n(In millions)\n"):
        changed = re.sub(r"\(In thousands.*\)\n", words, page)
        assert read(*(changed if each is page else each for each in PAGES)) == TRUE


@pytest.mark.parametrize("page", [INCOME, BALANCE, CASH_FLOW])
def test_statements_in_different_scales_are_not_read(page: str):
    assert read(*(each.replace("thousands", "millions") if each is page else each for each in PAGES)) == {}


def test_a_shared_amount_that_differs_by_a_scale_leaves_nothing():
    dollars = re.sub(r"(?<=\d)(?=\)?\n)", ",000", CASH_FLOW.replace("(In thousands)\n", ""))
    dollars = with_head(re.sub(r"((?:19|20)\d\d),000", r"\1", dollars), f"{YEARS}2012\n2011\n2010\n")
    assert "1,200,000" in dollars
    assert read(COVER, INCOME, BALANCE, dollars) == {}


@pytest.mark.parametrize(
    "span",
    ["Nine months ended", "Three Months\nEnded", "Quarters ended", "39 weeks ended", "Period from March 1, 2012 to"],
)
def test_a_report_of_a_part_of_a_year_is_not_read(span: str):
    head = YEARS.replace("Years ended", span)
    assert read(COVER, INCOME.replace(YEARS, head), BALANCE, CASH_FLOW.replace(YEARS, head)) == {}


@pytest.mark.parametrize(
    "span",
    ["Twelve months ended", "52 weeks ended", "Fifty-two weeks ended", "Fiscal years ended", "For the years ended"],
)
def test_a_year_has_many_names(span: str):
    head = YEARS.replace("Years ended", span)
    assert read(COVER, INCOME.replace(YEARS, head), BALANCE, CASH_FLOW.replace(YEARS, head)) == TRUE


@pytest.mark.parametrize(
    "head",
    [
        f"Three months ended December 31,\n2012\n2011\n{YEARS}2012\n2011\n2010\n",
        f"Three months ended December 31,\n{YEARS}2012\n2011\n2012\n2011\n2010\n",
    ],
)
def test_columns_of_a_quarter_beside_those_of_a_year_are_left_out(head: str):
    changed = [with_head(with_columns(page, ["1,777", "1,666"]), head) for page in (INCOME, CASH_FLOW)]
    assert read(COVER, changed[0], BALANCE, changed[1]) == TRUE


@pytest.mark.parametrize(
    "head",
    [
        "Nine months ended\nDecember 31, 2012\nYear ended\nMarch 31, 2012\nYear ended\nMarch 31, 2011\n"
        "Year ended\nMarch 31, 2010\n",
        "Nine months ended December 31,\nYears ended March 31,\n2012\n2012\n2011\n2010\n",
        f"{YEARS}Period from inception to\nDecember 31, 2012\n2012\n2012\n2011\n2010\n",
    ],
)
def test_years_that_do_not_end_alike_or_cannot_be_told_are_not_read(head: str):
    changed = [with_head(with_columns(page, ["1,777"]), head) for page in (INCOME, CASH_FLOW)]
    assert read(COVER, changed[0], BALANCE, changed[1]) == {}


def test_statements_that_end_on_different_days_are_not_read():
    assert read(COVER, INCOME.replace("December 31,", "June 30,"), BALANCE, CASH_FLOW) == {}
    assert read(*PAGES, filing=replace(FILING, period=date(2012, 6, 30))) == {}


@pytest.mark.parametrize(
    "heading",
    [
        "Unaudited Pro Forma",
        "PARENT COMPANY ONLY",
        "LARCH TOOLS, INC. (PARENT COMPANY)",
        "Quarterly Results",
        "Predecessor",
    ],
)
def test_statements_of_another_kind_are_not_read(heading: str):
    assert read(COVER, *(f"{heading}\n{page}" for page in PAGES[1:])) == {}
    misread = [f"{heading}\n{page.replace('1,', '2,')}" for page in PAGES[1:]]
    assert read(*PAGES, *misread) == TRUE


def test_restated_columns_are_the_filings():
    restated = with_head(
        INCOME.replace("Notes\n", "").replace("\n3\n", "\n"), f"{YEARS}2012\n2011\n(As restated)\n2010\n"
    )
    assert read(COVER, restated, BALANCE, CASH_FLOW) == TRUE
    before = restated.replace("(As restated)", "(As previously reported)")
    assert all("revenue" not in items for items in read(COVER, before, BALANCE, CASH_FLOW).values())


def test_a_second_table_on_the_page_is_another():
    quarters = INCOME.replace(YEARS, "Quarters ended December 31,\n").replace("Impairment", "Research and development")
    assert read(COVER, f"{INCOME}Quarterly data\n{quarters}", BALANCE, CASH_FLOW) == TRUE


def test_two_companies_in_one_filing_are_not_mixed():
    others = [re.sub(r"(?<=\d)(\d)(?=\)?\n)", lambda m: str(9 - int(m[1])), page) for page in PAGES[1:]]
    others = [re.sub(r"20\d\d\n", "", page) for page in others]
    heads = [re.findall(r"(?:.*20\d\d\n)+", page)[0] for page in PAGES[1:]]
    second = [
        page.replace(YEARS, YEARS + head)
        if YEARS in page
        else page.replace("(In thousands)\n", f"(In thousands)\n{head}")
        for page, head in zip(others, heads, strict=True)
    ]
    found = read(*PAGES, *second)
    assert all(found[year].get(name, value) == value for year in found for name, value in TRUE[year].items())
    assert sum(map(len, found.values())) < sum(map(len, TRUE.values()))


def test_a_note_in_the_place_of_a_blank_amount_is_no_amount():
    parts = cells.parts("Sales | 3 | 9,000 | 8,000\nOther assets | 9 | 1,000\nCosts | 5,400 | 5,000\n")
    assert [row.lines for row in rows.rows(parts, 2)] == [("Sales",), ("Costs",)]


@pytest.mark.parametrize(
    ("line", "years"),
    [
        ("| Year ended June 30, 2012 | Year ended June 30, 2011", [2012, 2011]),
        ("| 2012 | 2011 (As restated)", [2012, 2011]),
        ("(In millions) | 31 March 2012 | 31 March 2011", [2012, 2011]),
        ("Sales of 2012 vehicles | 9,000 | 8,000", []),
    ],
)
def test_each_cell_of_a_head_ends_in_its_year(line: str, years: list[int]):
    assert [part.year for part in cells.parts(line) if isinstance(part, cells.Year)] == years


@pytest.mark.parametrize("words", ["RMB in thousands", "In thousands of Swiss francs", "In thousands of Mexican pesos"])
def test_in_another_currency_nothing_is_read(words: str):
    assert read(*(page.replace("(In thousands", f"({words}") for page in PAGES)) == {}


def test_euros_are_told_by_their_sign():
    assert read(*(page.replace("(In thousands", "(€ in thousands").replace("$", "€") for page in PAGES)) == TRUE
