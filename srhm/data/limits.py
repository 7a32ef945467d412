"""Which tasks are refused: those that could not be held in memory, and impossible probabilities.

The paper's tasks are far below these limits.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from srhm.data.randomness import check_real

if TYPE_CHECKING:
    from srhm.data.task import SRHM

MAX_LEAVES = 2**16
MAX_RULES = 2**25
MAX_SUBSETS = 10**7
MAX_EXPONENT = 10.0  # of Zipf's law
LEAST_RATIO, LEAST_PROBABILITY = 1e-3, 1e-200  # of a place


def check_probabilities(zipf, displacement_ratio, sparsity: str, most_s0: int):
    """Both parameters as floats; ValueError where synonyms or places cannot be drawn so."""
    zipf = check_real("zipf", zipf)
    if zipf > MAX_EXPONENT:
        raise ValueError(f"zipf must be at most {MAX_EXPONENT:g}, not {zipf}.")
    ratio = check_real("displacement_ratio", displacement_ratio)
    if not LEAST_RATIO <= ratio <= 1:
        raise ValueError(f"displacement_ratio must be from {LEAST_RATIO:g} to 1, not {ratio}.")
    if sparsity == "B" and ratio != 1:
        raise ValueError(
            f"displacement_ratio must be 1 with sparsity 'B', whose features have no sub-patch of "
            f"their own, not {ratio}."
        )
    if ratio < 1 and most_s0 * math.log(ratio) < math.log(LEAST_PROBABILITY):
        raise ValueError(
            f"displacement_ratio must leave every one of the s0+1 places possible: at s0={most_s0} "
            f"it must not be {ratio}."
        )
    return zipf, ratio


def check_sizes(task: SRHM) -> None:
    """ValueError, in one sentence, for a task that is too large."""
    if task.L > 16 or task.s**task.L > MAX_LEAVES:
        raise ValueError(f"s^L must be at most {MAX_LEAVES}, not {task.s}^{task.L}.")
    if task.d >= 2**63:
        equal = len(set(task.patches)) == 1
        size = f"{task.patches[0]}^{task.L}" if equal else "·".join(map(str, task.patches))
        formula = "(s(s0+1))^L" if equal else "the product of s(s0+1) over the levels"
        raise ValueError(f"d = {formula} must be less than 2^63 positions, not {size}.")
    rules = task.m * max(task.v, task.n_c) * task.s
    if rules > MAX_RULES:
        raise ValueError(
            f"The rules must hold at most {MAX_RULES} features a level, not m·max(v, n_c)·s = "
            f"{rules}."
        )
    subsets = math.comb(max(task.patches), task.s)
    if task.sparsity == "B" and subsets > MAX_SUBSETS:
        raise ValueError(
            f"Sparsity 'B' needs at most {MAX_SUBSETS} ways to place s={task.s} features in "
            f"s(s0+1)={max(task.patches)} positions, not {subsets}."
        )
