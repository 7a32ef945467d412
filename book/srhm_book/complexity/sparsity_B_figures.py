"""Pictures of the learning curves of sparsity B, raw and rescaled."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from srhm.training.config import RunConfig
from srhm_book import style as plots
from srhm_book.complexity.figures import plain_ticks
from srhm_book.complexity.sparsity_B import sparsity_power


def draw_families(curves: Mapping[RunConfig, pd.DataFrame], arch: str) -> None:
    """Test error against P and against P over the law's power of s0+1: one row for each (L, v).

    curves: runs of whole learning curves by setting.
    """
    families: dict[tuple[int, int], list] = {}
    for setting, runs in curves.items():
        if setting.arch == arch:
            families.setdefault((setting.L, setting.v), []).append((setting.s0, runs))
    if not families:
        plots.nothing_yet()
        return
    rows = len(families)
    _, axes = plots.new_axes(2, rows, height=2.7 * rows, squeeze=False, sharey=True)
    for (left, right), ((L, v), members) in zip(axes, sorted(families.items()), strict=False):
        power = sparsity_power(arch, L)
        for s0, runs in sorted(members, key=lambda member: member[0]):
            style = plots.style_for(s0) | {"label": f"$s_0$={s0}", "markersize": 4}
            plots.draw_learning_curve(left, runs, **style)
            rescaled = runs.assign(P=runs.P / (s0 + 1) ** power)
            plots.draw_learning_curve(right, rescaled, **style)
        for ax in (left, right):
            ax.axhline(0.1, color=plots.GREY, linewidth=0.8, linestyle="--", zorder=0)
        left.set_title(f"$L$={L}, $v$={v}")
        left.set_xlabel("$P$")
        left.set_ylabel("test error")
        right.set_xlabel(f"$P/(s_0+1)^{power}$")
        right.set_ylabel("")
        left.legend(fontsize=9)


def draw_collapse(table: pd.DataFrame) -> None:
    """P* / (s0+1)^power over its mean along each (v, L), both sparsities; one panel a network.

    table: as `srhm_book.complexity.table.complexity_table`.
    """
    table = table.dropna(subset="P_star").sort_values("s0")
    table = table.astype({"P_star": float, "s0": float})  # objects, where some were None
    figure, axes = plots.new_axes(2, 1, height=4.2, sharey=True)
    lines = sorted(set(zip(table.v, table.L, strict=True)))
    for ax, arch in zip(axes, ("lcn", "cnn"), strict=True):
        for (v, L), line in table[table.arch == arch].groupby(["v", "L"]):
            number = lines.index((v, L))
            unit = (line.s0 + 1.0) ** sparsity_power(arch, L)
            unit = unit * np.exp(np.log(line.P_star / unit).mean())
            for sparsity, part in line.groupby("sparsity"):
                over = unit[part.index].to_numpy()
                ax.errorbar(
                    (part.s0 + 1) * (1.03 if sparsity == "B" else 0.97),
                    part.P_star / over,
                    yerr=plots.bar_lengths(part.P_star, part.low, part.high) / over,
                    color=plots.CYCLE[number % len(plots.CYCLE)],
                    marker="osD^vP"[number % 6],
                    fillstyle="full" if sparsity == "B" else "none",
                    linestyle="-" if sparsity == "B" else ":",
                    capsize=2,
                    label=f"$v$={v}, $L$={L}, {sparsity}",
                )
        ax.axhline(1, color=plots.GREY, linewidth=0.8, linestyle="--", zorder=0)
        ax.set_xscale("log")
        ax.set_yscale("log")
        plain_ticks(ax.xaxis)
        plain_ticks(ax.yaxis)
        ax.set_title(arch.upper())
        ax.set_xlabel("$s_0+1$")
    axes[0].set_ylabel("$P^*/(s_0+1)^q$ over its mean")
    handles = {}  # a line looks the same in both panels
    for ax in axes:
        drawn, labels = ax.get_legend_handles_labels()
        handles |= dict(zip(labels, drawn, strict=True))
    names = sorted(handles)
    if names:
        shown = [handles[name] for name in names]
        figure.legend(shown, names, loc="outside lower center", ncols=4, fontsize=8)
