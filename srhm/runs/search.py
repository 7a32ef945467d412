"""Where a learning curve crosses its threshold, with few trainings: a search on a grid of P.

All searches share one grid, P_i = round(2^(i/4)), so that different figures ask for the same
runs. For each seed the search walks in octaves until the crossing is bracketed, then halves the
bracket down to two neighbours on the grid (19 % apart); finally all seeds are trained at every P
between the outermost brackets, so that the mean curve and its bootstrap rest on complete columns.
"""

from __future__ import annotations

import functools
import itertools
import math
import numbers
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from srhm.data.randomness import check_int, check_type, typed
from srhm.networks.names import CONVERTED, DEPTHS
from srhm.runs.pool import SpawnPool, num_cores
from srhm.runs.store import Store, to_frame
from srhm.runs.sweep import check_configs, check_workers, sweep
from srhm.training.config import EVEN, SEED_FIELDS, RunConfig

POINTS_PER_OCTAVE = 4
HOPELESS = 5  # sizes in a row at which a seed diverged


@dataclass(frozen=True)
class Target:
    """A quantity of a run (see `quantities`), and the value at which P* is read off."""

    quantity: str = "test_error"
    threshold: float = 0.1

    def __post_init__(self):
        if not isinstance(self.threshold, numbers.Real) or not math.isfinite(self.threshold):
            raise ValueError(f"threshold must be a finite number, not {self.threshold!r}.")


def quantities(setting: RunConfig) -> list[str]:
    """The columns of such a setting's runs that fall with P: errors, losses and sensitivities."""
    depths = [f"{100 * depth:.0f}" for depth in DEPTHS]
    hidden = depths if setting.arch in CONVERTED else range(1, setting.hidden_layers + 1)
    pairs = itertools.product("SD", [*hidden, "out"], range(1, setting.L + 1))
    found = [f"{q}_{k}_{level}" for q, k, level in pairs]
    if setting.zipf or setting.displacement_ratio != 1:
        found += [EVEN + name for name in ("test_error", *found)]
    errors = ["test_error", *(["best_test_error"] if setting.test_every else [])]
    return [*errors, "test_loss", "train_loss", *found]


def quantity_exists(quantity: str, setting: RunConfig) -> bool:
    """Whether runs have it: no synonyms with m = 1, no displacements where a level's s0 = 0."""
    quantity = quantity.removeprefix(EVEN)
    if quantity[:2] == "D_":
        return setting.task.s0_levels[int(quantity.rsplit("_", 1)[1]) - 1] > 0
    return quantity[:2] != "S_" or setting.m > 1


def grid_P(i: int) -> int:
    """The i-th training-set size of the common grid."""
    return round(2 ** (i / POINTS_PER_OCTAVE))


def grid_index(P: float) -> int:
    """The index of the grid point nearest to P on a logarithmic scale."""
    return round(math.log2(P) * POINTS_PER_OCTAVE)


@typed
@functools.lru_cache(maxsize=2**16)  # searches of one setting ask for the same runs many times
def run_at(setting: RunConfig, P: int, seed: int) -> RunConfig:
    """``setting`` with P training data and all three seeds equal to ``seed``.

    Small training sets get a smaller batch, at most P / 4, with the learning rate scaled in
    proportion, so that an epoch still has a few steps. In a balanced training both are multiples of
    n_c, the nearest for P and the next smaller one for the batch.
    """
    batch = min(setting.batch_size, 2 ** max(int(math.log2(P / 4)), 0))
    if setting.balanced:
        n_c = setting.n_c
        P, batch = n_c * max(round(P / n_c), 1), n_c * max(batch // n_c, 1)
    lr = setting.lr * batch / setting.batch_size
    return setting.replace(P=P, batch_size=batch, lr=lr, **dict.fromkeys(SEED_FIELDS, seed))


@typed
def rows_of(frame: pd.DataFrame, setting: RunConfig) -> pd.DataFrame:
    """The runs of ``frame`` that belong to ``setting``, at any P and seeds.

    Where P is small the batch and the learning rate are the smaller ones of `run_at`.
    """
    kept = np.arange(len(frame))
    for name, value in setting.as_dict().items():
        if name not in ("P", *SEED_FIELDS, "batch_size", "lr"):
            kept = kept[frame[name].to_numpy()[kept] == value]
    rows = frame.iloc[kept]
    batches = {P: run_at(setting, int(P), 0) for P in rows.P.unique()}
    expected = pd.DataFrame([(c.batch_size, c.lr) for c in rows.P.map(batches)], rows.index)
    if rows.empty:
        return rows
    return rows[(rows.batch_size == expected[0]) & np.isclose(rows.lr, expected[1])]


def search(
    settings: Iterable[RunConfig],
    store: Store | str | os.PathLike | None,
    repeats: int = 3,
    targets: Iterable[Target] | Target = (Target(),),
    max_P: int = 10**6,
    executor: Executor | None = None,
    workers: int | None = None,
    **sweep_options,
) -> pd.DataFrame:
    """Train what it takes to bracket the crossing of every target in every setting.

    Parameters
    ----------
    settings: one configuration per setting; its P is the first guess, its seeds are not used.
    repeats: number of seeds (0, 1, ...): each is new rules, a new sample and a new initialisation.
    max_P: the search never asks for more data than this (nor for more than the task has).
    store, executor, workers, sweep_options: as for `srhm.runs.sweep.sweep` (also progress, device).

    Returns
    -------
    The runs at which all repeats are present, one row each: per setting a complete rectangle of P
    and seeds, what `srhm.stats.curves.sample_complexity` reads.

    Raises
    ------
    ValueError
        Before any training: impossible ``repeats``, ``max_P``, ``workers`` or settings, a target
        that is none or whose quantity the runs of a setting do not have; and as for
        `srhm.runs.sweep.sweep`.
    """
    check_int("repeats", repeats, 1)
    check_int("max_P", max_P, 1)
    check_workers(workers)
    settings = check_configs("settings", settings)
    targets = _check_targets(targets, settings)
    searches = [_Search(setting, repeats, max_P) for setting in settings]
    store = store if store is None or isinstance(store, Store) else Store(store)
    pool = None
    try:
        while wanted := {c.key: c for s in searches for t in targets for c in s.missing(t)}:
            if executor is None:  # one pool for all rounds: starting processes takes seconds
                executor = pool = SpawnPool(workers or num_cores())
            frame = sweep(list(wanted.values()), store, executor, **sweep_options)
            for run in frame.to_dict("records"):
                for s in searches:
                    s.add(run)
    finally:
        if pool is not None:
            pool.close()
    return to_frame(run for s in searches for run in s.complete())


@typed
def stored_searches(
    settings: Iterable[RunConfig],
    store: Store,
    repeats: Iterable[int] = (5, 3),
    targets: Iterable[Target] = (Target(),),
    max_P: int = 10**6,
) -> tuple[dict[RunConfig, pd.DataFrame], list[RunConfig]]:
    """What `search` would return for each setting if nothing were trained, and what is missing.

    Each setting comes with the first of the numbers of ``repeats`` for which the store holds its
    whole search; those without any are listed. ValueError for a number of repeats below 1.
    """
    repeats = [check_int("repeats", number, 1) for number in repeats]
    found, missing, targets = {}, [], list(targets)
    for setting in settings:
        for number in repeats:
            trial = _Search(setting, number, max_P)
            if trial.read(store, targets):
                found[setting] = to_frame(trial.complete())
                break
        else:
            missing.append(setting)
    return found, missing


def _check_targets(targets: Iterable[Target], settings: list[RunConfig]) -> list[Target]:
    targets = [targets] if isinstance(targets, Target) else list(targets)
    for target in targets:
        check_type("targets", target, Target)
        for setting in settings:
            known = quantities(setting)
            if target.quantity not in known:
                raise ValueError(
                    f"quantity must be one of {', '.join(known)} for {setting.describe()}, not "
                    f"{target.quantity!r}."
                )
    return targets


def next_points(curve: Mapping[int, float], start: int, threshold: float, step: int) -> int | None:
    """The grid index to train next for one seed, or None when the crossing is bracketed.

    ``curve`` maps grid indices to values that fall with P on the whole; ``step`` is how far to walk
    while there is no bracket.
    """
    if not curve:
        return start
    above = [i for i, value in curve.items() if value > threshold]
    if not above:
        return min(curve) - step
    low = max(above)
    below = [i for i in curve if i > low]
    if not below:
        return max(curve) + step
    return (low + min(below)) // 2 if min(below) - low > 1 else None


def bracket(curve: Mapping[int, float], threshold: float) -> tuple[int, int]:
    """Grid indices around the last downward crossing of a bracketed curve."""
    low = max(i for i, value in curve.items() if value > threshold)
    return low, min(i for i in curve if i > low)


class _Search:
    """The runs of one setting so far."""

    def __init__(self, setting: RunConfig, repeats: int, max_P: int):
        self.setting, self.repeats = setting, repeats
        largest = min(max_P, setting.task.num_data * 3 // 4)
        # From 6 n_c on, neighbours on the grid stay apart as multiples of n_c.
        least = max(8, 6 * setting.n_c) if setting.balanced else 8
        self.limits = grid_index(least), math.floor(math.log2(largest) * POINTS_PER_OCTAVE)
        self.start = grid_index(setting.P)
        self.runs: dict[tuple[int, int], dict] = {}  # (grid index, seed) -> run
        self.keys: dict[str, tuple[int, int]] = {}

    def missing(self, target: Target) -> list[RunConfig]:
        """The runs that are to be trained next for this target; none when it is bracketed."""
        if not quantity_exists(target.quantity, self.setting):
            return []
        curves = [self._curve(seed, target) for seed in range(self.repeats)]
        first = self._next(0, curves[0], target, POINTS_PER_OCTAVE)
        points = set() if first is None else {(first, 0)}
        if not points and self._crosses(curves[0], target):
            # The other seeds begin where the first one crossed.
            around = bracket(curves[0], target.threshold)
            points = {(i, seed) for i in around for seed in range(self.repeats)} - set(self.runs)
        if not points:
            following = [self._next(seed, curve, target, 2) for seed, curve in enumerate(curves)]
            points = {(i, seed) for seed, i in enumerate(following) if i is not None}
        if not points:
            points = self._rectangle(curves, target) - set(self.runs)
        return [self._config(i, seed) for i, seed in sorted(points)]

    def read(self, store: Store, targets: list[Target]) -> bool:
        """Take all runs from the store; whether nothing is left to train."""
        while wanted := [config for target in targets for config in self.missing(target)]:
            for config in wanted:
                run = store.get(config)
                if run is None:
                    return False
                self.runs[self.keys[config.key]] = run
        return True

    def add(self, run: dict) -> None:
        """Take a run, if it is one that this search has asked for."""
        config = RunConfig.from_dict({name: run[name] for name in self.setting.as_dict()})
        if config.key in self.keys:
            self.runs[self.keys[config.key]] = run

    def complete(self) -> list[dict]:
        """Runs at the P where every seed is present."""
        columns = {i for i, _ in self.runs}
        whole = [i for i in columns if all((i, r) in self.runs for r in range(self.repeats))]
        return [self.runs[i, seed] for i in sorted(whole) for seed in range(self.repeats)]

    def _config(self, i: int, seed: int) -> RunConfig:
        config = run_at(self.setting, grid_P(i), seed)
        self.keys[config.key] = (i, seed)
        return config

    def _curve(self, seed: int, target: Target) -> dict[int, float]:
        """Values of the target by grid index; a diverged run has none and counts as failed (1)."""
        curve = {}
        for (i, r), run in self.runs.items():
            if r == seed:
                value = run.get(target.quantity)
                curve[i] = 1.0 if value is None or math.isnan(value) else value
        return curve

    def _next(self, seed: int, curve, target, step) -> int | None:
        """As `next_points`, inside the limits: None too when the search has run into one.

        And when the seed's `HOPELESS` largest sizes all diverged: the next would too, only longer.
        """
        i = next_points(curve, self.start, target.threshold, step)
        if i is None:
            return None
        i = min(max(i, self.limits[0]), self.limits[1])
        last = sorted(curve)[-HOPELESS:]
        lost = [j for j in last if self.runs[j, seed]["status"] == "diverged"]
        beyond = len(lost) == HOPELESS and i > last[-1]
        return None if i in curve or beyond else i

    def _crosses(self, curve, target) -> bool:
        values = list(curve.values())
        return (
            min(values) <= target.threshold < max(values) and curve[max(curve)] <= target.threshold
        )

    def _rectangle(self, curves, target) -> set[tuple[int, int]]:
        """All seeds at all grid points between the outermost brackets."""
        brackets = [bracket(c, target.threshold) for c in curves if self._crosses(c, target)]
        if not brackets:
            return set()
        low, high = min(b[0] for b in brackets), max(b[1] for b in brackets)
        return {(i, seed) for i in range(low, high + 1) for seed in range(self.repeats)}
