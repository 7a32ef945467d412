"""Does it matter that products of matrices are in single precision? Trainings near P*, in two.

    python -m srhm_book.complexity.precision     writes results/complexity/precision.csv

Where a processor has no instructions for bfloat16 this takes minutes, so that it is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd
import torch

from srhm.runs.paths import project
from srhm.runs.search import run_at, stored_searches
from srhm.runs.store import Store
from srhm.stats.curves import sample_complexity
from srhm.training.config import RunConfig
from srhm.training.run import train
from srhm_book.complexity.measure import FOLDER
from srhm_book.complexity.training import ARCHS
from srhm_book.grids import STUDY, setting
from srhm_book.spectral.stored import write

NAME, V, S0, SEEDS = "precision", 6, 1, 3
PRECISIONS = ("highest", "medium")  # torch's names: float32, and factors rounded to bfloat16


def near_P_star(one: RunConfig, runs: pd.DataFrame, seed: int) -> RunConfig:
    """The run of a searched setting at the size nearest to its P*."""
    star = sample_complexity(runs).P_star or one.P
    return run_at(one, int(min(runs.P.unique(), key=lambda size: abs(size - star))), seed)


def in_both_precisions(
    one: RunConfig, runs: pd.DataFrame, seeds: Iterable[int], device: str = "auto"
) -> Iterator[dict]:
    """Test errors and seconds near P*, seed by seed: a row a training."""
    for seed in seeds:
        point = near_P_star(one, runs, seed)
        for precision in PRECISIONS:
            torch.set_float32_matmul_precision(precision)
            try:
                run = train(point, device)
            finally:
                torch.set_float32_matmul_precision("highest")
            row = {"network": one.arch, "P": point.P, "precision": precision, "seed": seed}
            yield row | {name: run[name] for name in ("test_error", "seconds")}


def precision_view(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """The table of a page; by network and P the mean shift of the error, its spread over seeds.

    rows: of `in_both_precisions`; without any, all three are empty.
    """
    if rows.empty:
        return rows, *(pd.Series(dtype=float),) * 2
    by_seed = rows.pivot(index=["network", "P", "seed"], columns="precision").test_error
    names = ["network", "P"]
    errors, shift = by_seed.groupby(names), (by_seed.medium - by_seed.highest).groupby(names).mean()
    spread = errors.highest.std()
    columns = {"float32": errors.highest.mean(), "bfloat16": errors.medium.mean()}
    view = pd.DataFrame(columns | {"between seeds": spread}).map("{:.4f}".format)
    view.insert(2, "mean shift", shift.map("{:+.4f}".format))
    return view, shift, spread


def main() -> None:
    """Trains all of it anew, in the reference of chapter 4."""
    rows, store = [], Store(project("results"))
    for arch in ARCHS:
        one = setting(arch, V, S0, **STUDY)
        runs = stored_searches([one], store, repeats=(SEEDS,))[0][one]
        rows += in_both_precisions(one, runs, range(SEEDS))
    print(write(NAME, pd.DataFrame(rows), FOLDER, torch=torch.__version__))


if __name__ == "__main__":
    main()
