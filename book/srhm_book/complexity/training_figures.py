"""Pictures of P* under other ways of training (`srhm_book.complexity.training`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from srhm.stats.ratios import PairedRatio
from srhm.training.config import RunConfig
from srhm_book import style as plots
from srhm_book.complexity.training import describe, geometric_mean


def draw_shift(pairs: Mapping[RunConfig, tuple[PairedRatio, float]]) -> None:
    """One line a setting: P* in the grids' training over P* in the paper's."""
    _, ax = plots.new_axes(height=0.9 + 0.36 * len(pairs), width=plots.NARROW)
    for i, (config, (ratio, _)) in enumerate(pairs.items()):
        bar = plots.bar_lengths(ratio.ratio, ratio.low, ratio.high)
        ax.errorbar([ratio.ratio], [i], xerr=bar, capsize=2, **plots.style_for(arch=config.arch))
    for L, line in ((2, "--"), (3, ":")):
        if own := [ratio.ratio for config, (ratio, _) in pairs.items() if config.L == L]:
            mean = geometric_mean(own)
            ax.axvline(mean, color=plots.GREY, linewidth=1, linestyle=line, zorder=0)
    ax.axvline(1, color=plots.BLACK, linewidth=0.6, zorder=0)
    ax.set_yticks(range(len(pairs)), [describe(config) for config in pairs])
    ax.invert_yaxis()
    ax.set_xlabel("$P^*$ of the grids' training / $P^*$ of the paper's")


def draw_rates(by_rate: pd.DataFrame, trainings: Sequence[str]) -> None:
    """P* over the paper's, a line a setting; by_rate: columns training, setting, P_star, paper."""
    names = list(dict.fromkeys(by_rate.setting))
    figure, ax = plots.new_axes(height=1.7 + 0.4 * len(names), width=plots.NARROW)
    for i, (name, marker) in enumerate(zip(trainings, "osD", strict=True)):
        part = by_rate[by_rate.training == name]
        places = [names.index(n) + 0.22 * (i - 1) for n in part.setting]
        bars = plots.bar_lengths(part.P_star, part.low, part.high) / part.paper.to_numpy()
        ax.errorbar(
            part.P_star / part.paper, places, xerr=bars, marker=marker, capsize=2,
            linestyle="none", label=name,
        )  # fmt: skip
    ax.axvline(1, color=plots.BLACK, linewidth=0.6, zorder=0)
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set_xlabel("$P^*$ / $P^*$ in the paper's figures")
    title = "the grids' training, or the paper's rate"
    figure.legend(loc="outside upper center", ncols=3, title=title)


def draw_rates_by_depth(curves: Mapping[int, Sequence[tuple[float, PairedRatio]]]) -> None:
    """P* against the learning rate, a line a depth; curves: `training.rates_by_depth`."""
    _, ax = plots.new_axes(height=3.4)
    for (L, points), marker in zip(sorted(curves.items()), "os", strict=False):
        rates, ratios = zip(*points, strict=True)
        middle, low, high = zip(*((r.ratio, r.low, r.high) for r in ratios), strict=True)
        bars = plots.bar_lengths(middle, low, high)
        look = {"marker": marker, "capsize": 2, "linewidth": 0.8}
        ax.errorbar(rates, middle, yerr=bars, label=f"$L$={L}", **look)
    ax.axhline(1, color=plots.BLACK, linewidth=0.6, zorder=0)
    ax.set_xscale("log")
    ticks = sorted({rate for points in curves.values() for rate, _ in points})
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.set_xlabel("learning rate / the paper's larger one")
    ax.set_ylabel("$P^*$ / $P^*$ at that rate")
    if curves:
        ax.legend()
