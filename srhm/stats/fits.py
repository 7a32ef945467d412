"""Power laws through sample complexities: exponents and prefactors, each with an interval.

The laws to be tested are Eqs. 3 and 4 of Tomasini & Wyart 2024, P* ~ C (s0+1)^L n_c m^L for the LCN
and P* ~ C (s0+1)^2 n_c m^L for the CNN.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from srhm.stats.curves import interval


@dataclass(frozen=True)
class Estimate:
    """A fitted number and its 95 % interval."""

    value: float
    low: float
    high: float

    def includes(self, value: float) -> bool:
        """Whether the interval holds ``value``."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class PowerLawFit:
    """response = prefactor * product of predictor ** exponent.

    scatter: standard deviation of the points about the fit, in decades.
    """

    exponents: dict[str, Estimate]
    prefactor: Estimate
    scatter: float
    num_points: int


def fit_power_law(
    points: pd.DataFrame,
    predictors: Sequence[str],
    response: str = "P_star",
    replicates: str = "replicates",
    num_bootstrap: int = 2000,
    seed: int = 0,
    groups: str | None = None,
) -> PowerLawFit:
    """Ordinary least squares of log ``response`` on the logs of ``predictors``, and a constant.

    The intervals are a bootstrap over the points, drawn with replacement, and, where the column
    ``replicates`` is there, over the seeds behind them: all points take their values from the same
    replicate. Settings of one v share their rules seed by seed, and `sample_complexity` resamples
    the seeds of all settings alike, so that what a seed does to several points stays together. The
    points' scatter holds the seeds' already, so this errs on the side of too wide.
    `srhm.stats.curves.spread_factor` corrects for the small number of points.

    Parameters
    ----------
    points: one row a setting; columns ``response`` and ``predictors``, positive numbers, and
        perhaps ``replicates``, arrays as `SampleComplexity.replicates`.
    predictors: names of columns, such as the prediction of Eq. 3, or "s0+1", "m", "n_c".
    groups: a column, such as "v", whose groups are drawn whole in place of single points: points
        of one group may miss the law together. Their number then stands for that of the points.

    Raises
    ------
    ValueError
        A column is missing or not positive, the points are too few (at least two more than
        predictors) or the groups (two), or the predictors do not vary independently.
    """
    predictors = list(predictors)
    log_response = logs(points, response)
    design = np.column_stack([np.ones(len(points)), *(logs(points, p) for p in predictors)])
    _check_design(design, predictors)
    best, _, _, _ = np.linalg.lstsq(design, log_response, rcond=None)
    free = len(points) - design.shape[1]
    scatter = math.sqrt(float(np.sum((log_response - design @ best) ** 2)) / free) / math.log(10)
    values = log_replicates(points, response, replicates)
    rng = np.random.default_rng(seed)
    if groups is None:
        draws = _bootstrap(design, values, num_bootstrap, rng)
        num_drawn, num_fitted = len(points), design.shape[1]
    else:
        members = _members(points, groups)
        num_drawn, num_fitted = members.max() + 1, 1
        draws = _bootstrap_groups(design, values, members, num_bootstrap, rng)
    ends = [
        interval(value, column, num_drawn, num_fitted)
        for value, column in zip(best, draws.T, strict=True)
    ]
    if any(None in end for end in ends):
        raise ValueError(f"{len(points)} points do not determine the fit well enough to resample.")
    constant, *exponents = (
        Estimate(float(b), float(low), float(high))
        for b, (low, high) in zip(best, ends, strict=True)
    )
    # Few points can leave an end of the interval beyond what a float holds: cut it there.
    prefactor = Estimate(*(math.exp(min(x, 700.0)) for x in dataclasses.astuple(constant)))
    named = dict(zip(predictors, exponents, strict=True))
    return PowerLawFit(named, prefactor, scatter, len(points))


def logs(points: pd.DataFrame, column: str) -> np.ndarray:
    """Logarithms of a column; ValueError where it is missing, not positive or not finite."""
    if column not in points:
        raise ValueError(f"The points have no column {column!r}.")
    values = pd.to_numeric(points[column]).to_numpy(float)
    bad = ~(np.isfinite(values) & (values > 0))
    if bad.any():
        raise ValueError(f"{column} must be positive and finite, not {values[bad][0]:g}.")
    return np.log(values)


def _members(points: pd.DataFrame, groups: str) -> np.ndarray:
    """The number of each point's group, from 0."""
    if groups not in points:
        raise ValueError(f"The points have no column {groups!r}.")
    if points[groups].isna().any():
        raise ValueError(f"{groups} must be given for every point, not missing for some.")
    members = points.groupby(groups).ngroup().to_numpy()
    if members.max() < 1:
        raise ValueError(f"The points need at least 2 groups of equal {groups}.")
    return members


def _check_design(design: np.ndarray, predictors: list[str]) -> None:
    num_points, num_fitted = design.shape
    if not predictors:
        raise ValueError("predictors must name at least one column.")
    if num_points < num_fitted + 1:
        raise ValueError(
            f"A fit on {', '.join(predictors)} needs at least {num_fitted + 1} points, "
            f"not {num_points}."
        )
    if _rank(design) < num_fitted:
        raise ValueError(
            f"The points do not tell {', '.join(predictors)} apart: a predictor is constant, or "
            "follows from the others."
        )


def _rank(design: np.ndarray) -> int:
    return int(np.linalg.matrix_rank(design, tol=1e-8 * np.abs(design).max()))


def log_replicates(
    points: pd.DataFrame, response: str = "P_star", replicates: str = "replicates"
) -> np.ndarray:
    """Logs of the values that resampling may take, (num_points, num_replicates).

    A replicate whose curve had no crossing (0, inf, nan), and a point without any, has the value of
    the point itself.
    """
    own = points[response].to_numpy(float)[:, None]
    if replicates not in points:
        return np.log(own)
    arrays = [np.atleast_1d(np.asarray(array, float)) for array in points[replicates]]
    num = max([1, *map(len, arrays)])
    values = np.array([np.resize(a, num) if len(a) else np.zeros(num) for a in arrays])
    return np.log(np.where(np.isfinite(values) & (values > 0), values, own))


def _bootstrap(
    design: np.ndarray, values: np.ndarray, num_bootstrap: int, rng: np.random.Generator
) -> np.ndarray:
    """Coefficients (num_bootstrap, columns of design) of fits to resampled points.

    A draw whose points do not determine the fit is nan.
    """
    num_points, num_fitted = design.shape
    chosen = rng.integers(num_points, size=(num_bootstrap, num_points))
    response = values[chosen, rng.integers(values.shape[1], size=(num_bootstrap, 1))]
    designs = design[chosen]  # (num_bootstrap, num_points, num_fitted)
    tol = 1e-8 * np.abs(designs).max(axis=(1, 2))
    good = np.linalg.matrix_rank(designs, tol=tol) == num_fitted
    draws = np.full((num_bootstrap, num_fitted), np.nan)
    draws[good] = (np.linalg.pinv(designs[good]) @ response[good, :, None])[..., 0]
    return draws


def _bootstrap_groups(
    design: np.ndarray,
    values: np.ndarray,
    members: np.ndarray,
    num_bootstrap: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """As `_bootstrap`, with the points of a group (``members``, its number) drawn together."""
    num_groups, num_fitted = members.max() + 1, design.shape[1]
    draws = np.full((num_bootstrap, num_fitted), np.nan)
    for row in draws:
        chosen = rng.integers(num_groups, size=num_groups)
        points = np.concatenate([np.flatnonzero(members == group) for group in chosen])
        response = values[points, rng.integers(values.shape[1])]
        if _rank(design[points]) == num_fitted:
            row[:], _, _, _ = np.linalg.lstsq(design[points], response, rcond=None)
    return draws
