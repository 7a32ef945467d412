"""Pictures of sample complexities against the laws, and of the laws' exponents."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from srhm import plots
from srhm.law_tests import LawTest

# How a marker is filled says which (s, L) it is.
FILLS = {(2, 2): "full", (2, 3): "none", (3, 2): "left", (3, 3): "bottom"}


def draw_against_law(axes, table: pd.DataFrame, paper: pd.DataFrame, law: str) -> None:
    """P* against the law (upper panel) and P* over the law (lower), with 95 % intervals.

    axes: two panels that share their x axis. table: as `srhm.complexity.complexity_table`; colour
    and marker say s0, the filling (s, L). paper: columns scale and P_star, drawn beneath in grey.
    law: its name for the axes' labels.
    """
    table = table.dropna(subset="P_star")
    upper, lower = axes
    for ax, over in ((upper, 1), (lower, paper["scale"])):
        style = plots.PAPER_STYLE | {"linestyle": "none", "zorder": 1}
        ax.plot(paper["scale"], paper.P_star / over, label="paper", **style)
    for (s0, s, L), part in table.groupby(["s0", "s", "L"]):
        style = plots.style_for(s0) | {"fillstyle": FILLS[s, L], "linestyle": "none"}
        for ax, over in ((upper, 1), (lower, part["scale"])):
            ax.errorbar(
                part["scale"], part.P_star / over, yerr=_bars(part, over), capsize=2, **style
            )
    ends = np.array([table["scale"].min(), table["scale"].max()])
    C = np.exp(np.log(table.C).mean())
    upper.plot(ends, C * ends, color=plots.GREY, linewidth=1, zorder=0)
    lower.axhline(C, color=plots.GREY, linewidth=1, zorder=0)
    for ax in axes:
        ax.set_xscale("log")
        ax.set_yscale("log")
    plain_ticks(lower.yaxis)
    upper.set_ylabel("$P^*$")
    lower.set_ylabel("$P^*$ / law")
    lower.set_xlabel(law)
    _legend(upper, table)


def draw_exponents(ax, tests: Iterable[LawTest], labels: Iterable[str], reach: float = 0.2) -> None:
    """Each exponent minus the law's, with its 95 % interval; a band of ± ``reach`` about zero."""
    shown = [(t, name) for t, name in zip(tests, labels, strict=True) if t.estimate is not None]
    for i, (test, _) in enumerate(shown):
        value, law = test.estimate.value, test.law or 0.0
        bar = [[value - test.estimate.low], [test.estimate.high - value]]
        color, marker = (plots.BLUE, "o") if test.included else (plots.VERMILION, "D")
        ax.errorbar(
            [value - law], [i], xerr=bar, color=color, marker=marker, capsize=2, linestyle="none"
        )
    ax.axvspan(-reach, reach, color=plots.GREY, alpha=0.15, linewidth=0)
    ax.axvline(0, color=plots.BLACK, linewidth=0.8)
    ax.set_yticks(range(len(shown)), [name for _, name in shown])
    ax.invert_yaxis()
    ax.set_xlabel("exponent here − exponent of the law")


def draw_depth_factor(ax, table: pd.DataFrame) -> None:
    """P* over (s0+1)^L n_c m^L for each (s, L), beside s^(L/2): what Figure 10 (right) is about."""
    table = table.dropna(subset="P_star")
    factor = table.s ** (table.L / 2)
    rest = table.P_star / (
        (table.s0 + 1.0) ** table.L * table.n_c * table.m.astype(float) ** table.L
    )
    for (s0, s, L), part in table.groupby(["s0", "s", "L"]):
        style = plots.style_for(s0) | {"fillstyle": FILLS[s, L], "linestyle": "none", "alpha": 0.8}
        ax.plot(factor[part.index] * 1.02 ** (s0 - 2), rest[part.index], **style)
    values = np.unique(factor)
    C = np.exp(np.log(rest / factor).mean())
    ax.plot(values, C * values, color=plots.GREY, linewidth=1, zorder=0, label="∝ $s^{L/2}$")
    names = {}
    for value, s, L in sorted(set(zip(factor, table.s, table.L, strict=True))):
        names[value] = f"$s$={s}\n$L$={L}"
    ax.set_xscale("log")
    ax.set_yscale("log")
    plain_ticks(ax.yaxis)
    ax.set_xticks(list(names), list(names.values()))
    ax.xaxis.minorticks_off()
    ax.set_xlabel("$s^{L/2}$")
    ax.set_ylabel("$P^*/[(s_0+1)^L n_c m^L]$")
    ax.legend()


def plain_ticks(axis) -> None:
    """Ticks 1, 2, 3, 5, 10, ... in plain numbers, for a logarithmic axis of a decade or so."""
    # A LogLocator takes other numbers as soon as the axis shows less than a decade.
    axis.set_major_locator(FixedLocator([a * 10.0**n for n in range(-3, 7) for a in (1, 2, 3, 5)]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())


def _bars(part: pd.DataFrame, over) -> np.ndarray:
    """Lengths of the error bars (2, n); an open end has none."""
    low, high = part.low.astype(float), part.high.astype(float)
    lengths = np.stack([(part.P_star - low) / over, (high - part.P_star) / over])
    return np.nan_to_num(np.maximum(lengths, 0))


def _legend(ax, table: pd.DataFrame) -> None:
    """One entry for each s0 (colour and marker), each (s, L) (filling), and the paper."""
    for s0 in sorted(table.s0.unique()):
        ax.plot([], [], linestyle="none", label=f"$s_0$={s0}", **plots.style_for(s0))
    for s, L in sorted(set(zip(table.s, table.L, strict=True))):
        style = {"color": plots.BLACK, "marker": "o", "linestyle": "none", "fillstyle": FILLS[s, L]}
        ax.plot([], [], label=f"$s$={s}, $L$={L}", **style)
    ax.legend(fontsize=9, ncols=2, handletextpad=0.2, columnspacing=0.8)
