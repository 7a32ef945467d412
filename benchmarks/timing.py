"""What is timed, and how: both sides step in turns, so that noise of the machine hits both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pandas as pd
import torch
from dense import CompactData, DenseTrainer

from srhm.data.samples import Samples
from srhm.data.task import SRHM
from srhm.engine.gemm import matmul
from srhm.engine.sparse import Engine, encode
from srhm.networks.patch import PatchNetwork, build_network
from srhm_book.complexity.background import Background, SpeakingNetwork, steps

V, S, WIDTH, MOMENTUM = 8, 2, 512, 0.9
NUM_DATA = 4096


@dataclass(frozen=True)
class Setting:
    """What is trained: v = 8, s = 2, sparsity A, SGD with momentum at the paper's learning rate."""

    arch: str
    L: int
    s0: int
    batch: int = 128
    width: int = WIDTH
    scaling: str = "fan_in"

    @property
    def lr(self) -> float:
        """The optimiser's rate: the paper's 0.01 at batch 4, scaled to batch and width."""
        return 0.01 * self.batch / 4 * self.width

    @property
    def useful_flops(self) -> int:
        """Arithmetic of a step that the task needs, in operations (two per multiply-add).

        Products, gradients of the weights and of the inputs at the active positions; the first
        layer, which only adds, and the small read-out are left out.
        """
        tokens = sum(S ** (self.L - k) * S for k in range(2, self.L + 1))
        return 3 * 2 * self.width**2 * tokens * self.batch

    def make(self) -> tuple[SRHM, Samples, PatchNetwork]:
        """The task, its training data, and the untrained network."""
        task = SRHM(V, S, self.L, self.s0)
        samples = task.sample(min(NUM_DATA, task.num_data // 2), seed=0)
        return task, samples, build_network(self.arch, task, self.width, 0, self.scaling)

    def batches(self, num_data: int) -> Iterator[torch.Tensor]:
        """Indices of random batches, the same ones each time."""
        draw = torch.Generator().manual_seed(0)
        while True:
            yield torch.randint(num_data, (self.batch,), generator=draw)


def ours(setting: Setting) -> Callable[[], torch.Tensor]:
    """One step of the engine on the next batch; returns the loss summed over it."""
    _, samples, net = setting.make()
    engine, data = Engine(net, setting.lr, MOMENTUM, setting.batch), encode(net, samples)
    batches = setting.batches(len(data))
    return lambda: engine.step(data.take(next(batches)))


def speaking(setting: Setting) -> Callable[[], torch.Tensor]:
    """The same with whitened inputs and biases, on active positions, by autograd."""
    _, samples, net = setting.make()
    data, batches = encode(net, samples), setting.batches(len(samples))
    both = SpeakingNetwork(net, Background(whiten=True, bias=True), seed=0)
    step = steps(both, setting.lr, MOMENTUM, setting.batch)
    return lambda: step(data.take(next(batches)))


def dense(setting: Setting, as_product: bool = False) -> Callable[[], torch.Tensor]:
    """The same on the dense peer; it makes each batch one-hot."""
    task, samples, net = setting.make()
    trainer = DenseTrainer("product" if as_product else setting.arch, net, setting.lr, MOMENTUM)
    data, batches = CompactData(task, samples), setting.batches(len(samples))
    return lambda: trainer.step(*data.batch(next(batches))) * setting.batch


def reading(setting: Setting) -> Callable[[], None]:
    """One row times the hidden weights that the next batch meets, there and back.

    With few data a step cannot be faster: it has to read these weights twice.
    """
    _, samples, net = setting.make()
    data, batches = encode(net, samples), setting.batches(len(samples))
    layers = [w.detach().view(-1, setting.width, setting.width) for w in list(net.weights)[1:]]
    row = torch.ones(1, setting.width)

    def step():
        met = [b.unique().tolist() for b in data.take(next(batches)).blocks]
        for direction in (lambda w: w, torch.t):
            for weights, blocks in zip(layers, met, strict=True):
                for block in blocks:
                    row @ direction(weights[block])

    return step


def warm_up(setting: Setting, *steps: Callable[[], object]) -> None:
    """Steps before timing; with small batches, ours reaches its steady state after hundreds."""
    for step in steps:
        for _ in range(3 if setting.batch > 16 else 250):
            step()


def interleave(
    functions: dict[str, Callable[[], object]], rounds: int, seconds: float
) -> dict[str, list[float]]:
    """Seconds per call of each function, once a round; a turn takes at least ``seconds``."""
    times: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            times[name].append(_time(function, seconds))
    return times


def ratio(times: dict[str, list[float]], above: str, below: str) -> float:
    """Median over the rounds of the ratio of two times of one round."""
    pairs = zip(times[above], times[below], strict=True)
    return statistics.median(a / b for a, b in pairs)


def _time(function: Callable[[], object], seconds: float) -> float:
    calls, start = 0, time.perf_counter()
    while True:
        function()
        calls += 1
        elapsed = time.perf_counter() - start
        if elapsed >= seconds:
            return elapsed / calls


def sgemm(width: int = WIDTH) -> dict[str, Callable[[], object]]:
    """Products of square matrices, 2 width^3 operations each: by torch.mm, and as we do them."""
    a, b = torch.randn(2, width, width, generator=torch.Generator().manual_seed(0))
    return {"torch.mm": lambda: a @ b, "sgemm": lambda: matmul(a, b)}


def cost_against_s0(
    arch: str, s0s: Iterable[int], rounds: int, seconds: float, L: int = 2, width: int = WIDTH
) -> pd.DataFrame:
    """Microseconds per sample at batch 128: dense, ours, and the ideal.

    The ideal is the useful arithmetic at the machine's own rate for products of this size, measured
    in the same rounds. Columns s0, dense, ours, ideal: medians over the rounds.
    """
    rows = []
    for s0 in s0s:
        setting = Setting(arch, L, s0, width=width)
        steps = {"dense": dense(setting), "ours": ours(setting)}
        warm_up(setting, *steps.values())
        times = interleave(steps | {"sgemm": sgemm(width)["sgemm"]}, rounds, seconds)
        median = {name: statistics.median(values) for name, values in times.items()}
        ideal = median["sgemm"] * setting.useful_flops / (2 * width**3)
        row = {"dense": median["dense"], "ours": median["ours"], "ideal": ideal}
        rows.append({"s0": s0} | {name: 1e6 * t / setting.batch for name, t in row.items()})
    return pd.DataFrame(rows)
