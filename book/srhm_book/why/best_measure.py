"""What the chapter on the best possible measures without training; rows for `measure`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

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
COLUMNS = ["v", "L", "s0", "places", "P", "seed", "test_error"]


def algorithm_row(v: int, L: int, s0: int, places: bool, P: int, seed: int) -> tuple:
    """Test error of the layer-wise algorithm after P data; n_c = m = v, s = 2."""
    task = SRHM(v, 2, L, s0, seed=seed)
    train, test = task.split(P, TEST, seed)
    return v, L, s0, places, P, seed, LayerWise(task, train, places, seed).error(test)


def algorithm_rows(
    chosen: Iterable[tuple[int, int, int]] = tasks.BEST, seeds: Iterable[int] = SEEDS
) -> pd.DataFrame:
    """`algorithm_row` for each (v, L, s0), with and without places, from few data until learned."""
    seeds = list(seeds)
    rows = []
    for v, L, s0 in chosen:
        for places in (False, True) if s0 else (False,):
            for P in _sizes(v, L, s0):
                rows += (own := [algorithm_row(v, L, s0, places, P, seed) for seed in seeds])
                if sum(row[-1] for row in own) < LEARNED * len(own):
                    break
    return pd.DataFrame(rows, columns=COLUMNS)


def _sizes(v: int, L: int, s0: int) -> Iterator[int]:
    """Sizes of the common grid from n_c m^L / 8 on, at most three quarters of the data."""
    number = min(SRHM(v, 2, L, s0).num_data * 3 // 4, MOST_P)
    sizes = (grid_P(i) for i in range(0, 100, EVERY))
    return (P for P in sizes if v ** (L + 1) / 8 <= P <= number)


def seen_rows(
    chosen: Iterable[tuple[int, int, int]] = tasks.BEST, seeds: Iterable[int] = SEEDS
) -> pd.DataFrame:
    """`rules_seen` for each (v, L, s0), with and without places, and seed."""
    rows = []
    for v, L, s0 in chosen:
        for places in (False, True) if s0 else (False,):
            for seed in seeds:
                task = SRHM(v, 2, L, s0, seed=seed)
                number = min(SHOWN, task.num_data)
                samples, test = task.sample(number, seed), task.sample(min(TEST, number), seed + 1)
                rows.append((v, L, s0, places, seed, *rules_seen(task, samples, test, places)))
    return pd.DataFrame(rows, columns=[*COLUMNS[:4], "seed", "every", "most"])
