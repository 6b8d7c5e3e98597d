"""Judging answers: what is right, what is wrong, and how well confidence tells."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from p3.answer.evaluation import calibration_error, read, reliability, verdict
from p3.errors import DataError


@dataclass
class Source:
    document: str | None
    page: int | None
    accession: str | None = None


@dataclass
class Answer:
    status: str = "answered"
    answer: str = ""
    value: float | None = None
    unit: str | None = None
    citations: Sequence[Source] = field(default_factory=tuple)


def line(**fields: object) -> str:
    return json.dumps({"question": "Q?", **fields})


@pytest.mark.parametrize(
    ("unit", "value", "given", "of_unit", "expected"),
    [
        ("USD_millions", 1469.5, 1_469_502_000.0, "USD", "right"),
        ("USD_millions", 1469.5, 1_469.5, "USD", "wrong"),
        ("percent", 12.0, 0.1204, "ratio", "right"),
        ("percent", 12.0, 12.0, "ratio", "wrong"),
        ("ratio", 0.66, 0.663865, "ratio", "right"),
        ("ratio", 0.66, -0.66, "ratio", "wrong"),
        ("days", 45.0, 45.2, "days", "right"),
        ("days", 45.0, 45.2, "USD", "wrong"),
    ],
)
def test_a_number_is_right_within_one_percent_of_its_own_unit(
    unit: str, value: float, given: float, of_unit: str, expected: str
) -> None:
    (asked,) = read(line(value=value, unit=unit))
    assert verdict(asked, Answer(value=given, unit=of_unit)) == expected


def test_text_in_place_of_a_number_is_an_abstention() -> None:
    (asked,) = read(line(value=1.0, unit="USD"))
    assert verdict(asked, Answer()) == "abstained"
    assert verdict(asked, Answer(status="abstained")) == "abstained"


def test_where_no_number_may_be_given_text_is_right_and_a_number_wrong() -> None:
    (asked,) = read(line(abstain=True))
    assert verdict(asked, Answer(value=1.0, unit="USD")) == "wrong"
    assert verdict(asked, Answer()) == "right"
    assert verdict(asked, Answer(status="abstained")) == "right"


def test_a_right_text_cites_a_page_of_the_evidence() -> None:
    (asked,) = read(line(evidence=[{"doc_name": "ACME_2022_10K", "page": 6}]))
    assert verdict(asked, Answer(citations=[Source("ACME_2022_10K.txt", 7)])) == "right"
    assert verdict(asked, Answer(citations=[Source("ACME_2022_10K.txt", 6), Source(None, None)])) == "wrong"


@pytest.mark.parametrize("accession", ["0000000000-24-000001", ["0000000000-24-000003", "0000000000-24-000001"]])
def test_a_right_number_cites_a_filing_that_the_line_names(accession: object) -> None:
    (asked,) = read(line(value=1.0, unit="USD", accession=accession))
    cited, other = (Source(None, None, f"0000000000-24-00000{n}") for n in (1, 2))
    assert verdict(asked, Answer(value=1.0, unit="USD", citations=[other, cited])) == "right"
    assert verdict(asked, Answer(value=1.0, unit="USD", citations=[other])) == "wrong"
    assert verdict(asked, Answer(value=2.0, unit="USD", citations=[cited])) == "wrong"
    assert verdict(asked, Answer(citations=[cited])) == "abstained"


def test_a_right_answer_has_the_words_that_the_line_names() -> None:
    (asked,) = read(line(says=["FY2022", "0.4"]))
    assert verdict(asked, Answer(answer="fy2022: 0.41")) == "right"
    assert verdict(asked, Answer(answer="FY2022: 0.31")) == "wrong"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        line(),
        line(value=1.0),
        line(unit="USD"),
        line(value="x", unit="USD"),
        '{"value": 1, "unit": "x"}',
        line(accession="0000000000-24-000001"),
        line(says=5),
    ],
)
def test_a_line_without_a_right_answer_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        read(text)


def test_bins_and_their_error_by_hand() -> None:
    bins = reliability([(0.9, True), (1.0, True), (0.95, False), (0.1, False)])
    filled = [each for each in bins if each.answers]
    assert [(each.low, each.answers) for each in filled] == [(0.0, 1), (0.8, 3)]
    assert filled[1].confidence == pytest.approx(0.95)
    assert filled[1].right == pytest.approx(2 / 3)
    assert calibration_error(bins) == pytest.approx((1 * 0.1 + 3 * abs(0.95 - 2 / 3)) / 4)
    assert calibration_error(reliability([])) is None
