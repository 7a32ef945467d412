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
from srhm.stats.fits import fit_power_law
from srhm.training.authors import LARGER, PER_CLASS, authors_config, authors_sizes, cheaper
from srhm.training.config import RunConfig
from srhm_book.complexity.table import complexity_table, searched_runs
from srhm_book.grids import setting
from srhm_book.invariance.layers import S0
from srhm_book.paper import published_P_star
from srhm_book.wording import NOTHING

WIDTHS = {2: 256, 3: 128}  # by L; the authors' is 512. A narrower one trains in a quarter the time.
MAX_EPOCHS = 1000  # the authors' is 10,000 or more


FEWEST = 6  # points behind a fit of two exponents
NEAR = 1.5  # a factor: about one step between the paper's sizes
NAMES = {"ratio": "authors'", "cheap": "cheaper", "grids": "ours"}  # of an `authors_table`
TRAININGS = ("paper", "cheap", "grids")


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


def cheap_sizes(point, sizes: Iterable[int] | None = None) -> list[int]:
    """Of the sizes of a point (by default its own), those of at least one batch of `cheaper`."""
    return [P for P in sizes or point.sizes if LARGER * PER_CLASS * point.v <= P]


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


def authors_table(store: Store, seed: int = 0) -> pd.DataFrame:
    """`authors_points` with what is stored: P* by the paper's rule, over the paper's.

    Columns beside those of `authors_points`: ratio, of the authors' training; cheap, of its cheaper
    form; grids, of this book's own training; nan where P* is not bracketed (yet). errors and
    cheap_errors: {P: best test error during training, as the code takes it}.
    """
    table = authors_points()
    for column, errors, cheap in (("ratio", "errors", False), ("cheap", "cheap_errors", True)):
        table[errors] = _best_errors(table, store, seed, cheap)
        table[column] = table[errors].map(read_by_the_rule) / table.paper
    return table.assign(grids=_by_grids(table, store))


def _best_errors(points: pd.DataFrame, store: Store, seed: int, cheap: bool) -> pd.Series:
    """{P: best test error during training} of each point, of what is stored of one seed."""
    errors = [
        {run["P"]: run["best_test_error"] for run in runs_at(store, p, p.sizes, seed, cheap)}
        for p in points.itertuples()
    ]
    return pd.Series(errors, points.index, dtype=object)


def cheap_by_point(table: pd.DataFrame) -> pd.Series:
    """P* of the cheaper form over that of the authors' training itself, where both cross 10 %.

    table: as `authors_table`, whose index it keeps. Here P* is interpolated in log P, through the
    sizes that are known in both: by the paper's rule it can only stay or move by a whole step.
    """
    ratios = map(crossing_ratio, table.cheap_errors, table.errors)
    return pd.Series(list(ratios), table.index, dtype=float).dropna()


def crossing_ratio(errors: dict[int, float], others: dict[int, float]) -> float:
    """`crossing` of one over that of the other, through the sizes that both have."""
    both = errors.keys() & others.keys()
    one, other = ({P: own[P] for P in both} for own in (errors, others))
    return crossing(one) / crossing(other)


def _by_grids(table: pd.DataFrame, store: Store) -> list[float]:
    """P* of the grids' training over the paper's, by the paper's rule; nan where there is none."""
    known = [setting(point.arch, point.v, point.s0, L=point.L) for point in table.itertuples()]
    runs, _ = searched_runs(known, store)
    found = complexity_table(runs, store.frame()).set_index(["arch", "v", "L", "s0"]).by_rule
    keys = zip(table.arch, table.v, table.L, table.s0, strict=True)
    return [found.get(key, math.nan) for key in keys]


def shares(table: pd.DataFrame) -> pd.DataFrame:
    """By network and L: how many points the paper shows, and how near ours are.

    table: as `authors_table`. Columns: arch, L, shown, and for each training (`NAMES`) num, mean
    (geometric, of P* over the paper's), and near, how many are within a factor `NEAR`.
    """
    rows = []
    names = [f"{what}_{name}" for name in NAMES for what in ("num", "mean", "near")]
    for (arch, L), part in table.groupby(["arch", "L"], sort=False):
        row = {"arch": arch, "L": L, "shown": len(part)}
        for name in NAMES:
            ratio = part[name].dropna()
            row |= {f"num_{name}": len(ratio), f"mean_{name}": math.exp(np.log(ratio).mean())}
            row |= {f"near_{name}": int(ratio.between(1 / NEAR, NEAR).sum())}
        rows.append(row)
    return pd.DataFrame(rows, columns=["arch", "L", "shown", *names])


def near_in_depth(table: pd.DataFrame, L: int) -> tuple[str, str]:
    """ "11 of 12" near the paper's, of the points of one network and depth that are known: in the
    authors' training, cheaper form, and in this book's. Dashes where there are no points.

    table: the rows of one network of `authors_table`.
    """
    own = table[table.L == L]
    if own.empty:
        return NOTHING, NOTHING
    (row,) = shares(own).itertuples()
    return f"{row.near_cheap} of {row.num_cheap}", f"{row.near_grids} of {row.num_grids}"


def exponents_in_both(table: pd.DataFrame) -> pd.DataFrame:
    """Exponents of s0+1 and of v in P*: the law's, the paper's, the cheaper training's and ours.

    Jointly fitted (`srhm.stats.fits.fit_power_law`), for each network and L, through the points
    that both trainings know, so that all three fits rest on the same ones; n_c = m = v there, so
    Eqs. 3 and 4 say L + 1 for v. Columns: arch, L, factor, law, num, paper, cheap, grids
    (`srhm.stats.fits.Estimate`).
    """
    rows = []
    for (arch, L), part in table.dropna(subset=["cheap", "grids"]).groupby(["arch", "L"]):
        points = part.assign(cheap=part.cheap * part.paper, grids=part.grids * part.paper)
        points["s0+1"] = points.s0 + 1
        factors = {"s0+1": L if arch == "lcn" else 2, "v": L + 1}
        if len(points) < FEWEST or (points[[*factors]].nunique() < 2).any():
            continue
        fits = {name: fit_power_law(points, [*factors], name) for name in TRAININGS}
        for factor, law in factors.items():
            row = {"arch": arch, "L": L, "factor": factor, "law": law, "num": len(points)}
            rows.append(row | {name: fit.exponents[factor] for name, fit in fits.items()})
    return pd.DataFrame(rows, columns=["arch", "L", "factor", "law", "num", *TRAININGS])


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


def ratios_by_seed(store: Store, seeds: Iterable[int] = (0, 1, 2)) -> pd.DataFrame:
    """P* over the paper's in the cheaper form, by the paper's rule: a row a point, a column a seed.

    A seed draws rules, data and initial weights anew. Points that one of the seeds lacks are left
    out. Columns: arch, v, L, s0 and the seeds.
    """
    points = authors_points()
    found = points[["arch", "v", "L", "s0"]]
    for seed in seeds:
        stars = _best_errors(points, store, seed, cheap=True).map(read_by_the_rule)
        found = found.assign(**{f"seed {seed}": stars / points.paper})
    return found.dropna()


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
