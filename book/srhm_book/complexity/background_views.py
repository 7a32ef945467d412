"""Whitened inputs and biases (see `background`): the table of their factors, and its words."""

from __future__ import annotations

import pandas as pd

from srhm.stats.ratios import paired_ratio
from srhm_book.complexity import measure
from srhm_book.complexity.background import BACKGROUNDS
from srhm_book.complexity.choices_views import RATIO, SCALING_WORDS, Runs
from srhm_book.complexity.training import describe
from srhm_book.wording import NOTHING, join, with_ends


def background_table(rows: pd.DataFrame | None) -> pd.DataFrame:
    """P* with a background over P* without, from `measure.background_rows`.

    Columns: task, L, scaling, background, ratio, low, high, seeds.
    """
    found = []
    for key, own in [] if rows is None else rows.groupby(["arch", "v", "L", "s0", "scaling"]):
        arch, v, L, s0, scaling = key
        plain = own[own.background == BACKGROUNDS[0].name]
        for background in BACKGROUNDS[1:]:
            ratio = paired_ratio(own[own.background == background.name], plain)
            task = f"{arch.upper()} v={v}, s₀={s0}, L={L}"
            numbers = ratio.ratio, ratio.low, ratio.high, ratio.num_seeds
            found.append((task, L, scaling, background.name, *numbers))
    return pd.DataFrame(found, columns=["task", "L", "scaling", "background", *RATIO])


def background_view(table: pd.DataFrame) -> pd.DataFrame:
    """`background_table` as a page shows it."""
    factors = [with_ends(r.ratio, r.low, r.high) for r in table.itertuples()]
    wide = table.assign(factor=factors).pivot(
        index=["task", "scaling"], columns="background", values="factor"
    )
    return wide[[b.name for b in BACKGROUNDS[1:]]].fillna(NOTHING) if len(wide) else wide


def background_words(table: pd.DataFrame) -> str:
    """The factors with whitened inputs and biases both, by task and scaling, in words."""
    both = table[table.background == BACKGROUNDS[-1].name]
    said = []
    for task, own in both.groupby("task", sort=False):
        factors = (
            f"{with_ends(r.ratio, r.low, r.high)} in {SCALING_WORDS[r.scaling]}"
            for r in own.itertuples()
        )
        said.append(f"{join(factors)}, {task}")
    return join(said, "; ") if said else "not measured"


def background_off(table: pd.DataFrame) -> str:
    """The factors of a `background_table` whose interval leaves out 1, in words."""
    own = table[(table.low > 1) | (table.high < 1)]
    return join(
        (f"{r.background} in {SCALING_WORDS[r.scaling]}, {r.task}" for r in own.itertuples()), "; "
    )


def background_left(rows: pd.DataFrame | None, runs: Runs) -> str:
    """The planned settings without `measure.background_rows`, and what they would cost, in words.

    runs: of the engine, whose time for one training of the setting is taken.
    """
    said = []
    for config, num in measure.untrained(rows):
        words = f"{describe(config)} in {SCALING_WORDS[config.scaling]} ({num} trainings"
        if config in runs:
            words += f", some {num * runs[config].seconds.median() / 60:.0f} core minutes"
        said.append(f"{words})")
    return join(said, "; ")
