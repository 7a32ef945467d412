"""Do two sample complexities agree over many settings? Slope, median ratio and scatter."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from srhm.runs.search import Target
from srhm.stats.curves import interval
from srhm.stats.fits import Estimate, fit_power_law
from srhm.training.config import RunConfig
from srhm_book.invariance.thresholds import SETTING_COLUMNS, crossings, threshold_points
from srhm_book.paper import SENSITIVITY_FIGURES, published

FEWEST_POINTS = 5  # points: fewer say nothing of their own scatter


@dataclass(frozen=True)
class Agreement:
    """How P* and P_x compare over settings; 95 % intervals are over the settings.

    slope: of log P* against log P_x (1 if they are proportional).
    median_ratio: of P_x / P* (1 if they are equal).
    scatter: standard deviation of log10(P_x / P*), in decades: what is left at slope 1.
    """

    num_points: int
    slope: Estimate
    median_ratio: Estimate
    scatter: Estimate


def agreement(points: pd.DataFrame, num_bootstrap: int = 1000, seed: int = 0) -> Agreement | None:
    """Compare the columns ``P_x`` and ``P_star`` of
    `srhm_book.invariance.thresholds.threshold_points`; None below 5 points.

    The slope is that of `srhm.stats.fits.fit_power_law`, with the seeds' noise from ``replicates``
    where that column is there. The other intervals are percentile bootstraps over the settings.
    """
    if len(points) < FEWEST_POINTS:
        return None
    fit = fit_power_law(points, ["P_x"], num_bootstrap=num_bootstrap, seed=seed)
    logs = np.log(points.P_x.to_numpy(float) / points.P_star.to_numpy(float))
    draws = np.random.default_rng(seed).integers(len(logs), size=(num_bootstrap, len(logs)))
    center = _estimate(float(np.median(logs)), np.median(logs[draws], axis=1), len(logs))
    scatter = float(logs.std(ddof=1))
    # A drawn set repeats points, so its own scatter is too small by sqrt(1 - 1/n) on average.
    spread = logs[draws].std(axis=1, ddof=1) / math.sqrt(1 - 1 / len(logs))
    decades = _estimate(math.log(scatter), np.log(np.maximum(spread, 1e-12)), len(logs))
    return Agreement(
        len(points), fit.exponents["P_x"],
        Estimate(*(math.exp(x) for x in (center.value, center.low, center.high))),
        Estimate(*(math.exp(x) / math.log(10) for x in (decades.value, decades.low, decades.high))),
    )  # fmt: skip


def _estimate(value: float, replicates: np.ndarray, num: int) -> Estimate:
    low, high = interval(value, replicates, num)
    return Estimate(value, low, high)


def scan_thresholds(
    frame: pd.DataFrame, settings: Iterable[RunConfig], quantity: str, thresholds: Iterable[float]
) -> pd.DataFrame:
    """How P_x and P* agree when the sensitivity's threshold moves.

    Returns
    -------
    One row for each setting and threshold where both P are known: as
    `srhm_book.invariance.thresholds.threshold_points`, without intervals.
    """
    targets = [Target(quantity, threshold) for threshold in thresholds]
    table = crossings(frame, settings, lambda _: targets, num_bootstrap=0)
    return threshold_points(table, quantity) if len(table) else table


def at_every_threshold(scan: pd.DataFrame) -> pd.DataFrame:
    """The rows of those settings that `scan_thresholds` could read at all of its thresholds."""
    if scan.empty:
        return scan
    count = scan.groupby(list(SETTING_COLUMNS)).threshold.transform("nunique")
    return scan[count == scan.threshold.nunique()]


def common_medians(scan: pd.DataFrame, fewest: int = 4) -> tuple[int, pd.Series]:
    """Of the settings known at every threshold that ``fewest`` settings have: how many, and their
    median P_x / P* by threshold.
    """
    if scan.empty:
        return 0, pd.Series(dtype=float)
    counts = scan.groupby("threshold").size()
    common = at_every_threshold(scan[scan.threshold.isin(counts.index[counts >= fewest])])
    if common.empty:
        return 0, pd.Series(dtype=float)
    num = common.groupby(list(SETTING_COLUMNS)).ngroups
    return num, common.groupby("threshold").ratio.median()


def scan_table(scan: pd.DataFrame) -> pd.DataFrame:
    """`agreement` at every threshold of a scan, for each network.

    Columns arch, threshold, num_points, slope, median with low, high, and scatter with scatter_low,
    scatter_high; thresholds with fewer than 5 settings are left out.
    """
    rows = []
    for (arch, threshold), points in scan.groupby(["arch", "threshold"]) if len(scan) else ():
        found = agreement(points, num_bootstrap=300)
        if found is not None:
            rows.append(
                (arch, threshold, found.num_points, found.slope.value,
                 *dataclasses.astuple(found.median_ratio), *dataclasses.astuple(found.scatter))
            )  # fmt: skip
    columns = ["arch", "threshold", "num_points", "slope", "median", "low", "high"]
    return pd.DataFrame(rows, columns=[*columns, "scatter", "scatter_low", "scatter_high"])


def paper_pairs(arch: str, quantity: str) -> pd.DataFrame:
    """The paper's P*_S (quantity "S_2_1") or P*_D ("D_2_1") beside its P*: Figures 6 and 14.

    Columns ``arch``, ``v``, ``s``, ``L``, ``s0``, ``P_x``, ``P_star`` and ``ratio``; empty for a
    network of which no values were read off. Both P are points of the paper's grid of sizes.
    """
    if (arch, quantity[0]) not in SENSITIVITY_FIGURES:
        return pd.DataFrame(columns=[*SETTING_COLUMNS, "P_x", "P_star", "ratio"])
    name, _ = SENSITIVITY_FIGURES[arch, quantity[0]]
    table = published(name).rename(columns={f"P_star_{quantity[0]}": "P_x"})
    return table[[*SETTING_COLUMNS, "P_x", "P_star"]].assign(ratio=table.P_x / table.P_star)
