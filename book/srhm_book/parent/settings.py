"""The settings behind the parent's laws of deep networks: its Figures 3, 4, 5, 6 and 12.

All have s = 2 and s0 = 0. Families change one of L, m, v and n_c alone, and, as in the figures,
all together (m = n_c = v). `LAZY` is the same in the scaling of the authors' code, at its rate of
0.1 for each unit of width and a batch of 128 (they anneal it; here it stays).
"""

from __future__ import annotations

import math

from srhm.runs.search import Target
from srhm.training.config import RunConfig
from srhm_book.curves import curve
from srhm_book.grids import GRID, TOY, deep_rate, setting

LAZY = GRID | {"lr": 0.1, "scaling": "channels"}
SCALINGS = {"fan_in": GRID, "channels": LAZY}
SCALING_NAMES = {"fan_in": "this book's", "channels": "lazier"}  # in the tables of a page

# (v, n_c, m, L) of each family; v = n_c = m of the first.
MAXIMAL = tuple(
    (v, v, v, L)
    for L, vs in ((2, (4, 6, 8, 10, 12, 16)), (3, (4, 6, 8, 10)), (4, (3, 4, 5)), (5, (3, 4)))
    for v in vs
)
SYNONYMS = tuple(
    (v, v, m, L)
    for v, L, ms in ((16, 2, (4, 6, 8, 11)), (16, 3, (2, 3, 4, 6)), (8, 3, (2, 3, 4)),
                     (8, 4, (2, 3, 4)), (8, 5, (2, 3)))
    for m in ms
)  # fmt: skip
FEATURES = tuple((v, 4, 4, L) for L, vs in ((2, (4, 8, 16, 32)), (3, (4, 8, 16))) for v in vs)
CLASSES = tuple((16, n_c, 8, 2) for n_c in (2, 4, 8, 16, 32)) + tuple(
    (8, n_c, 4, 3) for n_c in (2, 4, 8, 16)
)
FAMILIES = {
    "m = n_c = v": MAXIMAL,
    "m alone": SYNONYMS,
    "v alone": FEATURES,
    "n_c alone": CLASSES,
}
LAZY_TASKS = (
    *((v, v, v, L) for L, vs in ((2, (4, 6, 8, 10)), (3, (4, 6, 8))) for v in vs),
    (16, 4, 4, 2), (8, 8, 2, 3), (8, 8, 3, 3),
)  # fmt: skip


def task_setting(v: int, n_c: int, m: int, L: int, scaling: str = "fan_in", **other) -> RunConfig:
    """The CNN's setting of one task, with a first guess of its P*."""
    slower = deep_rate(L) if scaling == "fan_in" else {}
    return setting("cnn", v, 0, n_c=n_c, m=m, L=L, **SCALINGS[scaling] | slower | other)


def deep_grid(profile: str = "book", scaling: str = "fan_in") -> list[RunConfig]:
    """All settings of `FAMILIES` (`LAZY_TASKS` for "channels"), cheapest first.

    profile: "book", everything; "fresh", those with a guess of at most 1,000 data; "smoke", two.
    """
    if profile == "smoke":
        return [task_setting(v, v, v, 2, scaling, **TOY | toy_rate(scaling)) for v in (4, 6)]
    tasks = LAZY_TASKS if scaling == "channels" else sum(FAMILIES.values(), ())
    found = [task_setting(*task, scaling) for task in dict.fromkeys(tasks)]
    found.sort(key=lambda config: config.P * config.task.d)
    return [c for c in found if c.P <= 1000] if profile == "fresh" else found


def toy_rate(scaling: str) -> dict:
    """A rate at which `TOY` trains in a scaling."""
    return {} if scaling == "fan_in" else {"lr": TOY["lr"] / 4}


def parent_threshold(n_c: int) -> float:
    """A tenth of the error of guessing, (1 - 1/n_c) / 10: where the parent paper reads off P*."""
    return (1 - 1 / n_c) / 10


def targets(n_c: int) -> tuple[Target, Target]:
    """This book's threshold and the parent's."""
    return Target(), Target(threshold=parent_threshold(n_c))


# Whole curves, for the sensitivities at many P: (v, L), m = n_c = v, largest P / (n_c m^L).
SENSITIVITY_CURVES = ((6, 2), (8, 2), (10, 2), (4, 3), (6, 3), (8, 3))


def sensitivity_curve(
    v: int, L: int, most: float = 6.0, scaling: str = "fan_in", **other
) -> list[RunConfig]:
    """The runs of one curve of Figures 5 and 6: P from 0.1 to ``most`` times n_c m^L.

    In half octaves of 2, as the curves of the SRHM's Figures 12 and 15, so that runs are shared. No
    P above three quarters of the task's data.
    """
    unit = v ** (L + 1)
    smallest = 2 ** (math.floor(2 * math.log2(0.1 * unit)) / 2)
    return curve("cnn", v, 0, smallest, most * unit, L=L, **SCALINGS[scaling] | other)
