"""Weights shared within a sub-patch: which layer's sharing saves data, and how many.

A layer whose weights are the same at the s0+1 places of a sub-patch (``tied`` in a `RunConfig`)
need not learn that a feature may sit at any of them. Expected, written down before any training,
from the first layer's gradient at the start (`srhm_book.why.expected`):

- LCN: a weight of the first layer is met prod(s0+1) times less often than without sparsity. Sharing
  in layer 1 takes that level's factor out: the exponent of s0+1 falls from L to L - 1. Sharing in a
  layer above takes nothing out, since the first layer below each place still has its own weights.
- CNN, equal hidden weights: the filter sees only the place inside the lowest patch. Sharing in layer
  1 leaves exponent 0, sharing above changes nothing.
- CNN, random hidden weights: each place of each level pulls with a sign of its own. Sharing in q
  layers, whichever they are, leaves L - q.

The authors' notebooks have two such trials, for which no numbers are published.
"""

from __future__ import annotations

import pandas as pd

from srhm.data.task import SRHM
from srhm.stats.ratios import paired_ratio
from srhm.training.config import RunConfig
from srhm_book.grids import TOY, setting
from srhm_book.why.levels import growth_exponent
from srhm_book.why.one_step import WEIGHTS, critical_size

S0 = 2
VOCABULARY = {2: 6, 3: 4}  # v = m = n_c by L, as in the chapter on levels
TIED = {2: ("", "1", "2", "1,2"), 3: ("", "1", "2", "3", "1,2,3")}
NAMES = {"": "none", "1,2": "both", "1,2,3": "all"}
STEP_SEEDS, STEP_WIDTH, STEP_SAMPLES = range(3), 32, 60_000


def expected(arch: str, weights: str, L: int, tied: str) -> float:
    """One step's exponent of s0+1 with these layers tied (see above)."""
    layers = [k for k in tied.split(",") if k]
    if arch == "cnn" and weights == "random":
        return float(L - len(layers))
    whole = L if arch == "lcn" else 1
    return float(whole - ("1" in layers))


def tied_settings(profile: str = "book") -> dict[RunConfig, list[RunConfig]]:
    """{the task without sparsity: the same with S0 and each way of tying}, cheapest first.

    profile: "book", everything; "fresh", two levels; "smoke", toys of the CNN.
    """
    toy, v = (TOY, 4) if profile == "smoke" else ({}, None)
    found = {}
    for L in (2, 3) if profile == "book" else (2,):
        for arch in ("cnn",) if profile == "smoke" else ("cnn", "lcn"):
            task = {"arch": arch, "v": v or VOCABULARY[L], "L": L}
            found[setting(s0=0, **task, **toy)] = [
                setting(s0=1 if toy else S0, **task, tied=tied, **toy) for tied in TIED[L]
            ]
    return found


def tied_table(runs: dict[RunConfig, pd.DataFrame], settings=None) -> pd.DataFrame:
    """The exponent of s0+1 that each way of tying leaves, seed by seed with the same rules.

    Columns arch, L, v, s0, tied, exponent (`srhm.stats.fits.Estimate` or None) and seeds.
    """
    rows = []
    for base, own in (settings or tied_settings()).items():
        for config in own:
            if base in runs and config in runs:
                found = paired_ratio(runs[config], runs[base])
                power = growth_exponent(found, config.s0)
                key = (config.arch, config.L, config.v, config.s0, config.tied)
                rows.append((*key, power, found.num_seeds))
    return pd.DataFrame(rows, columns=["arch", "L", "v", "s0", "tied", "exponent", "seeds"])


def step_table(settings=None, seeds=STEP_SEEDS, samples: int = STEP_SAMPLES) -> pd.DataFrame:
    """The same of one step's P_c: harmonic means over draws of rules, data and weights.

    Columns arch, weights, L, v, s0, tied and P_c.
    """
    rows = []
    for base, own in (settings or tied_settings()).items():
        for config in (base, *own):
            for weights in WEIGHTS:
                inverse = [1 / _critical_size(config, weights, samples, seed) for seed in seeds]
                key = (config.arch, weights, config.L, config.v, config.s0, config.tied)
                rows.append((*key, len(inverse) / sum(inverse)))
    return pd.DataFrame(rows, columns=["arch", "weights", "L", "v", "s0", "tied", "P_c"])


def _critical_size(config: RunConfig, weights: str, samples: int, seed: int) -> float:
    task = config.task
    task = SRHM(task.v, task.s, task.L, task.s0, task.n_c, task.m, seed=seed)
    data = task.sample(min(samples, task.num_data), seed)
    return critical_size(task, config.arch, weights, data, STEP_WIDTH, seed, config.tied)
