"""Scale detection in two dimensions: two bright pixels, and whether they are near or far.

The task of Tomasini, Petrini, Cagnetta & Wyart 2022 (arXiv:2210.01506), as images that the networks
for photographs read: 28 x 28 pixels with a margin of two. To solve it a network must bring together
what is `SCALE` pixels apart, and where exactly the two pixels are is of no use.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import torch

from srhm.data.randomness import generator
from srhm.images.config import IMAGE_SETS, IMAGE_SIZE
from srhm.images.sets import ImageSet

SIDE, MARGIN = 28, 2
SCALE, GAP = 14, 2  # near below SCALE - GAP/2, far from SCALE + GAP/2 on, in pixels
NUM_TEST = 1000
NAMES = ("near", "far")
assert SIDE + 2 * MARGIN == IMAGE_SIZE


@functools.cache
def load_two_points(_folder: Path | None = None) -> ImageSet:
    """4,096 training and 1,000 test images (N, 1, 32, 32), the same every time.

    All are different, and half of either part is near (label 0), half far (1).
    """
    num, draw = IMAGE_SETS["two_points"].num_train + NUM_TEST, generator(0, "sample")
    first, second = np.triu_indices(SIDE**2, 1)
    distance = np.hypot(first // SIDE - second // SIDE, first % SIDE - second % SIDE)
    classes = [distance < SCALE - GAP / 2, distance >= SCALE + GAP / 2]
    chosen = [draw.choice(np.flatnonzero(own), num // 2, replace=False) for own in classes]
    pairs, labels = np.stack(chosen, 1).flatten(), np.tile([0, 1], num // 2)  # in turn
    images = np.zeros((num, SIDE**2), np.uint8)
    for pixel in (first, second):
        images[np.arange(num), pixel[pairs]] = 255
    sides = ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN))
    x = torch.from_numpy(np.pad(images.reshape(num, SIDE, SIDE), sides)[:, None])
    y, half = torch.from_numpy(labels), num - NUM_TEST
    return ImageSet.of("two_points", x[:half], y[:half], x[half:], y[half:], NAMES)
