"""The tables of Eq. 8 as the chapters print them."""

from __future__ import annotations

import pandas as pd

from srhm.agreement import Agreement, agreement, paper_pairs
from srhm.plots_thresholds import NAMES
from srhm.thresholds import D2, S2, pairs
from srhm.wording import NOTHING, significant, with_interval

GROUPS = {
    "s = 2, L = 2": (2, 2),
    "s = 2, L = 3": (2, 3),
    "s = 3, L = 2": (3, 2),
    "all": (None, None),
}
FAR = 3.0  # the paper's points beyond this factor are outliers of its own


def in_group(points: pd.DataFrame, group: str) -> pd.DataFrame:
    """The points of one of `GROUPS`."""
    s, L = GROUPS[group]
    return points if s is None else points[(points.s == s) & (points.L == L)]


def agreement_view(table: pd.DataFrame, arch: str) -> pd.DataFrame:
    """Slope, median ratio and scatter of P*_S and P*_D against P*, in groups and for the paper.

    table: as `srhm.thresholds.crossings`. Groups of fewer than four settings show their number.
    """
    rows = []
    for quantity in (S2, D2):
        points = pairs(table[table.arch == arch], quantity)
        for group in GROUPS:
            part = in_group(points, group)
            if len(part):
                rows.append(_row(quantity, group, len(part), agreement(part)))
        theirs = paper_pairs(arch, quantity)
        if len(theirs):
            rows.append(_row(quantity, "paper, all", len(theirs), agreement(theirs)))
            near = theirs[theirs.ratio.between(1 / FAR, FAR)]
            name = f"paper, ratio within {FAR:g}"
            rows.append(_row(quantity, name, len(near), agreement(near)))
    names = ["quantity", "settings", "number", "slope of log P*", "median P*_x / P*"]
    return pd.DataFrame(rows, columns=[*names, "scatter (decades)"]).set_index(names[:2])


def _row(quantity: str, group: str, number: int, found: Agreement | None) -> tuple:
    numbers = (found.slope, found.median_ratio, found.scatter) if found else (None,) * 3
    return NAMES[quantity], group, number, *(with_interval(x) for x in numbers)


def settings_view(table: pd.DataFrame) -> pd.DataFrame:
    """All settings with their three P*, in data; where one is missing, a dash."""
    symbols = ["s", "L", "v", "s0"]
    cells = table.assign(text=table.P_star.map(significant))
    wide = cells.pivot(index=symbols, columns="quantity", values="text")
    names = {"test_error": "P*", S2: "P*_S", D2: "P*_D"}
    present = [name for name in names if name in wide]
    return wide[present].fillna(NOTHING).rename(columns=names).rename_axis(columns=None)


def order_view(comparison: pd.DataFrame) -> pd.DataFrame:
    """`srhm.transitions.compare_times` in words: one row a quantity."""
    ends = [
        f"{r.ratio:.2f} ({r.low:.2f} to {r.high:.2f})" if pd.notna(r.low) else NOTHING
        for r in comparison.itertuples()
    ]
    index = [NAMES.get(name, name) for name in comparison.index]
    columns = {"time / that of the error": ends, "seeds": comparison.num_seeds}
    return pd.DataFrame(columns, index=index).assign(verdict=list(comparison.order))
