"""How each choice of training moves P*, in both scalings of the network: what is trained.

One choice is changed at a time from a reference, seed by seed. The reference is one cheap training
for all tasks; between the scalings it differs by the learning rate alone, which each has from its
own source: this book's grids for "fan_in", the authors' code for "channels", per datum of a batch.
"""

from __future__ import annotations

import math
from types import MappingProxyType

from srhm.networks.names import SCALINGS
from srhm.training.authors import PER_CLASS, authors_lr
from srhm.training.config import RunConfig

# The tasks, cheapest first: n_c = v, and m = v but for the deep CNN, where a search of all synonyms
# takes hours. P is only where the search begins.
TASKS = (
    {"arch": "cnn", "v": 4, "L": 2, "s0": 1, "P": 512},
    {"arch": "cnn", "v": 4, "m": 2, "L": 3, "s0": 1, "P": 512},
    {"arch": "lcn", "v": 4, "L": 3, "s0": 0, "P": 860},
    {"arch": "lcn", "v": 4, "L": 2, "s0": 1, "P": 724},
)
# Those of the curve of P* against the laziness.
LAZY_TASKS = (TASKS[0], TASKS[2], TASKS[1])
OWN_RATE = 0.64 / 128  # of this book's grids, per datum of a batch
REFERENCE = {
    "width": 128, "stop_loss": 1e-2, "max_epochs": 1000, "test_every": 10, "num_test": 4000,
}  # fmt: skip
FULL = 64  # data in a batch, less what is over after equally many of each class

# P* with the choice over P* without, where it was thought to lie BEFORE anything here was trained,
# by scaling. What grounds it: a rate's, from this book's grids at two and three levels; width and
# batch, that the read-out is divided by the width and the rate goes with both; the rest is a guess.
EXPECTED = MappingProxyType(
    {
        "rate / 3": {"fan_in": (1.0, 1.3), "channels": (1.0, 1.3)},
        "rate × 3": {"fan_in": (0.8, 1.0), "channels": (0.8, 1.0)},
        "width 64": {"fan_in": (0.95, 1.1), "channels": (0.95, 1.1)},
        "width 256": {"fan_in": (0.95, 1.05), "channels": (0.95, 1.05)},
        "width 512": {"fan_in": (0.95, 1.05), "channels": (0.95, 1.05)},
        "batch / 4": {"fan_in": (0.95, 1.05), "channels": (0.95, 1.05)},
        "balanced batches": {"fan_in": (0.95, 1.0), "channels": (0.95, 1.0)},
        "stop at 0.001": {"fan_in": (0.95, 1.0), "channels": (0.85, 1.0)},
        "best on the way": {"fan_in": (0.97, 1.0), "channels": (0.97, 1.0)},
    }
)
# Of these, what makes a training cheaper than its reference.
CHEAPER = ("rate × 3", "width 64")
BEST = "best on the way"  # costs nothing: the same runs, read otherwise
# P* in the channels scaling over that in fan_in at the rate of an equal tangent kernel, by L.
EXPECTED_LAZIER = MappingProxyType({2: (1.05, 1.3), 3: (1.3, 2.0)})
# And over that of the fan_in network with its output enlarged as much (alpha = sqrt(d)).
EXPECTED_AS_ALPHA = (0.9, 1.1)
# P* with what the authors' code has and the engine has not, over P* without.
EXPECTED_BACKGROUND = MappingProxyType(
    {"biases": (0.9, 1.1), "whitened": (0.8, 1.25), "whitened, biases": (0.8, 1.25)}
)


def reference(task: dict, scaling: str, **others) -> RunConfig:
    """The training that choices are changed in; ``task`` is one of `TASKS`.

    scaling: "fan_in", at the rate of this book's grids, or "channels", at the authors'.
    others: fields of `RunConfig` that replace those of `REFERENCE`.
    """
    batch = FULL - FULL % task["v"]
    own = authors_lr(task["arch"], 2, task["L"], task["s0"]) / (PER_CLASS * task["v"])
    rate = {"fan_in": OWN_RATE, "channels": own}[scaling]
    fields = REFERENCE | {"batch_size": batch, "lr": rate * batch} | others
    return RunConfig(**task, **fields, scaling=scaling)


def variants(base: RunConfig) -> dict[str, RunConfig]:
    """What is trained anew, by the name of the one choice that is changed, cheapest first."""
    lr, batch = base.lr, base.batch_size
    few = base.n_c * (batch // 4 // base.n_c)
    changes = {
        "rate × 3": {"lr": lr * 3},
        "width 64": {"width": 64},
        "stop at 0.001": {"stop_loss": 1e-3},
        "balanced batches": {"balanced": True},
        "rate / 3": {"lr": lr / 3},
        "width 256": {"width": 256},
        "batch / 4": {"batch_size": few, "lr": lr * few / batch},
        "width 512": {"width": 512},
    }
    return {name: base.replace(**fields) for name, fields in changes.items()}


def alphas(task: dict) -> list[float]:
    """Where the laziness is measured; 0 is the network as it is, sqrt(d) that of "channels"."""
    step = math.sqrt(reference(task, "fan_in").task.d) ** 0.5
    return [0.0, *(round(step**power, 3) for power in (1, 2, 3))]


def lazier(task: dict, **others) -> dict[float, RunConfig]:
    """The fan-in network with its output enlarged by alpha, all at one speed at the start.

    `RunConfig.alpha` divides the rate by alpha squared, by which the tangent kernel grows.
    """
    base = reference(task, "fan_in", **others)
    return {alpha: base.replace(alpha=alpha) for alpha in alphas(task)}


def same_kernel(task: dict, **others) -> RunConfig:
    """The channels scaling at the rate with which it starts as fast as the fan-in reference.

    A layer's output is larger by the root of its patch, s (s0+1), and so the tangent kernel by d.
    """
    base = reference(task, "fan_in", **others)
    return base.replace(scaling="channels", lr=base.lr / base.task.d)


def choice_settings() -> list[RunConfig]:
    """All settings to be searched, the cheapest and most telling first."""
    bases = {i: [reference(task, scaling) for scaling in SCALINGS] for i, task in enumerate(TASKS)}
    found = [base for pair in bases.values() for base in pair]
    for task in LAZY_TASKS:
        found += [*lazier(task).values(), same_kernel(task)]
    for pair in bases.values():
        found += [config for base in pair for config in variants(base).values()]
    return list(dict.fromkeys(found))
