"""Training a common architecture: the dense input, automatic differentiation, plain SGD."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F

from srhm.data.task import SRHM, Samples
from srhm.networks.architectures import build_architecture, layers_at_depths
from srhm.training.config import RunConfig
from srhm.training.epochs import epoch_order, is_look
from srhm.training.observables import module_activations, sensitivities

CHUNK = 500  # data at once where nothing is learned


def train_architecture(config: RunConfig, place: torch.device) -> dict:
    """Train, test and measure one of `srhm.networks.names.CONVERTED`; the optimiser's rate is
    ``lr``.

    Returns what `srhm.training.run.train` does, without the configuration and the provenance. The
    layers of the sensitivities are "20", "50", "80" (relative depth in percent) and "out".
    """
    torch.set_flush_denormal(True)
    task = config.task
    train_set, test_set = task.split(config.P, config.num_test, config.seed_sample, config.balanced)
    net = build_architecture(config.arch, task.v, task.d, task.n_c, config.seed_init).to(place)
    result = _fit(net, config, train_set, place)
    _settle(net, task, train_set, place)
    loss, error = _evaluate(net, task, test_set, place)
    result |= {"num_test_used": len(test_set), "test_loss": loss, "test_error": error}
    if result["status"] != "diverged":
        result |= sensitivities(task, _activations(net, task), test_set, config.seed_sample)
    return result


def _fit(net: nn.Module, config: RunConfig, train_set: Samples, place: torch.device) -> dict:
    """Epochs until the mean training loss is below ``stop_loss``; the counts and the status."""
    from srhm.training.run import largest_loss

    task, labels = config.task, _labels(train_set, place)
    optimiser = torch.optim.SGD(net.parameters(), config.lr, config.momentum)
    draw = torch.Generator().manual_seed(config.seed_sample)
    status, steps, epoch = "max_epochs", 0, 0
    while epoch < config.max_epochs:
        epoch += 1
        total = torch.zeros((), dtype=torch.float64, device=place)
        for batch in _batches(config, draw):
            x = task.one_hot(train_set[batch.numpy()]).to(place)
            losses = F.cross_entropy(net(x), labels[batch.to(place)], reduction="sum")
            optimiser.zero_grad()
            (losses / len(batch)).backward()
            optimiser.step()
            total += losses.detach()
            steps += 1
        train_loss = total.item() / config.P
        if not train_loss < largest_loss(config):
            status = "diverged"
            break
        if train_loss < config.stop_loss and is_look(config, epoch, config.stop_every):
            status = "converged"
            break
    return {"status": status, "train_loss": train_loss, "epochs": epoch, "steps": steps}


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


def _batches(config: RunConfig, draw: torch.Generator) -> list[torch.Tensor]:
    """One epoch's batches; a single datum left over joins the batch before it.

    Batch normalisation has no statistics of one datum.
    """
    batches = list(epoch_order(config, draw).split(config.batch_size))
    if len(batches) > 1 and len(batches[-1]) == 1:
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches


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
