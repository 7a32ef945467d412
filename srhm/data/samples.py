"""Data of the SRHM as they are kept: features and places of the informative elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from srhm.data.randomness import check_type

if TYPE_CHECKING:
    from srhm.data.task import SRHM


@dataclass(frozen=True, eq=False)
class Samples:
    """n data, without their empty elements. Indexed by a slice or an array it gives `Samples`.

    values : (n, s^L) integers, the input features of the informative elements, left to right.
    positions : (n, s^L) integers in 0..d-1, where each of them sits. Written with the radices
        ``task.patches`` (one base, where s0 is the same at every level), digit l (lowest: 1) is
        the place inside the level-l patch, so the level-k ancestor of an element sits at
        ``positions // task.spans[k]``.
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


def check_samples(task: SRHM, samples: Samples) -> None:
    """See `SRHM.check_samples`."""
    check_type("samples", samples, Samples)
    n, leaves = len(samples), task.s**task.L
    for name, most in (("values", task.v), ("positions", task.d), ("labels", task.n_c)):
        array = getattr(samples, name)
        check_type(f"{name} of the samples", array, np.ndarray)
        shape = (n,) if name == "labels" else (n, leaves)
        if array.dtype.kind not in "iu":
            raise ValueError(f"{name} of the samples must be integers, not {array.dtype}.")
        if array.shape != shape:
            raise ValueError(f"{name} of the samples must be {shape}, not {array.shape}.")
        if n and (array.min() < 0 or array.max() >= most):
            raise ValueError(
                f"{name} of the samples must be from 0 to {most - 1} in this task, not "
                f"{array.min()} to {array.max()}."
            )
    fall = samples.positions[:, 1:] <= samples.positions[:, :-1]
    if fall.any():
        i = int(fall.any(axis=1).argmax())
        raise ValueError(
            f"positions of a datum must rise, each above the one before; those of sample {i} "
            f"are {samples.positions[i].tolist()}."
        )
