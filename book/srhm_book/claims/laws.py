"""The landing page's claims on the laws of the sample complexity: Eqs. 3, 4, 5 and sparsity B.

An exponent *agrees* when its 95 % interval holds the law's and is at most 20 % of it wide
either way (`srhm_book.complexity.law_tests.LawTest.included`); a wider one is *not measured*. Pairs
of equal size (Eq. 5) *agree* when none has its whole interval on the wrong side and at least half
have it on the right one.
"""

from __future__ import annotations

import pandas as pd

from srhm.runs.store import Store
from srhm_book.claims.claim import Claim
from srhm_book.complexity.fixed_d import EQUAL, as_predicted, fit_eq5, sparser_pairs
from srhm_book.complexity.law_tests import (
    COMPLETE,
    LawTest,
    depth_tests,
    exponent_tests,
    half_width,
    slope_tests,
)
from srhm_book.complexity.sparsity_B import curves_of, pooled_exponent
from srhm_book.complexity.table import complexity_table, searched
from srhm_book.grids import fixed_d_grid, law_grid

CHAPTERS = {"lcn": "06_lcn_sample_complexity", "cnn": "07_cnn_sample_complexity"}
# Rows of the table: id, where and of what (see `srhm_book.complexity.law_tests`), the law's
# exponent, statement, figure.
LCN_ROWS = (
    ("eq3", "all", "scale", 1, "LCN: slope of log P* on that of Eq. 3", "4B, 10"),
    ("eq3_s0_L2", "s=2, L=2", "s0+1", 2, "LCN, L = 2: exponent of s₀+1 (Eq. 3)", "4B"),
    ("eq3_s0_L3", "s=2, L=3", "s0+1", 3, "LCN, L = 3: exponent of s₀+1 (Eq. 3)", "4B"),
    ("eq3_n_c", "s=2, L=2", "n_c", 1, "LCN, L = 2: exponent of n_c (Eq. 3)", "4B"),
    ("eq3_m", "s=2, L=2", "m", 2, "LCN, L = 2: exponent of m (Eq. 3)", "4B"),
    ("eq3_depth", COMPLETE, "s^(L/2)", 1, "LCN: exponent of s^(L/2) (Eq. 3)", "10"),
)
CNN_ROWS = (
    ("eq4", "all", "scale", 1, "CNN: slope of log P* on that of Eq. 4", "4C, 13"),
    ("eq4_s0_L2", "s=2, L=2", "s0+1", 2, "CNN, L = 2: exponent of s₀+1 (Eq. 4)", "4C"),
    ("eq4_s0_L3", "s=2, L=3", "s0+1", 2, "CNN, L = 3: exponent of s₀+1 (Eq. 4)", "4C"),
    ("eq4_n_c", "s=2, L=2", "n_c", 1, "CNN, L = 2: exponent of n_c (Eq. 4)", "4C"),
    ("eq4_m", "s=2, L=2", "m", 2, "CNN, L = 2: exponent of m (Eq. 4)", "4C"),
)


def law_claims(store: Store) -> list:
    """The claims of Eqs. 3, 4 and 5 and of Figures 7 and 8, from the runs in ``store``."""
    found = _exponent_claims(store, "lcn", LCN_ROWS) + _exponent_claims(store, "cnn", CNN_ROWS)
    return [*found, *_equal_size_claims(store), *_sparsity_B_claims(store)]


def _exponent_claims(store: Store, arch: str, rows) -> list:
    runs, _ = searched(law_grid(arch), store)
    table = complexity_table(runs)
    tests = [*slope_tests(table), *exponent_tests(table), *depth_tests(table)]
    by_key = {(test.settings, test.exponent): test for test in tests}
    if ("all", "scale") not in by_key and tests:  # a single depth: its slope is that of all
        by_key["all", "scale"] = tests[0]
    seeds = int(table.num_seeds.min()) if len(table) else 0
    return [
        _claim(id, statement, figure, CHAPTERS[arch], law, by_key.get((where, what)), seeds)
        for id, where, what, law, statement, figure in rows
    ]


def _claim(
    id: str, statement: str, figure: str, chapter: str, law: float, test: LawTest | None, seeds: int
):
    common = {"id": id, "statement": statement, "figure": figure, "chapter": chapter}
    if test is None or test.estimate is None:
        reason = "too few of its settings are trained"
        return Claim(**common, verdict="not measured", paper=float(law), reason=reason)
    value, verdict, reason = test.estimate, "agrees" if test.included else "differs", None
    if test.included is None:
        verdict = "not measured"
        reason = f"the interval, ± {half_width(value):.2f}, is too wide to tell"
    return Claim(
        **common, verdict=verdict, paper=float(law), measured=value.value,
        interval=(value.low, value.high), ratio=value.value / law, settings=test.num_points,
        seeds=seeds, reason=reason,
    )  # fmt: skip


def _equal_size_claims(store: Store) -> list:
    runs, _ = searched(fixed_d_grid(), store)
    table = complexity_table(runs)
    pairs = sparser_pairs(table)
    seeds = int(table.num_seeds.min()) if len(table) else 0
    chapter = "08_sparser_is_easier"
    slope = None
    if len(pairs) >= 3:
        fit = fit_eq5(pairs)
        slope = LawTest("all", "predicted", 1.0, fit.exponents["predicted"], len(pairs))
    statement = "LCN, equal size: slope of the measured effect of sparsity on that of Eq. 5"
    return [
        _pairs_claim(pairs, seeds, chapter),
        _claim("eq5_slope", statement, "5", chapter, 1, slope, seeds),
    ]


def _pairs_claim(pairs: pd.DataFrame, seeds: int, chapter: str):
    easier = pairs[pairs.predicted < 1]
    right = int(as_predicted(easier).sum())
    wrong = int((easier.side != "either").sum()) - right
    common = {
        "id": "eq5", "figure": "5", "chapter": chapter,
        # A line of n settings of one size makes n - 1 pairs.
        "settings": len(easier) + easier.groupby(EQUAL).ngroups,
        "statement": "LCN, equal size: decided pairs in which the sparser needs fewer (Eq. 5)",
    }  # fmt: skip
    if easier.empty or (not wrong and 2 * right < len(easier)):
        reason = f"of {len(easier)} pairs the intervals decide {right + wrong}"
        return Claim(**common, verdict="not measured", reason=reason)
    return Claim(
        **common, verdict="differs" if wrong else "agrees", paper=right + wrong, measured=right,
        ratio=right / (right + wrong), seeds=seeds,
        reason=f"{len(easier) - right - wrong} more pairs are open within their intervals",
    )  # fmt: skip


def _sparsity_B_claims(store: Store) -> list:
    curves, _ = curves_of("book", store)
    table, claims = complexity_table(curves), []
    for arch, figure, power in (("lcn", "7", "(s₀+1)^L"), ("cnn", "8", "(s₀+1)²")):
        own = table[table.arch == arch]
        try:
            test = LawTest("all", power, 1.0, pooled_exponent(own), len(own))
        except ValueError:  # the settings are too few
            test = None
        statement = f"{arch.upper()}, sparsity B: exponent of {power}"
        seeds = int(own.num_seeds.min()) if len(own) else 0
        claims.append(_claim(f"fig{figure}", statement, figure, "09_sparsity_B", 1, test, seeds))
    return claims
