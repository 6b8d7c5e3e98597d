from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from shared_data import shared

from p3.errors import UsageError
from p3.market import folder
from p3.market.frames import ACTIONS, PRICES, RATES

# Closes split-adjusted to the last row: 0.55 paid on 4 March, a 2:1 split on the 5th, a spin-off on the 7th.
BARS = """date,open,high,low,close,adj_close,volume
2024-03-01,36,46,35,45,40,200
2024-03-04,44,47,44,45,40,200
2024-03-05,45,47,44,46,41,200
2024-03-06,46,47,45,46,41,200
2024-03-07,47,48,46,47,47,200
"""
ACTION_ROWS = "date,dividend,split_ratio\n2024-03-04,0.25,\n2024-03-05,,2\n2024-03-07,,1.1\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("prices", "actions", "index", "rates"):
        (tmp_path / name).mkdir()
    (tmp_path / "prices" / "ACME.csv").write_text(BARS)
    (tmp_path / "actions" / "ACME.csv").write_text(ACTION_ROWS)
    (tmp_path / "index" / "SPY.csv").write_text("date,close\n2024-03-01,500\n")
    (tmp_path / "rates" / "DGS10.csv").write_text("date,value\n2024-03-01,4.19\n2024-03-04,\n2024-03-05,4.13\n")
    return tmp_path


def closes(data: folder.MarketData, ticker: str) -> list[float]:
    return data.prices.filter(pl.col("ticker") == ticker)["close"].to_list()


def test_closes_are_given_back_as_they_traded(root: Path) -> None:
    data = folder.read(root, ["ACME"])
    assert closes(data, "ACME") == pytest.approx([99.0, 99.0, 50.6, 50.6, 47.0])
    assert data.prices["volume"].to_list() == pytest.approx([200 / 2.2, 200 / 2.2, 200 / 1.1, 200 / 1.1, 200])
    assert data.prices.schema == PRICES
    assert not data.problems


def test_a_split_and_a_spin_off_are_told_apart_and_a_dividend_is_as_paid(root: Path) -> None:
    actions = folder.read(root, ["ACME"]).actions
    assert actions.schema == ACTIONS
    found = {(row["date"].day, row["kind"]): row["value"] for row in actions.iter_rows(named=True)}
    assert found == pytest.approx({(4, "dividend"): 0.55, (5, "split"): 2.0, (7, "spin_off"): 1.1})


def test_rows_are_known_at_the_close_and_actions_at_the_open(root: Path) -> None:
    data = folder.read(root, ["ACME"])
    assert data.prices["known_from"][0] == datetime(2024, 3, 1, 21, tzinfo=UTC)
    assert data.actions["known_from"][0] == datetime(2024, 3, 4, 14, 30, tzinfo=UTC)


def test_rates_are_fractions_known_on_the_next_weekday_and_blanks_are_holidays(root: Path) -> None:
    rates = folder.read(root, []).rates
    assert rates.schema == RATES
    assert rates["value"].to_list() == pytest.approx([0.0419, 0.0413])
    assert rates["known_from"][0] == datetime(2024, 3, 4, 21, tzinfo=UTC)


def test_a_monthly_series_is_known_weeks_after_its_month_and_a_level_stays_one(root: Path) -> None:
    rows = "date,value\n2024-01-01,309.7\n2024-02-01,311.1\n2024-03-01,312.2\n"
    (root / "rates" / "CPIAUCSL.csv").write_text(rows)
    prices = folder.read(root, []).rates.filter(pl.col("series") == "CPIAUCSL")
    assert prices["value"].to_list() == [309.7, 311.1, 312.2]
    assert prices["known_from"][0] == datetime(2024, 3, 17, 20, tzinfo=UTC)


def test_the_benchmark_is_found_among_the_indices_and_needs_only_a_close(root: Path) -> None:
    data = folder.read(root, ["ACME"], "SPY")
    assert closes(data, "SPY") == [500.0]
    assert data.prices.filter(pl.col("ticker") == "SPY")["open"].to_list() == [None]
    assert "SPY" in data.notes


def test_the_folder_of_prices_itself_may_be_named(root: Path) -> None:
    whole, part = folder.read(root, ["ACME"], "SPY"), folder.read(root / "prices", ["ACME"], "SPY")
    assert part.prices.equals(whole.prices)
    assert part.actions.equals(whole.actions)
    assert part.rates.equals(whole.rates)


def test_parquet_reads_as_csv_does(root: Path) -> None:
    expected = folder.read(root, ["ACME"])
    path = root / "prices" / "ACME.csv"
    pl.read_csv(path, try_parse_dates=True).write_parquet(path.with_suffix(".parquet"))
    path.unlink()
    assert folder.read(root, ["ACME"]).prices.equals(expected.prices)


def test_weekly_bars_are_read_as_they_are(root: Path) -> None:
    (root / "prices" / "WEEK.csv").write_text("date,close\n2024-03-01,10\n2024-03-08,11\n2024-03-15,12\n")
    assert closes(folder.read(root, ["WEEK"]), "WEEK") == [10.0, 11.0, 12.0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("date,open\n2024-03-01,10\n", "close"),
        ("date,close\n2024-03-01,ten\n", "BAD.csv"),
        ("date,close\n01/03/2024,10\n", "BAD.csv"),
        ("date,close\n2024-03-01,10\n2024-03-01,11\n", "twice"),
        ("date,close\n2024-03-01,-1\n", "not positive"),
        ("date,close\n2024-03-01,inf\n", "not finite"),
        ("date,close,high,low\n2024-03-01,10,9,11\n", "high below the low"),
        ("date,close\n", "no rows"),
        ("", "BAD.csv"),
    ],
)
def test_a_malformed_file_is_a_problem_of_its_ticker_alone(root: Path, text: str, says: str) -> None:
    (root / "prices" / "BAD.csv").write_text(text)
    data = folder.read(root, ["BAD", "ACME"])
    assert says in data.problems["BAD"]
    assert data.prices["ticker"].unique().to_list() == ["ACME"]


def test_bars_whose_actions_are_malformed_are_not_taken_unadjusted(root: Path) -> None:
    (root / "actions" / "ACME.csv").write_text("date,dividend,split_ratio\n2024-03-05,,two\n")
    data = folder.read(root, ["ACME"])
    assert data.prices.is_empty()
    assert "ACME" in data.problems


def test_a_malformed_rate_is_a_problem_of_its_series(root: Path) -> None:
    (root / "rates" / "DGS2.csv").write_text("date,value\n2024-03-01,n/a\n")
    data = folder.read(root, ["ACME"])
    assert "DGS2" in data.problems
    assert data.rates["series"].unique().to_list() == ["DGS10"]


@pytest.mark.parametrize("ticker", ["NONE", "../prices/ACME", ""])
def test_a_ticker_that_is_not_there_is_a_problem(root: Path, ticker: str) -> None:
    assert ticker in folder.read(root, [ticker]).problems


def test_no_folder_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        folder.read(tmp_path / "absent", ["ACME"])


@pytest.mark.parametrize(
    ("ticker", "day", "traded"),
    [
        ("AAPL", date(2014, 6, 6), 645.57),
        ("AAPL", date(2020, 8, 28), 499.23),
        ("NVDA", date(2021, 7, 19), 751.19),
        ("NVDA", date(2024, 6, 7), 1208.88),
        ("TSLA", date(2020, 8, 28), 2213.40),
        ("TSLA", date(2022, 8, 24), 891.29),
        ("GOOGL", date(2022, 7, 15), 2235.55),
        ("AMZN", date(2022, 6, 3), 2447.00),
    ],
)
def test_real_closes_before_a_split_are_those_that_were_traded(ticker: str, day: date, traded: float) -> None:
    prices = folder.read(shared("market-data"), [ticker]).prices
    assert prices.filter(pl.col("date") == day)["close"].item() == pytest.approx(traded, abs=0.005)


@pytest.mark.parametrize(
    ("ticker", "splits", "spin_offs"),
    [
        ("IBM", [], [1.046]),
        ("MMM", [], [1.196]),
        ("ODFL", [1.5, 1.5, 1.5, 2.0], []),
        ("GOOGL", [2.0, 20.0], [0.999]),
        ("HLT", [1 / 3], [1.461987]),
        ("DELL", [], [1.806, 1.973]),
        ("LEN", [1.02], [1.017 / 1.02, 1.033]),
    ],
)
def test_real_ratios_are_told_apart(ticker: str, splits: list[float], spin_offs: list[float]) -> None:
    actions = folder.read(shared("market-data"), [ticker]).actions.sort("date")
    assert actions.filter(pl.col("kind") == "split")["value"].to_list() == pytest.approx(splits)
    assert actions.filter(pl.col("kind") == "spin_off")["value"].to_list() == pytest.approx(spin_offs)
