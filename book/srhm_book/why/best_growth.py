"""How the layer-wise algorithm's P* grows with s0, beside a trained CNN's."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from srhm.data.levels import s0_text
from srhm.stats.fits import Estimate
from srhm.stats.ratios import PairedRatio, paired_ratio
from srhm.training.config import SEED_FIELDS, RunConfig
from srhm_book.why import tasks
from srhm_book.why.best_measure import CASE
from srhm_book.wording import with_interval

Growth = tuple[str, str, tasks.BestTask, tasks.BestTask]

# Where it is sparse, in words; s0 before and after; the two tasks. From s0 = 1 on where all levels
# are sparse: without sparsity the data run out (a third of all there are is needed at v = 4).
GROWTHS: tuple[Growth, ...] = (
    *(
        (f"s = 2, L = 2, v = {v}: everywhere", "1 to 2", (v, 2, 2, v, 1), (v, 2, 2, v, 2))
        for v in (4, 6, 8)
    ),
    ("s = 2, L = 3, v = 4: everywhere", "1 to 2", (4, 2, 3, 4, 1), (4, 2, 3, 4, 2)),
    *(
        (f"s = 2, L = 3, v = 4: {where} level", "0 to 2", (4, 2, 3, 4, 0), sparse)
        for where, sparse in zip(tasks.HEIGHTS[3], tasks.BEST_BY_LEVEL, strict=True)
    ),
    ("s = 3, L = 2, v = 4: everywhere", "1 to 2", (4, 3, 2, 4, 1), (4, 3, 2, 4, 2)),
)
COLUMNS = ["where", "s0", "s", "algorithm", "cnn"]


def algorithm_runs(rows: pd.DataFrame, places: bool = True) -> dict[tasks.BestTask, pd.DataFrame]:
    """{task: its rows as a learning curve}; a task without sparsity has no places to tell apart.

    rows: of `srhm_book.why.best_measure.algorithm_rows`; s0 may be a text such as "2,0,0".
    """
    seeded = rows.assign(**dict.fromkeys(SEED_FIELDS, rows.seed), s0=rows.s0.astype(str))
    return {
        (*task, s0): own[["P", "test_error", *SEED_FIELDS]]
        for (*task, s0, told), own in seeded.groupby(CASE)
        if told == (places and s0 != "0")
    }


def growth_table(
    rows: pd.DataFrame, cnn: Mapping[RunConfig, pd.DataFrame], growths=GROWTHS
) -> pd.DataFrame:
    """The exponent of s0+1 in P* for each of `GROWTHS`: of the algorithm that learns places, and of
    the CNN (each an Estimate with its 95 % interval over seeds, or None)."""
    learned = algorithm_runs(rows)
    trained = {(c.v, c.s, c.L, c.m, str(c.s0)): own for c, own in cnn.items()}
    found = []
    for where, s0s, *both in growths:
        before, after = ((*task[:4], str(s0_text(task[4]))) for task in both)
        powers = [_exponent(runs, before, after, both) for runs in (learned, trained)]
        found.append((where, s0s, both[0][1], *powers))
    return pd.DataFrame(found, columns=COLUMNS)


def _exponent(runs, before, after, both) -> Estimate | None:
    if before not in runs or after not in runs:
        return None
    ratio: PairedRatio = paired_ratio(runs[after], runs[before])
    if ratio.low is None:
        return None
    more, fewer = (_most(task[4]) + 1 for task in reversed(both))
    scale = math.log(more / fewer)
    return Estimate(*(math.log(x) / scale for x in (ratio.ratio, ratio.low, ratio.high)))


def _most(s0) -> int:
    return s0 if isinstance(s0, int) else max(s0)


def growth_view(table: pd.DataFrame) -> pd.DataFrame:
    """The table as a page shows it."""
    shown = table.assign(
        algorithm=table.algorithm.map(with_interval), cnn=table.cnn.map(with_interval)
    )
    names = {"where": "sparse", "s0": "s₀ from", "algorithm": "level by level", "cnn": "CNN"}
    return shown.drop(columns="s").rename(columns=names)


def square_words(table: pd.DataFrame) -> str:
    """Whether the algorithm's exponents are the CNN's: everywhere, level by level, and at s = 3."""
    known = table[table.algorithm.notna() & table.cnn.notna()]
    everywhere = known["where"].str.endswith("everywhere")
    parts, all_agree = [], True
    for words, own in (
        ("With all levels sparse, s = 2,", known[everywhere & (known.s == 2)]),
        ("With s = 3", known[everywhere & (known.s == 3)]),
        ("With one level sparse", known[~everywhere]),
    ):
        if len(own):
            agree = sum(_overlap(a, c) for a, c in zip(own.algorithm, own.cnn, strict=True))
            all_agree = all_agree and agree == len(own)
            parts.append(f"{words} the intervals of both overlap in {agree} of {len(own)} cases.")
    first = "Nothing speaks against it here." if all_agree else "No, not as a whole."
    return " ".join([first, *parts]) if parts else "Not measured yet."


def _overlap(a: Estimate, b: Estimate) -> bool:
    return a.low <= b.high and b.low <= a.high
