"""Do P*, P*_S and P*_D stay together when places or synonyms have unequal probabilities?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from srhm.runs.search import Target
from srhm.runs.store import Store
from srhm.runs.sweep import check_workers, sweep
from srhm.stats.fits import Estimate
from srhm.stats.ratios import mean_ratio, seed_complexities
from srhm.training.config import RunConfig
from srhm_book.complexity.transitions import fall_times
from srhm_book.curves import unequal_curves
from srhm_book.grids import GRIDS, TOY, setting
from srhm_book.invariance.thresholds import runs_of
from srhm_book.why import tasks
from srhm_book.why.expected import verdict
from srhm_book.why.thresholds import READINGS, targets

THRESHOLD, HALF = "threshold", "half of the fall"  # how a size is read off a curve
PAIRS = (("D", "S"), ("S", "P"), ("D", "P"))
NAMES = {"P": "P*", "S": "P*_S", "D": "P*_D"}
COLUMNS = ["arch", "displacement_ratio", "zipf", "reading", "how", "pair", "ratio", "over_equal",
           "num_seeds", "verdict", "bound"]  # fmt: skip
FEWER = {"fresh": ((0.05, 0), (1, 2)), "smoke": ((0.05, 0),)}
SHORT = {"smallest": 64, "largest": 512, "L": 2} | TOY

FEWEST_SIZES = 4

Case = tuple[str, float, float]  # network, displacement_ratio, zipf


def curves_of(profile: str, repeats: int = 3) -> dict[Case, list[RunConfig]]:
    """The runs of each case, equal probabilities first."""
    archs = tasks.UNEQUAL_ODDS if profile == "book" else ("cnn",)
    other = SHORT if profile == "smoke" else {}
    found = {}
    for arch in archs:
        for odds in (tasks.EQUAL, *FEWER.get(profile, tasks.UNEQUAL_ODDS[arch])):
            own = unequal_curves(arch, odds, **other)
            found[arch, *odds] = [c for c in own if c.seed_rules < repeats]
    return found


def unequal_runs(
    profile: str, store: Store | None, repeats: int = 3, **sweep_options
) -> tuple[dict[Case, pd.DataFrame], list[Case]]:
    """The runs of each case at the sizes that all seeds have, and the cases with too few.

    Stored ones, or without a store trained now (``sweep_options`` of `srhm.runs.sweep.sweep`).
    """
    check_workers(sweep_options.get("workers"))
    curves = curves_of(profile, repeats)
    if store is None:
        frame = sweep([c for own in curves.values() for c in own], None, **sweep_options)
    else:
        frame = store.frame()
    # The largest size has the whole batch, from which the smaller ones follow.
    found = {case: runs_of(frame, own[-1], repeats) for case, own in curves.items()}
    wanted = {case: {c.P for c in own} for case, own in curves.items()}
    known = {case: _from_smallest(own, wanted[case]) for case, own in found.items() if len(own)}
    known = {case: own for case, own in known.items() if own.P.nunique() >= FEWEST_SIZES}
    return known, [case for case in curves if case not in known]


def _from_smallest(runs: pd.DataFrame, wanted: set[int]) -> pd.DataFrame:
    """The runs of the sizes wanted, from the smallest up to the first that is not there."""
    there = set(runs.P)
    gap = min((P for P in wanted if P not in there), default=max(wanted) + 1)
    return runs[runs.P.isin([P for P in wanted if gap > P])]


def seed_sizes(runs: pd.DataFrame, reading: str, how: str) -> dict[str, dict[tuple, float]]:
    """{"P", "S", "D": {seed: size}}, of the seeds whose curve crosses.

    how: `THRESHOLD`, those of `srhm_book.why.thresholds.targets`; `HALF`, where half of the whole
    fall, from the smallest size to the largest, is done.
    """
    wanted = targets(setting_of(runs), reading)
    if how == THRESHOLD:
        return {name: _crossings(runs, target) for name, target in wanted.items()}
    columns = {name: target.quantity for name, target in wanted.items()}
    times = fall_times(runs, "P", list(columns.values()))
    return {name: times[column].dropna().to_dict() for name, column in columns.items()}


def _crossings(runs: pd.DataFrame, target: Target) -> dict[tuple, float]:
    return seed_complexities(runs, target.quantity, target.threshold)


def setting_of(runs: pd.DataFrame) -> RunConfig:
    """The configuration of the first of the runs."""
    return RunConfig.from_dict({name: runs[name].tolist()[0] for name in RunConfig.names()})


def not_yet(runs: pd.DataFrame, reading: str) -> dict[str, float]:
    """{"P", "S" or "D": the largest size}, where all seeds are still above the threshold there."""
    largest = int(runs.P.max())
    last = runs[runs.P.isin([largest])].min(numeric_only=True)
    wanted = targets(setting_of(runs), reading)
    return {name: float(largest) for name, t in wanted.items() if last[t.quantity] > t.threshold}


def parting_table(runs: Mapping[Case, pd.DataFrame]) -> pd.DataFrame:
    """Ratios of the three sizes in each case, and over the same ratio at equal probabilities.

    Seed by seed, since seeds share their rules. Columns `COLUMNS`: ratio and over_equal are
    Estimates (95 % over seeds) or None; verdict that of `srhm_book.why.expected.verdict`; bound:
    the first of the pair was not reached, and its size is more than the largest, which stands for
    it: such a ratio may part, and cannot be together.
    """
    rows = []
    for (arch, *odds), own in runs.items():
        equal = runs.get((arch, *tasks.EQUAL))
        if tuple(odds) == tasks.EQUAL or equal is None:
            continue
        for reading in READINGS:
            for how in (THRESHOLD, HALF):
                if how == HALF and own.P.max() < equal.P.max():
                    continue  # the whole fall is not known
                base, sizes = (seed_sizes(frame, reading, how) for frame in (equal, own))
                late = not_yet(own, reading) if how == THRESHOLD else {}
                for pair in PAIRS:
                    rows.append((arch, *odds, reading, how, *_parting(base, sizes, late, pair)))
    return pd.DataFrame(rows, columns=COLUMNS)


def _parting(base, sizes, late, pair) -> tuple:
    first, second = pair
    bound = first in late
    upper = dict.fromkeys(sizes[second], late[first]) if bound else sizes[first]
    ratios = {seed: upper[seed] / sizes[second][seed] for seed in upper if seed in sizes[second]}
    before = {seed: base[first][seed] / base[second][seed] for seed in base[first]
              if seed in base[second]}  # fmt: skip
    over = estimate([ratios[seed] / before[seed] for seed in ratios if seed in before])
    found = verdict(over)
    if bound and found != "parted":
        found = "open"
    number = len(set(ratios) & set(before))
    return "/".join(pair), estimate(list(ratios.values())), over, number, found, bound


def estimate(ratios: list[float]) -> Estimate | None:
    """Geometric mean over seeds with its 95 % interval; None for fewer than two."""
    found = mean_ratio(ratios)
    return None if found.low is None else Estimate(found.ratio, found.low, found.high)


def single_settings() -> list[RunConfig]:
    """Tasks with one invariance alone: without synonyms (m = 1), and without sparsity."""
    lone = [c for c in GRIDS["fixed_d"] if c.m == 1]
    return [*lone, *(setting(arch, 4, 0, L=3) for arch in tasks.NETWORKS)]
