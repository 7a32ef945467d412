"""The figures of the chapter on classifiers of photographs."""

from __future__ import annotations

import pandas as pd

from srhm.images.networks import IMAGE_NETWORK_NAMES
from srhm_book.spatial.lost import convolutions_of
from srhm_book.style import BLUE, GREEN, GREY, PURPLE, VERMILION, bar_lengths, label_log

STATES = {
    "initial": {"color": GREY, "marker": "o", "linestyle": ":", "label": "before training"},
    "trained": {"color": BLUE, "marker": "s", "linestyle": "-", "label": "trained"},
    "shuffled": {"color": VERMILION, "marker": "^", "linestyle": "--",
                 "label": "trained, channels permuted"},
}  # fmt: skip
ARCHITECTURES = {
    "lenet": {"color": PURPLE, "marker": "v"},
    "alexnet": {"color": GREEN, "marker": "D"},
    "vgg11": {"color": VERMILION, "marker": "^"},
    "vgg11_bn": {"color": BLUE, "marker": "s"},
}


def draw_layers(axes, layers: pd.DataFrame) -> None:
    """D_k, G_k and R_k (rows of axes) of each architecture (columns) against the convolution.

    Means over seeds, bars from the lowest to the highest.
    """
    own = convolutions_of(layers)
    for column, (arch, part) in zip(axes.T, own.groupby("arch", sort=False), strict=True):
        column[0].set_title(IMAGE_NETWORK_NAMES[arch], fontsize=11)
        for ax, letter in zip(column, "DGR", strict=True):
            for state, look in STATES.items():
                _draw_spread(ax, part[part.state == state].groupby("layer")[letter], **look)
            ax.set_yscale("log")
            last = int(part.layer.max())
            ax.set_xlim(0.5, last + 0.5)
            ax.set_xticks(range(1, last + 1, 1 if last < 6 else 2))
        column[-1].set_xlabel("layer $k$")
    for ax, letter in zip(axes[:, 0], "DGR", strict=True):
        ax.set_ylabel(f"${letter}_k$")
        label_log(ax.yaxis, *ax.get_ylim())


def draw_modes(axes, filters: pd.DataFrame) -> None:
    """Left: weight of the filters of each architecture's trained layers, together, on the modes of
    their grid; right: on the constant mode, layer by layer. Over that of random filters."""
    filters = filters.assign(weight=filters.power * _number_of_modes(filters))
    after = filters[filters.state == "trained"]
    for arch, own in after.groupby("arch", sort=False):
        name, look = IMAGE_NETWORK_NAMES[arch], ARCHITECTURES[arch]
        over_layers = own.groupby(["seed", own.eigenvalue.round(6)]).weight.mean().reset_index()
        groups = over_layers.groupby("eigenvalue").weight
        _draw_spread(axes[0], groups, label=name, linestyle="-", **look)
        constant = own[own["mode"] == 0].groupby("layer").weight
        _draw_spread(axes[1], constant, label=name, linestyle="-", **look)
    for ax in axes:
        ax.axhline(1, color=GREY, linestyle=":", linewidth=1)
    axes[0].set_xlabel("eigenvalue of the mode")
    axes[0].set_ylabel("weight over that of random filters")
    axes[1].set_xlabel("layer $k$")
    axes[1].set_xticks(range(1, int(after.layer.max()) + 1))
    axes[0].set_title("all layers, each mode")
    axes[1].set_title("constant mode, each layer")


def _number_of_modes(filters: pd.DataFrame) -> pd.Series:
    return filters.groupby(["arch", "seed", "state", "layer"])["mode"].transform("size")


def _draw_spread(ax, groups, **look) -> None:
    mean = groups.mean()
    bars = bar_lengths(mean, groups.min(), groups.max())
    ax.errorbar(mean.index, mean, yerr=bars, capsize=2, markersize=5, **look)
