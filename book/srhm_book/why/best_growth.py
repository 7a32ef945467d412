"""How the layer-wise algorithm's P* grows with s0, beside a trained CNN's."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from srhm.data.levels import s0_text
from srhm.stats.curves import sample_complexity
from srhm.stats.fits import Estimate
from srhm.stats.ratios import PairedRatio, paired_ratio
from srhm.training.config import SEED_FIELDS, RunConfig
from srhm_book.why import tasks
from srhm_book.why.best_measure import CASE
from srhm_book.wording import NOTHING, join, with_interval


class Growth(NamedTuple):
    """Two tasks that differ in s0 alone.

    where they are sparse, in words; level: the one that is, None for all; s0s: before and after, in
    words.
    """

    where: str
    level: str | None
    s0s: str
    before: tasks.BestTask
    after: tasks.BestTask


# From s0 = 1 on where all levels are sparse: without sparsity the smallest tasks need a good part
# of all data there are.
GROWTHS = (
    *(
        Growth(
            f"s = {s}, L = {L}, v = {v}: everywhere",
            None,
            "1 to 2",
            (v, s, L, v, 1),
            (v, s, L, v, 2),
        )
        for v, s, L in ((4, 2, 2), (6, 2, 2), (8, 2, 2), (4, 2, 3))
    ),
    *(
        Growth(f"s = 2, L = 3, v = 4: {level} level", level, "0 to 2", (4, 2, 3, 4, 0), sparse)
        for level, sparse in zip(tasks.HEIGHTS[3], tasks.BEST_BY_LEVEL, strict=True)
    ),
    Growth("s = 3, L = 2, v = 4: everywhere", None, "1 to 2", (4, 3, 2, 4, 1), (4, 3, 2, 4, 2)),
)
COLUMNS = ["where", "s0", "s", "L", "level", "algorithm", "seeds", "cnn", "cnn_seeds", "by_mean"]


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
    """The exponent of s0+1 in P* for each of `GROWTHS`, of the algorithm that learns places and of
    the CNN: an Estimate with its 95 % interval over seeds, or None.

    Columns as in `COLUMNS`: level is None where all are sparse, seeds and cnn_seeds are those that
    both tasks have, and by_mean is the CNN's exponent read off the mean curves of all seeds.
    """
    learned = algorithm_runs(rows)
    trained = {(c.v, c.s, c.L, c.m, str(c.s0)): own for c, own in cnn.items()}
    found = []
    for growth in growths:
        both = growth.before, growth.after
        before, after = ((*task[:4], str(s0_text(task[4]))) for task in both)
        (theirs, seeds), (ours, cnn_seeds) = (
            _exponent(runs, before, after, both) for runs in (learned, trained)
        )
        by_mean = _by_mean(trained, before, after, both) if ours else math.nan
        about = (growth.where, growth.s0s, both[0][1], both[0][2], growth.level)
        found.append((*about, theirs, seeds, ours, cnn_seeds, by_mean))
    return pd.DataFrame(found, columns=COLUMNS)


def _exponent(runs, before, after, both) -> tuple[Estimate | None, int]:
    """Over the seeds, with the same rules in both tasks, and how many these are."""
    if before not in runs or after not in runs:
        return None, 0
    ratio: PairedRatio = paired_ratio(runs[after], runs[before])
    if ratio.low is None:
        return None, ratio.num_seeds
    powers = (_power(x, both) for x in (ratio.ratio, ratio.low, ratio.high))
    return Estimate(*powers), ratio.num_seeds


def _by_mean(runs, before, after, both) -> float:
    stars = (sample_complexity(runs[task], num_bootstrap=0).P_star for task in (before, after))
    fewer, more = (star or math.nan for star in stars)
    return _power(more / fewer, both)


def _power(ratio: float, both) -> float:
    """The exponent of s0+1 behind a ratio of the second task's P* to the first's."""
    fewer, more = (_most(task[4]) + 1 for task in both)
    return math.log(ratio) / math.log(more / fewer)


def _most(s0) -> int:
    return s0 if isinstance(s0, int) else max(s0)


def growth_view(table: pd.DataFrame) -> pd.DataFrame:
    """The table as a page shows it."""
    shown = {
        "sparse": table["where"],
        "s₀ from": table.s0,
        "level by level": table.algorithm.map(with_interval),
        "its seeds": table.seeds,
        "CNN": table.cnn.map(with_interval),
        "CNN's seeds": table.cnn_seeds,
    }
    return pd.DataFrame(shown)


def mean_apart(table: pd.DataFrame) -> str:
    """By how much the CNN's exponents seed by seed and those of mean curves differ at most."""
    values = [abs(r.cnn.value - r.by_mean) for r in table[table.cnn.notna()].itertuples()]
    return f"{max(values):.2f}" if values else NOTHING


def square_words(table: pd.DataFrame) -> str:
    """Whether what the levels cost the algorithm explains what they cost the CNN.

    Against it speak a CNN's interval that leaves out s where all levels are sparse, and a single
    level at which the intervals of both are apart. A wide interval can hide this, but not make it.
    """
    known = table[table.algorithm.notna() & table.cnn.notna()]
    everywhere, single = known[known.level.isna()], known[known.level.notna()]
    against = sum(not r.cnn.includes(r.s) for r in everywhere.itertuples())
    parts = [_everywhere(s, L, own) for (s, L), own in everywhere.groupby(["s", "L"])]
    if len(single):
        apart = [r.level for r in single.itertuples() if not _overlap(r.algorithm, r.cnn)]
        against += len(apart)
        told = f"; they are told apart at the {join(apart)} level" if apart else ""
        parts.append(
            f"One level alone ({join(single.level)}) costs the algorithm the power "
            f"{_values(single.algorithm)}, the CNN {_values(single.cnn)}{told}."
        )
    return " ".join(["No." if against else "Nothing speaks against it here.", *parts])


def _everywhere(s: int, L: int, own: pd.DataFrame) -> str:
    """ "At s = 3, L = 2 the CNN's power is 1.8 (interval below 3), the algorithm's 3.1." """
    told = [
        f"{word} {s}" + (f" in {number} of {len(own)} tasks" if len(own) > 1 else "")
        for word, number in (
            ("below", sum(e.high < s for e in own.cnn)),
            ("above", sum(e.low > s for e in own.cnn)),
        )
        if number
    ]
    beside = f"interval {join(told)}" if told else f"{s} is in the interval"
    return (
        f"At s = {s}, L = {L} the CNN's power is {_values(own.cnn)} ({beside}), the algorithm's "
        f"{_values(own.algorithm)}."
    )


def _values(found: Iterable[Estimate]) -> str:
    return join(f"{e.value:.1f}" for e in found)


def _overlap(a: Estimate, b: Estimate) -> bool:
    return a.low <= b.high and b.low <= a.high
