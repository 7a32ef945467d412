"""Tables and pictures of one gradient step and of the layer-wise algorithm."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from srhm.stats.curves import sample_complexity
from srhm.stats.fits import Estimate, fit_power_law
from srhm.stats.ratios import mean_of_few
from srhm.training.config import SEED_FIELDS
from srhm_book import style
from srhm_book.tables import scrolling
from srhm_book.wording import with_ends

BETWEEN = (0.2, 0.8)  # sensitivities from which P_c can be told


def one_step_law(P, P_c, P_max):
    """S_{1,1} = 1 / (1 + P / P_c); without repeats the noise is smaller by 1 - P / P_max."""
    return 1 / (1 + P / (P_c * (1 - P / P_max)))


def crossings(rows: pd.DataFrame) -> pd.DataFrame:
    """The P_c that each row's S implies, where that is between `BETWEEN`; one row a task and seed.

    Columns v, L, seed, measured (geometric mean over P), exact (from the rules), scale (n_c m^L).
    """
    rows = rows[rows.S.between(*BETWEEN)]
    implied = np.log(rows.P / (1 - rows.P / rows.P_max) * rows.S / (1 - rows.S))
    table = rows.assign(measured=implied).groupby(["v", "L", "seed"])
    table = table.agg(measured=("measured", "mean"), exact=("P_c", "first")).reset_index()
    return table.assign(
        measured=np.exp(table.measured), scale=table.v.astype(float) ** (table.L + 1)
    )


def mean_ratio(numerator: pd.Series, denominator: pd.Series) -> Estimate | None:
    """Geometric mean of a ratio and its 95 % interval over rows; None for fewer than two."""
    logs = np.log(numerator / denominator)
    if len(logs) < 2:
        return None
    return Estimate(*map(math.exp, mean_of_few(logs)))


def layerwise_table(rows: pd.DataFrame) -> pd.DataFrame:
    """P* (10 %) of the layer-wise algorithm: one row for each L and v.

    Columns v, L, P_star, low, high, replicates, seeds, P_c (harmonic mean over the seeds' rules),
    over_half = P_star / v^(L + 1/2) and over_one = P_star / v^(L + 1).
    """
    found = []
    for (L, v), own in rows.groupby(["L", "v"]):
        frame = own.rename(columns={"error": "test_error"})[["P", "test_error"]]
        star = sample_complexity(frame.assign(**dict.fromkeys(SEED_FIELDS, own.seed)))
        P_c = 1 / (1 / own.groupby("seed").P_c.first()).mean()
        found.append((v, L, star.P_star, star.low, star.high, star.replicates, star.num_seeds, P_c))
    names = ["v", "L", "P_star", "low", "high", "replicates", "seeds", "P_c"]
    table = pd.DataFrame(found, columns=names).astype(dict.fromkeys(names[2:5], float))
    power = table.v.astype(float) ** (table.L + 0.5)
    return table.assign(
        over_half=table.P_star / power, over_one=table.P_star / power / table.v**0.5
    )


def power_of_v(table: pd.DataFrame, L: int, response: str = "P_star") -> Estimate | None:
    """The power of v in P* (or in P* over P_c: "relative") at one L; None for too few v."""
    known = table[table.L == L].dropna(subset="P_star")
    if response == "relative":
        known = known.assign(
            P_star=known.P_star / known.P_c, replicates=known.replicates / known.P_c
        )
    try:
        return fit_power_law(known, ["v"]).exponents["v"]
    except ValueError:
        return None


def draw_one_step(axes, rows: pd.DataFrame) -> None:
    """S_{1,1} against P / (n_c m^L) (left) and P / P_c of the rules (right), with the law."""
    looks = zip(style.CYCLE, "os^Dvp<", rows.groupby(["L", "v"]), strict=False)
    for color, marker, ((L, v), own) in looks:
        corrected = own.P / (1 - own.P / own.P_max)
        for ax, x in zip(axes, (own.P / v ** (L + 1.0), corrected / own.P_c), strict=True):
            ax.plot(x, own.S, linestyle="none", markersize=4.5, color=color,
                    marker=marker, label=f"$L={L}$, $v={v}$")  # fmt: skip
    x = np.geomspace(rows.P.div(rows.P_c).min(), rows.P.div(rows.P_c).max(), 100)
    for ax in axes:
        ax.plot(x, 1 / (1 + x), color=style.GREY, linewidth=1, zorder=0, label="$1/(1+x)$")
        style.log_axis(ax)
        ax.set_ylim(0, 1.1)
    axes[0].set_ylabel("$S_{1,1}$ after one step")
    axes[0].set_xlabel("$P/(n_c m^L)$")
    axes[1].set_xlabel("$P/P_c$ of the rules")
    style.legend(axes[1], fontsize=9)


def draw_layerwise(axes, rows: pd.DataFrame, L: int) -> None:
    """Mean test errors at one L against P / v^(L + 1/2) (left) and P / v^(L + 1) (right)."""
    looks = zip(style.CYCLE, "os^Dvp<", rows[rows.L == L].groupby("v"), strict=False)
    for color, marker, (v, own) in looks:
        mean = own.groupby("P").error.mean()
        for ax, power in zip(axes, (L + 0.5, L + 1.0), strict=True):
            ax.plot(mean.index / v**power, mean, color=color, marker=marker,
                    markersize=4, linewidth=1, label=f"$v={v}$")  # fmt: skip
    for ax, name in zip(axes, ("1/2", "1"), strict=True):
        style.log_axis(ax)
        ax.axhline(0.1, color=style.GREY, linestyle="--", linewidth=0.8)
        ax.set_xlabel(f"$P/v^{{L+{name}}}$, $L={L}$")
    axes[0].set_ylabel("test error")
    style.legend(axes[1], fontsize=9)


def layerwise_view(table: pd.DataFrame):
    """P* of the algorithm by L and v, with intervals, and over both powers of v."""
    rows = [
        {
            "L": r.L, "v": r.v,
            "P* at 10 %": with_ends(r.P_star, r.low, r.high, 0),
            "P*/v^(L+1/2)": f"{r.over_half:.2f}", "P*/v^(L+1)": f"{r.over_one:.2f}",
            "P*/P_c": f"{r.P_star / r.P_c:.2f}", "seeds": r.seeds,
        }
        for r in table.itertuples()
    ]  # fmt: skip
    return scrolling(pd.DataFrame(rows))
