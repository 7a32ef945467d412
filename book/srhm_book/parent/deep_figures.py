"""Pictures of P* against n_c m^L and against d, and of learning curves that collapse."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from srhm.stats.curves import learning_curve
from srhm.training.config import RunConfig
from srhm_book import style
from srhm_book.parent.deep import Power

# Colour and marker of a depth.
DEPTH_STYLES = {
    2: {"color": style.BLUE, "marker": "o"},
    3: {"color": style.VERMILION, "marker": "s"},
    4: {"color": style.GREEN, "marker": "^"},
    5: {"color": style.PURPLE, "marker": "D"},
}
M_STYLES = dict(
    zip((2, 3, 4, 6, 8, 10), zip(style.CYCLE, "os^Dvp", strict=False), strict=True)
)  # of a number of synonyms


def draw_law(ax, table: pd.DataFrame, hollow: bool = False) -> None:
    """P* against n_c m^L with 95 % intervals, a style a depth."""
    for L, part in table.dropna(subset="P_star").groupby("L"):
        bars = style.bar_lengths(part.P_star, part.low, part.high)
        look = DEPTH_STYLES[L] | ({"markerfacecolor": "white"} if hollow else {})
        label = f"$L={L}$" + (", lazier" if hollow else "")
        ax.errorbar(part["scale"], part.P_star, yerr=bars, linestyle="none", capsize=2,
                    label=label, **look)  # fmt: skip


def finish_law(ax, table: pd.DataFrame) -> None:
    """The line P* = n_c m^L, axes and legend."""
    ends = np.array([table["scale"].min(), table["scale"].max()])
    ax.plot(ends, ends, color=style.GREY, linewidth=1, zorder=0, label="$n_c m^L$")
    style.log_axis(ax)
    style.log_axis(ax, "y")
    ax.set_xlabel("$n_c m^L$")
    ax.set_ylabel("$P^*$")
    style.legend(ax, fontsize=10)


def draw_depth(ax, table: pd.DataFrame, theirs: pd.DataFrame | None = None) -> None:
    """P*/n_c against d at equal v, n_c and m, a style an m; dashed: the law's power from L's least.

    theirs: the same tasks by the parent's threshold, drawn as small ticks.
    """
    labelled = set()
    known = table.dropna(subset="P_star")
    for (m, v, n_c), part in known.groupby(["m", "v", "n_c"]):
        if part.L.nunique() < 2:
            continue
        part = part.sort_values("L")
        color, marker = M_STYLES.get(m, (style.GREY, "x"))
        y = part.P_star / n_c
        bars = style.bar_lengths(part.P_star, part.low, part.high) / n_c
        ax.errorbar(part.d, y, yerr=bars, color=color, marker=marker, capsize=2,
                    label=None if m in labelled else f"$m={m}$")  # fmt: skip
        law = y.iloc[0] * (part.d / part.d.iloc[0]) ** (math.log(m) / math.log(2))
        ax.plot(part.d, law, color=color, linestyle="--", linewidth=1)
        labelled.add(m)
        if theirs is not None:
            other = theirs[(theirs.v == v) & (theirs.n_c == n_c) & (theirs.m == m)]
            ax.plot(other.d, other.P_star / n_c, color=color, marker="_", linestyle="none")
    ax.set_xscale("log", base=2)
    style.log_axis(ax, "y")
    ax.set_xticks(sorted(known.d.unique()), [f"{d}" for d in sorted(known.d.unique())])
    ax.minorticks_off()
    ax.set_xlabel("input size $d = 2^L$")
    ax.set_ylabel("$P^*/n_c$")
    style.legend(ax, fontsize=10)


def draw_collapse(axes, runs: Mapping[RunConfig, pd.DataFrame]) -> None:
    """Mean test errors against P (left) and against P / (n_c m^L) (right), a style a depth."""
    labelled = set()
    for config, frame in runs.items():
        curve = learning_curve(frame)
        scale = config.n_c * config.m**config.L
        look = DEPTH_STYLES[config.L] | {"linewidth": 0.8, "markersize": 3.5, "alpha": 0.8}
        label = None if config.L in labelled else f"$L={config.L}$"
        labelled.add(config.L)
        for ax, unit in zip(axes, (1, scale), strict=True):
            ax.plot(curve.P / unit, curve["mean"] / (1 - 1 / config.n_c), label=label, **look)
    for ax, name in zip(axes, ("$P$", "$P/(n_c m^L)$"), strict=True):
        style.log_axis(ax)
        ax.axhline(0.1, color=style.GREY, linestyle="--", linewidth=0.8)
        ax.set_xlabel(name)
    axes[0].set_ylabel("test error / error of guessing")
    style.legend(axes[1], fontsize=10)


def draw_powers(ax, powers: list[Power]) -> None:
    """Fitted powers with 95 % intervals (blue discs) and the law's (black bars), line by line."""
    shown = [power for power in powers if power.estimate is not None]
    for row, power in enumerate(shown):
        found = power.estimate
        bars = style.bar_lengths(found.value, found.low, found.high)
        ax.errorbar([found.value], [row], xerr=bars, color=style.BLUE, marker="o", capsize=2)
        ax.plot([power.law], [row], color=style.BLACK, marker="|", markersize=16, markeredgewidth=2)
    ax.set_yticks(range(len(shown)), [f"{power.what}: {power.where}" for power in shown])
    ax.invert_yaxis()
    ax.set_xlabel("power")
