"""Pictures of shallow networks' P* against all data, and of deep ones' against a CNN's."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srhm_book import style
from srhm_book.parent.deep_figures import DEPTH_STYLES


def kind_of(row) -> str:
    """Which family a task belongs to, as the legend says it."""
    if row.L > 2:
        return f"$L={row.L}$"
    if row.n_c == row.m == row.v:
        return "$n_c=m=v$"
    return "$m<v$" if row.m < row.v else "$n_c<v$"


KIND_STYLES = {
    "$n_c=m=v$": {"color": style.BLUE, "marker": "o"},
    "$m<v$": {"color": style.ORANGE, "marker": "^"},
    "$n_c<v$": {"color": style.GREEN, "marker": "D"},
    "$L=3$": {"color": style.VERMILION, "marker": "s"},
}


def draw_shallow(ax, table: pd.DataFrame) -> None:
    """P* against P_max with 95 % intervals; lines of the median share, and of P_max^(3/4).

    The latter is the slope of n_c m^L where n_c = m = v and L = 2, through the first such task.
    """
    known = table.dropna(subset="P_star").sort_values("P_max")
    known = known.assign(kind=[kind_of(row) for row in known.itertuples()])
    for kind, look in KIND_STYLES.items():
        part = known[known.kind == kind]
        if len(part):
            bars = style.bar_lengths(part.P_star, part.low, part.high)
            ax.errorbar(part.P_max, part.P_star, yerr=bars, linestyle="none", capsize=2,
                        label=kind, **look)  # fmt: skip
    ends, share = np.array([known.P_max.min(), known.P_max.max()]), known.share.median()
    ax.plot(ends, share * ends, color=style.GREY, linewidth=1, zorder=0,
            label=f"{share:.2f} $P_{{\\max}}$")  # fmt: skip
    first = known[known.kind == "$n_c=m=v$"].iloc[0]
    ax.plot(ends, first.P_star * (ends / first.P_max) ** 0.75, color=style.GREY, linewidth=1,
            linestyle="--", zorder=0, label="$\\propto n_c m^L$")  # fmt: skip
    style.log_axis(ax)
    style.log_axis(ax, "y")
    ax.set_xlabel("all data, $P_{\\max} = n_c\\,m^{d-1}$")
    ax.set_ylabel("$P^*$ at 0.7 of guessing")
    style.legend(ax, fontsize=10)


def draw_deep(ax, ratios: dict[str, pd.DataFrame]) -> None:
    """P* of fully connected networks over a CNN's, task by task, against L; 2^L is a black bar.

    ratios: by name, what `srhm_book.parent.fully_connected.against` gives; the second is hollow.
    """
    for number, (name, table) in enumerate(ratios.items()):
        for L, part in table.groupby("L"):
            part = part.sort_values("other")
            x = L + 0.22 * (number - 0.5) + 0.05 * (np.arange(len(part)) - (len(part) - 1) / 2)
            bars = style.bar_lengths(part.P_star, part.low, part.high) / part.other.to_numpy()
            fill = {"markerfacecolor": "white"} if number else {}
            ax.errorbar(x, part.ratio, yerr=bars, linestyle="none", capsize=2,
                        **DEPTH_STYLES[L] | fill)  # fmt: skip
        marker = {"marker": "o", "color": style.GREY, "linestyle": "none"}
        ax.plot([], [], label=name, **marker | ({"markerfacecolor": "white"} if number else {}))
    depths = sorted({L for table in ratios.values() for L in table.L})
    for L in depths:
        ax.plot([L - 0.35, L + 0.35], [2.0**L] * 2, color=style.BLACK, linewidth=2,
                label="$2^L$" if depths[0] == L else None)  # fmt: skip
    ax.set_yscale("log", base=2)
    ax.set_xticks(depths)
    ax.yaxis.set_major_formatter("{x:g}")
    ax.set_xlabel("levels $L$")
    ax.set_ylabel("$P^*$ over the CNN's")
    style.legend(ax, fontsize=10)
