"""Claims on invariances: Eq. 8, P*_S ~ P*_D ~ P*, and the sensitivities layer by layer."""

from __future__ import annotations

import pandas as pd

from srhm_book.claims.claim import Claim, Number, Share
from srhm_book.invariance.agreement import agreement, paper_pairs
from srhm_book.invariance.layers import compare_plateaus, paper_plateaus, stored_curves
from srhm_book.invariance.runs import settings_for
from srhm_book.invariance.thresholds import (
    D2,
    ERROR,
    S2,
    SETTING_COLUMNS,
    crossings,
    threshold_points,
)

GROUP = "Invariances"
REACH = 2  # a factor: how near to P* a P*_S or P*_D counts as the same
SAME_PLATEAU = 0.1
ARCHS = ("lcn", "cnn", "fcn")
CHAPTERS = {"lcn": "11_three_thresholds", "cnn": "11_three_thresholds", "fcn": "12_fcn"}
FIGURES = {
    ("lcn", S2): "6C, 11", ("lcn", D2): "6D, 11", ("cnn", S2): "14", ("cnn", D2): "14",
    ("fcn", S2): "16", ("fcn", D2): "16",
}  # fmt: skip


def invariance_claims(frame: pd.DataFrame) -> list[Claim]:
    """Eq. 8 for three networks and two sensitivities, and the plateaus of Figures 12 and 15."""
    table = crossings(frame, settings_for(ARCHS, ("L2", "L3", "s3")))
    claims = [eq8_claim(table, arch, quantity) for arch in ARCHS for quantity in (S2, D2)]
    return claims + [plateau_claim(frame, arch) for arch in ("lcn", "cnn")]


def eq8_claim(table: pd.DataFrame, arch: str, quantity: str) -> Claim:
    """Eq. 8 for one network and one sensitivity, `S2` or `D2`.

    Settings whose sensitivity does not cross its threshold at trained sizes could hide a
    disagreement: the share counts them as possible.

    table: as `srhm_book.invariance.thresholds.crossings`.
    """
    own = table[table.arch == arch] if len(table) else pd.DataFrame({"quantity": []})
    with_P = own[own.P_star.notna() & (own.quantity == ERROR)] if len(own) else own
    possible = int(((with_P.s0 > 0) if quantity == D2 else with_P.s0 >= 0).sum()) if len(own) else 0
    points = threshold_points(own, quantity) if len(own) else pd.DataFrame({"ratio": []})
    theirs = paper_pairs(arch, quantity)
    slopes = ((found := agreement(p)) and found.slope for p in (points, theirs))
    name = f"P*_{quantity[0]}"
    near = Share(
        f"settings with {name} within a factor {REACH} of P*", _near(points), len(points), possible,
        _near(theirs) / len(theirs) if len(theirs) else None,
    )  # fmt: skip
    return Claim(
        f"eq8_{arch}_{quantity[0]}", GROUP, f"{arch.upper()}: {name} is P* (Eq. 8)",
        FIGURES[arch, quantity], CHAPTERS[arch],
        (Number.of(f"slope of log P* on log {name}", 1, *slopes), near),
        len(points), int(own.num_seeds.max()) if len(own) else 0,
        f"{len(points)} of {possible} settings with P* have {name}{_below(own, quantity)}",
    )  # fmt: skip


def _below(own: pd.DataFrame, quantity: str) -> str:
    """In how many of the settings with P* the other size lies below all sizes that are trained."""
    if own.empty:
        return ""
    keys = list(SETTING_COLUMNS)
    known = own[(own.quantity == ERROR) & own.P_star.notna()][keys]
    others = known.merge(own[(own.quantity == quantity) & own.P_star.isna()], on=keys)
    number = int(others.reason.str.contains(" is below ").sum())
    return f"; in {number} it lies below the sizes trained" if number else ""


def _near(points: pd.DataFrame) -> int:
    """Of how many settings P_x and P* differ by less than a factor `REACH`."""
    return int(((points.ratio < REACH) & (points.ratio > 1 / REACH)).sum())


def plateau_claim(frame: pd.DataFrame, arch: str) -> Claim:
    """Which layers are insensitive to which level: our plateaus beside the digitised ones."""
    curves = stored_curves(frame, arch)
    table = compare_plateaus(curves, arch).dropna(subset=["value", "paper"])
    same = int(((table.value - table.paper).abs() <= SAME_PLATEAU).sum())
    figure = "12" if arch == "lcn" else "15"
    what = f"plateaus of Figure {figure} within {SAME_PLATEAU:g}"
    seeds = [curves[s0].seed_rules.nunique() for s0 in set(table.s0)]
    return Claim(
        f"levels_{arch}", GROUP, f"{arch.upper()}: which layers are insensitive to which level",
        figure, "10_layer_by_layer",
        (Share(what, same, len(table), len(paper_plateaus(arch).dropna())),),
        table.s0.nunique(), min(seeds, default=0),
    )  # fmt: skip
