"""The sample's market data: weekly bars, actions and rates in the layout of a folder of prices."""

import csv
from datetime import date

import pytest
from shared_data import shared

from p3.sec.sample import SAMPLE_END, market_folder

BARS = ["prices/MSFT.csv", "prices/NVDA.csv", "index/SPY.csv"]
ACTIONS = ["actions/MSFT.csv", "actions/NVDA.csv", "index/actions/SPY.csv"]
RATES = ["rates/DGS10.csv", "rates/DTB3.csv"]


def read(folder, name):
    with (folder / name).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", BARS)
def test_there_is_one_bar_a_week_from_june_2014_to_the_end(name):
    days = [date.fromisoformat(row["date"]) for row in read(market_folder(), name)]
    weeks = [day.isocalendar()[:2] for day in days]
    assert len(set(weeks)) == len(weeks) == 587
    assert days == sorted(days)
    assert (days[0], days[-1]) == (date(2014, 6, 6), SAMPLE_END)


@pytest.mark.parametrize("name", BARS)
def test_a_bar_opens_with_the_week_and_closes_with_it(name):
    daily = read(shared("market-data"), name)
    by_week: dict[tuple[int, ...], list[dict[str, str]]] = {}
    for row in daily:
        by_week.setdefault(date.fromisoformat(row["date"]).isocalendar()[:2], []).append(row)
    for bar in read(market_folder(), name):
        week = by_week[date.fromisoformat(bar["date"]).isocalendar()[:2]]
        assert (bar["date"], bar["open"], bar["close"]) == (week[-1]["date"], week[0]["open"], week[-1]["close"])


def test_the_splits_of_nvidia_are_there():
    splits = {
        row["date"]: row["split_ratio"] for row in read(market_folder(), "actions/NVDA.csv") if row["split_ratio"]
    }
    assert {day: float(ratio) for day, ratio in splits.items()} == {"2021-07-20": 4, "2024-06-10": 10}


@pytest.mark.parametrize("name", ACTIONS)
def test_each_quarter_has_a_dividend(name):
    days = [row["date"] for row in read(market_folder(), name) if row["dividend"]]
    assert len(days) in {44, 45}
    assert days == sorted(days)
    assert days[-1] <= SAMPLE_END.isoformat()


@pytest.mark.parametrize("name", RATES)
def test_rates_are_percentages_and_agree_with_the_published_series(name):
    sample = {row["date"]: row["value"] for row in read(market_folder(), name)}
    assert max(sample) == SAMPLE_END.isoformat()
    assert all(-1 < float(value) < 10 for value in sample.values())
    assert sample.items() <= {row["date"]: row["value"] for row in read(shared("market-data"), name)}.items()
