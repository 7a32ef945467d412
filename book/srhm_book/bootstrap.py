"""Statistics of a few points with 95 % intervals, from drawing the points with replacement."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd

from srhm.stats.curves import interval
from srhm.stats.fits import Estimate


def rank_correlation(x, y) -> Estimate | None:
    """Spearman's rank correlation with its 95 % bootstrap interval over the pairs.

    None for fewer than four pairs, or when one of the two does not vary.
    """
    return bootstrapped(spearman, np.asarray(x, float), np.asarray(y, float))


def bootstrapped(
    statistic: Callable[..., np.ndarray],
    *columns: np.ndarray,
    num_bootstrap: int = 2000,
    seed: int = 0,
) -> Estimate | None:
    """A statistic of points with its 95 % interval, from drawing the points with replacement.

    statistic: from the columns, each (rows, n), to one value a row. None for fewer than four
    points, or where it is not finite.
    """
    n = len(columns[0])
    if n < 4:
        return None
    value = float(statistic(*(column[None] for column in columns))[0])
    if not np.isfinite(value):
        return None
    draws = np.random.default_rng(seed).integers(n, size=(num_bootstrap, n))
    values = statistic(*(column[draws] for column in columns))
    low, high = np.nanquantile(values, [0.025, 0.975]).tolist()
    return Estimate(value, low, high)


def replicate_ratio(
    some: float, other: float, draws: np.ndarray, other_draws: np.ndarray, num_seeds: int
) -> Estimate:
    """some / other, two P* of the same seeds, with its 95 % interval from their replicates."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(draws / other_draws)
    value = math.log(some / other)
    ends = interval(value, logs[np.isfinite(logs)], num_seeds)
    return Estimate(*(None if x is None else math.exp(x) for x in (value, *ends)))


def slopes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Slope of y on x in each row, by least squares; nan where x does not vary."""
    x, y = (v - v.mean(axis=1, keepdims=True) for v in (x, y))
    with np.errstate(invalid="ignore", divide="ignore"):
        return (x * y).sum(axis=1) / (x * x).sum(axis=1)


def spearman(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pearson's correlation of the ranks within each row, ties sharing theirs; x, y (rows, n).

    nan where one of the two does not vary.
    """
    a, b = (pd.DataFrame(v).rank(axis=1).to_numpy() for v in (x, y))
    a, b = (ranks - ranks.mean(axis=1, keepdims=True) for ranks in (a, b))
    norm = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    with np.errstate(invalid="ignore"):  # 0 / 0
        return (a * b).sum(axis=1) / norm
