"""Exact training on the informative positions alone.

Without biases an empty patch gives exactly zero at every layer, so of the (s(s0+1))^(L-k) positions
of layer k only s^(L-k), the *tokens*, carry anything. Forward, backward and update below touch the
tokens alone; they are the dense network's own (same parameters, same initial values, same steps up
to rounding), at a cost per datum that does not depend on s0.

First layer: one row of weights per (position in the patch, feature), summed over the patch, an
embedding bag. Later layers: tokens are sorted by the block of weights that they meet, and each
block is one matrix product.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from srhm.data.samples import Samples
from srhm.engine.updates import DeferredBlocks, DirectBlocks, DirectRows, LazyRows
from srhm.networks.patch import PatchNetwork

# Up to so many rows per step and block of weights, writing them once in many steps is faster.
ROWS_TO_DEFER = 1


@dataclass(frozen=True)
class ActiveData:
    """Samples as the engine reads them: which weights each token meets (n data).

    rows: (n, tokens_1, siblings_1) rows of the first layer's weights, flattened.
    blocks: for each later layer (n, tokens_k, siblings_k), the block of weights of each input.
    positions: for each layer (n, tokens_k), where the outputs sit.
    labels: (n,).
    """

    rows: torch.Tensor
    blocks: list[torch.Tensor]
    positions: list[torch.Tensor]
    labels: torch.Tensor

    def __len__(self):
        return len(self.labels)

    def take(self, index: torch.Tensor | slice) -> ActiveData:
        """The data of these indices (tensor or slice)."""

        def pick(t):
            return t[index] if isinstance(index, slice) else t.index_select(0, index)

        return ActiveData(
            pick(self.rows),
            [pick(b) for b in self.blocks],
            [pick(p) for p in self.positions],
            pick(self.labels),
        )


def encode(net: PatchNetwork, samples: Samples, device="cpu") -> ActiveData:
    """Samples → the rows and blocks of weights that their informative positions meet in ``net``."""
    position = torch.from_numpy(samples.positions.astype("int32")).to(device)
    value = torch.from_numpy(samples.values.astype("int32")).to(device)
    blocks, positions = [], []
    for k, layer in enumerate(net.layers):
        position = position.reshape(len(samples), layer.tokens, layer.siblings)
        place, parent = position % layer.patch // layer.tied, position // layer.patch
        block = place if layer.shared else parent * layer.places + place
        if k == 0:
            rows = block * net.v + value.reshape(block.shape)
        else:
            blocks.append(block)
        position = parent[:, :, 0].contiguous()
        positions.append(position)
    labels = torch.from_numpy(samples.labels.astype("int64")).to(device)
    return ActiveData(rows.contiguous(), blocks, positions, labels)


class Engine:
    """SGD with momentum on a `PatchNetwork`, on active positions alone.

    Steps change the network's own parameters in place. ``lr`` is the optimiser's rate (the
    configuration's times the width). Gradients are sums over the batch divided by ``batch_size``,
    also for an epoch's last, smaller batch, whose step is smaller in proportion. With ``alpha`` > 0
    the logits are alpha (f - f at the start), everywhere: in the steps and in what is measured.

    Raises
    ------
    ValueError
        For a network with other parameters than patch weights and read-out (a bias would make empty
        positions active).
    """

    def __init__(
        self, net: PatchNetwork, lr: float, momentum: float, batch_size: int, alpha: float = 0.0
    ):
        extra = {name for name, _ in net.named_parameters()} - {"readout"}
        extra = {name for name in extra if not name.startswith("weights.")}
        if not isinstance(net, PatchNetwork) or extra:
            raise ValueError(
                f"The sparse path needs a PatchNetwork without biases, but it has {sorted(extra)}."
            )
        self.net, self.lr, self.momentum, self.batch_size = net, lr, momentum, batch_size
        self.gain = alpha or 1.0
        self.start = Engine(copy.deepcopy(net), lr, momentum, batch_size) if alpha else None
        self.readout = net.readout.data
        self.readout_velocity = torch.zeros_like(self.readout)
        # Views of the parameters: the first layer's rows, and one matrix per block afterwards.
        rows = net.weights[0].data.view(-1, net.width)
        matrices = [w.data.view(-1, net.width, net.width) for w in list(net.weights)[1:]]
        layers = net.layers
        inputs = [batch_size * layer.tokens * layer.siblings for layer in layers]
        first = LazyRows if 2 * inputs[0] < len(rows) else DirectRows
        self.first = first(rows, lr, momentum)
        self.hidden = []
        for count, matrix in zip(inputs[1:], matrices, strict=True):
            update = DeferredBlocks if count <= ROWS_TO_DEFER * len(matrix) else DirectBlocks
            self.hidden.append(update(matrix, lr, momentum))

    @torch.no_grad()
    def activations(self, data: ActiveData) -> list[torch.Tensor]:
        """Hidden activations (n, tokens_k, width) at the active positions, then logits (n, n_c)."""
        hs, logits, _ = self._forward(data)
        shapes = [(len(data), layer.tokens, self.net.width) for layer in self.net.layers]
        return [h.view(shape) for h, shape in zip(hs, shapes, strict=True)] + [logits]

    @torch.no_grad()
    def step(self, data: ActiveData) -> torch.Tensor:
        """One step of SGD on a batch; returns the sum of its losses, before the step."""
        hs, logits, routes = self._forward(data)
        log_p = F.log_softmax(logits, 1)
        loss = -log_p.gather(1, data.labels[:, None]).sum()
        d_logits = log_p.exp_()
        d_logits.scatter_add_(1, data.labels[:, None], d_logits.new_full((len(data), 1), -1.0))
        d_logits /= self.batch_size * self.net.width / self.gain
        d_h = d_logits @ self.readout.t()
        velocity = self.readout_velocity
        torch.add(_thin_product(hs[-1].t(), d_logits), velocity, alpha=self.momentum, out=velocity)
        self.readout.add_(velocity, alpha=-self.lr)
        for k in range(len(self.hidden), 0, -1):
            d_pre = torch.ops.aten.threshold_backward(d_h, hs[k], 0).mul_(self.net.scale(k))
            d_h = routes[k - 1].backward(d_pre)
        d_pre = torch.ops.aten.threshold_backward(d_h, hs[0], 0).mul_(self.net.scale(0))
        self.first.backward(data.rows.flatten(0, 1), d_pre)
        return loss

    @torch.no_grad()
    def finish(self) -> None:
        """After the last step: make the network's parameters the trained ones."""
        for part in (self.first, *self.hidden):
            part.sync()

    def _forward(self, data: ActiveData):
        """Activations (n * tokens_k, width) of each hidden layer, logits, and the routes taken."""
        h = self.first.forward(data.rows.flatten(0, 1)).mul_(self.net.scale(0)).relu_()
        hs, routes = [h], []
        for k, (blocks, hidden) in enumerate(zip(data.blocks, self.hidden, strict=True), 1):
            route = _Route(blocks, hidden)
            h = route.forward(h).mul_(self.net.scale(k)).relu_()
            hs.append(h)
            routes.append(route)
        logits = _thin_product(h, self.readout).div_(self.net.width)
        if self.start is not None:
            logits = self.gain * (logits - self.start._forward(data)[1])
        return hs, logits, routes


def _thin_product(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """a @ b for a b of few columns: MKL is several times faster on the transposed problem."""
    return (b.t() @ a.t()).t()


class _Route:
    """The way of one batch through a hidden layer: its inputs are sorted by the block they meet."""

    def __init__(self, blocks: torch.Tensor, hidden: DirectBlocks | DeferredBlocks):
        self.hidden, self.siblings = hidden, blocks.shape[-1]
        flat = blocks.reshape(-1)
        counts = torch.bincount(flat, minlength=len(hidden.weight)).tolist()
        self.present = [block for block, count in enumerate(counts) if count]
        self.sizes = [counts[block] for block in self.present]
        self.order = flat.argsort(stable=True)
        self.back = torch.empty_like(self.order)
        self.back[self.order] = torch.arange(len(flat), device=flat.device)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        """Inputs (n, width), siblings side by side, to pre-activations (n / siblings, width)."""
        self.inputs = h.index_select(0, self.order)
        products = self.hidden.forward(self.present, self.sizes, self.inputs)
        return F.embedding_bag(self.back.view(-1, self.siblings), products, mode="sum")

    def backward(self, d_pre: torch.Tensor) -> torch.Tensor:
        """Gradient with respect to the inputs; the layer takes its step."""
        d_sorted = d_pre.index_select(0, self.order // self.siblings)
        d_inputs = self.hidden.backward(self.present, self.sizes, self.inputs, d_sorted)
        return d_inputs.index_select(0, self.back)


@torch.no_grad()
def evaluate(engine: Engine, data: ActiveData, chunk: int = 1024) -> tuple[float, float]:
    """Mean loss (nats) and error (fraction misclassified) on ``data``."""
    loss = wrong = 0.0
    for start in range(0, len(data), chunk):
        part = data.take(slice(start, start + chunk))
        logits = engine.activations(part)[-1]
        loss += F.cross_entropy(logits, part.labels, reduction="sum").item()
        wrong += (logits.argmax(1) != part.labels).sum().item()
    loss /= len(data)
    return (loss if math.isfinite(loss) else math.nan), wrong / len(data)
