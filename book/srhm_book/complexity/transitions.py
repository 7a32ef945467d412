"""Which falls first? When error and sensitivities fall, along training or with more data.

Thresholds tuned by eye would settle the order beforehand, so a quantity's time is here the one at
which it has lost half of what it loses in all, between the first and the last point of its curve.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from srhm.stats.curves import last_fall
from srhm.stats.ratios import PairedRatio, mean_ratio
from srhm.training.config import SEED_FIELDS


def fall_times(
    curves: pd.DataFrame, axis: str, quantities: Sequence[str], share: float = 0.5
) -> pd.DataFrame:
    """Where, on ``axis``, each quantity has lost ``share`` of its whole fall; one row a seed.

    Interpolated linearly in the logarithm of the axis, at the last fall through the level. The
    first point, which sets the level but may sit at 0 (the untrained network), is not a bracket.

    Parameters
    ----------
    curves: columns ``axis`` ("step" or "P"), the seeds and the quantities.
    share: strictly between 0 and 1.

    Returns
    -------
    Index: the seeds' triples; columns: the quantities. nan where a quantity does not fall.

    Raises
    ------
    ValueError
        A column is missing or ``share`` impossible.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must be between 0 and 1, not {share!r}.")
    for name in (axis, *SEED_FIELDS, *quantities):
        if name not in curves:
            raise ValueError(f"The curves have no column {name!r}.")
    rows = {}
    for seed, curve in curves.groupby(list(SEED_FIELDS)):
        curve = curve.sort_values(axis)
        rows[seed] = {q: _fall_time(curve[[axis, q]].dropna(), share) for q in quantities}
    index = pd.MultiIndex.from_tuples(rows, names=SEED_FIELDS) if rows else None
    return pd.DataFrame(list(rows.values()), index=index, columns=list(quantities))


def _fall_time(curve: pd.DataFrame, share: float) -> float:
    x, y = curve.to_numpy(float).T if len(curve) else ([], [])
    if len(x) < 2 or not y[-1] < y[0]:
        return math.nan
    level = y[0] - share * (y[0] - y[-1])
    where = last_fall(x[x > 0], y[x > 0], level)
    return where if 0 < where < math.inf else math.nan


def compare_times(times: pd.DataFrame, reference: str = "test_error") -> pd.DataFrame:
    """Each quantity's time over that of ``reference``: geometric mean over the seeds.

    Returns
    -------
    One row a quantity: ``ratio``, its 95 % interval ``low``, ``high``, ``num_seeds`` and
    ``order`` in words (see `order`).

    Raises
    ------
    ValueError
        ``reference`` is no column of the times.
    """
    if reference not in times:
        raise ValueError(f"The times have no column {reference!r}.")
    found = {}
    for name in times.columns.drop(reference):
        pair = times[[name, reference]].dropna()
        found[name] = mean_ratio((pair[name] / pair[reference]).tolist())
    rows = [
        {"ratio": r.ratio, "low": r.low, "high": r.high, "num_seeds": r.num_seeds,
         "order": order(r)}
        for r in found.values()
    ]  # fmt: skip
    return pd.DataFrame(rows, index=pd.Index(found, name="quantity"))


def order(ratio: PairedRatio) -> str:
    """What the interval of a ratio of times says: "before", "after" or "not told apart"."""
    if ratio.low is None:
        return "unknown"
    if ratio.high < 1:
        return "before"
    return "after" if ratio.low > 1 else "not told apart"
