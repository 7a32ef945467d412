"""P*, P*_S and P*_D of `authors_others` beside this book's: over the law, and over P*."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from srhm.runs.search import Target, quantity_exists, stored_searches
from srhm.runs.store import Store
from srhm.stats.curves import sample_complexity
from srhm.stats.laws import predicted_scale
from srhm.training.config import RunConfig
from srhm_book import style
from srhm_book.complexity.authors import authors_points, config_at, runs_at
from srhm_book.complexity.authors_figures import LOOKS
from srhm_book.complexity.authors_others import other_settings
from srhm_book.grids import setting
from srhm_book.invariance.thresholds import paper_targets, runs_of
from srhm_book.wording import list_by_network

BASES = {"lcn": "4B, 6", "cnn": "4C, 14"}  # s = 2, sparsity A: what the others stand beside
ORDER = ["lcn", "cnn", "fcn"]
TRAININGS = ("cheap", "grids")  # whose P*, by the keys of `LOOKS`
TASK = ("arch", "v", "s", "s0", "sparsity")


def others_table(store: Store) -> pd.DataFrame:
    """Every task of L = 2 whose P* is known in both trainings, with both P* over the law's scale.

    Eq. 3 (LCN, FCN) or Eq. 4 (CNN) without its constant: where the law holds, all tasks of one
    network have the same value. Columns: figure; arch, v, s, s0, sparsity; cheap, in the authors'
    training (cheaper form, one seed), and grids, in this book's; S_cheap, D_cheap, S_grids,
    D_grids, P*_S and P*_D over P* at the paper's thresholds, nan where the sizes at hand do not
    reach them.
    """
    frame, rows = store.frame(), []
    for point in authors_points().query("L == 2").itertuples():
        runs = pd.DataFrame(runs_at(store, point, point.sizes, cheap=True))
        config = config_at(point, point.sizes[-1], cheap=True)
        rows.append({"figure": BASES[point.arch], **_both(frame, config, runs)})
    for figure, settings in other_settings().items():
        for config in settings:
            runs = runs_of(frame, config, repeats=1)
            rows.append({"figure": figure, **_both(frame, config, runs)})
    return pd.DataFrame(rows).dropna(subset=list(TRAININGS)).reset_index(drop=True)


def _both(frame: pd.DataFrame, config: RunConfig, theirs: pd.DataFrame) -> dict:
    task = {name: getattr(config, name) for name in TASK}
    ours = runs_of(frame, setting(**task))
    row = dict(task)
    for name, runs in (("cheap", theirs), ("grids", ours)):
        falls = {t.quantity[0]: _fall(runs, config, t) for t in (Target(), *paper_targets(config))}
        row[name] = falls["t"] / predicted_scale(config)
        row |= {f"{kind}_{name}": falls[kind] / falls["t"] for kind in "SD"}
    return row


def _fall(runs: pd.DataFrame, config: RunConfig, target: Target) -> float:
    """Where the mean curve falls through the target; nan where the runs do not show it."""
    if runs.empty or target.quantity not in runs or not quantity_exists(target.quantity, config):
        return math.nan
    known = runs.dropna(subset=target.quantity)
    found = sample_complexity(known, target.quantity, target.threshold, num_bootstrap=0)
    return math.nan if found.P_star is None else found.P_star


def growth_by_s(table: pd.DataFrame, arch: str) -> tuple[pd.Series, int]:
    """C at s = 3 over C at s = 2 with equal v and s0, sparsity A: 1 where the law holds.

    Returns the geometric means over pairs of tasks, by training, and the number of pairs.
    """
    own = table[(table.arch == arch) & (table.sparsity == "A")].set_index(["v", "s0"])
    logs = np.log(own[list(TRAININGS)])
    grown = (logs[own.s == 3] - logs[own.s == 2]).dropna()
    return np.exp(grown.mean()), len(grown)


def lacking(table: pd.DataFrame, store: Store) -> tuple[str, str]:
    """The tasks of `other_settings` that an `others_table` lacks, in words: searched whole without
    a P*, and not searched whole yet.
    """
    known = set(table[list(TASK)].itertuples(index=False, name=None)) if len(table) else set()
    left = [
        config
        for own in other_settings().values()
        for config in own
        if tuple(getattr(config, name) for name in TASK) not in known
    ]
    searched, missing = stored_searches(left, store, repeats=(1,))
    return list_by_network(searched), list_by_network(missing)


def draw_others(table: pd.DataFrame) -> Figure:
    """P* over the law's scale, a line a figure, for both trainings. table: as `others_table`."""
    if table.empty:
        return style.nothing_yet()
    kinds = table[["figure", "arch", "s", "sparsity"]].drop_duplicates()
    kinds = kinds.sort_values("arch", key=lambda archs: archs.map(ORDER.index), kind="stable")
    figure, ax = style.new_axes(width=style.WIDE, height=1.5 + 0.45 * len(kinds))
    for line, kind in enumerate(kinds.itertuples()):
        own = table[table.figure == kind.figure]
        for shift, name in zip((-0.15, 0.15), TRAININGS, strict=True):
            places = np.full(len(own), line + shift)
            label = {"label": LOOKS[name]["label"] if line == 0 else None}
            ax.plot(own[name], places, linestyle="none", **LOOKS[name] | label)
    names = [
        f"{kind.arch.upper()}, $s$={kind.s}, {kind.sparsity} (Fig. {kind.figure})"
        for kind in kinds.itertuples()
    ]
    ax.set_yticks(range(len(kinds)), names, fontsize=9)
    ax.invert_yaxis()
    style.log_ticks(ax, (1, 1.5, 2, 3, 4, 5, 7, 10))
    ax.set_xlabel(r"$P^*$ / the law without its constant")
    figure.legend(loc="outside upper center", ncols=2)
    return figure
