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
from srhm_book.parent import seeds
from srhm_book.parent.settings import (
    LAZY_CURVES,
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
    for v, L in LAZY_CURVES if scaling == "channels" else SENSITIVITY_CURVES:
        yield sweep(sensitivity_curve(v, L, scaling), store, **options)


def train_seeds(store: Store, **options) -> Iterator[pd.DataFrame]:
    """Many draws of the rules of a few tasks."""
    for task in seeds.TASKS:
        yield sweep(seeds.seed_runs(task), store, **options)


WORK: dict[str, Callable[..., Iterator[pd.DataFrame]]] = {
    "deep": train_deep,
    "seeds": train_seeds,
    "synonyms": train_curves,
    "deep_lazy": lambda store, **options: train_deep(store, "channels", **options),
    "synonyms_lazy": lambda store, **options: train_curves(store, "channels", **options),
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
