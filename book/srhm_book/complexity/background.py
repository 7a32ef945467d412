"""Empty positions that speak: whitened inputs and biases, as in the authors' code, trained densely.

In their code empty places are not silent. The input is whitened over channels, so that an empty
column is a constant, and every layer has a bias. The engine of this project computes on informative
positions alone and can train neither; the networks here are ordinary dense ones, and small.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from srhm.data.encoding import one_hot
from srhm.networks.patch import PatchNetwork
from srhm.training.config import RunConfig
from srhm.training.loop import Limits, epoch_order, run_epochs
from srhm.training.run import patch_network

BIAS_SCALE = 0.1  # of the authors' code: pre-activations get 0.1 b, b ~ N(0, 1) at the start


@dataclass(frozen=True)
class Background:
    """What empty positions carry: nothing, a constant input (whiten), a bias a layer, or both."""

    whiten: bool = False
    bias: bool = False

    @property
    def name(self) -> str:
        """ "whitened, biases"; "neither"."""
        said = [word for word, on in (("whitened", self.whiten), ("biases", self.bias)) if on]
        return ", ".join(said) or "neither"


BACKGROUNDS = tuple(Background(w, b) for w in (False, True) for b in (False, True))


def whitened(x: torch.Tensor) -> torch.Tensor:
    """One-hot input (n, v, d) as the authors' code whitens it over channels.

    x (1 + c) - c with c = 1 / sqrt(v - 1): a feature is 1 where it is, the other v - 1 channels are
    -c, with squares that sum to 1 too, and an empty position is -c throughout.
    """
    c = (x.shape[1] - 1) ** -0.5
    return x * (1 + c) - c


class DenseNetwork(nn.Module):
    """A `PatchNetwork` with a trained bias for each channel and output position (also of a CNN)."""

    def __init__(self, net: PatchNetwork, background: Background, seed: int):
        super().__init__()
        self.net, self.whiten = net, background.whiten
        draw = torch.Generator().manual_seed(seed)
        shapes = [(layer.num_positions, net.width) for layer in net.layers] * background.bias
        self.biases = nn.ParameterList(torch.randn(shape, generator=draw) for shape in shapes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits (n, n_c) of one-hot input (n, v, d)."""
        net = self.net
        h = (whitened(x) if self.whiten else x).transpose(1, 2)
        for k, layer in enumerate(net.layers):
            patches = h.reshape(len(x), layer.num_positions, -1).transpose(0, 1)
            weight = net.weights[k].repeat_interleave(layer.tied, 1).flatten(1, 2)
            pre = torch.matmul(patches, weight).transpose(0, 1) * net.scale(k)
            h = torch.relu(pre + BIAS_SCALE * self.biases[k] if len(self.biases) else pre)
        return h.mean(1) @ net.readout / net.width


def train_dense(config: RunConfig, background: Background) -> dict:
    """One training as ``config`` says, by autograd: test_error, status, train_loss, epochs, steps.

    Without a background it is the training of `srhm.training.run.train`, to rounding; the
    test error is the last one. ValueError for an ``alpha``.
    """
    if config.alpha:
        raise ValueError(f"alpha must be 0 in a dense training, not {config.alpha:g}.")
    train_set, test_set = config.task.split(
        config.P, config.num_test, config.seed_sample, config.balanced
    )
    net = DenseNetwork(patch_network(config), background, config.seed_init)
    rate = config.lr * config.width
    optimiser = torch.optim.SGD(net.parameters(), lr=rate, momentum=config.momentum)
    x, y = one_hot(config.task, train_set), torch.as_tensor(train_set.labels, dtype=torch.long)
    draw = torch.Generator().manual_seed(config.seed_sample)

    def batches():
        return epoch_order(config, draw).split(config.batch_size)

    step = partial(_step, net, optimiser, config.batch_size, x, y)
    result = run_epochs(step, batches, config.P, Limits.of(config))
    with torch.no_grad():
        found = net(one_hot(config.task, test_set)).argmax(1)
    wrong = found != torch.as_tensor(test_set.labels, dtype=torch.long)
    return {"test_error": wrong.double().mean().item()} | result


def _step(net, optimiser, size, x, y, batch) -> torch.Tensor:
    """One step of SGD on a batch; the sum of its losses before it.

    Gradients are sums divided by the size of a full batch, as the engine's are.
    """
    loss = cross_entropy(net(x[batch]), y[batch], reduction="sum")
    optimiser.zero_grad()
    (loss / size).backward()
    optimiser.step()
    return loss.detach()
