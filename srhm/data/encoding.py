"""Data as a network reads them, and the oracle that reads them back by the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from srhm.data.randomness import typed
from srhm.data.samples import Samples, blocks

if TYPE_CHECKING:
    from srhm.data.task import SRHM


@typed
def one_hot(task: SRHM, samples: Samples) -> torch.Tensor:
    """Float32 (n, v, d): a 1 at the feature of each informative position, zeros at empty ones.

    It takes 4·n·v·d bytes at once; `OneHotDataset` makes the same piece by piece.

    Raises
    ------
    ValueError
        When the samples cannot be of this task (`SRHM.check_samples`).
    """
    task.check_samples(samples)
    n = len(samples)
    place = samples.values.astype(np.int64) * task.d + samples.positions.astype(np.int64)
    x = torch.zeros(n, task.v * task.d)
    x.scatter_(1, torch.from_numpy(place), 1.0)
    return x.view(n, task.v, task.d)


@typed
def decode(task: SRHM, x) -> np.ndarray:
    """Labels (n,) of inputs (n, v, d), tensor or array, by inverting the rules level by level.

    Nothing but the input is used, so this proves that the label is in it, and that what keeps the
    label does.

    Raises
    ------
    ValueError
        For an input that no rules produce: which sample, where, and why.
    """
    if isinstance(x, torch.Tensor):
        x = x.detach().cpu().numpy()
    x = np.asarray(x)
    if x.ndim != 3 or x.shape[1:] != (task.v, task.d):
        raise ValueError(f"x must have the shape (n, v={task.v}, d={task.d}), not {x.shape}.")
    labels = np.empty(len(x), np.min_scalar_type(task.n_c - 1))
    for block in blocks(len(x), task.v * task.d):
        features = _features(x[block], block.start)
        for level in range(1, task.L + 1):
            features = _parents(task, level, features, block.start)
        labels[block] = features[:, 0]
    return labels


def _features(x, start):
    """(n, v, d) → the feature at each position, (n, d), -1 where it is empty."""
    ones = x == 1
    count = ones.sum(axis=1)
    wrong = ((x != 0) & ~ones).any(axis=1) | (count > 1)
    if wrong.any():
        i, p = np.argwhere(wrong)[0]
        raise ValueError(
            f"Sample {start + i}, position {p}: the column must be all zero or hold a single 1, "
            f"not {x[i, :, p].tolist()}."
        )
    return np.where(count == 1, ones.argmax(axis=1), -1)


def _parents(task, level, features, start):
    """Features of ``level``, (n, positions), -1 where empty → those one level up, by the rules."""
    patches = features.reshape(len(features), -1, task.patches[level - 1])
    informative = patches >= 0
    full = informative.any(axis=2)

    def refuse(where, why):
        i, p = np.argwhere(where)[0]
        raise ValueError(
            f"Sample {start + i}, level {level}, patch {p} (its positions hold "
            f"{[int(f) for f in patches[i, p]]}, -1 being empty): {why}."
        )

    if level == task.L and not full.all():
        refuse(~full, "the whole input is empty")
    if task.sparsity == "A":
        # One informative element in each of the s sub-patches of s0+1 positions.
        count = informative.reshape(*full.shape, task.s, -1).sum(axis=3)
        wrong = full & (count != 1).any(axis=2)
        why = f"each of its {task.s} sub-patches must hold exactly one informative element"
    else:
        wrong = full & (informative.sum(axis=2) != task.s)
        why = f"it must hold exactly {task.s} informative elements, or none"
    if wrong.any():
        refuse(wrong, why)
    rule = np.full(full.shape, 0)
    rule[full] = task.lookups[level - 1](patches[informative].reshape(-1, task.s))
    if (rule < 0).any():
        refuse(rule < 0, "no rule makes this tuple")
    return np.where(full, rule // task.m, -1)


class OneHotDataset(torch.utils.data.Dataset):
    """Samples for a training loop of your own: items are (x, label), made when asked for.

    x is float32 of shape (v, d), label an int. A `torch.utils.data.DataLoader` fetches whole
    batches at once, x (batch, v, d) and labels (batch,), so that memory holds one batch of dense
    input at a time (`one_hot` makes all of it).

    Raises
    ------
    ValueError
        When the samples cannot be of this task (`SRHM.check_samples`).
    """

    @typed
    def __init__(self, task: SRHM, samples: Samples):
        task.check_samples(samples)
        self.task, self.samples = task, samples

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: list[int]) -> list[tuple[torch.Tensor, int]]:
        """The items of one batch."""
        batch = self.samples[np.asarray(indices, dtype=np.int64)]
        return list(zip(one_hot(self.task, batch), batch.labels.tolist(), strict=True))
