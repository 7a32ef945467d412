"""Pictures of the authors' training beside this book's: P* point by point, and the exponents."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from srhm_book import style
from srhm_book.complexity.authors_table import NAMES, TRAININGS

HOLLOW = {"fillstyle": "none"}
LOOKS = {
    "paper": {"marker": "s", "color": style.GREY, "label": "the paper's points"} | HOLLOW,
    "ratio": {"marker": "o", "color": style.BLUE, "label": "authors' training"},
    "cheap": {"marker": "^", "color": style.SKY, "label": "authors', cheaper"},
    "whole": {"marker": "v", "color": style.GREEN, "label": "whitened, biases"},
    "grids": {"marker": "D", "color": style.VERMILION, "label": "this book's training"} | HOLLOW,
}
RATIOS = [0.5, 0.7, 1, 1.5, 2]


def draw_authors(table: pd.DataFrame) -> Figure:
    """P* over the paper's for every known point, a panel a network, in all trainings.

    table: as `srhm_book.complexity.authors_table.authors_table`.
    """
    theirs = [name for name in NAMES if name in table and name != "grids"]
    known = table.dropna(subset=theirs, how="all")
    if known.empty:
        return style.nothing_yet()
    archs = list(known.arch.unique())
    lines = known.groupby("arch").size().max()
    size = (style.WIDE, 1.4 + 0.25 * lines)
    figure, axes = plt.subplots(1, len(archs), figsize=size, squeeze=False, layout="constrained")
    for ax, arch in zip(axes[0], archs, strict=True):
        _draw_ratios(ax, known[known.arch == arch])
        ax.set_title(arch.upper())
    figure.supxlabel("P* here / P* of the paper", fontsize=12)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2)
    return figure


def _draw_ratios(ax, points: pd.DataFrame) -> None:
    lines = np.arange(len(points))
    ax.axvspan(1 / 1.2, 1.2, color=style.GREY, alpha=0.15, linewidth=0)
    ax.axvline(1, color=style.BLACK, linewidth=0.8)
    names = [name for name in NAMES if name in points]
    for shift, name in zip(np.linspace(-0.27, 0.27, len(names)), names, strict=True):
        look = {"linestyle": "none", "markersize": 5} | LOOKS[name]
        ax.plot(points[name], lines + shift, **look)
    for line in lines[1:]:
        ax.axhline(line - 0.5, color=style.GREY, linewidth=0.3, alpha=0.5)
    names = [f"$L$={p.L} $v$={p.v} $s_0$={p.s0}" for p in points.itertuples()]
    ax.set_yticks(lines, names, fontsize=9)
    ax.invert_yaxis()
    ax.set_xlim(0.36, 2.2)
    style.log_ticks(ax, RATIOS)


def draw_exponents(exponents: pd.DataFrame) -> Figure:
    """Each exponent over the law's, with 95 % intervals: the paper's, theirs (cheaper) and ours.

    exponents: as `srhm_book.complexity.authors_table.exponents_in_both`.
    """
    if exponents.empty:
        return style.nothing_yet()
    figure, ax = style.new_axes(width=style.WIDE, height=1.5 + 0.55 * len(exponents))
    lines, laws = np.arange(len(exponents)), exponents.law.to_numpy(float)[:, None]
    ax.axvline(1, color=style.BLACK, linewidth=0.8)
    ax.axvspan(0.8, 1.2, color=style.GREY, alpha=0.15, linewidth=0)
    for shift, name in zip((-0.2, 0, 0.2), TRAININGS, strict=True):
        values = np.array([[e.value, e.low, e.high] for e in exponents[name]]) / laws
        lengths = style.bar_lengths(*values.T)
        ax.errorbar(
            values[:, 0], lines + shift, xerr=lengths, linestyle="none", capsize=2, **LOOKS[name]
        )
    names = [
        f"{row.arch.upper()} $L$={row.L}: " + ("$s_0+1$" if row.factor == "s0+1" else "$v$")
        for row in exponents.itertuples()
    ]
    ax.set_yticks(lines, [f"{n} (law {law})" for n, law in zip(names, exponents.law, strict=True)])
    ax.invert_yaxis()
    ax.set_xlabel("exponent / the law's")
    figure.legend(loc="outside upper center", ncols=3, columnspacing=1)
    return figure
