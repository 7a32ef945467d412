"""Pictures of Eq. 8: P* against P*_S and P*_D, other thresholds, and who falls first."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from srhm_book import style as plots
from srhm_book.complexity.figures import filled
from srhm_book.invariance.thresholds import D2, ERROR, S2

QUANTITY_TEX = {ERROR: "test error", S2: "$S_2$", D2: "$D_2$"}
QUANTITY_STYLES = {
    ERROR: {"color": plots.BLACK, "marker": "o"},
    S2: {"color": plots.BLUE, "marker": "s"},
    D2: {"color": plots.VERMILION, "marker": "^"},
}


def draw_thresholds(ax, points: pd.DataFrame, paper: pd.DataFrame | None, label: str) -> None:
    """P* against P_x, with 95 % intervals, the line P* = P_x and a factor of two about it.

    points: as `srhm_book.invariance.thresholds.threshold_points`; colour and marker say s0, the
    filling (s, L). paper: columns P_x and P_star, drawn beneath in grey. label: of the x axis.
    """
    if paper is not None and len(paper):
        style = plots.PAPER_STYLE | {"linestyle": "none", "zorder": 1}
        ax.plot(paper.P_x, paper.P_star, **style)
    for (s0, s, L), part in points.groupby(["s0", "s", "L"]):
        style = plots.style_for(s0) | filled(s, L)
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
    for (s0, s, L), part in found.groupby(["s0", "s", "L"]):
        style = plots.style_for(s0) | filled(s, L)
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


def pairs_legend(figure, points: pd.DataFrame, with_paper: bool) -> None:
    """A legend above the panels: s0, the shapes (s, L) and the paper's crosses."""
    handles = [
        Line2D([], [], linestyle="none", label=f"$s_0={s0}$", **plots.style_for(s0))
        for s0 in sorted(points.s0.unique())
    ]
    handles += [
        Line2D([], [], color=plots.BLACK, marker="o", label=f"$s={s}$, $L={L}$", **filled(s, L))
        for s, L in sorted(set(zip(points.s, points.L, strict=True)))
    ]  # fmt: skip
    if with_paper:
        style = plots.PAPER_STYLE | {"linestyle": "none"}
        handles.append(Line2D([], [], label="paper", **style))
    figure.legend(handles=handles, loc="outside upper center", ncols=min(len(handles), 5))


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
