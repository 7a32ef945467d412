"""Fully connected networks without sparsity: the parent's Figures 2 (shallow) and 13 (deep).

Shallow: one hidden layer of 8v² units. P* is where the error falls to 0.7 of that of guessing, as
in Figure 2. Deep: L or 6 hidden layers, at this book's threshold (and,
by `srhm_book.parent.deep`, at the parent's). All s = 2 and s0 = 0.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from srhm.runs.search import Target, rows_of, search, stored_searches
from srhm.runs.store import Store
from srhm.stats.curves import sample_complexity
from srhm.stats.fits import Estimate, fit_power_law
from srhm.training.config import RunConfig
from srhm_book.complexity.table import prefactor
from srhm_book.grids import GRID, PAPER, TOY, setting
from srhm_book.parent.settings import task_setting

TASK = ("v", "n_c", "m", "L")
SHALLOW_COLUMNS = [*TASK, "scaling", "P_max", "scale", "P_star", "low", "high", "replicates",
                   "num_seeds", "reason"]  # fmt: skip
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
# Tasks whose data suffice for a factor 2^L, cheapest first.
DEEP_TASKS = (
    (4, 4, 4, 3), (8, 8, 2, 4), (8, 8, 8, 2), (8, 8, 3, 3), (10, 10, 10, 2),
    (6, 6, 6, 3), (8, 8, 8, 3),
)  # fmt: skip
# Half the rate of the other grids, at which deep fully connected networks fall silent.
DEEP_TRAINING = PAPER


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


def shallow_grid(profile: str = "book", scaling: str = "fan_in") -> list[RunConfig]:
    """The settings of `SHALLOW_TASKS`, cheapest first.

    profile: "book", everything; "fresh", those of at most 1,300 data; "smoke", two toys.
    """
    if profile == "smoke":
        return [shallow_setting(v, v, v, 2, scaling, **TOY) for v in (4, 5)]
    found = [shallow_setting(*task, scaling) for task in SHALLOW_TASKS]
    found.sort(key=lambda config: most_data(config) * config.width)
    return [c for c in found if most_data(c) <= 1300] if profile == "fresh" else found


def deep_grid(profile: str = "book", scaling: str = "fan_in") -> dict[str, list[RunConfig]]:
    """The settings of `DEEP_TASKS`: "fcn" of L layers, "six" of `DEEPEST`, and the "cnn".

    profile: "book", everything; "fresh", the two cheapest tasks; "smoke", one toy.
    """
    tasks = {"book": DEEP_TASKS, "fresh": ((8, 8, 8, 2), (4, 4, 4, 3)), "smoke": ((4, 4, 2, 3),)}
    toy = TOY if profile == "smoke" else {}
    return {
        "fcn": [deep_setting(*task, scaling=scaling, **toy) for task in tasks[profile]],
        "six": [deep_setting(*task, DEEPEST, scaling, **toy) for task in tasks[profile]],
        "cnn": [task_setting(*task, scaling, **toy) for task in tasks[profile]],
    }


def shallow_runs(
    settings: Iterable[RunConfig], store: Store | None, repeats: int = 3, **search_options
) -> tuple[dict[RunConfig, pd.DataFrame], list[RunConfig]]:
    """The runs around each setting's crossing of 0.7 of guessing, and the settings that have none.

    store and search_options: as for `srhm_book.parent.deep.deep_runs`.
    """
    found, missing = {}, []
    for config in settings:
        target = shallow_target(config.n_c)
        if store is None:
            frame = search([config], None, repeats, target, **search_options)
            found[config] = rows_of(frame, config)
            continue
        own, _ = stored_searches([config], store, dict.fromkeys((5, repeats)), [target])
        found |= own
        missing += [] if own else [config]
    return found, missing


def shallow_table(runs: dict[RunConfig, pd.DataFrame]) -> pd.DataFrame:
    """One row a setting: P_star at 0.7 of guessing, its 95 % interval, and all data, P_max.

    Columns v, n_c, m, L, scaling, P_max, scale (n_c m^L), P_star, low, high, replicates, share
    (P_star / P_max), num_seeds and, where P_star is nan, the reason.
    """
    rows = []
    for config, frame in runs.items():
        found = sample_complexity(frame, threshold=shallow_target(config.n_c).threshold)
        row = {name: getattr(config, name) for name in (*TASK, "scaling")}
        row |= {"P_max": most_data(config), "scale": config.n_c * config.m**config.L}
        row |= {"P_star": found.P_star, "low": found.low, "high": found.high}
        row |= {"replicates": found.replicates, "num_seeds": found.num_seeds}
        rows.append(row | {"reason": found.reason})
    table = pd.DataFrame(rows, columns=SHALLOW_COLUMNS)
    table = table.astype(dict.fromkeys(("P_max", "P_star", "low", "high"), float))
    return table.assign(share=table.P_star / table.P_max)


def shallow_powers(table: pd.DataFrame) -> dict[str, Estimate | None]:
    """Powers of P* in "P_max" (all tasks), and in "v" among those with n_c = m = v at L = 2.

    Proportionality to P_max is 1 and 4; the deep networks' law n_c m^L has 3 for the latter.
    """
    known = table.dropna(subset="P_star")
    return {"P_max": _power(known, "P_max"), "v": _power(known[of_figure(known)], "v")}


def of_figure(table: pd.DataFrame) -> pd.Series:
    """Which rows are tasks as in the parent's Figure 2: n_c = m = v at L = 2."""
    return (table.L == 2) & (table.n_c == table.v) & (table.m == table.v)


def _power(table: pd.DataFrame, predictor: str) -> Estimate | None:
    try:
        return fit_power_law(table, [predictor]).exponents[predictor]
    except ValueError:  # too few settings
        return None


Ratios = dict[tuple[str, str], pd.DataFrame]  # by network ("fcn", "six", "depth") and scaling


def deep_ratios(tables: dict[tuple[str, str], pd.DataFrame]) -> Ratios:
    """P* of fully connected networks over the CNN's ("fcn": L layers, "six"), and "depth".

    tables: `srhm_book.parent.deep.deep_table` by network ("fcn", "six", "cnn") and scaling.
    "depth" is P* of six layers over that of L. See `against` for the columns.
    """
    found = {}
    for scaling in {scaling for _, scaling in tables}:
        cnn, fcn, six = (tables[name, scaling] for name in ("cnn", "fcn", "six"))
        found["fcn", scaling] = against(fcn, cnn)
        found["six", scaling] = against(six, cnn)
        found["depth", scaling] = against(six, fcn, power=False)
    return found


def against(table: pd.DataFrame, other: pd.DataFrame, power: bool = True) -> pd.DataFrame:
    """P* of one network over another's, task by task, and over 2^L besides where ``power``.

    The tasks that both know. Columns, besides the first table's: other, ratio, scale (what P* is
    divided by) and C = P_star / scale.
    """
    table = table.drop(columns=["scale", "C"], errors="ignore")
    both = table.merge(other[[*TASK, "P_star"]].rename(columns={"P_star": "other"}), on=list(TASK))
    both = both.dropna(subset=["P_star", "other"])
    scale = both.other * (2.0**both.L if power else 1.0)
    return both.assign(ratio=both.P_star / both.other, scale=scale, C=both.P_star / scale)


def factor(ratios: pd.DataFrame) -> Estimate | None:
    """Geometric mean of C of `against` with its 95 % interval; None for fewer than two tasks."""
    return prefactor(ratios) if len(ratios) > 1 else None
