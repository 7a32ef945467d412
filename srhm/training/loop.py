"""The one loop of every training: epochs of batches, until a run has come to its end.

What differs between networks is handed in: the step, the batches, and what happens after an epoch.
How a run ends is `Limits`, the same for one run and for a group that trains as one program.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch

from srhm.engine.sparse import ActiveData, Engine
from srhm.training.config import RunConfig
from srhm.training.threads import flushed_denormals


@flushed_denormals()
def run_epochs(
    step: Callable[[torch.Tensor], torch.Tensor],
    batches: Callable[[], Iterable[torch.Tensor]],
    num_data: int,
    limits: Limits,
    *,
    silent: Callable[[], bool] = lambda: False,
    on_step: Callable[[int], None] | None = None,
    after_epoch: Callable[[int], None] | None = None,
    on_epoch: Callable[[int, float], None] | None = None,
) -> dict:
    """Epochs of SGD until the run ends.

    Parameters
    ----------
    step: one step on a batch, indices of data; returns the sum of its losses (nats) before it.
    batches: draws the batches of one epoch, ``num_data`` data in all.
    silent: whether the network has fallen silent (`is_silent`); asked when `Limits.doubts`.
    on_step: called after each step with the number of them so far.
    after_epoch: what belongs to training, as a schedule; called with the number of epochs so far.
    on_epoch: called with the epoch (from 1) and its mean loss.

    Returns
    -------
    ``status`` ("diverged", "converged" or "max_epochs"), ``train_loss`` (mean over the last epoch;
    nats), ``epochs`` and ``steps``.
    """
    status, steps, epoch = None, 0, 0
    while status is None:
        epoch, total = epoch + 1, 0.0
        for batch in batches():
            total = step(batch).double() + total  # on the device: nothing waits for it
            steps += 1
            if on_step is not None:
                on_step(steps)
        loss = total.item() / num_data
        if after_epoch is not None:
            after_epoch(epoch)
        if on_epoch is not None:
            on_epoch(epoch, loss)
        status = first_end(limits.ends(epoch, loss, limits.doubts(epoch, loss) and silent()))
    return {"status": status, "train_loss": loss, "epochs": epoch, "steps": steps}


ENDS = ("diverged", "converged", "max_epochs")  # where several have come, the first counts


@dataclass(frozen=True)
class Limits:
    """How a run ends. Of a group of R runs every field is a tensor (R,), and so is every answer.

    chance: loss (nats) of a network that finds all classes equally likely, log n_c.
    stop_loss: a mean loss below it ends the run, looked at every ``stop_every`` epochs and at the
    last.
    """

    max_epochs: int
    chance: float
    stop_loss: float = 0.0  # no loss is below it
    stop_every: int = 1

    @classmethod
    def of(cls, config: RunConfig) -> Limits:
        """The limits of one run on the SRHM."""
        return cls(config.max_epochs, math.log(config.n_c), config.stop_loss, config.stop_every)

    def ends(self, epoch, loss, silent) -> tuple:
        """Whether each of `ENDS` has come after ``epoch`` (from 1).

        Training never comes back from a loss far above chance, nor does a network that is silent.
        """
        lost = (loss != loss) | (loss >= 1e3 * self.chance)  # first: not a number
        look = (epoch % self.stop_every == 0) | (epoch == self.max_epochs)
        return lost | silent, (loss < self.stop_loss) & look, epoch == self.max_epochs

    def doubts(self, epoch, loss):
        """Whether to ask if the network is silent: every tenth epoch, while the loss is high."""
        return (epoch % 10 == 0) & (loss >= self.chance / 2)


def first_end(ends: Iterable[bool]) -> str | None:
    """The name of the first of `ENDS` that has come; None where the run goes on."""
    return next((name for name, has_come in zip(ENDS, ends, strict=True) if has_come), None)


def is_silent(engine: Engine, data: ActiveData) -> bool:
    """Whether the network's last hidden layer answers to next to none of the training data.

    A learning rate that is too high can switch off its units, all or all but a few that answer to
    single data; those never learn again.
    """
    last_hidden = engine.activations(data.take(slice(0, 1024)))[-2]
    return (last_hidden > 0).float().mean().item() < 0.005


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


def without_single(order: torch.Tensor, size: int) -> list[torch.Tensor]:
    """An order cut into batches; a single datum left over joins the batch before it.

    Batch normalisation has no statistics of one datum.
    """
    batches = list(order.split(size))
    if len(batches) > 1 and len(batches[-1]) == 1:
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches
