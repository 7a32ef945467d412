"""What the chapters on one step measure without training, stored as CSV with its provenance.

    python -m srhm_book.why.measure [NAME ...]     writes results/why/NAME.csv

A row depends on its own columns alone: any of them can be measured again by itself (`again`).
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from srhm.data.levels import s0_text
from srhm.data.task import SRHM
from srhm_book.spectral import stored
from srhm_book.why import tasks
from srhm_book.why.along_training import along_rows
from srhm_book.why.best_measure import algorithm_rows, seen_rows
from srhm_book.why.first_gradient import correlation_rows
from srhm_book.why.one_step import WEIGHTS, critical_size
from srhm_book.why.sensitivity import one_step_sensitivities
from srhm_book.why.tied import settings_of, step_table

ROOM = "why"
SEEDS = range(5)
WIDTH = 32  # of the random networks: the noise of their gradient falls with it, P_c hardly
FEWEST, MOST = 40_000, 200_000  # samples of one P_c
X = (0.1, 0.3, 1, 3, 10, 30)  # P over the scale below
STEP_TASK = {"v": 8, "s": 2, "L": 2}
STEP_S0 = (0, 1, 2, 4)
RELATIVE_TOLERANCE = 1e-3  # of a row measured again: the same data and weights, rounding aside
TASK = ["arch", "v", "s", "L", "m", "s0"]


def scale(task: SRHM) -> int:
    """n_c m^L prod(s0+1): where P_c of equal weights should be, up to a constant."""
    return task.n_c * task.m**task.L * task.d // task.s**task.L


def critical_row(
    arch, v, s, L, m, s0, weights: str, seed: int, n_c: int | None = None, fewest: int = FEWEST
) -> dict:
    """P_c of one draw of rules, data and weights; n_c = m, if it is not given."""
    task = SRHM(v, s, L, s0, n_c or m, m, seed=seed)
    samples = min(max(20 * scale(task), fewest), MOST, task.num_data)
    found = critical_size(task, arch, weights, task.sample(samples, seed), WIDTH, seed)
    named = dict(zip(TASK, (arch, v, s, L, m, s0_text(task.s0)), strict=True))
    return named | {"weights": weights, "seed": seed, "samples": samples, "P_c": found}


def critical_sizes(
    chosen: Iterable[tasks.Task] = tasks.ONE_STEP, seeds: Iterable[int] = SEEDS
) -> pd.DataFrame:
    """P_c of the first layer for each task, kind of weights and seed (`critical_size`)."""
    return pd.DataFrame(
        critical_row(*task, weights, seed)
        for task in chosen
        for weights in WEIGHTS
        for seed in seeds
    )


def few_synonyms(
    chosen: Iterable[tuple[str, int, int]] = tasks.FEW,
    seeds: Iterable[int] = SEEDS,
    fewest: int = MOST,
) -> pd.DataFrame:
    """P_c of the tasks of few synonyms, (arch, L, s0), that are sparse (`critical_size`)."""
    v, n_c, m = (tasks.FEW_SYNONYMS[name] for name in ("v", "n_c", "m"))
    return pd.DataFrame(
        critical_row(arch, v, 2, L, m, s0, weights, seed, n_c, fewest)
        for arch, L, s0 in chosen
        for weights in WEIGHTS
        for seed in seeds
        if s0 > 0
    )


def step_row(s0: int, x: float, seed: int, v: int, s: int, L: int) -> dict:
    """S and D of the LCN's first layer after one step on P = x times `scale` data."""
    task = SRHM(v, s, L, s0, seed=seed)
    P = round(x * scale(task))
    found = one_step_sensitivities(task, P, seed)
    named = {"v": v, "s": s, "L": L, "s0": s0, "x": x, "P": P, "seed": seed}
    return named | {name: found.get(name, np.nan) for name in ("S_1_1", "D_1_1")}


def first_step(
    s0s: Iterable[int] = STEP_S0, seeds: Iterable[int] = SEEDS, **task: int
) -> pd.DataFrame:
    """`step_row` for each s0, P over its scale, and seed; P at most a third of all data."""
    task = STEP_TASK | task
    sizes = {s0: SRHM(**task, s0=s0) for s0 in s0s}
    return pd.DataFrame(
        step_row(s0, x, seed, **task)
        for s0, example in sizes.items()
        for x in X
        for seed in seeds
        if 3 * x * scale(example) <= example.num_data
    )


MEASUREMENTS: dict[str, Callable[..., pd.DataFrame]] = {
    "critical_sizes": critical_sizes,
    "few_synonyms": few_synonyms,
    "first_step": first_step,
    "along_training": along_rows,
    "tied": lambda: step_table(settings_of("book")),
    "layerwise": algorithm_rows,
    "rules_seen": seen_rows,
    "first_gradient": correlation_rows,
}


@functools.cache
def read(name: str) -> pd.DataFrame:
    """What is stored under one of the names of `MEASUREMENTS`."""
    frame = stored.read(name, ROOM)
    # One s0 for each level is a text, and then the others are read as texts too.
    if "s0" in frame:
        frame["s0"] = [int(s0) if str(s0).isdigit() else s0 for s0 in frame.s0]
    return frame


def again(kept: pd.DataFrame, number: int, seed: int = 0) -> pd.DataFrame:
    """Some rows of the stored P_c measured again; AssertionError where one differs.

    Drawn at random among those of the fewest samples. Columns of ``kept``, and P_c_now.
    """
    few = kept[kept.samples <= FEWEST]
    rows = few.sample(min(number, len(few)), random_state=seed)
    now = [critical_row(*row[TASK], row.weights, row.seed)["P_c"] for _, row in rows.iterrows()]
    rows = rows.assign(P_c_now=now)
    wrong = rows[(rows.P_c_now / rows.P_c - 1).abs() > RELATIVE_TOLERANCE]
    assert wrong.empty, f"stored P_c differ from those measured now:\n{wrong}"
    return rows


def main(names: list[str]) -> None:
    """Measure and store what is named, or everything."""
    if unknown := [name for name in names if name not in MEASUREMENTS]:
        raise SystemExit(f"NAME must be one of {', '.join(MEASUREMENTS)}, not {unknown[0]!r}.")
    for name in names or MEASUREMENTS:
        print(stored.write(name, MEASUREMENTS[name](), ROOM))


if __name__ == "__main__":
    main(sys.argv[1:])
