"""The tables of sample complexities and exponents as the chapters print them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from srhm.runs.search import run_at
from srhm.stats.fits import Estimate
from srhm.training.config import RunConfig
from srhm_book.complexity.law_tests import LawTest
from srhm_book.wording import NOTHING, between, significant, with_ends, with_interval


def complexity_view(table: pd.DataFrame) -> pd.DataFrame:
    """All settings with P*, interval, law, P* / law and what the paper has."""
    return pd.DataFrame(
        {
            "s": table.s,
            "L": table.L,
            "v": table.v,
            "s0": table.s0,
            "n_c": table.n_c,
            "m": table.m,
            "P*": table.P_star.map(significant),
            "95 % interval": [
                between(low, high) for low, high in zip(table.low, table.high, strict=True)
            ],
            "seeds": table.num_seeds,
            "law": table["scale"].map(significant),
            "P* / law": table.C.map("{:.2f}".format),
            "paper": table.paper.map(significant),
            "ratio": table.ratio.map(with_ends),
        }
    ).set_index(["s", "L", "v", "s0", "n_c", "m"])


def ratios_view(table: pd.DataFrame) -> pd.DataFrame:
    """The settings that the paper shows too: both P*, and their ratio read off in both ways."""
    shared = table.dropna(subset=["paper", "P_star"])
    return pd.DataFrame(
        {
            "s": shared.s,
            "L": shared.L,
            "v": shared.v,
            "s0": shared.s0,
            "P* here": shared.P_star.map(significant),
            "paper": shared.paper.map(significant),
            "interpolated / paper": [
                with_ends(row.ratio, *(end and end / row.paper for end in (row.low, row.high)))
                for row in shared.itertuples()
            ],
            "by its rule / paper": shared.by_rule.map(with_ends),
        }
    ).set_index(["s", "L", "v", "s0"])


def exponents_view(tests: Iterable[LawTest], paper: Iterable[LawTest] = ()) -> pd.DataFrame:
    """Exponents with their intervals, and whether these include the law's.

    paper: the same tests on the paper's own points, put beside ours where they are there.
    """
    theirs = {test.name: with_interval(test.estimate) for test in paper}
    rows = {
        test.name: {
            "here (95 % interval)": with_interval(test.estimate),
            "law": f"{test.law:g}",
            "included": {True: "yes", False: "no", None: "open"}[test.included],
            "points": test.num_points,
            "paper's points": theirs.get(test.name, NOTHING),
        }
        for test in tests
    }
    return pd.DataFrame(rows).T.rename_axis(columns="exponent of")


def prefactors_view(table: pd.DataFrame) -> pd.DataFrame:
    """`srhm_book.complexity.law_tests.prefactors` in words."""
    ends = table.reindex(columns=["C", "low", "high"]).astype(float)
    text = [with_ends(r.C, r.low, r.high) for r in ends.itertuples()]
    columns = {"P* / law (95 % interval)": text, "points": table.num_points}
    return pd.DataFrame({"settings": table.settings} | columns).set_index("settings")


def collapse_view(measured: pd.DataFrame) -> pd.DataFrame:
    """`srhm_book.complexity.sparsity_B.collapse` in words."""
    columns = {
        "s₀": [", ".join(map(str, s0s)) for s0s in measured.s0s],
        "largest / smallest P*": measured.raw.map(with_ends),
        "the same rescaled": measured.spread.map(with_ends),
        "exponent of s₀+1 (95 % interval)": [
            with_interval(Estimate(row.exponent, row.low, row.high))
            for row in measured.itertuples()
        ],
        "law": measured.power,
        "included": np.where(measured.included, "yes", "no"),
    }
    key = ["arch", "v", "L", "sparsity"]
    shown = measured[key].assign(**columns)
    return shown.assign(arch=shown.arch.str.upper()).set_index(key)


def geometric_mean_ratio(values: pd.Series) -> tuple[float, float, int]:
    """Geometric mean, geometric standard deviation and number of the ratios that are there."""
    logs = np.log(values.dropna().to_numpy(float))
    if not len(logs):
        return math.nan, math.nan, 0
    return float(np.exp(logs.mean())), float(np.exp(logs.std())), len(logs)


def cheap_point(runs: Mapping[RunConfig, pd.DataFrame], stars: pd.DataFrame) -> RunConfig:
    """A stored run to train again: of the setting that trains fastest, at the P nearest to its P*.

    stars: the table of the same settings, in the same order.
    """
    seconds = [frame.seconds.median() for frame in runs.values()]
    chosen = int(np.argmin(np.where(stars.P_star.notna(), seconds, np.inf)))
    setting, frame = list(runs.items())[chosen]
    sizes = frame.P[frame.seed_rules == 0].unique()
    P = min(sizes, key=lambda P: abs(math.log(P / stars.P_star.iloc[chosen])))
    return run_at(setting, int(P), 0)
