"""Claims on the sample complexity: the points of Figures 4B and 4C, Eqs. 3, 4, 5, sparsity B."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srhm.runs.store import Store
from srhm.stats.curves import interval
from srhm.stats.fits import Estimate
from srhm_book.claims.claim import Claim, Number, Share
from srhm_book.complexity.authors import NEAR
from srhm_book.complexity.fixed_d import as_predicted, fit_eq5, sparser_pairs
from srhm_book.complexity.law_tests import (
    FACTORS,
    depth_tests,
    matched_tests,
    pooled_tests,
    slope_tests,
)
from srhm_book.complexity.sparsity_B import curves_of, pooled_exponent
from srhm_book.complexity.table import complexity_table, searched_runs
from srhm_book.grids import fixed_d_grid, law_grid
from srhm_book.paper import published_P_star

GROUP = "Laws"
CHAPTERS = {"lcn": "06_lcn_sample_complexity", "cnn": "07_cnn_sample_complexity"}
FIGURES = {"lcn": "4B", "cnn": "4C"}
EQUATIONS = {"lcn": "3", "cnn": "4"}
SYMBOLS = {"s0": "s0+1", "n_c": "n_c", "m": "m"}  # in a claim's id: in a table's column


def law_claims(store: Store) -> list[Claim]:
    """The claims of Figures 4 and 10, of Eqs. 3, 4 and 5 and of Figures 7 and 8."""
    found = []
    for arch in CHAPTERS:
        runs, _ = searched_runs(law_grid(arch), store)
        table, paper = complexity_table(runs), published_P_star(arch)
        found += [_points_claim(table, paper, arch, L) for L in (2, 3)]
        found += [_law_claim(table, paper, arch), *_exponent_claims(table, paper, arch)]
        found += [_depth_claim(table)] if arch == "lcn" else []
    return [*found, *_equal_size_claims(store), *_sparsity_B_claims(store)]


def _claim(
    id, statement, figure, chapter, parts, table: pd.DataFrame, remark=None, settings=None
) -> Claim:
    known = table.dropna(subset="P_star")
    seeds = int(known.num_seeds.min()) if len(known) else 0
    settings = len(known) if settings is None else settings
    return Claim(id, GROUP, statement, figure, chapter, tuple(parts), settings, seeds, remark)


def _points_claim(table: pd.DataFrame, paper: pd.DataFrame, arch: str, L: int) -> Claim:
    """Every point that Figure 4B or 4C shows at one depth."""
    shown = table[table.paper.notna() & table.P_star.notna() & (table.L == L)]
    ratio = shown.ratio.to_numpy(float)
    near = int(((ratio < NEAR) & (ratio > 1 / NEAR)).sum())
    what = f"points of Figure {FIGURES[arch]} with P* within a factor {NEAR:g}"
    return _claim(
        f"P_star_{arch}_L{L}", f"P* of the {arch.upper()}, L = {L}", FIGURES[arch], CHAPTERS[arch],
        (Number.of("P* over the paper's, median", 1, _median(ratio)),
         Share(what, near, len(shown), int((paper.L == L).sum()))),
        shown,
    )  # fmt: skip


def _median(values: np.ndarray, num_bootstrap: int = 2000, seed: int = 0) -> Estimate | None:
    """The median with its 95 % bootstrap interval, in logarithms; None of fewer than five."""
    if len(values) < 5:
        return None
    logs, rng = np.log(values), np.random.default_rng(seed)
    draws = np.median(logs[rng.integers(len(logs), size=(num_bootstrap, len(logs)))], axis=1)
    value = float(np.median(logs))
    return Estimate(*np.exp([value, *interval(value, draws, len(logs))]).tolist())


def _law_claim(table: pd.DataFrame, paper: pd.DataFrame, arch: str) -> Claim:
    """The law as a whole, and each of its factors: a product must not agree by cancellation.

    The paper's tasks have n_c = v and m = v^(s-1), so its own points say nothing of the factors.
    """
    equation = f"Eq. {EQUATIONS[arch]}"
    whole, theirs = (next(iter(slope_tests(points)), None) for points in (table, paper))
    slope = Number.of(f"slope of log P* on that of {equation}", 1, *map(_estimate, (whole, theirs)))
    found = {test.exponent: test.estimate for test in pooled_tests(table)}
    factors = [
        Number.of(f"exponent of {_written(factor)} in {equation}", 1, found.get(factor))
        for factor in FACTORS[arch]
    ]
    statement = f"{arch.upper()}: {equation} as a whole and factor by factor"
    figure = {"lcn": "4B, 10", "cnn": "4C, 13"}[arch]
    parts = (slope, *factors)
    return _claim(f"eq{EQUATIONS[arch]}", statement, figure, CHAPTERS[arch], parts, table)


def _exponent_claims(table: pd.DataFrame, paper: pd.DataFrame, arch: str) -> list[Claim]:
    """The exponents of s0+1, n_c and m at each depth, from tasks that differ in nothing else."""
    ours, theirs = (
        {(test.settings, test.exponent): test for test in matched_tests(points)}
        for points in (table, paper)
    )
    claims = []
    for L in (2, 3):
        laws = {"s0": L if arch == "lcn" else 2, "n_c": 1, "m": L}
        part = table[(table.s == 2) & (table.L == L)]
        for name, law in laws.items():
            tests = [found.get((f"s=2, L={L}", SYMBOLS[name])) for found in (ours, theirs)]
            statement = f"{arch.upper()}, L = {L}: exponent of {_written(SYMBOLS[name])}"
            parts = (Number.of(statement, law, *map(_estimate, tests)),)
            where = FIGURES[arch], CHAPTERS[arch]
            basis = "tasks that differ in nothing else", tests[0].num_points if tests[0] else 0
            id = f"eq{EQUATIONS[arch]}_{name}_L{L}"
            claims.append(_claim(id, statement, *where, parts, part, *basis))
    return claims


def _depth_claim(table: pd.DataFrame) -> Claim:
    """The factor s^(L/2): over all tasks of the paper's kind, and where s or L alone varies."""
    parts = tuple(
        Number.of(f"exponent of s^(L/2), {_where(test.settings)}", 1, test.estimate)
        for test in depth_tests(table)
        if "m=v" in test.settings
    )
    statement = "LCN: the factor s^(L/2) of Eq. 3"
    parts = parts or (Number(statement, 1),)
    return _claim("eq3_depth", statement, "10", CHAPTERS["lcn"], parts, table)


def _equal_size_claims(store: Store) -> list[Claim]:
    """Eq. 5: which of two inputs of one size needs fewer, and by how much."""
    runs, _ = searched_runs(fixed_d_grid(), store)
    table = complexity_table(runs)
    pairs = sparser_pairs(table)
    easier = pairs[pairs.predicted < 1]
    decided, right = int((easier.side != "either").sum()), int(as_predicted(easier).sum())
    what = "pairs of equal size in which the sparser needs fewer"
    sign = Share(what, int((easier.ratio < 1).sum()), len(easier))
    slope = fit_eq5(pairs).exponents["predicted"] if len(pairs) >= 3 else None
    size = "slope of the measured effect of sparsity on that of Eq. 5"
    remark = f"the seeds decide {decided} of the {len(easier)} pairs, {right} of them as Eq. 5 says"
    rows = (
        ("eq5", "LCN: of inputs of one size, the sparser needs fewer", sign, remark),
        ("eq5_slope", "LCN: by how much fewer", Number.of(size, 1, slope), None),
    )
    chapter = "08_sparser_is_easier"
    return [_claim(id, text, "5", chapter, (part,), table, r) for id, text, part, r in rows]


def _sparsity_B_claims(store: Store) -> list[Claim]:
    curves, _ = curves_of("book", store)
    table, claims = complexity_table(curves), []
    for arch, figure, power in (("lcn", "7", "(s0+1)^L"), ("cnn", "8", "(s0+1)^2")):
        own = table[table.arch == arch]
        try:
            exponent = pooled_exponent(own)
        except ValueError:  # the settings are too few
            exponent = None
        statement = f"{arch.upper()}, sparsity B: exponent of {_written(power)}"
        parts = (Number.of(statement, 1, exponent),)
        claims.append(_claim(f"fig{figure}", statement, figure, "09_sparsity_B", parts, own))
    return claims


def _estimate(test) -> Estimate | None:
    return test and test.estimate


def _written(symbols: str) -> str:
    return symbols.replace("s0", "s₀").replace("^2", "²")


def _where(settings: str) -> str:
    """ "alone, m=v^(s-1), s=2" as "at s = 2"."""
    held = settings.partition("m=v^(s-1)")[2].removeprefix(", ")
    return f"at {held.replace('=', ' = ')}" if held else "all tasks"
