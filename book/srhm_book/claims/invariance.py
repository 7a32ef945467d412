"""The landing page's claims on invariances: Eq. 8, and sensitivities layer by layer.

Eq. 8 says P*_S ~ P*_D ~ P*. It *agrees* for a network and a sensitivity when, over the settings,
the slope of log P* against log P_x has an interval that meets 1 +- `SLOPE_REACH`, log10(P_x / P*)
scatters by at most `MOST_SCATTER` decades (the paper's own points by 0.12 to 0.21), and the median
of P_x / P* is within a factor of two of 1. Settings whose sensitivity does not cross its threshold
at trained sizes could hide a disagreement: if more than 1 - `COVERED` of them do not, it is *not
measured*; nor is it when the slope's interval meets 1 only because it is wide.
"""

from __future__ import annotations

import pandas as pd

from srhm_book.claims.claim import Claim
from srhm_book.complexity.law_tests import MOST_HALF_WIDTH, half_width
from srhm_book.invariance.agreement import Agreement, agreement, paper_pairs
from srhm_book.invariance.layers import LOW, S0, compare_plateaus, stored_curves
from srhm_book.invariance.runs import settings_for
from srhm_book.invariance.thresholds import D2, ERROR, S2, crossings, pairs

SLOPE_REACH = 0.1
MOST_SCATTER = 0.2
COVERED = 0.8
CHAPTERS = {"lcn": "11_three_thresholds", "cnn": "11_three_thresholds", "fcn": "12_fcn"}
FIGURES = {
    ("lcn", S2): "6C, 11", ("lcn", D2): "6D, 11", ("cnn", S2): "14", ("cnn", D2): "14",
    ("fcn", S2): "16", ("fcn", D2): "16",
}  # fmt: skip


def eq8_verdict(
    table: pd.DataFrame, arch: str, quantity: str
) -> tuple[str, str | None, Agreement | None]:
    """The verdict on Eq. 8 for one network and one sensitivity; the reason if it is not measured.

    table: as `srhm_book.invariance.thresholds.crossings`. Returns verdict, reason, and the
        agreement found.
    """
    own = table[table.arch == arch] if len(table) else table
    if own.empty:
        return "not measured", "no runs are stored", None
    points = pairs(own, quantity)
    with_P = own[(own.quantity == ERROR) & own.P_star.notna()]
    possible = int(((with_P.s0 > 0) if quantity == D2 else with_P.s0 >= 0).sum())
    found = agreement(points)
    if found is None or len(points) < COVERED * possible:
        reason = f"both sizes are known for {len(points)} of the {possible} settings that have P*"
        return "not measured", reason, found
    slope = found.slope.low <= 1 + SLOPE_REACH and found.slope.high >= 1 - SLOPE_REACH
    width = half_width(found.slope)
    if slope and width > MOST_HALF_WIDTH:
        return "not measured", f"the interval, ± {width:.2f}, is too wide to tell", found
    near = 0.5 <= found.median_ratio.value <= 2
    holds = slope and near and found.scatter.value <= MOST_SCATTER
    return ("agrees" if holds else "differs"), None, found


def invariance_claims(frame: pd.DataFrame) -> list:
    """Eq. 8 for three networks and two sensitivities, and the plateaus of Figures 12 and 15."""
    archs = ("lcn", "cnn", "fcn")
    table = crossings(frame, settings_for(archs, ("L2", "L3", "s3")), num_bootstrap=200)
    claims = [_eq8_claim(table, arch, quantity) for arch in archs for quantity in (S2, D2)]
    return claims + [_plateau_claim(frame, arch) for arch in ("lcn", "cnn")]


def _eq8_claim(table: pd.DataFrame, arch: str, quantity: str):
    verdict, reason, found = eq8_verdict(table, arch, quantity)
    letter = quantity[0]
    statement = f"{arch.upper()}: slope of log P* on log P*_{letter} is 1 (Eq. 8)"
    theirs = agreement(paper_pairs(arch, quantity))
    paper = theirs.slope.value if theirs else None
    common = {
        "id": f"eq8_{arch}_{letter}", "statement": statement, "figure": FIGURES[arch, quantity],
        "verdict": verdict, "paper": paper, "chapter": CHAPTERS[arch], "reason": reason,
    }  # fmt: skip
    if found is None:
        return Claim(**common)
    seeds = int(table[table.arch == arch].num_seeds.max())
    return Claim(
        **common, measured=found.slope.value, interval=(found.slope.low, found.slope.high),
        ratio=found.slope.value / paper if paper else None, settings=found.num_points, seeds=seeds,
    )  # fmt: skip


def _plateau_claim(frame: pd.DataFrame, arch: str):
    """The number of plateaus that lie on the paper's side of `invariance.layers.LOW`."""
    curves = stored_curves(frame, arch)
    common = {
        "id": f"levels_{arch}",
        "statement": f"{arch.upper()}: which layers are insensitive to which level",
        "figure": "12" if arch == "lcn" else "15", "chapter": "10_layer_by_layer",
    }  # fmt: skip
    table = compare_plateaus(curves, arch).dropna(subset=["same_side"])
    there = sorted(set(table.s0))
    absent = ", ".join(str(s0) for s0 in S0 if s0 not in there)
    if len(there) < 2:
        reason = f"the curves of s0 = {absent} do not reach their plateaus yet"
        return Claim(**common, verdict="not measured", reason=reason)
    same, number = int(table.same_side.sum()), len(table)
    seeds = min(curves[s0].seed_rules.nunique() for s0 in there)
    reason = f"counted are the plateaus on the same side of {LOW:g} as the paper's"
    if absent:
        reason += f"; not yet those at s0 = {absent}"
    return Claim(
        **common, verdict="agrees" if same == number else "differs", paper=number,
        measured=same, ratio=same / number, settings=len(there), seeds=seeds, reason=reason,
    )  # fmt: skip
