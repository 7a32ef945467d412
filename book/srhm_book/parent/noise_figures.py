"""Pictures of signal and noise, and of P* against the P_c of the same rules."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srhm.data.task import SRHM
from srhm.stats.fits import Estimate
from srhm_book import style
from srhm_book.parent.correlations import KINDS
from srhm_book.parent.noise import distinct, levels_of, measured_levels

LOOKS = {
    "feature": {"color": style.BLUE, "marker": "o"},
    "tuple": {"color": style.VERMILION, "marker": "s"},
}


def draw_levels(ax, task: SRHM, sizes, seed: int = 0) -> None:
    """Squared signal (level lines) and noise (falling lines) against P; markers: counted.

    A ring marks the crossing P_c of each kind, a dotted line n_c m^L; thin: the noise of distinct
    data, which is what is counted.
    """
    sizes = sorted({P for P in sizes if 0 < P <= task.num_data})
    for kind in KINDS:
        look, (squared, noise) = LOOKS[kind], levels_of(task, kind)
        P = np.geomspace(min(sizes), max(sizes), 60)
        ax.plot(P, 0 * P + squared, color=look["color"], label=f"{kind}: signal")
        ax.plot(P, noise / P, color=look["color"], linestyle="--", label=f"{kind}: noise")
        ax.plot(P, distinct(noise / P, P, task), color=look["color"], linewidth=0.6)
        seen = measured_levels(task, kind, sizes, seed)
        ax.plot(seen.P, seen.noise, linestyle="none", markersize=4, **look)
        ax.plot([noise / squared], [squared], marker="o", markersize=12, color=look["color"],
                fillstyle="none")  # fmt: skip
    scale = task.n_c * task.m**task.L
    ax.axvline(scale, color=style.GREY, linestyle=":", linewidth=1.2)
    alike = task.v == task.n_c == task.m
    named = f"$v=n_c=m={task.v}$" if alike else f"$v={task.v}$, $n_c={task.n_c}$, $m={task.m}$"
    ax.set_title(f"{named}, $L={task.L}$", fontsize=11)
    style.log_axis(ax)
    ax.set_yscale("log")
    ax.set_xlabel("training-set size $P$")


def draw_seeds(ax, table: pd.DataFrame, correlation: Estimate | None) -> None:
    """P* against the predicted P_c, a point a draw of the rules, with its rank correlation."""
    known = table.dropna(subset="P_star")
    ax.plot(known["tuple, mean"], known.P_star, linestyle="none", color=style.BLUE, marker="o")
    v, n_c, m, L = (int(table[name].iloc[0]) for name in ("v", "n_c", "m", "L"))
    ax.set_title(f"$v={v}$, $n_c={n_c}$, $m={m}$, $L={L}$", fontsize=11)
    if correlation is not None:
        words = f"ρ = {correlation.value:.2f}\n({correlation.low:.2f} to {correlation.high:.2f})"
        ax.text(0.04, 0.96, words, transform=ax.transAxes, va="top", fontsize=11)
    style.log_axis(ax)
    style.log_axis(ax, "y")


def finish_seeds(axes, shown: int) -> None:
    """Axis labels; panels without a task are not drawn."""
    for ax in axes.flat[shown:]:
        ax.set_axis_off()
    for ax in axes.flat[:shown]:
        ax.set_xlabel("$P_c$ of the rules")
    for ax in axes[:, 0]:
        ax.set_ylabel("$P^*$")
