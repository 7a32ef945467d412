"""Figures 12 and 15: every layer's sensitivity to every level, against rescaled P."""

import matplotlib.pyplot as plt
from matplotlib.lines import Line2D

from srhm_book.invariance.layers import LAYERS, LEVELS
from srhm_book.style import BLACK, GREY, WIDE, label_log, style_for

LAYER_NAMES = {"1": "layer 1", "2": "layer 2", "out": "output"}
LEVEL_LINES = {1: "-", 2: "--"}
# The paper's points: the same colour, marker and line as ours, hollow and thin.
PAPER_LINE = {"linewidth": 0.7, "markersize": 3.5, "markerfacecolor": "white",
              "markeredgewidth": 0.8, "alpha": 0.8, "zorder": 1}  # fmt: skip
ERROR_LINE = {"color": GREY, "linestyle": ":", "linewidth": 1.2, "zorder": 0}


def draw_layers(curves, paper, low=None):
    """One network's sensitivities: rows synonyms and displacements, a column for each layer.

    The test error is in every panel, grey and dotted, as in the paper. Returns the figure.

    curves: {s0: runs with columns ``x`` = P / (s0+1)^2, ``test_error`` and the sensitivities},
    as `srhm_book.invariance.layers.stored_curves`. paper: as
    `srhm_book.invariance.layers.paper_curves`, or None.
    low: the criterion of `srhm_book.invariance.layers.onset`, drawn as a line.
    """
    figure, axes = plt.subplots(
        2, 3, figsize=(WIDE, 5.6), sharex=True, sharey=True, layout="constrained"
    )
    for row, letter in zip(axes, "SD", strict=True):
        for ax, k in zip(row, LAYERS, strict=True):
            for runs in curves.values():
                ax.plot(runs.groupby("x").test_error.mean(), **ERROR_LINE)
            for level in LEVELS:
                _draw_quantity(ax, curves, paper, f"{letter}_{k}_{level}", LEVEL_LINES[level])
            if low is not None:
                ax.axhline(low, color=BLACK, linewidth=0.6, zorder=0)
            if letter == "S":
                ax.set_title(LAYER_NAMES[k], fontsize=11)
        kind = "synonyms" if letter == "S" else "displacements"
        row[0].set_ylabel(rf"{kind}: ${letter}_{{k,\ell}}$")
    ax.set(xscale="log", ylim=(-0.03, 1.08))
    label_log(ax.xaxis, *ax.dataLim.intervalx, short=True)
    axes[1, 1].set_xlabel("$P\\,/\\,(s_0+1)^2$")
    handles = _handles(curves, paper is not None)
    figure.legend(handles=handles, loc="outside upper center", ncols=4, fontsize=10)
    return figure


def _draw_quantity(ax, curves, paper, quantity, linestyle) -> None:
    for s0, runs in curves.items():
        style = style_for(s0=s0) | {"linestyle": linestyle}
        if paper is not None:
            theirs = paper[(paper.quantity == quantity) & (paper.s0 == s0)]
            ax.plot(theirs.x, theirs.value, **style | PAPER_LINE)
        if quantity not in runs or runs[quantity].isna().all():
            continue
        grouped = runs.groupby("x")[quantity]
        mean, low, high = grouped.mean(), grouped.min(), grouped.max()
        ax.fill_between(mean.index, low, high, color=style["color"], alpha=0.15, linewidth=0)
        ax.plot(mean.index, mean, markersize=3.5, **style | {"linewidth": 1.3})


def _handles(curves, with_paper) -> list[Line2D]:
    dark = {"color": BLACK, "marker": "o", "markersize": 4, "linewidth": 1.3}
    handles = [
        Line2D([], [], label=f"$s_0={s0}$", linestyle="none", markersize=5, **style_for(s0=s0))
        for s0 in curves
    ]
    handles += [
        Line2D([], [], label=f"level $\\ell={level}$", linestyle=line, color=BLACK, linewidth=1.3)
        for level, line in LEVEL_LINES.items()
    ]
    if with_paper:
        handles.append(Line2D([], [], label="paper", linestyle="none", **dark | PAPER_LINE))
    return [*handles, Line2D([], [], label="test error", **ERROR_LINE)]
