"""The ledger's claims on unequal probabilities, the best possible and the square: this book's own.

A remark says what would refute each; rivals stand beside one another.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from srhm.runs.store import Store
from srhm.stats.fits import Estimate
from srhm_book.claims.claim import OWN as GROUP
from srhm_book.claims.claim import Claim, Number
from srhm_book.complexity.authors_table import authors_table, exponents_in_both
from srhm_book.complexity.table import searched_runs
from srhm_book.why import (
    best_chapter,
    best_growth,
    chapter,
    measure,
    square,
    unequal,
    unequal_views,
)
from srhm_book.why.expected import WITHIN, verdict
from srhm_book.why.unequal import THRESHOLD
from srhm_book.wording import list_settings

STEP, LEVELS = "35_one_step", "36_which_level_pays"
INVARIANCES, BEST = "37_two_invariances", "38_best_possible"


@dataclass(frozen=True)
class Ratio(Number):
    """A ratio with the verdict of its own chapter, whose rule was fixed before the trainings."""

    @property
    def verdict(self) -> str:
        """See `srhm_book.why.expected.verdict`, of the ratio over the expected one."""
        if self.value is None:
            return "open"
        over = Estimate(*(x / self.expected for x in (self.value, *self.interval)))
        return {"together": "agrees", "parted": "differs", "open": "open"}[verdict(over)]


RATIO_RULE = f"agrees within a factor of {WITHIN:g}, differs beyond it, open in between"


def later_claims(store: Store) -> list[Claim]:
    """All of them; those without stored measurements are open or left out."""
    return [
        *_first_step(), *_invariances(store), *_square(store), *_best(store),
    ]  # fmt: skip


def _claim(id, statement, chapter_name, parts, settings, seeds, refuted) -> Claim:
    remark = f"refuted by {refuted}"
    where = (GROUP, statement, "–", chapter_name, tuple(parts), settings, seeds, remark)
    return Claim(f"why_{id}", *where)


def _first_step() -> list[Claim]:
    try:
        rows = chapter.first_gradients("book")
    except FileNotFoundError:
        return []
    widest = rows[rows.width.isin([rows.width.max()])]
    parts = [
        Number(f"correlation, {arch.upper()}, width {widest.width.max()}", 1.0,
               own.correlation.mean(), (own.correlation.min(), 1.0),
               bracket=f"from the least of {own.seed.nunique()} seeds to 1")
        for arch, own in widest.groupby("arch")
    ]  # fmt: skip
    return [
        _claim("first_gradient", "A wide network's first gradient is the counted one",
               STEP, parts, len(parts), widest.seed.nunique(),
               "a correlation that does not approach 1 with the width"),
    ]  # fmt: skip


def _invariances(store: Store) -> list[Claim]:
    runs, _ = unequal.unequal_runs("book", store)
    table = unequal.parting_table(runs)
    rare = unequal_views.rarity("book")
    table = table[(table.how == THRESHOLD) & ~table.bound.astype(bool)]
    own, even = (table[table.reading == reading] for reading in ("own", "even"))

    def parts(rows: pd.DataFrame, pair: str, expected=lambda _case: 1.0) -> list[Number]:
        what = (
            "/".join(unequal.NAMES[name] for name in pair.split("/")) + " over that of equal ones"
        )
        return [
            Ratio.of(f"{what}, {unequal_views.case_words(r)}",
                     expected((r.arch, r.displacement_ratio, r.zipf)), r.over_equal)
            for r in rows[rows.pair == pair].itertuples()
        ] or [Number(what, 1.0)]  # fmt: skip

    def alone(case) -> float:
        return rare[case] if unequal_views.kind_of(case) == "places" else 1 / rare[case]

    known = table[table.over_equal.notna()]  # one seed has no interval
    seeds = int(known.num_seeds.min()) if len(known) else 0
    number = len(runs)
    return [
        _claim("one_grouping", "Unequal places or synonyms: P*_D/P*_S as with equal ones",
               INVARIANCES, parts(own, "D/S"), number, seeds,
               f"a ratio on the task's own data that parts; {RATIO_RULE}"),
        _claim("each_pattern", "Unequal places or synonyms: rare ones are learned later, alone",
               INVARIANCES, parts(own, "D/S", alone), number, seeds,
               "a ratio that parts from how many times rarer the rarest is; the rival of the claim "
               "before, by the same rule"),
        _claim("even_task", "Unequal in training, equal in the test: P*_D/P* as with equal ones",
               INVARIANCES, parts(even, "D/P"), number, seeds,
               "a ratio that parts, by the same rule: insensitive before it is right"),
    ]  # fmt: skip


def _square(store: Store) -> list[Claim]:
    runs, missing = searched_runs(square.square_settings("book"), store)
    lacking = list_settings(c for c in missing if c.scaling == "channels")
    table, by_s = square.exponents(runs), square.exponents(runs, square.COMPARED_S0)
    lazier = table[table.scaling == "channels"]
    ours = {(r.s, r.L, r.v): r.exponent for r in table[table.scaling == "fan_in"].itertuples()}
    same = [
        Number.of(f"exponent of s₀+1, authors' scaling, L = {r.L}", ours[r.s, r.L, r.v],
                  r.exponent)
        for r in lazier.itertuples() if (r.s, r.L, r.v) in ours
    ]  # fmt: skip
    same += [
        Number.of(f"growth of P* from s₀ = 1 to 2 over ours, by seed, L = {r.L}", 1.0, r.growth)
        for r in square.paired_exponents(store.frame()).itertuples()
    ]
    authors = exponents_in_both(authors_table(store))
    same += [
        Number.of(f"exponent of s₀+1, authors' training, cheaper, L = {r.L}", r.grids, r.cheap)
        for r in authors[(authors.arch == "cnn") & (authors.factor == "s0+1")].itertuples()
    ]
    wide = by_s[(by_s.s > 2) & (by_s.L == 2)]
    arranged, two = (
        [Number.of(f"exponent of s₀+1, s = {r.s}", expected or r.s, r.exponent)
         for r in wide.itertuples()]
        for expected in (None, square.LAW)
    )  # fmt: skip
    seeds = min((own.seed_rules.nunique() for own in runs.values()), default=0)
    return [
        _claim("scalings", "The CNN's exponent of s₀+1 is the same in the authors' lazier scaling",
               LEVELS, same or [Number("exponent of s₀+1, authors' scaling", 2.0)], len(lazier),
               seeds, "an exponent apart from that of this book's scaling; searches "
               f"not complete in the authors': {lacking}"),
        _claim("square_is_s", "The CNN's exponent is s: each arrangement of a tuple is learned",
               LEVELS, arranged or [Number("exponent of s₀+1, s = 3", 3.0)], len(wide), seeds,
               "an exponent at s > 2 whose interval leaves out s"),
        _claim("square_is_2", "The CNN's exponent is 2 also for larger tuples",
               LEVELS, two or [Number("exponent of s₀+1, s = 3", 2.0)], len(wide), seeds,
               "an exponent at s > 2 whose interval leaves out 2; the rival of the claim before"),
    ]  # fmt: skip


def _best(store: Store) -> list[Claim]:
    try:
        algorithm, seen = best_chapter.counted("book")
    except FileNotFoundError:
        return []
    settings = best_chapter.network_settings("book")
    runs = {name: searched_runs(own, store)[0] for name, own in settings.items()}
    table = best_chapter.sizes_table(runs, algorithm, seen, measure.read("critical_sizes"))
    own, tasks_known = best_chapter.factor(table, "cnn", "algorithm places", sparse=True)
    growth = best_growth.growth_table(algorithm, runs["cnn"])
    single = growth[~growth["where"].str.endswith("everywhere")]
    levels = [
        Number.of(f"exponent of the CNN, {r.where}", r.algorithm or 1.0, r.cnn)
        for r in single.itertuples()
    ]
    seeds = int(table.num_seeds.min()) if len(table) else 0
    return [
        _claim("own_factor", "A CNN needs the data of an algorithm that learns level by level",
               BEST, [Number.of("P* over the algorithm's, s₀ > 0, s = 2", 1.0, own)], tasks_known,
               seeds, "a factor whose interval, over tasks, leaves out 1"),
        _claim("by_level", "Each level costs a CNN what it costs that algorithm",
               BEST, levels or [Number("exponent by level", 1.0)], len(single), seeds,
               "a level at which the interval of the difference of both exponents leaves out 0"),
    ]  # fmt: skip
