"""Tables of sample complexities, one row a setting, beside the paper's laws and values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from srhm.runs.search import rows_of, search, stored_searches
from srhm.runs.store import Store
from srhm.runs.sweep import check_workers
from srhm.stats.curves import interval, learning_curve, sample_complexity
from srhm.stats.fits import Estimate, log_replicates
from srhm.stats.laws import predicted_scale
from srhm.training.config import RunConfig
from srhm_book.paper import paper_P_star, paper_step

_NUMBERS = ("F", "P_star", "low", "high", "scale", "C", "paper", "ratio", "by_rule")
TASK_COLUMNS = ("arch", "v", "s", "L", "s0", "n_c", "m", "sparsity")


def searched_runs(
    settings: Iterable[RunConfig],
    store: Store | None,
    repeats: int = 3,
    **search_options,
) -> tuple[dict[RunConfig, pd.DataFrame], list[RunConfig]]:
    """The runs around each setting's crossing, and the settings that have none yet.

    With a store: what it holds, and nothing is trained. Without: all settings are searched now
    (`srhm.runs.search.search`, which takes ``search_options``; ValueError for impossible
    ``workers`` in either case).
    """
    check_workers(search_options.get("workers"))
    settings = list(dict.fromkeys(settings))
    if store is not None:
        return stored_searches(settings, store, repeats=tuple(dict.fromkeys((8, 5, repeats))))
    frame = search(settings, None, repeats, **search_options)
    found = {config: rows_of(frame, config) for config in settings}
    return found, []


def complexity_table(
    runs: Mapping[RunConfig, pd.DataFrame], frame: pd.DataFrame | None = None
) -> pd.DataFrame:
    """P* of each setting beside the law and the paper's value.

    Parameters
    ----------
    runs: for each setting its runs around the crossing, as `searched` returns them.
    frame: all runs at hand, in which the paper's rule may find larger and smaller P; by default
        those of ``runs``.

    Returns
    -------
    One row a setting, in the order of ``runs``. Columns: the symbols of the task, "s0+1", d,
    F (informative fraction); P_star with its 95 % interval low, high over num_seeds seeds, its
    replicates (arrays) and, where it is nan, the reason; scale (Eq. 3 or 4 without the constant)
    and C = P_star / scale; paper (nan where it shows no such point), ratio = P_star / paper, and
    by_rule, the same ratio for P* read off by the paper's rule (`by_paper_rule`).
    """
    rows = [_row(setting, own, frame) for setting, own in runs.items()]
    columns = [*TASK_COLUMNS, "s0+1", "d", "F", "P_star", "low", "high", "num_seeds", "replicates"]
    columns += ["reason", "scale", "C", "paper", "ratio", "by_rule"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype(dict.fromkeys(_NUMBERS, float))  # also where there is no row


def by_paper_rule(
    frame: pd.DataFrame,
    paper: float,
    ratio: float,
    threshold: float = 0.1,
    quantity: str = "test_error",
) -> float | None:
    """P* as the paper reads it off: the size of *its* grid whose error is nearest to threshold.

    quantity: a column that falls with P, in place of the error.

    The grid holds the paper's own value ``paper`` and has the ratio ``ratio``; our mean curve is
    interpolated on it, linearly in log P. None where our sizes do not reach far enough to decide.
    """
    curve = learning_curve(frame, quantity)
    P, error = curve.P.to_numpy(float), curve["mean"].to_numpy()
    if not error.min() <= threshold <= error.max():
        return None
    low, high = (math.log(end / paper) / math.log(ratio) for end in (P[0], P[-1]))
    grid = paper * ratio ** np.arange(math.floor(low) - 1, math.ceil(high) + 2)
    # Beyond our sizes the error is taken to stay where it is, which brings those points nearer to
    # the threshold than they are: one that is nearest all the same decides nothing.
    there = np.interp(np.log(grid), np.log(P), error)
    best = grid[np.abs(there - threshold).argmin()]
    return float(best) if P[0] <= best <= P[-1] else None


def prefactor(table: pd.DataFrame, num_bootstrap: int = 2000, seed: int = 0) -> Estimate:
    """Geometric mean of C = P* / scale, with a 95 % bootstrap over settings and their seeds.

    Raises
    ------
    ValueError
        For fewer than two settings.
    """
    if len(table) < 2:
        raise ValueError(f"A prefactor needs at least 2 settings, not {len(table)}.")
    rng = np.random.default_rng(seed)
    logs = log_replicates(table) - np.log(table["scale"].to_numpy(float))[:, None]
    chosen = rng.integers(len(table), size=(num_bootstrap, len(table)))
    means = logs[chosen, rng.integers(logs.shape[1], size=(num_bootstrap, 1))].mean(axis=1)
    value = float(np.log(table.C.to_numpy(float)).mean())
    low, high = interval(value, means, len(table))
    return Estimate(*(math.exp(x) for x in (value, low, high)))


def seed_exponent(table: pd.DataFrame, predictor: str = "s0+1") -> Estimate:
    """Slope of log P* on the log of ``predictor`` through few settings, with seeds alone resampled.

    For two or three settings, where resampling the settings would leave nothing. The interval says
    how well the seeds determine the slope through *these* settings, and not how well they follow a
    power law. The seeds of all settings are resampled together: at one v they share their rules.

    Raises
    ------
    ValueError
        For a single value of the predictor, or a single seed.
    """
    x = np.log(table[predictor].to_numpy(float))
    if len(np.unique(x)) < 2:
        raise ValueError(f"An exponent needs two different values of {predictor}.")
    weights = (x - x.mean()) / np.sum((x - x.mean()) ** 2)
    value = float(weights @ np.log(table.P_star.to_numpy(float)))
    low, high = interval(value, weights @ log_replicates(table), int(table.num_seeds.min()))
    return Estimate(value, low, high)


def relative_interval(table: pd.DataFrame) -> pd.Series:
    """Half the width of each 95 % interval of P*, over P*."""
    return (table.high - table.low) / 2 / table.P_star


def _row(setting: RunConfig, own: pd.DataFrame, frame: pd.DataFrame | None) -> dict:
    found = sample_complexity(own)
    scale, task = predicted_scale(setting), setting.task
    P_star = math.nan if found.P_star is None else found.P_star
    row = {name: getattr(setting, name) for name in TASK_COLUMNS}
    row |= {"s0+1": setting.s0 + 1, "d": task.d, "F": float(task.relevant_fraction)}
    row |= {"P_star": P_star, "low": found.low, "high": found.high, "num_seeds": found.num_seeds}
    row |= {"replicates": found.replicates, "reason": found.reason}
    row |= {"scale": scale, "C": P_star / scale}
    paper = _paper_value(setting)
    row |= {"paper": paper, "ratio": P_star / paper}
    if math.isnan(paper):
        return row
    wider = own if frame is None else rows_of(frame, setting)
    ruled = by_paper_rule(wider, paper, paper_step(setting, paper))
    return row | {"by_rule": math.nan if ruled is None else ruled / paper}


def _paper_value(setting: RunConfig) -> float:
    """P* of Figures 4B and 4C; nan for a task that they do not show."""
    as_there = (setting.n_c, setting.m) == (setting.v, setting.v ** (setting.s - 1))
    if setting.sparsity != "A" or not as_there:
        return math.nan
    try:
        return paper_P_star(setting.arch, setting.v, setting.s0, setting.L, setting.s)
    except LookupError:
        return math.nan
