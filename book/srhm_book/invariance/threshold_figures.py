"""Pictures of Eq. 8: P* against P*_S and P*_D, other thresholds, and who falls first."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from srhm_book import style as plots
from srhm_book.invariance.agreement import paper_pairs
from srhm_book.invariance.thresholds import D2, ERROR, S2, threshold_points

QUANTITY_TEX = {ERROR: "test error", S2: "$S_2$", D2: "$D_2$"}
QUANTITY_STYLES = {
    ERROR: {"color": plots.BLACK, "marker": "o"},
    S2: {"color": plots.BLUE, "marker": "s"},
    D2: {"color": plots.VERMILION, "marker": "^"},
}


FILLS = {2: "full", 3: "bottom"}  # of L
# The paper's points: colour and marker of ours, hollow.
HOLLOW = {"linestyle": "none", "markerfacecolor": "white", "markersize": 6, "zorder": 1}


def draw_pairs(table: pd.DataFrame, arch: str, with_paper: bool = True):
    """P* against P*_S and P*_D in the paper's panels. Returns the figure.

    LCN: Figures 6C, 6D (s = 2, above) and 11 (s = 3). CNN: Figure 14, S above D, s = 2 and 3.
    FCN: Figure 16. table: as `srhm_book.invariance.thresholds.crossings`.
    """
    own = table[table.arch == arch]
    cases = sorted(own.s.unique())
    panels = [[(q, s) for s in cases] for q in (S2, D2)]  # rows: quantities
    if arch != "cnn":
        panels = [list(row) for row in zip(*panels, strict=True)]  # rows: s
    size = len(panels[0]), len(panels)
    figure, axes = plots.new_axes(*size, height=0.6 + 3.4 * size[1], squeeze=False)
    for ax, (q, s) in zip(axes.flat, [panel for row in panels for panel in row], strict=True):
        theirs = paper_pairs(arch, q) if with_paper else None
        theirs = theirs[theirs.s == s] if theirs is not None else None
        points = threshold_points(own[own.s == s], q)
        draw_thresholds(ax, points, theirs, f"$P^*_{q[0]}$")
        name = {S2: "synonyms", D2: "displacements"}[q]
        ax.set_title(f"{name}, $s={s}$" if len(cases) > 1 else name, fontsize=11)
    _legend(figure, own, with_paper and any(len(paper_pairs(arch, q)) for q in (S2, D2)))
    return figure


def draw_thresholds(ax, points: pd.DataFrame, paper: pd.DataFrame | None, label: str) -> None:
    """P* against P_x, with 95 % intervals, the line P* = P_x and a factor of two about it.

    points: as `srhm_book.invariance.thresholds.threshold_points`; colour and marker say s0, the
    filling L. paper: columns s0, P_x and P_star, drawn beneath, hollow. label: of the x axis.
    """
    for s0, part in paper.groupby("s0") if paper is not None else ():
        ax.plot(part.P_x, part.P_star, **plots.style_for(s0) | HOLLOW)
    for (s0, L), part in points.groupby(["s0", "L"]):
        style = plots.style_for(s0) | _lone(L)
        ax.errorbar(
            part.P_x, part.P_star, markersize=5, elinewidth=0.8,
            xerr=plots.bar_lengths(part.P_x, part.P_x_low, part.P_x_high),
            yerr=plots.bar_lengths(part.P_star, part.P_star_low, part.P_star_high), **style,
        )  # fmt: skip
    ax.set_xscale("log")
    ax.set_yscale("log")
    shown = [frame[["P_x", "P_star"]] for frame in (points, paper) if frame is not None]
    values = pd.concat(shown).to_numpy(float) if shown else np.empty(0)
    low, high = (values.min() / 1.5, values.max() * 1.5) if values.size else (100.0, 1e4)
    middle = np.sqrt(low * high)  # at least a decade and a half, or the ticks have no room
    low, high = min(low, middle / 6), max(high, middle * 6)
    ends = np.array([low, high])
    ax.plot(ends, ends, color=plots.GREY, linewidth=1, zorder=0)
    ax.fill_between(ends, ends / 2, 2 * ends, color=plots.GREY, alpha=0.12, linewidth=0, zorder=0)
    ax.set_xlim(low, high)
    ax.set_ylim(low, high)
    for axis in (ax.xaxis, ax.yaxis):
        plots.label_log(axis, low, high, short=True)
    ax.set_xlabel(label)
    ax.set_ylabel("$P^*$")


def draw_scale(ax, found: pd.DataFrame) -> None:
    """P* against the law, with 95 % intervals; a line at the geometric mean of their ratio.

    found: columns s0, s, L, P_star, low, high and scale; colours and shapes as in `draw_pairs`.
    """
    for (s0, L), part in found.groupby(["s0", "L"]):
        style = plots.style_for(s0) | _lone(L)
        bars = plots.bar_lengths(part.P_star, part.low, part.high)
        label = f"$s_0={s0}$, $L={L}$"
        ax.errorbar(part["scale"], part.P_star, yerr=bars, capsize=2, label=label, **style)
    ax.set_ylabel("$P^*$")
    if len(found):
        ends = np.array([found["scale"].min(), found["scale"].max()])
        mean = np.exp(np.log(found.P_star / found["scale"]).mean())
        ax.plot(ends, mean * ends, color=plots.GREY, linewidth=1, zorder=0)
        ax.legend()
        plots.log_axis(ax)
        plots.log_axis(ax, "y")


def _lone(L: int) -> dict:
    return {"fillstyle": FILLS.get(L, "top"), "linestyle": "none"}


def _legend(figure, points: pd.DataFrame, with_paper: bool) -> None:
    """A legend above the panels: s0, the filling (L) and the paper's hollow points."""
    handles = [
        Line2D([], [], linestyle="none", label=f"$s_0={s0}$", **plots.style_for(s0))
        for s0 in sorted(points.s0.unique())
    ]
    dark = {"color": plots.BLACK, "marker": "o"}
    handles += [Line2D([], [], label=f"$L={L}$", **dark | _lone(L)) for L in sorted(set(points.L))]
    if with_paper:
        handles.append(Line2D([], [], label="paper", **dark | HOLLOW))
    num = len(handles)
    figure.legend(handles=handles, loc="outside upper center", ncols=num if num < 6 else 4)


def draw_scans(tables: dict[str, pd.DataFrame]):
    """`draw_scan` for both sensitivities, side by side. Returns the figure.

    tables: {quantity: `srhm_book.invariance.agreement.scan_table`}.
    """
    figure, axes = plots.new_axes(2, 2, height=5.6, sharex=True)
    for column, (q, table) in zip(axes.T, tables.items(), strict=True):
        draw_scan(column, table)
        column[0].set_ylabel(f"median $P^*_{q[0]}/P^*$")
        column[1].set_ylabel("scatter (decades)")
        column[1].set_xlabel(f"threshold of ${q[0]}_2$")
        if len(table):
            column[0].legend()
    return figure


def draw_scan(axes, table: pd.DataFrame) -> None:
    """Median P_x / P* (upper panel) and its scatter in decades (lower) against the threshold.

    table: columns arch, threshold, median, low, high, scatter, scatter_low, scatter_high.
    """
    for arch, rows in table.groupby("arch"):
        style = plots.style_for(arch=arch)
        for ax, name, low, high in (
            (axes[0], "median", "low", "high"),
            (axes[1], "scatter", "scatter_low", "scatter_high"),
        ):
            bars = plots.bar_lengths(rows[name], rows[low], rows[high])
            shift = 0.004 if arch == "cnn" else -0.004  # bars side by side
            ax.errorbar(
                rows.threshold + shift, rows[name], yerr=bars, label=arch.upper(),
                capsize=2, **style,
            )  # fmt: skip
    axes[0].axhline(1, color=plots.GREY, linewidth=1, zorder=0)
    axes[0].set_yscale("log")
    axes[0].yaxis.set_major_locator(FixedLocator([0.125, 0.25, 0.5, 1, 2]))
    axes[0].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes[0].yaxis.set_minor_locator(NullLocator())
    low, high = axes[0].get_ylim()
    axes[0].set_ylim(min(low, 0.45), max(high, 2.2))
    axes[1].set_ylim(bottom=0)


def draw_all_falls(traces: pd.DataFrame, sizes: dict[str, dict[int, pd.DataFrame]]):
    """`draw_falls` along training (above) and against P (below), a column a network.

    traces: as `srhm.runs.trace.trace_all`. sizes: {network: {s0: runs}}, of which the first s0 is
    drawn. Returns the figure.
    """
    figure, axes = plots.new_axes(2, 2, height=5.8, sharey=True)
    for (above, below), (arch, curves) in zip(axes.T, sizes.items(), strict=True):
        draw_falls(above, traces[traces.arch == arch], "step")
        above.set_title(arch.upper(), fontsize=11)
        above.set_xlabel("step of training")
        if curves:
            draw_falls(below, next(iter(curves.values())), "P")
        below.set_xlabel("training-set size $P$")
    for ax in axes[:, 0]:
        ax.set_ylabel("share still to fall")
    axes[0, 0].legend()
    return figure


def draw_falls(ax, curves: pd.DataFrame, axis: str, quantities=(ERROR, S2, D2)) -> None:
    """Quantities against ``axis``, each scaled to fall from 1 to 0: means and ranges over seeds.

    curves: columns ``axis``, seed_rules and the quantities. Each seed's curve is scaled by its own
    first and last value; a line at 1/2 is where `srhm_book.complexity.transitions.fall_times` reads
    the times.
    """
    for quantity in quantities:
        scaled = []
        for _, curve in curves.groupby("seed_rules"):
            values = curve.set_index(axis)[quantity].sort_index().dropna()
            if len(values) > 1 and values.iloc[0] != values.iloc[-1]:
                span = values.iloc[0] - values.iloc[-1]
                scaled.append((values - values.iloc[-1]) / span)
        if not scaled:
            continue
        # Trainings end after different numbers of steps: then each stays where it is.
        table = pd.concat(scaled, axis=1).sort_index().ffill()
        table = table[table.index > 0]
        style = QUANTITY_STYLES[quantity]
        ax.plot(
            table.index, table.mean(axis=1), label=QUANTITY_TEX[quantity], markersize=4, **style
        )
        ax.fill_between(
            table.index, table.min(axis=1), table.max(axis=1), color=style["color"], alpha=0.15,
            linewidth=0,
        )  # fmt: skip
    ax.axhline(0.5, color=plots.GREY, linewidth=0.8, linestyle="--", zorder=0)
    ax.set_xscale("log")
