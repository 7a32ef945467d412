"""Training a common architecture: the dense input, automatic differentiation, plain SGD."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F

from srhm.data.task import SRHM, Samples
from srhm.networks.architectures import build_architecture, layers_at_depths
from srhm.training.config import RunConfig
from srhm.training.loop import Limits, epoch_order, run_epochs, without_single
from srhm.training.observables import module_activations, observe

CHUNK = 500  # data at once where nothing is learned


def train_architecture(
    config: RunConfig,
    place: torch.device,
    on_epoch: Callable[[int, float], None] | None = None,
) -> tuple[nn.Module, dict]:
    """Train, test and measure one of `srhm.networks.names.CONVERTED`; the optimiser's rate is
    ``lr``.

    Returns the network, and the row of `srhm.training.run.train` without the configuration and the
    provenance. The layers of the sensitivities are "20", "50", "80" (relative depth in percent) and
    "out".
    """
    task = config.task
    train_set, test_set = task.split(config.P, config.num_test, config.seed_sample, config.balanced)
    net = build_architecture(config.arch, task.v, task.d, task.n_c, config.seed_init).to(place)
    result = _fit(net, config, train_set, place, on_epoch)
    _settle(net, task, train_set, place)
    loss, error = _evaluate(net, task, test_set, place)
    result |= {"num_test_used": len(test_set), "test_loss": loss, "test_error": error}
    if result["status"] != "diverged":
        result |= observe(task, _activations(net, task), test_set, config.seed_sample)
    return net, result


def _fit(net: nn.Module, config: RunConfig, train_set: Samples, place, on_epoch) -> dict:
    task, labels = config.task, _labels(train_set, place)
    optimiser = torch.optim.SGD(net.parameters(), config.lr, config.momentum)
    draw = torch.Generator().manual_seed(config.seed_sample)

    def step(batch: torch.Tensor) -> torch.Tensor:
        x = task.one_hot(train_set[batch.numpy()]).to(place)
        loss = F.cross_entropy(net(x), labels[batch.to(place)], reduction="sum")
        optimiser.zero_grad()
        (loss / len(batch)).backward()
        optimiser.step()
        return loss.detach()

    def batches() -> list[torch.Tensor]:
        return without_single(epoch_order(config, draw), config.batch_size)

    return run_epochs(step, batches, config.P, Limits.of(config), on_epoch=on_epoch)


def _settle(net: nn.Module, task: SRHM, train_set: Samples, place: torch.device) -> None:
    """Ready for testing: batch normalisation takes its statistics from the whole training set.

    The running ones remember the last ten steps or so. A training that ends after few steps has
    changed its weights since, and its test error would be that of a mismatch.
    """
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean over what follows
    net.train()
    _evaluate(net, task, train_set, place)
    net.eval()


def _labels(samples: Samples, place: torch.device) -> torch.Tensor:
    return torch.from_numpy(samples.labels.astype("int64")).to(place)


@torch.no_grad()
def _evaluate(net: nn.Module, task: SRHM, samples: Samples, place) -> tuple[float, float]:
    """Mean loss (nats) and error (fraction misclassified)."""
    loss = wrong = 0.0
    for part in _parts(samples):
        logits, labels = net(task.one_hot(part).to(place)), _labels(part, place)
        loss += F.cross_entropy(logits, labels, reduction="sum").item()
        wrong += (logits.argmax(1) != labels).sum().item()
    return loss / len(samples), wrong / len(samples)


def _parts(samples: Samples) -> Iterator[Samples]:
    """About `CHUNK` data at once, in nearly equal parts."""
    edges = torch.linspace(0, len(samples), math.ceil(len(samples) / CHUNK) + 1).int().tolist()
    return (samples[a:b] for a, b in pairwise(edges))


def _activations(net: nn.Module, task: SRHM):
    """Activations of the layers at the relative depths, under their names, and of the output."""
    names = {module: name for name, module in net.named_modules()}
    depths = {names[module]: depth for depth, module in layers_at_depths(net).items()}
    of_modules = module_activations(net, task, depths, chunk=CHUNK)
    return lambda samples: {depths.get(n, n): layer for n, layer in of_modules(samples).items()}
