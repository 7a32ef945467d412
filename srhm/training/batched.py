"""Many networks of equal shape as one program: every tensor has a leading axis of replicas.

For a GPU, which one small network leaves idle. Each replica has its own data, learning rate, order
of batches and end, and nothing of one enters another: it is the run that it would be alone, up to
rounding. Within a step all shapes are fixed and nothing waits for the host, which schedules `CHUNK`
steps at once and then looks at who has ended. It looks earlier, where a tenth epoch ends, for those
that may have fallen silent.

Sums over tokens that meet the same weights are batched products: the tokens of each block of
weights are placed into as many slots as the fullest block of the chunk needs, the rest is zero.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, field

import torch
import torch.nn.functional as F

from srhm.data.task import Samples
from srhm.engine.sparse import ActiveData, Engine
from srhm.networks.patch import PatchNetwork
from srhm.training.config import RunConfig
from srhm.training.loop import Limits, epoch_order, first_end, is_silent

CHUNK = 64  # steps between two looks of the host
NONE = -1  # in a batch: no datum


class Order:
    """The batches of one run, the same as `srhm.training.run.fit` draws."""

    def __init__(self, config: RunConfig):
        self.config, self.P, self.batch = config, config.P, config.batch_size
        self.epoch = math.ceil(config.P / config.batch_size)  # steps
        self.draw = torch.Generator().manual_seed(config.seed_sample)
        self.rest = torch.empty(0, config.batch_size, dtype=torch.int64)

    def take(self, steps: int) -> torch.Tensor:
        """Indices of the data of the next steps, (steps, batch), `NONE` where a batch is short."""
        while len(self.rest) < steps:
            order = torch.full((self.epoch * self.batch,), NONE)
            order[: self.P] = epoch_order(self.config, self.draw)
            self.rest = torch.cat([self.rest, order.view(-1, self.batch)])
        taken, self.rest = self.rest[:steps], self.rest[steps:]
        return taken


@dataclass(eq=False)
class Replica:
    """One run of a group: what it is made of, and how far it is."""

    config: RunConfig
    net: PatchNetwork  # its parameters are views of the group's tensors once it is in one
    data: ActiveData
    test_set: Samples
    limits: Limits = field(init=False)
    order: Order = field(init=False)
    velocities: list[torch.Tensor] = field(init=False)
    total: float = 0.0  # sum of the losses of the present epoch
    steps: int = 0
    epochs: int = 0
    train_loss: float = math.nan
    status: str | None = None  # None: it has not ended
    seconds: float = 0.0

    def __post_init__(self):
        self.limits, self.order = Limits.of(self.config), Order(self.config)
        self.velocities = [torch.zeros_like(p.data) for p in self.parameters]

    @property
    def parameters(self) -> list[torch.nn.Parameter]:
        """Weights layer by layer, then the read-out."""
        return [*self.net.weights, self.net.readout]

    def engine(self) -> Engine:
        """The network as it is, for measuring."""
        config = self.config
        return Engine(self.net, config.lr * config.width, config.momentum, config.batch_size)


@dataclass(frozen=True)
class Route:
    """Ways of a chunk's tokens through one layer; the first axis of both is the step.

    slots (steps, tokens of all replicas): where each is placed, the last slot being for those that
    do not exist. tokens (steps, slots): who is placed there; an empty slot has the number after the
    last token.
    """

    slots: torch.Tensor
    tokens: torch.Tensor
    capacity: int  # slots of each block


def make_route(blocks: torch.Tensor, num_blocks: int) -> Route:
    """Place tokens; blocks (steps, tokens): the block that each meets, num_blocks for none."""
    steps, n = blocks.shape
    ordered, order = blocks.sort(dim=1, stable=True)
    counts = blocks.new_zeros(steps, num_blocks + 1)
    counts.scatter_add_(1, blocks, torch.ones_like(blocks))
    starts = counts.cumsum(1) - counts
    rank = torch.arange(n, device=blocks.device) - starts.gather(1, ordered)
    capacity = 8 * math.ceil(max(int(counts[:, :-1].max()), 1) / 8)  # few different shapes
    none = num_blocks * capacity
    slots_in_order = (ordered * capacity + rank).where(ordered < num_blocks, none)
    tokens = blocks.new_full((steps, none + 1), n).scatter_(1, slots_in_order, order)
    slots = torch.empty_like(order).scatter_(1, order, slots_in_order)
    return Route(slots, tokens[:, :-1].contiguous(), capacity)


class Group:
    """SGD with momentum on replicas of equal shape. Velocities hold the learning rate: V = lr M."""

    def __init__(self, replicas: list[Replica]):
        self.replicas = replicas
        one = replicas[0]
        self.net, self.width = one.net, one.config.width
        self.batch, self.momentum = one.config.batch_size, one.config.momentum
        self.device = one.net.readout.device
        self.weights, self.velocities = [], []
        for k, own in enumerate(zip(*(r.parameters for r in replicas), strict=True)):
            stack = torch.stack([parameter.data for parameter in own])
            for parameter, view in zip(own, stack.unbind(), strict=True):
                parameter.data = view
            velocity = torch.stack([r.velocities[k] for r in replicas])
            for r, view in zip(replicas, velocity.unbind(), strict=True):
                r.velocities[k] = view
            # First layer: (R, rows, width); others (R, blocks, width, width); (R, width, n_c).
            merged = 3 if k == 0 else 2 if k < len(self.net.layers) else 1
            self.weights.append(stack.flatten(1, merged))
            self.velocities.append(velocity.flatten(1, merged))
        self.data = _concatenate([r.data for r in replicas])
        sizes = [len(r.data) for r in replicas]
        self.starts = [sum(sizes[:i]) for i in range(len(sizes))]
        configs = [r.config for r in replicas]
        self.sizes = self._numbers(sizes)
        self.totals = self._numbers([r.total for r in replicas])
        fields = zip(*(astuple(r.limits) for r in replicas), strict=True)
        self.limits = Limits(*map(self._numbers, fields))
        self.rates = self._numbers([c.lr * c.width for c in configs]).float()
        self.active = torch.ones(len(replicas), dtype=torch.bool, device=self.device)

    def _numbers(self, values) -> torch.Tensor:
        return torch.tensor(values, dtype=torch.float64, device=self.device)

    @torch.no_grad()
    def run(self) -> None:
        """`CHUNK` steps of every replica that has not ended; each stops exactly at its end."""
        index, epochs = self._schedule()
        index, epochs_there = index.to(self.device), epochs.to(self.device)
        exists = index != NONE
        data = self.data.take(index.clamp_min(0).flatten())
        rows = data.rows.view(*index.shape, *data.rows.shape[1:])
        replica = torch.arange(len(self.replicas), device=self.device)[:, None, None, None]
        rows = rows + replica * self.weights[0].shape[1]
        routes = [
            self._route(blocks.view(*index.shape, *blocks.shape[1:]), k, exists)
            for k, blocks in enumerate(data.blocks, 1)
        ]
        labels, seen = data.labels.view(index.shape), []
        for t in range(CHUNK):
            valid = exists[t] & self.active[:, None]
            self.totals += self._step(t, rows[t], routes, labels[t], valid)
            if epochs[t].any():
                ended = {i: epoch for i, epoch in enumerate(epochs[t].tolist()) if epoch}
                seen.append((t, ended, *self._end_epoch(ended, epochs_there[t])))
        self._record(seen)

    def _schedule(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Data of the next steps (CHUNK, R, batch), and which epoch (CHUNK, R) ends with each step,
        0 where none does."""
        index = torch.full((CHUNK, len(self.replicas), self.batch), NONE)
        epochs = torch.zeros(CHUNK, len(self.replicas), dtype=torch.int64)
        for i, r in enumerate(self.replicas):
            if r.status is not None:
                continue
            taken = r.order.take(CHUNK)
            index[:, i] = taken.where(taken == NONE, taken + self.starts[i])
            steps = r.steps + 1 + torch.arange(CHUNK)
            epochs[:, i] = (steps // r.order.epoch).where(steps % r.order.epoch == 0, 0)
        return index, epochs

    def _route(self, blocks: torch.Tensor, k: int, exists: torch.Tensor) -> Route:
        """Route of a later layer; blocks (CHUNK, R, batch, tokens, siblings)."""
        num_replicas, num_blocks = self.weights[k].shape[:2]
        replica = torch.arange(num_replicas, device=self.device)[:, None, None, None]
        blocks = blocks.long() + replica * num_blocks
        none = num_replicas * num_blocks
        blocks = blocks.where(exists[..., None, None], none)
        return make_route(blocks.flatten(1), none)

    def _step(self, t, rows, routes, labels, valid) -> torch.Tensor:
        """One step of all; returns each replica's sum of losses before it, (R,)."""
        replicas, batch = valid.shape
        table = self.weights[0].flatten(0, 1)
        h = F.embedding_bag(rows.flatten(0, 2), table, mode="sum").mul_(self.net.scale(0)).relu_()
        hs, inputs = [h], []
        for k, route in enumerate(routes, 1):
            x = _pick(h, route.tokens[t]).view(-1, route.capacity, self.width)
            y = torch.bmm(x, self.weights[k].flatten(0, 1)).flatten(0, 1)
            slots = route.slots[t].view(-1, self.net.layers[k].siblings)
            h = F.embedding_bag(slots, _with_zero(y), mode="sum").mul_(self.net.scale(k)).relu_()
            hs.append(h)
            inputs.append(x)
        d_h, losses = self._read_out(h.view(replicas, batch, -1), labels, valid)
        for k in range(len(routes), 0, -1):
            d_pre = torch.ops.aten.threshold_backward(d_h, hs[k], 0).mul_(self.net.scale(k))
            d_h = self._backward(k, routes[k - 1], t, inputs[k - 1], d_pre)
        d_pre = torch.ops.aten.threshold_backward(d_h, hs[0], 0).mul_(self.net.scale(0))
        velocity = self.velocities[0].mul_(self.momentum).flatten(0, 1)
        for j in range(rows.shape[-1]):
            velocity.index_add_(0, rows[..., j].flatten(), d_pre)
        self.weights[0].sub_(self.velocities[0])
        return losses

    def _read_out(self, h, labels, valid):
        """Gradient with respect to h (R, batch, width), and losses (R,); steps the read-out."""
        log_p = F.log_softmax(torch.bmm(h, self.weights[-1]).div_(self.width), 2)
        losses = -log_p.gather(2, labels[..., None])[..., 0].where(valid, 0).sum(1)
        d_logits = log_p.exp_()
        d_logits.scatter_add_(2, labels[..., None], -torch.ones_like(d_logits[..., :1]))
        # From here on gradients carry the learning rate.
        d_logits *= self.rates[:, None, None] / (self.batch * self.width)
        # What makes a datum that does not exist, or whose replica has ended, do nothing.
        d_logits.masked_fill_(~valid[..., None], 0)
        d_h = torch.bmm(d_logits, self.weights[-1].transpose(1, 2)).flatten(0, 1)
        self.velocities[-1].baddbmm_(h.transpose(1, 2), d_logits, beta=self.momentum)
        self.weights[-1].sub_(self.velocities[-1])
        return d_h, losses.double()

    def _backward(self, k, route, t, x, d_pre) -> torch.Tensor:
        """Gradient with respect to the layer's input (tokens, width); steps the layer's weights."""
        weight, velocity = self.weights[k].flatten(0, 1), self.velocities[k].flatten(0, 1)
        parents = route.tokens[t] // self.net.layers[k].siblings
        g = _pick(d_pre, parents).view_as(x)
        d_x = torch.bmm(g, weight.transpose(1, 2)).flatten(0, 1)
        velocity.baddbmm_(x.transpose(1, 2), g, beta=self.momentum)
        weight.sub_(velocity)
        return _pick(d_x, route.slots[t])

    def _end_epoch(self, ended: dict[int, int], epochs: torch.Tensor) -> tuple:
        """Where epochs end: their mean losses (R,), and `Limits.ends` of each, stacked (3, R).

        ended: which epoch of which replica, known to the host; epochs: the same (R,), else 0.
        """
        means, over = self.totals / self.sizes, epochs > 0
        ends = torch.stack(self.limits.ends(epochs, means, self._silent(ended, means))) & over
        over &= ends.any(0)
        self.totals.masked_fill_(epochs > 0, 0)
        self.active &= ~over
        for i in ended:
            for velocity in self.velocities:
                velocity[i].masked_fill_(over[i], 0)  # no coasting beyond the end
        return means, ends

    def _silent(self, ended: dict[int, int], means: torch.Tensor) -> torch.Tensor:
        """Which replicas have fallen silent (R,); here the host waits, if it is time to ask."""
        silent = torch.zeros_like(self.active)
        limits = [r.limits for r in self.replicas]
        if any(limits[i].doubts(epoch, math.inf) for i, epoch in ended.items()):
            losses = means.tolist()
            for i in [i for i, epoch in ended.items() if limits[i].doubts(epoch, losses[i])]:
                silent[i] = is_silent(self.replicas[i].engine(), self.replicas[i].data)
        return silent

    def _record(self, seen: list[tuple]) -> None:
        """Note how far each replica is.

        seen: at each step with the end of an epoch, its number, whose epochs, and `_end_epoch`.
        """
        running = {i: r for i, r in enumerate(self.replicas) if r.status is None}
        for t, ended, means, ends in [(t, e, m.tolist(), o.T.tolist()) for t, e, m, o in seen]:
            for r, i in ((running[i], i) for i in ended if i in running):
                r.epochs, r.train_loss = ended[i], means[i]
                r.status = first_end(ends[i])
                if r.status is not None:
                    r.steps += t + 1
                    del running[i]
        for i, total in enumerate(self.totals.tolist()):
            if i in running:
                running[i].total, running[i].steps = total, running[i].steps + CHUNK


def _concatenate(data: list[ActiveData]) -> ActiveData:
    blocks = [torch.cat(parts) for parts in zip(*(d.blocks for d in data), strict=True)]
    rows, labels = torch.cat([d.rows for d in data]), torch.cat([d.labels for d in data])
    return ActiveData(rows, blocks, [], labels)


def _with_zero(a: torch.Tensor) -> torch.Tensor:
    """a with a row of zeros below."""
    return F.pad(a, (0, 0, 0, 1))


def _pick(a: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    """Rows of a; the index after its last row gives zeros."""
    return _with_zero(a).index_select(0, index)
