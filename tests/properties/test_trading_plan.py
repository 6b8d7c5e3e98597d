"""Properties of sizing: the orders come as near the targets as whole shares allow, and never pass them."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from p3.trading.orders import Side, SizingRules, client_order_id, plan

TICKERS = ("A", "B", "C")
weights = st.dictionaries(st.sampled_from(TICKERS), st.floats(0, 0.33), min_size=1)
shares = st.dictionaries(st.sampled_from(TICKERS), st.integers(0, 10_000).map(Decimal))
prices = st.fixed_dictionaries({ticker: st.floats(0.01, 5_000) for ticker in TICKERS})
equities = st.integers(1, 10_000_000).map(Decimal)


@given(weights, shares, prices, equities)
def test_the_rest_is_less_than_a_share_and_never_past_the_target(targets, held, quotes, equity) -> None:
    orders = {
        order.ticker: order
        for order in plan(targets, held, quotes, equity=equity, decision_id="d", rules=SizingRules())
    }
    for ticker, weight in targets.items():
        wanted = Decimal(str(weight)) * equity / Decimal(str(quotes[ticker]))
        before = held.get(ticker, Decimal(0))
        traded = orders[ticker].side.sign * orders[ticker].quantity if ticker in orders else 0
        rest = wanted - before - traded
        assert abs(rest) < 1
        assert rest * (wanted - before) >= 0


@given(weights, shares, prices, equities)
def test_carried_out_and_planned_again_it_trades_nothing(targets, held, quotes, equity) -> None:
    arguments = {"equity": equity, "decision_id": "d", "rules": SizingRules()}
    orders = plan(targets, held, quotes, **arguments)
    after = dict(held)
    for order in orders:
        after[order.ticker] = after.get(order.ticker, Decimal(0)) + order.side.sign * order.quantity
    assert plan(targets, after, quotes, **arguments) == []


@given(weights, shares, prices, equities)
def test_one_order_a_ticker_sales_first_whatever_the_order_of_the_targets(targets, held, quotes, equity) -> None:
    arguments = {"equity": equity, "decision_id": "d", "rules": SizingRules()}
    orders = plan(targets, held, quotes, **arguments)
    assert orders == plan(dict(reversed(targets.items())), held, quotes, **arguments)
    assert len({order.ticker for order in orders}) == len(orders)
    assert all(order.client_order_id == client_order_id("d", order.ticker) for order in orders)
    sides = [order.side for order in orders]
    assert sides == sorted(sides, key=[Side.SELL, Side.BUY].index)
