"""What the chapter on images shows: its runs, their averages, and the rank correlation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from srhm.images.config import IMAGE_ARCHITECTURES, ImageRunConfig
from srhm.images.networks import IMAGE_NETWORK_NAMES
from srhm.images.store import ImageStore, run_images
from srhm.runs.store import to_frame
from srhm.stats.fits import Estimate
from srhm_book.images.grids import SIZES, architectures_grid, growing_grid, image_run

QUANTITIES = ("test_error", "R", "D")


def chapter_runs(
    profile: str,
    dataset: str,
    repeats: int,
    store: ImageStore | None,
    device: str = "auto",
    folder: str | Path | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The runs of Figure 1A and of Figure 1B: stored ones ("book"), or a few trained now.

    "fresh" trains three small architectures as the grids have them, "smoke" two toys.
    """
    seeds = range(repeats)
    if profile == "book":
        grids = architectures_grid(dataset, repeats), growing_grid(dataset, repeats)
        return tuple(stored_runs(grid, store) for grid in grids)
    if profile == "fresh":
        archs, size, sizes, toy = ("fc2", "lenet", "alexnet"), 512, SIZES[dataset][:3], {}
    else:
        archs, size, sizes, toy = ("fc2", "lenet"), 64, (32, 64), {"epochs": 1, "num_probes": 40}
    small = [image_run(dataset, arch, size, seed, **toy) for arch in archs for seed in seeds]
    growing = [image_run(dataset, "lenet", P, seed, **toy) for P in sizes for seed in seeds]
    frame = run_images(small + growing, None, device, folder, progress=False)
    return frame[: len(small)], frame[frame.arch == "lenet"]


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

    def with_range(name, places):
        return [
            f"{getattr(r, name):.{places}f} ({getattr(r, f'{name}_low'):.{places}f} to "
            f"{getattr(r, f'{name}_high'):.{places}f})"
            if r.runs
            else "–"
            for r in table.itertuples()
        ]

    return pd.DataFrame(
        {
            "architecture": table.arch.map(IMAGE_NETWORK_NAMES),
            "test error": with_range("test_error", 3),
            "R_f": with_range("R", 1),
            "D_f": [f"{r.D:.4f}" if r.runs else "–" for r in table.itertuples()],
            "runs": [
                f"{r.runs}, {r.diverged} diverged" if r.diverged else str(r.runs)
                for r in table.itertuples()
            ],
        }
    ).set_index("architecture")


def rank_correlation(x, y, num_bootstrap: int = 2000, seed: int = 0) -> Estimate | None:
    """Spearman's rank correlation with its 95 % bootstrap interval over the pairs.

    None for fewer than four pairs, or when one of the two does not vary.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    if len(x) < 4:
        return None
    value = float(_spearman(x[None], y[None])[0])
    if not np.isfinite(value):
        return None
    draws = np.random.default_rng(seed).integers(len(x), size=(num_bootstrap, len(x)))
    low, high = np.nanquantile(_spearman(x[draws], y[draws]), [0.025, 0.975])
    return Estimate(value, low, high)


def _spearman(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pearson's correlation of the ranks within each row, ties sharing theirs; x, y (rows, n).

    nan where one of the two does not vary.
    """
    a, b = (pd.DataFrame(v).rank(axis=1).to_numpy() for v in (x, y))
    a, b = (ranks - ranks.mean(axis=1, keepdims=True) for ranks in (a, b))
    norm = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    with np.errstate(invalid="ignore"):  # 0 / 0
        return (a * b).sum(axis=1) / norm
