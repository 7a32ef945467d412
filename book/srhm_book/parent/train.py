"""Trains what this part's pages lack, into the store.

    python -m srhm_book.parent.train [NAME ...]     all of `WORK`, into results/

Cheapest first; what the store holds is skipped, so that it may be stopped and started again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pandas as pd

from srhm.runs.paths import project
from srhm.runs.search import search
from srhm.runs.store import Store
from srhm.runs.sweep import sweep
from srhm.training.config import RunConfig
from srhm_book.parent import fully_connected, lazy, seeds, uniform
from srhm_book.parent.settings import (
    SENSITIVITY_CURVES,
    deep_grid,
    sensitivity_curve,
    targets,
)


def train_deep(store: Store, scaling: str = "fan_in", **options) -> Iterator[pd.DataFrame]:
    """Search both thresholds in all settings of one scaling; yields the runs, setting by setting.

    options: of `srhm.runs.sweep.sweep`, as below.
    """
    for config in deep_grid(scaling=scaling):
        yield search([config], store, targets=targets(config.n_c), **options)


def train_curves(store: Store, scaling: str = "fan_in", **options) -> Iterator[pd.DataFrame]:
    """The whole learning curves whose sensitivities are shown."""
    for v, L in SENSITIVITY_CURVES:
        yield sweep(sensitivity_curve(v, L, scaling=scaling), store, **options)


def train_seeds(store: Store, **options) -> Iterator[pd.DataFrame]:
    """Many draws of the rules of a few tasks."""
    for task in seeds.TASKS:
        yield sweep(seeds.seed_runs(task), store, **options)


def train_shallow(store: Store, scaling: str = "fan_in", **options) -> Iterator[pd.DataFrame]:
    """Search the crossing of 0.7 of guessing of shallow fully connected networks."""
    for config in fully_connected.shallow_grid(scaling=scaling):
        target = fully_connected.shallow_target(config.n_c)
        yield search([config], store, targets=[target], **options)


def train_connected(store: Store, scaling: str = "fan_in", **options) -> Iterator[pd.DataFrame]:
    """Search both thresholds of deep fully connected networks, and of the CNNs beside them."""
    for settings in fully_connected.deep_grid(scaling=scaling).values():
        for config in settings:
            yield search([config], store, targets=targets(config.n_c), **options)


def train_runs(runs: list[RunConfig], store: Store, **options) -> Iterator[pd.DataFrame]:
    """Runs whose sizes are given, a few at a time."""
    for start in range(0, len(runs), 12):
        yield sweep(runs[start : start + 12], store, **options)


WORK: dict[str, Callable[..., Iterator[pd.DataFrame]]] = {
    "deep": train_deep,
    "seeds": train_seeds,
    "synonyms": train_curves,
    "deep_lazy": lambda store, **options: train_deep(store, "channels", **options),
    "shallow": train_shallow,
    "connected": train_connected,
    "alpha": lambda store, **options: train_runs(lazy.all_runs(), store, **options),
    "uniform": lambda store, **options: train_runs(uniform.uniform_runs(), store, **options),
    "shallow_lazy": lambda store, **options: train_shallow(store, "channels", **options),
    "synonyms_lazy": lambda store, **options: train_curves(store, "channels", **options),
    "connected_lazy": lambda store, **options: train_connected(store, "channels", **options),
}


def main(arguments: list[str], store: Store | None = None, **options) -> None:
    """Trains the work named, or all of it."""
    names = arguments or list(WORK)
    if unknown := [name for name in names if name not in WORK]:
        raise SystemExit(f"name must be one of {', '.join(WORK)}, not {unknown[0]!r}.")
    store = Store(project("results")) if store is None else store
    for name in names:
        for frame in WORK[name](store, **options):
            print(f"{name}: {len(frame)} runs in {store.path}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
