"""Pictures of deformations, and test errors of image classifiers against their sensitivity."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import torch

from srhm.images.deform import apply_fields, displacement_fields, temperature
from srhm.images.networks import IMAGE_NETWORK_NAMES
from srhm_book.images.chapter import LAW
from srhm_book.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    WIDE,
    log_axis,
)  # fmt: skip

# Colour: the family; marker: its member.
STYLES = {
    "fc2": (BLACK, "o"), "fc4": (BLACK, "s"), "fc6": (BLACK, "^"),
    "lenet": (GREEN, "P"), "alexnet": (ORANGE, "X"),
    "vgg11": (SKY, "o"), "vgg16": (SKY, "s"), "vgg19": (SKY, "^"),
    "vgg11_bn": (BLUE, "o"), "vgg16_bn": (BLUE, "s"), "vgg19_bn": (BLUE, "^"),
    "resnet18": (VERMILION, "o"), "resnet34": (VERMILION, "s"), "resnet50": (VERMILION, "^"),
    "efficientnet_b0": (PURPLE, "o"), "efficientnet_b2": (PURPLE, "s"),
}  # fmt: skip
SENSITIVITY_LABELS = {
    "R": "relative sensitivity $R_f$",
    "D": "sensitivity to deformations $D_f$",
    "G": "sensitivity to noise $G_f$",
    "R_init": "$R_f$ before training",
}


def draw_deformations(images: torch.Tensor, deltas, c: int, seed: int):
    """A row for each displacement delta: a field and the images it deforms; returns the figure.

    images: (N, channels, n, n), values from 0 to 1. All rows have the same random numbers, so their
    fields differ in strength alone. The first row is the original.
    """
    N, n = len(images), images.shape[-1]
    size = (WIDE, WIDE * (len(deltas) + 1) / (N + 1) * 1.04)
    figure, axes = plt.subplots(len(deltas) + 1, N + 1, figsize=size, layout="constrained")
    for row, delta in zip(axes, [0, *deltas], strict=True):
        T = temperature(delta, n, c) if delta else 0.0
        field = displacement_fields(1, n, T, c, torch.Generator().manual_seed(seed))
        _draw_field(row[0], field[0].numpy())
        row[0].set_ylabel(f"$\\delta={delta:g}$" if delta else "original")
        moved = apply_fields(images, field.expand(N, -1, -1, -1))
        for ax, image in zip(row[1:], moved, strict=True):
            shown = image.movedim(0, -1).clamp(0, 1).numpy()
            grey = {"cmap": "gray_r", "vmin": 0, "vmax": 1} if shown.shape[2] == 1 else {}
            ax.imshow(shown.squeeze(-1) if grey else shown, **grey)
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[], aspect="equal")
        ax.grid(False)
        for spine in ax.spines.values():
            spine.set(visible=True, color=GREY, linewidth=0.6)
    return figure


def _draw_field(ax, field: np.ndarray, step: int = 3) -> None:
    """Arrows from every third pixel to the place it is read at, at the image's own scale."""
    n = field.shape[-1]
    at = np.arange(step // 2, n, step)
    dx, dy = -field[:, at[:, None], at]
    x, y = np.meshgrid(at, at)
    ax.quiver(
        x, y, dx, dy, color=BLUE, angles="xy", scale_units="xy", scale=1, width=0.012,
        headwidth=3.5, minlength=0.1,
    )  # fmt: skip
    ax.set(xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5))


def draw_image_errors(ax, table, quantity: str, joined: bool = False) -> None:
    """Test error against a sensitivity, a point for each row of `averages`.

    An axis is logarithmic when its values span more than a factor of four.
    Bars span the seeds from the lowest to the highest. joined: a line through each architecture's
    points in the order of P, from a hollow marker at the smallest to the others.
    """
    good = table[table.runs > 0]
    for arch, rows in good.groupby("arch", sort=False):
        color, marker = STYLES[arch]
        rows = rows.sort_values("P")
        x, y = rows[quantity], rows.test_error
        bars = {
            "xerr": [x - rows[f"{quantity}_low"], rows[f"{quantity}_high"] - x],
            "yerr": [y - rows.test_error_low, rows.test_error_high - y],
        }
        bars = {name: np.clip(value, 0, None) for name, value in bars.items()}
        ax.errorbar(
            x, y, **bars, color=color, marker=marker, markersize=8, capsize=2, elinewidth=1,
            linestyle="-" if joined else "none", linewidth=1.2, label=IMAGE_NETWORK_NAMES[arch],
        )  # fmt: skip
        if joined:
            ax.plot(
                x.iloc[:1], y.iloc[:1], marker=marker, color=color, markersize=8,
                markerfacecolor="white", linestyle="none", zorder=5,
            )  # fmt: skip
    ax.set(xlabel=SENSITIVITY_LABELS[quantity], ylabel="test error $\\varepsilon$")
    for which, name in (("x", quantity), ("y", "test_error")):
        if len(good) and good[name].max() > 4 * good[name].min():
            log_axis(ax, which)
        else:
            ax.locator_params(which, nbins=5)


def draw_law(ax) -> None:
    """petrini2021's 0.2 sqrt(R_f), found for CIFAR-10, over the range of R that is shown."""
    R, (factor, exponent) = np.clip(ax.get_xlim(), 0, None), LAW
    label = f"${factor}\\sqrt{{R_f}}$"
    ax.plot(R, factor * R**exponent, color=GREY, linestyle="--", label=label, zorder=0)
    ax.set_xlim(R)
