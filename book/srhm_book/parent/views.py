"""The part's tables, as its pages show them."""

from __future__ import annotations

import pandas as pd

from srhm_book.parent.deep import Power
from srhm_book.parent.seeds import EXPLORED, explained, rank_correlation
from srhm_book.parent.settings import SCALING_NAMES
from srhm_book.tables import scrolling
from srhm_book.wording import significant, with_ends, with_interval


def _by_scaling(ours, lazier):
    """Pairs of a scaling's name and what was measured in it."""
    return zip(SCALING_NAMES.values(), (ours, lazier), strict=True)


def deep_view(ours: pd.DataFrame, lazier: pd.DataFrame):
    """All tasks: P* by both thresholds, with intervals, and over n_c m^L."""
    rows = [
        {
            "scaling": name, "L": r.L, "v": r.v, "n_c": r.n_c, "m": r.m, "n_c m^L": f"{r.scale:,}",
            "P* at 10 %": _sizes(r.P_star, r.low, r.high),
            "at (1−1/n_c)/10": significant(r.parent), "P*/(n_c m^L)": f"{r.C:.2f}",
            "seeds": r.num_seeds,
        }
        for name, table in _by_scaling(ours, lazier)
        for r in table.sort_values(["L", "scale", "v"]).itertuples()
    ]  # fmt: skip
    return scrolling(pd.DataFrame(rows))


def _sizes(value: float, low: float, high: float) -> str:
    return f"{significant(value)} ({significant(low)} to {significant(high)})"


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


def falls_view(ours: pd.DataFrame, lazier: pd.DataFrame):
    """Where S_{2,1} is halved, over n_c m^L and over P*; one row a task and scaling."""
    rows = [
        {
            "scaling": name, "v = n_c = m": r.v, "L": r.L,
            "P_S": _sizes(r.P_S, r.low, r.high), "P_S/(n_c m^L)": f"{r.P_S / r.scale:.2f}",
            "P_S/P*": f"{r.P_S / r.P_star:.2f}", "seeds": r.num_seeds,
        }
        for name, table in _by_scaling(ours, lazier)
        for r in table.itertuples()
    ]  # fmt: skip
    return scrolling(pd.DataFrame(rows))


def levels_view(ours: dict[tuple[int, int], pd.DataFrame], lazier: dict):
    """S of each layer for each level after learning, and the P at which it was halved.

    ours, lazier: `srhm_book.parent.synonyms.levels` by (v, L), in either scaling.
    """
    rows = []
    tables = [(name, *one) for name, own in _by_scaling(ours, lazier) for one in own.items()]
    for name, (v, L), table in tables:
        for layer, own in table.groupby("layer", sort=False):
            row = {"scaling": name, "v = n_c = m": v, "L": L, "layer": layer}
            for r in own.itertuples():
                halved = f" (halved at {significant(r.P_S)})" if r.P_S > 0 else ""
                row[f"level {r.level}"] = f"{r.S:.2f}{halved}"
            rows.append(row)
    return scrolling(pd.DataFrame(rows).fillna(""))


def crossings_view(table: pd.DataFrame):
    """Exact P_c and relative variance over draws of the rules, over their formulas."""
    rows = [
        {
            "v": r.v, "n_c": r.n_c, "m": r.m, "L": r.L, "of": r.kind,
            "P_c/(n_c m^L) (95 %)": with_ends(r.crossing, r.low, r.high),
            "spread of ln P_c": f"{r.spread:.2f}",
            "relative variance / formula": f"{r.variance:.2f}",
        }
        for r in table.itertuples()
    ]  # fmt: skip
    return scrolling(pd.DataFrame(rows))


def seeds_view(tables: dict[tuple, pd.DataFrame]):
    """Rank correlation and power of P* with every prediction, one row a task and prediction."""
    rows = [
        {
            "v, n_c, m, L": ", ".join(map(str, task)), "P_c of": name,
            "rank correlation": with_interval(rank_correlation(table, name)),
            "power": with_interval(explained(table, name)),
            "draws with P*": int(table.P_star.notna().sum()),
        }
        for task, table in tables.items()
        for name in ("tuple, mean", *EXPLORED)
    ]  # fmt: skip
    return scrolling(pd.DataFrame(rows))


def dimensions_view(ours: pd.DataFrame, lazier: pd.DataFrame):
    """Effective dimensions: mean over seeds, least and most, untrained and trained."""
    rows = []
    both = pd.concat(own.assign(scaling=name) for name, own in _by_scaling(ours, lazier))
    for (scaling, v, layer), own in both.groupby(["scaling", "v", "layer"], sort=False):
        row = {"scaling": scaling, "v = n_c = m": v, "layer": layer}
        for trained, part in own.groupby("trained"):
            d = part.dimension
            name = "trained" if trained else "untrained"
            row[name] = with_ends(d.mean(), d.min(), d.max(), 1)
        rows.append(row)
    return scrolling(pd.DataFrame(rows))
