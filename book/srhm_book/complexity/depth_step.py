"""How far P* grows from two to three levels, by way of training: is the law's s^(1/2) the data's?

Eq. 3 has the factor s^(L/2), which nobody has derived. From L = 2 to 3 it is s^(1/2), 1.41 at
s = 2; here it is measured in the authors' scaling and in ours, at several learning rates.
"""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from srhm.runs.store import Store
from srhm_book import style
from srhm_book.complexity.authors import crossing
from srhm_book.complexity.table import complexity_table, searched_runs
from srhm_book.grids import GRID, PAPER, PAPER_SMALLER, setting
from srhm_book.wording import NOTHING, join, with_ends

LAW = math.sqrt(2)  # s^(1/2)
PAIRS = [(v, s0) for s0 in (0, 1, 2) for v in (4, 6, 8)]
PUBLISHED, THEIRS = "the paper's points", "as its authors train, cheaper form"
# In our scaling, from the laziest to the least lazy.
SMALL, LARGE = "our scaling, rate 0.003", "our scaling, rate 0.01"
GRIDS = "our scaling, this book's grids"
OURS = {SMALL: PAPER_SMALLER, LARGE: PAPER, GRIDS: GRID}
LOOKS = {
    PUBLISHED: {"marker": "s", "color": style.GREY, "linestyle": "--", "fillstyle": "none"},
    THEIRS: {"marker": "^", "color": style.BLUE},
    SMALL: {"marker": "o", "color": style.SKY, "fillstyle": "none"},
    LARGE: {"marker": "v", "color": style.ORANGE, "fillstyle": "none"},
    GRIDS: {"marker": "D", "color": style.VERMILION},
}
KEYS = dict(zip(LOOKS, ("paper", "theirs", "0.003", "0.01", "grids"), strict=True))  # in a text


def depth_steps(store: Store, authors: pd.DataFrame) -> pd.DataFrame:
    """P* of the LCN at L = 3 over that at L = 2, over what Eq. 3 says without s^(L/2).

    authors: as `srhm_book.complexity.authors_table.authors_table`. Columns: training, v, s0, step
    (dimensionless; `LAW` where Eq. 3 holds). Only tasks whose P* is known at both depths. P* is
    interpolated, but for the paper's points: those are sizes of its grid, so that theirs may be off
    by half a step of it.
    """
    table = authors.query("arch == 'lcn'")
    theirs = table.assign(P_star=[crossing(errors) for errors in table.cheap_errors])
    parts = {PUBLISHED: table.assign(P_star=table.paper), THEIRS: theirs}
    for name, training in OURS.items():
        settings = [setting("lcn", v, s0, L=L, **training) for v, s0 in PAIRS for L in (2, 3)]
        parts[name] = complexity_table(searched_runs(settings, store)[0])
    rows = []
    for name, part in parts.items():
        scaled = part.P_star / ((part.s0 + 1.0) ** part.L * part.v ** (part.L + 1.0))
        by_L = scaled.set_axis(pd.MultiIndex.from_frame(part[["v", "s0", "L"]])).unstack("L")
        if {2, 3} <= {*by_L}:
            steps = (by_L[3] / by_L[2]).astype(float).dropna()
            rows += [(name, v, s0, step) for (v, s0), step in steps.items()]
    return pd.DataFrame(rows, columns=["training", "v", "s0", "step"])


def mean_steps(steps: pd.DataFrame) -> tuple[pd.Series, int]:
    """The geometric mean of `depth_steps` by training, over the tasks that all of them know.

    In the order of `LOOKS`; and how many tasks these are. nan where a training knows none.
    """
    by_task = _by_task(steps)
    return np.exp(np.log(by_task).mean()), len(by_task)


def step_words(steps: pd.DataFrame | None) -> dict[str, str]:
    """`mean_steps` by `KEYS`, and "num", the number of tasks, in words; dashes for None."""
    means, num = (pd.Series(dtype=float), 0) if steps is None else mean_steps(steps)
    return {key: with_ends(means.get(name)) for name, key in KEYS.items()} | {"num": str(num)}


def _by_task(steps: pd.DataFrame) -> pd.DataFrame:
    by_task = steps.pivot(index=["v", "s0"], columns="training", values="step")
    return by_task.reindex(columns=[*LOOKS]).dropna().astype(float)


def ends_words(steps: pd.DataFrame, training: str, s0: int = 0) -> str:
    """ "1.58 at v=4 to 1.03 at v=10": the step of one training at its least and largest v."""
    own = steps[(steps.training == training) & (steps.s0 == s0)].sort_values("v")
    told = [f"{row.step:.2f} at v={row.v}" for row in own.itertuples()]
    return f"{told[0]} to {told[-1]}" if told else NOTHING


def tasks_of_all(steps: pd.DataFrame) -> str:
    """The tasks behind `mean_steps`, in words."""
    return join(f"v={v} s0={s0}" for v, s0 in _by_task(steps).index)


def falls_with_v(steps: pd.DataFrame) -> tuple[int, int]:
    """In how many of the trainings and sparsities with two v or more the largest v has a smaller
    step than the smallest one; and how many there are.
    """
    ends = [
        (own.step.iloc[-1], own.step.iloc[0])
        for _, own in steps.sort_values("v").groupby(["training", "s0"])
        if len(own) > 1
    ]
    return sum(last < first for last, first in ends), len(ends)


def draw_steps(steps: pd.DataFrame) -> Figure:
    """The step against v, a line a training, a panel a sparsity, with the law's as a line."""
    if steps.empty:
        return style.nothing_yet()
    sparsities = sorted(steps.s0.unique())
    figure, axes = plt.subplots(
        1, len(sparsities), figsize=(style.WIDE, 3.8), sharey=True, squeeze=False,
        layout="constrained",
    )  # fmt: skip
    for ax, s0 in zip(axes[0], sparsities, strict=True):
        ax.axhline(LAW, color=style.BLACK, linewidth=1)
        ax.axhline(1, color=style.GREY, linewidth=0.8, linestyle=":")
        for name, look in LOOKS.items():
            own = steps[(steps.s0 == s0) & (steps.training == name)].sort_values("v")
            ax.plot(own.v, own.step, label=name, **look)
        ax.set_title(f"$s_0$ = {s0}")
        ax.set_xlim(3.4, 10.6)
        ax.set_xticks([4, 6, 8, 10])
        ax.set_yscale("log")
        ax.set_xlabel("$v$")
    ticks = [0.5, 0.7, 1, 1.4, 2]
    axes[0, 0].set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes[0, 0].minorticks_off()
    axes[0, 0].set_ylabel("growth of $P^*$ / Eq. 3 without $s^{L/2}$")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, fontsize=10)
    return figure
