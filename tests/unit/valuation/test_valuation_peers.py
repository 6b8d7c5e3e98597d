"""A short price history is helped out by the betas of the industry; a long one is not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import company_frames as frames
import polars as pl
import pytest
from test_valuation_inputs import AS_OF

from p3.valuation import assumptions, evidence, inputs
from p3.valuation.evidence import Evidence
from p3.valuation.peer_readings import peer
from p3.valuation.peers import UNLEVERED, Leverage, Peer
from p3.valuation.price_history import price_history
from p3.valuation.records import Inputs, Refusal
from p3.valuation.rules import rules

PEERS = [Peer(name, beta, Leverage(0.5, 0.25)) for name, beta in (("BRICK", 1.1), ("CLAY", 1.375), ("STONE", 1.65))]


def known(since: date, peers: Sequence[Peer] = (), sic: str = "7372") -> Evidence:
    quotes = frames.prices().filter((pl.col("ticker") == frames.BENCHMARK) | (pl.col("date") >= since))
    return evidence.gather(
        frames.line_items(),
        quotes,
        frames.actions(),
        ticker=frames.TICKER,
        cik=frames.CIK,
        sic=sic,
        market=price_history(quotes, frames.actions(), frames.BENCHMARK),
        risk_free=evidence.rate_series(frames.rates(), "DGS10"),
        peers=lambda _moment: peers,
    )


def valued(since: date, peers: Sequence[Peer] = ()) -> Inputs | Refusal:
    return inputs.at(known(since, peers), AS_OF, assumptions.load())


def beta_of(made: Inputs | Refusal) -> inputs.Input:
    assert isinstance(made, Inputs), made
    return next(item for item in made.inputs if item.name == "beta")


def test_with_hardly_any_prices_the_beta_is_the_industrys_relevered() -> None:
    assert isinstance(valued(date(2024, 4, 15)), Refusal)
    made = valued(date(2024, 4, 15), PEERS)
    assert isinstance(made, Inputs)
    own_leverage = 400e6 / (made.price * 10e6)
    assert beta_of(made).value == pytest.approx(1.375 / 1.375 * (1 + 0.75 * own_leverage))
    (source,) = beta_of(made).sources
    assert source.value == pytest.approx(1.0)
    assert all(name in source.concept for name in ("BRICK", "CLAY", "STONE"))


def test_with_a_short_history_the_own_beta_is_drawn_to_the_industrys() -> None:
    low = [Peer(each.ticker, each.beta / 4, each.leverage) for each in PEERS]
    since = date(2023, 12, 1)
    assert beta_of(valued(since, low)).value < beta_of(valued(since)).value < beta_of(valued(since, PEERS)).value + 1.0
    assert len(beta_of(valued(since, low)).sources) == 2


def test_two_peers_are_no_industry_and_a_full_history_needs_none() -> None:
    assert isinstance(valued(date(2024, 4, 15), PEERS[:2]), Refusal)
    assert beta_of(valued(date(2021, 1, 1), PEERS)) == beta_of(valued(date(2021, 1, 1)))


def test_peers_are_asked_as_of_the_same_moment_and_only_when_needed() -> None:
    asked: list[datetime] = []

    def record(moment: datetime) -> Sequence[Peer]:
        asked.append(moment)
        return PEERS

    inputs.at(replace(known(date(2021, 1, 1)), peers=record), AS_OF, assumptions.load())
    assert asked == []
    inputs.at(replace(known(date(2024, 4, 15)), peers=record), AS_OF, assumptions.load())
    assert set(asked) == {AS_OF}


def test_a_company_tells_its_raw_beta_and_its_leverage() -> None:
    told = peer(known(date(2021, 1, 1)), AS_OF, rules())
    assert told is not None
    assert told.beta == pytest.approx(1.5, abs=0.02)
    price = frames.prices().filter((pl.col("ticker") == frames.TICKER) & (pl.col("date") == date(2024, 5, 31)))[
        "close"
    ][0]
    assert told.leverage.debt_to_equity == pytest.approx(400e6 / (price * 10e6))
    assert peer(known(date(2024, 1, 1)), AS_OF, rules()) is None
    bank = peer(known(date(2021, 1, 1), sic="6021"), AS_OF, rules())
    assert bank is not None
    assert bank.leverage == UNLEVERED
