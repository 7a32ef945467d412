"""P* of deep CNNs without empty elements against n_c m^L, by both papers' thresholds.

What the parent claims (its Eq. 7): P* = n_c m^L whatever v, so P*/n_c = d^(ln m / ln s). Tested
factor by factor, on families of tasks that differ in one of m, n_c, v and L.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd
from scipy.stats import gmean

from srhm.runs.search import rows_of, search, stored_searches
from srhm.runs.store import Store
from srhm.stats.curves import sample_complexity
from srhm.stats.fits import Estimate, fit_power_law
from srhm.training.config import RunConfig
from srhm_book.complexity.table import seed_exponent
from srhm_book.grids import setting
from srhm_book.parent.settings import FAMILIES, parent_threshold, targets

TASK = ("v", "n_c", "m", "L")
COLUMNS = (*TASK, "scaling", "d", "scale", "num_seeds", "P_star", "low", "high", "replicates", "C",
           "parent", "parent_low", "parent_high", "parent_replicates", "reason")  # fmt: skip


def deep_runs(
    settings: Iterable[RunConfig], store: Store | None, repeats: int = 3, **search_options
) -> tuple[dict[RunConfig, pd.DataFrame], list[RunConfig]]:
    """The runs around both thresholds' crossings, and the settings that have none yet.

    With a store: what it holds. Without: all settings are searched now (`srhm.runs.search.search`,
    which takes ``search_options``).
    """
    found, missing = {}, []
    for config in dict.fromkeys(settings):
        aims = targets(config.n_c)
        if store is None:
            frame = search([config], None, repeats, aims, **search_options)
            found[config] = rows_of(frame, config)
            continue
        own, _ = stored_searches([config], store, dict.fromkeys((5, repeats)), aims)
        found |= own
        missing += [] if own else [config]
    return found, missing


def deep_table(runs: dict[RunConfig, pd.DataFrame]) -> pd.DataFrame:
    """One row a setting: P_star at 10 % and ``parent`` at (1 - 1/n_c)/10, with 95 % intervals.

    ``scale`` is n_c m^L and ``C`` is P_star over it.
    """
    rows = []
    for config, frame in runs.items():
        ours = sample_complexity(frame)
        theirs = sample_complexity(frame, threshold=parent_threshold(config.n_c))
        scale = config.n_c * config.m**config.L
        row = {name: getattr(config, name) for name in (*TASK, "scaling")}
        row |= {"d": config.task.d, "scale": scale, "num_seeds": ours.num_seeds}
        row |= {"P_star": ours.P_star, "low": ours.low, "high": ours.high}
        row |= {"replicates": ours.replicates, "reason": ours.reason or theirs.reason}
        row |= {"C": (ours.P_star or math.nan) / scale, "parent_replicates": theirs.replicates}
        row |= {"parent": theirs.P_star, "parent_low": theirs.low, "parent_high": theirs.high}
        rows.append(row)
    numbers = ("P_star", "low", "high", "C", "parent", "parent_low", "parent_high")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(numbers, float))


def by_parent_rule(table: pd.DataFrame) -> pd.DataFrame:
    """The same table with the parent's P* in the place of ours."""
    names = {"parent": "P_star", "parent_low": "low", "parent_high": "high"}
    names |= {"parent_replicates": "replicates"}
    other = table.drop(columns=list(names.values())).rename(columns=names)
    return other.assign(C=other.P_star / other["scale"])


def family(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows with P* of one of `FAMILIES`."""
    tasks = set(FAMILIES[name])
    keep = [tuple(row) in tasks for row in table[list(TASK)].itertuples(index=False)]
    return table[pd.Series(keep, table.index, dtype=bool)].dropna(subset="P_star")


@dataclass(frozen=True)
class Power:
    """One fitted power beside the law's: of what, among which settings, from how many.

    estimate is None where the settings are too few. Its 95 % interval is over seeds and, for the
    fits through many families (`joint_powers`), over settings too.
    """

    what: str
    where: str
    law: float
    estimate: Estimate | None
    num_points: int
    num_seeds: int


def all_powers(table: pd.DataFrame) -> list[Power]:
    """`joint_powers`, `line_powers` and `depth_powers`; ``where`` tells the lazier scaling."""
    powers = [*joint_powers(table), *line_powers(table), *depth_powers(table)]
    lazier = len(table) > 0 and (table.scaling == "channels").all()
    return [replace(power, where=f"{power.where}, lazier") if lazier else power for power in powers]


def joint_powers(table: pd.DataFrame) -> list[Power]:
    """Through all settings: the power of n_c m^L, then those of its factors and of v, jointly.

    The law says 1, 1, 1 and 0.
    """
    table = table.dropna(subset="P_star").assign(mL=lambda t: t.m.astype(float) ** t.L)
    found = []
    for laws in ({"scale": 1.0}, {"n_c": 1.0, "mL": 1.0, "v": 0.0}):
        try:
            fit = fit_power_law(table, list(laws)).exponents
        except ValueError:  # too few settings, or they do not vary apart
            fit = {}
        names = {"scale": "n_c m^L", "mL": "m^L"}
        seeds = int(table.num_seeds.min()) if len(table) else 0
        found += [
            Power(names.get(name, name), "all tasks", law, fit.get(name), len(table), seeds)
            for name, law in laws.items()
        ]
    return found


def line_powers(table: pd.DataFrame) -> list[Power]:
    """Along lines of tasks that differ in one symbol alone: of m the law's L, of n_c 1, of v 0."""
    found = []
    for name, symbol, law in (("m alone", "m", None), ("n_c alone", "n_c", 1.0),
                              ("v alone", "v", 0.0)):  # fmt: skip
        others = [other for other in TASK if other != symbol]
        for values, part in family(table, name).groupby(others):
            task = dict(zip(others, values, strict=True))
            same_n_c = f"v = n_c = {task['v']}, " if symbol == "m" else ""
            rest = {"m": "", "n_c": f"v = {task.get('v')}, m = {task.get('m')}, ",
                    "v": "n_c = m = 4, "}[symbol]  # fmt: skip
            where = f"{same_n_c or rest}L = {task['L']}"
            found.append(_line(part, symbol, where, task["L"] if law is None else law))
    return [power for power in found if power.num_points > 1]


def depth_powers(table: pd.DataFrame) -> list[Power]:
    """Of d = 2^L in P*/n_c, at equal v, n_c and m: the law says ln m / ln s."""
    known = table.dropna(subset="P_star")
    found = []
    for (v, n_c, m), part in known.groupby(["v", "n_c", "m"]):
        if part.L.nunique() > 1:
            where = f"v = n_c = m = {v}" if v == n_c == m else f"v = {v}, n_c = {n_c}, m = {m}"
            found.append(_line(part, "d", where, math.log(m) / math.log(2)))
    return sorted(found, key=lambda power: (power.law, power.where))


def compared(powers: list[Power]) -> str:
    """How many powers are below, at and above the law's, by their 95 % intervals, in words."""
    below = sum(power.estimate.high < power.law for power in powers)
    above = sum(power.estimate.low > power.law for power in powers)
    same = len(powers) - below - above
    return f"is below the law's in {below}, above it in {above} and not told from it in {same}"


def _line(part: pd.DataFrame, predictor: str, where: str, law: float) -> Power:
    seeds = int(part.num_seeds.min()) if len(part) else 0
    try:
        estimate = seed_exponent(part, predictor) if seeds > 1 else None
    except ValueError:  # a single value
        estimate = None
    return Power(predictor, where, law, estimate, len(part), seeds)


def prefactors(table: pd.DataFrame) -> pd.DataFrame:
    """P* / (n_c m^L) by depth: geometric mean, least and most over tasks, for both thresholds.

    Columns L, tasks, ours, least, most, parent.
    """
    known = table.dropna(subset=["P_star", "parent"])
    rows = [
        (
            L,
            len(part),
            gmean(part.C),
            part.C.min(),
            part.C.max(),
            gmean(part.parent / part["scale"]),
        )
        for L, part in known.groupby("L")
    ]
    return pd.DataFrame(rows, columns=["L", "tasks", "ours", "least", "most", "parent"])


def without_sharing(table: pd.DataFrame, store: Store | None) -> pd.DataFrame:
    """The same tasks with weights of their own at every place: LCNs that the store holds.

    Columns v, n_c, m, L, cnn and lcn, both P* / (n_c m^L) at 10 %, and ratio = cnn / lcn; tasks
    that only one of the networks has are left out.
    """
    columns = [*TASK, "cnn", "lcn", "ratio"]
    if store is None:
        return pd.DataFrame(columns=columns)
    known, rows = table.dropna(subset="P_star"), []
    for task in known.itertuples():
        config = setting("lcn", task.v, 0, n_c=task.n_c, m=task.m, L=task.L)
        runs, _ = stored_searches([config], store)
        star = sample_complexity(runs[config], num_bootstrap=0).P_star if runs else None
        if star is not None:
            rows.append((*(getattr(task, name) for name in TASK), task.C, star / task.scale))
    found = pd.DataFrame(rows, columns=columns[:-1])
    return found.assign(ratio=found.cnn / found.lcn)
