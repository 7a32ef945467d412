"""Data of the SRHM as they are kept: features and places of the informative elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Samples:
    """n data, without their empty elements. Indexed by a slice or an array it gives `Samples`.

    values : (n, s^L) integers, the input features of the informative elements, left to right.
    positions : (n, s^L) integers in 0..d-1, where each of them sits. Written in base
        ``task.patch``, digit l (lowest: 1) is the place inside the level-l patch, so the level-k
        ancestor of an element sits at ``positions // patch**k``.
    labels : (n,) integers in 0..n_c-1.
    """

    values: np.ndarray
    positions: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index) -> Samples:
        if not isinstance(index, (slice, np.ndarray, list)):
            raise TypeError(f"Samples are indexed by a slice, a list or an array, not {index!r}.")
        return Samples(self.values[index], self.positions[index], self.labels[index])


def blocks(n: int, size: int) -> Iterator[slice]:
    """0..n-1 cut so that a block's temporaries, of ``size`` numbers a row, stay in the cache."""
    rows = max(256, 2**18 // size)
    return (slice(start, start + rows) for start in range(0, n, rows))
