"""How insensitive one step makes the first layer: S and D, from counts alone."""

from __future__ import annotations

import torch

from srhm.data.samples import Samples
from srhm.data.task import SRHM
from srhm.engine.sparse import encode
from srhm.networks.patch import build_network
from srhm.training.observables import Activations, Layer, sensitivities


def counted_weights(task: SRHM, train_set: Samples) -> torch.Tensor:
    """The LCN's first-layer step with equal hidden weights, (rows, n_c): one column a read-out.

    T(μ, α) at each place = N(μ, α)/P - N(μ)/(n_c P): how often feature μ is there with class α,
    less what it would be if all classes were alike.
    """
    data = encode(build_network("lcn", task, 1), train_set)
    rows = data.rows.flatten(1).long()
    cell = rows * task.n_c + data.labels[:, None]
    counts = torch.bincount(cell.flatten(), minlength=task.d * task.v * task.n_c).double()
    counts = counts.view(-1, task.n_c) / len(train_set)
    return counts - counts.mean(1, keepdim=True)


def first_layer(task: SRHM, weights: torch.Tensor) -> Activations:
    """Layer "1" with these weights (rows, columns) on samples: pre-activations of each patch."""
    net = build_network("lcn", task, 1)

    def activations(samples: Samples) -> dict[str, Layer]:
        data = encode(net, samples)
        return {"1": Layer(weights[data.rows.long()].sum(2), data.positions[0])}

    return activations


def one_step_sensitivities(task: SRHM, P: int, seed: int, num_test: int = 2000) -> dict:
    """S_1_1 and D_1_1 (where they exist) of the layer after one step on P data."""
    train_set, test_set = task.split(P, num_test, seed)
    weights = counted_weights(task, train_set)
    return sensitivities(task, first_layer(task, weights), test_set, seed)
