"""How much each layer of a network minds a displacement, and noise of the same norm (tomasini2022).

    D_k = <|f_k(tau x) - f_k(x)|^2> / <|f_k(x) - f_k(z)|^2>
    G_k = <|f_k(x + eta) - f_k(x)|^2> / <|f_k(x) - f_k(z)|^2>
    R_k = D_k / G_k

with f_k the activations of layer k, x and z independent images, tau a displacement and eta noise.
What tau and eta are is the caller's business; of the output, `relative_sensitivity` measures the
same with random diffeomorphisms.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

from srhm.images.sensitivity import sensitivity_ratios
from srhm.training.observables import module_outputs

CHUNK = 100


def layer_sensitivities(
    net: nn.Module,
    layers: Iterable[str],
    images: torch.Tensor,
    moved: torch.Tensor,
    noisy: torch.Tensor,
) -> dict[str, dict[str, float]]:
    """D_k, G_k and R_k of the named submodules of ``net`` and of its output.

    Parameters
    ----------
    layers: names as `torch.nn.Module.named_modules` has them.
    images, moved, noisy: (n, channels, ...), in random order (the z of one image is the next),
        the same displaced, and the same with noise.

    Returns
    -------
    ``{layer: {"D": value, "D_se": standard error over images, ...}}``, also for G and R; the output
    is the layer "out". nan for a layer that does not vary.

    Raises
    ------
    ValueError
        For fewer than three images, parts of different shapes, or a layer that is none.
    """
    if len(images) < 3:
        raise ValueError(f"images must be at least 3, not {len(images)}.")
    if not images.shape == moved.shape == noisy.shape:
        shapes = [tuple(part.shape) for part in (images, moved, noisy)]
        raise ValueError(f"images, moved and noisy must have one shape, not {shapes}.")
    distances: dict[str, list[torch.Tensor]] = {}
    parts = (part.split(CHUNK) for part in (images, moved, noisy, images.roll(1, 0)))
    for chunks in zip(*parts, strict=True):
        reference, *others = (module_outputs(net, layers, [x]) for x in chunks)
        for k, f in reference.items():
            found = [_squared_distance(f, other[k]) for other in others]
            distances.setdefault(k, []).append(torch.stack(found))
    return {k: sensitivity_ratios(*torch.cat(d, 1)) for k, d in distances.items()}


def _squared_distance(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return (a - b).double().square().sum(1)
