"""The figures of the chapter on the best possible."""

from __future__ import annotations

import pandas as pd

from srhm_book.style import BLACK, GREY, ORANGE, PURPLE, SKY, bar_lengths, label_log, style_for
from srhm_book.why.best_chapter import SHOWN, WORDS

LOOKS = {
    "seen": {"color": GREY, "marker": "|"},
    "seen places": {"color": BLACK, "marker": "|"},
    "step": {"color": SKY, "marker": "x"},
    "algorithm": {"color": ORANGE, "marker": "v"},
    "algorithm places": {"color": PURPLE, "marker": "D"},
}
for _arch in ("cnn", "lcn", "fcn"):
    LOOKS[_arch] = style_for(arch=_arch)
    LOOKS[f"{_arch} lazier"] = style_for(arch=_arch) | {"fillstyle": "none"}
LANE = 0.07  # rows are 1 apart
ALGORITHM_STYLE, CNN_STYLE = LOOKS["algorithm places"], LOOKS["cnn"]


def draw_sizes(ax, table: pd.DataFrame) -> None:
    """A row a task, on a logarithmic axis of data: where each of `WORDS` lies, with intervals.

    Each has a height of its own within the row, so that none hides another.
    """
    rows = table[SHOWN].drop_duplicates().sort_values(["L", "v", "s0"], ignore_index=True)
    heights = {task: -i for i, task in enumerate(rows.itertuples(index=False, name=None))}
    for i, (name, words) in enumerate(WORDS.items()):
        own = table[table.what == name]
        lane = LANE * ((len(WORDS) - 1) / 2 - i)
        y = [heights[task] + lane for task in own[SHOWN].itertuples(index=False, name=None)]
        bars = bar_lengths(own.P_star, own.low, own.high)
        look = {"linestyle": "none", "markersize": 9 if LOOKS[name]["marker"] in "|x" else 6}
        look |= {"markeredgewidth": 2 if LOOKS[name]["marker"] in "|x" else 1, "elinewidth": 0.8}
        ax.errorbar(own.P_star, y, xerr=bars, label=words, **look, **LOOKS[name])
    ax.set_xscale("log")
    label_log(ax.xaxis, table.P_star.min(), table.P_star.max())
    names = [f"$L={L}$, $v={v}$, $s_0={s0}$" for v, L, s0 in heights]
    ax.set_yticks(list(heights.values()), names, fontsize=10)
    for height in list(heights.values())[1:]:
        ax.axhline(height + 0.5, color=GREY, linewidth=0.5)
    ax.margins(y=0.02)
    ax.set_xlabel("training data")
    ax.legend(loc="upper center", bbox_to_anchor=(0.35, -0.1), ncols=2, fontsize=10)


def draw_growth(ax, table: pd.DataFrame) -> None:
    """Exponents of s0+1: the algorithm's beside the CNN's, a row for each of `GROWTHS`.

    table: `srhm_book.why.best_growth.growth_table`.
    """
    shown = table[table.algorithm.notna() | table.cnn.notna()].reset_index(drop=True)
    both = (
        ("algorithm", "level by level, places learned", ALGORITHM_STYLE, 0.12),
        ("cnn", "CNN", CNN_STYLE, -0.12),
    )
    for name, words, look, shift in both:
        known = shown[shown[name].notna()]
        found = list(known[name])
        x = [e.value for e in found]
        bars = bar_lengths(x, [e.low for e in found], [e.high for e in found])
        y = shift - known.index.to_numpy()
        ax.errorbar(x, y, xerr=bars, linestyle="none", capsize=2, label=words, **look)
    ax.set_yticks(-shown.index.to_numpy(), shown["where"], fontsize=10)
    for power in range(4):
        ax.axvline(power, color=GREY, linewidth=0.8, linestyle=":", zorder=0)
    ax.set_xlim(left=min(0, ax.get_xlim()[0]))
    ax.set_xlabel("exponent of $s_0+1$")
    ax.legend(loc="upper center", bbox_to_anchor=(0.35, -0.16), ncols=2, fontsize=10)
