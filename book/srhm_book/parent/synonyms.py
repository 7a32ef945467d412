"""Which layers drop which level's synonyms, and at which P: the parent's Figures 5 and 6.

Expected of the lazier scaling, written down before its curves were trained: it is that of the
parent's own code, so all three hold in it as in theirs. S_{2,1} falls with n_c m^L to a power whose
interval holds 1 and within a factor 2 of P*, and level l is dropped exactly from layer l+1 on. What
laziness costs is that P_S is later by as much as P*.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from srhm.runs.store import Store
from srhm.runs.sweep import sweep
from srhm.stats.curves import sample_complexity
from srhm.stats.fits import Estimate, fit_power_law
from srhm_book.bootstrap import replicate_ratio
from srhm_book.complexity.table import prefactor
from srhm_book.invariance.thresholds import runs_of
from srhm_book.parent.settings import (
    SENSITIVITY_CURVES,
    TOY,
    sensitivity_curve,
    task_setting,
    toy_rate,
)

# Half of what an unrelated datum moves a layer: P_S is where a sensitivity falls through it. After
# learning, a layer that minds a level stays above `KEPT`, one that does not ends below.
HALF, KEPT = 0.5, 0.4
REACH = 2.0  # a factor, as for the SRHM's thresholds: how near P_S and P* are the same
LEAST = 3.0  # P / (n_c m^L) to which a curve must reach at least
FEW_CURVES = ((4, 2), (4, 3))  # (v, L) of those that are trained where nothing is stored
Curves = dict[tuple[int, int], pd.DataFrame]  # (v, L): runs with n_c = m = v


def curves(profile: str, store: Store | None, scaling: str = "fan_in", **options) -> Curves:
    """The runs of each curve, with the column x = P / (n_c m^L).

    profile: "book": those in the store; "fresh": two curves trained now, "smoke": a toy; then
    ``options`` go to `srhm.runs.sweep.sweep`.
    """
    if store is not None:
        return stored_curves(store.frame(), scaling)
    toy = {"scaling": scaling} | (
        {} if profile == "fresh" else TOY | toy_rate(scaling) | {"most": 1.0}
    )
    return _with_x(
        {task: sweep(sensitivity_curve(*task, **toy), None, **options) for task in FEW_CURVES}
    )


def stored_curves(frame: pd.DataFrame, scaling: str = "fan_in") -> Curves:
    """The runs of each curve that a store holds at all sizes up to `LEAST` times n_c m^L."""
    found = {}
    for v, L in SENSITIVITY_CURVES:
        own = runs_of(frame, task_setting(v, v, v, L, scaling))
        least = {config.P for config in sensitivity_curve(v, L, most=LEAST)}
        if len(own) and least <= set(own.P):
            found[v, L] = own
    return _with_x(found)


def _with_x(found: Curves) -> Curves:
    return {(v, L): own.assign(x=own.P / v ** (L + 1)) for (v, L), own in found.items()}


def check_shown(shown: int, profile: str) -> int:
    """``shown``, the v of the L = 3 curve whose layers are drawn; ValueError for no such curve."""
    tasks = SENSITIVITY_CURVES if profile == "book" else FEW_CURVES
    known = [v for v, L in tasks if L == 3]
    if isinstance(shown, bool) or shown not in known:
        names = ", ".join(map(str, known))
        raise ValueError(f"shown must be one of {names} in the profile {profile}, not {shown!r}.")
    return shown


def pick(found: Curves, v: int, L: int) -> pd.DataFrame:
    """The runs of one curve; ValueError, which names those there are, for another."""
    if (v, L) not in found:
        known = ", ".join(str(v) for v, depth in found if depth == L)
        raise ValueError(f"v must be one of {known or 'none'} at L = {L}, not {v!r}.")
    return found[v, L]


def crossings(found: Curves) -> pd.DataFrame:
    """Where S_{2,1} falls to `HALF` and the test error to 10 %, one row a curve.

    Columns v, L, scale = n_c m^L; P_S, low, high, replicates; P_star, star_replicates; num_seeds.
    A P that is not crossed within a curve's sizes is nan.
    """
    rows = []
    for (v, L), runs in found.items():
        S, star = sample_complexity(runs, "S_2_1", HALF), sample_complexity(runs)
        row = {"v": v, "L": L, "scale": v ** (L + 1), "P_S": S.P_star, "low": S.low, "high": S.high}
        row |= {"replicates": S.replicates, "num_seeds": S.num_seeds}
        rows.append(row | {"P_star": star.P_star, "star_replicates": star.replicates})
    numbers = ("P_S", "low", "high", "P_star")
    columns = ["v", "L", "scale", *numbers, "replicates", "star_replicates", "num_seeds"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(numbers, float))


def collapse_power(table: pd.DataFrame) -> Estimate | None:
    """The power of P_S in n_c m^L over all curves, 1 if they collapse; None of too few."""
    known = table.dropna(subset="P_S")
    try:
        return fit_power_law(known, ["scale"], response="P_S").exponents["scale"]
    except ValueError:
        return None


def against_error(table: pd.DataFrame) -> Estimate | None:
    """P_S over P*: geometric mean over curves with its interval; None of fewer than two."""
    known = table.dropna(subset=["P_S", "P_star"])
    if len(known) < 2:
        return None
    pairs = zip(known.replicates, known.star_replicates, strict=True)
    ratio = known.P_S / known.P_star
    replicates = [np.divide(a, b, where=b > 0, out=np.full(len(a), np.nan)) for a, b in pairs]
    return prefactor(
        pd.DataFrame({"P_star": ratio, "C": ratio, "scale": 1.0}).assign(replicates=replicates)
    )


def between(some: pd.DataFrame, others: pd.DataFrame) -> Estimate | None:
    """P_S of some curves over that of others on the same tasks, as `against_error` averages."""
    both = some.merge(others, on=["v", "L"], suffixes=("", "_others"))
    both = both.assign(P_star=both.P_S_others, star_replicates=both.replicates_others)
    return against_error(both)


def near_error(table: pd.DataFrame) -> pd.Series:
    """Whether each curve's P_S is within `REACH` of its P*."""
    return (table.P_S / table.P_star).between(1 / REACH, REACH)


def layer_names(L: int) -> tuple[str, ...]:
    """The hidden layers and the output, as the runs' columns have them."""
    return (*map(str, range(1, L + 1)), "out")


def levels(runs: pd.DataFrame, L: int) -> pd.DataFrame:
    """What each layer minds after learning, at the largest P, and where it stops to.

    One row a layer k (L hidden ones, then the output) and level: ``S`` (mean over seeds at the
    largest P), ``dropped`` (whether that is below `KEPT`), ``as_claimed`` (whether it is dropped
    exactly if k > level), and ``P_S`` with low, high, replicates, where S falls through `HALF`.
    """
    last = runs[runs.P.max() == runs.P]
    rows = []
    for number, k in enumerate(layer_names(L), start=1):
        for level in range(1, L + 1):
            name = f"S_{k}_{level}"
            fall, value = sample_complexity(runs, name, HALF), float(last[name].mean())
            row = {"layer": k, "level": level, "S": value, "dropped": value < KEPT}
            row["as_claimed"] = row["dropped"] == (number > level)
            row |= {"P_S": fall.P_star, "low": fall.low, "high": fall.high}
            rows.append(row | {"replicates": fall.replicates, "num_seeds": fall.num_seeds})
    return pd.DataFrame(rows).astype(dict.fromkeys(("P_S", "low", "high"), float))


def below_top(found: Curves, L: int = 3) -> pd.DataFrame:
    """The rows of `levels` for the levels below the top, of all curves of one depth."""
    tables = [levels(runs, L) for (_, depth), runs in found.items() if depth == L]
    return pd.concat([own[own.level < L] for own in tables]) if tables else pd.DataFrame()


def claimed_words(found: Curves) -> str:
    """ "18 of 18": how many pairs of a layer and a level below the top are as claimed."""
    below = below_top(found)
    return f"{int(below.as_claimed.sum())} of {len(below)}" if len(below) else "–"


def same_P(table: pd.DataFrame, L: int) -> dict[int, Estimate | None]:
    """P at which level l is dropped by layer l+1, over that of level 1; l = 2 ... L-1.

    Intervals over seeds, the same ones in both. None where a sensitivity does not cross `HALF`.
    """
    first = _row(table, "2", 1)
    found = {}
    for level in range(2, L):
        other = _row(table, str(level + 1), level)
        if math.isnan(first.P_S) or math.isnan(other.P_S) or first.num_seeds < 2:
            found[level] = None
            continue
        draws = other.replicates, first.replicates
        found[level] = replicate_ratio(other.P_S, first.P_S, *draws, int(first.num_seeds))
    return found


def _row(table: pd.DataFrame, layer: str, level: int):
    return table[(table.layer == layer) & (table.level == level)].iloc[0]
