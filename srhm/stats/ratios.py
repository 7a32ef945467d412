"""Ratios of two sample complexities that share their seeds.

Two ways of training, tried on the same rules, data and initial weights, differ by far less noise
than two independent searches: the ratio is taken seed by seed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from srhm.stats.curves import NORMAL, last_falls, seed_curves, spread_factor


@dataclass(frozen=True)
class PairedRatio:
    """Geometric mean over seeds of P* there / P* here, its 95 % interval, and the seeds' number.

    low and high are None with a single seed; all three are None when no seed crosses in both.
    """

    ratio: float | None
    low: float | None
    high: float | None
    num_seeds: int


def seed_complexities(
    frame: pd.DataFrame, quantity: str = "test_error", threshold: float = 0.1
) -> dict[tuple, float]:
    """P* of every seed (a triple of the three seed fields) whose own curve crosses."""
    seeds, P, values, _ = seed_curves(frame, quantity)
    found = dict(zip(seeds, last_falls(P, values, threshold).tolist(), strict=True))
    return {seed: P_star for seed, P_star in found.items() if 0 < P_star < math.inf}


def paired_ratio(
    frame: pd.DataFrame,
    reference: pd.DataFrame,
    quantity: str = "test_error",
    threshold: float = 0.1,
) -> PairedRatio:
    """P* of ``frame`` over that of ``reference``, over the seeds in which both cross.

    The interval is that of `mean_ratio`.
    """
    return mean_ratio(seed_ratios(frame, reference, quantity, threshold))


def seed_ratios(
    frame: pd.DataFrame,
    reference: pd.DataFrame,
    quantity: str = "test_error",
    threshold: float = 0.1,
) -> list[float]:
    """P* of ``frame`` over that of ``reference`` of each seed in which both cross."""
    ours, theirs = (seed_complexities(f, quantity, threshold) for f in (frame, reference))
    return [ours[seed] / theirs[seed] for seed in ours if seed in theirs]


def mean_ratio(ratios: Sequence[float]) -> PairedRatio:
    """Geometric mean of positive ratios, one a seed, with Student's interval for their logs."""
    logs = np.log(np.asarray(ratios, dtype=float))
    if not len(logs):
        return PairedRatio(None, None, None, 0)
    if len(logs) == 1:
        return PairedRatio(math.exp(logs[0]), None, None, 1)
    return PairedRatio(*map(math.exp, mean_of_few(logs)), len(logs))


def mean_of_few(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean and the ends of its 95 % interval, by Student's t; ValueError for fewer than two."""
    values = np.asarray(values, dtype=float)
    # spread_factor widens the standard error of a bootstrap, std(ddof=0) / sqrt(n).
    half = NORMAL * spread_factor(len(values)) * float(values.std()) / math.sqrt(len(values))
    mean = float(values.mean())
    return mean, mean - half, mean + half
