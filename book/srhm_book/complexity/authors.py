"""The paper's own points, trained as its authors' public code trains (`srhm.training.authors`).

Some are too dear in that training; in its cheaper form, ``cheap`` here, all of them are trained.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from types import SimpleNamespace

import numpy as np
import pandas as pd

from srhm.data.task import SRHM
from srhm.runs.store import Store
from srhm.stats.curves import last_fall
from srhm.training.authors import LARGER, PER_CLASS, authors_config, authors_sizes, cheaper
from srhm.training.config import RunConfig
from srhm_book.invariance.layers import S0
from srhm_book.paper import published_P_star

WIDTHS = {2: 256, 3: 128}  # by L; the authors' is 512. A narrower one trains in a quarter the time.
MAX_EPOCHS = 1000  # the authors' is 10,000 or more


def authors_points() -> pd.DataFrame:
    """The paper's P* at s = 2 whose sizes are known: arch, v, L, s0, paper, and sizes about it."""
    rows = []
    for arch in ("lcn", "cnn"):
        for point in published_P_star(arch).query("s == 2").itertuples():
            try:
                sizes = np.array(authors_sizes(arch, point.v, point.L, point.s0))
            except ValueError:  # the public code does not say
                continue
            there = int(np.abs(np.log(sizes / point.P_star)).argmin())
            task = SRHM(v=point.v, n_c=point.v, m=point.v, s=2, L=point.L, s0=point.s0)
            about = [P for P in sizes[max(there - 2, 0) : there + 3].tolist() if task.num_data > P]
            rows.append((arch, point.v, point.L, point.s0, point.P_star, about))
    return pd.DataFrame(rows, columns=["arch", "v", "L", "s0", "paper", "sizes"])


def stored_point(store: Store, arch: str, v: int, s0: int) -> RunConfig:
    """The stored run of a point of L = 2 at the size nearest to the paper's P*.

    ValueError, which names what there is, for a point that the paper does not show or that is not
    stored.
    """
    stored = {}
    for point in authors_points().query("L == 2").itertuples():
        config = config_at(point, min(point.sizes, key=lambda P: abs(P - point.paper)))
        if store.get(config):
            stored[point.arch, point.v, point.s0] = config
    if (arch, v, s0) not in stored:
        there = ", ".join(f"{a} and {w}" for a, w in sorted({(a, w) for a, w, _ in stored}))
        own = ", ".join(str(s) for a, w, s in stored if (a, w) == (arch, v))
        if own:
            raise ValueError(f"s0 must be one of {own} for the {arch} with v={v}, not {s0!r}.")
        raise ValueError(f"arch and v must be {there}, not {arch!r} and {v!r}.")
    return stored[arch, v, s0]


def config_at(
    point, P: int, seed: int = 0, width: int | None = None, cheap: bool = False
) -> RunConfig:
    """The authors' training of one point (arch, v, L, s0) at size P; `WIDTHS` wide by default."""
    config = authors_config(
        point.arch,
        point.v,
        P,
        L=point.L,
        s0=point.s0,
        width=width or WIDTHS[point.L],
        seed=seed,
        max_epochs=MAX_EPOCHS,
    )
    return cheaper(config) if cheap else config


def runs_at(
    store: Store, point, sizes: Iterable[int], seed: int = 0, cheap: bool = False
) -> list[dict]:
    """The stored rows of one point (see `config_at`) at those of the sizes that are there.

    The cheaper form has none where P is smaller than its batch.
    """
    sizes = cheap_sizes(point, sizes) if cheap else sizes
    runs = (store.get(config_at(point, P, seed, cheap=cheap)) for P in sizes)
    return [run for run in runs if run is not None]


def cheap_sizes(point, sizes: Iterable[int]) -> list[int]:
    """Of some sizes of a point, those of at least one batch of `cheaper`."""
    return [P for P in sizes if LARGER * PER_CLASS * point.v <= P]


def curve_runs(
    store: Store, arch: str, v: int, s0: int, L: int = 2, cheap: bool = False
) -> pd.DataFrame:
    """A whole learning curve in the authors' training, at the paper's sizes that are stored.

    ``test_error`` is the best one during training, as the code takes it.
    """
    task = SRHM(v=v, n_c=v, m=v, s=2, L=L, s0=s0)
    point = SimpleNamespace(arch=arch, v=v, L=L, s0=s0)
    sizes = [P for P in authors_sizes(arch, v, L, s0) if task.num_data > P]
    rows = pd.DataFrame(runs_at(store, point, sizes, cheap=cheap))
    if rows.empty:
        return rows
    return rows.assign(test_error=rows.best_test_error, x=rows.P / (s0 + 1) ** 2)


def authors_curves(store: Store, arch: str, cheap: bool = False) -> dict[int, pd.DataFrame]:
    """The runs of Figure 12 (LCN) or 15 (CNN), v = 8, in the authors' training, by s0.

    Curves that have not left chance are left out.
    """
    found = {s0: curve_runs(store, arch, 8, s0, cheap=cheap) for s0 in S0}
    return {s0: runs for s0, runs in found.items() if len(runs) and runs.test_error.min() < 0.5}


def read_by_the_rule(errors: dict[int, float], threshold: float = 0.1) -> float:
    """P* as the paper reads it: of its sizes, the one whose error is nearest to the threshold.

    nan unless sizes on both sides of the threshold are there: then a nearer one may be missing.
    """
    if not errors or not min(errors.values()) <= threshold < max(errors.values()):
        return math.nan
    return min(errors, key=lambda P: abs(errors[P] - threshold))


def crossing(errors: dict[int, float]) -> float:
    """P*, interpolated in log P, of {P: test error}; nan unless it lies between these sizes."""
    sizes = np.array(sorted(errors))
    found = last_fall(sizes, np.array([errors[P] for P in sizes]), 0.1) if errors else math.nan
    return found if 0 < found < math.inf else math.nan


def authors_runs(
    table: pd.DataFrame, store: Store, seed: int = 0, cheap: bool = False
) -> pd.DataFrame:
    """The stored runs behind `authors_table`, one row each."""
    rows = [
        run
        for point in table.itertuples()
        for run in runs_at(store, point, point.sizes, seed, cheap)
    ]
    return pd.DataFrame(rows)


def widths_compared(store: Store, seed: int = 0) -> pd.DataFrame:
    """Test errors at L = 3 of runs stored at both widths, 128 (narrow) and 256 (wide)."""
    rows = []
    for point in authors_points().query("L == 3").itertuples():
        for P in point.sizes:
            both = [store.get(config_at(point, P, seed, width)) for width in (128, 256)]
            if None not in both:
                errors = [run["best_test_error"] for run in both]
                rows.append((point.arch, point.v, point.s0, P, *errors))
    return pd.DataFrame(rows, columns=["arch", "v", "s0", "P", "narrow", "wide"])
