"""Does P_c of these rules predict P* of this task? Many draws of rules, each trained for itself.

Fixed before any training: the prediction is `correlations.mean_crossing_P` of tuples. (A network
that starts with random weights hears the patches of a datum with random signs, so that their
signals add up in square: the mean over patches.) P_c and P* should rise together: a rank
correlation above zero, in every task. `EXPLORED` are other predictions, looked at afterwards.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from srhm.data.task import SRHM
from srhm.runs.search import grid_index, grid_P, run_at
from srhm.runs.store import Store, to_frame
from srhm.runs.sweep import sweep
from srhm.stats.curves import sample_complexity
from srhm.stats.fits import Estimate
from srhm.training.config import RunConfig
from srhm_book import bootstrap
from srhm_book.parent.correlations import crossing_P, mean_crossing_P
from srhm_book.parent.settings import TOY, task_setting

# (v, n_c, m, L): few rules, so that P_c differs between draws of them, and a cheap P*.
TASKS = ((8, 2, 8, 2), (4, 4, 3, 3), (4, 2, 4, 3), (8, 2, 4, 3))
RULES, REPEATS = 24, 2
NUM_TEST = 4000
FEWEST = 8  # draws of the rules that a correlation needs
EXPLORED = ("feature, mean", "tuple, worst patch", "tuple, best patch")


def seed_runs(task: tuple, rules: int = RULES, repeats: int = REPEATS, **other) -> list[RunConfig]:
    """Trainings of one task: every draw of the rules with ``repeats`` samples and starts.

    P in half octaves, from a quarter of the guessed P* to four times, at most 3/4 of all data.
    """
    base = task_setting(*task, **{"num_test": NUM_TEST} | other)
    most = min(4 * base.P, base.task.num_data * 3 // 4)
    sizes = [grid_P(i) for i in range(grid_index(base.P / 4), grid_index(most) + 1, 2)]
    return [
        run_at(base, P, repeat).replace(seed_rules=number)
        for P in sizes
        if most >= P
        for number in range(rules)
        for repeat in range(repeats)
    ]


def toy_runs(task: tuple, rules: int = 4) -> list[RunConfig]:
    """A few trainings that mean nothing."""
    return [c for c in seed_runs(task, rules, 1, **TOY) if c.P <= 1000]


def stored(task: tuple, store: Store) -> pd.DataFrame:
    """Those of the task's trainings that the store holds, of draws of the rules that are whole."""
    configs = seed_runs(task)
    rows = to_frame(row for row in (store.get(c, warn=False) for c in configs) if row is not None)
    if rows.empty:
        return rows
    each = len(configs) // RULES
    whole = rows.groupby("seed_rules").P.transform("size") == each
    return rows[whole].reset_index(drop=True)


def trained(profile: str, store: Store | None, **options) -> dict[tuple, pd.DataFrame]:
    """The runs of each task: stored ones, or of the cheapest one trained now ("smoke": a toy).

    options: of `srhm.runs.sweep.sweep`. Stored tasks of fewer than `FEWEST` draws are left out.
    """
    if store is not None:
        found = {task: stored(task, store) for task in TASKS}
        return {t: runs for t, runs in found.items() if len(runs) and _draws(runs) >= FEWEST}
    runs = toy_runs if profile == "smoke" else seed_runs
    return {task: sweep(runs(task), None, **options) for task in TASKS[:1]}


def _draws(runs: pd.DataFrame) -> int:
    return runs.seed_rules.nunique()


def predictions(task: SRHM) -> dict[str, float]:
    """The crossings P_c of one draw of the rules: the main one, "tuple, mean", and `EXPLORED`."""
    patches = crossing_P(task, "tuple")
    found = (mean_crossing_P(task), mean_crossing_P(task, "feature"), patches.max(), patches.min())
    return dict(zip(("tuple, mean", *EXPLORED), map(float, found), strict=True))


def by_rules(runs: pd.DataFrame) -> pd.DataFrame:
    """One row a draw of the rules: P_star (10 %, mean over samples and starts) and `predictions`.

    P_star is nan where the curve does not cross within its sizes.
    """
    names = ("v", "n_c", "m", "L")
    rows = []
    for values, own in runs.groupby([*names, "seed_rules"]):
        task = dict(zip(names, values, strict=False))
        number = int(values[-1])
        star = sample_complexity(own, num_bootstrap=0).P_star
        drawn = SRHM(s=2, s0=0, seed=number, **task)
        row = task | {"seed_rules": number, "P_star": math.nan if star is None else star}
        rows.append(row | predictions(drawn))
    return pd.DataFrame(rows)


def rank_correlation(table: pd.DataFrame, prediction: str = "tuple, mean") -> Estimate | None:
    """Spearman's correlation of P* with a prediction over draws of the rules; None of fewer than
    `FEWEST`.

    95 % interval: bootstrap over the draws of the rules.
    """
    known = _known(table, prediction)
    if len(known) < FEWEST:
        return None
    return bootstrap.rank_correlation(known.P_star, known[prediction])


def explained(table: pd.DataFrame, prediction: str = "tuple, mean") -> Estimate | None:
    """The power of P* in the prediction: least squares of the logs, bootstrap over draws of rules.

    One if P* were proportional to P_c. None of fewer than `FEWEST` draws.
    """
    known = _known(table, prediction)
    if len(known) < FEWEST:
        return None
    x, y = (np.log(known[name].to_numpy(float)) for name in (prediction, "P_star"))
    return bootstrap.bootstrapped(bootstrap.slopes, x, y)


def _known(table: pd.DataFrame, prediction: str) -> pd.DataFrame:
    """The draws of the rules with a P* and a finite prediction."""
    known = table.dropna(subset="P_star")
    return known[np.isfinite(known[prediction])]
