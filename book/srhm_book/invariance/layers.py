"""Sensitivities layer by layer: curves and plateaus, ours and the paper's (Figures 12 and 15).

Both figures have L = s = 2 and n_c = m = v = 8, so there are three layers ("1", "2" and the output
"out") and two levels (1, the input, and 2).
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from srhm.runs.store import config_of
from srhm.training.config import RunConfig
from srhm_book.grids import setting
from srhm_book.invariance.thresholds import runs_of
from srhm_book.paper import LAYER_FIGURES, published

LAYERS = ("1", "2", "out")
LEVELS = (1, 2)
S0 = (0, 1, 2, 4)
# Where the paper's plateaus begin (fig12_plateaus.csv, fig15_plateaus.csv), in P / (s0+1)^2. The
# axis of Figure 12 counts data per class, of which there are 8.
PLATEAU_FROM = {"lcn": 400 * 8, "cnn": 2000}
LOW = 0.4  # a plateau below this counts as insensitive, see `onset`


def quantities(s0: int = 1) -> list[str]:
    """The sensitivities of all layers to all levels, "S_1_1" first; no displacements at s0 = 0."""
    letters = "SD" if s0 else "S"
    return [f"{letter}_{k}_{level}" for letter in letters for k in LAYERS for level in LEVELS]


def in_words(quantity: str) -> str:
    """ "S_out_2" as "S of the output, level 2"."""
    letter, k, level = quantity.split("_")
    return f"{letter} of {'the output' if k == 'out' else f'layer {k}'}, level {level}"


def stored_curves(frame: pd.DataFrame, arch: str) -> dict[int, pd.DataFrame]:
    """The runs of each s0 that the store holds: all P with three seeds, ``x`` = P / (s0+1)^2."""
    found = {}
    for s0 in S0:
        runs = runs_of(frame, setting(arch, 8, s0))
        if len(runs):
            found[s0] = runs.assign(x=runs.P / (s0 + 1) ** 2)
    return found


def is_whole(runs: pd.DataFrame, wanted: list[RunConfig]) -> bool:
    """Whether ``runs`` hold every size of the configurations of a whole curve."""
    return {config.P for config in wanted} <= set(runs.P)


def spans_transition(runs: pd.DataFrame) -> bool:
    """Whether a curve begins before anything is learnt (error above 1/2) and ends after (2 %)."""
    error = runs.groupby("P").test_error.mean().sort_index()
    return len(error) > 1 and error.iloc[0] > 0.5 and error.iloc[-1] < 0.02


def reaches_plateau(runs: pd.DataFrame, start: float) -> bool:
    """Whether some run has P / (s0+1)^2 of ``start``, or half of all the data that there are."""
    if runs.empty:
        return False
    most = _setting_of(runs).task.num_data / 2
    return runs.x.max() >= start or runs.P.max() >= most


def plateaus(runs: pd.DataFrame, start: float) -> pd.DataFrame:
    """Mean of every sensitivity over the runs with P / (s0+1)^2 of at least ``start``.

    Where the task has no more data than that, over the runs at its largest P; where the curve ends
    too early (see `reaches_plateau`) there are no rows.

    Parameters
    ----------
    runs: of one s0, with columns P, s0, ``x`` and the sensitivities.

    Returns
    -------
    One row a sensitivity: ``quantity``, ``s0``, ``value``, ``sd`` over seeds (of each seed's mean;
    nan for one) and ``num_P``, the number of sizes.
    """
    rows = []
    if reaches_plateau(runs, start):
        late = runs[runs.x >= min(start, runs.x.max())]
        s0 = int(runs.s0.iloc[0])
        for quantity in quantities(s0):
            seeds = late.groupby("seed_rules")[quantity].mean()
            rows.append((quantity, s0, seeds.mean(), seeds.std(ddof=1), late.P.nunique()))
    return pd.DataFrame(rows, columns=["quantity", "s0", "value", "sd", "num_P"])


def _setting_of(runs: pd.DataFrame) -> RunConfig:
    return config_of(runs.iloc[0].to_dict())


def onset(values: dict[str, float], letter: str, level: int, low: float = LOW) -> str | None:
    """The first layer from which on the plateaus are all below ``low``; None if none is.

    values: plateaus by name, of "S_1_1" and so on.
    """
    found = None
    for k in reversed(LAYERS):
        if not values[f"{letter}_{k}_{level}"] < low:
            break
        found = k
    return found


def gap_around(values, low: float = LOW) -> tuple[float, float]:
    """The largest value below ``low`` and the smallest above: any criterion between is the same."""
    values = np.asarray(values, float)
    below, above = values[values < low], values[values >= low]
    return below.max(initial=0.0), above.min(initial=math.inf)


def onset_table(plateaus: pd.DataFrame) -> pd.DataFrame:
    """Where each insensitivity appears: `onset` for every network, kind, level and s0.

    plateaus: as `compare_plateaus`, with a column ``arch``. Columns: ``arch``, ``change``
    ("synonyms" or "displacements"), ``level``, ``s0``, ``here`` and ``paper``.
    """
    found = []
    for (arch, s0), rows in plateaus.groupby(["arch", "s0"], sort=False):
        here = dict(zip(rows.quantity, rows.value, strict=True))
        # Markers that are hidden in the paper are below 0.02.
        theirs = dict(zip(rows.quantity, rows.paper.fillna(0.0), strict=True))
        for letter, change in (("S", "synonyms"), ("D", "displacements")):
            for level in LEVELS if s0 or letter == "S" else ():
                both = onset(here, letter, level), onset(theirs, letter, level)
                found.append((arch, change, level, s0, *both))
    return pd.DataFrame(found, columns=["arch", "change", "level", "s0", "here", "paper"])


# ---- the paper's -------------------------------------------------------------------------


def paper_curves(arch: str) -> pd.DataFrame:
    """Figure 12 (LCN) or 15 (CNN) as read off.

    Columns: ``quantity`` ("S_1_1" ... or "test_error"), ``s0``, ``P`` (total), ``x`` = P / (s0+1)^2
    and ``value``. Figure 12 counts data per class; its total is the one inferred in book/paper.
    """
    figure = _figure(arch)
    parts = []
    for name in [f"{letter}_{k}" for letter in "SD" for k in ("k1", "k2", "output")]:
        table = published(f"{figure}_{name}")
        layer = name.removeprefix("S_").removeprefix("D_")
        layer = {"k1": "1", "k2": "2", "output": "out"}[layer]
        table["quantity"] = [f"{name[0]}_{layer}_{level}" for level in table.l]
        parts.append(table)
    error = published(f"{figure}_test_error")
    parts.append(error.assign(quantity="test_error", value=error.test_error))
    table = pd.concat(parts, ignore_index=True)
    total = table.P_total_inferred if "P_total_inferred" in table else table.P_axis
    table = table.assign(P=total, x=total / (table.s0 + 1) ** 2)
    return table[["quantity", "s0", "P", "x", "value"]].sort_values(["quantity", "s0", "P"])


def paper_plateaus(arch: str) -> pd.DataFrame:
    """The paper's plateaus: ``quantity``, ``s0``, ``value`` (nan where markers are hidden)."""
    table = published(f"{_figure(arch)}_plateaus")
    panel = table.panel.str.replace("_k", "_").str.replace("output", "out")
    table["quantity"] = panel + "_" + table.l.astype(str)
    return table[["quantity", "s0"]].assign(value=table.plateau_mean)


def _figure(arch: str) -> str:
    if arch not in LAYER_FIGURES:
        raise ValueError(f"arch must be one of {', '.join(LAYER_FIGURES)}, not {arch!r}.")
    return LAYER_FIGURES[arch]


def compare_plateaus(
    curves: dict[int, pd.DataFrame], arch: str, start: float | None = None
) -> pd.DataFrame:
    """Our plateaus beside the paper's: ``quantity``, ``s0``, ``value``, ``sd``, ``paper``.

    And ``same_side``: whether both lie below `LOW` or both above it; None without the paper's.

    curves: {s0: runs}. start: as for `plateaus`, by default where the paper's plateaus begin.
    """
    start = PLATEAU_FROM[arch] if start is None else start
    theirs = paper_plateaus(arch).rename(columns={"value": "paper"})
    ours = [plateaus(runs, start) for runs in curves.values()]
    ours = [table for table in ours if len(table)]
    if not ours:
        return theirs.iloc[:0].assign(value=[], sd=[], num_P=[], same_side=[])
    table = pd.concat(ours, ignore_index=True).merge(theirs, on=["quantity", "s0"], how="left")
    same = (table.value < LOW) == (table.paper < LOW)
    table["same_side"] = same.astype(object).where(table.paper.notna(), None)
    return table
