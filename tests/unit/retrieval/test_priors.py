from datetime import UTC, date, datetime

import numpy as np
import polars as pl
from retrieval_cases import COMPANIES

from p3.retrieval.priors import LISTING, RECENCY, SECTION, STATEMENT, priors
from p3.retrieval.understand import parse

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PLAIN = {"section": "", "statement": None, "text": "", "period": None, "fiscal_year": None, "accepted": NOW}
SCHEMA = {"statement": pl.String, "period": pl.Date, "fiscal_year": pl.Int64}


def found(question: str, *candidates: dict) -> dict[str, list[float]]:
    frame = pl.DataFrame([PLAIN | candidate for candidate in candidates], schema_overrides=SCHEMA)
    return {
        reason: np.round(scores, 3).tolist() for reason, scores in priors(parse(question, COMPANIES), frame).items()
    }


def test_the_statement_that_holds_the_metric_counts_half_where_more_than_a_statement_is_asked():
    income, prose = {"statement": "income"}, {}
    assert found("net income in 2023", income, prose)["statement asked for"] == [STATEMENT, 0]
    assert found("net income by segment in 2023", income, prose)["statement asked for"] == [STATEMENT / 2, 0]


def test_the_items_on_a_topic_count_in_annual_and_quarterly_reports():
    sections = [{"section": name} for name in ("Item 3", "Part II Item 1", "Item 2")]
    assert found("Is there litigation?", *sections)["section on it"] == [SECTION, SECTION, 0]


def test_age_counts_from_what_is_reported_on_and_not_from_when_it_was_ingested():
    new, old = {"period": date(2023, 12, 31)}, {"fiscal_year": 2022}
    assert found("What are the risks?", new, old)["recent"] == [RECENCY, round(RECENCY * 0.5 ** (365 / 365.25), 3)]


def test_a_question_that_names_a_year_is_not_moved_by_age():
    assert "recent" not in found("What were the risks in 2021?", {}, {})


def test_contents_and_exhibit_lists_are_set_back():
    contents = "\n".join(f"Item {number}. Something {number}" for number in range(1, 9))
    prose = "As Item 7 tells, sales grew."
    assert found("sales", {"text": contents}, {"text": prose})["contents or exhibits"] == [LISTING, 0]
