"""Is one gradient step of a real network what is counted? Appendix C needs infinite width.

With equal hidden weights, a frozen Gaussian read-out a and the output at zero, the first layer's
step is sum over classes α of A_α T(row, α), with A_α the mean of a over the last layer's channels
and T the count of a row (feature and place) with class α, less its average over classes. A network
of finite width does not begin at zero output, but at f_α of the order of width^(-1/2).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import torch

from srhm.data.samples import Samples
from srhm.data.task import SRHM
from srhm.networks.patch import PatchNetwork, build_network

TASK = {"v": 4, "s": 2, "L": 2, "s0": 1}
WIDTHS = (64, 256, 1024, 4096)
P = 1000


def equal_network(arch: str, task: SRHM, width: int, seed: int) -> PatchNetwork:
    """The network of Appendix C: equal hidden weights, the read-out as drawn.

    Only the first layer learns. The weights above it are width^(-1/2), so that a layer takes the
    mean over channels: as all have one sign, weights of 1 would let the output grow with the width.
    """
    net = build_network(arch, task, width, seed)
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    for k, weight in enumerate(net.weights):
        weight.fill_(width**-0.5 if k else 1.0)
    net.weights[0].requires_grad_(True)
    return net


def step_of(net: PatchNetwork, task: SRHM, samples: Samples) -> torch.Tensor:
    """Minus the gradient of the cross-entropy at the first layer, (blocks, patch, v), of one
    channel: they are all alike."""
    labels = torch.from_numpy(samples.labels.astype(np.int64))
    loss = torch.nn.functional.cross_entropy(net(task.one_hot(samples)), labels)
    (gradient,) = torch.autograd.grad(loss, net.weights[0])
    return -gradient.mean(-1)


def counted_step(net: PatchNetwork, task: SRHM, samples: Samples) -> torch.Tensor:
    """The same from counts, up to a factor: sum over classes of A_α T(row, α)."""
    layer, n = net.layers[0], len(samples)
    labels = torch.from_numpy(samples.labels.astype(np.int64))
    residuals = torch.nn.functional.one_hot(labels, task.n_c) - 1 / task.n_c
    pulls = residuals @ net.readout.detach().mean(0)  # (n,), of a datum on each of its rows
    x = task.one_hot(samples).transpose(1, 2)  # (n, d, v)
    step = (pulls[:, None, None] * x).sum(0) / n
    step = step.reshape(layer.num_positions, layer.patch, task.v)
    return step.sum(0, keepdim=True) if layer.shared else step


def correlation_rows(
    widths: Iterable[int] = WIDTHS, seeds: Iterable[int] = range(5), **task: int
) -> pd.DataFrame:
    """The correlation, over the first layer's rows, of a network's first step and the counted one.

    Columns arch, width, seed (of rules, data and read-out), P and correlation.
    """
    rows = []
    for width in widths:
        for arch in ("lcn", "cnn"):
            for seed in seeds:
                own = SRHM(**TASK | task, seed=seed)
                net, samples = equal_network(arch, own, width, seed), own.sample(P, seed)
                steps = (f(net, own, samples) for f in (step_of, counted_step))
                found = np.corrcoef([step.flatten().numpy() for step in steps])[0, 1]
                rows.append((arch, width, seed, P, found))
    return pd.DataFrame(rows, columns=["arch", "width", "seed", "P", "correlation"])
