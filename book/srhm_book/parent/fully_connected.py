"""Fully connected networks without sparsity: the parent's Figures 2 (shallow) and 13 (deep).

Shallow: one hidden layer of 8v² units. P* is where the error falls to 0.7 of that of guessing, as
in Figure 2. Deep: L or 6 hidden layers, at this book's threshold and the parent's. All s = 2.
"""

from __future__ import annotations

from srhm.runs.search import Target
from srhm.training.config import RunConfig
from srhm_book.grids import GRID, PAPER, setting

SHALLOW_SHARE = 0.7  # of the error of guessing
UNITS = 8  # hidden units of a shallow network, per v²
DEEPEST = 6  # the other depth of Figure 13

# (v, n_c, m, L). First n_c = m = v, as in Figure 2, then one of them apart from the others, then
# three levels, which it does not show.
SHALLOW_TASKS = (
    *((v, v, v, 2) for v in (4, 5, 6, 7, 8, 10)),
    *((8, 8, m, 2) for m in (4, 6)),
    *((8, n_c, 8, 2) for n_c in (2, 4)),
    (4, 4, 2, 3), (8, 8, 2, 3), (4, 4, 3, 3),
)  # fmt: skip
# Tasks whose data suffice for a factor 2^L.
DEEP_TASKS = (
    *((v, v, v, 2) for v in (8, 10, 12)),
    (8, 8, 3, 3), (4, 4, 4, 3), (8, 8, 4, 3),
    (4, 4, 2, 4), (8, 8, 2, 4),
)  # fmt: skip
# Half the rate of the other grids, at which deep fully connected networks fall silent.
DEEP_TRAINING = PAPER | {"stop_loss": GRID["stop_loss"]}


def shallow_setting(v: int, n_c: int, m: int, L: int, scaling: str = "fan_in", **other):
    """One hidden layer, 8v² units wide; its P is where the search begins."""
    rate = GRID["lr"] / (2**L if scaling == "channels" else 1)
    training = {"width": UNITS * v**2, "lr": rate, "scaling": scaling, "depth": 1} | other
    config = setting("fcn", v, 0, n_c=n_c, m=m, L=L, **training)
    return config.replace(P=max(round(0.3 * most_data(config)), config.batch_size))


def most_data(config: RunConfig) -> int:
    """P_max: all data of the task, n_c m^((d-1)/(s-1)) where nothing is sparse."""
    return config.task.num_data


def shallow_target(n_c: int) -> Target:
    """Figure 2's: 0.7 of the error of guessing."""
    return Target(threshold=SHALLOW_SHARE * (1 - 1 / n_c))


def deep_setting(v, n_c, m, L, depth=0, scaling="fan_in", **other) -> RunConfig:
    """L (0) or ``depth`` hidden layers of 256 units; its P is where the search begins."""
    training = DEEP_TRAINING | {"scaling": scaling, "depth": depth} | other
    if scaling == "channels":
        training["lr"] /= 2**L
    return setting("fcn", v, 0, n_c=n_c, m=m, L=L, **training)
