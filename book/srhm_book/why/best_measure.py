"""What the chapter on the best possible measures without training; rows for `measure`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from srhm.data.levels import s0_text
from srhm.data.task import SRHM
from srhm.runs.search import grid_P
from srhm_book.why import tasks
from srhm_book.why.best import LayerWise, rules_seen

SEEDS = range(6)
TEST = 2000  # data, at most
EVERY = 2  # of the common grid of P: half octaves
LEARNED = 0.03  # mean error at which a curve ends
MOST_P = 50_000
SHOWN = 60_000  # data among which all rules are sought
CASE = ["v", "s", "L", "m", "s0", "places"]
ALGORITHM = [*tasks.BEST, *tasks.BEST_BY_LEVEL, *tasks.BEST_BRANCHING]


def task_of(v: int, s: int, L: int, m: int, s0, seed: int) -> SRHM:
    """The task of a row; n_c = m."""
    return SRHM(v, s, L, s0, m, m, seed=seed)


def algorithm_row(task: tasks.BestTask, places: bool, P: int, seed: int) -> tuple:
    """Test error of the layer-wise algorithm after P data."""
    own = task_of(*task, seed)
    train, test = own.split(P, TEST, seed)
    error = LayerWise(own, train, places, seed).error(test)
    return *task[:4], s0_text(own.s0), places, P, seed, error


def algorithm_rows(
    chosen: Iterable[tasks.BestTask] = ALGORITHM, seeds: Iterable[int] = SEEDS
) -> pd.DataFrame:
    """`algorithm_row` for each task, with and without places, from few data until it is learned."""
    seeds = list(seeds)
    rows = []
    for task, places in cases(chosen):
        for P in _sizes(task):
            rows += (own := [algorithm_row(task, places, P, seed) for seed in seeds])
            if sum(row[-1] for row in own) < LEARNED * len(own):
                break
    return pd.DataFrame(rows, columns=[*CASE, "P", "seed", "test_error"])


def cases(chosen: Iterable[tasks.BestTask]) -> Iterator[tuple[tasks.BestTask, bool]]:
    """Each task without places and, where there are any to tell apart, with them."""
    for task in chosen:
        yield task, False
        if task[-1] != 0:
            yield task, True


def _sizes(task: tasks.BestTask) -> Iterator[int]:
    """Sizes of the common grid from n_c m^L / 8 on, at most three quarters of the data."""
    own = task_of(*task, 0)
    number = min(own.num_data * 3 // 4, MOST_P)
    sizes = (grid_P(i) for i in range(0, 100, EVERY))
    return (P for P in sizes if max(own.n_c * own.m**own.L / 8, 8) <= P <= number)


def seen_rows(
    chosen: Iterable[tasks.BestTask] = tasks.BEST, seeds: Iterable[int] = SEEDS
) -> pd.DataFrame:
    """`rules_seen` for each task, with and without places, and seed: columns every, most."""
    rows = []
    for task, places in cases(chosen):
        for seed in seeds:
            own = task_of(*task, seed)
            number = min(SHOWN, own.num_data)
            samples, test = own.sample(number, seed), own.sample(min(TEST, number), seed + 1)
            found = rules_seen(own, samples, test, places)
            rows.append((*task[:4], s0_text(own.s0), places, seed, *found))
    return pd.DataFrame(rows, columns=[*CASE, "seed", "every", "most"])
