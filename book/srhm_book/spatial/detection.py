"""Sensitivities by depth of networks that detect scales, before and after training.

A seed gives a network's initial weights, its training data and its test images: any of them can be
measured again by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import torch

from srhm.images.layers import layer_sensitivities
from srhm.images.sensitivity import noise_like
from srhm.training.threads import flushed_denormals, num_threads
from srhm_book.spatial.network import (
    SimpleCNN,
    Training,
    pooling_net,
    test_error,
    train,
    without_relu,
)
from srhm_book.spatial.task import TwoPoints

ROOM = "spatial"
PROBES = 500  # test images, as tomasini2022's
POOLED_PROBES = 20_000
KEYS = ["state", "rectify", "seed", "layer"]


@dataclass(frozen=True)
class Setting:
    """A task, a network, its training, and the seeds of what is stored.

    fitted: the layers over which a fall or growth is read off; beyond, a block of pixels holds
    more than an eighth of an image, and before, the network reads single pixels.
    """

    task: TwoPoints
    depth: int
    stride: int
    width: int = 64
    training: Training = field(default_factory=Training)
    seeds: range = range(1, 9)
    fitted: tuple[int, int] = (1, 4)

    def network(self, seed: int) -> SimpleCNN:
        """The untrained network."""
        return SimpleCNN(self.task.dim, self.depth, self.stride, self.width, seed)


RING = TwoPoints(size=128, xi=32)
SHORT_RING = TwoPoints(size=32, xi=8)  # without stride, 8 layers see 9 pixels
SETTINGS = {
    "ring": Setting(RING, depth=7, stride=2),
    "ring_no_stride": Setting(
        SHORT_RING, depth=8, stride=1, training=Training(P=512, batch=8, epochs=60),
        seeds=range(1, 7), fitted=(1, 8),
    ),
    "torus": Setting(
        TwoPoints(size=16, xi=6, dim=2), depth=4, stride=2, seeds=range(1, 5), fitted=(1, 2),
        training=Training(P=4096, rate=0.2, epochs=24),
    ),
    "ring_no_decay": Setting(
        RING, depth=7, stride=2, training=Training(decay=0.0), seeds=range(1, 5)
    ),
}  # fmt: skip


def probes(task: TwoPoints, num: int, rng: np.random.Generator) -> tuple[torch.Tensor, ...]:
    """Test images, the same displaced, the same with noise of that norm; and their labels."""
    positions, labels = task.draw(num, rng)
    x, moved = task.render(positions), task.render(task.displace(positions, rng))
    draw = torch.Generator().manual_seed(int(rng.integers(2**31)))
    return x, moved, x + noise_like(moved - x, draw), labels


def sensitivity_rows(net: SimpleCNN, images, **named) -> Iterator[dict]:
    """One row a layer, from 1, of the network with its ReLUs and of that without."""
    for rectify, own in ((True, net), (False, without_relu(net))):
        found = layer_sensitivities(own, own.layer_names, *images)
        for k, name in enumerate(own.layer_names, 1):
            values = {letter: found[name][letter] for letter in "DGR"}
            yield named | {"rectify": rectify, "layer": k} | values


@flushed_denormals()
def network_rows(setting: Setting, seed: int) -> list[dict]:
    """The network of one seed before ("initial") and after training ("trained")."""
    rng = np.random.default_rng(seed)
    *images, labels = probes(setting.task, PROBES, rng)
    net = setting.network(seed)
    rows = []
    for state in ("initial", "trained"):
        loss = train(net, setting.task, setting.training, rng) if state == "trained" else np.nan
        error = test_error(net, images[0], labels)
        named = {"state": state, "seed": seed, "train_loss": loss, "test_error": error}
        rows += sensitivity_rows(net, images, **named)
    return rows


def pooling_rows(setting: Setting, num: int = POOLED_PROBES) -> list[dict]:
    """Pure pooling on the same task; its last layer, one block of all pixels, is left out."""
    *images, _ = probes(setting.task, num, np.random.default_rng(0))
    net = pooling_net(setting.task.dim, setting.depth, setting.stride)
    rows = list(sensitivity_rows(net, images, state="pooling", seed=0))
    return [row for row in rows if np.isfinite(row["D"])]


def measure(setting: Setting, seeds: Iterable[int] | None = None, num: int = POOLED_PROBES):
    """All rows of a setting as a frame: columns `KEYS`, D, G, R, train_loss, test_error."""
    with num_threads(1):
        rows = pooling_rows(setting, num)
        for seed in setting.seeds if seeds is None else seeds:
            rows += network_rows(setting, seed)
    return pd.DataFrame(rows)[[*KEYS, "D", "G", "R", "train_loss", "test_error"]]
