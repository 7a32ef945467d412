"""Which level pays: how P*, and one step's P_c, grow when some levels are sparse and others not."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from srhm.data.levels import read_s0
from srhm.stats.fits import Estimate
from srhm.stats.ratios import PairedRatio, mean_ratio, paired_ratio
from srhm.training.config import RunConfig
from srhm_book.why.tasks import HEIGHTS
from srhm_book.wording import with_interval

ALL = "all"  # every level as sparse
COLUMNS = ["L", "arch", "v", "where", "s0", "ratio", "exponent", "num_seeds"]


def height(s0_levels: tuple[int, ...]) -> str | None:
    """Where a task is sparse, in words: "lowest", "middle", "top", "all" or "all but the top";
    None: nowhere, or another way."""
    L, sparse = len(s0_levels), [s0 > 0 for s0 in s0_levels]
    if len(set(s0_levels) - {0}) != 1 or L not in HEIGHTS:
        return None
    if all(sparse):
        return ALL
    if sum(sparse) == 1:
        return HEIGHTS[L][sparse.index(True)]
    return f"all but the {HEIGHTS[L][sparse.index(False)]}" if sum(sparse) == L - 1 else None


def parts_of(where: str, L: int) -> list[str]:
    """The single levels that are sparse in a task of that `height`."""
    if where in HEIGHTS[L]:
        return [where]
    return [each for each in HEIGHTS[L] if where != f"all but the {each}"]


def growth_exponent(found: PairedRatio, s0: int) -> Estimate | None:
    """log [P*(s0) / P*(0)] / log(s0+1), with its 95 % interval over seeds.

    found: that ratio seed by seed, of the task sparse at one level, or at all, and of the same task
    without sparsity, which share their rules. None where fewer than two seeds cross in both.
    """
    if found.low is None:
        return None
    ratios = (found.ratio, found.low, found.high)
    return Estimate(*(math.log(ratio) / math.log(s0 + 1) for ratio in ratios))


def growth_table(runs: Mapping[RunConfig, pd.DataFrame]) -> pd.DataFrame:
    """`growth_exponent` of P* for every task that is sparse at one level, or at all alike.

    runs: for each setting its runs around the crossing. Columns L, arch, v, where (`height`), s0,
    ratio (P* over that without sparsity), exponent (both an Estimate or None) and num_seeds.
    """
    dense = {(c.arch, c.v, c.L): own for c, own in runs.items() if c.s0 == 0}
    rows = []
    for config, own in runs.items():
        base = dense.get((config.arch, config.v, config.L))
        if base is not None and height(config.task.s0_levels) and config.s0 != 0:
            key = (config.L, config.arch, config.v)
            rows.append(_row(key, config.task.s0_levels, paired_ratio(own, base)))
    return pd.DataFrame(rows, columns=COLUMNS)


def predicted_growth(sizes: pd.DataFrame) -> pd.DataFrame:
    """The same of one step's P_c (`srhm_book.why.measure.critical_sizes`), m = v at s = 2.

    Columns as for `growth_table`, and weights, the kind of hidden weights.
    """
    found = []
    for (arch, v, L, weights), own in sizes.groupby(["arch", "v", "L", "weights"]):
        by_task = {s0: rows.set_index("seed").P_c for s0, rows in own.groupby("s0", sort=False)}
        for s0, values in by_task.items():
            levels = read_s0(s0, L)
            levels = levels if isinstance(levels, tuple) else (levels,) * L
            if height(levels) and max(levels) and 0 in by_task:
                ratios = (values / by_task[0]).dropna()
                found.append((*_row((L, arch, v), levels, mean_ratio(ratios)), weights))
    return pd.DataFrame(found, columns=[*COLUMNS, "weights"])


def _row(key: tuple, s0_levels: tuple[int, ...], found: PairedRatio) -> tuple:
    s0 = max(s0_levels)
    ratio = None if found.low is None else Estimate(found.ratio, found.low, found.high)
    return (*key, height(s0_levels), s0, ratio, growth_exponent(found, s0), found.num_seeds)


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """The table as a page shows it: value and interval in one cell."""
    shown = table.copy()
    for name in ("ratio", "exponent"):
        shown[name] = table[name].map(with_interval)
    names = {"where": "sparse level", "ratio": "P* over P* at s₀=0", "num_seeds": "seeds"}
    return shown.rename(columns=names | {"exponent": "exponent of s₀+1"})
