"""One training of a classifier of images, from a configuration to a row of results."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from srhm.images.config import ImageRunConfig
from srhm.images.networks import build_image_network
from srhm.images.sensitivity import logits, relative_sensitivity
from srhm.images.sets import ImageSet, load_images
from srhm.training.loop import Limits, run_epochs, without_single
from srhm.training.run import make_row, resolve_device

MAX_SHIFT = 4  # pixels, of augmentation


def train_on_images(
    config: ImageRunConfig,
    device: str = "auto",
    images: ImageSet | None = None,
    folder: str | Path | None = None,
    on_epoch: Callable[[int, float], None] | None = None,
) -> dict:
    """Train one classifier as ``config`` says, test it, and measure its sensitivities.

    images: the image set, if it is loaded already; otherwise it is read, from ``folder``.
    on_epoch: called after each epoch with its number (from 1) and its mean training loss (nats).

    Returns
    -------
    A flat dict, ready for JSON: all fields of the configuration; ``status`` ("finished" or
    "diverged"); ``train_loss`` (mean over the last epoch; nats), ``test_loss``, ``test_error``,
    ``steps``, ``seconds``, ``num_test_used``; ``D``, ``G``, ``R`` of `srhm.images.sensitivity`
    with their standard errors ``D_se`` ..., and those of the untrained network, ``D_init`` ...;
    ``image_set``, ``encoding`` and ``images_sha256``; and where it was made. What is not finite is
    None.

    Raises
    ------
    ValueError, OSError
        Before any training: the device, the image set, or too few images in it.
    """
    place = resolve_device(device)
    start = time.perf_counter()
    images = load_images(config.dataset, folder) if images is None else images
    if images.name != config.dataset:
        raise ValueError(f"images must be {config.dataset}, not {images.name}.")
    x, labels = (part.to(place) for part in images.training_part(config.P, config.seed_sample))
    test_x, test_labels = (part.to(place) for part in images.test_part())
    num_classes = len(images.class_names)
    net = build_image_network(
        config.arch, images.channels, num_classes, config.seed_init, config.width
    )
    net = net.to(place, memory_format=torch.channels_last)
    probes = test_x[: config.num_probes]
    options = {"seed": config.seed_sample, "c": config.c, "delta": config.delta}
    untrained = relative_sensitivity(_calibrated(net, x), probes, **options)
    result = fit(net, x, labels, config, on_epoch)
    out = logits(net, test_x)
    result |= {
        "num_test_used": len(test_x),
        "test_loss": F.cross_entropy(out, test_labels.cpu()).item(),
        "test_error": (out.argmax(1) != test_labels.cpu()).double().mean().item(),
    }
    result |= relative_sensitivity(net, probes, **options)
    result |= {f"{name}_init": value for name, value in untrained.items()}
    result |= images.provenance()
    return make_row(config, result, time.perf_counter() - start, place)


def fit(
    net: nn.Module,
    x: torch.Tensor,
    labels: torch.Tensor,
    config: ImageRunConfig,
    on_epoch: Callable[[int, float], None] | None = None,
) -> dict:
    """SGD on images x (P, channels, 32, 32) with the learning rate falling along a cosine.

    Returns ``status``, ``train_loss`` (mean over the last epoch, in nats) and ``steps``. Dropout
    draws from the global random state, which is put back as it was.
    """
    draw = torch.Generator().manual_seed(config.seed_sample)
    optimiser = torch.optim.SGD(
        net.parameters(), config.lr, config.momentum, weight_decay=config.weight_decay
    )
    num_steps = config.epochs * len(without_single(torch.arange(len(x)), config.batch_size))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, num_steps)

    def step(batch: torch.Tensor) -> torch.Tensor:
        chosen = batch.to(x.device)
        inputs = augment(x[chosen], draw) if config.augment else x[chosen]
        inputs = inputs.contiguous(memory_format=torch.channels_last)
        with torch.autocast(x.device.type, torch.bfloat16, enabled=config.precision == "bfloat16"):
            out = net(inputs)
        loss = F.cross_entropy(out.float(), labels[chosen])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return loss.detach() * len(batch)

    def batches() -> list[torch.Tensor]:
        return without_single(torch.randperm(len(x), generator=draw), config.batch_size)

    limits = Limits(config.epochs, chance=math.log(10))
    net.train()
    with torch.random.fork_rng(devices=[x.device] if x.is_cuda else []):
        torch.manual_seed(config.seed_init)
        result = run_epochs(
            step,
            batches,
            len(x),
            limits,
            on_step=lambda _step: schedule.step(),
            on_epoch=on_epoch,
        )
    status = "diverged" if result["status"] == "diverged" else "finished"
    return {"status": status, "train_loss": result["train_loss"], "steps": result["steps"]}


def augment(images: torch.Tensor, draw: torch.Generator) -> torch.Tensor:
    """Images (n, channels, size, size), each mirrored or not and shifted by up to 4 pixels.

    What comes in from outside is 0, the mean of all images.
    """
    n, _, size, _ = images.shape
    padded = F.pad(images, [MAX_SHIFT] * 4)
    shifts = torch.randint(2 * MAX_SHIFT + 1, (2, n, 1), generator=draw)
    mirrored = torch.randint(2, (n, 1), generator=draw).bool()
    places = torch.arange(size)
    rows = (shifts[0] + places).to(images.device)  # (n, size)
    columns = (shifts[1] + torch.where(mirrored, places.flip(0), places)).to(images.device)
    which = torch.arange(n, device=images.device)[:, None, None]
    return padded[which, :, rows[:, :, None], columns[:, None, :]].movedim(-1, 1)


def _calibrated(net: nn.Module, x: torch.Tensor) -> nn.Module:
    """A copy whose batch normalisations know the statistics of the images, without training.

    An untrained network's statistics are not those of any data: an EfficientNet's output hardly
    depends on its input with them. Dropout is left out.
    """
    net = copy.deepcopy(net).eval()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # the average of all batches
            module.reset_running_stats()
            module.train()
    with torch.no_grad():
        for chunk in x[:1024].split(256):
            if len(chunk) > 1:
                net(chunk)
    return net.eval()
