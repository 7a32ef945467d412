"""Which level pays: how P*, and one step's P_c, grow when some levels are sparse and others not."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from srhm.stats.fits import Estimate
from srhm.stats.ratios import paired_ratio
from srhm.training.config import RunConfig
from srhm_book.why.expected import exponents
from srhm_book.why.one_step import WEIGHTS, critical_size
from srhm_book.why.tasks import HEIGHTS, NETWORKS

ALL = "all"  # every level as sparse


def height(s0_levels: tuple[int, ...]) -> str | None:
    """Where a task is sparse, in a word: "lowest", "middle", "top" or "all"; None: another way."""
    L, sparse = len(s0_levels), [s0 > 0 for s0 in s0_levels]
    if all(sparse) and len(set(s0_levels)) == 1:
        return ALL
    return HEIGHTS[L][sparse.index(True)] if sum(sparse) == 1 else None


def growth_exponent(
    sparse: pd.DataFrame, dense: pd.DataFrame, s0: int
) -> tuple[Estimate | None, int]:
    """log [P*(s0) / P*(0)] / log(s0+1), and the number of seeds.

    From the runs of a task, sparse at one level or at all, and of the same task without sparsity,
    which share their rules seed by seed: the interval is Student's over the seeds' own exponents.
    None where fewer than two seeds cross in both.
    """
    found = paired_ratio(sparse, dense)
    if found.low is None:
        return None, found.num_seeds
    ends = (math.log(x) / math.log(s0 + 1) for x in (found.ratio, found.low, found.high))
    return Estimate(*ends), found.num_seeds


def growth_table(runs: Mapping[RunConfig, pd.DataFrame]) -> pd.DataFrame:
    """`growth_exponent` of every task that is sparse at one level, or at all alike.

    Columns L, arch, v, where (`height`), s0, exponent (an Estimate or None) and num_seeds.
    """
    dense = {(c.arch, c.v, c.L): own for c, own in runs.items() if c.s0 == 0}
    rows = []
    for config, own in runs.items():
        where, base = height(config.task.s0_levels), dense.get((config.arch, config.v, config.L))
        if where is None or base is None or config.s0 == 0:
            continue
        s0 = max(config.task.s0_levels)
        found, seeds = growth_exponent(own, base, s0)
        rows.append((config.L, config.arch, config.v, where, s0, found, seeds))
    columns = ["L", "arch", "v", "where", "s0", "exponent", "num_seeds"]
    return pd.DataFrame(rows, columns=columns)


def predicted_growth(v: int, L: int, s0: int, samples: int, seeds: int = 3) -> pd.DataFrame:
    """The same exponent of one step's P_c, for every place of the sparsity: measured on data.

    Columns L, arch, weights, where, s0, exponent; P_c is the harmonic mean over rules and
    networks.
    """
    levels = {
        where: tuple(s0 if n == i else 0 for n in range(L)) for i, where in enumerate(HEIGHTS[L])
    }
    rows = []
    for arch in NETWORKS:
        for weights in WEIGHTS:
            dense = mean_critical_size(v, L, 0, arch, weights, samples, seeds)
            for where, each in (levels | {ALL: s0}).items():
                sparse = mean_critical_size(v, L, each, arch, weights, samples, seeds)
                power = math.log(sparse / dense) / math.log(s0 + 1)
                rows.append((L, arch, weights, where, s0, power))
    return pd.DataFrame(rows, columns=["L", "arch", "weights", "where", "s0", "exponent"])


def mean_critical_size(
    v: int, L: int, s0, arch: str, weights: str, samples: int, seeds: int, width: int = 32
) -> float:
    """Harmonic mean of `critical_size` over ``seeds`` draws of rules, data and weights (m = v)."""
    inverse = 0.0
    for seed in range(seeds):
        task = RunConfig(v=v, L=L, s0=s0, P=1, batch_size=1, seed_rules=seed).task
        data = task.sample(min(samples, task.num_data), seed)
        inverse += 1 / critical_size(task, arch, weights, data, width, seed) / seeds
    return 1 / inverse


def expected_exponent(arch: str, weights: str, L: int, where: str) -> float:
    """`srhm_book.why.expected.exponents` at one place, or their sum."""
    each = exponents(arch, weights, L)
    return sum(each) if where == ALL else each[HEIGHTS[L].index(where)]
