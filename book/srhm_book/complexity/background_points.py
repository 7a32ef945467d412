"""The paper's LCNs of two levels with empty positions that speak, in the cheaper authors' training.

    python -m srhm_book.complexity.background_points [SECONDS]

Writes results/complexity/background_points.csv after every training, the smallest first, until none
of at most SECONDS (estimated) is left. In the authors' code inputs are whitened and layers have
biases (`background`); the engine knows neither, so these networks are dense.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure

from srhm.runs.store import Store
from srhm.training.config import RunConfig
from srhm.training.threads import num_threads
from srhm_book import style
from srhm_book.complexity.authors import (
    authors_points,
    config_at,
    crossing,
    crossing_ratio,
    runs_at,
)
from srhm_book.complexity.background import Background, train_dense
from srhm_book.complexity.measure import FOLDER
from srhm_book.spectral.stored import find, write
from srhm_book.wording import join

NAME = "background_points"
BOTH = Background(whiten=True, bias=True)
# Written down after the first one (v=4, s0=2: 0.118 with both, 0.147 with neither) and before all
# others: if silent empty positions are why the LCN's P* is too large at s0 >= 2, the test error at
# the paper's own P* lies here with both, however large it is with neither.
EXPECTED_ERRORS = (0.05, 0.15)
SECONDS = 2e-8  # of a training on one core, by datum and weight, to choose the cheapest


def sizes_next(sizes: list[int], paper: float, errors: dict[int, float]) -> list[int]:
    """The size to train next for P* by the paper's rule: the paper's own, then what brackets it."""
    own = min(sizes, key=lambda P: abs(P - paper))
    if own not in errors:
        return [own]
    above = [P for P in errors if errors[P] > 0.1]
    below = [P for P in errors if errors[P] <= 0.1]
    if above and below:
        return []
    if below:
        return sizes[: sizes.index(min(below))][-1:]
    return sizes[sizes.index(max(above)) + 1 :][:1]


def lcn_points() -> pd.DataFrame:
    """The points of Figure 4B at two levels with empty positions: v, s0, paper (P*), sizes.

    The sizes are those that are trained: whole numbers of data of each class a batch.
    """
    points = authors_points().query("arch == 'lcn' and L == 2 and s0 > 0")
    sizes = [[config_at(p, P, cheap=True).P for P in p.sizes] for p in points.itertuples()]
    return points.assign(sizes=sizes)


def errors_of(rows: pd.DataFrame, point) -> dict[int, float]:
    """{P: test error} of one point in the stored rows."""
    own = rows[(rows.v == point.v) & (rows.s0 == point.s0)]
    return dict(zip(own.P, own.test_error, strict=True))


def measured() -> pd.DataFrame:
    """The stored rows: v, s0, P, test_error and how the training ended."""
    rows = find(NAME, FOLDER)
    return pd.DataFrame(columns=["v", "s0", "P", "test_error"]) if rows is None else rows


def speaking_table(store: Store) -> pd.DataFrame:
    """By point: errors at the paper's P*, and P* over the paper's, for silent and speaking places.

    Columns: v, s0, paper (its P*), at (the size nearest to it), silent and speaking (last test
    errors there), silent_over and speaking_over (P*, interpolated, over the paper's), factor (one
    over the other, through the sizes that both have); nan where not known.
    """
    rows, found = measured(), []
    for point in lcn_points().itertuples():
        at = min(point.sizes, key=lambda P: abs(P - point.paper))
        row = {"v": point.v, "s0": point.s0, "paper": point.paper, "at": at}
        runs = runs_at(store, point, point.sizes, cheap=True)
        silent, speaking = {run["P"]: run["test_error"] for run in runs}, errors_of(rows, point)
        for name, errors in (("silent", silent), ("speaking", speaking)):
            row[name] = errors.get(at)
            row[f"{name}_over"] = crossing(errors) / point.paper
        found.append(row | {"factor": crossing_ratio(speaking, silent)})
    return pd.DataFrame(found).astype(float).astype({"v": int, "s0": int, "at": int})


def speaking_words(table: pd.DataFrame) -> str:
    """How many errors are where they were expected, in words. table: as `speaking_table`."""
    both = table.dropna(subset=["silent", "speaking"])
    if both.empty:
        return "None is trained yet."
    names = ("speaking", "silent")
    inside, was = (int(both[name].between(*EXPECTED_ERRORS).sum()) for name in names)
    said = f"It lies there at {inside} of the {len(both)} points trained so far"
    return f"{said}, with silent positions at {was}."


def over_words(table: pd.DataFrame, column: str) -> str:
    """ "0.96 at s0=1 and 0.89 at s0=2": geometric means of a column, over the points whose
    ``factor`` is known. table: as `speaking_table`.
    """
    own = table.dropna(subset="factor")
    means = np.exp(np.log(own[column]).groupby(own.s0).mean())
    return join(f"{mean:.2f} at s0={s0}" for s0, mean in means.items())


def speaking_view(table: pd.DataFrame) -> pd.DataFrame:
    """`speaking_table` as a page shows it."""
    names = {"silent": "error, silent", "speaking": "error, whitened and biases"}
    names |= {"silent_over": "P*/paper, silent", "speaking_over": "P*/paper, whitened and biases"}
    return table.rename(columns=names | {"paper": "P*, paper", "at": "at P"})


def draw_speaking(table: pd.DataFrame) -> Figure:
    """Errors at the paper's own P*, a line a task. table: as `speaking_table`."""
    known = table.dropna(subset=["silent", "speaking"], how="all").sort_values(["s0", "v"])
    if known.empty:
        return style.nothing_yet()
    figure, ax = style.new_axes(height=1.4 + 0.3 * len(known))
    ax.axvspan(*EXPECTED_ERRORS, color=style.GREY, alpha=0.15, linewidth=0)
    ax.axvline(0.1, color=style.BLACK, linewidth=0.8)
    lines = range(len(known))
    ax.hlines(lines, known.silent, known.speaking, color=style.GREY, linewidth=0.8)
    ax.plot(known.silent, lines, "o", color=style.VERMILION, fillstyle="none", label="silent")
    ax.plot(known.speaking, lines, "o", color=style.BLUE, label="whitened, biases")
    ax.set_yticks(lines, [f"$s_0$={p.s0} $v$={p.v}" for p in known.itertuples()])
    ax.invert_yaxis()
    ax.set_xlim(left=0)
    ax.set_xlabel("test error at the paper's own $P^*$")
    style.legend(ax, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return figure


def _left(rows: pd.DataFrame) -> list[tuple[float, RunConfig]]:
    """What to train next at each point that is not bracketed, with its estimated seconds."""
    left = []
    for point in lcn_points().itertuples():
        for P in sizes_next(point.sizes, point.paper, errors_of(rows, point)):
            config, fan = config_at(point, P, cheap=True), 2 * (point.s0 + 1)
            weights = fan * config.width * (fan * point.v + config.width)
            left.append((SECONDS * P * weights, config))
    return left


def main(most: float = float("inf")) -> None:
    """Trains what is missing, cheapest first."""
    rows = measured()
    while left := [entry for entry in _left(rows) if entry[0] <= most]:
        estimate, config = min(left, key=lambda entry: entry[0])
        print(f"v={config.v} s0={config.s0} P={config.P}: about {estimate:.0f} s", flush=True)
        start = time.perf_counter()
        with num_threads(1):
            found = train_dense(config, BOTH)
        row = {"v": config.v, "s0": config.s0, "P": config.P} | found
        row["seconds"] = round(time.perf_counter() - start, 2)
        print(row, flush=True)
        rows = pd.concat([rows, pd.DataFrame([row])], ignore_index=True)
        write(NAME, rows, FOLDER, torch=torch.__version__)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
