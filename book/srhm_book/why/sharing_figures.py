"""The figures of the chapter on sharing weights."""

from __future__ import annotations

import pandas as pd

from srhm_book.style import CYCLE, GREY, bar_lengths, legend, style_for
from srhm_book.why.expected import law
from srhm_book.why.figures import STEP_LABELS, STEP_MARKERS
from srhm_book.why.tied import NAMES

LAYER_MARKERS = "osD"


def draw_tied(axes, measured: pd.DataFrame, predicted: pd.DataFrame) -> None:
    """Exponents of s0+1 by the layers whose weights are tied, one panel a depth and network.

    measured: `srhm_book.why.tied.tied_table`; predicted: `srhm_book.why.tied.step_exponents`.
    """
    for ax, ((L, arch), own) in zip(axes.flat, measured.groupby(["L", "arch"]), strict=False):
        ways = list(dict.fromkeys(own.tied))
        known = own[own.exponent.notna()]
        y = [found.value for found in known.exponent]
        bars = bar_lengths(
            y, [found.low for found in known.exponent], [found.high for found in known.exponent]
        )
        x = [ways.index(tied) for tied in known.tied]
        look = style_for(arch=arch) | {"linestyle": "none", "label": "trained"}
        ax.errorbar(x, y, yerr=bars, capsize=3, **look)
        for weights, marker in STEP_MARKERS.items():
            step = predicted.query("L == @L and arch == @arch and weights == @weights")
            x = [ways.index(tied) + 0.25 for tied in step.tied if tied in ways]
            look = {"color": GREY, "marker": marker, "markersize": 9, "markeredgewidth": 2}
            y = step[step.tied.isin(ways)].power
            ax.plot(x, y, linestyle="none", label=STEP_LABELS[weights], **look)
        ax.axhline(0, color=GREY, linewidth=0.8, zorder=0)
        ax.set_xticks(range(len(ways)), [NAMES.get(tied, tied) for tied in ways])
        ax.set_xlim(-0.5, len(ways) - 0.4)
        ax.set_title(f"{arch.upper()}, $L={L}$")
        ax.set_xlabel("layers that share")
    for ax in axes[:, 0]:
        ax.set_ylabel("exponent of $s_0+1$")
    legend(axes.flat[0], fontsize=9)


def draw_along(axes, powers: pd.DataFrame) -> None:
    """The power of s0+1 in P_c of each layer's gradient, from the start to half the loss.

    powers: `srhm_book.why.along_training.exponents`.
    """
    for ax, ((L, arch), own) in zip(axes.flat, powers.groupby(["L", "arch"]), strict=False):
        moments = sorted(own.moment.unique(), reverse=True)
        for layer, rows in own.groupby("layer"):
            rows = rows.sort_values("moment", ascending=False)
            x = [moments.index(moment) for moment in rows.moment]
            bars = bar_lengths(rows.power, rows.low, rows.high)
            look = {"color": CYCLE[layer - 1], "marker": LAYER_MARKERS[layer - 1]}
            ax.errorbar(x, rows.power, yerr=bars, capsize=2, label=f"layer {layer}", **look)
        ax.axhline(law(arch, L), color=GREY, linestyle=":", label="the paper's law")
        ax.set_xticks(range(len(moments)), [f"{moment:g}" for moment in moments])
        ax.set_title(f"{arch.upper()}, $L={L}$")
        ax.set_xlabel("loss on new data / guessing")
    for ax in axes[:, 0]:
        ax.set_ylabel("power of $s_0+1$ in $P_c$")
    handles, labels = axes.flat[-1].get_legend_handles_labels()  # of the deepest: all layers
    legend(axes.flat[0], handles=handles, labels=labels, fontsize=9)
