from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from p3 import clock, settings
from p3.data.store import Store
from p3.data.tables import DECISIONS
from p3.errors import RefusedError
from p3.tasks.trade import _keep, _refuse_the_past
from p3.trading.broker import Mode
from p3.workflow.session import Session


def session(root: Path, **given: datetime) -> Session:
    return Session(Store(root), settings.load().settings, clock.now(), **given)


@pytest.mark.parametrize("mode", [Mode.PAPER, Mode.LIVE])
@pytest.mark.parametrize("given", ["pinned", "settled"])
def test_no_real_order_rests_on_a_past_as_of(tmp_path: Path, mode: Mode, given: str) -> None:
    before = clock.now() - timedelta(days=1)
    with pytest.raises(RefusedError, match="prices up to now"):
        _refuse_the_past(session(tmp_path, **{given: before}), mode)
    _refuse_the_past(session(tmp_path), mode)
    _refuse_the_past(session(tmp_path, **{given: before}), Mode.SIMULATED)


def decision(weight: float) -> pl.DataFrame:
    row = dict.fromkeys(DECISIONS.schema) | {
        "decision_id": "dec-1",
        "ticker": "A",
        "as_of": datetime(2024, 1, 31, tzinfo=UTC),
        "weight": weight,
    }
    return pl.DataFrame([row], schema=DECISIONS.schema)


def test_a_decision_that_orders_name_stays_as_it_was(tmp_path: Path) -> None:
    current = session(tmp_path)
    _keep(current, "dec-1", decision(0.25))
    _keep(current, "dec-1", decision(0.75))
    assert current.store.rows(DECISIONS)["weight"].to_list() == [0.25]
