"""Lazy networks in words, tables and pictures."""

from __future__ import annotations

import pandas as pd

from srhm.stats.curves import sample_complexity
from srhm_book import style
from srhm_book.parent.lazy import (
    ALPHA_TASK,
    early_ratio,
    kernel_P_star,
    of_task,
    slowed,
    whole_tasks,
)
from srhm_book.parent.settings import SCALING_NAMES
from srhm_book.tables import scrolling
from srhm_book.wording import NOTHING, join, significant, with_ends, with_interval

TASK = ["v", "n_c", "m", "L"]


def task_words(runs: pd.DataFrame) -> str:
    """ "v = n_c = 4, m = 3, L = 3"."""
    if runs.empty:
        return NOTHING
    first = runs.iloc[0]
    return f"v = {first.v}, n_c = {first.n_c}, m = {first.m}, L = {first.L}"


def answer(
    stars: pd.DataFrame, alphas: pd.DataFrame, kernel: pd.DataFrame, runs: pd.DataFrame
) -> str:
    """The chapter's answer, of what is known; the plain network is found among the ``runs``."""
    network = runs[(runs.alpha == 0) & (runs.scaling == "fan_in")] if len(runs) else runs
    whole, fewer = whole_tasks(stars, maximal=True), whole_tasks(stars, maximal=False)
    text = ""
    if len(whole):
        over = whole.error / (1 - 1 / whole.n_c)
        text = (
            f"With nearly all data in the training set, kernel regression is still at "
            f"{over.min():.2f} to {over.max():.2f} of guessing on {len(whole)} tasks with "
            f"n_c = m = v. "
        )
    learned = fewer.dropna(subset="P_star")
    if len(learned):
        share = learned.P_star / learned.P_max
        text += (
            f"With few synonyms (m < v, L = 3) it learns, from {share.min():.2f} to "
            f"{share.max():.2f} of all data on. "
        )
    known = alphas[alphas.scaling == "fan_in"].dropna(subset="P_star").sort_values("alpha")
    if len(known) > 1:
        steps = [
            f"{significant(r.P_star)} at α = {r.alpha:g}" for r in known.itertuples() if r.alpha
        ]
        limit = kernel_P_star(of_task(kernel))
        end = f", and {significant(limit.P_star.iloc[0])} for the kernel" if len(limit) else ""
        plain = known[known.alpha == 0]
        start = (
            f"from {significant(plain.P_star.iloc[0])} of the plain network " if len(plain) else ""
        )
        text += f"As features are switched off by degrees, P* goes {start}to {join(steps)}{end}. "
        alpha, times = slowed(runs)
        if times is not None:
            text += f"At α = {alpha:g} it is {with_interval(times)} times the plain network's. "
    return text + early_answer(kernel, network) or "Too little is measured to tell."


def early_answer(kernel: pd.DataFrame, network: pd.DataFrame) -> str:
    """By how much the two errors differ at most below half of the network's P*, in a sentence."""
    table = _early(kernel, network)
    if table.empty:
        return ""
    return (
        f"Below half of the plain network's P* the errors of network and kernel differ by at most "
        f"{100 * table.ratio.sub(1).abs().max():.0f} % (at {len(table)} sizes)."
    )


def _early(kernel: pd.DataFrame, network: pd.DataFrame, share: float = 0.5) -> pd.DataFrame:
    own = of_task(kernel)
    if own.empty or network.empty:
        return pd.DataFrame()
    return early_ratio(own, network, share * (sample_complexity(network).P_star or 0))


def early_words(kernel: pd.DataFrame, network: pd.DataFrame, share: float = 0.5) -> str:
    """Errors of network and kernel below ``share`` of the network's P*, in words."""
    table = _early(kernel, network, share)
    return (
        "not measured"
        if table.empty
        else join(
            f"{r.network:.2f} (network) and {r.kernel:.2f} (kernel) at P = {r.P:,.0f}"
            for r in table.itertuples()
        )
    )


def draw_kernel(ax, kernel: pd.DataFrame) -> None:
    """Error over guessing of kernel regression against P / P_max, a style a task."""
    looks = zip(style.CYCLE * 2, "os^Dvp<>xP*hX8", kernel.groupby(TASK), strict=False)
    for color, marker, ((v, n_c, m, L), own) in looks:
        ratio = own.error / (1 - 1 / n_c)
        grouped = ratio.groupby(own.P / own.P_max)
        mean = grouped.mean()
        bars = style.bar_lengths(mean, grouped.min(), grouped.max())
        ax.errorbar(mean.index, mean, yerr=bars, color=color, marker=marker, markersize=4,
                    linewidth=1, capsize=2, label=f"$L={L}$, $v={v}$, $m={m}$")  # fmt: skip
    style.log_axis(ax)
    ax.axhline(0.1, color=style.GREY, linestyle="--", linewidth=0.8)
    ax.set_ylim(0, 1.05)
    ax.set_xlabel("share of all data, $P/P_{\\max}$")
    ax.set_ylabel("test error / guessing")
    ax.figure.legend(fontsize=8, ncols=4, loc="outside upper center", columnspacing=1)


def draw_alpha(axes, runs: pd.DataFrame, alphas: pd.DataFrame, kernel: pd.DataFrame) -> None:
    """Learning curves by alpha with the kernel's (left), and P* against alpha (right)."""
    curves, stars = axes
    ours = runs[runs.scaling == "fan_in"]
    own = of_task(kernel)
    for color, marker, (alpha, part) in zip(
        style.CYCLE, "os^Dvp<", ours.groupby("alpha"), strict=False
    ):
        label = f"$\\alpha={alpha:g}$" if alpha else "plain"
        style.draw_learning_curve(curves, part, label=label, color=color, marker=marker)
    if len(own):
        mean = own.groupby("P").error.mean()
        curves.plot(mean.index, mean, color=style.GREY, linestyle="--", label="kernel")
    curves.axhline(0.1, color=style.GREY, linewidth=0.8, linestyle=":")
    style.log_axis(curves)
    style.legend(curves, fontsize=9)
    _draw_stars(stars, alphas, own)


def _draw_stars(ax, alphas: pd.DataFrame, kernel: pd.DataFrame) -> None:
    """P* against alpha, the plain networks, and the band of the kernel."""
    lazier = alphas[alphas.alpha > 0].dropna(subset="P_star")
    bars = style.bar_lengths(lazier.P_star, lazier.low, lazier.high)
    ax.errorbar(lazier.alpha, lazier.P_star, yerr=bars, color=style.BLUE, marker="o", capsize=2)
    _mark_plain(ax, alphas)
    limit = kernel_P_star(kernel).dropna(subset="P_star") if len(kernel) else kernel
    if len(limit):
        row = limit.iloc[0]
        ends = (kernel.P.min() if pd.isna(row.low) else row.low,
                kernel.P.max() if pd.isna(row.high) else row.high)  # fmt: skip
        ax.axhspan(*ends, color=style.GREY, alpha=0.3)
    ax.set_xscale("log", base=2)
    ax.xaxis.set_major_formatter("{x:g}")
    if len(lazier):
        style.log_axis(ax, "y")
    else:
        ax.set_xlim(1, 64)
        ax.text(0.95, 0.95, "α: not trained yet", ha="right", va="top", transform=ax.transAxes)
    ax.set_xlabel("$\\alpha$")
    ax.set_ylabel("$P^*$")


def _mark_plain(ax, alphas: pd.DataFrame) -> None:
    """The plain networks: a line for this book's scaling, a hollow square at √d for the other."""
    for row in alphas[alphas.alpha == 0].dropna(subset="P_star").itertuples():
        if row.scaling == "fan_in":
            ax.axhline(row.P_star, color=style.BLACK, linewidth=1, linestyle="--")
        else:
            bars = style.bar_lengths(row.P_star, row.low, row.high)
            x = 2 ** (ALPHA_TASK["L"] / 2)
            ax.errorbar([x], [row.P_star], yerr=bars, color=style.VERMILION, marker="s",
                        markerfacecolor="white", capsize=2)  # fmt: skip


def kernel_view(stars: pd.DataFrame):
    """Kernel regression task by task: P* where there is one, and the error at the largest P."""
    rows = [
        {
            "L": r.L, "v": r.v, "n_c": r.n_c, "m": r.m, "P_max": f"{r.P_max:,}",
            "P* at 10 %": with_ends(r.P_star, r.low, r.high, 0), "largest P": f"{r.largest:,}",
            "of P_max": f"{r.largest / r.P_max:.2f}", "error there": f"{r.error:.3f}",
            "over guessing": f"{r.error / (1 - 1 / r.n_c):.2f}", "seeds": r.seeds,
        }
        for r in stars.sort_values(["L", "P_max"]).itertuples()
    ]  # fmt: skip
    return scrolling(pd.DataFrame(rows))


def alpha_view(alphas: pd.DataFrame):
    """P* at each alpha and scaling."""
    rows = [
        {
            "alpha": f"{r.alpha:g}" if r.alpha else "plain", "scaling": SCALING_NAMES[r.scaling],
            "P* at 10 %": with_ends(r.P_star, r.low, r.high, 0), "seeds": r.seeds,
            "": r.reason or "",
        }
        for r in alphas.itertuples()
    ]  # fmt: skip
    return scrolling(pd.DataFrame(rows))
