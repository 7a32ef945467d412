"""The figures of the chapters on spatial information."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srhm.stats.ratios import mean_ratio
from srhm_book.spatial.detection import Setting
from srhm_book.style import BLACK, BLUE, GREEN, GREY, VERMILION, bar_lengths, label_log, legend

CURVES = {  # (state, with ReLU): look, in the order of the legend
    ("initial", True): {"color": GREY, "marker": "o", "linestyle": ":", "label": "before training"},
    ("trained", True): {"color": BLUE, "marker": "s", "linestyle": "-", "label": "trained"},
    ("trained", False): {
        "color": VERMILION, "marker": "^", "linestyle": "-", "label": "trained, no ReLU",
    },
    ("pooling", True): {"color": BLACK, "marker": "", "linestyle": "--", "label": "pure pooling"},
    ("pooling", False): {
        "color": BLACK, "marker": "", "linestyle": "-.", "label": "pure pooling, no ReLU",
    },
}  # fmt: skip
CONTROLS = {("trained", False), ("pooling", False)}


def draw_by_depth(axes, frame: pd.DataFrame, setting: Setting) -> None:
    """D_k, left, and G_k, right, against the layer: geometric means, 95 % intervals over networks.

    Without the ReLU only G is drawn: of pure pooling D is the same. Shaded: the layers read off.
    """
    for ax, letter in zip(axes, "DG", strict=True):
        for (state, rectify), look in CURVES.items():
            if letter == "D" and (state, rectify) in CONTROLS:
                continue
            own = frame[(frame.state == state) & (frame.rectify == rectify)]
            _draw_means(ax, own, letter, **look)
        ax.axvspan(*setting.fitted, color=GREEN, alpha=0.08, linewidth=0)
        ax.set_yscale("log")
        label_log(ax.yaxis, *ax.get_ylim())
        if setting.stride == 1:
            ax.set_xscale("log")
        ax.set_xticks(layers := range(1, setting.depth + 1), layers, minor=False)
        ax.set_xticks([], minor=True)
        ax.set_xlabel("layer $k$")
        ax.set_ylabel(f"${letter}_k$")


def _draw_means(ax, own: pd.DataFrame, letter: str, **look) -> None:
    found = own.groupby("layer")[letter].apply(mean_ratio)
    mean = [f.ratio for f in found]
    bars = bar_lengths(mean, [f.low for f in found], [f.high for f in found])
    ax.errorbar(found.index, mean, yerr=bars, capsize=2, **look)


def draw_pooled_noise(axes, rows: dict[int, dict[str, np.ndarray]]) -> None:
    """One image in a panel for each k: pooled k times, with noise and without.

    rows: {k: {"image": (size,), "noisy": (size,)}}.
    """
    for ax, (k, own) in zip(axes, rows.items(), strict=True):
        places = np.arange(len(own["image"]))
        step = {"where": "mid"}
        ax.step(places, own["noisy"], color=VERMILION, label="with noise", linewidth=1, **step)
        ax.step(places, own["image"], color=BLUE, label="image", **step)
        ax.set_title("input" if k == 0 else f"layer {k}")
        ax.set_xlabel("place")
    axes[0].set_ylabel("value over the points'")
    legend(axes[0], fontsize=9)
