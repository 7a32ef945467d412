"""The landing page's three pictures: the task, the laws, and what falls together.

Each is as narrow as a phone, so that the page can set them side by side or above one another.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from srhm.data.samples import Samples
from srhm.data.task import SRHM
from srhm_book import style as plots
from srhm_book.invariance.layers import paper_curves
from srhm_book.pictures.model import draw_empty, draw_feature, draw_tree

SIZE = (4.3, 4.1)  # inches


def draw_task(task: SRHM, datum: Samples, seed: int) -> Figure:
    """One datum (`Samples` of length 1) as a tree, and its input after each of both exchanges."""
    figure, ax = plots.new_axes(width=SIZE[0], height=SIZE[1])
    draw_tree(ax, task, datum, size=13)
    rows = {
        "synonyms exchanged: the same class": task.exchange_synonyms(datum, 1, seed),
        "features displaced: the same class": task.displace(datum, 1, seed),
    }
    for i, (text, other) in enumerate(rows.items(), 1):
        y = 1 - 0.85 * i
        ax.text(0, y + 0.36, text, va="center", fontsize=11)
        _draw_input(ax, task, other, y)
    ax.text(0, task.L + 1, "a class", va="center", fontsize=11)
    ax.text(0, 1.36, "the input", va="center", fontsize=11)
    ax.set_ylim(1 - 0.85 * len(rows) - 0.25, task.L + 1.25)
    return figure


def _draw_input(ax, task: SRHM, datum: Samples, y: float) -> None:
    """The input positions of one datum, alone."""
    places = datum.positions[0].astype(int).tolist()
    for slot in set(range(task.d)) - set(places):
        draw_empty(ax, slot + 0.5, y)
    for slot, value in zip(places, datum.values[0], strict=True):
        draw_feature(ax, slot + 0.5, y, int(value), 1, task.L, size=13)


def draw_laws(tables: dict[str, pd.DataFrame], papers: dict[str, pd.DataFrame]) -> Figure:
    """P* over the law for every point of Figures 4B and 4C: ours, filled, and the paper's, hollow.

    tables: {network: rows of `srhm_book.complexity.table.complexity_table`}; papers: as
    `srhm_book.paper.published_P_star`. One panel a network; bars: 95 % intervals over seeds.
    """
    figure, axes = plots.new_axes(1, len(tables), width=SIZE[0], height=SIZE[1], sharex=True)
    names = {"lcn": "LCN, law $s^{L/2}(s_0+1)^L n_c m^L$", "cnn": "CNN, law $(s_0+1)^2 n_c m^L$"}
    for ax, (arch, table) in zip(np.atleast_1d(axes), tables.items(), strict=True):
        theirs, look = papers[arch], plots.style_for(arch=arch)
        shown = table[table.paper.notna() & table.P_star.notna()]
        hollow = look | {"markerfacecolor": "white", "linestyle": "none", "zorder": 2}
        ax.plot(theirs["scale"], theirs.P_star, label="paper", **hollow)
        bars = plots.bar_lengths(shown.P_star, shown.low, shown.high)
        filled = look | {"label": "here", "linestyle": "none", "zorder": 3}
        ax.errorbar(shown["scale"], shown.P_star, yerr=bars, **filled)
        ends = np.array([theirs["scale"].min(), theirs["scale"].max()])
        ax.plot(ends, ends * np.exp(np.log(theirs.P_star / theirs["scale"]).mean()),
                color=plots.GREY, linewidth=1, zorder=1)  # fmt: skip
        ax.set(xscale="log", yscale="log", ylabel="$P^*$")
        plots.label_log(ax.yaxis, 1e2, 1e6, short=True)
        ax.set_title(names[arch], fontsize=11, loc="left")
        ax.legend(loc="lower right", handletextpad=0.2, borderpad=0)
    plots.label_log(ax.xaxis, 1e2, 1e6, short=True)
    ax.set_xlabel("the law")
    return figure


def draw_falling(runs: pd.DataFrame, arch: str) -> Figure:
    """Test error, S_2 and D_2 against P: means over seeds, and the paper's Figure 12 or 15, hollow.

    runs: of one setting of those figures, as `srhm_book.invariance.layers.stored_curves`.
    """
    figure, ax = plots.new_axes(width=SIZE[0], height=SIZE[1])
    theirs = paper_curves(arch)
    theirs = theirs[theirs.s0 == runs.s0.iloc[0]]
    looks = (("test_error", r"test error", plots.BLACK, "o"),
             ("S_2_1", "$S_2$: synonyms", plots.BLUE, "s"),
             ("D_2_1", "$D_2$: displacements", plots.VERMILION, "^"))  # fmt: skip
    for quantity, label, color, marker in looks:
        own = theirs[theirs.quantity == quantity]
        ax.plot(own.P, own.value, color=color, marker=marker, markerfacecolor="white",
                linestyle=":", linewidth=1, markersize=5, zorder=2)  # fmt: skip
        plots.draw_learning_curve(ax, runs, quantity, label, color=color, marker=marker, zorder=3)
    ax.set(ylim=(0, 1), xlabel="training examples $P$", ylabel="")
    ax.legend(loc="upper right")
    return figure
