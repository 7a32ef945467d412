"""Sensitivities by depth of classifiers of photographs, before and after training, and shuffled.

A seed gives the training images, the initial weights, the
deformations and noise, and the permutations.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import torch
from torch import nn

from srhm.images.config import ImageRunConfig
from srhm.images.deform import deform
from srhm.images.layers import layer_sensitivities
from srhm.images.networks import build_image_network
from srhm.images.sensitivity import logits, noise_like
from srhm.images.sets import ImageSet, load_images
from srhm.images.train import _calibrated as calibrated
from srhm.images.train import fit
from srhm.training.threads import flushed_denormals, num_threads
from srhm_book.images.grids import image_run
from srhm_book.spatial.filters import convolutions, mode_powers, shuffle_channels
from srhm_book.spectral import stored

ROOM = "spatial"
DATASET = "cifar10_jpeg"
ARCHITECTURES = ("lenet", "alexnet", "vgg11", "vgg11_bn")
P, SEEN, SEEDS = 5_000, 40_000, range(2)
PROBES = 500  # test images, as tomasini2022's
STATES = ("initial", "trained", "shuffled")
LAYERS, FILTERS = "photograph_layers", "photograph_filters"  # what is stored
LONGER = "photograph_layers_longer"  # of one network that saw more images
LONGER_ARCH, LONGER_SEEN = "vgg11_bn", 4 * SEEN
CHECK = "shapes_layers"  # stored too: a network of images that can be made anywhere
RUN = ["dataset", "arch", "seed"]


def run_config(dataset: str, arch: str, seed: int, size: int = P, seen: int = SEEN, **changes):
    """One training, as the chapter on images trains its networks, with more images seen."""
    return image_run(dataset, arch, size, seed, seen, **{"num_probes": PROBES, **changes})


@flushed_denormals()
def measure_network(config: ImageRunConfig, images: ImageSet) -> tuple[list[dict], list[dict]]:
    """Rows by layer and rows by mode of the filters, of one network.

    Layers are the ReLUs, numbered from 1, and the output. In all states the statistics of batch
    normalisation are those of 1,024 training images: they must not be those of other weights.
    """
    x, labels = images.training_part(config.P, config.seed_sample)
    test_x, test_labels = images.test_part()
    net = build_image_network(
        config.arch, images.channels, len(images.class_names), config.seed_init, config.width
    ).to(memory_format=torch.channels_last)
    draw = torch.Generator().manual_seed(config.seed_sample)
    probes = test_x[: config.num_probes]
    moved = deform(probes, draw, c=config.c, delta=config.delta)
    parts = (probes, moved, probes + noise_like(moved - probes, draw))
    layers, filters = [], []
    named = {"dataset": config.dataset, "arch": config.arch, "seed": config.seed_init}
    for state in STATES:
        loss = None
        if state == "trained":
            loss = fit(net, x, labels, config)["train_loss"]
        own = shuffle_channels(net, config.seed_init) if state == "shuffled" else net
        own = calibrated(own, x)
        wrong = (logits(own, test_x).argmax(1) != test_labels).double().mean().item()
        about = named | {"state": state}
        layers += _layer_rows(own, parts, **about, test_error=wrong, train_loss=loss)
        filters += _filter_rows(own, **about) if state != "shuffled" else []
    return layers, filters


def _layer_rows(net: nn.Module, parts, **about) -> list[dict]:
    names = [name for name, module in net.named_modules() if isinstance(module, nn.ReLU)]
    convolutional = sum(1 for _ in convolutions(net))
    rows = []
    for k, (name, found) in enumerate(layer_sensitivities(net, names, *parts).items(), 1):
        kind = "out" if name == "out" else "conv" if k <= convolutional else "linear"
        rows.append(about | {"layer": k, "kind": kind} | {q: found[q] for q in "DGR"})
    return rows


def _filter_rows(net: nn.Module, **about) -> list[dict]:
    return [
        about | {"layer": k, "mode": mode, "eigenvalue": eigenvalue, "power": power}
        for k, conv in enumerate(convolutions(net), 1)
        for mode, (eigenvalue, power) in enumerate(zip(*mode_powers(conv), strict=True))
    ]


def measure(
    images: ImageSet, archs: Iterable[str], seeds: Iterable[int], **changes
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The layers' and the filters' rows of all architectures and seeds."""
    layers, filters = [], []
    with num_threads(1):
        for seed in seeds:
            for arch in archs:
                found = measure_network(run_config(images.name, arch, seed, **changes), images)
                layers += found[0]
                filters += found[1]
    return pd.DataFrame(layers), pd.DataFrame(filters)


def measure_check() -> pd.DataFrame:
    """The layers' rows of one small network, trained on made-up images: what a build repeats."""
    return measure(load_images("shapes"), ["lenet"], [0], size=1000, seen=2000)[0]


def store_networks(folder: str | None = None) -> None:
    """Measures and stores network by network, images from ``folder``; what is there is kept."""
    images = load_images(DATASET, folder)
    notes = images.provenance() | {"P": P, "images_seen": SEEN}
    for seed in SEEDS:
        for arch in ARCHITECTURES:
            try:
                kept = [stored.read(name, ROOM) for name in (LAYERS, FILTERS)]
            except FileNotFoundError:
                kept = [pd.DataFrame(columns=RUN)] * 2
            if ((kept[0].arch == arch) & (kept[0].seed == seed)).any():
                continue
            found = measure(images, [arch], [seed])
            for name, old, new in zip((LAYERS, FILTERS), kept, found, strict=True):
                whole = pd.concat([old, new]) if len(old) else new
                print(stored.write(name, whole, ROOM, **notes), arch, seed, flush=True)


def store_longer(folder: str | None = None) -> None:
    """Measures and stores the layers of one network that saw `LONGER_SEEN` images."""
    images = load_images(DATASET, folder)
    notes = images.provenance() | {"P": P, "images_seen": LONGER_SEEN}
    layers, _ = measure(images, [LONGER_ARCH], [0], seen=LONGER_SEEN)
    print(stored.write(LONGER, layers, ROOM, **notes), flush=True)
