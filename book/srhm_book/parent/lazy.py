"""Lazy training fails too: the parent's Figure 14, and feature learning switched off by degrees.

The tangent kernel (`srhm_book.parent.tangent`) is the end of a line on which ``alpha`` moves: the
logits are alpha times what the network has changed since the start, so that the larger alpha, the
less the features need to change. One task, the same CNN, P* at each alpha.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from srhm.runs.store import Store, to_frame
from srhm.runs.sweep import sweep
from srhm.stats.curves import SampleComplexity, sample_complexity
from srhm.stats.fits import Estimate
from srhm.training.config import SEED_FIELDS, RunConfig
from srhm_book.bootstrap import replicate_ratio
from srhm_book.curves import curve
from srhm_book.grids import GRID, TOY
from srhm_book.parent.settings import SCALINGS

ALPHA_TASK = {"v": 4, "n_c": 4, "m": 3, "L": 3}
ALPHAS = (0.0, 1.0, 4.0, 16.0, 64.0)  # 0: as everywhere in the book
# A lazy network bears a larger rate, and needs it: its loss falls slowly.
LAZY_FROM, LAZY_RATE = 16.0, 8 * GRID["lr"]
MOST_EPOCHS = 300
MOSTLY_ALL = 0.85  # of all data: where kernel regression is asked whether it has learned
SIZES = {0.0: (32, 724), 1.0: (91, 724), 4.0: (128, 1024), 16.0: (181, 1448), 64.0: (256, 2896)}


def alpha_runs(
    alphas: Iterable[float] = ALPHAS, sizes: Mapping[float, tuple[int, int]] = SIZES, **other
) -> list[RunConfig]:
    """Three seeds at each size, a factor of two apart, for each alpha; ``other`` changes all."""
    runs = []
    for alpha in alphas:
        rate = {"lr": LAZY_RATE} if alpha >= LAZY_FROM else {}
        options = ALPHA_TASK | {"alpha": alpha, "max_epochs": MOST_EPOCHS} | rate | other
        v, task = options["v"], {name: x for name, x in options.items() if name != "v"}
        # The plain network is also compared with the kernel far below its P*.
        runs += curve("cnn", v, 0, *sizes[alpha], every=4 if alpha else 2, **task)
    return runs


def scaled_runs(scaling: str, **other) -> list[RunConfig]:
    """The plain network of either scaling at the same sizes: "channels" starts lazier."""
    options = ALPHA_TASK | SCALINGS[scaling] | {"max_epochs": MOST_EPOCHS} | other
    v, task = options["v"], {name: x for name, x in options.items() if name != "v"}
    return curve("cnn", v, 0, *SIZES[1.0], every=4, **task)


def alpha_table(runs: pd.DataFrame, threshold: float = 0.1) -> pd.DataFrame:
    """P* at each alpha: columns alpha, scaling, P_star, low, high (95 %), seeds, reason."""
    rows = []
    for (alpha, scaling), own in runs.groupby(["alpha", "scaling"]):
        found = sample_complexity(own, threshold=threshold)
        rows.append((alpha, scaling, *_numbers(found), found.num_seeds, found.reason))
    names = ["alpha", "scaling", "P_star", "low", "high", "seeds", "reason"]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[2:5], float))


def slowed(runs: pd.DataFrame) -> tuple[float, Estimate | None]:
    """The largest alpha and its P* over that of alpha 0, in this book's scaling.

    The interval is over seeds, the same ones in both. None where one has no P*.
    """
    own = runs[runs.scaling == "fan_in"]
    most = float(own.alpha.max())
    plain, last = (sample_complexity(own[own.alpha == alpha]) for alpha in (0.0, most))
    if most == 0 or not (plain.P_star and last.P_star) or plain.num_seeds != last.num_seeds:
        return most, None
    draws = last.replicates, plain.replicates
    return most, replicate_ratio(last.P_star, plain.P_star, *draws, plain.num_seeds)


def kernel_P_star(rows: pd.DataFrame, threshold: float = 0.1) -> pd.DataFrame:
    """P* of kernel regression, task by task, from `srhm_book.parent.measure.kernel_rows`.

    Columns v, n_c, m, L, P_max, P_star, low, high, seeds, reason, largest (P) and error (there).
    """
    found = []
    for task, own in rows.groupby(["v", "n_c", "m", "L", "P_max"]):
        frame = own.rename(columns={"error": "test_error"})[["P", "test_error"]]
        frame = frame.assign(**dict.fromkeys(SEED_FIELDS, own.seed))
        star = sample_complexity(frame, threshold=threshold)
        last = own[own.P.max() == own.P]
        found.append((*task, *_numbers(star), star.num_seeds, star.reason,
                      int(own.P.max()), last.error.mean()))  # fmt: skip
    names = ["v", "n_c", "m", "L", "P_max", "P_star", "low", "high", "seeds", "reason", "largest",
             "error"]  # fmt: skip
    return pd.DataFrame(found, columns=names).astype(dict.fromkeys(names[5:8], float))


def whole_tasks(stars: pd.DataFrame, maximal: bool) -> pd.DataFrame:
    """The tasks of `kernel_P_star` with nearly all data in the largest training set.

    maximal: those with n_c = m = v, as the parent's figures have them; else the others.
    """
    alike = (stars.n_c == stars.v) & (stars.m == stars.v)
    return stars[(stars.largest >= MOSTLY_ALL * stars.P_max) & (alike == maximal)]


def _numbers(star: SampleComplexity) -> tuple:
    return star.P_star, star.low, star.high


def of_task(kernel: pd.DataFrame, task: dict = ALPHA_TASK) -> pd.DataFrame:
    """The rows of one task."""
    keep = pd.Series(True, index=kernel.index)
    for name, value in task.items():
        keep &= kernel[name] == value
    return kernel[keep]


def early_ratio(kernel: pd.DataFrame, trained: pd.DataFrame, most_P: float) -> pd.DataFrame:
    """Errors of kernel and network at equal P up to ``most_P``: columns P, kernel, network, ratio.

    Both are means over seeds, the kernel's interpolated in log P.
    """
    curve_of = kernel.groupby("P").error.mean()
    network = trained.groupby("P").test_error.mean()
    network = network[(network.index <= most_P) & (network.index >= curve_of.index.min())]
    there = np.interp(np.log(network.index), np.log(curve_of.index), curve_of)
    table = pd.DataFrame({"P": network.index, "kernel": there, "network": network.to_numpy()})
    return table.assign(ratio=table.network / table.kernel)


def all_runs() -> list[RunConfig]:
    """What the chapter shows: every alpha, and the plain network of the authors' scaling."""
    return [*scaled_runs("channels"), *alpha_runs()]


def trained(profile: str, store: Store | None, **sweep_options) -> pd.DataFrame:
    """The runs of a profile: what the store holds ("book"), or fewer trained now."""
    if store is not None:
        rows = [store.get(config, warn=False) for config in all_runs()]
        return to_frame(row for row in rows if row is not None)
    if profile == "smoke":
        sizes = dict.fromkeys((0.0, 4.0), (64, 128))
        runs = alpha_runs((0.0, 4.0), sizes, **TOY)
    else:
        runs = [*scaled_runs("channels"), *alpha_runs((0.0, 1.0, 4.0))]
    return sweep(runs, None, **sweep_options)
