"""From learning curves to sample complexities: P*, and how well it is known.

The sample complexity P* is the training-set size at which the test error reaches 10 % (Tomasini &
Wyart 2024, section 3); P*_S and P*_D the same for the sensitivities S_2, D_2 and their thresholds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

from srhm.data.randomness import typed
from srhm.training.config import SEED_FIELDS, RunConfig

NORMAL = float(ndtri(0.975))  # a Gaussian's quantile, 1.96 standard deviations


@dataclass(frozen=True)
class SampleComplexity:
    """P* of one setting, in training data; None, with the ``reason``, where there is none.

    low, high: 95 % interval over seeds. None where it is open: with a single seed both, or where
        the curves of too many resampled seeds do not cross inside the sizes at hand.
    num_seeds, num_points, num_diverged: seeds, sizes P, and runs left out because they diverged.
    replicates: (num_bootstrap,) P* of resampled seeds; 0 and inf where those curves stay below and
        above the threshold, and nan where nothing was left of them.
    """

    P_star: float | None
    low: float | None
    high: float | None
    reason: str | None
    num_seeds: int
    num_points: int
    num_diverged: int = 0
    replicates: np.ndarray = field(default_factory=lambda: np.empty(0), compare=False, repr=False)


@typed
def sample_complexity(
    frame: pd.DataFrame,
    quantity: str = "test_error",
    threshold: float = 0.1,
    num_bootstrap: int = 1000,
    seed: int = 0,
) -> SampleComplexity:
    """Where the mean of ``quantity`` against P falls through ``threshold``, for the last time.

    The mean is over seeds, the interpolation linear in log P. The interval is a percentile
    bootstrap that draws whole curves (a seed is one triple of ``seed_rules``, ``seed_sample``,
    ``seed_init``); its logarithm is widened by `spread_factor`, without which three seeds would
    give an interval that holds the truth in three cases of four.

    Parameters
    ----------
    frame: runs of one setting: columns P, the seeds, ``quantity``, and any of the configuration.
        Diverged runs are left out, and counted.

    Raises
    ------
    ValueError
        A column is missing, several settings are mixed, or a number is impossible.
    """
    if not (isinstance(threshold, (int, float)) and math.isfinite(threshold)):
        raise ValueError(f"threshold must be a finite number, not {threshold!r}.")
    if type(num_bootstrap) is not int or num_bootstrap < 0:
        raise ValueError(f"num_bootstrap must be an integer of at least 0, not {num_bootstrap!r}.")
    seeds, P, values, num_diverged = seed_curves(frame, quantity)
    counts = {"num_seeds": len(seeds), "num_points": len(P), "num_diverged": num_diverged}
    mean = _mean(values, np.ones((1, len(values))))[0]
    P_star = last_fall(P, mean, threshold)
    if not 0 < P_star < math.inf:
        reason = _why_not(P, mean, quantity, threshold, num_diverged)
        return SampleComplexity(None, None, None, reason, **counts)
    if len(seeds) < 2 or num_bootstrap == 0:
        return SampleComplexity(P_star, None, None, None, **counts)
    draws = np.random.default_rng(seed).multinomial(
        len(seeds), [1 / len(seeds)] * len(seeds), size=num_bootstrap
    )
    replicates = last_falls(P, _mean(values, draws), threshold)
    with np.errstate(divide="ignore"):
        ends = interval(math.log(P_star), np.log(replicates), len(seeds))
    low, high = (None if end is None else math.exp(end) for end in ends)
    return SampleComplexity(P_star, low, high, None, **counts, replicates=replicates)


@typed
def learning_curve(frame: pd.DataFrame, quantity: str = "test_error") -> pd.DataFrame:
    """A learning curve: mean over seeds at each P, and how far the seeds are apart.

    frame: runs of one setting, from `srhm.runs.sweep.sweep` or a store's ``frame()``.

    Returns one row a P, rising: columns P, mean, std, sem (std / sqrt(n)) and n, the number of
    seeds. Diverged runs are left out; std and sem are nan where n is 1. ValueError as for
    `sample_complexity`.
    """
    _, P, values, _ = seed_curves(frame, quantity)
    curves = pd.DataFrame(values)
    n, std = curves.count(), curves.std(ddof=1)
    return pd.DataFrame(
        {"P": P, "mean": curves.mean(), "std": std, "sem": std / np.sqrt(n), "n": n}
    )


def spread_factor(num: int, num_fitted: int = 1) -> float:
    """By how much a percentile bootstrap of ``num`` draws is too narrow for a 95 % interval.

    Resampling underestimates the variance by (num - num_fitted) / num, and takes the Gaussian's
    quantile for Student's t of n - p degrees of freedom: the factor is sqrt(n / (n - p)) t / 1.96,
    2.7 for three, 1.2 for ten.
    """
    free = num - num_fitted
    if free < 1:
        raise ValueError(f"No interval from {num} draws with {num_fitted} fitted numbers.")
    return math.sqrt(num / free) * float(stdtrit(free, 0.975)) / NORMAL


def interval(
    value: float, replicates: np.ndarray, num: int, num_fitted: int = 1
) -> tuple[float | None, float | None]:
    """95 % interval about ``value`` from its bootstrap ``replicates``, of ``num`` draws each.

    Their quantiles, pulled away from ``value`` by `spread_factor`. An end where the replicates are
    infinite is open: None; replicates that are nan do not count.
    """
    replicates = replicates[~np.isnan(replicates)]
    if not len(replicates):
        return None, None
    # An existing replicate, not one between two: between 7.0 and infinity there is nothing.
    ends = np.quantile(replicates, [0.025, 0.975], method="closest_observation").tolist()
    factor = spread_factor(num, num_fitted)
    low, high = (value + factor * (end - value) if math.isfinite(end) else None for end in ends)
    return low, high


def seed_curves(
    frame: pd.DataFrame, quantity: str = "test_error"
) -> tuple[list[tuple], np.ndarray, np.ndarray, int]:
    """The learning curve of every seed.

    Returns the seeds (triples of the three seed fields), the sizes P (n,), rising, the values
    (seeds, n), nan where a seed has none, and the number of diverged runs, which are left out.
    ValueError as for `sample_complexity`.
    """
    for name in ("P", *SEED_FIELDS, quantity):
        if name not in frame:
            raise ValueError(f"The frame has no column {name!r}.")
    _check_one_setting(frame)
    values = pd.to_numeric(frame[quantity]).to_numpy(float, na_value=math.nan)
    good = np.isfinite(values)
    if "status" in frame:
        good &= frame.status.to_numpy() != "diverged"
    seeds = list(zip(*(frame[name].to_numpy()[good].tolist() for name in SEED_FIELDS), strict=True))
    distinct = sorted(set(seeds))
    rows = [distinct.index(seed) for seed in seeds]
    P, columns = np.unique(frame.P.to_numpy()[good], return_inverse=True)
    total, number = np.zeros((2, len(distinct), len(P)))
    np.add.at(total, (rows, columns), values[good])
    np.add.at(number, (rows, columns), 1)
    with np.errstate(invalid="ignore"):  # 0 / 0, where a seed has no run at this P, is nan
        return distinct, P, total / number, int((~good).sum())


def _check_one_setting(frame: pd.DataFrame) -> None:
    """ValueError when the runs differ in more than P and their seeds.

    The batch may shrink with P, as it must where P is small, if the learning rate follows it.
    """
    fixed = [
        name for name in RunConfig.names() if name in frame and name not in ("P", *SEED_FIELDS)
    ]
    varying = [name for name in fixed if _varies(frame[name])]
    both = {"batch_size", "lr"}
    batches = both & set(varying) and both <= set(fixed)
    if batches and (frame.groupby("P").batch_size.nunique() <= 1).all():
        frame = frame.assign(**{"lr / batch_size": (frame.lr / frame.batch_size).round(12)})
        varying = [name for name in (*varying, "lr / batch_size") if name not in both]
        varying = [name for name in varying if _varies(frame[name])]
    for name in varying:
        some = ", ".join(str(value) for value in frame[name].unique()[:3])
        raise ValueError(f"The frame mixes several settings: its {name} is {some}; select one.")


def _varies(column: pd.Series) -> bool:
    values = column.to_numpy()
    # The count of distinct values, to which missing ones are equal, is slow: only where needed.
    return bool((values != values[:1]).any()) and column.nunique(dropna=False) > 1


def _mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Means over seeds (draws, P) of values (seeds, P), nan if missing; weights (draws, seeds)."""
    present = np.isfinite(values)
    total = weights @ np.where(present, values, 0.0)
    with np.errstate(invalid="ignore"):  # 0 / 0, where a draw has no seed at this P, is nan
        return total / (weights @ present)


def last_fall(P: np.ndarray, mean: np.ndarray, threshold: float) -> float:
    """Where a curve (P rising, means, both (n,)) last falls through the threshold.

    Interpolated linearly in log P; 0 where it ends below without a fall, inf where it ends above,
    nan where no mean is a number.
    """
    return float(last_falls(P, mean[None], threshold)[0])


def last_falls(P: np.ndarray, means: np.ndarray, threshold: float) -> np.ndarray:
    """`last_fall` of each of many curves, means (curves, n), at the same P (n,)."""
    falls = np.full(len(means), math.nan)
    # Curves that have means at the same sizes are worked on together.
    kinds, kind = np.unique(np.isfinite(means), axis=0, return_inverse=True)
    for number, known in enumerate(kinds):
        if known.any():
            rows = np.flatnonzero(kind.ravel() == number)
            falls[rows] = _whole_falls(P[known], means[np.ix_(rows, known)], threshold)
    return falls


def _whole_falls(P: np.ndarray, means: np.ndarray, threshold: float) -> np.ndarray:
    """`last_falls` of curves without gaps."""
    falls = np.where(means[:, -1] < threshold, 0.0, math.inf)
    before, after = means[:, :-1], means[:, 1:]
    down = (before >= threshold) & (after <= threshold) & (before > after)
    last = np.where(down, np.arange(down.shape[1]), -1).max(axis=1, initial=-1)
    rows = np.flatnonzero(last >= 0)
    i = last[rows]
    high, low = means[rows, i], means[rows, i + 1]
    falls[rows] = P[i] * (P[i + 1] / P[i]) ** ((high - threshold) / (high - low))
    return falls


def _why_not(P, mean, quantity: str, threshold: float, num_diverged: int) -> str:
    """The reason, in words, why a mean curve has no crossing."""
    diverged = f"; {num_diverged} diverged runs were left out" if num_diverged else ""
    if len(P) == 0:
        return f"no runs{diverged}"
    if len(P) == 1:
        return f"{quantity} is known at a single size, {mean[0]:.3g} at P={P[0]:g}{diverged}"
    if mean[-1] >= threshold:
        return (
            f"{quantity} does not fall to {threshold:g}: it is {mean[-1]:.3g} at the largest "
            f"P={P[-1]:g}{diverged}"
        )
    return (
        f"{quantity} is below {threshold:g} from the smallest P={P[0]:g} on, where it is "
        f"{mean[0]:.3g}{diverged}"
    )
