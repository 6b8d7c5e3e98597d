"""What a company is worth by its free cash flows, with each input's origin, and what the market price implies.

Pure: frames in, values out. The backtest's signals and a live valuation are computed by the same functions.
"""
