"""Whatever the weights and prices, the account's books balance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from p3.backtest.account import Account
from p3.portfolio.bars import Action

PRICES = st.lists(st.floats(0.5, 2000.0), min_size=3, max_size=3)
WEIGHTS = st.lists(st.floats(0.0, 1 / 3), min_size=3, max_size=3)


@given(st.lists(st.tuples(PRICES, PRICES, WEIGHTS), min_size=1, max_size=8), st.floats(1e2, 1e7), st.floats(0, 0.01))
def test_cash_never_goes_negative_and_shares_stay_whole(bars, capital, rate):
    account = Account(capital, 3, rate)
    flows = 0.0
    for opens, closes, weights in bars:
        fills = account.trade(np.array(opens))
        flows += sum(fill.quantity * fill.price + fill.cost for fill in fills)
        account.mark(np.array(closes))
        account.place(np.array(weights))
        assert account.cash >= -1e-6
        assert (account.shares >= 0).all() and (account.shares == np.floor(account.shares)).all()
        assert account.cash == pytest.approx(capital - flows, abs=1e-6 * capital)


@given(st.sampled_from(["split", "spin_off"]), st.floats(0.05, 20.0), st.floats(1.0, 1000.0), st.integers(1, 10_000))
def test_splits_and_spin_offs_change_no_value(kind, factor, price, shares):
    account = Account(0.0, 1, 0.0)
    account.shares[:] = shares
    account.mark(np.array([price]))
    before = account.equity
    account.apply(Action(0, kind, factor))
    assert account.equity == pytest.approx(before, rel=1e-5)
