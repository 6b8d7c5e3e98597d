"""What a confidence means and lets an answer do."""

import pytest

from p3.answer.confidence import Rules, load_rules

RULES = Rules(0.8, 0.4, {"facts": ((0.2, 0.5), (1.0, 0.9))})


@pytest.mark.parametrize(
    ("product", "expected"), [(0.0, 0.5), (0.2, 0.5), (0.6, 0.7), (1.0, 0.9)], ids=["below", "first", "between", "last"]
)
def test_between_two_points_in_a_straight_line(product: float, expected: float) -> None:
    assert RULES.calibrated("facts", product) == pytest.approx(expected)


def test_a_kind_that_was_not_measured_keeps_its_product() -> None:
    assert RULES.calibrated("passages", 0.37) == 0.37


@pytest.mark.parametrize(("confidence", "expected"), [(0.8, "high"), (0.79, "medium"), (0.4, "medium"), (0.39, "low")])
def test_the_thresholds_belong_to_the_better_side(confidence: float, expected: str) -> None:
    assert RULES.standing(confidence) == expected


def test_the_rules_that_ship_are_ordered_and_rising() -> None:
    rules = load_rules()
    assert 0 < rules.medium < rules.high < 1
    for points in rules.points.values():
        assert list(points) == sorted(points)
        assert [share for _, share in points] == sorted(share for _, share in points)
