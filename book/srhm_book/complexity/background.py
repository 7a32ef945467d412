"""Empty positions that speak: whitened inputs and biases, as in the authors' code.

In their code empty places are not silent. The input is whitened over channels, so that an empty
column is a constant, and every layer has a bias. The package's engine has neither; here both are
trained, exactly and as sparsely.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import cross_entropy, embedding_bag

from srhm.engine.sparse import ActiveData, encode
from srhm.networks.patch import PatchNetwork
from srhm.training.config import RunConfig
from srhm.training.loop import Limits, epoch_order, run_epochs
from srhm.training.run import load

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


def contrast(v: int) -> float:
    """c = 1 / sqrt(v - 1): whitening over channels turns one-hot x into x (1 + c) - c.

    A feature is 1 where it is, the other v - 1 channels are -c, with squares that sum to 1 too, and
    an empty position is -c throughout.
    """
    return (v - 1) ** -0.5


class SpeakingNetwork(nn.Module):
    """A `PatchNetwork` whose empty positions speak: whitened input, trained biases, or both.

    An empty position has one activation for all data, its *constant*, worked out once a step; an
    active one has the constant and a *change*, worked out for each datum, as in
    `srhm.engine.sparse`, on the active positions alone. So the cost per datum does not depend on
    s0, and autograd sums the constants' gradients over the data.
    """

    def __init__(self, net: PatchNetwork, background: Background, seed: int):
        super().__init__()
        self.net, self.c = net, contrast(net.v) if background.whiten else 0.0
        draw = torch.Generator().manual_seed(seed)
        # One for each channel and output position, also of a CNN.
        shapes = [(layer.num_positions, net.width) for layer in net.layers] * background.bias
        self.biases = nn.ParameterList(torch.randn(shape, generator=draw) for shape in shapes)

    def forward(self, data: ActiveData) -> torch.Tensor:
        """Logits (n, n_c)."""
        net, first, last = self.net, self.net.layers[0], self.net.layers[-1]
        constant = net.readout.new_full((first.num_positions * first.patch, net.v), -self.c)
        change = None  # the input's are ones, at the rows of weights that `data` names
        for k, position in enumerate(data.positions):
            place, empty = position.flatten(), self._empty(k, constant)
            active = torch.relu(empty[place] + net.scale(k) * self._sums(k, data, change))
            constant = torch.relu(empty)
            change = active - constant[place]
        changes = change.view(len(data), last.tokens, -1).sum(1) / last.num_positions
        return (constant.mean(0) + changes) @ net.readout / net.width

    def _empty(self, k: int, constant: torch.Tensor) -> torch.Tensor:
        """Pre-activations (positions, width) of layer k where all of the patch is empty."""
        layer = self.net.layers[k]
        weight = self.net.weights[k].repeat_interleave(layer.tied, 1).flatten(1, 2)
        patches = constant.view(layer.num_positions, 1, -1)
        empty = torch.matmul(patches, weight).squeeze(1) * self.net.scale(k)
        return empty + BIAS_SCALE * self.biases[k] if len(self.biases) else empty

    def _sums(self, k: int, data: ActiveData, change: torch.Tensor | None) -> torch.Tensor:
        """The changes of layer k's active inputs times the weights they meet, by output."""
        weights = self.net.weights[k]
        if k == 0:
            rows = embedding_bag(data.rows.flatten(0, 1), weights.flatten(0, 2), mode="sum")
            return (1 + self.c) * rows
        blocks, weights = data.blocks[k - 1], weights.flatten(0, 1)
        met = blocks.flatten()
        order, counts = met.argsort(stable=True), met.bincount(minlength=len(weights)).tolist()
        parts = zip(change[order].split(counts), weights.unbind(), strict=True)
        products = torch.cat([part @ weight for part, weight in parts])
        back = torch.empty_like(order).scatter_(0, order, torch.arange(len(order)))
        return embedding_bag(back.view(-1, blocks.shape[-1]), products, mode="sum")


def train_speaking(config: RunConfig, background: Background) -> dict:
    """One training as ``config`` says: test_error, status, train_loss, epochs, steps.

    Without a background it is the training of `srhm.training.run.train`, to rounding; the
    test error is the last one. ValueError for an ``alpha``.
    """
    if config.alpha:
        raise ValueError(f"alpha must be 0 where empty positions speak, not {config.alpha:g}.")
    plain, data, test_set = load(config, torch.device("cpu"))
    net = SpeakingNetwork(plain, background, config.seed_init)
    rate = config.lr * config.width
    optimiser = torch.optim.SGD(net.parameters(), lr=rate, momentum=config.momentum)
    draw = torch.Generator().manual_seed(config.seed_sample)

    def batches():
        return epoch_order(config, draw).split(config.batch_size)

    def step(batch):
        # Gradients are sums divided by the size of a full batch, as the engine's are.
        part = data.take(batch)
        loss = cross_entropy(net(part), part.labels, reduction="sum")
        optimiser.zero_grad()
        (loss / config.batch_size).backward()
        optimiser.step()
        return loss.detach()

    result = run_epochs(step, batches, config.P, Limits.of(config))
    return {"test_error": _error(net, encode(plain, test_set))} | result


@torch.no_grad()
def _error(net: SpeakingNetwork, data: ActiveData, chunk: int = 1024) -> float:
    """Fraction misclassified."""
    parts = (data.take(slice(start, start + chunk)) for start in range(0, len(data), chunk))
    return sum((net(part).argmax(1) != part.labels).sum().item() for part in parts) / len(data)
