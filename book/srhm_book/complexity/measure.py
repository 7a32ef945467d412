"""What chapter 4 measures outside the store of trainings: empty positions that speak.

    python -m srhm_book.complexity.measure     adds what results/complexity/background.csv lacks

A row depends on its task, scaling, background, P and seed alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import product

import pandas as pd
import torch

from srhm.runs.search import run_at
from srhm.training.config import SEED_FIELDS, RunConfig
from srhm.training.threads import num_threads
from srhm_book.complexity.background import BACKGROUNDS, train_speaking
from srhm_book.complexity.choices import TASKS, reference
from srhm_book.spectral.stored import commit, find, write

FOLDER, NAME = "complexity", "background"
# Which of `choices.TASKS` in which scaling, and sizes about P* of all its seeds, sqrt(2) apart.
FEW, MANY = (181, 256, 362, 512, 724, 1024, 1448), (512, 724, 1024, 1448, 2048)
CASES = ((0, "channels", FEW), (0, "fan_in", FEW), (2, "channels", MANY))
SEEDS = 3
COLUMNS = ("arch", "v", "L", "s0", "scaling")


def background_rows(
    setting: RunConfig, sizes: Iterable[int], seeds: Iterable[int]
) -> Iterator[dict]:
    """A row a training: task, scaling, P, seeds, background and what `train_speaking` finds."""
    for P, seed in product(sizes, seeds):
        run = run_at(setting, P, seed)
        for background in BACKGROUNDS:
            start = time.perf_counter()
            with num_threads(1):
                found = train_speaking(run, background)
            del found["best_test_error"]  # of tasks so small the last one is read
            found["commit"] = commit()
            row = {name: getattr(run, name) for name in (*COLUMNS, "P", *SEED_FIELDS)}
            seconds = round(time.perf_counter() - start, 2)
            yield row | {"background": background.name} | found | {"seconds": seconds}


def untrained(rows: pd.DataFrame | None) -> list[tuple[RunConfig, int]]:
    """The settings of `CASES` that ``rows`` lack, and how many trainings each of them takes."""
    names = [] if rows is None else rows[list(COLUMNS)].itertuples(index=False, name=None)
    there = set(names)
    plan = [(reference(TASKS[task], scaling), sizes) for task, scaling, sizes in CASES]
    return [
        (config, len(sizes) * SEEDS * len(BACKGROUNDS))
        for config, sizes in plan
        if tuple(getattr(config, name) for name in COLUMNS) not in there
    ]


def main() -> None:
    """Measure what is missing, and write after each setting, so that what is there can be shown."""
    stored = find(NAME, FOLDER)
    rows = [] if stored is None else stored.to_dict("records")
    missing = [config for config, _ in untrained(stored)]
    for task, scaling, sizes in CASES:
        config = reference(TASKS[task], scaling)
        if config in missing:
            rows += background_rows(config, sizes, range(SEEDS))
            path = write(NAME, pd.DataFrame(rows), FOLDER, torch=torch.__version__)
            print(len(rows), path)


if __name__ == "__main__":
    main()
