"""Scale detection: two points on a ring or a torus, near to each other or far (tomasini2022)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

LEAST = 3  # distance of the two points: displaced by one each, they never fall together


@dataclass(frozen=True)
class TwoPoints:
    """Periodic images of ``size`` pixels in each of ``dim`` directions, all 0 but for two points.

    The class is +1 for Euclidean distances from 3 to below ``xi - gap``, -1 from ``xi + gap`` on.
    With a gap of 2 no displacement of both points by a pixel changes the class. The points have
    the amplitude that makes the mean square of all pixels 1.

    Raises
    ------
    ValueError
        For values that leave one of the classes empty.
    """

    size: int
    xi: int
    dim: int = 1
    gap: int = 2

    def __post_init__(self):
        if self.dim not in (1, 2):
            raise ValueError(f"dim must be 1 or 2, not {self.dim!r}.")
        least, most = LEAST + self.gap + 1, self.size // 2 - self.gap
        if not least <= self.xi <= most:
            raise ValueError(
                f"xi must be from {least} to {most} for size={self.size} and gap={self.gap}, "
                f"not {self.xi!r}."
            )

    @property
    def amplitude(self) -> float:
        """Of either point."""
        return (self.size**self.dim / 2) ** 0.5

    def draw(self, num: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Positions (num, 2, dim) of the points and labels ±1 (num,), half of each, shuffled."""
        wanted = {1: (num + 1) // 2, -1: num // 2}
        found = {label: np.empty((0, 2, self.dim), int) for label in wanted}
        while any(len(found[label]) < wanted[label] for label in wanted):
            tried = rng.integers(self.size, size=(8 * num + 64, 2, self.dim))
            classes = self.classify(tried)
            for label in wanted:
                more = tried[classes == label]
                found[label] = np.concatenate([found[label], more])[: wanted[label]]
        order = rng.permutation(num)
        labels = np.concatenate([np.full(n, label) for label, n in wanted.items()])
        return np.concatenate(list(found.values()))[order], labels[order]

    def classify(self, positions: np.ndarray) -> np.ndarray:
        """Labels (n,) of positions (n, 2, dim): +1, -1, or 0 for what belongs to neither class."""
        away = np.abs(positions[:, 0] - positions[:, 1])
        distance = np.linalg.norm(np.minimum(away, self.size - away), axis=1)
        near = (distance >= LEAST) & (distance < self.xi - self.gap)
        return near.astype(int) - (distance >= self.xi + self.gap)

    def displace(self, positions: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Each point moved by one pixel, along one direction: positions (n, 2, dim)."""
        steps = np.zeros_like(positions)
        along = rng.integers(self.dim, size=positions.shape[:2])
        signs = rng.choice([-1, 1], size=positions.shape[:2])
        np.put_along_axis(steps, along[..., None], signs[..., None], axis=2)
        return (positions + steps) % self.size

    def render(self, positions: np.ndarray) -> torch.Tensor:
        """Images (n, 1, size) or (n, 1, size, size) of positions (n, 2, dim)."""
        images = torch.zeros(len(positions), *[self.size] * self.dim)
        row = np.arange(len(positions))
        for point in (0, 1):
            images[(row, *positions[:, point].T)] = self.amplitude
        return images[:, None]
