"""The ledger's claims of the chapter on sharing weights: this book's own, predicted beforehand."""

from __future__ import annotations

import pandas as pd

from srhm.runs.store import Store
from srhm.stats.fits import Estimate
from srhm_book.claims.claim import OWN as GROUP
from srhm_book.claims.claim import Claim, Number
from srhm_book.complexity.table import searched_runs
from srhm_book.why import along_training, chapter, tied
from srhm_book.why.expected import tied_saving

SHARING = "39_sharing_weights"


def sharing_claims(store: Store) -> list[Claim]:
    """All of them; those without stored trainings or measurements are open."""
    settings = tied.settings_of("book")
    runs, _ = searched_runs([c for own in settings for c in own.values()], store)
    measured = tied.tied_table(runs, settings)
    try:
        powers = along_training.exponents(chapter.along("book"))
    except FileNotFoundError:  # not measured
        powers = None
    return [
        _tied_claim("cnn", "each layer that shares within sub-patches saves s₀+1", measured),
        _tied_claim("lcn", "only layer 1's sharing within sub-patches saves s₀+1", measured),
        _along_claim("cnn", "while it learns, the gradient's cost falls to (s₀+1)²", 2, powers),
        _along_claim("lcn", "while it learns, the gradient costs (s₀+1)^L as before", None, powers),
    ]


def _tied_claim(arch: str, statement: str, measured: pd.DataFrame) -> Claim:
    own = measured[(measured.arch == arch) & (measured.tied != "")]
    parts = []
    for row in own.itertuples():
        what = f"by {tied.NAMES.get(row.tied, f'layer {row.tied}')}, L = {row.L}"
        power = tied_saving(arch, "random", row.L, row.tied)
        if power:
            parts.append(Number.of(f"power of s₀+1 saved {what}", power, row.saved))
        else:  # nothing is near an expected 0
            ratio = row.saved and _raised(row.saved, row.s0 + 1)
            parts.append(Number.of(f"P* with nothing shared over P*, {what}", 1, ratio))
    seeds = int(own.seeds.min()) if len(own) else 0
    return Claim(
        f"why_tied_{arch}", GROUP, f"{arch.upper()}: {statement}", "–", SHARING,
        tuple(parts) or (Number("power of s₀+1 saved", 1),), len(own), seeds,
        "one step with random weights; refuted by a power whose interval leaves it out",
    )  # fmt: skip


def _raised(power: Estimate, base: float) -> Estimate:
    return Estimate(*(base**x for x in (power.value, power.low, power.high)))


def _along_claim(arch: str, statement: str, law: int | None, powers) -> Claim:
    """Layer 1 at every moment after the start; the ends are those of single seeds, and say so."""
    parts, seeds = [], 0
    own = [] if powers is None else powers[(powers.arch == arch) & (powers.layer == 1)]
    for L, rows in own.groupby("L") if len(own) else ():
        later = rows[rows.moment < rows.moment.max()].sort_values("moment", ascending=False)
        for row in later.itertuples():
            seeds = int(row.seeds)
            what = f"layer 1's power of s₀+1 in P_c, L = {L}, at {row.moment:g} of the loss of "
            ends, kind = (row.low, row.high), f"least to largest of {seeds} seeds"
            parts.append(Number(f"{what}guessing", law or L, row.power, ends, bracket=kind))
    return Claim(
        f"why_along_{arch}", GROUP, f"{arch.upper()}: {statement}", "–", SHARING,
        tuple(parts) or (Number("power of s₀+1 in P_c", 2),), len(parts), seeds,
        "refuted by a moment at which all seeds lie on one side of it",
    )  # fmt: skip
