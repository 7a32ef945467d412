"""Pictures of the sensitivities: one layer against P in all tasks, all layers in one task."""

from __future__ import annotations

import pandas as pd

from srhm_book import style
from srhm_book.parent.deep_figures import DEPTH_STYLES
from srhm_book.parent.synonyms import HALF, KEPT, Curves, layer_names

LAYER_STYLES = {
    "1": {"color": style.BLUE, "marker": "o"},
    "2": {"color": style.VERMILION, "marker": "s"},
    "3": {"color": style.GREEN, "marker": "^"},
    "out": {"color": style.BLACK, "marker": "D"},
}


def draw_collapse(axes, found: Curves, hollow: bool = False) -> None:
    """S_{2,1} against P (left) and P / (n_c m^L) (right), a style a depth, a line a task.

    hollow: markers of the lazier scaling, dotted lines.
    """
    labelled = set()
    for (_, L), runs in found.items():
        mean = runs.groupby("P")[["x", "S_2_1"]].mean()
        look = DEPTH_STYLES[L] | {"linewidth": 0.9, "markersize": 4}
        look |= {"markerfacecolor": "white", "linestyle": ":"} if hollow else {}
        label = None if L in labelled else f"$L={L}$" + (", lazier" if hollow else "")
        labelled.add(L)
        for ax, x in zip(axes, (mean.index, mean.x), strict=True):
            ax.plot(x, mean.S_2_1, label=label, **look)


def finish_collapse(axes) -> None:
    """Axes, the value `HALF`, legend."""
    for ax, name in zip(axes, ("$P$", "$P/(n_c m^L)$"), strict=True):
        style.log_axis(ax)
        ax.axhline(HALF, color=style.GREY, linestyle="--", linewidth=0.8)
        ax.set_xlabel(name)
    axes[0].set_ylabel("$S_{2,1}$")
    style.legend(axes[1], fontsize=10)


def draw_levels(axes, runs: pd.DataFrame, L: int) -> None:
    """S_{k,l} against P / (n_c m^L), a panel a level l, a style a layer k; bands: all seeds."""
    for level, ax in enumerate(axes, start=1):
        for k in layer_names(L):
            S = runs.groupby("x")[f"S_{k}_{level}"]
            mean, look = S.mean(), LAYER_STYLES[k]
            label = "output" if k == "out" else f"layer {k}"
            ax.plot(mean.index, mean, label=label, markersize=4, **look)
            ax.fill_between(mean.index, S.min(), S.max(), color=look["color"], alpha=0.15, lw=0)
        error = runs.groupby("x").test_error.mean()
        ax.plot(error.index, error, color=style.GREY, linestyle=":", label="test error")
        style.log_axis(ax)
        ax.axhline(KEPT, color=style.GREY, linestyle="--", linewidth=0.8)
        ax.set_title(f"level {level}")
        ax.set_xlabel("$P/(n_c m^L)$")
    axes[0].set_ylabel("$S_{k,l}$")
    style.legend(axes[0], fontsize=9)


def draw_dimensions(ax, table: pd.DataFrame, lazier: pd.DataFrame) -> None:
    """Effective dimension by depth, untrained and trained; bars: least and most of the seeds.

    table, lazier: rows of one task in this book's scaling and, of which only the trained networks
    are drawn, in the lazier one.
    """
    names = list(dict.fromkeys(table.layer))
    shown = {
        ("untrained", style.GREY, "o"): table[~table.trained],
        ("trained", style.BLUE, "s"): table[table.trained],
        ("trained, lazier", style.VERMILION, "^"): lazier[lazier.trained],
    }
    for (name, color, marker), own in shown.items():
        d = own.groupby("layer", sort=False).dimension
        mean, low, high = (getattr(d, f)().reindex(names) for f in ("mean", "min", "max"))
        bars = style.bar_lengths(mean, low, high)
        ax.errorbar(range(len(names)), mean, yerr=bars, label=name, color=color, marker=marker,
                    capsize=2)  # fmt: skip
    ax.set_title(f"$v=n_c=m={table.v.iloc[0]}$")
    labels = [{"out": "output", "input": "input"}.get(name, name) for name in names]
    ax.set_xlabel("layer")
    ax.set_xticks(range(len(names)), labels)
    top = max(ax.get_ylim()[1], 1.08 * table.dimension.max())  # panels share the axis
    ax.set_ylim(0, top)
    ax.set_ylabel("effective dimension")
    style.legend(ax, fontsize=10)
