"""An exponent from tasks that differ in one symbol alone.

A joint fit of several powers charges each with whatever the others do not describe. Here each
group of settings that are equal in everything else has a constant of its own, and only what changes
within the groups counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from srhm.stats.curves import interval
from srhm.stats.fits import Estimate, log_replicates, logs


@dataclass(frozen=True)
class MatchedFit:
    """response = constant of the group * predictor ** exponent."""

    exponent: Estimate
    num_points: int
    num_groups: int


def fit_matched(
    points: pd.DataFrame,
    predictor: str,
    equal: Sequence[str],
    response: str = "P_star",
    num_bootstrap: int = 2000,
    seed: int = 0,
) -> MatchedFit:
    """Least squares of log ``response`` on log ``predictor``, a constant for each group.

    The interval is a bootstrap over groups, drawn with replacement, and over seeds as in
    `srhm.stats.fits.fit_power_law`.

    Parameters
    ----------
    points: one row a setting, as for `srhm.stats.fits.fit_power_law`.
    equal: columns that are the same within a group. Groups in which ``predictor`` takes a single
        value say nothing and are left out.

    Raises
    ------
    ValueError
        A column is missing or not positive, or fewer than three groups are left.
    """
    x, y = logs(points, predictor), logs(points, response)
    values = np.column_stack([y, log_replicates(points, response)])
    products, squares, used = [], [], 0
    for rows in points.groupby(list(equal)).indices.values():
        from_mean = x[rows] - x[rows].mean()
        if np.ptp(x[rows]) > 1e-9:
            products.append(from_mean @ values[rows])
            squares.append(from_mean @ from_mean)
            used += len(rows)
    if len(squares) < 3:
        raise ValueError(
            f"An exponent of {predictor} at equal {', '.join(equal)} needs at least 3 groups of "
            f"settings, not {len(squares)}."
        )
    products, squares = np.array(products), np.array(squares)  # (groups, 1 + replicates), (groups,)
    best = float(products[:, 0].sum() / squares.sum())
    rng, num = np.random.default_rng(seed), len(squares)
    chosen = rng.integers(num, size=(num_bootstrap, num))
    replicate = rng.integers(1, products.shape[1], size=(num_bootstrap, 1))
    draws = products[chosen, replicate].sum(axis=1) / squares[chosen].sum(axis=1)
    low, high = interval(best, draws, num)
    return MatchedFit(Estimate(best, low, high), used, num)
