"""From signals to weights: strategies as data, selection, allocation, and the limits checked before an order.

The same functions decide in a backtest and in a live run.
"""
