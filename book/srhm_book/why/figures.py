"""The figures of the chapters that ask why."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srhm_book.style import GREY, bar_lengths, label_log, legend, style_for
from srhm_book.why.expected import law
from srhm_book.why.levels import ALL
from srhm_book.why.tasks import HEIGHTS

STEP_MARKERS = {"equal": "_", "random": "x"}  # one step's two predictions
STEP_LABELS = {"equal": "one step, equal weights", "random": "one step, random weights"}


def draw_which_level(axes, measured: pd.DataFrame, predicted: pd.DataFrame) -> None:
    """One panel a depth and network: exponents of s0+1 by the level that is sparse.

    Coloured: P* of trained networks, one point a value of s0, with intervals; grey bars and
    crosses: one step's P_c; dotted: the paper's law, for all levels together.
    """
    panels = zip(axes.flat, measured.groupby(["L", "arch"], sort=False), strict=False)
    for ax, ((L, arch), own) in panels:
        places = [*HEIGHTS[L], ALL]
        _draw_predicted(ax, predicted.query("L == @L and arch == @arch"), places)
        _draw_measured(ax, own[own["where"].isin(places)], places, **style_for(arch=arch))
        at_all = len(places) - 1
        ax.plot([at_all - 0.4, at_all + 0.4], [law(arch, L)] * 2, ":", color=GREY, label="law")
        ax.axhline(0, color=GREY, linewidth=0.8, zorder=0)
        ax.set_title(f"{arch.upper()}, $L={L}$")
        ax.set_xticks(range(len(places)), places)
        ax.set_xlim(-0.5, len(places) - 0.4)
        ax.set_ylabel("exponent of $s_0+1$")
    legend(axes.flat[0], loc="upper left", fontsize=9)


def _draw_measured(ax, own: pd.DataFrame, places: list[str], **look) -> None:
    """The points of one place side by side, in the order of s0."""
    values = sorted(own.s0.unique())
    label = "trained"
    for row in own.itertuples():
        if row.exponent is None:
            continue
        x = places.index(row.where) + 0.12 * (values.index(row.s0) - (len(values) - 1) / 2)
        found = row.exponent
        bars = bar_lengths(found.value, found.low, found.high)
        ax.errorbar([x], [found.value], yerr=bars, capsize=2, linestyle="none", label=label, **look)
        label = None


def _draw_predicted(ax, predicted: pd.DataFrame, places: list[str]) -> None:
    for weights, own in predicted.groupby("weights"):
        own = own[own["where"].isin(places)]
        largest = own[own.s0 == own.groupby("where").s0.transform("max")]
        x = [places.index(where) + 0.34 for where in largest["where"]]
        y = [found.value for found in largest.exponent]
        look = {"color": GREY, "marker": STEP_MARKERS[weights], "markersize": 9}
        ax.plot(x, y, linestyle="none", markeredgewidth=2, label=STEP_LABELS[weights], **look)


def draw_by_depth(axes, families: list[tuple[str, dict, dict]]) -> None:
    """Exponents of s0+1 with all levels sparse against L, one panel a network.

    families: of tasks, side by side, the first filled and the others hollow; for each its name,
    {(arch, L): Estimate} of trained networks, and {(arch, weights, L): value} of one step.
    """
    depths = sorted({key[-1] for _, *both in families for found in both for key in found})
    for ax, arch in zip(axes, ("lcn", "cnn"), strict=True):
        for i, (name, measured, predicted) in enumerate(families):
            shift = 0.24 * i - 0.12
            _draw_depths(ax, name, measured, shift, arch, {"fillstyle": "none"} if i else {})
            _draw_step_depths(ax, predicted, shift, arch, labelled=i == 0)
        ax.plot(depths, [law(arch, L) for L in depths], ":", color=GREY, label="the paper's law")
        ax.set_xticks(depths)
        ax.set_xlabel("levels $L$")
        ax.set_title(arch.upper())
    axes[0].set_ylabel("exponent of $s_0+1$")


def _draw_depths(ax, name: str, measured: dict, shift: float, arch: str, fill: dict) -> None:
    found = {L: estimate for (a, L), estimate in measured.items() if a == arch}
    y = [e.value for e in found.values()]
    bars = bar_lengths(y, [e.low for e in found.values()], [e.high for e in found.values()])
    look = style_for(arch=arch) | fill | {"capsize": 3, "linestyle": "none"}
    ax.errorbar([L + shift for L in found], y, yerr=bars, label=f"trained, {name}", **look)


def _draw_step_depths(ax, predicted: dict, shift: float, arch: str, labelled: bool) -> None:
    for weights, marker in STEP_MARKERS.items():
        own = {L: value for (a, w, L), value in predicted.items() if (a, w) == (arch, weights)}
        look = {"color": GREY, "marker": marker, "markersize": 9, "markeredgewidth": 2}
        look["label"] = STEP_LABELS[weights] if labelled else None
        x = [L + shift for L in own]
        ax.plot(x, list(own.values()), linestyle="none", **look)


def draw_critical_sizes(axes, sizes: pd.DataFrame, units: dict[int, float]) -> None:
    """P_c / (n_c m^L) against s0+1, one panel a depth: means and range over seeds.

    sizes: rows of `srhm_book.why.measure.critical_sizes` with one s0 for all levels.
    """
    for ax, (L, own) in zip(axes, sizes.groupby("L"), strict=True):
        for (arch, weights), rows in own.groupby(["arch", "weights"]):
            values = rows.groupby(rows.s0.astype(int) + 1).P_c
            mean, low, high = (f(values) / units[L] for f in (_harmonic, _least, _most))
            look = style_for(arch=arch)
            kind = {"fillstyle": "none", "linestyle": "--"} if weights == "equal" else {}
            ax.errorbar(
                mean.index, mean, yerr=bar_lengths(mean, low, high), capsize=2,
                label=f"{arch.upper()}, {weights}", **{"linestyle": "-", **look, **kind},
            )  # fmt: skip
        ax.set_xscale("log")
        ax.set_yscale("log")
        label_log(ax.xaxis, 1, int(own.s0.astype(int).max()) + 1)
        label_log(ax.yaxis, *ax.get_ylim())
        ax.set_xlabel("$s_0+1$")
        ax.set_title(f"$L={L}$")
    axes[0].set_ylabel("$P_c\\ /\\ (n_c m^L)$")
    legend(axes[0], fontsize=9)


def _harmonic(groups):
    return 1 / groups.apply(lambda values: (1 / values).mean())


def _least(groups):
    return groups.min()


def _most(groups):
    return groups.max()


def draw_step_sensitivities(axes, steps: pd.DataFrame) -> None:
    """S_{1,1} (left) and D_{1,1} (right) after one step against P over its scale, by s0."""
    for ax, name in zip(axes, ("S_1_1", "D_1_1"), strict=True):
        for s0, own in steps.groupby("s0"):
            values = own.groupby("x")[name]
            mean = values.mean().dropna()
            if len(mean):
                bars = bar_lengths(mean, values.min()[mean.index], values.max()[mean.index])
                ax.errorbar(mean.index, mean, yerr=bars, capsize=2, label=f"$s_0={s0}$",
                            linestyle="-", **style_for(s0=s0))  # fmt: skip
        ax.set_xscale("log")
        label_log(ax.xaxis, steps.x.min(), steps.x.max())
        ax.set_ylim(0, 1.1)
        ax.set_xlabel("$P\\ /\\ [(s_0+1)^L n_c m^L]$")
        letter = name[0]
        ax.set_ylabel(f"${letter}_{{1,1}}$")
    legend(axes[0], fontsize=9)


def draw_against_P_star(ax, table: pd.DataFrame, constant: float) -> None:
    """P* against P_c, setting by setting; the line P* = constant · P_c.

    table: columns arch, P_star, low, high, P_c.
    """
    for arch, own in table.groupby("arch"):
        bars = bar_lengths(own.P_star, own.low, own.high)
        look = style_for(arch=arch)
        ax.errorbar(own.P_c, own.P_star, yerr=bars, linestyle="none", label=arch.upper(), **look)
    ends = np.array([table.P_c.min(), table.P_c.max()])
    ax.plot(ends, constant * ends, color=GREY, linewidth=1, linestyle="--")
    ax.set_xscale("log")
    ax.set_yscale("log")
    label_log(ax.xaxis, *ends)
    label_log(ax.yaxis, table.P_star.min(), table.P_star.max())
    ax.set_xlabel("$P_c$ of one step")
    legend(ax, fontsize=9)


def draw_both_beside(axes, table: pd.DataFrame) -> None:
    """`draw_against_P_star` for equal weights, left, and random ones, right."""
    for ax, weights in zip(axes, STEP_MARKERS, strict=True):
        own = table[table.weights == weights]
        if len(own):
            draw_against_P_star(ax, own, float(np.exp(np.log(own.P_star / own.P_c).mean())))
        ax.set_title(f"{weights} weights")
    axes[0].set_ylabel("$P^*$ of training")


def draw_first_gradients(ax, rows: pd.DataFrame) -> None:
    """One minus the correlation of a network's first step with the counts, against width.

    rows: of `srhm_book.why.first_gradient.correlation_rows`. Means, and smallest to largest.
    """
    for arch, own in rows.groupby("arch"):
        values = (1 - own.correlation).groupby(own.width)
        mean = values.mean()
        bars = bar_lengths(mean, values.min(), values.max())
        look = {"linestyle": "-", "capsize": 2, "label": arch.upper()}
        ax.errorbar(mean.index, mean, yerr=bars, **look, **style_for(arch=arch))
    ax.set_xscale("log")
    ax.set_yscale("log")
    label_log(ax.xaxis, rows.width.min(), rows.width.max())
    ax.set_xlabel("width of the network")
    ax.set_ylabel("1 − correlation")
    legend(ax, fontsize=9)
