"""Figures 12 and 15: every layer's sensitivity to every level, against rescaled P."""

import matplotlib.pyplot as plt
from matplotlib.lines import Line2D

from srhm_book.invariance.layers import LAYERS, LEVELS
from srhm_book.style import BLACK, GREY, WIDE, style_for

LAYER_NAMES = {"1": "layer 1", "2": "layer 2", "out": "output"}
# Level 1: filled markers, solid lines; level 2: hollow markers, dashed lines.
LEVEL_STYLES = {1: {"linestyle": "-"}, 2: {"linestyle": "--", "markerfacecolor": "white"}}
PAPER_LINE = {"linestyle": ":", "linewidth": 1.3, "marker": "x", "markersize": 3, "alpha": 0.75}


def draw_layers(curves, paper, low=None):
    """One network's sensitivities, a panel for each layer and kind, and its test error.

    curves: {s0: runs with columns ``x`` = P / (s0+1)^2, ``test_error`` and the sensitivities},
    as `srhm_book.invariance.layers.stored_curves`. paper: as
    `srhm_book.invariance.layers.paper_curves`, or None.
    low: the criterion of `srhm_book.invariance.layers.onset`, drawn as a line. Returns the figure.
    """
    figure, axes = plt.subplots(4, 2, figsize=(WIDE, 10.5), sharex=True, layout="constrained")
    for row, k in zip(axes, LAYERS, strict=False):
        for ax, letter in zip(row, "SD", strict=True):
            for level in LEVELS:
                _draw_quantity(ax, curves, paper, f"{letter}_{k}_{level}", LEVEL_STYLES[level])
            name = "out" if k == "out" else k
            ax.set_ylabel(rf"${letter}_{{\mathrm{{{name}}},\ell}}$")
            ax.set_ylim(-0.03, 1.08)
            if low is not None:
                ax.axhline(low, color=GREY, linewidth=0.8, zorder=0)
            kind = "synonyms" if letter == "S" else "displacements"
            ax.set_title(f"{LAYER_NAMES[k]}: {kind}", fontsize=11)
    error, legend = axes[3]
    _draw_quantity(error, curves, paper, "test_error", LEVEL_STYLES[1])
    error.set_ylabel("test error")
    error.set_title("test error", fontsize=11)
    error.set_ylim(-0.03, 1.08)
    error.set_xscale("log")
    for ax in (error, axes[2, 1]):
        ax.set_xlabel("$P\\,/\\,(s_0+1)^2$")
    axes[2, 1].xaxis.set_tick_params(labelbottom=True)
    _draw_legend(legend, curves, paper is not None)
    return figure


def _draw_quantity(ax, curves, paper, quantity, line) -> None:
    for s0, runs in curves.items():
        style = style_for(s0=s0)
        if paper is not None:
            theirs = paper[(paper.quantity == quantity) & (paper.s0 == s0)]
            ax.plot(theirs.x, theirs.value, color=style["color"], zorder=1, **PAPER_LINE)
        if quantity not in runs or runs[quantity].isna().all():
            continue
        grouped = runs.groupby("x")[quantity]
        mean, low, high = grouped.mean(), grouped.min(), grouped.max()
        ax.fill_between(mean.index, low, high, color=style["color"], alpha=0.15, linewidth=0)
        ax.plot(mean.index, mean, markersize=4, linewidth=1.3, **style, **line)


def _draw_legend(ax, curves, with_paper) -> None:
    ax.axis("off")
    grey = {"color": BLACK, "marker": "o", "markersize": 4, "linewidth": 1.3}
    handles = [
        Line2D([], [], label=f"$s_0={s0}$", linestyle="-", markersize=5, **style_for(s0=s0))
        for s0 in curves
    ]
    handles += [
        Line2D([], [], label=f"level $\\ell={level}$", **grey, **LEVEL_STYLES[level])
        for level in LEVELS
    ]
    if with_paper:
        handles.append(Line2D([], [], label="the paper's", color=BLACK, **PAPER_LINE))
    ax.legend(handles=handles, loc="center", ncols=2)
