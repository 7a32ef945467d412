"""What the chapter on levels found, in sentences made from its numbers."""

from __future__ import annotations

import math

import pandas as pd

from srhm.stats.curves import sample_complexity
from srhm.stats.fits import Estimate
from srhm.training.config import RunConfig
from srhm_book.why.levels import ALL, parts_of
from srhm_book.why.tasks import HEIGHTS
from srhm_book.wording import NOTHING, join, with_interval

Depths = dict[tuple[str, int], Estimate]  # {(arch, L): exponent}


def largest_s0(table: pd.DataFrame) -> pd.DataFrame:
    """Of each L and network the tasks of the largest s0 that is known at a single level and at all.

    So that exponents at single levels and at all are compared at one s0.
    """
    rows = []
    for (L, _), own in table[table.exponent.notna()].groupby(["L", "arch"], sort=False):
        whole = [
            s0 for s0, part in own.groupby("s0")
            if ALL in set(part["where"]) and set(part["where"]) & set(HEIGHTS[L])
        ]  # fmt: skip
        if whole:
            rows.append(own[own.s0 == max(whole)])
    return pd.concat(rows) if rows else table.iloc[:0]


def who_pays(measured: pd.DataFrame) -> str:
    """Whether every level costs data, by the intervals of P* over P* without sparsity."""
    singles = measured[measured["where"].isin(["lowest", "middle", "top"])]
    ratios = [ratio for ratio in singles.ratio if ratio is not None]
    if not ratios:
        return "Not measured yet"
    without = sum(ratio.low <= 1 for ratio in ratios)
    return "Every level does" if not without else f"{len(ratios) - without} of {len(ratios)} do"


def levels_sentence(measured: pd.DataFrame, arch: str) -> str:
    """By how much sparsity at one level, and at all, multiplies P*: the deepest tasks measured."""
    own = largest_s0(measured[measured.arch == arch])
    if own.empty:
        return f"{arch.upper()}: not measured yet."
    own = own[own.L.max() == own.L]
    L, s0, each = own.L.iloc[0], own.s0.iloc[0], own.set_index("where").ratio
    known = [where for where in HEIGHTS[L] if where in each]
    told = [f"{each[where].value:.1f} at the {where}" for where in known]
    product = math.prod(each[where].value for where in known)
    beside = f", where the product would be {product:.1f}" if len(known) == L else ""
    return (
        f"{arch.upper()}, L = {L}: from s₀ = 0 to {s0} (s₀+1 = {s0 + 1}) at one level alone "
        f"multiplies P* by {join(told)}; at all of them by {each[ALL].value:.1f}{beside}."
    )


def depth_sentence(by_depth: Depths, measured: pd.DataFrame, over_v: Estimate | None = None) -> str:
    """The CNN's exponents by depth from s0 >= 1 on; and whether the deepest is one power.

    That is not so where two of its exponents, from s0 >= 1 on (by_depth), from s0 = 0 (measured,
    `srhm_book.why.levels.growth_table`) and over all v (over_v), have intervals that are apart.
    """
    own = {L: power for (arch, L), power in sorted(by_depth.items()) if arch == "cnn"}
    if not own:
        return "By depth: not measured yet."
    deepest = max(own)
    dense = measured[(measured.arch == "cnn") & (deepest == measured.L)]
    dense = dense[(dense["where"] == ALL) & dense.exponent.notna()].sort_values("s0")
    others = [f"{with_interval(r.exponent)} from s₀ = 0 to {r.s0}" for r in dense.itertuples()]
    found = [own[deepest], *dense.exponent]
    if over_v:
        others.append(f"{with_interval(over_v)} over all v")
        found.append(over_v)
    told = join(f"{with_interval(e)} at L = {L}" for L, e in own.items())
    sentence = f"With all levels sparse, from s₀ ≥ 1 on, the CNN's exponent is {told}"
    if not others:
        return f"{sentence}."
    apart = max(e.low for e in found) > min(e.high for e in found)
    one = "not one power" if apart else "not told from one power"
    return f"{sentence}. At L = {deepest} it is also {join(others)}: {one}."


def beside_step(found: Depths, predicted: dict[tuple[str, str, int], float]) -> str:
    """Where the CNN's intervals leave out one step's exponent with random weights."""
    known = [L for arch, L in found if arch == "cnn" and (arch, "random", L) in predicted]
    step = {L: predicted["cnn", "random", L] for L in sorted(known)}
    without = [f"L = {L}" for L in step if not found["cnn", L].includes(step[L])]
    told = join(f"{power:.1f} at L = {L}" for L, power in step.items())
    return f"{told}, outside the interval at {join(without)}" if step else NOTHING


def step_over_training(runs: dict[RunConfig, pd.DataFrame], sizes: pd.DataFrame) -> str:
    """P_c of one step with random weights over P*, of the deepest and sparsest CNN trained.

    sizes: rows of `srhm_book.why.measure.few_synonyms`, for the same tasks as ``runs``.
    """
    sparse = [c for c in runs if c.arch == "cnn" and c.s0]
    if not sparse:
        return NOTHING
    deepest = max(sparse, key=lambda c: (c.L, c.s0))
    P_star = sample_complexity(runs[deepest]).P_star
    own = sizes[(sizes.arch == "cnn") & (sizes.weights == "random")]
    P_c = own[(own.L == deepest.L) & (own.s0 == deepest.s0)].P_c
    if P_star is None:
        return NOTHING
    over = 1 / (1 / P_c).mean() / P_star
    noisy = "still" if over > 1 else "no longer"
    return (
        f"{over:.1f} times P* at L = {deepest.L}, s₀ = {deepest.s0}: in this task a first step's "
        f"gradient is {noisy} mostly noise at P*"
    )


def beside_one_step(measured: pd.DataFrame, predicted: pd.DataFrame) -> pd.DataFrame:
    """How far the exponents of one step are from those of trained networks, as a page shows it."""
    keys = ["L", "arch", "where", "s0"]
    own = measured[measured.exponent.notna()][[*keys, "exponent"]]
    both = own.merge(predicted[[*keys, "weights", "exponent"]], on=keys, suffixes=("", "_step"))
    rows = []
    for (arch, weights), found in both.groupby(["arch", "weights"]):
        pairs = list(zip(found.exponent, found.exponent_step, strict=True))
        away = math.sqrt(sum((a.value - b.value) ** 2 for a, b in pairs) / len(pairs))
        held = sum(a.includes(b.value) for a, b in pairs)
        rows.append((arch.upper(), weights, f"{away:.2f}", f"{held} of {len(pairs)}"))
    names = ["network", "one step's weights", "root mean square distance", "inside the intervals"]
    return pd.DataFrame(rows, columns=names)


def products(measured: pd.DataFrame) -> pd.DataFrame:
    """Do the costs of single levels multiply? Of each task sparse at several levels its exponent,
    and the sum of the exponents of these levels alone."""
    known = measured[measured.exponent.notna()]
    alone = {(r.L, r.arch, r.s0, r.where): r.exponent.value for r in known.itertuples()}
    rows = []
    for row in known.itertuples():
        singles = parts_of(row.where, row.L)
        found = [alone.get((row.L, row.arch, row.s0, each)) for each in singles]
        if len(singles) > 1 and None not in found:
            rows.append((row.arch.upper(), row.L, row.s0, row.where, sum(found), row.exponent))
    names = ["network", "L", "s₀", "sparse", "sum of the levels alone", "exponent"]
    return pd.DataFrame(rows, columns=names)


def products_sentence(measured: pd.DataFrame) -> str:
    """ "3 of 4": in how many of `products` the exponent's interval lies below the sum."""
    table = products(measured)
    sums = table["sum of the levels alone"]
    below = sum(power.high < total for power, total in zip(table.exponent, sums, strict=True))
    return f"{below} of {len(table)}"
