"""Made-up images, ten coloured figures on grey noise: at hand everywhere, in a second.

They serve where no photographs are: to look at deformations, to test, and to train one network
again when the book is built. They are easier than photographs, and nothing is concluded from them.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import torch

from srhm.data.randomness import generator
from srhm.images.config import IMAGE_SETS, IMAGE_SIZE
from srhm.images.sets import ImageSet

NUM_TEST = 600
FINER = 2  # drawn on that many times as many pixels, and averaged: edges without steps

# Inside or not, for coordinates u, v from -1 to 1 and radius r = |(u, v)|.
FIGURES = {
    "disc": lambda u, v, r: r < 0.9,
    "ring": lambda u, v, r: (r > 0.5) & (r < 0.9),
    "square": lambda u, v, r: np.maximum(abs(u), abs(v)) < 0.8,
    "frame": lambda u, v, r: abs(np.maximum(abs(u), abs(v)) - 0.6) < 0.2,
    "diamond": lambda u, v, r: abs(u) + abs(v) < 1,
    "triangle": lambda u, v, r: (abs(u) < (v + 0.9) / 2) & (v < 0.8),
    "plus": lambda u, v, r: (np.minimum(abs(u), abs(v)) < 0.25) & (r < 0.95),
    "cross": lambda u, v, r: (abs(abs(u) - abs(v)) < 0.35) & (r < 0.95),
    "bars": lambda u, v, r: (np.sin(8 * u) > 0) & (r < 0.95),
    "steps": lambda u, v, r: (np.sin(8 * v) > 0) & (r < 0.95),
}


@functools.cache
def load_shapes(_folder: Path | None = None) -> ImageSet:
    """The made-up set: 3,000 training and 600 test images (N, 3, 32, 32), the same every time."""
    num = IMAGE_SETS["shapes"].num_train
    draw = generator(0, "sample")
    labels = draw.integers(len(FIGURES), size=num + NUM_TEST)
    images = np.stack([_draw(list(FIGURES.values())[label], draw) for label in labels])
    x, y = torch.from_numpy(images), torch.from_numpy(labels)
    return ImageSet.of("shapes", x[:num], y[:num], x[num:], y[num:], FIGURES)


def _draw(figure, draw: np.random.Generator) -> np.ndarray:
    """One figure at a random place, in a random size and colour: bytes (3, 32, 32)."""
    size = draw.uniform(0.4, 0.7)
    x0, y0 = draw.uniform(size - 1, 1 - size, 2)
    axis = np.linspace(-1, 1, FINER * IMAGE_SIZE)
    u, v = np.meshgrid((axis - x0) / size, (axis - y0) / size)
    inside = figure(u, v, np.hypot(u, v)).astype(float)
    cover = inside.reshape(IMAGE_SIZE, FINER, IMAGE_SIZE, FINER).mean((1, 3))
    colour, ground = draw.uniform(120, 255, (3, 1, 1)), draw.uniform(40, 90)
    noise = draw.normal(0, 12, (3, IMAGE_SIZE, IMAGE_SIZE))
    return (ground + (colour - ground) * cover + noise).clip(0, 255).astype(np.uint8)
