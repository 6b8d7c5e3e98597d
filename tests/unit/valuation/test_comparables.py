import pytest

from p3.valuation.comparables import Comparable, by_industry, verdicts


def company(ticker: str, sic: str | None = "7372", earnings: float = 10.0, capitalisation: float = 200.0) -> Comparable:
    return Comparable(
        ticker,
        sic,
        shares=10.0,
        market_capitalisation=capitalisation,
        enterprise_value=capitalisation + 30.0,
        earnings=earnings,
        book_value=50.0,
        operating_income=15.0,
    )


def told(own: Comparable, *others: Comparable) -> dict[str, tuple[float, float, tuple[str, ...]]]:
    found = verdicts(own, by_industry([own, *others]))
    return {name: (each.multiple.median, each.value_per_share, each.tickers) for name, each in found.items()}


OTHERS = (company("A", capitalisation=100.0), company("B", capitalisation=150.0), company("C", capitalisation=300.0))


def test_the_median_of_the_others_values_the_company() -> None:
    found = told(company("OWN"), *OTHERS)
    assert found["price_to_earnings"] == (15.0, 15.0, ("A", "B", "C"))
    assert found["price_to_book"] == (3.0, 15.0, ("A", "B", "C"))
    multiple, value, _ = found["enterprise_value_to_operating_income"]
    assert multiple == pytest.approx(180 / 15)
    assert value == pytest.approx((12 * 15 - 30) / 10)


def test_fewer_than_three_say_nothing() -> None:
    assert told(company("OWN"), *OTHERS[:2]) == {}
    assert told(company("OWN", sic=None), *OTHERS) == {}
    losing = (company("A", earnings=-1.0), *OTHERS[1:])
    assert set(told(company("OWN"), *losing)) == {"price_to_book", "enterprise_value_to_operating_income"}


def test_the_narrowest_group_that_is_large_enough_counts() -> None:
    near = tuple(company(name, sic="7370", capitalisation=50.0) for name in "XYZ")
    assert told(company("OWN"), *OTHERS, *near)["price_to_earnings"][2] == ("A", "B", "C")
    assert told(company("OWN", sic="7379"), *OTHERS, *near)["price_to_earnings"][2] == (*"ABC", *"XYZ")
    assert told(company("OWN", sic="2834"), *OTHERS) == {}


def test_what_has_no_meaning_is_left_out() -> None:
    assert "price_to_earnings" not in told(company("OWN", earnings=-3.0), *OTHERS)
