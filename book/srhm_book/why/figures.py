"""The figures of the chapters that ask why."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srhm_book.style import GREY, bar_lengths, style_for
from srhm_book.why.expected import law
from srhm_book.why.levels import ALL, expected_exponent
from srhm_book.why.tasks import HEIGHTS

OPEN = {"equal": "_", "random": "x"}  # markers of one step's two predictions


def draw_which_level(axes, measured: pd.DataFrame, predicted: pd.DataFrame) -> None:
    """One panel a network and depth: exponents of s0+1 by the level that is sparse.

    Filled: P* of trained networks, one point a value of s0, with intervals; bars and crosses: one
    step's P_c; dotted: the paper's law, for all levels together.
    """
    for ax, ((L, arch), own) in zip(axes.flat, measured.groupby(["L", "arch"]), strict=True):
        places = [*HEIGHTS[L], ALL]
        _draw_predicted(ax, predicted.query("L == @L and arch == @arch"), places)
        for place, where in enumerate(places):
            for i, row in enumerate(own[own["where"] == where].itertuples()):
                found = row.exponent
                if found is not None:
                    bars = bar_lengths(found.value, found.low, found.high)
                    x = place + 0.16 * (i - 1)
                    ax.errorbar(x, found.value, yerr=bars, capsize=2, **style_for(arch=arch))
        at_all = len(places) - 1
        ax.plot([at_all - 0.4, at_all + 0.4], [law(arch, L)] * 2, ":", color=GREY)
        ax.set_title(f"{arch.upper()}, $L={L}$")
        ax.set_xticks(range(len(places)), places)
        ax.axhline(0, color=GREY, linewidth=0.8, zorder=0)
        ax.set_ylabel("exponent of $s_0+1$")


def _draw_predicted(ax, predicted: pd.DataFrame, places: list[str]) -> None:
    for weights, own in predicted.groupby("weights"):
        x = [places.index(where) + (0.3 if weights == "equal" else 0.38) for where in own["where"]]
        ax.plot(x, own.exponent, linestyle="none", color=GREY, marker=OPEN[weights], markersize=8)


def draw_against_P_star(ax, table: pd.DataFrame, fitted: dict[str, float]) -> None:
    """P* against one step's P_c, setting by setting, and the line P* = constant x P_c.

    table: columns arch, P_star, low, high, P_c.
    """
    for arch, own in table.groupby("arch"):
        bars = bar_lengths(own.P_star, own.low, own.high)
        look = style_for(arch=arch)
        ax.errorbar(own.P_c, own.P_star, yerr=bars, linestyle="none", label=arch.upper(), **look)
        ends = np.array([own.P_c.min(), own.P_c.max()])
        ax.plot(ends, fitted[arch] * ends, color=look["color"], linewidth=1, linestyle="--")


def expected_words(L: int, arch: str) -> dict[str, tuple[float, ...]]:
    """The exponents written down beforehand at each place, then at all: by kind of weights."""
    places = [*HEIGHTS[L], ALL]
    return {w: tuple(expected_exponent(arch, w, L, p) for p in places) for w in OPEN}
