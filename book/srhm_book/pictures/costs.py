"""What a step of training costs, on the engine and densely, against the sparsity s0."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.ticker import LogLocator, NullLocator

from srhm_book import style as plots


def draw_costs(costs: Mapping[str, pd.DataFrame]) -> None:
    """One panel a network; costs: columns s0 and, in µs a datum, dense, ours and ideal."""
    _, axes = plots.new_axes(len(costs), height=3.4, sharey=True)
    for ax, (arch, cost) in zip(axes, costs.items(), strict=True):
        own = plots.style_for(arch=arch) | {"marker": "o"}
        ax.plot(cost.s0, cost.dense, "s-", color=plots.GREY, label="dense PyTorch")
        ax.plot(cost.s0, cost.ours, label="the engine", **own)
        ax.plot(cost.s0, cost.ideal, "--", color=plots.GREY, label="ideal")
        ax.set_yscale("log")
        ax.set_xlabel("$s_0$")
        ax.set_title(arch.upper())
        ax.set_xticks(cost.s0)
    axes[0].set_ylabel("time per datum (µs)")
    axes[0].yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes[0].yaxis.set_major_formatter("{x:g}")
    axes[0].yaxis.set_minor_locator(NullLocator())
    axes[-1].legend(loc="upper left")
