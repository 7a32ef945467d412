"""One step's P_c as the chapter on it tells it: exponents, and beside the trained P*."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from srhm.stats.curves import sample_complexity
from srhm.stats.fits import Estimate, fit_power_law
from srhm.stats.ratios import mean_of_few
from srhm.training.config import RunConfig
from srhm_book.why.measure import TASK
from srhm_book.why.one_step import exponent


def slopes(sizes: pd.DataFrame, least_s0: int = 0) -> pd.DataFrame:
    """The exponent of s0+1 in P_c, one fit a seed, where all levels are equally sparse.

    Columns arch, weights, L, exponent (an Estimate: Student's interval over seeds) and s0s, how
    many values it rests on.
    """
    equal = sizes[[isinstance(s0, int) and s0 >= least_s0 for s0 in sizes.s0]]
    rows = []
    for (L, arch, weights), own in equal.groupby(["L", "arch", "weights"]):
        powers = [exponent(rows.s0.astype(int) + 1, rows.P_c) for _, rows in own.groupby("seed")]
        estimate = Estimate(*mean_of_few(powers))
        rows.append((arch, weights, L, estimate, own.s0.nunique()))
    return pd.DataFrame(rows, columns=["arch", "weights", "L", "exponent", "s0s"])


def beside_P_star(runs: Mapping[RunConfig, pd.DataFrame], sizes: pd.DataFrame) -> pd.DataFrame:
    """P* of each setting, and P_c of its task (harmonic mean over seeds), by kind of weights.

    Columns as `TASK`, P_star, low, high, replicates, weights, P_c.
    """
    rows = []
    for c, own in runs.items():
        found = sample_complexity(own)
        if found.P_star is not None:
            task = (c.arch, c.v, c.s, c.L, c.m, c.s0)
            rows.append((*task, found.P_star, found.low, found.high, found.replicates))
    columns = [*TASK, "P_star", "low", "high", "replicates"]
    stars = pd.DataFrame(rows, columns=columns).astype({"s0": object})
    means = sizes.assign(P_c=1 / sizes.P_c).groupby([*TASK, "weights"], sort=False).P_c.mean()
    means = (1 / means).reset_index().astype({"s0": object})
    return stars.merge(means, on=TASK)


def constants(table: pd.DataFrame) -> pd.DataFrame:
    """P* / P_c for each network and kind of weights: is it one constant?

    Columns arch, weights, number (of settings), constant (geometric mean), spread (standard
    deviation of its logarithm, as a factor), widest (largest over smallest) and power, the exponent
    of P_c in P* (an Estimate; 1 if it is one constant).
    """
    rows = []
    for (arch, weights), own in table.groupby(["arch", "weights"]):
        logs = np.log(own.P_star / own.P_c)
        factors = [math.exp(x) for x in (logs.mean(), logs.std(), logs.max() - logs.min())]
        power = fit_power_law(own, ["P_c"]).exponents["P_c"] if len(own) > 3 else None
        rows.append((arch, weights, len(own), *factors, power))
    names = ["arch", "weights", "number", "constant", "spread", "widest", "power"]
    return pd.DataFrame(rows, columns=names)
