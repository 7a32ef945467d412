"""The values read off the paper's figures, as tables, and how the paper read off its own P*.

All functions read the csv files in `book/paper` and answer in *total* training data: Figures 4A and
12 have the number per class on their axes (the chapter on reading the figures shows it).
"""

from __future__ import annotations

import functools
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd

from srhm.stats.curves import last_fall
from srhm.stats.laws import cnn_scale, lcn_scale
from srhm.training.authors import authors_sizes
from srhm.training.config import RunConfig

PAPER_FOLDER = Path(__file__).resolve().parent.parent / "paper"
P_STAR_FIGURES = {"lcn": "fig4B", "cnn": "fig4C"}
LAYER_FIGURES = {"lcn": "fig12", "cnn": "fig15"}  # L = s = 2, v = n_c = m = 8
# P*_S and P*_D of layer 2: (architecture, quantity): (file, threshold at L=2).
SENSITIVITY_FIGURES = {
    ("lcn", "S"): ("fig6C", 0.3),
    ("lcn", "D"): ("fig6D", 0.1),
    ("cnn", "S"): ("fig14_S_s2", 0.4),
    ("cnn", "D"): ("fig14_D_s2", 0.2),
}


def published(name: str) -> pd.DataFrame:
    """The digitised values of one panel, such as "fig4B", as they are in `book/paper`.

    Raises
    ------
    LookupError
        For a panel that is not there.
    """
    if not PAPER_FOLDER.is_dir():
        raise FileNotFoundError(
            "book/paper, with the values of the paper's figures, is not in an installed package: "
            "srhm-book needs a checkout of srhm, installed with pip install -e."
        )
    path = PAPER_FOLDER / f"{name}.csv"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in path.parent.glob("fig*.csv")))
        raise LookupError(f"name must be one of {known}, not {name!r}.")
    return _read(path).copy()


@functools.cache  # the ledger of claims asks for some of them hundreds of times
def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path)


def published_P_star(arch: str) -> pd.DataFrame:
    """All P* of Figure 4B ("lcn") or 4C ("cnn"), one row each.

    Columns arch, s, L, s0, v, n_c, m (the paper's n_c = v and m = v^(s-1)), "s0+1", P_star, and
    scale, Eq. 3 or 4 without its constant.
    """
    table = published(_of(P_STAR_FIGURES, arch, "arch"))
    table = table[["arch", "s", "L", "s0", "v"]].assign(
        n_c=table.v, m=table.v ** (table.s - 1), P_star=table.P_star_median
    )
    table["s0+1"] = table.s0 + 1
    law = lcn_scale if arch == "lcn" else cnn_scale
    symbols = zip(table.s, table.L, table.s0, table.n_c, table.m, strict=True)
    return table.assign(scale=[float(law(*row)) for row in symbols])


def paper_P_star(arch: str, v: int, s0: int, L: int = 2, s: int = 2) -> float:
    """P* of the paper (Figures 4B and 4C); a LookupError where it shows no such point."""
    table = published(_of(P_STAR_FIGURES, arch, "arch"))
    here = (table.v == v) & (table.s0 == s0) & (table.L == L) & (table.s == s)
    if here.sum() != 1:
        raise LookupError(f"the paper shows no P* for arch={arch}, v={v}, s0={s0}, L={L}, s={s}")
    return float(table.P_star_median[here].iloc[0])


def published_fig4A() -> pd.DataFrame:
    """Figure 4A (LCN, v=10, s0=2, L=2): columns P (total, ten times the axis) and test_error."""
    table = published("fig4A")
    return pd.DataFrame({"P": table.P_x10, "test_error": table.test_error.clip(lower=0)})


def published_curve(arch: str, s0: int) -> pd.DataFrame:
    """Test error of Figure 12 (LCN) or 15 (CNN), v=8, L=2: columns P (total) and test_error."""
    return _curve(f"{_of(LAYER_FIGURES, arch, 'arch')}_test_error", s0, "test_error")


def published_sensitivity(arch: str, quantity: str, s0: int) -> pd.DataFrame:
    """S_2 or D_2 ("S", "D": layer 2, input level) of Figure 12 or 15: columns P (total), value."""
    figure, _ = _of(LAYER_FIGURES, arch, "arch"), _of({"S": 1, "D": 1}, quantity, "quantity")
    return _curve(f"{figure}_{quantity}_k2", s0, "value")


def crossing(curve: pd.DataFrame, threshold: float = 0.1) -> float:
    """Where a published curve (P, then its values) falls through the threshold, linear in log P."""
    return last_fall(curve.P.to_numpy(float), curve.iloc[:, 1].to_numpy(float), threshold)


def nearest_point(curve: pd.DataFrame, threshold: float = 0.1) -> float:
    """The P of a published curve whose value is nearest to the threshold: the paper's own rule."""
    return float(curve.P.iloc[(curve.iloc[:, 1] - threshold).abs().argmin()])


def grid_ratio(curve: pd.DataFrame) -> float:
    """The factor between neighbouring training sizes of a published curve (median)."""
    P = np.sort(curve.P.to_numpy(float))
    return float(np.median(P[1:] / P[:-1]))


def paper_grid_ratio(arch: str, s0: int) -> float:
    """The factor between the paper's training sizes where it read off P*.

    That of Figures 12 and 15 where they show s0, of the nearest smaller s0 where they do not.
    """
    shown = [0, 1, 2, 4]
    return grid_ratio(published_curve(arch, max(s for s in shown if s <= s0)))


def paper_step(setting: RunConfig, P: float) -> float:
    """The factor between the paper's training sizes about ``P``, in one task.

    Of the sizes of the authors' public code where it has them (geometric mean of the steps to both
    neighbours); elsewhere `paper_grid_ratio`, which Figures 12 and 15 show at L = 2 alone.
    """
    sizes = []
    if setting.s == 2:
        with suppress(ValueError):
            sizes = authors_sizes(setting.arch, setting.v, setting.L, setting.s0)
    if not sizes:
        return paper_grid_ratio(setting.arch, setting.s0)
    there = int(np.abs(np.log(np.divide(sizes, P))).argmin())
    about = sizes[max(there - 1, 0) : there + 2]
    return float((about[-1] / about[0]) ** (1 / (len(about) - 1)))


def reading_rule() -> pd.DataFrame:
    """Every curve whose P* the paper also gives: how does the one follow from the other?

    One row for each curve of test error (threshold 10 %), S_2 and D_2. Columns curve, arch,
    quantity, s0, v, published (P*, P*_S or P*_D in Figures 4, 6, 14), nearest (the curve's point
    nearest to the threshold), interpolated (its crossing), and the ratios of published to both.
    """
    rows = [("4A", "lcn", "test_error", 2, 10, paper_P_star("lcn", 10, 2), published_fig4A(), 0.1)]
    for arch, figure in LAYER_FIGURES.items():
        for s0 in (0, 1, 2, 4):
            P_star, curve = paper_P_star(arch, 8, s0), published_curve(arch, s0)
            rows.append((figure[3:], arch, "test_error", s0, 8, P_star, curve, 0.1))
    for (arch, quantity), (name, threshold) in SENSITIVITY_FIGURES.items():
        table = published(name).query("L == 2 and v == 8")
        for s0, P_star in zip(table.s0, table[f"P_star_{quantity}"], strict=True):
            curve = published_sensitivity(arch, quantity, s0)
            figure = LAYER_FIGURES[arch][3:]
            rows.append((figure, arch, f"{quantity}_2", s0, 8, P_star, curve, threshold))
    names = ["curve", "arch", "quantity", "s0", "v", "published", "points", "threshold"]
    table = pd.DataFrame(rows, columns=names)
    pairs = list(zip(table.points, table.threshold, strict=True))
    table["nearest"] = [nearest_point(*pair) for pair in pairs]
    table["interpolated"] = [crossing(*pair) for pair in pairs]
    table["published / nearest"] = table.published / table.nearest
    table["published / interpolated"] = table.published / table.interpolated
    return table.drop(columns=["points", "threshold"])


def grid_steps() -> pd.DataFrame:
    """Figure 4B: P* over Eq. 3, in steps of the grid's ratio, from the smallest v of its L and s0.

    If every P* is a point of a grid that begins at a fixed multiple of Eq. 3, the steps are whole
    numbers. Columns L, s0, v, steps.
    """
    table = published_P_star("lcn")
    log = np.log(table.P_star / table.scale)
    first = log.groupby([table.L, table.s0]).transform("first")
    ratio = grid_ratio(published_fig4A())
    return table[["L", "s0", "v"]].assign(steps=(log - first) / np.log(ratio))


def _curve(name: str, s0: int, column: str) -> pd.DataFrame:
    table = published(name)
    rows = table[table.s0 == s0]
    if "l" in rows:
        rows = rows[rows.l == 1]
    if rows.empty:
        shown = ", ".join(map(str, sorted(table.s0.unique())))
        raise LookupError(f"s0 must be one of {shown} ({name}), not {s0!r}.")
    P = rows.P_total_inferred if "P_total_inferred" in rows else rows.P_axis
    return pd.DataFrame({"P": P, column: rows[column].clip(lower=0)}).sort_values("P")


def _of(table: dict, key: str, name: str):
    if key not in table:
        raise LookupError(f"{name} must be one of {', '.join(table)}, not {key!r}.")
    return table[key]
