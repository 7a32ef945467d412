"""`background_points` beside the same points with silent empty positions: table, words, picture."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.figure import Figure

from srhm_book import style
from srhm_book.complexity.authors import cheap_sizes, crossing, read_by_the_rule
from srhm_book.complexity.background_points import (
    EXPECTED_ERRORS,
    POINT,
    errors_of,
    measured,
    speaking_config,
)
from srhm_book.complexity.training import geometric_mean
from srhm_book.wording import join


def with_whole(table: pd.DataFrame, rows: pd.DataFrame | None = None, seed: int = 0):
    """An `authors_table` with what is stored of `background_points`, or those rows of it, added.

    Columns: whole_errors ({P: best test error}) and whole (P* by the paper's rule, over the
    paper's; nan where it is not bracketed).
    """
    rows = measured() if rows is None else rows
    errors = [errors_of(rows, point, seed) for point in table.itertuples()]
    table = table.assign(whole_errors=pd.Series(errors, table.index, dtype=object))
    return table.assign(whole=table.whole_errors.map(read_by_the_rule) / table.paper)


def speaking_table(table: pd.DataFrame) -> pd.DataFrame:
    """By point: errors at the paper's P*, and P* over the paper's, for silent and speaking places.

    table: as `with_whole`. Silent is the authors' training in the batches of the speaking one: the
    cheaper form for the LCN, the uncut one for the CNN. Columns: arch, v, L, s0, paper (its P*), at
    (the size nearest to it), silent and speaking (best test errors there), silent_over and
    speaking_over (P*, interpolated, over the paper's), factor (the second over the first); nan
    where not known.
    """
    found = []
    for point in table.itertuples():
        own = min(point.sizes, key=lambda P: abs(P - point.paper))
        row = {name: getattr(point, name) for name in (*POINT, "paper")}
        row["at"] = speaking_config(point, own).P if cheap_sizes(point, [own]) else own
        before = point.cheap_errors if point.arch == "lcn" else point.errors
        for name, errors in (("silent", before), ("speaking", point.whole_errors)):
            row[name] = errors.get(row["at"], math.nan)
            row[f"{name}_over"] = crossing(errors) / point.paper
        found.append(row | {"factor": row["speaking_over"] / row["silent_over"]})
    return pd.DataFrame(found)


def speaking_words(table: pd.DataFrame) -> str:
    """How many errors are where they were expected, in words. table: as `speaking_table`."""
    both = table.dropna(subset=["silent", "speaking"])
    if both.empty:
        return "None is trained yet."
    names = ("speaking", "silent")
    inside, was = (int(both[name].between(*EXPECTED_ERRORS).sum()) for name in names)
    said = f"It lies there at {inside} of the {len(both)} points trained so far"
    return f"{said}, with silent positions at {was}."


def errors_words(table: pd.DataFrame) -> str:
    """ "0.13 at v=4, s0=2 (silent: 0.26)" and so on: errors at the paper's own P*.

    table: as `speaking_table`.
    """
    known = table.dropna(subset=["silent", "speaking"])
    said = [
        f"{p.speaking:.2f} at v={p.v}, s0={p.s0} (silent: {p.silent:.2f})"
        for p in known.itertuples()
    ]
    return join(said) if said else "not known yet"


def over_words(table: pd.DataFrame, column: str) -> str:
    """ "0.96 at s0=1 (points: 4) and 0.89 at s0=2 (points: 3)": geometric means of a column, over
    the points whose ``factor`` is known. table: as `speaking_table`, of one depth.
    """
    by_s0 = table.dropna(subset="factor").groupby("s0")[column]
    return join(f"{geometric_mean(own):.2f} at s0={s0} (points: {len(own)})" for s0, own in by_s0)


def factor_words(table: pd.DataFrame) -> str:
    """ "0.93 (CNN L=2, points: 20)" and so on: geometric means of ``factor``, dense tasks included.

    table: as `speaking_table`.
    """
    by_depth = table.dropna(subset="factor").groupby(["arch", "L"], sort=False).factor
    return join(
        f"{geometric_mean(own):.2f} ({arch.upper()} L={L}, points: {len(own)})"
        for (arch, L), own in by_depth
    )


def speaking_view(table: pd.DataFrame) -> pd.DataFrame:
    """`speaking_table` as a page shows it."""
    names = {"silent": "error, silent", "speaking": "error, whitened and biases"}
    names |= {
        "arch": "network",
        "silent_over": "P*/paper, silent",
        "speaking_over": "P*/paper, whitened and biases",
    }
    return table.rename(columns=names | {"paper": "P*, paper", "at": "at P"})


def draw_speaking(table: pd.DataFrame) -> Figure:
    """Errors at the paper's own P*, a line a task. table: as `speaking_table`."""
    known = table.dropna(subset=["silent", "speaking"], how="all").sort_values(["L", "s0", "v"])
    if known.empty:
        return style.nothing_yet()
    figure, ax = style.new_axes(height=1.4 + 0.3 * len(known))
    ax.axvspan(*EXPECTED_ERRORS, color=style.GREY, alpha=0.15, linewidth=0)
    ax.axvline(0.1, color=style.BLACK, linewidth=0.8)
    lines = range(len(known))
    ax.hlines(lines, known.silent, known.speaking, color=style.GREY, linewidth=0.8)
    ax.plot(known.silent, lines, "o", color=style.VERMILION, fillstyle="none", label="silent")
    ax.plot(known.speaking, lines, "o", color=style.BLUE, label="whitened, biases")
    ax.set_yticks(lines, [f"$L$={p.L} $s_0$={p.s0} $v$={p.v}" for p in known.itertuples()])
    ax.invert_yaxis()
    ax.set_xlim(left=0)
    ax.set_xlabel("test error at the paper's own $P^*$")
    style.legend(ax, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return figure
