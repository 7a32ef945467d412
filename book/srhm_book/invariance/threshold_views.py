"""The tables of Eq. 8 as the chapters print them."""

from __future__ import annotations

import pandas as pd
from IPython.display import HTML

from srhm_book.explore import explore
from srhm_book.invariance.agreement import Agreement, agreement, paper_pairs
from srhm_book.invariance.thresholds import D2, ERROR, NOT_STORED, S2, threshold_points
from srhm_book.wording import NOTHING, significant, with_ends, with_interval

QUANTITY_WORDS = {ERROR: "test error", S2: "S₂", D2: "D₂"}
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

    table: as `srhm_book.invariance.thresholds.crossings`. Groups of fewer than five settings show
        their number.
    """
    rows = []
    for quantity in (S2, D2):
        points = threshold_points(table[table.arch == arch], quantity)
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
    return QUANTITY_WORDS[quantity], group, number, *(with_interval(x) for x in numbers)


def threshold_settings_view(table: pd.DataFrame) -> pd.DataFrame:
    """All settings that have any of the three P*, in data; where one is missing, a dash."""
    symbols = ["s", "L", "v", "s0"]
    some = table.groupby(symbols).P_star.transform("count") > 0
    cells = table.assign(text=table.P_star.map(significant))[some]
    wide = cells.pivot(index=symbols, columns="quantity", values="text")
    names = {"test_error": "P*", S2: "P*_S", D2: "P*_D"}
    present = [name for name in names if name in wide]
    return wide[present].fillna(NOTHING).rename(columns=names).rename_axis(columns=None)


def missing_view(table: pd.DataFrame) -> pd.DataFrame:
    """Where `srhm_book.invariance.thresholds.crossings` found no crossing: why, and for which
    settings.

    One row for each network, quantity and reason; a setting without any run is listed once.
    """
    rows = table[table.P_star.isna()]
    rows = rows[(rows.reason != NOT_STORED) | (rows.quantity == ERROR)]
    kinds = [
        ("any", "not in the store yet") if row.reason == NOT_STORED
        else (QUANTITY_WORDS[row.quantity], _kind(row.reason))
        for row in rows.itertuples()
    ]  # fmt: skip
    names = [
        f"(v={r.v}, s0={r.s0}" + (f", L={r.L}" if r.L != 2 else "")
        + (f", s={r.s}" if r.s != 2 else "") + ")"
        for r in rows.itertuples()
    ]  # fmt: skip
    cells = pd.DataFrame(kinds, columns=["quantity", "why"], index=rows.index)
    cells = cells.assign(network=rows.arch.str.upper(), settings=names)
    keys = ["network", "quantity", "why"]
    joined = cells.groupby(keys, sort=False).settings.agg([len, ", ".join])
    return joined.rename(columns={"len": "number", "join": "settings"})


def _kind(reason: str) -> str:
    if "does not fall" in reason:
        return "above the threshold at the largest size trained"
    if "is below" in reason:
        known = " where trainings end well" if "diverged" in reason else ""
        return f"below the threshold from the smallest size{known} on"
    return "no sizes trained near the crossing"


def scan_view(scans: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """`invariance.agreement.scan_table` of several quantities: median ratio; scatter (settings)."""
    rows = []
    for quantity, scan in scans.items():
        for r in scan.itertuples():
            text = f"{r.median:.2f}; {r.scatter:.2f} ({r.num_points})"
            rows.append(
                (QUANTITY_WORDS[quantity], r.arch.upper(), f"{100 * r.threshold:.0f} %", text)
            )
    table = pd.DataFrame(rows, columns=["quantity", "network", "threshold", "text"])
    wide = table.pivot(index=["quantity", "network"], columns="threshold", values="text")
    return wide.fillna(NOTHING).rename_axis(columns=None)


def order_view(comparison: pd.DataFrame) -> pd.DataFrame:
    """`srhm_book.complexity.transitions.compare_times` in words: one row a quantity."""
    ends = [
        with_ends(r.ratio, r.low, r.high) if pd.notna(r.low) else NOTHING
        for r in comparison.itertuples()
    ]
    columns = {
        "over that of the error": ends,
        "curves": list(comparison.num_seeds),
        "it falls": list(comparison.order),
    }
    return pd.DataFrame(
        columns, index=[QUANTITY_WORDS.get(name, name) for name in comparison.index]
    )


def pairs_to_explore(table: pd.DataFrame, arch: str, quantity: str) -> pd.DataFrame:
    """The points of one panel of Figures 6, 11, 14 or 16, for `srhm_book.explore.explore`.

    Columns s0, P_x, P_star, ``low``, ``high``; in words ``setting``, ``interval``, ``seeds`` and
    the ``paper``'s P_x and P*. table: as `srhm_book.invariance.thresholds.crossings`.
    """
    points = threshold_points(table[table.arch == arch], quantity)
    keys = ["arch", "v", "s", "L", "s0"]
    seeds = table[table.quantity == ERROR].set_index(keys).num_seeds
    theirs = paper_pairs(arch, quantity).set_index(keys)
    rows = [tuple(row) for row in points[keys].itertuples(index=False)]
    paper = [
        f"{significant(theirs.P_x[row])}; {significant(theirs.P_star[row])}"
        if row in theirs.index else NOTHING
        for row in rows
    ]  # fmt: skip
    return points.assign(
        low=points.P_star_low, high=points.P_star_high, paper=paper,
        setting=[f"v={r.v}, s={r.s}, L={r.L}, s₀={r.s0}" for r in points.itertuples()],
        interval=[
            with_ends(r.P_star, r.P_star_low, r.P_star_high, 0) for r in points.itertuples()
        ],
        seeds=[int(seeds[row]) for row in rows],
    )  # fmt: skip


def explore_pairs(table: pd.DataFrame, arch: str) -> HTML:
    """One network's points of both sensitivities, to point at (`srhm_book.explore.explore`)."""
    both = {q: pairs_to_explore(table, arch, q) for q in (S2, D2)}
    points = pd.concat([
        found.assign(against=[f"P*_{q[0]} {significant(P)}" for P in found.P_x])
        for q, found in both.items()
    ])  # fmt: skip
    hover = {"setting": "setting", "P*": "interval", "against": "against", "seeds": "seeds"}
    if (points.paper != NOTHING).any():
        hover["paper: against; P*"] = "paper"
    ends = [points.P_x.min(), points.P_x.max()]
    name = f"Point at the settings of the {arch.upper()}"
    return explore(points, "P_x", "P_star", "s0", hover, ("P*_S or P*_D", "P*"), True,
                   [(ends, ends)], name)  # fmt: skip
