"""Pictures of sample complexities against the laws, and of the laws' exponents."""

from __future__ import annotations

from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from srhm_book import style as plots
from srhm_book.complexity.law_tests import LawTest, complete_rules

# How a marker is filled says which (s, L) it is.
FILLS = {(2, 2): "full", (2, 3): "none", (3, 2): "left", (3, 3): "bottom", (4, 2): "right"}


def filled(s: int, L: int) -> dict:
    """Lone markers, filled as (s, L) says."""
    return {"fillstyle": FILLS.get((s, L), "top"), "linestyle": "none"}


def draw_against_law(table: pd.DataFrame, paper: pd.DataFrame, law: str) -> Figure:
    """P* against the law, as Figures 4B and 4C, and P* over the law for each depth below.

    table: as `srhm_book.complexity.table.complexity_table`, drawn filled with 95 % intervals, half
    filled where s is not 2; small and pale where the rules leave tuples without a meaning.
    paper: as `srhm_book.paper.published_P_star`, hollow. Colour and marker say s0. law: its name
    for the axis. Bars may run out of the lower panels.
    """
    table = table.dropna(subset="P_star")
    depths = sorted(table.L.unique())
    figure = plt.figure(figsize=(plots.WIDE, 7.4), layout="constrained")
    places = [["all"] * len(depths), depths]
    panels = figure.subplot_mosaic(places, height_ratios=(3, 2))
    C = np.exp(np.log(table.C).mean())
    _draw_over(panels["all"], table, paper)
    ends = np.array([table["scale"].min(), table["scale"].max()])
    panels["all"].plot(ends, C * ends, color=plots.GREY, linewidth=1, zorder=0)
    ratios = pd.concat([table.C, paper.P_star / paper["scale"]])
    for L in depths:
        ax = panels[L]
        _draw_over(ax, table[table.L == L], paper[paper.L == L], "scale")
        ax.axhline(C, color=plots.GREY, linewidth=1, zorder=0)
        ax.set_title(f"$L$={L}")
        # An interval that is open to hardly any data would squeeze all the rest.
        ax.set_ylim(0.6 * ratios.min(), 1.6 * ratios.max())
        plain_ticks(ax.yaxis)
        ax.set_ylabel("$P^*$ / law" if depths[0] == L else "")
    for ax in panels.values():
        ax.set_xlabel(law)
    panels["all"].set_ylabel("$P^*$")
    _legend(panels["all"], table)
    return figure


def draw_branching(ax, table: pd.DataFrame, law: str) -> None:
    """P* at one branching against the law, filled at two levels and hollow at more, as Figure 13.

    table: as `srhm_book.complexity.table.complexity_table`; bars: 95 % intervals over seeds. Colour
    and marker say s0. The line is proportional to the law, at the geometric mean.
    """
    ax.set(xscale="log", yscale="log", xlabel=law, ylabel="$P^*$")
    if table.empty:
        return
    C = np.exp(np.log(table.C).mean())
    ends = np.array([table["scale"].min(), table["scale"].max()])
    ax.plot(ends, C * ends, color=plots.GREY, linewidth=1, zorder=0)
    for (s0, L), part in table.groupby(["s0", "L"]):
        look = plots.style_for(s0) | {"linestyle": "none"}
        look |= {} if L == 2 else {"markerfacecolor": "white"}
        bars = plots.bar_lengths(part.P_star, part.low, part.high)
        label = f"$s_0$={s0}, $L$={L}"
        ax.errorbar(part["scale"], part.P_star, yerr=bars, capsize=2, label=label, **look)
    ax.legend(fontsize=10)


def _draw_over(ax, table: pd.DataFrame, paper: pd.DataFrame, over: str | None = None) -> None:
    """P*, over a column where one is named, against the law: ours filled, the paper's hollow."""
    for s0, part in paper.groupby("s0"):
        y = part.P_star / part[over] if over else part.P_star
        look = plots.style_for(s0) | {"markerfacecolor": "white", "linestyle": "none", "zorder": 2}
        ax.plot(part["scale"], y, **look)
    for (s0, s, whole), part in table.groupby(["s0", "s", complete_rules(table)]):
        unit = part[over].to_numpy(float) if over else 1.0
        look = plots.style_for(s0) | filled(s, 2) | {"zorder": 3}
        look |= {} if whole else {"alpha": 0.4, "markersize": 3.5, "elinewidth": 0.6}
        bars = plots.bar_lengths(part.P_star, part.low, part.high) / unit
        ax.errorbar(part["scale"], part.P_star / unit, yerr=bars, capsize=2, **look)
    ax.set_xscale("log")
    ax.set_yscale("log")


def draw_exponents(
    ax,
    tests: Iterable[LawTest],
    matched: Iterable[LawTest] = (),
    reach: float = 0.2,
    most: float = 0.8,
) -> None:
    """Each exponent over the law's, with its 95 % interval; a band of ± ``reach`` about one.

    matched: the same exponents from another fit, drawn as small squares under them. The axis ends
    ``most`` from one; bars may run out of it, and an arrow at its end stands for a value beyond.
    """
    styles = {
        True: {"color": plots.BLUE, "marker": "o"},
        False: {"color": plots.VERMILION, "marker": "D"},
        None: {"color": plots.GREY, "marker": "o", "fillstyle": "none"},
    }
    small = {"marker": "s", "markersize": 4, "elinewidth": 0.8}
    shown = [test for test in tests if test.estimate is not None]
    others = {test.name: test for test in matched}
    for i, test in enumerate(shown):
        _draw_exponent(ax, i, test, styles[test.included])
        off = test.estimate.value / test.law - 1
        if abs(off) > most:
            look = {"color": styles[test.included]["color"], "marker": "<" if off < 0 else ">"}
            ax.plot([1 + np.sign(off) * most], [i], linestyle="none", clip_on=False, **look)
        if test.name in others:
            other = others[test.name]
            _draw_exponent(ax, i + 0.38, other, styles[other.included] | small)
    ax.axvspan(1 - reach, 1 + reach, color=plots.GREY, alpha=0.15, linewidth=0)
    ax.axvline(1, color=plots.BLACK, linewidth=0.8)
    ax.set_xlim(1 - most, 1 + most)
    ax.set_yticks(range(len(shown)), [test.name for test in shown])
    ax.invert_yaxis()
    ax.set_xlabel("exponent here / exponent of the law")


def _draw_exponent(ax, y: float, test: LawTest, style: dict) -> None:
    value, law = test.estimate.value, test.law
    bar = plots.bar_lengths(value, test.estimate.low, test.estimate.high)
    ax.errorbar([value / law], [y], xerr=bar / law, capsize=2, linestyle="none", **style)


def draw_at_branching(ax, table: pd.DataFrame, s: int = 3) -> None:
    """P* against the law for one s, with 95 % intervals: Figure 10 (left), which is not digitised.

    Colour and marker say s0, the filling L. Grey: proportionality, at the geometric mean.
    """
    table = table.dropna(subset="P_star").query("s == @s")
    for (s0, L, whole), part in table.groupby(["s0", "L", complete_rules(table)]):
        look = plots.style_for(s0) | filled(s, L)
        look |= {} if whole else {"alpha": 0.4, "markersize": 3.5, "elinewidth": 0.6}
        bars = plots.bar_lengths(part.P_star, part.low, part.high)
        ax.errorbar(part["scale"], part.P_star, yerr=bars, capsize=2, **look)
    if table.empty:
        ax.text(0.5, 0.5, f"no setting with s = {s}", ha="center", transform=ax.transAxes)
    else:
        ends = np.array([table["scale"].min(), table["scale"].max()])
        ax.plot(
            ends, np.exp(np.log(table.C).mean()) * ends, color=plots.GREY, linewidth=1, zorder=0
        )
        ax.set_xscale("log")
        ax.set_yscale("log")
    ax.set_xlabel("$s^{L/2}(s_0+1)^L n_c m^L$")
    ax.set_ylabel("$P^*$")
    ax.set_title(f"$s$={s}")


def draw_depth_factor(ax, table: pd.DataFrame) -> None:
    """P* over (s0+1)^L n_c m^L for each (s, L), beside s^(L/2): what Figure 10 (right) is about."""
    table = table.dropna(subset="P_star")
    factor = table.s ** (table.L / 2)
    rest = table.P_star / (
        (table.s0 + 1.0) ** table.L * table.n_c * table.m.astype(float) ** table.L
    )
    complete = complete_rules(table)
    sizes = {True: {"alpha": 0.9}, False: {"alpha": 0.45, "markersize": 3.5}}
    for (s0, s, L, whole), part in table.groupby(["s0", "s", "L", complete]):
        style = plots.style_for(s0) | filled(s, L)
        where = factor[part.index] * 1.02 ** (s0 - 2)
        ax.plot(where, rest[part.index], **style | sizes[whole])
    values = np.unique(factor)
    shown = rest[complete] / factor[complete] if complete.any() else rest / factor
    C = np.exp(np.log(shown).mean())
    ax.plot(values, C * values, color=plots.GREY, linewidth=1, zorder=0, label="∝ $s^{L/2}$")
    names, last = {}, 0.0
    for value, s, L in sorted(set(zip(factor, table.s, table.L, strict=True))):
        lower = value < 1.1 * last  # too close to the last one to stand beside it
        names[value] = ("\n\n" if lower else "") + f"$s$={s}\n$L$={L}"
        last = 0.0 if lower else value
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


def _legend(ax, table: pd.DataFrame) -> None:
    """One entry for each s0 (colour and marker) and s (filling), and for the paper's points."""
    for s0 in sorted(table.s0.unique()):
        ax.plot([], [], linestyle="none", label=f"$s_0$={s0}", **plots.style_for(s0))
    for s in sorted(table.s.unique()):
        style = {"color": plots.BLACK, "marker": "o"} | filled(s, 2)
        ax.plot([], [], label=f"here, $s$={s}", **style)
    hollow = {"color": plots.BLACK, "marker": "o", "markerfacecolor": "white"}
    ax.plot([], [], linestyle="none", label="paper, $s$=2", **hollow)
    ax.legend(fontsize=10, ncols=2, handletextpad=0.2, columnspacing=0.8)


def draw_fixed_d(table: pd.DataFrame) -> None:
    """P* against F at fixed d: a figure with one panel for each m, one line for each v, s and d.

    table: as `srhm_book.complexity.table.complexity_table`. Markers are hollow at the smallest v.
    """
    table = table.dropna(subset="P_star").sort_values("F")
    values = sorted(table.m.unique())
    columns = min(len(values), 2) or 1
    rows = max(-(-len(values) // columns), 1)
    figure, axes = plots.new_axes(
        columns, rows, height=0.7 + 2.9 * rows, squeeze=False, sharex=True
    )
    markers = dict(zip(sorted(set(zip(table.s, table.d, strict=True))), "osD^v", strict=False))
    colors = dict(zip(markers, plots.CYCLE, strict=False))
    names = {}
    for ax, m in zip(axes.flat, values, strict=False):
        for (v, *key), line in table[table.m == m].groupby(["v", "s", "d"]):
            key = tuple(key)
            style = {"color": colors[key], "marker": markers[key], "capsize": 2}
            fill = "white" if v == table.v.min() < table.v.max() else colors[key]
            bars = plots.bar_lengths(line.P_star, line.low, line.high)
            drawn = ax.errorbar(line.F, line.P_star, yerr=bars, markerfacecolor=fill, **style)
            names[(*key, v)] = drawn
            law = line["scale"] * np.exp(np.log(line.C).mean())
            ax.plot(line.F, law, color=plots.GREY, linewidth=0.9, linestyle="--", zorder=0)
        ax.set_xscale("log")
        plots.log_axis(ax, "y")
        ticks = [1 / 64, 1 / 16, 1 / 4, 1]
        ax.set_xticks(ticks, [f"1/{1 / F:.0f}" if F < 1 else "1" for F in ticks])
        ax.xaxis.minorticks_off()
        ax.set_title(f"$m$={m}")
    for ax in list(axes.flat)[len(values) :]:
        ax.set_visible(False)
    for ax in axes[-1]:
        ax.set_xlabel("informative fraction $F$")
    for ax in axes[:, 0]:
        ax.set_ylabel("$P^*$")
    if names:
        labels = {f"$v$={v}, $s$={s}, $d$={d}": names[s, d, v] for s, d, v in sorted(names)}
        figure.legend(labels.values(), labels, loc="outside upper center", ncols=3, fontsize=9)


def draw_map(ax, log_P: np.ndarray, d: np.ndarray, F: np.ndarray, s: int) -> None:
    """A map of log10 P*/n_c over d and F (arrays of one shape), with the tasks that exist.

    Dots, joined where L is the same: d = (s (s0+1))^L and F = (s0+1)^-L of whole L and s0.
    """
    shades = ax.pcolormesh(d, F, log_P, cmap="cividis_r", rasterized=True)
    ax.contour(d, F, log_P, levels=np.arange(0, 40, 4), colors="black", linewidths=0.5)
    dots = {"color": "white", "markeredgecolor": "black", "markersize": 3.5, "linewidth": 0.8}
    for L in range(1, 7):
        s0 = np.unique(np.geomspace(1, 1000, 30).round()) - 1
        size, part = (s * (s0 + 1)) ** L, (s0 + 1) ** -float(L)
        inside = (size <= d.max()) & (part >= F.min())
        ax.plot(size[inside], part[inside], "o-", **dots)
        ax.annotate(f"$L$={L}", (size[0], 1), (0, 4), textcoords="offset points", fontsize=9)
    ax.set(xscale="log", yscale="log")
    ax.set(xlabel="input dimension $d$", ylabel="informative fraction $F$")
    ax.grid(visible=False)
    ax.figure.colorbar(shades, ax=ax, label="$\\log_{10}\\, P^*/n_c$")


def draw_sparser_pairs(ax, pairs: pd.DataFrame) -> None:
    """The measured ratio of each of `fixed_d.sparser_pairs` against the predicted one."""
    for number, (m, part) in enumerate(pairs.groupby("m")):
        bars = plots.bar_lengths(part.ratio, part.low, part.high)
        style = {"color": plots.CYCLE[number], "marker": "osD^v"[number % 5], "linestyle": "none"}
        ax.errorbar(part.predicted, part.ratio, yerr=bars, capsize=2, label=f"$m$={m}", **style)
    ends = np.array([0.8 * min([*pairs.predicted, 0.5]), 1.25 * max([*pairs.predicted, 2.0])])
    ax.plot(ends, ends, color=plots.GREY, linewidth=1, zorder=0)
    for line in (ax.axhline, ax.axvline):
        line(1, color=plots.GREY, linewidth=0.8, linestyle="--", zorder=0)
    ax.set_xscale("log")
    ax.set_yscale("log")
    plain_ticks(ax.xaxis)
    plain_ticks(ax.yaxis)
    ax.set_xlabel("$P^*$ sparser / denser, Eq. 5")
    ax.set_ylabel("$P^*$ sparser / denser, here")
    if len(pairs):
        ax.legend(fontsize=9)
