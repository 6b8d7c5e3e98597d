from datetime import date

import polars as pl
import pytest
from backtest_frames import MOMENT

from p3 import clock
from p3.backtest import riskfree
from p3.errors import InputMissingError
from p3.portfolio.strategy import MetricsSettings

DATES = [date(2024, 1, 5), date(2024, 1, 12), date(2024, 1, 19)]
QUOTED = MetricsSettings(risk_free_series="DTB3", trials=1)


def rates(*rows: tuple[date, float, date]) -> pl.DataFrame:
    schema = {"series": pl.String, "date": pl.Date, "value": pl.Float64, "known_from": MOMENT}
    full = [("DTB3", day, value, clock.session_close(known)) for day, value, known in rows]
    return pl.DataFrame(full, schema=schema, orient="row")


def test_a_stated_rate_earns_by_the_day():
    stated = MetricsSettings(risk_free=0.05, trials=1)
    assert riskfree.per_bar(DATES, None, stated).tolist() == pytest.approx([1.05 ** (7 / 365) - 1] * 2)


def test_each_interval_uses_the_newest_rate_known_when_it_begins():
    table = rates((date(2024, 1, 3), 0.04, date(2024, 1, 4)), (date(2024, 1, 11), 0.06, date(2024, 1, 12)))
    expected = [1.04 ** (7 / 365) - 1, 1.06 ** (7 / 365) - 1]
    assert riskfree.per_bar(DATES, table, QUOTED).tolist() == pytest.approx(expected)


def test_a_rate_known_later_changes_nothing():
    table = rates((date(2024, 1, 3), 0.04, date(2024, 1, 4)))
    poisoned = pl.concat([table, rates((date(2024, 1, 5), 99.0, date(2024, 1, 22)))])
    assert (riskfree.per_bar(DATES, poisoned, QUOTED) == riskfree.per_bar(DATES, table, QUOTED)).all()


@pytest.mark.parametrize(
    "table",
    [
        None,
        rates(),
        rates((date(2024, 1, 10), 0.04, date(2024, 1, 11))),
        rates((date(2023, 1, 3), 0.04, date(2023, 1, 4))),
    ],
    ids=["no table", "no series", "begins too late", "too old"],
)
def test_a_missing_rate_is_an_error(table):
    with pytest.raises(InputMissingError, match="DTB3"):
        riskfree.per_bar(DATES, table, QUOTED)
