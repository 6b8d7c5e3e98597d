from decimal import Decimal

import pytest

from p3.errors import DataError, InputMissingError
from p3.trading.orders import OrderType, Side, SizingRules, client_order_id, plan

EQUITY = Decimal(100_000)
RULES = SizingRules()


def orders(targets, positions=None, prices=None, rules=RULES):
    held = {ticker: Decimal(shares) for ticker, shares in (positions or {}).items()}
    return plan(targets, held, prices or {"A": 100.0, "B": 30.0}, equity=EQUITY, decision_id="d", rules=rules)


def brief(planned):
    return [(order.ticker, order.side.value, order.quantity) for order in planned]


def test_sales_come_first_and_shares_are_cut_toward_zero() -> None:
    # B: 50,000 / 30 = 1666.67 bought as 1666; A: 200 held, 10,000 / 100 = 100 wanted.
    assert brief(orders({"B": 0.5, "A": 0.1}, {"A": 200})) == [("A", "sell", 100), ("B", "buy", 1666)]


def test_a_sale_is_cut_toward_zero_too() -> None:
    # 0.101 of 100,000 at 30 is 336.67 shares: of 400 held, 63.33 are too many.
    assert brief(orders({"B": 0.101}, {"B": 400})) == [("B", "sell", 63)]


def test_what_the_decision_does_not_name_is_not_touched() -> None:
    assert orders({"A": 0.0}, {"B": 50}) == []


def test_zero_sells_everything_but_a_fraction_of_a_share() -> None:
    assert brief(orders({"A": 0.0}, {"A": "10.5"})) == [("A", "sell", 10)]


def test_a_short_position_is_bought_back() -> None:
    assert brief(orders({"A": 0.0}, {"A": -7})) == [("A", "buy", 7)]


def test_small_trades_are_left_out_but_a_full_exit_is_not() -> None:
    rules = SizingRules(minimum_notional=Decimal(500))
    assert orders({"A": 0.104}, {"A": 100}, rules=rules) == []
    assert brief(orders({"A": 0.0}, {"A": 4}, rules=rules)) == [("A", "sell", 4)]


def test_lots() -> None:
    assert brief(orders({"A": 0.27}, rules=SizingRules(lot=100))) == [("A", "buy", 200)]


def test_a_collar_gives_limits_inside_it_on_the_tick() -> None:
    # 30 basis points around 33.33: 33.42999 and 33.23001; the limit never reaches beyond.
    rules = SizingRules(collar_bps=Decimal(30))
    buy, sell = (
        orders({"A": weight}, {"A": shares}, {"A": 33.33}, rules)[0] for weight, shares in ((0.5, 0), (0.0, 10))
    )
    assert (buy.side, buy.type, buy.limit) == (Side.BUY, OrderType.LIMIT, Decimal("33.42"))
    assert (sell.side, sell.type, sell.limit) == (Side.SELL, OrderType.LIMIT, Decimal("33.24"))


def test_below_a_dollar_the_tick_is_a_hundredth_of_a_cent() -> None:
    order = orders({"A": 0.1}, {}, {"A": 0.5}, SizingRules(collar_bps=Decimal(30)))[0]
    assert order.limit == Decimal("0.5015")


def test_the_identity_is_the_decision_s_and_the_ticker_s_alone() -> None:
    (buy,), (sell,) = orders({"A": 0.5}), orders({"A": 0.0}, {"A": 1})
    assert buy.client_order_id == sell.client_order_id == client_order_id("d", "A")
    others = {client_order_id("d", "B"), client_order_id("e", "A"), client_order_id("d\nA", "")}
    assert len(others | {buy.client_order_id}) == 4
    assert len(buy.client_order_id) <= 48  # the shortest limit among brokers' documented ones


@pytest.mark.parametrize("weight", [-0.1, float("nan"), float("inf")])
def test_a_weight_that_is_none_is_refused(weight: float) -> None:
    with pytest.raises(DataError):
        orders({"A": weight})


@pytest.mark.parametrize("price", [0.0, -1.0, float("nan"), float("inf")])
def test_a_price_that_is_none_is_missing(price: float) -> None:
    with pytest.raises(InputMissingError, match="no price for A"):
        orders({"A": 0.1}, {}, {"A": price})


def test_no_price_is_asked_for_what_is_neither_held_nor_wanted() -> None:
    assert orders({"Z": 0.0}) == []


@pytest.mark.parametrize("equity", ["0", "-1", "NaN"])
def test_equity_must_be_positive(equity: str) -> None:
    with pytest.raises(DataError):
        plan({"A": 0.1}, {}, {"A": 1.0}, equity=Decimal(equity), decision_id="d", rules=SizingRules())
