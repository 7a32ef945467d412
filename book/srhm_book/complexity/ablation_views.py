"""What each of the authors' choices does to P*: the table, its words and its picture."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from srhm.runs.search import rows_of
from srhm.runs.store import Store
from srhm.stats.curves import sample_complexity
from srhm.stats.ratios import paired_ratio
from srhm.training.authors import cheaper
from srhm.training.config import SEED_FIELDS, RunConfig
from srhm_book import style
from srhm_book.complexity.ablation import (
    EXPECTED_CHEAP,
    SAVINGS,
    ablation_settings,
    corners,
    references,
    variants,
)
from srhm_book.complexity.choices_views import sharp
from srhm_book.complexity.table import searched_runs
from srhm_book.complexity.training import describe
from srhm_book.wording import join, with_ends


def ablation_table(store: Store) -> pd.DataFrame:
    """P* of each variant over the reference's, for what the store holds.

    The paper's error is the best one on the way; "last error" takes the final one instead, in the
    same runs. Columns: task, change, P_star, ratio with its 95 % interval low, high, num_seeds.
    """
    rows = []
    for reference in references():
        runs, _ = searched_runs(variants(reference).values(), store)
        if reference in runs:
            rows += _rows(reference, runs)
    columns = ["task", "change", "P_star", "ratio", "low", "high", "num_seeds"]
    return pd.DataFrame(rows, columns=columns)


def _rows(reference: RunConfig, runs: Mapping[RunConfig, pd.DataFrame]) -> list[dict]:
    task, own, best = describe(reference), runs[reference], "best_test_error"
    compared = {
        name: (runs[config], "test_error" if name == "last error" else best)
        for name, config in (*variants(reference).items(), ("last error", reference))
        if config in runs and name != "as the authors"
    }
    rows = []
    for name, (frame, quantity) in compared.items():
        changed = frame.assign(best_test_error=frame[quantity])
        found = paired_ratio(changed, own, best)
        P_star = sample_complexity(changed, best).P_star
        row = {"task": task, "change": name, "P_star": P_star, "num_seeds": found.num_seeds}
        rows.append(row | {"ratio": found.ratio, "low": found.low, "high": found.high})
    return rows


def cheap_table(store: Store) -> pd.DataFrame:
    """What `srhm.training.authors.cheaper` does to P* and to the time, for what the store holds.

    Columns: task; reference and cheap, P* in either training; ratio of the two, seed by seed, with
    its 95 % interval low, high; faster, the median over equal P and seeds of the times' ratio.
    """
    rows = []
    for reference in (*references(), *corners()):
        runs, _ = searched_runs([reference, cheaper(reference)], store)
        if len(runs) < 2:
            continue
        own, fast = runs[reference], runs[cheaper(reference)]
        found = paired_ratio(fast, own, "best_test_error")
        stars = [sample_complexity(frame, "best_test_error").P_star for frame in (own, fast)]
        both = own.merge(fast, on=["P", *SEED_FIELDS], suffixes=("_own", "_fast"))
        faster = (both.seconds_own / both.seconds_fast).median()
        rows.append((describe(reference), *stars, found.ratio, found.low, found.high, faster))
    columns = ["task", "reference", "cheap", "ratio", "low", "high", "faster"]
    return pd.DataFrame(rows, columns=columns)


def cheap_view(table: pd.DataFrame) -> pd.DataFrame:
    """`cheap_table` as a page shows it."""
    stars = table[["reference", "cheap"]].map("{:,.0f}".format)
    factors = [with_ends(r.ratio, r.low, r.high) for r in table.itertuples()]
    return pd.DataFrame(
        {
            "task": table.task,
            "P*, authors'": stars.reference,
            "P*, cheaper": stars.cheap,
            "ratio": factors,
            "times as fast": table.faster.map("{:.1f}".format),
        }
    )


def cheap_words(table: pd.DataFrame) -> str:
    """Whether the cheaper training has an equal P*: how many tasks lie within what was expected."""
    low, high = EXPECTED_CHEAP
    inside = int(table.ratio.between(low, high).sum())
    ends = f"{table.ratio.min():.2f} to {table.ratio.max():.2f}" if len(table) else "nothing yet"
    return f"{inside} of {len(table)} tasks (measured: {ends})"


def equal_savings(table: pd.DataFrame) -> str:
    """The single savings of an `ablation_table` that keep P* within `EXPECTED_CHEAP`, in words.

    In every task where they were tried, of which there must be two, with `sharp` intervals.
    """
    said = []
    for name in SAVINGS:
        own = table[table.change == name].dropna(subset="ratio")
        if len(own) > 1 and (own.ratio.between(*EXPECTED_CHEAP) & sharp(own)).all():
            said.append(f"{name} ({', '.join(map('{:.2f}'.format, own.ratio))})")
    return join(said)


def corner_words(table: pd.DataFrame) -> str:
    """Which of the hardest tasks are in a `cheap_table`, in a sentence."""
    there = [name for name in map(describe, corners()) if name in set(table.task)]
    if not there:
        return "Harder tasks are not trained yet."
    return f"Of the hardest tasks these are trained so far: {join(there)}."


def moving(table: pd.DataFrame) -> str:
    """The changes whose interval leaves out 1, in words, task by task."""
    sentences = []
    for task, part in table.groupby("task", sort=False):
        moved = part.dropna(subset=["low", "high"]).query("low > 1 or high < 1")
        factors = [
            f"{row.change} ({with_ends(row.ratio, row.low, row.high)})"
            for row in moved.itertuples()
        ]
        sentences.append(f"{task}: {join(factors) if factors else 'none'}")
    return "; ".join(sentences) if sentences else "not measured"


def deep_words(table: pd.DataFrame, change: str, theirs_over_ours: bool = False) -> str:
    """P* with ``change`` over P* trained as the authors (or the inverse), of L = 3, in words."""
    deep = table.task.astype(str).str.contains("L=3")
    factors = table[deep & (table.change == change)].dropna(subset=["ratio", "low", "high"])
    if factors.empty:
        return "not measured"
    ends = ([r.ratio, r.low, r.high] for r in factors.itertuples())
    if theirs_over_ours:
        ends = ([1 / ratio, 1 / high, 1 / low] for ratio, low, high in ends)
    return join(with_ends(*factor) for factor in ends)


def ablation_view(table: pd.DataFrame, store: Store) -> pd.DataFrame:
    """An `ablation_table` as a page shows it: a row a change, a column a task; in words, why there
    is no factor where there is none.
    """
    known = table.dropna(subset="ratio").set_index(["change", "task"])
    frame, cells = store.frame(), {}
    for reference in references():
        task = describe(reference)
        changed = variants(reference) | {"last error": reference}
        del changed["as the authors"]
        cells[task] = {
            change: with_ends(*known.loc[(change, task), ["ratio", "low", "high"]])
            if (change, task) in known.index
            else _why(rows_of(frame, config))
            for change, config in changed.items()
        }
    return pd.DataFrame(cells).rename_axis("change")


def _why(rows: pd.DataFrame) -> str:
    if rows.empty:
        return "not trained yet"
    return "diverges" if (rows.status == "diverged").any() else "not bracketed yet"


def ablation_runs(store: Store) -> list[pd.DataFrame]:
    """The stored runs behind `ablation_table`, a frame a setting."""
    return list(searched_runs(ablation_settings(), store)[0].values())


def draw_ablation(table: pd.DataFrame) -> Figure:
    """The factor of P* by each change, a marker a task."""
    changes, tasks = list(dict.fromkeys(table.change)), list(dict.fromkeys(table.task))
    figure, ax = style.new_axes(height=1.4 + 0.42 * len(changes))
    ax.axvline(1, color=style.BLACK, linewidth=0.8)
    for place, task in enumerate(tasks):
        own = table[table.task == task].dropna(subset="ratio")
        lines = [
            changes.index(change) + 0.22 * (place - (len(tasks) - 1) / 2) for change in own.change
        ]
        ratio, low, high = (own[name].astype(float) for name in ("ratio", "low", "high"))
        look = {"linestyle": "none", "capsize": 2, "marker": "os^Dv"[place], "label": task}
        ax.errorbar(ratio, lines, xerr=style.bar_lengths(ratio, low, high), **look)
    ax.set_yticks(range(len(changes)), changes)
    ax.invert_yaxis()
    style.log_ticks(ax, (0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.4, 1.6, 2))
    ax.set_xlabel("P* / P* trained as the authors")
    if tasks:
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=1)
    else:
        style.say_nothing_yet(ax)
    return figure
