"""How choices of training move P*: the tables, their words and pictures (see `choices`)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from srhm.stats.curves import sample_complexity
from srhm.stats.ratios import mean_ratio, paired_ratio, seed_ratios
from srhm.training.config import RunConfig
from srhm_book import style
from srhm_book.complexity.choices import (
    BEST,
    CHEAPER,
    EXPECTED,
    lazier,
    reference,
    same_kernel,
    variants,
)
from srhm_book.complexity.training import describe
from srhm_book.wording import NOTHING, join, significant, with_ends

Runs = Mapping[RunConfig, pd.DataFrame]
RATIO = ["ratio", "low", "high", "seeds"]
TELLING = 1.1  # a factor of P*: less is about what three seeds can tell
TICKS = (0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5)  # of the factors' axis
EQUAL = 1.05  # a factor within which P* is called equal
KINDS = MOVES, SIZE_OPEN, OPEN, SMALL = "moves", "moves, size open", "open", "small"  # see `kinds`
SCALING_WORDS = {"fan_in": "ours (fan-in)", "channels": "the authors' (channels)"}


def choice_table(runs: Runs, bases: Iterable[RunConfig]) -> pd.DataFrame:
    """P* with one choice changed over that of its reference, for what is in ``runs``.

    bases: the references, `choices.reference`. Columns: task, L, scaling, choice, each (the ratio
    of every seed that crosses in both), and their ratio with its 95 % interval low, high, and
    seeds. A choice that was searched and has no P* has nan.
    """
    rows = []
    for base in (base for base in bases if base in runs):
        own = runs[base]
        tried = {name: runs[c] for name, c in variants(base).items() if c in runs}
        tried[BEST] = own.assign(test_error=own.best_test_error)
        for name, frame in tried.items():
            each = seed_ratios(frame, own)
            row = (describe(base), base.L, base.scaling, name, each, *_numbers(mean_ratio(each)))
            rows.append(row)
    table = pd.DataFrame(rows, columns=["task", "L", "scaling", "choice", "each", *RATIO])
    return table.astype(dict.fromkeys(RATIO[:3], float))


def _numbers(found) -> tuple:
    return found.ratio, found.low, found.high, found.num_seeds


def pooled(table: pd.DataFrame) -> pd.DataFrame:
    """By choice, scaling and L: the mean factor over all seeds of all tasks, with its interval.

    table: `choice_table`. Columns choice, scaling, L, ratio, low, high, num (pairs), tasks.
    """
    rows = []
    for (choice, scaling, L), part in table.dropna(subset="ratio").groupby(
        ["choice", "scaling", "L"], sort=False
    ):
        each = [ratio for own in part.each for ratio in own]
        rows.append((choice, scaling, L, *_numbers(mean_ratio(each)), len(part)))
    names = ["choice", "scaling", "L", "ratio", "low", "high", "num", "tasks"]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(RATIO[:3], float))


def telling(means: pd.DataFrame) -> pd.Series:
    """Which rows matter: the interval leaves out 1, and the factor is off by `TELLING`."""
    far = (means.ratio > TELLING) | (means.ratio < 1 / TELLING)
    return far & ((means.low > 1) | (means.high < 1))


def sharp(rows: pd.DataFrame) -> pd.Series:
    """Which rows have an interval within `TELLING`: equal P*, and not by a wide one."""
    return (rows.low > 1 / TELLING) & (rows.high < TELLING)


def wide_moves(study: pd.DataFrame) -> str:
    """By how much the choices of a `srhm_book.complexity.training.study_table` move P*, and which.

    Those count that are `telling`.
    """
    own = study[telling(study)]
    if own.empty:
        return "none does for certain"
    names = [name.split(" / ")[0].split(" (")[0] for name in own.choice.unique()]
    return f"{own.ratio.min():.2f} to {own.ratio.max():.2f} times, by {join(names)}"


def kinds(rows: pd.DataFrame) -> pd.Series:
    """What is known of each factor: one of `KINDS`.

    "moves": the interval leaves out 1 and the factor is off by `TELLING`. "small": the whole
    interval is within `TELLING`. Of the others the seeds leave open how far they move P* ("size
    open": the interval leaves out 1), or whether they do ("open").
    """
    off = (rows.low > 1) | (rows.high < 1)
    found = np.select([telling(rows), sharp(rows), off], [MOVES, SMALL, SIZE_OPEN], OPEN)
    return pd.Series(found, rows.index, dtype=str)


def kinds_words(means: pd.DataFrame) -> str:
    """How many factors of `pooled` are of which kind, in words; of kinds without any, nothing.

    `BEST` reads the same runs otherwise: it is told apart, by how far it is off 1 at most.
    """
    best = means.choice == BEST
    num = kinds(means[~best]).value_counts()
    if num.empty:
        return "No further effect is measured"
    percent = f"{100 * (TELLING - 1):.0f} %"
    tails = {  # of one, of several
        MOVES: tuple(f"{verb} {percent} beyond what seeds do" for verb in ("exceeds", "exceed")),
        SMALL: (f"is surely smaller than {percent}", f"are surely smaller than {percent}"),
        SIZE_OPEN: ("moves P* by a size left open", "move P* by a size left open"),
        OPEN: ("is open", "are open"),
    }
    said = join(f"{num[kind]} {tails[kind][int(num[kind] > 1)]}" for kind in tails if kind in num)
    most = math.floor(100 * (means[best].ratio - 1).abs().max()) + 1 if best.any() else 0
    off = f' (without "{BEST}", the choice of test error: less than {most} %)' if most else ""
    return f"Of {num.sum()} further effects{off} {said}"


def pooled_view(means: pd.DataFrame) -> pd.DataFrame:
    """`pooled` as a page shows it, each factor with its kind: a row a choice."""
    factors = [with_ends(r.ratio, r.low, r.high) for r in means.itertuples()]
    cells = pd.Series(factors, means.index, dtype=str) + ", " + kinds(means)
    columns = means.scaling.map(SCALING_WORDS) + ", L=" + means.L.astype(str)
    wide = means.assign(cell=cells, column=columns).pivot(
        index="choice", columns="column", values="cell"
    )
    order = means.assign(column=columns).sort_values(["scaling", "L"], ascending=[False, True])
    names = [name for name in EXPECTED if name in set(means.choice)]
    shown = wide.reindex(index=names, columns=order.column.unique()).fillna("not measured")
    return shown.rename_axis(columns=None).reset_index()


def harmless(means: pd.DataFrame, scaling: str) -> str:
    """The cheaper choices whose factor is within `EQUAL`, its interval within `TELLING`, at every
    depth."""
    own = means[means.scaling == scaling]
    said = []
    for name in (name for name in CHEAPER if name in set(own.choice)):
        rows = own[own.choice == name].sort_values("L")
        if (rows.ratio.between(1 / EQUAL, EQUAL) & sharp(rows)).all():
            said.append(f"{name} ({join((f'{ratio:.2f}' for ratio in rows.ratio), ', ')})")
    return join(said)


def scalings_table(runs: Runs, bases: Iterable[RunConfig]) -> pd.DataFrame:
    """The references of both scalings, each at its rate: task, P* in both, channels over fan-in.

    Columns: task, L, fan_in, channels (P*), ratio, low, high, seeds.
    """
    own = {(describe(base), base.L, base.scaling): runs[base] for base in bases if base in runs}
    rows = []
    for task, L in dict.fromkeys((task, L) for task, L, _ in own):
        pair = [own.get((task, L, scaling)) for scaling in SCALING_WORDS]
        if all(frame is not None for frame in pair):
            stars = (sample_complexity(frame, num_bootstrap=0).P_star for frame in pair)
            rows.append((task, L, *stars, *_numbers(paired_ratio(*pair[::-1]))))
    table = pd.DataFrame(rows, columns=["task", "L", *SCALING_WORDS, *RATIO])
    return table.astype(dict.fromkeys((*SCALING_WORDS, *RATIO[:3]), float))


def scalings_view(table: pd.DataFrame) -> pd.DataFrame:
    """`scalings_table` as a page shows it."""
    shown = {"task": table.task}
    shown |= {words: table[name].map(significant) for name, words in SCALING_WORDS.items()}
    factors = [with_ends(r.ratio, r.low, r.high) for r in table.itertuples()]
    return pd.DataFrame(shown | {"authors' / ours": factors})


def without_P_star(table: pd.DataFrame) -> str:
    """What was searched in vain, in words."""
    lost = table[table.ratio.isna()]
    rows = lost.itertuples()
    return join((f"{r.choice}, {SCALING_WORDS[r.scaling]}, {r.task}" for r in rows), "; ")


def unexpected(table: pd.DataFrame) -> str:
    """The factors whose whole interval is outside of what was expected, in words."""
    said = []
    for row in table.dropna(subset=["low", "high"]).itertuples():
        low, high = EXPECTED[row.choice][row.scaling]
        if row.high < low or row.low > high:
            factor = with_ends(row.ratio, row.low, row.high)
            said.append(f"{row.choice}, {SCALING_WORDS[row.scaling]}, {row.task}: {factor}")
    return join(said, "; ")


def choice_view(table: pd.DataFrame) -> pd.DataFrame:
    """`choice_table` as a page shows it: a row a choice and scaling, a column a task."""
    factors = [with_ends(r.ratio, r.low, r.high) for r in table.itertuples()]
    shown = table.assign(factor=factors, scaling=table.scaling.map(SCALING_WORDS))
    wide = shown.pivot(index=["choice", "scaling"], columns="task", values="factor")
    names = [name for name in EXPECTED if name in set(table.choice)]
    wide = wide.reindex(names, level="choice")[list(dict.fromkeys(table.task))]
    expected = [_expected(choice, scaling) for choice, scaling in wide.index]
    return wide.fillna("not measured").assign(expected=expected)


def _expected(choice: str, scaling_words: str) -> str:
    names = {words: name for name, words in SCALING_WORDS.items()}
    return "{:g} to {:g}".format(*EXPECTED[choice][names[scaling_words]])


def draw_choices(table: pd.DataFrame) -> Figure:
    """The factors of P*, a panel a scaling, a marker a task; shaded: what was expected."""
    names = [name for name in EXPECTED if name in set(table.choice)]
    tasks = list(dict.fromkeys(table.task))
    figure, axes = style.new_axes(2, height=1.5 + 0.5 * len(names), sharey=True, sharex=True)
    for ax, (scaling, words) in zip(axes, SCALING_WORDS.items(), strict=True):
        for line, name in enumerate(names):
            low, high = EXPECTED[name][scaling]
            ax.fill_betweenx([line - 0.4, line + 0.4], low, high, color="#dddddd", linewidth=0)
        for place, task in enumerate(tasks):
            own = table[(table.scaling == scaling) & (table.task == task)].dropna(subset="ratio")
            shift = 0.17 * (place - (len(tasks) - 1) / 2)
            lines = [names.index(name) + shift for name in own.choice]
            bars = style.bar_lengths(own.ratio, own.low, own.high)
            look = {"color": style.CYCLE[place], "marker": "os^Dvp"[place], "capsize": 2}
            ax.errorbar(own.ratio, lines, xerr=bars, linestyle="none", markersize=5, **look,
                        label=task)  # fmt: skip
        ax.axvline(1, color=style.BLACK, linewidth=0.8)
        ax.set_title(words)
        ax.set_xscale("log")
        ax.set_xlim(0.6, 1.7)
        ax.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
        ax.minorticks_off()
        ax.set_xlabel("factor of $P^*$")
    axes[0].set_yticks(range(len(names)), names)
    axes[0].invert_yaxis()
    style.legend_beside(figure, axes[0], columns=2)
    return figure


def laziness_table(runs: Runs, tasks: Sequence[dict], **others) -> pd.DataFrame:
    """P* over that of the plain fan-in network, against alpha; and that of the channels scaling.

    Columns: task, L, d, alpha (1 for the plain network), scaling, ratio, low, high, seeds.
    """
    rows = []
    for task in tasks:
        base = reference(task, "fan_in", **others)
        if base not in runs:
            continue
        settings = lazier(task, **others)
        there = (math.sqrt(base.task.d), same_kernel(task, **others))
        for alpha, config in (*settings.items(), there):
            if config in runs:
                ratio = paired_ratio(runs[config], runs[base])
                row = (describe(base), base.L, base.task.d, alpha or 1.0, config.scaling)
                rows.append((*row, *_numbers(ratio)))
    names = ["task", "L", "d", "alpha", "scaling", *RATIO]
    return pd.DataFrame(rows, columns=names).dropna(subset="ratio")


def lazier_words(table: pd.DataFrame) -> str:
    """P* in the channels scaling over the fan-in one's at equal speed, by task, in words."""
    rows = table[table.scaling == "channels"].itertuples()
    factors = (f"{with_ends(r.ratio, r.low, r.high)} for {r.task}" for r in rows)
    return join(factors, "; ") if (table.scaling == "channels").any() else "not measured"


def lazier_range(table: pd.DataFrame) -> str:
    """ "1.23 to 1.51": the least and largest of these factors."""
    own = table[table.scaling == "channels"].ratio
    return f"{own.min():.2f} to {own.max():.2f}" if len(own) else NOTHING


def lazier_verdict(table: pd.DataFrame) -> str:
    """Whether the lazier scaling takes more data in every task of a `laziness_table`, in words."""
    own = table[table.scaling == "channels"]
    if own.empty:
        return "Whether laziness counts is not measured here"
    if (own.low > 1).all():
        return (
            "Yes: the lazier the training, that is, the less the weights have to move to fit the "
            "data, the more data it takes"
        )
    return "Lazier training, in which the weights move less, does not take more data in every task"


def coinciding(tasks: Sequence[dict], runs: Runs, **others) -> str:
    """The tasks in which the authors' own rate is that of equal speed: one and the same setting."""
    pairs = ((reference(t, "channels", **others), same_kernel(t, **others)) for t in tasks)
    return join(describe(own) for own, other in pairs if own == other and own in runs)


def at_root_d(table: pd.DataFrame) -> str:
    """P* of the fan-in network made as lazy as the channels one over the plain one's, in words."""
    own = table[(table.scaling == "fan_in") & np.isclose(table.alpha, table.d**0.5, rtol=0.01)]
    factors = (f"{with_ends(r.ratio, r.low, r.high)} for {r.task}" for r in own.itertuples())
    return join(factors, "; ") if len(own) else "not measured"


def as_alpha(runs: Runs, tasks: Sequence[dict], **others) -> str:
    """P* in the channels scaling over the fan-in one's at alpha = sqrt(d), by task, in words."""
    said = []
    for task in tasks:
        there, settings = same_kernel(task, **others), lazier(task, **others)
        root = math.sqrt(there.task.d)
        own = settings[min(settings, key=lambda alpha: abs(alpha - root))]
        if {there, own} <= set(runs):
            ratio = paired_ratio(runs[there], runs[own])
            said.append(f"{with_ends(ratio.ratio, ratio.low, ratio.high)} for {describe(own)}")
    return join(said, "; ") if said else "not measured"


def draw_laziness(table: pd.DataFrame) -> None:
    """P* against alpha, a line a task; hollow: the channels scaling, drawn at sqrt(d)."""
    _, ax = style.new_axes(height=3.8)
    for place, (task, part) in enumerate(table.groupby("task", sort=False)):
        look = {"color": style.CYCLE[place], "marker": "os^D"[place], "capsize": 2}
        own = part[part.scaling == "fan_in"].sort_values("alpha")
        bars = style.bar_lengths(own.ratio, own.low, own.high)
        ax.errorbar(own.alpha, own.ratio, yerr=bars, label=task, **look)
        other = part[part.scaling == "channels"]
        bars = style.bar_lengths(other.ratio, other.low, other.high)
        label = None if place else "the authors' scaling"
        ax.errorbar(other.alpha * 1.06, other.ratio, yerr=bars, linestyle="none", **look,
                    markerfacecolor="white", markersize=9, label=label)  # fmt: skip
    ax.axhline(1, color=style.BLACK, linewidth=0.6, zorder=0)
    ax.set_xscale("log", base=2)
    ticks = sorted(set(table.alpha.round(1)))
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.set_xlabel("laziness $\\alpha$")
    ax.set_ylabel("$P^*$ / $P^*$ at $\\alpha=1$")
    style.legend(ax, fontsize=10)
