"""Three training-set sizes of one setting: P* of the error, P*_S and P*_D of the sensitivities.

Eq. 8 of Tomasini & Wyart 2024 says that they agree: P*_S ~ P*_D ~ P*. S_2 and D_2 are those of
the second layer for input-level transformations: the columns S_2_1 and D_2_1.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from srhm.runs.search import Target, quantity_exists, rows_of
from srhm.stats.curves import interval, sample_complexity
from srhm.training.config import SEED_FIELDS, RunConfig

ERROR, S2, D2 = "test_error", "S_2_1", "D_2_1"
NOT_STORED = "no runs are stored"
SETTING_COLUMNS = ("arch", "v", "s", "L", "s0")
# Between the two sizes that enclose a crossing: an octave of the grid, rounding included.
WIDEST_BRACKET = 2.05


def paper_targets(setting: RunConfig) -> tuple[Target, Target]:
    """The values of S_2 and D_2 at which the paper reads P*_S and P*_D (Figures 6, 11, 14, 16)."""
    if setting.arch != "cnn":
        return Target(S2, 0.5 if setting.s == 3 else 0.3), Target(D2, 0.1)
    if setting.s == 3:
        return Target(S2, 0.5), Target(D2, 0.2)
    return Target(S2, 0.2 if setting.L == 3 else 0.4), Target(D2, 0.2)


def runs_of(frame: pd.DataFrame, setting: RunConfig, repeats: int = 3) -> pd.DataFrame:
    """The runs of a setting at every P where the seeds 0 ... repeats-1 are all there.

    Other runs, also those with another batch than `srhm.runs.search.run_at` gives this P, are left
    out. An empty frame where there are none.
    """
    if type(repeats) is not int or repeats < 1:
        raise ValueError(f"repeats must be an integer of at least 1, not {repeats!r}.")
    if frame.empty:
        return frame
    rows = rows_of(frame, setting)
    first, *others = (rows[name] for name in SEED_FIELDS)
    keep = first.between(0, repeats - 1)
    for other in others:
        keep &= first == other
    rows = rows[keep].drop_duplicates(["P", SEED_FIELDS[0]])
    whole = rows.groupby("P")[SEED_FIELDS[0]].transform("size") == repeats
    return rows[whole].sort_values(["P", SEED_FIELDS[0]])


def crossings(
    frame: pd.DataFrame,
    settings: Iterable[RunConfig],
    targets: Callable[[RunConfig], Iterable[Target]] = paper_targets,
    repeats: int = 3,
    num_bootstrap: int = 1000,
) -> pd.DataFrame:
    """P at which test error (10 %) and sensitivities fall through their thresholds.

    Parameters
    ----------
    frame: stored runs, of these settings among others.
    targets: from a setting to the sensitivities and their thresholds.
    num_bootstrap: replicates of each crossing; with 0 there are no intervals.

    Returns
    -------
    One row for each setting and target that exists in it, the error's first: the symbols ``arch``,
    ``v``, ``s``, ``L``, ``s0``; ``quantity``, ``threshold``; ``P_star`` with ``low``, ``high``
    (95 %, over seeds) and ``replicates``, as `srhm.stats.curves.SampleComplexity`; ``num_seeds``;
    and ``reason``, why there is no P_star (then nan): also where the two sizes about the crossing
    are further apart than a factor of two.
    """
    rows = []
    for setting in settings:
        runs = runs_of(frame, setting, repeats)
        symbols = {name: getattr(setting, name) for name in SETTING_COLUMNS}
        for target in (Target(), *targets(setting)):
            if quantity_exists(target.quantity, setting):
                found = _crossing(runs, target.quantity, target.threshold, num_bootstrap)
                rows.append(symbols | dataclasses.asdict(target) | found)
    return pd.DataFrame(rows)


def _crossing(runs: pd.DataFrame, quantity: str, threshold: float, num_bootstrap: int) -> dict:
    nothing = {"P_star": math.nan, "low": None, "high": None, "num_seeds": 0, "replicates": None}
    if runs.empty or quantity not in runs:
        return nothing | {"reason": NOT_STORED}
    found = sample_complexity(runs, quantity, threshold, num_bootstrap)
    reason = found.reason
    if found.P_star is not None:
        sizes = np.sort(runs.P.unique())
        above = sizes[np.searchsorted(sizes, found.P_star)]
        below = sizes[max(np.searchsorted(sizes, found.P_star, side="right") - 1, 0)]
        if above <= WIDEST_BRACKET * below:
            return {
                "P_star": found.P_star, "low": found.low, "high": found.high,
                "num_seeds": found.num_seeds, "replicates": found.replicates, "reason": None,
            }  # fmt: skip
        reason = f"{quantity} falls between P={below} and {above}, where no runs are stored"
    return nothing | {"num_seeds": found.num_seeds, "reason": reason}


def threshold_points(table: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """P* and the P* of a sensitivity, side by side, for the settings that have both.

    Parameters
    ----------
    table: what `crossings` returns.

    Returns
    -------
    One row a setting (and threshold): the symbols; ``threshold``; ``P_star``, ``P_star_low``,
    ``P_star_high``, ``replicates`` of the error; ``P_x``, ``P_x_low``, ``P_x_high`` of the
    sensitivity; ``ratio`` = P_x / P_star with ``ratio_low``, ``ratio_high``, where the same seeds
    are drawn in both (None where open).
    """
    both = table[table.quantity == ERROR].merge(
        table[table.quantity == quantity], on=list(SETTING_COLUMNS), suffixes=("", "_x")
    )
    both = both.dropna(subset=["P_star", "P_star_x"])
    ends = [_ratio_interval(row) for row in both.itertuples()]
    found = both[list(SETTING_COLUMNS)].assign(
        threshold=both.threshold_x,
        P_star=both.P_star, P_star_low=both.low, P_star_high=both.high, replicates=both.replicates,
        P_x=both.P_star_x, P_x_low=both.low_x, P_x_high=both.high_x,
        ratio=both.P_star_x / both.P_star,
        ratio_low=[low for low, _ in ends], ratio_high=[high for _, high in ends],
    )  # fmt: skip
    return found.reset_index(drop=True)


def _ratio_interval(row) -> tuple[float | None, float | None]:
    a, b = row.replicates_x, row.replicates
    if len(a) != len(b) or not len(a):
        return None, None
    with np.errstate(divide="ignore", invalid="ignore"):  # 0 and inf: beyond the sizes at hand
        logs = np.log(a) - np.log(b)
    ends = interval(math.log(row.P_star_x / row.P_star), logs, row.num_seeds)
    low, high = (None if end is None else math.exp(end) for end in ends)
    return low, high
