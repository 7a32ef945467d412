"""The part's tables, as its pages show them."""

from __future__ import annotations

import pandas as pd

from srhm_book.parent.deep import Power
from srhm_book.wording import significant, with_ends, with_interval


def scrolling(table: pd.DataFrame):
    """A table that scrolls by itself where the page is narrow."""
    scroll = 'style="display: block; overflow-x: auto; white-space: nowrap"'
    return table.style.hide(axis="index").set_table_attributes(scroll)


def deep_view(table: pd.DataFrame):
    """All tasks: P* by both thresholds, with intervals, and over n_c m^L."""
    rows = [
        {
            "L": r.L, "v": r.v, "n_c": r.n_c, "m": r.m, "n_c m^L": f"{r.scale:,}",
            "P* at 10 %": f"{significant(r.P_star)} ({significant(r.low)} to {significant(r.high)})",
            "at (1−1/n_c)/10": significant(r.parent), "P*/(n_c m^L)": f"{r.C:.2f}",
            "seeds": r.num_seeds,
        }
        for r in table.sort_values(["L", "scale", "v"]).itertuples()
    ]  # fmt: skip
    return scrolling(pd.DataFrame(rows))


def powers_view(powers: list[Power], theirs: list[Power] | None = None):
    """Fitted powers beside the law's; ``theirs``: the same by the parent's threshold."""
    others = {(p.what, p.where): p.estimate for p in theirs or ()}
    rows = [
        {
            "power of": p.what, "among": p.where, "law": f"{p.law:.3g}",
            "here (95 %)": with_interval(p.estimate),
            "by their threshold": with_interval(others.get((p.what, p.where))),
            "tasks": p.num_points, "seeds": p.num_seeds,
        }
        for p in powers
    ]  # fmt: skip
    return scrolling(pd.DataFrame(rows))


def levels_view(table: pd.DataFrame, L: int):
    """S of each layer (rows) for each level (columns) after learning, and where it was halved."""
    cells = table.assign(
        text=[
            f"{r.S:.2f}" + (f" (halved at {significant(r.P_S)})" if r.P_S > 0 else "")
            for r in table.itertuples()
        ]
    )
    shown = cells.pivot(index="layer", columns="level", values="text")
    shown.columns = [f"level {level}" for level in shown.columns]
    return scrolling(shown.reset_index())


def correlations_view(rows: list[dict]):
    """P_c and the relative variance of rules drawn at random, over their formulas."""
    return scrolling(pd.DataFrame(rows))


def dimensions_view(table: pd.DataFrame):
    """Effective dimensions: mean over seeds, least and most, untrained and trained."""
    rows = []
    for layer, own in table.groupby("layer", sort=False):
        row = {"layer": layer}
        for trained, part in own.groupby("trained"):
            d = part.dimension
            name = "trained" if trained else "untrained"
            row[name] = with_ends(d.mean(), d.min(), d.max(), 1)
        rows.append(row)
    return scrolling(pd.DataFrame(rows))
