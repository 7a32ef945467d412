"""The paper's points with empty positions that speak, in a cheaper form of the authors' training.

    python -m srhm_book.complexity.background_points [SECONDS [SEED]]

Writes results/complexity/background_points.csv after every training, the smallest first, until none
of at most SECONDS (estimated) is left. In the authors' code inputs are whitened and layers have
biases (`background`). What is still left out is told in `srhm.training.authors`, and the training
is shorter: of the LCN `srhm.training.authors.cheaper`; of the CNN an earlier end alone. In batches
four times as large, at four times the rate, the CNN falls silent or diverges here (v=4, L=2, s0=2:
a loss of log 4), at s0 >= 1, where its rate is ten times the LCN's.
"""

from __future__ import annotations

import math
import sys
import time

import pandas as pd
import torch
from filelock import FileLock

from srhm.training.authors import cheaper
from srhm.training.config import RunConfig
from srhm.training.threads import num_threads
from srhm_book.complexity.authors import authors_points, cheap_sizes, config_at
from srhm_book.complexity.background import Background, train_speaking
from srhm_book.complexity.measure import FOLDER
from srhm_book.spectral.stored import commit, csv_path, find, write

NAME = "background_points"
BOTH = Background(whiten=True, bias=True)
POINT = ("arch", "v", "L", "s0")
# Written down after a first LCN (v=4, L=2, s0=2: 0.118 with both, 0.147 with neither) and before
# all others: if silent empty positions are why the LCN's P* is too large at s0 >= 2, its test error
# at the paper's own P* lies here with both, however large it is with neither.
EXPECTED_ERRORS = (0.05, 0.15)
# P* of the CNN with both over that with neither, the mean over points of one depth: written down
# before any of them was trained, from the small CNN of chapter 4 (0.93).
EXPECTED_FACTOR = (0.85, 1.0)
SECONDS = 4e-9  # of a training on one core, by datum and weight, to choose the cheapest


def sizes_next(sizes: list[int], paper: float, errors: dict[int, float]) -> list[int]:
    """The size to train next for P* by the paper's rule: the paper's own, then what brackets it."""
    own = min(sizes, key=lambda P: abs(P - paper))
    if own not in errors:
        return [own]
    above = [P for P in errors if errors[P] > 0.1]
    below = [P for P in errors if errors[P] <= 0.1]
    if above and below:
        return []
    if below:
        return sizes[: sizes.index(min(below))][-1:]
    return sizes[sizes.index(max(above)) + 1 :][:1]


def speaking_config(point, P: int, seed: int = 0) -> RunConfig:
    """The training of one point (arch, v, L, s0) at size P, but for whitening and biases.

    ValueError where P is smaller than a batch of the cheaper form.
    """
    config = config_at(point, P, seed)
    return cheaper(config) if point.arch == "lcn" else config.replace(stop_loss=1e-2)


def speaking_points() -> pd.DataFrame:
    """`authors_points`, with the sizes that are trained: whole numbers of balanced batches."""
    points, sizes = authors_points(), []
    for point in points.itertuples():
        own = cheap_sizes(point, point.sizes) if point.arch == "lcn" else point.sizes
        sizes.append([speaking_config(point, P).P for P in own])
    return points.assign(sizes=pd.Series(sizes, points.index, dtype=object))


def errors_of(rows: pd.DataFrame, point, seed: int = 0) -> dict[int, float]:
    """{P: best test error} of one point and seed in the stored rows."""
    own = rows[rows.seed == seed]
    for name in POINT:
        own = own[own[name] == getattr(point, name)]
    return dict(zip(own.P, own.best_test_error, strict=True))


def measured() -> pd.DataFrame:
    """The stored rows: arch, v, L, s0, P, seed, errors and how the training ended.

    Those of commit 7fb7b39196a9 were trained densely; their last error stands for the best as well.
    """
    rows = find(NAME, FOLDER)
    columns = [*POINT, "P", "seed", "test_error", "best_test_error"]
    return pd.DataFrame(columns=columns) if rows is None else rows


def to_train(rows: pd.DataFrame, seed: int = 0) -> list[tuple[float, RunConfig]]:
    """What to train next at each point that is not bracketed, with its estimated seconds."""
    left = []
    for point in speaking_points().itertuples():
        for P in sizes_next(point.sizes, point.paper, errors_of(rows, point, seed)):
            config = speaking_config(point, P, seed)
            left.append((SECONDS * P * _num_weights(config), config))
    return sorted(left, key=lambda entry: entry[0])


def _num_weights(config: RunConfig) -> int:
    """The weights that the data of its LCN meet, but for the readout's; a CNN shares them."""
    fan, width = 2 * (config.s0 + 1), config.width
    layers = [fan ** (config.L - k) * width for k in range(config.L)]
    return layers[0] * config.v + sum(layers[1:]) * width


def train_and_store(config: RunConfig) -> dict:
    """Trains one point with both and adds its row to those stored; the row."""
    start = time.perf_counter()
    with num_threads(1):
        found = train_speaking(config, BOTH)
    row = {name: getattr(config, name) for name in (*POINT, "P")} | {"seed": config.seed_rules}
    row |= found | {"commit": commit(), "seconds": round(time.perf_counter() - start, 2)}
    with FileLock(csv_path(NAME, FOLDER).with_suffix(".lock")):  # another seed's process may write
        rows = pd.concat([measured(), pd.DataFrame([row])], ignore_index=True)
        write(NAME, rows.sort_values([*POINT, "seed", "P"]), FOLDER, torch=torch.__version__)
    return row


def main(most: float = math.inf, seed: float = 0) -> None:
    """Trains what is missing, cheapest first."""
    while left := [e for e in to_train(measured(), int(seed)) if e[0] <= most]:
        estimate, config = left[0]
        print(*(f"{name}={getattr(config, name)}" for name in (*POINT, "P")), end=" ")
        print(f"about {estimate:.0f} s", flush=True)
        print(train_and_store(config), flush=True)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
