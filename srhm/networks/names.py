"""The names of all networks and of their layers. Importing them does not need torch."""

from __future__ import annotations

from srhm.data.task import SRHM

PATCH_NETWORKS = ("lcn", "cnn", "fcn")  # of srhm.networks.patch
COMMON = ("vgg11", "vgg16", "resnet18", "resnet34", "efficientnet_b0")  # of .architectures
VARIANTS = ("resnet18_stem7",)  # ResNet18 with the first layers that it has for large images
CONVERTED = COMMON + VARIANTS  # torchvision's, made one-dimensional
# Relative depths at which Figure 9 looks into a common architecture; the output is one more layer.
DEPTHS = (0.2, 0.5, 0.8)
SHORTEST = 32  # input of a common architecture: VGG halves it five times
ARCHITECTURES = PATCH_NETWORKS + CONVERTED
SCALINGS = ("fan_in", "channels")  # what a layer of a patch network is divided by


def read_tied(value: int | str | tuple[int, ...], task: SRHM) -> tuple[int, ...]:
    """The hidden layers that share weights within a sub-patch: 1, "1,3", (1, 3); "" is none.

    Layer k reads level k, the input's being 1. Layers that read a level that is not sparse drop
    out: no two of their places lie in one sub-patch. ValueError, in one sentence, for anything
    else, and for sparsity B, which has no sub-patches.
    """
    given = value
    try:
        value = [int(k) for k in value.split(",") if value] if isinstance(value, str) else value
    except ValueError:
        value = (0,)
    layers = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    possible = range(1, task.L + 1)
    if any(isinstance(k, bool) or k not in possible for k in layers):
        raise ValueError(
            f"tied must name hidden layers between 1 and L={task.L}, as 1,{task.L}, not {given!r}."
        )
    if layers and task.sparsity == "B":
        raise ValueError(
            f"tied must be empty with sparsity 'B', which has no sub-patches, not {given!r}."
        )
    return tuple(k for k in possible if k in layers and task.s0_levels[k - 1])
