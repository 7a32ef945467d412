"""SGD with momentum on blocks of weights, of which a step touches only some.

Both classes below are the update of ``torch.optim.SGD``,

    M <- mu M + gradient,   W <- W - lr M,

for a stack of weights (blocks, in, out) whose gradients are products of the inputs and output
gradients of a few rows: gradient = sum_i x_i g_i^T.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from srhm.gemm import matmul


class DirectBlocks:
    """Velocity and weights are written at every step: best when a step brings many rows."""

    def __init__(self, weight: torch.Tensor, lr: float, momentum: float):
        self.weight, self.lr, self.momentum = weight, lr, momentum
        self.velocity = torch.zeros_like(weight)

    def forward(self, block: int, x: torch.Tensor) -> torch.Tensor:
        """x (n, in) times the block's present weights: (n, out)."""
        return matmul(x, self.weight[block])

    def backward(self, block: int, x: torch.Tensor, g: torch.Tensor) -> torch.Tensor:
        """Gradient (n, in) with respect to x, given that (n, out) of the product; then the step."""
        d_x = matmul(g, self.weight[block].t())
        velocity = self.velocity[block]
        torch.add(matmul(x.t(), g), velocity, alpha=self.momentum, out=velocity)
        self.weight[block].add_(velocity, alpha=-self.lr)
        return d_x

    def end_step(self, idle: list[int]) -> None:
        """Blocks without rows in this step still coast on their velocity."""
        for block in idle:
            self.velocity[block].mul_(self.momentum)
            self.weight[block].add_(self.velocity[block], alpha=-self.lr)

    def sync(self) -> None:
        """Make ``weight`` the present weights (here it always is)."""


class DeferredBlocks:
    """Exact, but weights are written once in many steps: best for small batches.

    A row x g^T of age a (in steps) has moved the weights by -eta (1 - mu^a), eta = lr / (1 - mu).
    The rows are kept; products add their contribution as a low-rank term. Once `MERGE` rows
    wait, the whole -eta x g^T goes into the stored matrix by one product, and only the +eta mu^a
    that momentum has not yet delivered stays outside, until mu^a is below float32's rounding.
    There is no velocity matrix, and an untouched block costs nothing.
    """

    MERGE = 64

    def __init__(self, weight: torch.Tensor, lr: float, momentum: float):
        self.weight, self.momentum, self.eta = weight, momentum, lr / (1 - momentum)
        # After this many steps momentum has delivered all but 1e-8 of a gradient.
        self.memory = math.ceil(math.log(1e-8) / math.log(momentum)) if momentum else 0
        self.now = 0
        self.rows = [_Rows(weight.shape[1], weight.shape[2], weight) for _ in weight]

    def forward(self, block: int, x: torch.Tensor) -> torch.Tensor:
        """As `DirectBlocks.forward`."""
        product, rows = matmul(x, self.weight[block]), self.rows[block]
        if rows.count:
            overlap = (x @ rows.x.t()).mul_(self._coefficients(rows))
            product.addmm_(overlap, rows.g)
        return product

    def backward(self, block: int, x: torch.Tensor, g: torch.Tensor) -> torch.Tensor:
        """As `DirectBlocks.backward`."""
        d_x, rows = matmul(g, self.weight[block].t()), self.rows[block]
        if rows.count:
            overlap = (g @ rows.g.t()).mul_(self._coefficients(rows))
            d_x.addmm_(overlap, rows.x)
        rows.append(x, g, self.now)
        return d_x

    def end_step(self, idle: list[int]) -> None:
        """Time goes on; blocks with many waiting rows are written."""
        self.now += 1
        for rows, weight in zip(self.rows, self.weight, strict=True):
            if rows.count - rows.merged >= self.MERGE:
                waiting = slice(rows.merged, rows.count)
                weight.add_(matmul(rows.x[waiting].t(), rows.g[waiting]), alpha=-self.eta)
                rows.merged = rows.count
                rows.forget(self.now - self.memory)

    def sync(self) -> None:
        """Make ``weight`` the present weights; no step may follow."""
        for rows, weight in zip(self.rows, self.weight, strict=True):
            if rows.count:
                weight.add_(matmul((rows.x * self._coefficients(rows)[:, None]).t(), rows.g))
                rows.count = rows.merged = 0

    def _coefficients(self, rows: _Rows) -> torch.Tensor:
        return torch.pow(self.momentum, self.now - rows.born).sub_(rows.waiting).mul_(self.eta)


class _Rows:
    """A growing list of rows (x, g, step); the first ``merged`` of them are in the matrix."""

    def __init__(self, num_in: int, num_out: int, like: torch.Tensor):
        self.count = self.merged = 0
        self._x = like.new_empty(0, num_in)
        self._g = like.new_empty(0, num_out)
        self._born = like.new_empty(0)

    @property
    def x(self) -> torch.Tensor:
        return self._x[: self.count]

    @property
    def g(self) -> torch.Tensor:
        return self._g[: self.count]

    @property
    def born(self) -> torch.Tensor:
        return self._born[: self.count]

    @property
    def waiting(self) -> torch.Tensor:
        """1 for rows that are not in the matrix, 0 for those that are."""
        return (torch.arange(self.count, device=self._x.device) >= self.merged).to(self._x.dtype)

    def append(self, x: torch.Tensor, g: torch.Tensor, now: int) -> None:
        end = self.count + len(x)
        if end > len(self._x):
            self._grow(2 * end)
        self._x[self.count : end] = x
        self._g[self.count : end] = g
        self._born[self.count : end] = now
        self.count = end

    def forget(self, before: int) -> None:
        """Drop merged rows born before this step (rows are in the order of their birth)."""
        drop = min(int((self.born < before).sum()), self.merged)
        keep = slice(drop, self.count)
        for buffer in (self._x, self._g, self._born):
            buffer[: self.count - drop] = buffer[keep].clone()
        self.count -= drop
        self.merged -= drop

    def _grow(self, capacity: int) -> None:
        for name in ("_x", "_g", "_born"):
            old = getattr(self, name)
            new = old.new_empty(capacity, *old.shape[1:])
            new[: self.count] = old[: self.count]
            setattr(self, name, new)


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
    """As `DirectRows`, but a row coasts on its velocity only when it is next read."""

    def __init__(self, weight: torch.Tensor, lr: float, momentum: float):
        super().__init__(weight, lr, momentum)
        self.now = 0
        self.steps = torch.zeros(len(weight), device=weight.device)  # steps each row has taken

    def forward(self, index: torch.Tensor) -> torch.Tensor:
        self._catch_up(index.unique())
        return super().forward(index)

    def backward(self, index: torch.Tensor, g: torch.Tensor) -> None:
        rows, inverse = index.unique(return_inverse=True)
        gradient = g.new_zeros(len(rows), g.shape[1])
        for j in range(index.shape[1]):
            gradient.index_add_(0, inverse[:, j], g)
        velocity = gradient.add_(self.velocity[rows], alpha=self.momentum)
        self.velocity[rows] = velocity
        self.weight.index_add_(0, rows, velocity, alpha=-self.lr)
        self.now += 1
        self.steps[rows] = self.now

    def sync(self) -> None:
        self._catch_up(torch.arange(len(self.weight), device=self.weight.device))

    def _catch_up(self, rows: torch.Tensor) -> None:
        """The steps that these rows have missed: mu^a of the velocity is left after a of them."""
        left = torch.pow(self.momentum, self.now - self.steps[rows])[:, None]
        velocity, travelled = self.velocity[rows], self.momentum * (1 - left) / (1 - self.momentum)
        self.weight.index_add_(0, rows, velocity * travelled, alpha=-self.lr)
        self.velocity[rows] = velocity * left
        self.steps[rows] = self.now
