"""How many data one gradient step needs: P_c, from one large sample.

The first layer's gradient over P data is its mean over all data, the signal, plus noise that falls
as 1/P. Their powers are equal at

    P_c = tr Cov(g) / |E g|^2

with g the gradient of one datum: Tomasini & Wyart 2024 (arXiv:2404.10727), Appendix C, in terms of
what can be counted. The output is zero at the start, so that a datum of class y pulls class α by
[α = y] - 1/n_c.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from srhm.data.randomness import check_int
from srhm.data.samples import Samples
from srhm.data.task import SRHM
from srhm.engine.sparse import ActiveData, encode
from srhm.networks.patch import PatchNetwork, build_network

WEIGHTS = ("equal", "random")
CHUNK = 4096  # data at once


@dataclass
class GradientSums:
    """What P_c needs: the sum of the gradients of N data, and of their squared norms."""

    total: torch.Tensor  # (rows of the first layer, columns), or (blocks, inputs, columns)
    squares: float = 0.0
    N: int = 0

    def add(
        self, rows: torch.Tensor, pulls: torch.Tensor, inputs: torch.Tensor | None = None
    ) -> None:
        """Gradients of n data, ``pulls`` (n, leaves, columns) that add to ``rows`` (n, leaves).

        Of a later layer each pull stands for inputs x pull in its block, inputs (n, leaves, ...).
        Leaves of one datum that meet the same row add up before they are squared.
        """
        same = (rows[:, :, None] == rows[:, None, :]).to(pulls.dtype)
        products = torch.einsum("iac,ibc->iab", pulls, pulls) * same
        if inputs is None:
            self.total.index_add_(0, rows.flatten(), pulls.flatten(0, 1))
        else:
            products *= torch.einsum("iac,ibc->iab", inputs, inputs)
            for block in rows.unique().tolist():
                here = rows == block
                self.total[block] += inputs[here].T @ pulls[here]
        self.squares += products.sum().item()
        self.N += len(rows)

    def critical_size(self, num_data: int) -> float:
        """tr Cov(g) / |E g|^2 over all ``num_data`` data; inf where noise drowns the signal.

        The N data are distinct: the noise of their mean is tr Cov(g) / N, less the more of all data
        they are.
        """
        of_mean, mean_square = self.total.square().sum().item() / self.N**2, self.squares / self.N
        noise = (num_data - self.N) / (num_data - 1) / self.N
        signal = (of_mean - noise * mean_square) / (1 - noise)
        return (mean_square - signal) / signal if signal > 0 else math.inf


def critical_size(
    task: SRHM,
    arch: str,
    weights: str,
    samples: Samples,
    width: int = 64,
    seed: int = 0,
    tied: str = "",
) -> float:
    """P_c of the first layer's first step, in training data.

    Parameters
    ----------
    arch: "lcn" or "cnn".
    weights: "equal", all hidden weights the same, as in Appendix C: the network then only counts;
        "random", those that `srhm.networks.patch.build_network` draws.
    samples: of the task; they should be many times P_c.
    width, seed: of the random network.
    tied: its layers that share weights within a sub-patch.

    Raises
    ------
    ValueError
        For another ``weights``.
    """
    if weights not in WEIGHTS:
        raise ValueError(f"weights must be one of {', '.join(WEIGHTS)}, not {weights!r}.")
    check_int("number of samples", len(samples), 2)
    net = build_network(arch, task, width, seed, tied=tied)
    columns = task.n_c if weights == "equal" else width
    num_rows = net.weights[0].shape[:3].numel()
    sums = GradientSums(torch.zeros(num_rows, columns, dtype=torch.float64))
    for start in range(0, len(samples), CHUNK):
        data = encode(net, samples[start : start + CHUNK])
        pulls = _counted_pulls(net, data) if weights == "equal" else first_layer_pulls(net, data)
        sums.add(data.rows.flatten(1).long(), pulls.double())
    return sums.critical_size(task.num_data)


def _residuals(net: PatchNetwork, data: ActiveData) -> torch.Tensor:
    """Minus the gradient of the cross-entropy at zero output, (n, n_c): [α = y] - 1/n_c."""
    return torch.nn.functional.one_hot(data.labels, net.n_c) - 1 / net.n_c


def _counted_pulls(net: PatchNetwork, data: ActiveData) -> torch.Tensor:
    """(n, leaves, n_c) of equal weights: the same for every leaf, one column for each class.

    All paths up are alike, so that the read-out's part is a factor of each class alone; averaged
    over read-outs, |g|^2 is the sum of squares of these columns.
    """
    leaves = data.rows.flatten(1).shape[1]
    return _residuals(net, data)[:, None].repeat(1, leaves, 1)


def first_layer_pulls(net: PatchNetwork, data: ActiveData) -> torch.Tensor:
    """(n, leaves, width): minus the loss's gradient at the first layer's rows, leaf by leaf.

    Back-propagation through the network as it is, on active positions, from zero output.
    """
    hs = hidden(net, data)
    return layer_pulls(net, data, hs, _residuals(net, data))[0]


@torch.no_grad()
def hidden(net: PatchNetwork, data: ActiveData) -> list[torch.Tensor]:
    """Each hidden layer's activations (n, tokens, width), on active positions."""
    table = net.weights[0].flatten(0, 2)
    hs = [torch.relu(table[data.rows.long()].sum(2) * net.scale(0))]
    for k, blocks in enumerate(data.blocks, 1):
        through = _through(hs[-1], net.weights[k].flatten(0, 1), blocks.flatten(1))
        shape = (len(data), -1, net.layers[k].siblings, net.width)
        hs.append(torch.relu(through.view(shape).sum(2) * net.scale(k)))
    return hs


@torch.no_grad()
def layer_pulls(
    net: PatchNetwork, data: ActiveData, hs: list[torch.Tensor], residuals: torch.Tensor
) -> list[torch.Tensor]:
    """Minus the loss's gradient at each layer's sums, for each of their inputs (n, inputs, width).

    hs: as `hidden`; residuals: minus the gradient at the logits, (n, n_c).
    """
    pull = (residuals @ net.readout.T)[:, None] / (net.width * hs[-1].shape[1])
    pull, pulls = pull.expand_as(hs[-1]), []
    for k in range(len(net.layers) - 1, -1, -1):
        pull = (pull * (hs[k] > 0) * net.scale(k)).repeat_interleave(net.layers[k].siblings, 1)
        pulls.insert(0, pull)
        if k:
            pull = _through(pull, net.weights[k].flatten(0, 1).mT, data.blocks[k - 1].flatten(1))
    return pulls


def _through(x: torch.Tensor, weights: torch.Tensor, block: torch.Tensor) -> torch.Tensor:
    """Each x (n, tokens, width) times the weights (blocks, width, width) of its block."""
    out = torch.empty_like(x)
    for b in block.unique().tolist():
        here = block == b
        out[here] = x[here] @ weights[b]
    return out


def exponent(factors, values) -> float:
    """The power of ``factors`` that ``values`` follow: slope of a straight line in logarithms.

    nan for fewer than two different factors.
    """
    if len(set(factors)) < 2:
        return math.nan
    return float(np.polyfit(np.log(factors), np.log(values), 1)[0])
