"""All values that this book has for the CNN's exponent of s0+1 (s = 2, all levels sparse).

They differ by the tasks, by whether s0 = 0 counts, and by how they are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from srhm.runs.store import Store
from srhm.stats.fits import Estimate
from srhm.training.config import RunConfig
from srhm_book.claims.pages import title
from srhm_book.complexity.law_tests import exponent_tests, matched_tests
from srhm_book.complexity.table import complexity_table, searched_runs
from srhm_book.grids import law_grid
from srhm_book.why import best_growth, chapter, measure, square, tasks
from srhm_book.why.findings import Depths
from srhm_book.why.levels import ALL
from srhm_book.wording import with_interval

CURVES, BY_SEED = "mean curves", "seed by seed"
JOINT, MATCHED = "joint fit with n_c and m", "groups of equal v, n_c and m"
THEIRS = "the authors' scaling"
HERE, SHARING = "36_which_level_pays", "39_sharing_weights"
LAW, BEST, AUTHORS = "07_cnn_sample_complexity", "38_best_possible", "17_authors_training"
COLUMNS = ["L", "tasks", "s0", "read", "over", "exponent", "pages"]
ALL_S0, SPARSE = "all", "1 and more"


def law_exponents(store: Store | None) -> pd.DataFrame:
    """The exponents of the chapter on the CNN's law at s = 2, by L: jointly fitted and matched.

    Columns L, s0, read, num_points, exponent; no row without a store.
    """
    rows = []
    if store is not None:
        runs, _ = searched_runs([c for c in law_grid("cnn") if c.s == 2], store)
        for L, own in complexity_table(runs).groupby("L"):
            for read, tests in ((JOINT, exponent_tests(own)), (MATCHED, matched_tests(own))):
                for t in tests:
                    if t.exponent == "s0+1" and t.estimate:
                        s0 = SPARSE if t.settings.endswith("s₀>0") else ALL_S0
                        rows.append((L, s0, read, t.num_points, t.estimate))
    return pd.DataFrame(rows, columns=["L", "s0", "read", "num_points", "exponent"])


def over_all_v(laws: pd.DataFrame, L: int) -> Estimate | None:
    """Of `law_exponents` the joint fit to sparse tasks."""
    own = laws[(laws.L == L) & (laws.read == JOINT) & (laws.s0 == SPARSE)]
    return None if own.empty else own.exponent.iloc[0]


def every_exponent(
    measured: pd.DataFrame,
    by_scaling: pd.DataFrame,
    paired: pd.DataFrame,
    few: tuple[Depths, Mapping[RunConfig, pd.DataFrame]],
    laws: pd.DataFrame,
    theirs: list,
    store: Store | None,
) -> pd.DataFrame:
    """One row a value, columns `COLUMNS`: over says over how many seeds or tasks it is taken.

    measured: `srhm_book.why.levels.growth_table`; by_scaling, paired: `square.exponents` and
    `square.paired_exponents`; few: `srhm_book.why.chapter.depth_exponents` of the tasks with few
    synonyms, and their runs; laws: `law_exponents`; theirs: `square.authors_rows`. Those of
    the chapter on the best possible are left out without a store.
    """
    rows = [*_from_dense(measured), *_shown(by_scaling, paired), *_few(*few), *_laws(laws)]
    rows += [] if store is None else _best(store)
    rows += _authors(theirs)
    return pd.DataFrame(rows, columns=COLUMNS).sort_values("L", kind="stable", ignore_index=True)


def _from_dense(measured: pd.DataFrame) -> Iterator[tuple]:
    own = measured[(measured.arch == "cnn") & (measured["where"] == ALL)]
    for r in own[own.exponent.notna()].itertuples():
        pages = [HERE, SHARING] if r.s0 == tasks.TIED_S0 else [HERE]
        yield r.L, f"v = {r.v}", f"0 and {r.s0}", BY_SEED, _seeds(r.num_seeds), r.exponent, pages


def _shown(by_scaling: pd.DataFrame, paired: pd.DataFrame) -> Iterator[tuple]:
    for r in by_scaling[by_scaling.s == 2].itertuples():
        words = f"v = {r.v}" + (f", {THEIRS}" if r.scaling == "channels" else "")
        yield r.L, words, r.s0s, CURVES, _seeds(r.seeds), r.exponent, [HERE]
    s0s = " and ".join(map(str, square.COMPARED_S0))
    for r in paired.itertuples():
        for words, found in (("v = 4", r.fan_in), (f"v = 4, {THEIRS}", r.channels)):
            over = f"{_seeds(r.seeds)} known in both scalings"
            yield r.L, words, s0s, BY_SEED, over, found, [HERE]


def _few(found: Depths, runs: Mapping[RunConfig, pd.DataFrame]) -> Iterator[tuple]:
    for (arch, L), exponent in found.items():
        own = {c: rows for c, rows in runs.items() if (c.arch, c.L) == ("cnn", L) and c.s0}
        if arch == "cnn" and own:
            first = next(iter(own))
            words = f"v = {first.v}, n_c = {first.n_c}, m = {first.m}"
            s0s = " and ".join(map(str, sorted(c.s0 for c in own)))
            seeds = min(rows.seed_rules.nunique() for rows in own.values())
            yield L, words, s0s, CURVES, _seeds(seeds), exponent, [HERE]


def _laws(laws: pd.DataFrame) -> Iterator[tuple]:
    for r in laws.itertuples():
        yield r.L, "all v, n_c and m", r.s0, r.read, f"{r.num_points} tasks", r.exponent, [LAW]


def _best(store: Store) -> Iterator[tuple]:
    growths = [g for g in best_growth.GROWTHS if g.level is None and g.before[1] == 2]
    both = [task for g in growths for task in (g.before, g.after)]
    runs, _ = searched_runs([chapter.setting_of(("cnn", *task)) for task in both], store)
    table = best_growth.growth_table(measure.read("layerwise"), runs, growths)
    for g, r in zip(growths, table.itertuples(), strict=True):
        if r.cnn is not None:
            s0s = f"{g.before[4]} and {g.after[4]}"
            yield r.L, f"v = {g.before[0]}", s0s, BY_SEED, _seeds(r.cnn_seeds), r.cnn, [BEST]


def _authors(theirs: list) -> Iterator[tuple]:
    for r in theirs:
        words = "of the paper's Figure 4C"
        for name, found in (
            (words, r.grids),
            (f"{words}, the authors' training, cheaper", r.cheap),
        ):
            yield r.L, name, "all", "joint fit with v", f"{r.num} tasks", found, [AUTHORS]


def _seeds(number: int) -> str:
    return f"{number} seeds"


def exponents_view(table: pd.DataFrame) -> str:
    """The table as a page shows it, in HTML, with links to the pages."""
    links = [
        ", ".join(f'<a href="{name}.html">{title(name)}</a>' for name in pages)
        for pages in table.pages
    ]
    shown = table.assign(exponent=table.exponent.map(with_interval), pages=links)
    names = {"s0": "s₀", "read": "read off", "exponent": "exponent of s₀+1"}
    return shown.rename(columns=names).to_html(index=False, border=0, escape=False)
