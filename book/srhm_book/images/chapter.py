"""What the chapter on images shows: its runs, their averages, and how error follows sensitivity."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from srhm.images.config import IMAGE_ARCHITECTURES, PRECISIONS, ImageRunConfig
from srhm.images.networks import IMAGE_NETWORK_NAMES
from srhm.images.store import ImageStore, run_images
from srhm.runs.store import to_frame
from srhm.stats.fits import Estimate
from srhm_book.bootstrap import bootstrapped, rank_correlation, slopes, spearman
from srhm_book.images.grids import REPEATS, SIZES, architectures_grid, growing_grid, image_run

QUANTITIES = ("test_error", "R", "D", "G", "R_init", "D_init", "G_init")
LAW = 0.2, 0.5  # petrini2021: error = 0.2 R_f^0.5


def chapter_runs(
    profile: str,
    dataset: str,
    repeats: int,
    store: ImageStore | None,
    device: str = "auto",
    folder: str | Path | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The runs of Figure 1A and of Figure 1B: stored ones ("book"), or a few trained now.

    "fresh" trains four cheap architectures as the grids have them, "smoke" toys of theirs.
    """
    seeds = range(repeats)
    if profile == "book":
        grids = architectures_grid(dataset, repeats), growing_grid(dataset, repeats)
        return tuple(stored_runs(grid, store) for grid in grids)
    archs = ("fc2", "fc4", "fc6", "lenet")
    if profile == "fresh":
        size, sizes, toy = 1_000, SIZES[:3], {}
    else:
        size, sizes, toy = 64, (32, 64), {"epochs": 1, "num_probes": 40}
    small = [image_run(dataset, arch, size, seed, **toy) for arch in archs for seed in seeds]
    growing = [image_run(dataset, "lenet", P, seed, **toy) for P in sizes for seed in seeds]
    frame = run_images(small + growing, None, device, folder, progress=False)
    return frame[frame["P"] == size], frame[frame.arch == "lenet"]


def stored_runs(grid: list[ImageRunConfig], store: ImageStore) -> pd.DataFrame:
    """The rows of a grid that the store has."""
    rows = [store.get(config) for config in grid]
    return to_frame((row for row in rows if row is not None), ImageRunConfig)


def averages(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Mean, lowest and highest value over seeds of the runs that finished, and their number.

    Columns: those of ``by``, ``runs``, ``diverged``, and ``R``, ``R_low``, ``R_high``, and so on.
    In the order of `IMAGE_ARCHITECTURES`; groups without a finished run are left out.
    """
    rows = []
    for key, group in frame.groupby(by):
        good = group[(group.status == "finished") & group[list(QUANTITIES)].notna().all(axis=1)]
        row = dict(zip(by, key, strict=True)) | {"runs": len(good)}
        row["diverged"] = len(group) - len(good)
        for name in QUANTITIES if len(good) else ():
            values = good[name].astype(float)
            row |= {name: values.mean(), f"{name}_low": values.min(), f"{name}_high": values.max()}
        rows.append(row)
    columns = [f"{name}{end}" for name in QUANTITIES for end in ("", "_low", "_high")]
    table = pd.DataFrame(rows, columns=[*by, "runs", "diverged", *columns])
    order = table.arch.map(IMAGE_ARCHITECTURES.index) if len(table) else table.runs
    return table.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)


def architectures_view(table: pd.DataFrame) -> pd.DataFrame:
    """The averages of `averages` by architecture as the chapter prints them."""
    good = table[table.runs > 0]

    def ranges(name: str, form: str) -> list[str]:
        ends = zip(good[name], good[f"{name}_low"], good[f"{name}_high"], strict=True)
        return [f"{value:{form}} ({low:{form}} to {high:{form}})" for value, low, high in ends]

    return pd.DataFrame(
        {
            "architecture": good.arch.map(IMAGE_NETWORK_NAMES),
            "test error": ranges("test_error", ".3f"),
            "R_f": ranges("R", ".2f"),
            "D_f": [f"{value:.4f}" for value in good.D],
            "G_f": [f"{value:.4f}" for value in good.G],
            "R_f before": ranges("R_init", ".2f"),
        }
    ).set_index("architecture")


def correlations(table: pd.DataFrame) -> dict[str, Estimate | None]:
    """Rank correlation of the test error with each sensitivity, over the rows of `averages`."""
    good = table[table.runs > 0]
    return {name: rank_correlation(good[name], good.test_error) for name in QUANTITIES[1:]}


def change_by_training(table: pd.DataFrame) -> Estimate | None:
    """The rank correlation of the error with R_f after training, less that with R_f before it."""
    good = table[table.runs > 0]
    return bootstrapped(
        lambda error, after, before: spearman(after, error) - spearman(before, error),
        *(good[name].to_numpy(float) for name in ("test_error", "R", "R_init")),
    )


def law_fit(table: pd.DataFrame) -> dict[str, Estimate | None]:
    """How the points lie against `LAW`: the exponent of R_f in the error, and error over the law.

    The exponent is the slope of least squares of log error on log R_f, over the rows of `averages`;
    the ratio is the median. Intervals as in `rank_correlation`.
    """
    good = table[table.runs > 0]
    factor, exponent = LAW
    x, y = np.log(good.R.to_numpy(float)), np.log(good.test_error.to_numpy(float))
    return {
        "exponent": bootstrapped(slopes, x, y),
        "ratio": bootstrapped(
            lambda a, b: np.exp(np.median(b - np.log(factor) - exponent * a, axis=1)), x, y
        ),
    }


def growth_steps(table: pd.DataFrame, quantity: str) -> tuple[int, int]:
    """In how many steps from one P to the next error and sensitivity change the same way; of all.

    table: `averages` by architecture and P.
    """
    hits = number = 0
    for _, part in table[table.runs > 0].groupby("arch"):
        part = part.sort_values("P")
        alike = np.diff(part[quantity].astype(float)) * np.diff(part.test_error.astype(float)) > 0
        hits, number = hits + int(alike.sum()), number + len(alike)
    return hits, number


def both_fall(table: pd.DataFrame, quantity: str) -> tuple[int, int]:
    """In how many architectures error and sensitivity both fall from the smallest to the largest P.

    table: `averages` by architecture and P; an architecture at one P alone does not count.
    """
    parts = [part.sort_values("P") for _, part in table[table.runs > 0].groupby("arch")]
    ends = [part[["test_error", quantity]].iloc[[0, -1]] for part in parts if len(part) > 1]
    return sum(bool((end.iloc[1] < end.iloc[0]).all()) for end in ends), len(ends)


def sign_found(found: Estimate | None, sign: int) -> str:
    """Whether an interval lies on the expected side of zero, in a word or two."""
    if found is None:
        return "not measured"
    ends = sorted((sign * found.low, sign * found.high))
    return "yes" if ends[0] > 0 else "no, the opposite" if ends[1] < 0 else "undecided"


def value_found(found: Estimate | None, value: float) -> str:
    """Whether an interval holds the expected value, which does not show that it is so."""
    if found is None:
        return "not measured"
    return (
        "not excluded" if found.includes(value) else "no, more" if found.low > value else "no, less"
    )


def by_budget(frame: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """A quantity of `budget_grid`'s runs: a row for each network, a column for each budget."""
    if frame.empty:
        return pd.DataFrame()
    shown = frame.assign(
        network=frame.arch.map(IMAGE_NETWORK_NAMES),
        budget=frame.epochs * frame.P,
        value=frame[quantity].astype(float),
    )
    return shown.pivot(index="network", columns="budget", values="value")


def precision_changes(frame: pd.DataFrame) -> pd.DataFrame:
    """How far the test error moves with the precision, and with the seed, in `precision_grid`.

    A row for each network that has all its runs. Columns: ``precision``, bfloat16's error less that
    of float32, mean over seeds; ``seed``, by how much the seeds' errors differ, over precisions.
    """
    rows = {}
    for arch, part in frame.groupby("arch") if len(frame) else ():
        errors = part.pivot(index="seed_init", columns="precision", values="test_error")
        errors = errors.reindex(index=range(REPEATS), columns=PRECISIONS).astype(float)
        if errors.notna().all(axis=None):
            rows[IMAGE_NETWORK_NAMES[arch]] = {
                "precision": (errors.bfloat16 - errors.float32).mean(),
                "seed": (errors.max() - errors.min()).mean(),
            }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["precision", "seed"])
