"""The tables of sample complexities and exponents as the chapters print them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from srhm.adaptive import at
from srhm.config import RunConfig
from srhm.law_tests import LawTest
from srhm.wording import NOTHING, significant, with_interval


def settings_view(table: pd.DataFrame) -> pd.DataFrame:
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
                f"{significant(low)} to {significant(high)}"
                for low, high in zip(table.low, table.high, strict=True)
            ],
            "seeds": table.num_seeds,
            "law": table["scale"].map(significant),
            "P* / law": table.C.map("{:.2f}".format),
            "paper": table.paper.map(significant),
            "ratio": table.ratio.map(_two_places),
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
                f"{row.ratio:.2f} ({_two_places(row.low and row.low / row.paper)} to "
                f"{_two_places(row.high and row.high / row.paper)})"
                for row in shared.itertuples()
            ],
            "by its rule / paper": shared.by_rule.map(_two_places),
        }
    ).set_index(["s", "L", "v", "s0"])


def tests_view(tests: Iterable[LawTest]) -> pd.DataFrame:
    """Exponents with their intervals, and whether these include the law's."""
    rows = [
        {
            "settings": test.settings,
            "exponent of": test.exponent.replace("s0", "s₀").replace("scale", "the whole law"),
            "law": NOTHING if test.law is None else f"{test.law:g}",
            "here (95 % interval)": with_interval(test.estimate),
            "included": {True: "yes", False: "no", None: NOTHING}[test.included],
            "points": test.num_points,
        }
        for test in tests
    ]
    return pd.DataFrame(rows).set_index(["settings", "exponent of"])


def prefactors_view(table: pd.DataFrame) -> pd.DataFrame:
    """`srhm.law_tests.prefactors` in words."""
    ends = table.reindex(columns=["C", "low", "high"]).astype(float)
    text = [f"{r.C:.2f} ({_two_places(r.low)} to {_two_places(r.high)})" for r in ends.itertuples()]
    columns = {"P* / law (95 % interval)": text, "points": table.num_points}
    return pd.DataFrame({"settings": table.settings} | columns).set_index("settings")


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
    return at(setting, int(P), 0)


def _two_places(value) -> str:
    return NOTHING if value is None or not math.isfinite(value) else f"{value:.2f}"
