"""The ledger's claims on one step and on single levels: this book's own, not the paper's.

All were predicted from one gradient step before the trainings (`srhm_book.why.expected`); a remark
says what would refute each.
"""

from __future__ import annotations

import pandas as pd

from srhm.runs.store import Store
from srhm_book.claims.claim import OWN as GROUP
from srhm_book.claims.claim import Claim, Number
from srhm_book.complexity.table import searched_runs
from srhm_book.why import chapter, steps
from srhm_book.why.expected import exponents, law
from srhm_book.why.findings import largest_s0
from srhm_book.why.later_claims import later_claims
from srhm_book.why.levels import growth_table
from srhm_book.why.tasks import HEIGHTS

ONE_STEP, LEVELS = "35_one_step", "36_which_level_pays"


def why_claims(store: Store) -> list[Claim]:
    """All of them; those without stored measurements are open."""
    try:
        sizes = chapter.counted_sizes("book")
    except FileNotFoundError:  # P_c is not measured
        sizes = None
    runs, _ = searched_runs(chapter.level_settings("book"), store)
    measured = largest_s0(growth_table(runs))
    deep, _ = searched_runs(chapter.depth_settings("book"), store)
    found = [] if sizes is None else [_step_claim(arch, w, sizes) for arch, w in _KINDS]
    found += [_level_claim(arch, measured) for arch in ("lcn", "cnn")]
    few, _ = searched_runs(chapter.few_settings("book"), store)
    found += [_free_claim(measured), _one_level_claim(deep), _depth_claim(few)]
    return [*found, *later_claims(store)]


_KINDS = (("lcn", "equal"), ("cnn", "equal"), ("cnn", "random"))


def _step_claim(arch: str, weights: str, sizes: pd.DataFrame) -> Claim:
    powers = steps.slopes(sizes)
    own = powers[(powers.arch == arch) & (powers.weights == weights) & (powers.L > 1)]
    parts = tuple(
        Number.of(f"exponent of s₀+1, L = {L}", sum(exponents(arch, weights, L)), power)
        for L, power in zip(own.L, own.exponent, strict=True)
    )
    number = len(sizes[(sizes.arch == arch) & (sizes.weights == weights) & (sizes.L > 1)])
    name = f"{arch.upper()}, {weights} hidden weights"
    return Claim(
        f"why_step_{arch}_{weights}", GROUP, f"{name}: one gradient step needs (s₀+1)^q data", "–",
        ONE_STEP, parts, number // max(sizes.seed.nunique(), 1), sizes.seed.nunique(),
        "refuted by an exponent whose interval leaves out the counted one",
    )  # fmt: skip


def _level_claim(arch: str, measured: pd.DataFrame) -> Claim:
    own = measured[measured.arch == arch]
    parts = tuple(
        Number.of(f"exponent at the {where} of {L} levels", power, _at(own, L, where))
        for L, places in HEIGHTS.items()
        for where, power in zip(places, exponents(arch, "random", L), strict=True)
    )
    return Claim(
        f"why_levels_{arch}", GROUP, f"{arch.upper()}: each sparse level multiplies P* by s₀+1",
        "–", LEVELS, parts, len(own), int(own.num_seeds.min()) if len(own) else 0,
        "refuted by a level whose exponent's interval leaves out 1",
    )  # fmt: skip


def _free_claim(measured: pd.DataFrame) -> Claim:
    own = measured[measured.arch == "cnn"]
    parts = tuple(
        Number.of(f"P* over that at s₀ = 0, {where} of {L}", 1.0, _at(own, L, where, "ratio"))
        for L, places in HEIGHTS.items()
        for where in places[1:]
    )
    return Claim(
        "why_free_cnn", GROUP, "CNN: sparsity above the lowest level costs nothing (equal weights)",
        "–", LEVELS, parts, len(own), int(own.num_seeds.min()) if len(own) else 0,
        "refuted by a ratio whose interval leaves out 1; the rival of the claim before",
    )  # fmt: skip


def _at(own: pd.DataFrame, L: int, where: str, column: str = "exponent"):
    found = own[(own.L == L) & (own["where"] == where)][column]
    return found.iloc[0] if len(found) else None


def _depth_claim(few: dict) -> Claim:
    by_depth = chapter.depth_exponents(few)
    parts = [
        Number.of(f"exponent of s₀+1, L = {L}", law("cnn", L), by_depth.get(("cnn", L)))
        for L in sorted({c.L for c in few if c.arch == "cnn"})
    ]
    seeds = min((own.seed_rules.nunique() for own in few.values()), default=0)
    return Claim(
        "why_depth_cnn", GROUP, "CNN, few synonyms: (s₀+1)² at two, three and four levels", "–",
        LEVELS, tuple(parts) or (Number("exponent of s₀+1, L = 4", 2.0),), len(few), seeds,
        "refuted by an interval that leaves out 2; one step with random weights would have it be L",
    )  # fmt: skip


def _one_level_claim(deep: dict) -> Claim:
    by_depth = chapter.depth_exponents(deep)
    found = by_depth.get(("cnn", 1))
    seeds = [own.seed_rules.nunique() for c, own in deep.items() if c.L == 1]
    return Claim(
        "why_one_level", GROUP, "One level, where LCN and CNN are one network: P* grows as s₀+1",
        "–", LEVELS, (Number.of("exponent of s₀+1, L = 1", 1.0, found),), len(seeds),
        min(seeds, default=0), "refuted by an interval that leaves out 1; Eq. 4 would have it be 2",
    )  # fmt: skip
