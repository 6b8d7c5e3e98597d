"""Answers over the facts that the companies filed, where the mirror of EDGAR is at hand."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from shared_data import shared

from p3.answer.answer import answer
from p3.answer.result import Context
from p3.clock import parse_as_of
from p3.facts.resolve import resolve
from p3.facts.rules import load_rules
from p3.sec.lists import companyfacts, submissions


@pytest.fixture(scope="module")
def nvidia() -> tuple[pl.DataFrame, pl.DataFrame]:
    mirror: Path = shared("edgar-mirror", "data.sec.gov")
    name = "CIK0001045810.json"
    company, filings = submissions.parse((mirror / "submissions" / name).read_bytes(), [], "edgar")
    facts, _ = companyfacts.parse((mirror / "api/xbrl/companyfacts" / name).read_bytes(), filings, 1045810, "edgar")
    return company, resolve(facts, load_rules(), company["sic"][0])


def ask(question: str, nvidia: tuple[pl.DataFrame, pl.DataFrame], as_of: str):
    moment: datetime = parse_as_of(as_of)
    return answer(question, Context(*nvidia, lambda _question, _k: [], moment))


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("What was NVIDIA's revenue in fiscal 2024?", 60_922_000_000.0),
        ("What was NVIDIA's gross margin in fiscal 2024?", 44_301 / 60_922),
        ("What was NVIDIA's free cash flow in fiscal 2024?", (28_090 - 1_069) * 1e6),
        ("What was NVIDIA's current ratio in fiscal 2024?", 44_345 / 10_631),
        ("What was NVIDIA's revenue in the third quarter of fiscal 2024?", 18_120_000_000.0),
        ("What was NVIDIA's diluted EPS in fiscal 2024?", 11.93),
    ],
)
def test_figures_of_the_2024_annual_report(question: str, value: float, nvidia: tuple[pl.DataFrame, pl.DataFrame]):
    got = ask(question, nvidia, "2024-03-31")
    assert got.value == pytest.approx(value, rel=1e-9)
    assert all(citation.accession and citation.concept and citation.period for citation in got.citations)


def test_before_the_report_it_is_not_known(nvidia: tuple[pl.DataFrame, pl.DataFrame]):
    got = ask("What was NVIDIA's revenue in fiscal 2024?", nvidia, "2023-06-30")
    assert (got.status, got.value) == ("abstained", None)
    assert "26.974 billion USD" in got.answer
