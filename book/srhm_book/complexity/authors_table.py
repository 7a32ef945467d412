"""The authors' training point by point: P* over the paper's, how many are near, the exponents."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from srhm.runs.store import Store
from srhm.stats.fits import fit_power_law
from srhm_book.complexity.authors import authors_points, crossing, read_by_the_rule, runs_at
from srhm_book.complexity.table import complexity_table, searched_runs
from srhm_book.grids import setting
from srhm_book.wording import NOTHING

FEWEST = 6  # points behind a fit of two exponents
NEAR = 1.5  # a factor: about one step between the paper's sizes
# Of an `authors_table`; "whole" where `background_points_views.with_whole` has added it.
NAMES = {
    "ratio": "authors'",
    "cheap": "cheaper",
    "whole": "whitened, biases",
    "grids": "ours",
}
TRAININGS = ("paper", "cheap", "grids")


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

    table: as `authors_table`. Columns: arch, L, shown, and for each of its trainings (`NAMES`) num,
    mean (geometric, of P* over the paper's), and near, how many are within a factor `NEAR`.
    """
    rows, trainings = [], [name for name in NAMES if name in table]
    names = [f"{what}_{name}" for name in trainings for what in ("num", "mean", "near")]
    for (arch, L), part in table.groupby(["arch", "L"], sort=False):
        row = {"arch": arch, "L": L, "shown": len(part)}
        for name in trainings:
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
