"""How much a classifier of images minds a smooth deformation, relative to noise (petrini2021).

    D_f = <|f(tau x) - f(x)|^2> / <|f(x) - f(z)|^2>
    G_f = <|f(x + eta) - f(x)|^2> / <|f(x) - f(z)|^2>
    R_f = D_f / G_f

with f the logits, x and z independent test images, tau a random diffeomorphism, and eta Gaussian
noise of the norm that deformations have on average, |eta| = <|tau x - x|>. R_f is the *relative
sensitivity*: 1 for a network that takes a deformation for noise, 0 for one that does not see it.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from srhm.images.deform import deform
from srhm.training.observables import ratio_of_means

CHUNK = 256


def relative_sensitivity(
    f: Callable[[torch.Tensor], torch.Tensor],
    images: torch.Tensor,
    seed: int,
    *,
    c: int = 3,
    delta: float = 1.0,
) -> dict[str, float]:
    """D_f, G_f and R_f of a classifier, each with its standard error over the images.

    Parameters
    ----------
    f: images (n, channels, size, size) to logits (n, classes); a module is used in its evaluation
        mode and left in the mode it was in.
    images: test images, in random order: the z of one is the next. Each gets one deformation and
        one direction of noise.
    seed: of deformations and noise.
    c, delta: cut-off and pixel displacement of the deformations.

    Returns
    -------
    ``{"D": value, "D_se": standard error, ...}``, also for G and R; nan where f does not vary.

    Raises
    ------
    ValueError
        For fewer than three images, or a ``delta`` outside the valid range.
    """
    if len(images) < 3:
        raise ValueError(f"images must be at least 3, not {len(images)}.")
    draw = torch.Generator().manual_seed(seed)  # the CPU's: the same on every device
    deformed = deform(images, draw, c=c, delta=delta)
    noise = noise_like(deformed - images, draw)
    reference, moved, noisy = (logits(f, x) for x in (images, deformed, images + noise))
    to_deformed = _squared_distance(reference, moved)
    to_noisy = _squared_distance(reference, noisy)
    to_others = _squared_distance(reference, reference.roll(1, 0))
    return sensitivity_ratios(to_deformed, to_noisy, to_others)


def sensitivity_ratios(
    to_moved: torch.Tensor, to_noisy: torch.Tensor, to_others: torch.Tensor
) -> dict[str, float]:
    """D, G and R with their standard errors from squared distances (n,) of the n images' outputs
    to those of the moved images, of the noisy ones, and of other images; nan without variation."""
    result = {}
    pairs = {"D": (to_moved, to_others), "G": (to_noisy, to_others), "R": (to_moved, to_noisy)}
    for name, (a, b) in pairs.items():
        varies = b.mean() > 0 and torch.isfinite(a.mean() + b.mean())
        result[name], result[f"{name}_se"] = ratio_of_means(a, b) if varies else (float("nan"),) * 2
    return result


def noise_like(changes: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """White Gaussian noise of the shape and the mean norm of changes (n, channels, size, size)."""
    noise = torch.randn(changes.shape, generator=generator, device=generator.device).to(changes)
    norms = noise.flatten(1).norm(dim=1)
    wanted = changes.flatten(1).norm(dim=1).mean()
    return noise * (wanted / norms).view(-1, *[1] * (changes.ndim - 1))


@torch.no_grad()
def logits(f: Callable[[torch.Tensor], torch.Tensor], images: torch.Tensor) -> torch.Tensor:
    """f of all images, in chunks, in evaluation mode: (n, classes), in float64 on the CPU."""
    training = isinstance(f, nn.Module) and f.training
    if training:
        f.eval()
    try:
        return torch.cat([f(chunk).double().cpu() for chunk in images.split(CHUNK)])
    finally:
        if training:
            f.train()


def _squared_distance(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return (a - b).square().flatten(1).sum(1)
