"""Without correlations nothing is learned: the parent's Figure 9.

Rules of the kind "uniform" make every tuple below the top equally likely in every class
(`srhm.data.rules`); beside them, random rules of the same sizes. CNNs, s = 2, m = n_c = v, s0 = 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd
from scipy.special import stdtrit

from srhm.training.config import SEED_FIELDS, RunConfig
from srhm_book.parent.settings import SCALINGS

KINDS = ("uniform", "random")
TASKS = ((2, 2), (3, 2), (4, 2), (6, 2), (8, 2), (2, 3), (3, 3))  # (v, L)
SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)  # of all data
MOST_EPOCHS = 500  # memorising, where nothing else is possible, ends long before
NEAR_CHANCE = 0.9  # of the error of guessing


def num_seeds(v: int, L: int) -> int:
    """More where the test data are few."""
    return 10 if v ** (2**L) <= 1000 else 5 if v ** (2**L) <= 2000 else 3


def uniform_runs(
    tasks: Iterable[tuple[int, int]] = TASKS,
    kinds: Iterable[str] = KINDS,
    scaling: str = "fan_in",
    shares: Iterable[float] = SHARES,
    seeds: int | None = None,
    **other,
) -> list[RunConfig]:
    """The runs, cheapest tasks first; ``other`` changes the training."""
    training = SCALINGS[scaling] | {"max_epochs": MOST_EPOCHS} | other
    runs = []
    for v, L in sorted(tasks, key=lambda task: task[0] ** (2 ** task[1])):
        for kind, share in [(kind, share) for kind in kinds for share in shares]:
            P = round(share * v ** (2**L))
            for seed in range(seeds or num_seeds(v, L)):
                runs.append(_run(training, P, seed, v=v, L=L, rule_kind=kind))
    return runs


def _run(training: dict, P: int, seed: int, **task) -> RunConfig:
    """As `srhm.runs.search.run_at`, also where the task has less data than a batch."""
    batch = min(training["batch_size"], 2 ** max(int(math.log2(P / 4)), 0))
    rate = training["lr"] * batch / training["batch_size"]
    small = {"P": P, "batch_size": batch, "lr": rate}
    return RunConfig(**task, **training | small, **dict.fromkeys(SEED_FIELDS, seed))


def uniform_table(runs: pd.DataFrame) -> pd.DataFrame:
    """Test error over that of guessing, one row for each task, kind of rules and share of data.

    Columns v, L, rule_kind, share (rounded), P, ratio (mean over seeds), low, high (95 % over
    seeds, by Student's t), seeds and tested (test data, all seeds together).
    """
    runs = runs[runs.status != "diverged"]
    ratio = runs.test_error / (1 - 1 / runs.n_c)
    share = runs.P / runs.v ** (2.0**runs.L)
    table = runs.assign(ratio=ratio, share=share.round(1))
    rows = []
    for key, own in table.groupby(["v", "L", "rule_kind", "share"]):
        low, high = t_interval(own.ratio)
        numbers = (own.P.iloc[0], own.ratio.mean(), low, high, len(own), own.num_test_used.sum())
        rows.append((*key, *numbers))
    names = ["v", "L", "rule_kind", "share", "P", "ratio", "low", "high", "seeds", "tested"]
    return pd.DataFrame(rows, columns=names)


def t_interval(values: pd.Series) -> tuple[float, float]:
    """95 % of the mean of a few values, by Student's t; nan for fewer than two."""
    mean, n = values.mean(), len(values)
    if n < 2:
        return math.nan, math.nan
    half = float(stdtrit(n - 1, 0.975)) * values.std(ddof=1) / math.sqrt(n)
    return mean - half, mean + half
