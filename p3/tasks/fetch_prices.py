"""Prices as traded, corporate actions, the benchmark and interest rates, into FACTS."""

from datetime import timedelta
from typing import Any

from p3 import clock
from p3.data.tables import ACTIONS, PRICES, RATES
from p3.market.source import identified, read
from p3.workflow.session import Session
from p3.workflow.stage import SHARED, Job, Kind, Output, Rows, Stage, content_of


def stage() -> Stage:
    """Declare the stage."""
    return Stage(
        name="fetch-prices",
        kind=Kind.BUILD,
        place=20,
        reads=(),
        writes=(PRICES, ACTIONS, RATES),
        code=("p3.market", "p3.tasks.fetch_prices", "config/market.toml", "sample"),
        parameters=_parameters,
        run=_fetch,
        has_shared_unit=True,
        max_age=lambda session: timedelta(hours=session.settings.prices.refresh_hours),
    )


def _parameters(session: Session) -> dict[str, Any]:
    prices = session.settings.prices
    source = str(session.choices.get("prices") or prices.source)
    return {**identified(source), "benchmark": prices.benchmark}


def _fetch(job: Job) -> Output:
    shared = job.unit == SHARED
    ticker = job.parameters["benchmark"] if shared else job.unit
    alpaca = job.session.settings.alpaca
    keys = (alpaca.key.get_secret_value(), alpaca.secret.get_secret_value(), alpaca.data_url)
    data = read(job.parameters["source"], ticker, keys, clock.now(), with_rates=shared)
    series = tuple(data.rates["series"].unique().sort())
    tables = [Rows(PRICES, (ticker,), data.prices), Rows(ACTIONS, (ticker,), data.actions)]
    if series:
        tables.append(Rows(RATES, series, data.rates))
    return Output(
        rows=data.prices.height,
        tables=tuple(tables),
        content=content_of(data.prices, data.actions, data.rates),
        note=data.notes.get(ticker, ""),
    )
