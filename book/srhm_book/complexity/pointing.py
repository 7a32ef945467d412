"""Folds below the figures of sample complexities: what each point is, under the pointer."""

from __future__ import annotations

import pandas as pd
from IPython.display import HTML

from srhm_book.complexity.law_tests import with_factors
from srhm_book.explore import explore
from srhm_book.wording import describe_setting, significant

HOVER = {"setting": "setting", "P*": "P_star", "95 % interval": "interval", "seeds": "num_seeds",
         "paper's P*": "paper"}  # fmt: skip


def point_at_law(table: pd.DataFrame, law: str) -> HTML:
    """P* against the law, and a line through the geometric mean of their ratios.

    table: as `srhm_book.complexity.table.complexity_table`. law: its name, for the axis.
    """
    points = named_points(table)
    ends = [points["scale"].min(), points["scale"].max()]
    C = (points.P_star / points["scale"]).median()
    line = (ends, [C * end for end in ends])
    return explore(points, "scale", "P_star", "s0", HOVER, [law, "P*"], lines=[line])


def point_at_depth(table: pd.DataFrame) -> HTML:
    """P* over (s0+1)^L n_c m^L against s^(L/2), of the tasks of `draw_depth_factor`."""
    points = named_points(with_factors(table))
    others = points["(s0+1)^L"] * points["n_c m^L"]
    points["rest"] = points.P_star / others
    points["low"], points["high"] = points.low / others, points.high / others
    hover = {"setting": "setting", "P*": "P_star", "over the rest of the law": "rest"}
    labels = ["s^(L/2)", "P* / [(s0+1)^L n_c m^L]"]
    return explore(points, "s^(L/2)", "rest", "s0", hover | HOVER, labels)


def named_points(table: pd.DataFrame) -> pd.DataFrame:
    """The settings that have a P*, with columns setting and interval in words."""
    points = table.dropna(subset="P_star").astype({"low": float, "high": float})
    ends = zip(points.low, points.high, strict=True)
    return points.assign(
        setting=[describe_setting(row) for row in points.itertuples()],
        interval=[f"{significant(low)} to {significant(high)}" for low, high in ends],
    )
