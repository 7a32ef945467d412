"""Is what the store says still what training gives? Stored runs are trained again and compared.

Equal seeds give nearly equal results, not identical ones: processors and versions of torch round
differently, and training amplifies that. A relative change of 1e-5 in the learning rate moved the
test error by 0.003 at most (LCN, CNN; v=4, 6; s0=1; near P*), where the seeds moved it by 0.05 to
0.17. So two test errors of one configuration agree when they differ by less than 0.02, or than one
standard deviation over the other seeds.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from srhm.data.randomness import typed
from srhm.runs.store import Store, StoreError, config_of
from srhm.runs.sweep import sweep
from srhm.training.config import SEED_FIELDS, RunConfig
from srhm.training.configuration import Configuration

LEAST_TOLERANCE = 0.02  # in test error


class NotStoredError(StoreError, LookupError):
    """There is no stored run to compare with; the message is one sentence."""


@typed
def live_check(
    config: Configuration,
    store: Store | str | os.PathLike,
    device: str = "auto",
    train: Callable[[Configuration, str], dict] | None = None,
) -> tuple[dict, dict]:
    """Train ``config`` here and now, and compare its test error with the stored one.

    Returns (live, stored), two rows as `srhm.training.run.train` returns them. How far the test
    errors may differ is `tolerance`. Another kind of run than those on the SRHM needs its own
    ``train``.

    Raises
    ------
    NotStoredError
        Before any training, when ``store`` holds no good record of ``config``.
    AssertionError
        When the two disagree, or one diverged and the other did not; both values are named.
    """
    store = store if isinstance(store, Store) else Store(store)
    stored = store.get(config)
    if stored is None:
        raise NotStoredError(
            f"The store {str(store.path)!r} holds no run to compare with: {config.describe()}."
        )
    if train is None:  # imports torch, which other users of this module do not need
        from srhm.training.run import train

    live = train(config, device)
    allowed = tolerance(store.frame(config), config)
    if not _agree(live["test_error"], stored["test_error"], allowed):
        raise AssertionError(
            f"The test error of {config.describe()} is {_text(live['test_error'])} here and "
            f"{_text(stored['test_error'])} in the store, more than {allowed:.4f} apart."
        )
    return live, stored


def verify(
    store: Store | str | os.PathLike,
    n: int = 3,
    seed: int = 0,
    device: str = "auto",
    workers: int | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Train ``n`` stored runs again, drawn at random by ``seed``; nothing is written.

    Returns
    -------
    The runs' configurations with columns ``stored``, ``live`` (test errors), ``difference``,
    ``tolerance`` and ``agrees``.

    Raises
    ------
    ValueError
        Before any training: ``n`` or ``seed`` impossible.
    NotStoredError
        The store is empty.
    """
    if type(n) is not int or n < 1:
        raise ValueError(f"n must be an integer of at least 1, not {n!r}.")
    if type(seed) is not int or seed < 0:
        raise ValueError(f"seed must be an integer of at least 0, not {seed!r}.")
    store = store if isinstance(store, Store) else Store(store)
    frame = store.frame()
    if frame.empty:
        raise NotStoredError(f"The store {str(store.path)!r} holds no runs to verify.")
    stored = draw(frame, n, seed)
    configs = [config_of(run) for run in stored.to_dict("records")]
    live = sweep(configs, None, progress=progress, workers=workers, device=device)
    table = stored[list(RunConfig.names())].assign(stored=stored.test_error, live=live.test_error)
    table["difference"] = table.live - table.stored
    table["tolerance"] = [tolerance(frame, config) for config in configs]
    pairs = zip(table.live, table.stored, table.tolerance, strict=True)
    return table.assign(agrees=[_agree(*pair) for pair in pairs])


def draw(frame: pd.DataFrame, n: int, seed: int) -> pd.DataFrame:
    """``n`` rows at random (all, if there are fewer), in their order."""
    chosen = np.random.default_rng(seed).choice(len(frame), min(n, len(frame)), replace=False)
    return frame.iloc[np.sort(chosen)].reset_index(drop=True)


def tolerance(frame: pd.DataFrame, config: Configuration) -> float:
    """How far two test errors of ``config`` may lie apart: 0.02, or the spread over other seeds.

    The spread is the standard deviation over the runs of ``frame`` that differ from ``config`` in
    seeds alone. The run itself has no part in it: it would excuse its own error.
    """
    setting = [name for name in config.names() if name not in SEED_FIELDS]
    seeds = [name for name in config.names() if name in SEED_FIELDS]
    others = _equal(frame, config, setting) & ~_equal(frame, config, seeds)
    spread = frame.test_error[others].std(ddof=1)  # nan for fewer than two
    return max(LEAST_TOLERANCE, spread) if math.isfinite(spread) else LEAST_TOLERANCE


def _equal(frame: pd.DataFrame, config: Configuration, names: Iterable[str]) -> pd.Series:
    """Which rows have the configuration's values of these fields."""
    equal = pd.Series(True, index=frame.index)
    for name in names:
        equal &= frame[name] == getattr(config, name)
    return equal


def _agree(live: float | None, stored: float | None, allowed: float) -> bool:
    """Whether both are numbers no further apart than allowed, or neither is one (diverged)."""
    numbers = [x is not None and math.isfinite(x) for x in (live, stored)]
    return abs(live - stored) <= allowed if all(numbers) else not any(numbers)


def _text(value: float | None) -> str:
    return "not a number (diverged)" if value is None else f"{value:.4f}"
