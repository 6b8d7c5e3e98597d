"""Numbers asked of printed statements: development filings of FinanceBench, answers read off their pages by eye."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from answer_case import frame
from shared_data import shared

from p3.answer.answer import answer
from p3.answer.result import Answer, Context
from p3.answer.tables.items import Filing, read_periods
from p3.facts.view import Period
from p3.sec.cover import cover
from p3.sec.documents import placed

pytestmark = pytest.mark.slow

QUESTIONS = [json.loads(line) for line in Path(__file__).parents[2].joinpath("statement_questions.jsonl").open()]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = {
    "ADOBE": "Adobe Inc.",
    "AES": "AES Corporation",
    "AMAZON": "Amazon.com, Inc.",
    "AMERICANEXPRESS": "American Express Company",
    "BESTBUY": "Best Buy Co., Inc.",
    "BLOCK": "Block, Inc.",
    "BOEING": "Boeing Company",
    "FOOTLOCKER": "Foot Locker, Inc.",
    "GENERALMILLS": "General Mills, Inc.",
    "PAYPAL": "PayPal Holdings, Inc.",
    "PFIZER": "Pfizer Inc.",
}
CIKS = {company: -number for number, company in enumerate(NAMES, start=1)}


@cache
def filed(company: str, year: int) -> Sequence[Period]:
    path = shared("financebench-dev", "pages") / f"{company}_{year}_10K.jsonl"
    if not path.exists():
        return ()
    pages = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
    document = placed.to_text("\f".join(pages).encode(), f"{path.stem}.txt")
    filing = Filing(path.stem, f"{path.stem}.txt", year, cover(document).period_end, NOW)
    return read_periods(document.text, document.pages, filing)


def statements(cik: int, year: int | None) -> Sequence[Period]:
    company = next(name for name, own in CIKS.items() if own == cik)
    pages = (shared("financebench-dev") / "pages").iterdir()
    held = [int(match[1]) for path in pages if (match := named(company, path))]
    return filed(company, max(held) if year is None else year) if held else ()


def named(company: str, path: Path) -> re.Match[str] | None:
    return re.fullmatch(rf"{company}_(\d{{4}})_10K\.jsonl", path.name)


def ask(question: str) -> Answer:
    companies = pl.DataFrame(
        {
            "cik": list(CIKS.values()),
            "ticker": list(CIKS),
            "name": list(NAMES.values()),
            "former_names": [[] for _ in NAMES],
        },
        schema_overrides={"former_names": pl.List(pl.String)},
    )
    return answer(question, Context(companies, frame([]), lambda _question, _k: [], NOW, statements=statements))


def verdict(row: dict[str, object], found: Answer) -> str:
    expected = row["expected"]
    if found.value is None:
        return "right" if expected == "abstain" else "missed"
    if expected == "abstain":
        return "wrong"
    close = found.value == pytest.approx(expected, rel=1e-3)
    return "right" if close and found.unit == row["unit"] else "wrong"


def test_own_questions():
    shared("financebench-dev")
    verdicts = {row["question"]: verdict(row, ask(row["question"])) for row in QUESTIONS}
    assert len(verdicts) >= 60
    assert [question for question, given in verdicts.items() if given == "wrong"] == []
    assert sum(given == "right" for given in verdicts.values()) >= 0.9 * len(verdicts)


def test_the_numeric_questions_of_financebench():
    gold = [json.loads(line) for line in (shared("financebench-dev") / "metrics.jsonl").open(encoding="utf-8")]
    asked = [json.loads(line) for line in (shared("financebench-dev") / "questions.jsonl").open(encoding="utf-8")]
    text = {row["financebench_id"]: row["question"] for row in asked}
    factors = {"percent": 0.01, "USD_millions": 1e6}
    for row in gold:
        found = ask(text[row["financebench_id"]])
        wanted = row["value_from_operands"] * factors.get(row["gold_unit"], 1.0)
        assert found.value == pytest.approx(wanted, rel=1e-6), row["financebench_id"]
        assert found.citations and all(c.page and c.concept and c.period and c.quote for c in found.citations)
        cited = {(c.document.removesuffix(".txt"), c.page - 1) for c in found.citations}
        assert cited == {(row["doc_name"], item["page"]) for item in row["line_items"]}, row["financebench_id"]


def test_no_other_question_gets_a_number_that_it_does_not_ask_for():
    numeric = {json.loads(line)["financebench_id"] for line in (shared("financebench-dev") / "metrics.jsonl").open()}
    asked = [json.loads(line) for line in (shared("financebench-dev") / "questions.jsonl").open(encoding="utf-8")]
    others = [row["question"] for row in asked if row["financebench_id"] not in numeric]
    computed = [question for question in others if ask(question).value is not None]
    assert all(re.match(r"how (?:much|does) .*effective tax rate", question, re.IGNORECASE) for question in computed)
