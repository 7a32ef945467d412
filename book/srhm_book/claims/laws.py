"""Claims on the sample complexity: the points of Figures 4B and 4C, Eqs. 3, 4, 5, sparsity B.

P* is compared with the paper's values by the paper's rule, which takes one of its sizes
(`srhm_book.complexity.table.by_paper_rule`); in fits it is interpolated.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from srhm.runs.store import Store
from srhm.stats.curves import interval
from srhm.stats.fits import Estimate
from srhm_book.claims.claim import Claim, Number, Share
from srhm_book.complexity.authors_table import NEAR, authors_table
from srhm_book.complexity.depth_step import (
    GRIDS,
    LAW,
    PUBLISHED,
    SMALL,
    THEIRS,
    depth_steps,
    mean_steps,
)
from srhm_book.complexity.fixed_d import as_predicted, fit_eq5, sparser_pairs
from srhm_book.complexity.law_tests import (
    COMPLETE,
    FACTORS,
    depth_tests,
    matched_branching,
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
BY_RULE = "both read off at one of the paper's sizes, by its rule"
STEPS = (GRIDS, SMALL, THEIRS, PUBLISHED)  # whose steps in depth are told
SYMBOLS = {"s0": "s0+1", "n_c": "n_c", "m": "m"}  # in a claim's id: in a table's column


def law_claims(store: Store) -> list[Claim]:
    """The claims of Figures 4 and 10, of Eqs. 3, 4 and 5 and of Figures 7 and 8."""
    found, frame, theirs = [], store.frame(), authors_table(store)
    for arch in CHAPTERS:
        runs, _ = searched_runs(law_grid(arch), store)
        table, paper = complexity_table(runs, frame), published_P_star(arch)
        for L in (2, 3):
            found.append(_points_claim(table, paper, arch, L))
            found.append(_authors_claim(theirs, paper, arch, L))
        found += [_law_claim(table, paper, arch), *_exponent_claims(table, paper, arch)]
        found += [_depth_claim(table, depth_steps(store, theirs))] if arch == "lcn" else []
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
    shown = table[table.by_rule.notna() & (table.L == L)]
    return _claim(
        f"P_star_{arch}_L{L}", f"P* of the {arch.upper()}, L = {L}", FIGURES[arch], CHAPTERS[arch],
        _near_parts(shown.by_rule, paper, arch, L), shown, BY_RULE,
    )  # fmt: skip


def _authors_claim(theirs: pd.DataFrame, paper: pd.DataFrame, arch: str, L: int) -> Claim:
    """The same points trained as the authors' code trains, in a cheaper form: one seed each.

    theirs: `srhm_book.complexity.authors_table.authors_table`.
    """
    ratio = theirs[(theirs.arch == arch) & (theirs.L == L)].cheap.dropna()
    return Claim(
        f"P_star_{arch}_L{L}_authors", GROUP,
        f"P* of the {arch.upper()}, L = {L}, trained as the authors, cheaper", FIGURES[arch],
        "17_authors_training", _near_parts(ratio, paper, arch, L), len(ratio), min(len(ratio), 1),
        f"{BY_RULE}; in a cheaper form of that training",
    )  # fmt: skip


def _near_parts(ratio: pd.Series, paper: pd.DataFrame, arch: str, L: int) -> tuple[Number, Share]:
    """How near to the paper's P* those are that are known, given the ratios to it."""
    what = f"points of Figure {FIGURES[arch]} with P* within a factor {NEAR:g}"
    near = int(ratio.between(1 / NEAR, NEAR).sum())
    return (
        Number.of("P* over the paper's, geometric mean", 1, _mean(ratio.to_numpy(float))),
        Share(what, near, len(ratio), int((paper.L == L).sum())),
    )


def _mean(values: np.ndarray, num_bootstrap: int = 2000, seed: int = 0) -> Estimate | None:
    """The geometric mean with its 95 % bootstrap interval; None of fewer than five values.

    Not the median, which of values on a grid is a point of that grid.
    """
    if len(values) < 5:
        return None
    logs, rng = np.log(values), np.random.default_rng(seed)
    draws = logs[rng.integers(len(logs), size=(num_bootstrap, len(logs)))].mean(axis=1)
    value = float(logs.mean())
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
        Number.of(f"exponent of {_written(factor)}, all fitted together", 1, found.get(factor))
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


def _depth_claim(table: pd.DataFrame, steps: pd.DataFrame) -> Claim:
    """The factor s^(L/2): over all tasks of the paper's kind, and where s or L alone varies.

    steps: `srhm_book.complexity.depth_step.depth_steps`.

    At L = 2 there are tasks that differ in s alone; elsewhere the law's other factors are divided
    out. A fit at another s or L is a part where it tells anything, and does not hang on one task.
    """
    found = {
        test.settings.removeprefix(COMPLETE).strip(", "): test.estimate
        for test in depth_tests(table)
        if test.settings.startswith(COMPLETE)
    }
    matched = matched_branching(table)
    estimates = {
        "all tasks": found.pop("", None),
        "at L = 2, of tasks that differ in s alone": matched and matched.exponent,
        "at s = 2": found.pop("s=2", None),
    }
    found.pop("L=2", None)
    estimates |= {f"at {held.replace('=', ' = ')}": own for held, own in found.items() if own}
    parts = [Number.of(f"exponent of s^(L/2), {where}", 1, own) for where, own in estimates.items()]
    statement = "LCN: the factor s^(L/2) of Eq. 3"
    return _claim("eq3_depth", statement, "10", CHAPTERS["lcn"], parts, table, _step_words(steps))


def _step_words(steps: pd.DataFrame) -> str:
    """How far P* of the LCN grows from two to three levels, by way of training."""
    means, num = mean_steps(steps)
    if not num:
        return "the step from two to three levels is not known in all trainings"
    grids, small, cheaper, paper = (
        f"{means[name]:.2f}" for name in (GRIDS, SMALL, THEIRS, PUBLISHED)
    )
    return (
        f"from two to three levels, beyond the law's other factors, P* grows by {grids} in this "
        f"book's training, {small} in its scaling at the rate 0.003, {cheaper} trained as the "
        f"authors (cheaper form) and {paper} in the paper, where s^(1/2) is {LAW:.2f} (tasks that "
        f"all of them know: {num})"
    )


def _equal_size_claims(store: Store) -> list[Claim]:
    """Eq. 5: which of two inputs of one size needs fewer, and by how much."""
    runs, _ = searched_runs(fixed_d_grid(), store)
    table = complexity_table(runs)
    pairs = sparser_pairs(table)
    easier = pairs[pairs.predicted < 1]
    decided, right = int((easier.side != "either").sum()), int(as_predicted(easier).sum())
    what = "pairs of equal size, where the seeds decide, in which the sparser needs fewer"
    sign = Share(what, right, decided, len(easier))
    slope = fit_eq5(pairs).exponents["predicted"] if len(pairs) >= 3 else None
    size = "slope of the measured effect of sparsity on that of Eq. 5"
    rows = (
        ("eq5", "LCN: of inputs of one size, the sparser needs fewer", sign),
        ("eq5_slope", "LCN: by how much fewer", Number.of(size, 1, slope)),
    )
    chapter = "08_sparser_is_easier"
    return [_claim(id, text, "5", chapter, (part,), table) for id, text, part in rows]


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
