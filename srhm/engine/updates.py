"""SGD with momentum on weights of which a step touches only some, as ``torch.optim.SGD`` does it:

    M <- mu M + gradient,   W <- W - lr M.

*Blocks* are a stack of weights (blocks, in, out) whose gradients are products of the inputs and
output gradients of a few rows: gradient = sum_i x_i g_i^T. They are called with the rows of a batch
sorted by block: ``present``, the blocks that have any, and ``sizes``, how many. *Rows* are the
first layer's table, of which a datum reads a few. All but `DirectRows` are lazy: what a step does
to a weight is worked out when it is next read, so one that a batch does not meet costs nothing.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from srhm.engine.gemm import matmul


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


class DirectBlocks:
    """Velocity and weights are written once per step with rows: best when a step brings many.

    A block's step is taken just before its weights are next read, while they are in the cache; the
    steps without rows before that, in which it coasts on its velocity, are a factor in the same
    pass.
    """

    def __init__(self, weight: torch.Tensor, lr: float, momentum: float):
        self.weight, self.lr, self.momentum = weight, lr, momentum
        self.weights = weight.unbind()
        self.velocity = torch.zeros_like(weight)
        self.velocities = self.velocity.unbind()
        self.now = 0
        self.steps = [0] * len(weight)  # how many of the steps each block has taken
        # The velocity is this factor times what is stored; 0 for a block that never had rows.
        self.factors = [0.0] * len(weight)
        self.waiting: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}  # rows of the last step

    def forward(self, present: list[int], sizes: list[int], x: torch.Tensor) -> torch.Tensor:
        """Rows x (n, in) times the present weights of their blocks: (n, out)."""
        for block in present:
            self._catch_up(block)
        return torch.cat(
            [
                matmul(part, self.weights[block])
                for block, part in zip(present, x.split(sizes), strict=True)
            ]
        )

    def backward(
        self, present: list[int], sizes: list[int], x: torch.Tensor, g: torch.Tensor
    ) -> torch.Tensor:
        """Gradient (n, in) with respect to x, given that of the products, g (n, out); the step."""
        d_x = []
        parts = zip(present, x.split(sizes), g.split(sizes), strict=True)
        for block, x_part, g_part in parts:
            d_x.append(matmul(g_part, self.weights[block].t()))
            self.waiting[block] = x_part, g_part
        self.now += 1
        return torch.cat(d_x)

    def sync(self) -> None:
        """Make ``weight`` the present weights."""
        for block in range(len(self.weights)):
            self._catch_up(block)

    def _catch_up(self, block: int) -> None:
        """Take the steps that the block has missed: the first with its waiting rows, if any."""
        missed, velocity = self.now - self.steps[block], self.velocities[block]
        if not missed:
            return
        self.steps[block] = self.now
        left, factor = self.momentum**missed, self.factors[block]
        if block in self.waiting:
            x, g = self.waiting.pop(block)
            gradient = matmul(x.t(), g)
            torch.add(gradient, velocity, alpha=self.momentum * factor, out=velocity)
            travelled = (1 - left) / (1 - self.momentum)  # 1 + mu + ... + mu^(missed - 1)
            self.factors[block] = self.momentum ** (missed - 1)
        else:
            travelled = factor * self.momentum * (1 - left) / (1 - self.momentum)
            self.factors[block] = factor * left
        if travelled:
            self.weights[block].add_(velocity, alpha=-self.lr * travelled)


class DeferredBlocks:
    """Exact, but weights are written once in many steps: best for small batches.

    A row x g^T of age a (in steps) has moved the weights by -eta (1 - mu^a), eta = lr / (1 - mu).
    The rows are kept; products add their contribution as a low-rank term. Once `MERGE` rows of a
    block wait, the whole -eta x g^T goes into the stored matrix by one product, and only the
    +eta mu^a that momentum has not yet delivered stays outside, until mu^a is below float32's
    rounding. There is no velocity matrix.
    """

    MERGE = 32
    LEAST = 1e-6  # below this fraction, what momentum has still to deliver is dropped

    def __init__(self, weight: torch.Tensor, lr: float, momentum: float):
        self.weight, self.momentum, self.eta = weight, momentum, lr / (1 - momentum)
        self.weights = weight.unbind()
        self.counts = [0] * len(weight)  # rows kept of each block
        self.merged = [0] * len(weight)  # how many of them, the oldest, are in the matrix
        self._allocate(2 * self.MERGE)

    def forward(self, present: list[int], sizes: list[int], x: torch.Tensor) -> torch.Tensor:
        """As `DirectBlocks.forward`."""
        self._coefficients = self.undelivered - self.absent
        return torch.cat(
            [
                self._product(part, self.weights[block], block, self.x, self.g)
                for block, part in zip(present, x.split(sizes), strict=True)
            ]
        )

    def backward(
        self, present: list[int], sizes: list[int], x: torch.Tensor, g: torch.Tensor
    ) -> torch.Tensor:
        """As `DirectBlocks.backward`; follows a `forward` of the same rows."""
        d_x = [
            self._product(part, self.weights[block].t(), block, self.g, self.x)
            for block, part in zip(present, g.split(sizes), strict=True)
        ]
        self._append(present, sizes, x, g)
        for block in present:
            if self.counts[block] - self.merged[block] >= self.MERGE:
                self._merge(block)
        return torch.cat(d_x)

    def sync(self) -> None:
        """Make ``weight`` the present weights; no step may follow."""
        coefficients = self.undelivered - self.absent
        for block, count in enumerate(self.counts):
            if count:
                x, g = self.x[block, :count], self.g[block, :count]
                self.weights[block].add_(matmul((x * coefficients[block, :count, None]).t(), g))
        self.counts, self.merged = [0] * len(self.counts), [0] * len(self.merged)

    def _product(self, rows, matrix, block, left, right) -> torch.Tensor:
        """rows (matrix + sum_i c_i left_i right_i^T), the sum over the block's kept rows."""
        product, count = matmul(rows, matrix), self.counts[block]
        if count:
            overlap = rows @ left[block, :count].t()
            product.addmm_(overlap.mul_(self._coefficients[block, :count]), right[block, :count])
        return product

    def _append(self, present, sizes, x, g) -> None:
        """Keep the rows of a step; then a step has passed."""
        if max(self.counts[b] + n for b, n in zip(present, sizes, strict=True)) > self.x.shape[1]:
            self._allocate(2 * self.x.shape[1] + max(sizes))
        slots = []
        for block, size in zip(present, sizes, strict=True):
            start = block * self.x.shape[1] + self.counts[block]
            slots.extend(range(start, start + size))
            self.counts[block] += size
        slots = torch.tensor(slots, device=x.device)
        self.x.view(-1, x.shape[1]).index_copy_(0, slots, x)
        self.g.view(-1, g.shape[1]).index_copy_(0, slots, g)
        self.undelivered.view(-1).index_fill_(0, slots, self.eta)
        self.absent.view(-1).index_fill_(0, slots, self.eta)
        self.undelivered.mul_(self.momentum)

    def _merge(self, block: int) -> None:
        """Write the waiting rows into the matrix, and drop those that are there altogether."""
        count, waiting = self.counts[block], slice(self.merged[block], self.counts[block])
        x, g = self.x[block], self.g[block]
        self.weights[block].add_(matmul(x[waiting].t(), g[waiting]), alpha=-self.eta)
        self.absent[block, waiting] = 0
        # Rows are in the order of their birth, so those delivered come first.
        drop = int((self.undelivered[block, :count] < self.LEAST * self.eta).sum())
        for buffer in (x, g, self.undelivered[block], self.absent[block]):
            buffer[: count - drop] = buffer[drop:count].clone()
            buffer[count - drop : count] = 0
        self.counts[block] = self.merged[block] = count - drop

    def _allocate(self, capacity: int) -> None:
        """Room for so many rows a block, those at hand kept.

        x, g: (blocks, capacity, in or out); undelivered: eta mu^a; absent: eta where the row is not
        in the matrix, else 0.
        """
        blocks, num_in, num_out = self.weight.shape
        shapes = {"x": (num_in,), "g": (num_out,), "undelivered": (), "absent": ()}
        for name, shape in shapes.items():
            new = self.weight.new_zeros(blocks, capacity, *shape)
            if hasattr(self, name):
                old = getattr(self, name)
                new[:, : old.shape[1]] = old
            setattr(self, name, new)
