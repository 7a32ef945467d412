"""How much each layer's activations move in the first steps, against the width."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from srhm_book import style as plots


def draw_feature_changes(changes: Mapping[str, pd.DataFrame]) -> None:
    """One panel a network; changes: rows the widths, columns the layers, the output last."""
    _, axes = plots.new_axes(rows=len(changes), height=5.6, sharex=True, sharey=True)
    for ax, (arch, change) in zip(axes, changes.items(), strict=True):
        *hidden, output = change
        for k, marker in zip((*hidden, output), "os^Dv", strict=False):
            label = "output" if k == output else f"layer {k + 1}"
            ax.plot(change.index, change[k], marker=marker, label=label, color=plots.CYCLE[k])
        ax.set_title(arch.upper(), fontsize=11, loc="left")
        ax.set_xscale("log", base=2)
        ax.set_yscale("log")
        ax.set_xticks(change.index, change.index)
    axes[0].legend(ncols=len(hidden) + 1, loc="lower left", bbox_to_anchor=(0.15, 0.98))
    axes[len(axes) // 2].set_ylabel("RMS change of activations")
    axes[-1].set_xlabel("width")
