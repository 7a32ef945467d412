"""The simple convolutional network of the scale-detection task, and its training."""

from __future__ import annotations

import copy
import itertools
import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from srhm_book.spatial.task import TwoPoints


class Layer(nn.Module):
    """A periodic convolution with filters of ``reach`` pixels in each direction, and a ReLU.

    Written as a product, which for these sizes is faster than torch's convolutions.

    Weights and biases begin as N(0, 1); the sum is divided by sqrt(fan-in / 2), which keeps the
    mean square of the activations. ``rectify``: whether there is the ReLU.
    """

    def __init__(self, inputs: int, outputs: int, dim: int, reach: int, stride: int, draw):
        super().__init__()
        fan_in = inputs * reach**dim
        self.weight = nn.Parameter(torch.randn(fan_in, outputs, generator=draw))
        self.bias = nn.Parameter(torch.randn(outputs, generator=draw))
        self.offsets = list(itertools.product(range(reach), repeat=dim))
        self.inputs, self.stride, self.rectify = inputs, stride, True

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x (n, size, ..., inputs) to (n, size / stride, ..., outputs)."""
        dims = tuple(range(1, x.ndim - 1))
        every = (slice(None), *[slice(None, None, self.stride)] * len(dims))
        moved = (x.roll([-o for o in offset], dims)[every] for offset in self.offsets)
        patches = torch.cat(list(moved), dim=-1)
        x = patches @ (self.weight * math.sqrt(2 / len(self.weight))) + self.bias
        return x.relu() if self.rectify else x


class SimpleCNN(nn.Module):
    """``depth`` layers, the average over all places, and a linear read-out, scaled by 1/width.

    Gives (n,), whose sign is the class. Initial weights follow from ``seed`` alone.
    """

    def __init__(self, dim: int, depth: int, stride: int, width: int, seed: int, reach: int = 2):
        super().__init__()
        draw = torch.Generator().manual_seed(seed)
        channels = [1] + [width] * depth
        self.layers = nn.ModuleList(
            Layer(inputs, outputs, dim, reach, stride, draw)
            for inputs, outputs in itertools.pairwise(channels)
        )
        self.readout = nn.Parameter(torch.randn(width, generator=draw))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x (n, 1, size) or (n, 1, size, size) to (n,)."""
        x = x.movedim(1, -1)
        for layer in self.layers:
            x = layer(x)
        return x.flatten(1, -2).mean(1) @ self.readout / len(self.readout)

    @property
    def layer_names(self) -> list[str]:
        """The layers' names for `srhm.images.layers`, the input's first."""
        return [f"layers.{k}" for k in range(len(self.layers))]


def without_relu(net: SimpleCNN) -> SimpleCNN:
    """A copy with the same weights and no ReLU: the control of what rectification does."""
    net = copy.deepcopy(net)
    for layer in net.layers:
        layer.rectify = False
    return net


def pooling_net(dim: int, depth: int, stride: int) -> SimpleCNN:
    """Pure pooling: one channel, and filters that are constant."""
    net = SimpleCNN(dim, depth, stride, 1, 0)
    for layer in net.layers:
        nn.init.ones_(layer.weight)
        nn.init.zeros_(layer.bias)
    return net


@dataclass(frozen=True)
class Training:
    """Plain SGD on the hinge loss max(0, 1 - y f): ``epochs`` of batches of ``batch`` data.

    The learning rate is ``rate`` times the width, of which each weight's gradient is one part;
    ``decay`` is that of the weights, in the same units.
    """

    P: int = 1024
    epochs: int = 80
    batch: int = 32
    rate: float = 0.05
    decay: float = 0.01


def train(net: SimpleCNN, task: TwoPoints, training: Training, rng: np.random.Generator) -> float:
    """Trains in place on data drawn from ``rng``; returns the mean loss of the last epoch."""
    positions, labels = task.draw(training.P, rng)
    x, y = task.render(positions), torch.tensor(labels, dtype=torch.float32)
    width = len(net.readout)
    optimiser = torch.optim.SGD(
        net.parameters(), training.rate * width, weight_decay=training.decay / width
    )
    for _ in range(training.epochs):
        total = 0.0
        for batch in torch.from_numpy(rng.permutation(training.P)).split(training.batch):
            loss = F.relu(1 - y[batch] * net(x[batch]))
            optimiser.zero_grad()
            loss.mean().backward()
            optimiser.step()
            total += loss.sum().item()
    return total / training.P


@torch.no_grad()
def test_error(net: SimpleCNN, x: torch.Tensor, labels: np.ndarray) -> float:
    """The share of images x (n, 1, ...) on the wrong side of 0."""
    signs = torch.cat([net(chunk) for chunk in x.split(256)]).sign()
    return (signs.numpy() != labels).mean().item()
