"""Empty positions that speak: whitened inputs and biases, as in the authors' code.

In their code empty places are not silent. The input is whitened over channels, so that an empty
column is a constant, and every layer has a bias. The package's engine has neither; here both are
trained, exactly and as sparsely.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain

import torch
from torch.nn.functional import cross_entropy, embedding_bag

from srhm.engine.sparse import ActiveData, encode, evaluate
from srhm.networks.patch import PatchNetwork
from srhm.training.config import RunConfig
from srhm.training.loop import Limits, epoch_order, is_silent, run_epochs
from srhm.training.run import BestError, load

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


class SpeakingNetwork:
    """A `PatchNetwork` whose empty positions speak: whitened input, trained biases, or both.

    An empty position has one activation for all data, its *constant*, worked out once a step; an
    active one has the constant and a *change*, worked out for each datum, as in
    `srhm.engine.sparse`, on the active positions alone. A block of weights meets the changes, and
    as further rows the constants, in one product, so that autograd makes its gradient in one too.

    The parameters are the network's own, by block, which change in place, and ``biases``, one for
    each channel and output position, also of a CNN.
    """

    def __init__(self, net: PatchNetwork, background: Background, seed: int):
        self.net, self.c = net, contrast(net.v) if background.whiten else 0.0
        self.table = net.weights[0].detach().flatten(0, 2).requires_grad_()
        hidden = [weight.detach().flatten(0, 1).unbind() for weight in list(net.weights)[1:]]
        self.blocks = [[block.requires_grad_() for block in layer] for layer in hidden]
        self.readout = net.readout
        draw = torch.Generator().manual_seed(seed)
        shapes = [(layer.num_positions, net.width) for layer in net.layers] * background.bias
        self.biases = [torch.randn(shape, generator=draw).to(self.table) for shape in shapes]
        for bias in self.biases:
            bias.requires_grad_()

    def parameters(self) -> list[torch.Tensor]:
        """All that is trained."""
        return [self.table, *chain(*self.blocks), *self.biases, self.readout]

    def __call__(self, data: ActiveData) -> torch.Tensor:
        """Logits (n, n_c)."""
        return self._forward(data)[-1]

    @torch.no_grad()
    def activations(self, data: ActiveData) -> list[torch.Tensor]:
        """Hidden activations (n, tokens_k, width) at the active positions, then logits (n, n_c)."""
        *hidden, logits = self._forward(data)
        return [*(h.view(len(data), -1, self.net.width) for h in hidden), logits]

    def _forward(self, data: ActiveData) -> list[torch.Tensor]:
        net, last = self.net, self.net.layers[-1]
        constant = change = None  # of the layer before
        hidden = []
        for k, position in enumerate(data.positions):
            sums = self._later(k, data.blocks[k - 1], constant, change) if k else self._first(data)
            empty, added = (net.scale(k) * part for part in sums)
            if self.biases:
                empty = empty + BIAS_SCALE * self.biases[k]
            place, constant = position.flatten(), torch.relu(empty)
            hidden.append(torch.relu(empty[place] + added))
            change = hidden[-1] - constant[place]
        changes = change.view(len(data), last.tokens, -1).sum(1) / last.num_positions
        return [*hidden, (constant.mean(0) + changes) @ self.readout / net.width]

    def _first(self, data: ActiveData) -> tuple[torch.Tensor, torch.Tensor]:
        """Sums (positions, width) where all is empty; what features add to them, by output."""
        layer = self.net.layers[0]
        by_block = self.table.view(layer.blocks, -1, self.net.width).sum(1)
        empty = (-self.c * layer.tied * by_block).expand(layer.num_positions, -1)
        return empty, (1 + self.c) * embedding_bag(data.rows.flatten(0, 1), self.table, mode="sum")

    def _later(self, k: int, blocks, constant, change) -> tuple[torch.Tensor, torch.Tensor]:
        """As `_first`, of layer k, from the constants and changes of the layer before."""
        layer, siblings = self.net.layers[k], blocks.shape[-1]
        inputs = torch.arange(len(constant))
        place, parent = inputs % layer.patch // layer.tied, inputs // layer.patch
        own = place if layer.shared else parent * layer.places + place
        met = torch.cat([own, blocks.flatten()])
        order, counts = met.argsort(stable=True), met.bincount().tolist()
        parts = torch.cat([constant, change])[order].split(counts)
        products = [part @ block for part, block in zip(parts, self.blocks[k - 1], strict=True)]
        back = torch.empty_like(order).scatter_(0, order, torch.arange(len(order)))
        back = back.split([len(own), blocks.numel()])
        bags = back[0].view(-1, layer.patch), back[1].view(-1, siblings)
        products = torch.cat(products)
        return tuple(embedding_bag(bag, products, mode="sum") for bag in bags)


def steps(
    net: SpeakingNetwork, lr: float, momentum: float, batch_size: int
) -> Callable[[ActiveData], torch.Tensor]:
    """The step of SGD on a batch; it returns the sum of its losses, before the step.

    As in `srhm.engine.sparse.Engine`, gradients are sums divided by the size of a full batch.
    """
    optimiser = torch.optim.SGD(net.parameters(), lr=lr, momentum=momentum)

    def step(batch):
        loss = cross_entropy(net(batch), batch.labels, reduction="sum")
        optimiser.zero_grad()
        (loss / batch_size).backward()
        optimiser.step()
        return loss.detach()

    return step


def train_speaking(config: RunConfig, background: Background) -> dict:
    """One training as ``config`` says: test_error, with ``test_every`` best_test_error, status,
    train_loss, epochs, steps, as in `srhm.training.run.train`.

    Without a background it is the training of `srhm.training.run.train`, to rounding. ValueError
    for an ``alpha``.
    """
    if config.alpha:
        raise ValueError(f"alpha must be 0 where empty positions speak, not {config.alpha:g}.")
    plain, data, test_set = load(config, torch.device("cpu"))
    net, best = SpeakingNetwork(plain, background, config.seed_init), BestError(config)
    step = steps(net, config.lr * config.width, config.momentum, config.batch_size)
    draw = torch.Generator().manual_seed(config.seed_sample)
    result = run_epochs(
        lambda batch: step(data.take(batch)),
        lambda: epoch_order(config, draw).split(config.batch_size),
        config.P,
        Limits.of(config),
        silent=partial(is_silent, net, data),
        after_epoch=partial(best.look, net, test_set),
    )
    error = evaluate(net, encode(plain, test_set))[1]
    return best.beside({"test_error": error}) | result
