"""Many trainings, resumable: what the store holds is skipped, what ends is stored at once."""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)

import pandas as pd
from tqdm import tqdm

from srhm.data.randomness import check_int, check_type
from srhm.runs.pool import SpawnPool, num_cores
from srhm.runs.store import Store, to_frame
from srhm.training.config import RunConfig

MAX_ATTEMPTS = 3


class SweepError(RuntimeError):
    """Some runs of a sweep failed; all others are finished and stored."""


def sweep(
    configs: Iterable[RunConfig],
    store: Store | str | os.PathLike | None,
    executor: Executor | None = None,
    progress: bool = True,
    workers: int | None = None,
    device: str = "auto",
    _train: Callable[[RunConfig, str], dict] | None = None,
) -> pd.DataFrame:
    """Train every configuration that ``store`` does not hold yet, cheapest first.

    Parameters
    ----------
    configs: the runs; repeated ones count once.
    store: a `Store` or its folder, written by this process alone and the moment a run ends; None
        keeps nothing.
    executor: any `concurrent.futures.Executor`; it is not shut down. Default: `SpawnPool`.
    progress: a bar on stderr, with an estimate of the time left; never where the environment has
        TQDM_DISABLE, as in notebooks whose output is kept.
    workers: number of processes of the default executor; None or 0 is one per core.
    device: "auto", "cpu" or "cuda", as for `srhm.training.run.train`. On a GPU, runs of equal shape
        train side by side in this process (see `srhm.training.replicas`) unless there is an
        ``executor``; on CPUs, where that was measured to be slower at the widths used here, each by
        itself.

    Returns
    -------
    One row per distinct configuration, in the order of ``configs``.

    Raises
    ------
    ValueError
        Before any training: no RunConfig, impossible ``workers`` or ``device``, a run that needs
        more memory than there is, or a results folder that cannot be written.
    SweepError
        At the end: runs that raised, or whose process died `MAX_ATTEMPTS` times.
    """
    distinct = list({c.key: c for c in check_configs("configs", configs)}.values())
    check_workers(workers)
    if executor is not None and not hasattr(executor, "submit"):
        raise ValueError(f"executor must be a concurrent.futures.Executor, not {executor!r}.")
    store = store if store is None or isinstance(store, Store) else Store(store)
    rows = {} if store is None else {c.key: store.get(c) for c in distinct}
    missing = sorted((c for c in distinct if rows.get(c.key) is None), key=cost)
    if missing:
        in_groups = executor is None and _train is None and _on_gpu(device)
        _train = _train or _default_train(device, missing, local=executor is None)
        if store is not None:
            store.check_writable(*missing)
        bar = progress and not os.environ.get("TQDM_DISABLE")
        with _Bar(len(distinct), missing, bar) as bar:
            state = _State(missing, store, rows, bar)
            slots = min(workers or num_cores(), len(missing))
            if in_groups:
                _drain_groups(state, device)
            elif executor is not None:
                _drain(state, executor, _train, device, window=len(missing))
            else:
                pool = SpawnPool(slots)
                try:
                    _drain(state, pool, _train, device, window=slots)
                finally:
                    pool.close()
        state.report()
    return to_frame(rows[c.key] for c in distinct)


def cost(config: RunConfig) -> float:
    """Rough relative cost of a run: active positions times the product of one hidden layer."""
    return config.P * config.s**config.L * config.width**2


def check_workers(workers: int | None) -> None:
    """ValueError for an impossible number of processes; None and 0 are one per core."""
    if workers is not None:
        check_int("workers", workers, 0)


def check_configs(name: str, configs: Iterable[RunConfig]) -> list[RunConfig]:
    """The configurations as a list; ValueError where they are none, or a single one."""
    if isinstance(configs, RunConfig):
        raise ValueError(f"{name} must be a list of RunConfig, not a single one.")
    if not isinstance(configs, Iterable):
        raise ValueError(f"{name} must be a list of RunConfig, not {configs!r}.")
    configs = list(configs)
    for config in configs:
        check_type(f"each of {name}", config, RunConfig)
    return configs


def _default_train(
    device: str, missing: list[RunConfig], local: bool
) -> Callable[[RunConfig, str], dict]:
    # These import torch, which reading does not need.
    from srhm.training.memory import check_memory
    from srhm.training.run import resolve_device, train

    if local:  # elsewhere there may be a device, or memory, that is not here
        place = resolve_device(device)
        for config in missing:
            check_memory(config, place)
    return train


def _on_gpu(device: str) -> bool:
    from srhm.training.run import resolve_device

    return resolve_device(device).type == "cuda"


class _State:
    """What is still to do, and what went wrong."""

    def __init__(self, missing: list[RunConfig], store: Store | None, rows: dict, bar: _Bar):
        self.todo, self.store, self.rows, self.bar = deque(missing), store, rows, bar
        self.num_missing = len(missing)
        self.deaths: Counter[str] = Counter()
        self.failures: list[tuple[RunConfig, BaseException]] = []

    def next(self) -> RunConfig | None:
        """The next run that nobody has finished meanwhile: another sweep may share the store."""
        while self.todo:
            config = self.todo.popleft()
            run = None if self.store is None else self.store.get(config, warn=False)
            if run is None:
                return config
            self._keep(config, run)
        return None

    def done(self, config: RunConfig, run: dict) -> None:
        if self.store is not None:
            self.store.put(run)
        self._keep(config, run)

    def _keep(self, config: RunConfig, run: dict) -> None:
        self.rows[config.key] = run
        self.bar.advance(config)

    def lost(self, config: RunConfig, error: BaseException) -> None:
        """The process of this run died: try again after the others, up to the limit."""
        self.deaths[config.key] += 1
        if self.deaths[config.key] < MAX_ATTEMPTS:
            self.todo.append(config)
        else:
            self.failures.append((config, error))

    def report(self) -> None:
        """Raise SweepError when there were failures; name the first five."""
        if not self.failures:
            return
        failures = sorted(self.failures, key=lambda failure: failure[0].describe())
        named = [f"{config.describe()} ({self._reason(config, e)})" for config, e in failures]
        if len(named) > 5:
            named[5:] = [f"and {len(named) - 5} more"]
        raise SweepError(
            f"{len(failures)} of {self.num_missing} runs failed, after all others had "
            f"finished: {'; '.join(named)}."
        ) from failures[0][1]

    def _reason(self, config: RunConfig, error: BaseException) -> str:
        if isinstance(error, (BrokenExecutor, CancelledError)):
            return f"its process died, attempt {self.deaths[config.key]}: killed, or out of memory"
        return f"{type(error).__name__}: {error}".rstrip(".")


def _drain(state: _State, executor: Executor, train, device: str, window: int) -> None:
    """Run all that is to do, at most ``window`` at a time; every result goes to ``state``."""
    running = {}
    try:
        while True:
            while len(running) < window and (config := state.next()) is not None:
                state.bar.show(config)
                try:
                    running[executor.submit(train, config, device)] = config
                except RuntimeError as error:  # the executor is broken, or was shut down
                    state.failures.append((config, error))
            if not running:
                return
            for future in wait(running, timeout=5, return_when=FIRST_COMPLETED).done:
                _collect(state, running.pop(future), future)
            state.bar.refresh()
    finally:
        for future in running:  # only where something stopped the sweep, as Ctrl-C
            future.cancel()


def _drain_groups(state: _State, device: str) -> None:
    """Run all that is to do, runs of equal shape together, in this process."""
    from srhm.training.replicas import goes_alone, group_key, train_group
    from srhm.training.run import train

    def train_all(group):
        if goes_alone(group[0]):
            return state.done(group[0], train(group[0], device))
        return train_group(group, device, on_end=state.done)

    groups: dict[object, list[RunConfig]] = {}
    while (config := state.next()) is not None:
        key = config.key if goes_alone(config) else group_key(config)
        groups.setdefault(key, []).append(config)
    for group in groups.values():
        state.bar.show(group[0])
        try:
            train_all(group)
        except Exception as error:
            left = [config for config in group if state.rows.get(config.key) is None]
            for config in left:  # one by one, so that the faulty run takes no other along
                try:
                    if len(group) == 1:
                        raise error
                    train_all([config])
                except Exception as own:
                    state.failures.append((config, own))


def _collect(state: _State, config: RunConfig, future: Future) -> None:
    try:
        run = future.result()
    except (BrokenExecutor, CancelledError) as error:
        state.lost(config, error)
    except Exception as error:
        state.failures.append((config, error))
    else:
        state.done(config, run)


class _Bar:
    """Progress in runs; the time left from the estimated cost of what is done and what is not."""

    def __init__(self, total: int, missing: list[RunConfig], enabled: bool):
        self._left = self._all = sum(map(cost, missing))
        self._start = time.monotonic()
        self._current = ""
        self._bar = tqdm(
            total=total,
            initial=total - len(missing),
            disable=not enabled,
            unit="run",
            bar_format="{n_fmt}/{total_fmt} runs |{bar:20}| {elapsed}{postfix}",
        )

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_) -> None:
        self._bar.close()

    def show(self, config: RunConfig) -> None:
        self._current = config.describe()
        self.refresh()

    def advance(self, config: RunConfig) -> None:
        self._left -= cost(config)
        self._bar.update()

    def refresh(self) -> None:
        done = self._all - self._left
        seconds = (time.monotonic() - self._start) * self._left / done if done else None
        left = "" if seconds is None else f"about {tqdm.format_interval(seconds)} left, "
        self._bar.set_postfix_str(left + self._current)
