"""What the chapter on levels found, in sentences made from its numbers."""

from __future__ import annotations

import math

import pandas as pd

from srhm.stats.fits import Estimate
from srhm_book.why.expected import law
from srhm_book.why.levels import ALL
from srhm_book.why.tasks import HEIGHTS
from srhm_book.wording import NOTHING, join, with_interval


def largest_s0(table: pd.DataFrame) -> pd.DataFrame:
    """Of each L, network and place the task of the largest s0 that every place of it has.

    So that exponents at single levels and at all are compared at one s0.
    """
    rows = []
    for (L, _), own in table[table.exponent.notna()].groupby(["L", "arch"], sort=False):
        places = {*HEIGHTS[L], ALL}
        whole = [s0 for s0, part in own.groupby("s0") if set(part["where"]) == places]
        if whole:
            rows.append(own[own.s0 == max(whole)])
    return pd.concat(rows) if rows else table.iloc[:0]


def levels_sentence(measured: pd.DataFrame, arch: str) -> str:
    """The exponents at each level alone, with intervals, of each depth of one network."""
    parts = []
    for L, own in largest_s0(measured[measured.arch == arch]).groupby("L"):
        each = own.set_index("where").exponent
        told = [f"{with_interval(each[where])} at the {where}" for where in HEIGHTS[L]]
        s0 = own.s0.iloc[0]
        parts.append(f"at L = {L} (s₀ = {s0}) {join(told)}, {with_interval(each[ALL])} at all")
    if not parts:
        return f"{arch.upper()}: not measured yet."
    return f"{arch.upper()}, exponent of s₀+1 {join(parts, between='; ')}."


def depth_sentence(by_depth: dict[tuple[str, int], Estimate]) -> str:
    """The CNN's exponents by depth, and at which the law's 2 is outside the interval."""
    own = {L: found for (arch, L), found in sorted(by_depth.items()) if arch == "cnn"}
    if not own:
        return "By depth: not measured yet."
    told = join(f"{with_interval(found)} at L = {L}" for L, found in own.items())
    without = [f"L = {L}" for L, found in own.items() if not found.includes(law("cnn", L))]
    tail = f"; the interval leaves out 2 at {join(without)}" if without else "; all hold 2"
    return f"With all levels sparse (s₀ ≥ 1) the CNN's exponent is {told}{tail}."


def comparison(measured: pd.DataFrame, predicted: pd.DataFrame) -> dict[str, str]:
    """How near one step comes to the trained networks, and whether single levels multiply."""
    return {"beside one step": _beside(measured, predicted), "products": _products(measured)}


def _beside(measured: pd.DataFrame, predicted: pd.DataFrame) -> str:
    keys = ["L", "arch", "where", "s0"]
    own = measured[measured.exponent.notna()][[*keys, "exponent"]]
    both = own.merge(predicted[[*keys, "weights", "exponent"]], on=keys, suffixes=("", "_step"))
    parts = []
    for (arch, weights), rows in both.groupby(["arch", "weights"]):
        away = [a.value - b.value for a, b in zip(rows.exponent, rows.exponent_step, strict=True)]
        held = sum(
            a.includes(b.value) for a, b in zip(rows.exponent, rows.exponent_step, strict=True)
        )
        size = math.sqrt(sum(x * x for x in away) / len(away))
        parts.append(
            f"{arch.upper()} and {weights} weights: {size:.2f} apart (root mean square), "
            f"{held} of {len(away)} inside the intervals"
        )
    return f"{join(parts, between='; ')}." if parts else NOTHING


def _products(measured: pd.DataFrame) -> str:
    """The sum of the single levels' exponents beside that of all."""
    parts = []
    for (L, arch), own in largest_s0(measured).groupby(["L", "arch"], sort=False):
        each = own.set_index("where").exponent
        total = sum(each[where].value for where in HEIGHTS[L])
        parts.append(f"{arch.upper()}, L = {L}: {total:.2f} and {with_interval(each[ALL])}")
    return f"Sum of the single exponents, and the exponent of all: {join(parts, between='; ')}."
