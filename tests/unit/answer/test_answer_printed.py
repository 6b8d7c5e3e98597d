"""Facts and printed statements together: facts go first, statements fill gaps, differences are told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from answer_case import MILLION, NVDA, NVDA_2024, context

from p3.answer.answer import Answer, answer
from p3.answer.tables.source import RowSource
from p3.facts.view import Item, Period


def printed(year: int, item: str, value: float) -> Period:
    source = RowSource(
        taxonomy="income",
        concept=f"Total {item}",
        unit="USD",
        start=date(year - 1, 1, 30),
        end=date(year, 1, 28),
        value=value,
        accession="doc-1",
        accepted=NVDA_2024.accepted,
        document="report.pdf",
        page=7,
        first=10,
        last=20,
        quote="a row of it",
        column=year,
    )
    items = {item: Item(value, "USD", (source,), None, NVDA_2024.accepted)}
    return Period(date(year - 1, 1, 30), date(year, 1, 28), f"FY{year}", items)


def ask(question: str, *periods: Period) -> Answer:
    def statements(cik: int, _year: int | None) -> Sequence[Period]:
        return [period for period in periods if cik == NVDA]

    return answer(question, replace(context(), statements=statements))


def test_an_item_without_facts_is_read_from_the_statement():
    found = ask("NVIDIA's intangible assets in FY2024?", printed(2024, "intangible_assets", 1_112 * MILLION))
    assert found.value == 1_112 * MILLION
    (citation,) = found.citations
    assert (citation.document, citation.page, citation.concept) == ("report.pdf", 7, "Total intangible_assets")
    assert (citation.start, citation.end, citation.quote) == (10, 20, "a row of it")


def test_a_year_without_facts_is_read_from_the_statement():
    found = ask("NVIDIA's revenue growth from FY2020 to FY2022?", printed(2020, "revenue", 10_000 * MILLION))
    assert found.value == pytest.approx(1.6914)
    assert {citation.accession for citation in found.citations} == {"0001045810-22-000036", "doc-1"}


def test_a_difference_is_told_and_the_fact_used():
    found = ask("NVIDIA's revenue in FY2024?", printed(2024, "revenue", 61_922 * MILLION))
    assert found.value == 60_922 * MILLION
    assert "Reported otherwise" in found.answer and "report.pdf, page 7" in found.answer
    assert found.answer.endswith(found.steps[-1])
    assert found.confidence < ask("NVIDIA's revenue in FY2024?").confidence


def test_a_difference_of_rounding_is_none():
    found = ask("NVIDIA's revenue in FY2024?", printed(2024, "revenue", 60_900 * MILLION))
    assert "Reported otherwise" not in found.answer


def test_a_quarter_is_never_read_from_annual_statements():
    assert ask("NVIDIA's revenue in Q3 FY2020?", printed(2020, "revenue", 10_000 * MILLION)).value is None
