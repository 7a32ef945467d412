"""How insensitive each layer is to synonyms and to displacements (Eqs. 6, 7, 13, 14).

    S_{k,l} = <|f_k(x) - f_k(p_l x)|^2> / <|f_k(x) - f_k(z)|^2>

with p_l the exchange of level-l synonyms and z a datum independent of x; D_{k,l} the same with the
level-l displacement tau_l. Numerator and denominator are averaged first, then divided. 1 means that
layer k minds the transformation as much as another datum, 0 that it is invariant to it.
"""

from __future__ import annotations

import math

import torch

from srhm.engine import Engine, encode
from srhm.task import SRHM, Samples

MAX_POINTS = 1000


def sensitivities(
    task: SRHM, engine: Engine, samples: Samples, seed: int, max_points: int = MAX_POINTS
) -> dict:
    """S_{k,l} and D_{k,l} of every hidden layer k and the output, for every level l.

    Of ``samples`` (test data) the first half, at most ``max_points``, are the x, as many others
    the z. Returns ``{"S_1_1": value, "S_1_1_se": standard error over test points, ...}`` and
    ``constant_layers``, the layers (space-separated) whose activations do not vary, which have
    no sensitivity. Entries whose transformation does not exist (m = 1: no synonyms; s0 = 0: no
    displacements) are missing.
    """
    n = min(max_points, len(samples) // 2)
    if n < 2:
        return {}
    x, z = samples[:n], samples[n : 2 * n]
    transformed = {}
    for level in range(1, task.L + 1):
        if task.m > 1:
            transformed["S", level] = task.exchange_synonyms(x, level, seed)
        if task.s0 > 0:
            transformed["D", level] = task.displace(x, level, seed)
    reference = _Layers(engine, x)
    denominators = reference.squared_distances(_Layers(engine, z))
    names = [str(k) for k in range(1, task.L + 1)] + ["out"]
    constant = [name for name, b in zip(names, denominators, strict=True) if not b.mean() > 0]
    result = {"constant_layers": " ".join(constant)}
    for (letter, level), other in transformed.items():
        distances = reference.squared_distances(_Layers(engine, other))
        for name, a, b in zip(names, distances, denominators, strict=True):
            if name not in constant:
                value, error = ratio_of_means(a, b)
                result[f"{letter}_{name}_{level}"] = value
                result[f"{letter}_{name}_{level}_se"] = error
    return result


def ratio_of_means(a: torch.Tensor, b: torch.Tensor) -> tuple[float, float]:
    """mean(a) / mean(b) and its standard error over the n paired points (first order)."""
    ratio = (a.mean() / b.mean()).item()
    error = (a - ratio * b).std().item() / (math.sqrt(len(a)) * b.mean().item())
    return ratio, error


class _Layers:
    """Activations of all layers at the active positions, in float64, and where those are."""

    def __init__(self, engine: Engine, samples: Samples, chunk: int = 512):
        data = encode(engine.net, samples, engine.readout.device)
        parts = [
            engine.activations(data.take(slice(start, start + chunk)))
            for start in range(0, len(data), chunk)
        ]
        *hidden, logits = [torch.cat(layer).double() for layer in zip(*parts, strict=True)]
        self.layers = [*hidden, logits[:, None, :]]
        self.positions = [*data.positions, torch.zeros_like(data.positions[-1][:, :1])]

    def squared_distances(self, other: _Layers) -> list[torch.Tensor]:
        """|f_k(x) - f_k(x')|^2 over all positions, (n,), for every layer k.

        Positions active on one side alone count with their whole norm: the other side is zero.
        """
        result = []
        for f, g, p, q in zip(
            self.layers, other.layers, self.positions, other.positions, strict=True
        ):
            same_place = p[:, :, None] == q[:, None, :]
            overlap = (torch.einsum("nih,njh->nij", f, g) * same_place).sum((1, 2))
            norms = f.square().sum((1, 2)) + g.square().sum((1, 2))
            result.append((norms - 2 * overlap).clamp_min(0))
        return result
