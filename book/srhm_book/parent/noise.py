"""Signal and noise against P, exact and counted, and the crossing P_c over draws of the rules."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from srhm.data.task import SRHM
from srhm.stats.fits import Estimate
from srhm_book.parent.correlations import (
    KINDS,
    counted,
    mean_crossing_P,
    relative_variance,
    signal,
)

# (v, n_c, m, L) whose P_c is compared with n_c m^L over draws of the rules.
TASKS = ((8, 8, 8, 2), (16, 16, 16, 2), (32, 32, 32, 2), (8, 8, 8, 3), (16, 16, 4, 3),
         (32, 32, 8, 3))  # fmt: skip
MOST_V = max(task[0] for task in TASKS)
DRAWS = 40


def levels_of(task: SRHM, kind: str) -> tuple[float, float]:
    """Squared signal, and squared noise times P, summed over x and classes; mean over places."""
    squared = float(np.square(signal(task, kind)).sum((1, 2)).mean())
    return squared, 1 - 1 / task.n_c - squared


def measured_levels(task: SRHM, kind: str, sizes: Iterable[int], seed: int) -> pd.DataFrame:
    """The same by counting: columns P, ``total`` = |T|^2 and ``noise`` = |T - G|^2.

    Each sum is over x and classes, and the mean over places. The data are distinct; see
    `distinct`.
    """
    exact, rows = signal(task, kind), []
    for P in sizes:
        seen = counted(task, task.sample(P, seed), kind)
        total, noise = (np.square(a).sum((1, 2)).mean() for a in (seen, seen - exact))
        rows.append((P, float(total), float(noise)))
    return pd.DataFrame(rows, columns=["P", "total", "noise"])


def distinct(noise, P, task: SRHM):
    """Noise of P distinct data, from that of independent ones."""
    return noise * (1 - P / task.num_data) / (1 - 1 / task.num_data)


def crossing_table(tasks=TASKS, draws: int = DRAWS) -> pd.DataFrame:
    """Over draws of the rules: P_c / (n_c m^L) and the relative variance over its formula.

    P_c is of the signal averaged over draws. Columns v, n_c, m, L, kind, crossing, its low and high
    (95 %, bootstrap over draws), spread (standard deviation of ln P_c) and variance.
    """
    rows = []
    for v, n_c, m, L in tasks:
        drawn = [SRHM(v, 2, L, 0, n_c, m, seed=seed) for seed in range(draws)]
        for kind in KINDS:
            squared = np.array([levels_of(task, kind)[0] for task in drawn])
            found = _crossing(squared, n_c, n_c * m**L)
            formula = v / m ** (L if kind == "feature" else L - 1)
            variance = np.mean([relative_variance(task, kind) for task in drawn]) / formula
            logs = np.log([mean_crossing_P(task, kind) for task in drawn])
            row = (v, n_c, m, L, kind, found.value, found.low, found.high, logs.std(), variance)
            rows.append(row)
    names = ["v", "n_c", "m", "L", "kind", "crossing", "low", "high", "spread", "variance"]
    return pd.DataFrame(rows, columns=names)


def _crossing(squared: np.ndarray, n_c: int, scale: float) -> Estimate:
    rng = np.random.default_rng(0)
    means = squared[rng.integers(len(squared), size=(2000, len(squared)))].mean(1)
    ends = np.quantile(means, [0.975, 0.025])
    value, low, high = ((1 - 1 / n_c) / mean / scale for mean in (squared.mean(), *ends))
    return Estimate(float(value), float(low), float(high))
