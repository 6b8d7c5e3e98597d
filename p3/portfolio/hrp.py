"""Hierarchical risk parity through riskfolio-lib, which fails silently: checked before and after the call."""

import math

import numpy as np
import polars as pl

from p3.errors import DataError


def weights(returns: pl.DataFrame) -> dict[str, float]:
    """Return the hierarchical risk parity weights of the columns of ``returns``; they sum to 1.

    López de Prado, "Building Diversified Portfolios that Outperform Out of Sample" (2016): single linkage, variance as
    risk. riskfolio-lib clusters the correlation distances themselves, the paper the Euclidean distances between their
    rows, so the paper's own example comes out with other weights. Rows in which a column has no return are left out.
    One column has weight 1. Raises DataError where fewer than three whole rows are left, a column does not move in
    them, or the optimiser finds nothing.
    """
    if len(returns.columns) == 1:
        return {returns.columns[0]: 1.0}
    rows = returns.to_numpy()
    rows = rows[np.isfinite(rows).all(axis=1)]
    if len(rows) < 3 or (np.ptp(rows, axis=0) == 0).any():
        raise DataError(
            "hierarchical risk parity needs returns that the companies have in common, and that move",
            "Choose another allocation, a longer lookback_days, or a larger min_observations.",
        )
    return _checked(_optimise(rows, returns.columns), returns.columns)


def _optimise(rows: np.ndarray[tuple[int, ...], np.dtype[np.float64]], names: list[str]) -> dict[str, float]:
    import pandas as pd
    import riskfolio

    portfolio = riskfolio.HCPortfolio(returns=pd.DataFrame(rows, columns=names))
    found = portfolio.optimization(model="HRP", codependence="pearson", rm="MV", linkage="single", leaf_order=True)
    if found is None:
        raise DataError("hierarchical risk parity found no weights", "Choose another allocation.")
    return {name: float(value) for name, value in found["weights"].items()}


def _checked(found: dict[str, float], names: list[str]) -> dict[str, float]:
    values = [found.get(name, math.nan) for name in names]
    if not all(0 <= value <= 1 for value in values) or not math.isclose(sum(values), 1, abs_tol=1e-6):
        raise DataError("hierarchical risk parity gave weights that are none", "Choose another allocation.")
    return dict(zip(names, values, strict=True))
