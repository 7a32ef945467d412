"""When a training sees which data, and when it looks at whether it has ended."""

from __future__ import annotations

import torch

from srhm.training.config import RunConfig


def epoch_order(config: RunConfig, draw: torch.Generator) -> torch.Tensor:
    """A random order (P,) of the training data for one epoch, to be cut into batches.

    Balanced, datum i has class i mod n_c (`srhm.data.task.SRHM.split`): each class is shuffled by
    itself and any n_c neighbours hold one datum of each, so every batch is balanced, the last too.
    """
    if not config.balanced:
        return torch.randperm(config.P, generator=draw)
    n_c = config.n_c
    own = [torch.randperm(config.P // n_c, generator=draw) * n_c + c for c in range(n_c)]
    return torch.stack(own, 1).flatten()


def is_look(config: RunConfig, epoch: int, every: int) -> bool:
    """Whether one looks after this epoch (from 1): at multiples of ``every``, and at the last."""
    return epoch % every == 0 or epoch == config.max_epochs
