"""SGD with momentum on a table of rows: the first layer, of which a datum reads a few rows."""

from __future__ import annotations

import torch
import torch.nn.functional as F


class DirectRows:
    """The first layer's table (rows, width): every row moves at every step."""

    def __init__(self, weight: torch.Tensor, lr: float, momentum: float):
        self.weight, self.lr, self.momentum = weight, lr, momentum
        self.velocity = torch.zeros_like(weight)

    def forward(self, index: torch.Tensor) -> torch.Tensor:
        """Sums over the rows ``index`` (n, siblings): (n, width)."""
        return F.embedding_bag(index, self.weight, mode="sum")

    def backward(self, index: torch.Tensor, g: torch.Tensor) -> None:
        """The step, given the gradient g (n, width) of the sums."""
        self.velocity.mul_(self.momentum)
        for j in range(index.shape[1]):
            self.velocity.index_add_(0, index[:, j], g)
        self.weight.add_(self.velocity, alpha=-self.lr)

    def sync(self) -> None:
        """Make ``weight`` the present weights (here it always is)."""


class LazyRows(DirectRows):
    """As `DirectRows`, but a row coasts on its velocity only when it is next read.

    A row that several data read is worked out once for each and written with the same value, which
    for the few rows of a small batch is quicker than finding the distinct ones.
    """

    def __init__(self, weight: torch.Tensor, lr: float, momentum: float):
        super().__init__(weight, lr, momentum)
        self.now = 0
        self.steps = torch.zeros(len(weight), device=weight.device)  # steps each row has taken

    def forward(self, index: torch.Tensor) -> torch.Tensor:
        if index.numel() < len(self.weight):
            self._catch_up(index.flatten().long())
        else:
            self.sync()
        return super().forward(index)

    def backward(self, index: torch.Tensor, g: torch.Tensor) -> None:
        rows = index.flatten().long()
        velocity = self.velocity.index_select(0, rows).mul_(self.momentum)
        self.velocity.index_copy_(0, rows, velocity)
        for j in range(index.shape[1]):
            self.velocity.index_add_(0, index[:, j], g)
        weight = self.weight.index_select(0, rows)
        weight.sub_(self.velocity.index_select(0, rows), alpha=self.lr)
        self.weight.index_copy_(0, rows, weight)
        self.now += 1
        self.steps.index_fill_(0, rows, self.now)

    def sync(self) -> None:
        self._catch_up(torch.arange(len(self.weight), device=self.weight.device))

    def _catch_up(self, rows: torch.Tensor) -> None:
        """The steps that these rows have missed: mu^a of the velocity is left after a of them."""
        missed = self.now - self.steps.index_select(0, rows)
        left = torch.pow(self.momentum, missed)[:, None]
        velocity, weight = self.velocity.index_select(0, rows), self.weight.index_select(0, rows)
        travelled = (1 - left).mul_(self.lr * self.momentum / (1 - self.momentum))
        self.weight.index_copy_(0, rows, weight.addcmul_(velocity, travelled, value=-1))
        self.velocity.index_copy_(0, rows, velocity.mul_(left))
        self.steps.index_fill_(0, rows, self.now)
