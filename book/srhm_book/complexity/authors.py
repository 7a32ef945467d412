"""The paper's own points, trained as its authors' public code trains (`srhm.training.authors`)."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from srhm.runs.store import Store
from srhm.training.authors import authors_config, authors_sizes
from srhm.training.config import RunConfig
from srhm_book import style
from srhm_book.complexity.table import complexity_table, searched_runs
from srhm_book.grids import setting
from srhm_book.paper import published_P_star

WIDTH, MAX_EPOCHS = 256, 1000  # the authors' are 512, and 10,000 or more


def authors_points() -> pd.DataFrame:
    """The paper's P* at s = 2 whose sizes are known: arch, v, L, s0, paper, and sizes about it."""
    rows = []
    for arch in ("lcn", "cnn"):
        for point in published_P_star(arch).query("s == 2").itertuples():
            try:
                sizes = np.array(authors_sizes(arch, point.v, point.L, point.s0))
            except ValueError:  # the public code does not say
                continue
            there = int(np.abs(np.log(sizes / point.P_star)).argmin())
            about = sizes[max(there - 1, 0) : there + 2].tolist()
            rows.append((arch, point.v, point.L, point.s0, point.P_star, about))
    return pd.DataFrame(rows, columns=["arch", "v", "L", "s0", "paper", "sizes"])


def config_at(point, P: int, seed: int = 0) -> RunConfig:
    """The authors' training of one point (arch, v, L, s0) at the size P."""
    return authors_config(
        point.arch,
        point.v,
        P,
        L=point.L,
        s0=point.s0,
        width=WIDTH,
        seed=seed,
        max_epochs=MAX_EPOCHS,
    )


def read_by_the_rule(errors: dict[int, float], threshold: float = 0.1) -> float:
    """P* as the paper reads it: of its sizes, the one whose error is nearest to the threshold.

    nan unless sizes on both sides of the threshold are there: then a nearer one may be missing.
    """
    if not errors or not min(errors.values()) <= threshold < max(errors.values()):
        return math.nan
    return min(errors, key=lambda P: abs(errors[P] - threshold))


def authors_table(store: Store, seed: int = 0) -> pd.DataFrame:
    """`authors_points` with what is stored: P* by the paper's rule, and the same by our grids.

    Columns beside those of `authors_points`: errors ({P: best test error during training, as the
    code takes it}), here (P*, nan where it is not bracketed yet), ratio = here / paper; grids,
    P* of this book's own training read by the same rule, over the paper's.
    """
    rows = []
    for point in authors_points().itertuples():
        configs = [config_at(point, P, seed) for P in point.sizes]
        runs = {config.P: store.get(config) for config in configs}
        errors = {P: run["best_test_error"] for P, run in runs.items() if run is not None}
        rows.append({"errors": errors, "here": read_by_the_rule(errors)})
    table = authors_points().join(pd.DataFrame(rows))
    return table.assign(ratio=table.here / table.paper, grids=_by_grids(table, store))


def _by_grids(table: pd.DataFrame, store: Store) -> list[float]:
    """P* of the grids' training over the paper's, by the paper's rule; nan where there is none."""
    known = [setting(point.arch, point.v, point.s0, L=point.L) for point in table.itertuples()]
    runs, _ = searched_runs(known, store)
    found = complexity_table(runs, store.frame()).set_index(["arch", "v", "L", "s0"]).by_rule
    keys = zip(table.arch, table.v, table.L, table.s0, strict=True)
    return [found.get(key, math.nan) for key in keys]


def authors_runs(table: pd.DataFrame, store: Store, seed: int = 0) -> pd.DataFrame:
    """The stored runs behind `authors_table`, one row each."""
    configs = [config_at(point, P, seed) for point in table.itertuples() for P in point.errors]
    return pd.DataFrame([store.get(config) for config in configs])


def draw_authors(ax, table: pd.DataFrame) -> None:
    """P* over the paper's for every point with both: the authors' training, and the grids'."""
    known = table.dropna(subset="ratio").reset_index(drop=True)
    names = [f"{p.arch.upper()} L={p.L} v={p.v} s₀={p.s0}" for p in known.itertuples()]
    lines = np.arange(len(known))
    ax.axvspan(1 / 1.2, 1.2, color=style.GREY, alpha=0.15, linewidth=0)
    ax.axvline(1, color=style.BLACK, linewidth=0.8)
    look = {"linestyle": "none", "markersize": 7}
    ax.plot(known.ratio, lines, marker="o", color=style.BLUE, label="authors' training", **look)
    ax.plot(
        known.grids, lines, marker="D", color=style.VERMILION, fillstyle="none",
        label="this book's", **look,
    )  # fmt: skip
    ax.set_yticks(lines, names)
    ax.invert_yaxis()
    ax.set_xscale("log")
    ax.set_xticks([0.5, 0.7, 1, 1.5, 2], ["0.5", "0.7", "1", "1.5", "2"])
    ax.minorticks_off()
    ax.set_xlabel("P* here / P* of the paper, by the paper's rule")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
