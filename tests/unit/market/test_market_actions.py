import pytest

from p3.market.corporate_actions import share_ratio


@pytest.mark.parametrize(
    "ratio", [2, 3, 4, 7, 10, 15, 20, 50, 1.5, 2.5, 1.25, 4 / 3, 1.3333, 0.5, 0.1, 1 / 30, 1 / 3, 2 / 3]
)
def test_ratios_of_small_whole_numbers_are_splits(ratio: float) -> None:
    assert share_ratio(ratio) == pytest.approx(ratio, rel=1e-4)


@pytest.mark.parametrize("ratio", [2.002, 1.998])
def test_the_distribution_of_a_share_class_is_a_split(ratio: float) -> None:
    assert share_ratio(ratio) == 2.0


@pytest.mark.parametrize(
    "ratio",
    [1.04, 1.281, 1.253, 1.046, 1.196, 1.589, 1.324, 2.0842, 1.806, 1.285, 1.1422, 1.017, 1.0017, 0.8757, 0.487329],
)
def test_other_ratios_are_spin_offs(ratio: float) -> None:
    assert share_ratio(ratio) == 1.0
