"""What this part measures beside its trainings, stored as CSV with its provenance.

    python -m srhm_book.parent.measure [NAME ...]     writes results/parent/NAME.csv

A row depends on its task, P and seed alone (rules, sample and starts of k-means all have that
seed), so that any can be measured again by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from srhm.data.randomness import check_int
from srhm.data.task import SRHM
from srhm.runs.search import run_at
from srhm_book.parent.correlations import crossing_P
from srhm_book.parent.dimension import SIZES, by_depth
from srhm_book.parent.layerwise import learn, one_step_sensitivity
from srhm_book.parent.settings import task_setting
from srhm_book.parent.tangent import regression_errors
from srhm_book.spectral.stored import read, write

FOLDER = "parent"
TASK = ("v", "n_c", "m", "L")
LEAST_TEST, MOST_TEST = 250, 2000
TOLERANCE = 0.02  # in an error or a sensitivity measured again: rounding may move single data
DIMENSION_TOLERANCE = 0.5  # of about 9; training amplifies what rounding does

# n_c = m = v, s = 2. One step and the layer-wise algorithm: (v, L).
ONE_STEP = ((8, 2), (16, 2), (32, 2), (6, 3), (8, 3), (12, 3))
LAYER_WISE = (
    *((v, 2) for v in (8, 10, 12, 16, 20, 24, 32)),
    *((v, 3) for v in (8, 9, 10, 12, 14, 16, 20)),
)
DIMENSION = ((4, 3), (6, 3))  # networks whose layers' dimension is measured
UNITS = {2: (2, 16), 3: (4, 40)}  # the range of P / v^(L + 1/2) that holds the fall, by L
# Kernel regression: (v, n_c, m, L).
KERNEL_TASKS = (
    *((v, v, v, 2) for v in (3, 4, 5, 6, 7, 8)),
    (3, 3, 3, 3), (4, 4, 2, 3), (4, 4, 3, 3), (8, 8, 2, 3), (4, 4, 4, 3),
)  # fmt: skip
MOST_P = 2048  # points of a kernel matrix


def one_step_rows(
    tasks: Iterable[tuple[int, int]] = ONE_STEP,
    units: Sequence[float] = tuple(2.0**i for i in range(-4, 7)),
    seeds: Iterable[int] = range(5),
) -> pd.DataFrame:
    """S_{1,1} after one step at P of ``units`` times n_c m^L, with the P_c of these rules.

    No P above half of the task's data.
    """
    rows = []
    for (v, L), seed in [(task, seed) for task in tasks for seed in seeds]:
        task = SRHM(v, 2, L, 0, seed=seed)
        P_c = float(crossing_P(task)[0])
        for P in [round(unit * v ** (L + 1)) for unit in units]:
            if 8 <= P <= task.num_data // 2:
                S = one_step_sensitivity(task, task.sample(P, seed))
                rows.append((v, v, v, L, P, seed, P_c, task.num_data, S))
    return pd.DataFrame(rows, columns=[*TASK, "P", "seed", "P_c", "P_max", "S"])


def layerwise_rows(
    tasks: Iterable[tuple[int, int]] = LAYER_WISE,
    per_octave: int = 2,
    seeds: Iterable[int] = range(6),
) -> pd.DataFrame:
    """Test error of the layer-wise algorithm at P around its fall, `UNITS` times v^(L + 1/2)."""
    rows = []
    for (v, L), seed in [(task, seed) for task in tasks for seed in seeds]:
        task = SRHM(v, 2, L, 0, seed=seed)
        P_c, (low, high) = float(crossing_P(task)[0]), UNITS[L]
        steps = np.arange(0, np.log2(high / low) * per_octave + 0.5)
        for P in [round(low * 2 ** (i / per_octave) * v ** (L + 0.5)) for i in steps]:
            if task.num_data - LEAST_TEST >= P:
                train, test = task.split(P, MOST_TEST, seed)
                rows.append((v, v, v, L, P, seed, P_c, learn(task, train, seed).error(test)))
    return pd.DataFrame(rows, columns=[*TASK, "P", "seed", "P_c", "error"])


def kernel_rows(
    tasks: Iterable[tuple[int, int, int, int]] = KERNEL_TASKS,
    most_P: int = MOST_P,
    seeds: Iterable[int] = range(3),
) -> pd.DataFrame:
    """Test error of regression with the tangent kernel, P from 32 to nine tenths of all data."""
    rows = []
    for (v, n_c, m, L), seed in [(task, seed) for task in tasks for seed in seeds]:
        task = SRHM(v, 2, L, 0, n_c, m, seed=seed)
        largest = min(most_P, int(0.9 * task.num_data))
        sizes = [round(2 ** (i / 2)) for i in range(10, 40) if 2 ** (i / 2) < 0.9 * largest]
        found = regression_errors(task, [*sizes, largest], MOST_TEST // 2, seed)
        rows += [(v, n_c, m, L, P, seed, task.num_data, error) for P, error in found.items()]
    return pd.DataFrame(rows, columns=[*TASK, "P", "seed", "P_max", "error"])


def dimension_rows(
    tasks: Iterable[tuple[int, int]] = DIMENSION,
    unit: float = 6.0,
    sizes: tuple[int, ...] = SIZES,
    seeds: Iterable[int] = range(3),
    scaling: str = "fan_in",
) -> pd.DataFrame:
    """Effective dimension of each layer of a CNN, before and after training on P = unit n_c m^L.

    Expected of the lazier scaling, "channels", before it was measured: a fall with depth too, to a
    higher dimension in the last layer, since features move less.
    """
    found = []
    for (v, L), seed in [(task, seed) for task in tasks for seed in seeds]:
        P = round(unit * v ** (L + 1))
        config = run_at(task_setting(v, v, v, L, scaling), P, seed)
        own = by_depth(config, sizes=sizes).assign(v=v, n_c=v, m=v, L=L, P=P, seed=seed)
        found.append(own[[*TASK, "P", "seed", "layer", "trained", "dimension"]])
    return pd.concat(found, ignore_index=True)


SWEEPS = {
    "one_step": one_step_rows,
    "layerwise": layerwise_rows,
    "kernel": kernel_rows,
    "dimension": dimension_rows,
    "dimension_lazy": partial(dimension_rows, scaling="channels"),
}
VALUES = {  # what is measured; an error elsewhere
    "one_step": "S", "dimension": "dimension", "dimension_lazy": "dimension",
}  # fmt: skip
FEWER = {  # for the profiles that measure now
    "fresh": {
        "one_step": {"tasks": ((8, 2), (16, 2), (6, 3))},
        "layerwise": {"tasks": ((8, 2), (12, 2), (16, 2), (8, 3))},
        "kernel": {"tasks": ((4, 4, 4, 2), (6, 6, 6, 2), (4, 4, 2, 3)), "most_P": 1000},
        "dimension": {"tasks": ((4, 3),)},
    },
    "smoke": {
        "one_step": {"tasks": ((4, 2), (6, 2))},
        "layerwise": {"tasks": ((4, 2), (6, 2)), "per_octave": 1},
        "kernel": {"tasks": ((4, 4, 4, 2),), "most_P": 150},
        "dimension": {"tasks": ((4, 3),), "unit": 1.0, "sizes": (50, 100, 200)},
    },
}
AGAIN = {  # rows that take seconds
    "one_step": {"tasks": ((8, 2),), "seeds": (0,)},
    "layerwise": {"tasks": ((8, 2),), "seeds": (0,)},
    "kernel": {"tasks": ((4, 4, 4, 2),), "seeds": (0,)},
    "dimension": {"tasks": ((4, 3),), "seeds": (0,)},
}
for fewer in (*FEWER.values(), AGAIN):  # in both scalings alike
    fewer["dimension_lazy"] = fewer["dimension"]


def measured(name: str, profile: str, seeds: int = 0) -> pd.DataFrame:
    """The rows of a sweep: stored ("book", unless ``seeds`` are given), or fewer measured now.

    Raises
    ------
    ValueError
        For a negative number of ``seeds``.
    FileNotFoundError
        In the profile "book", where nothing is stored.
    """
    seeds = check_int("seeds", seeds, 0)
    if profile == "book" and not seeds:
        return read(name, FOLDER)
    fewer = FEWER["fresh" if profile == "book" else profile][name]
    return SWEEPS[name](**fewer, seeds=range(seeds or 2))


def again(kept: dict[str, pd.DataFrame], profile: str, seeds: int = 0) -> pd.DataFrame | str:
    """Some rows of each stored sweep measured again; AssertionError where one disagrees.

    One row a sweep; a sentence where nothing is stored.
    """
    if profile != "book" or seeds:
        return "All rows of this profile were measured just now."
    rows = []
    for name, frame in kept.items():
        value = VALUES.get(name, "error")
        keys = [*TASK, "P", "seed", *(key for key in ("layer", "trained") if key in frame)]
        both = SWEEPS[name](**AGAIN[name]).merge(frame, on=keys, suffixes=("_now", "_stored"))
        if both.empty:
            raise AssertionError(f"The rows of {name} that are measured again are not stored.")
        apart = (both[f"{value}_now"] - both[f"{value}_stored"]).abs().max()
        if apart > (DIMENSION_TOLERANCE if value == "dimension" else TOLERANCE):
            raise AssertionError(f"{name}: now and stored differ by {apart:.3g}.")
        rows.append({"measurement": name, "rows again": len(both), "of": len(frame),
                     "largest difference": f"{apart:.0e}"})  # fmt: skip
    return pd.DataFrame(rows).set_index("measurement")


def main(arguments: list[str]) -> None:
    """Measures and stores the sweeps named, or all."""
    names = arguments or list(SWEEPS)
    if unknown := [name for name in names if name not in SWEEPS]:
        raise SystemExit(f"name must be one of {', '.join(SWEEPS)}, not {unknown[0]!r}.")
    for name in names:
        print(write(name, SWEEPS[name](), FOLDER))


if __name__ == "__main__":
    main(sys.argv[1:])
