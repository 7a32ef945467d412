"""What Figures 1C to 1F claim of common architectures: error follows insensitivity."""

from __future__ import annotations

from srhm.runs.store import Store
from srhm_book.architectures.growing import FIRST_P, by_size, correlations, growing_runs, shown
from srhm_book.architectures.growing import PANELS as GROWING_PANELS
from srhm_book.architectures.views import (
    ARCHS,
    NAMES,
    PANELS,
    architecture_runs,
    by_architecture,
    with_paper,
)
from srhm_book.claims.claim import Claim
from srhm_book.grids import FIGURE_1C_P
from srhm_book.images.chapter import rank_correlation
from srhm_book.paper import published

FEWEST = 5  # architectures; with fewer a rank correlation says nothing
WORDS = {"D": "displacements", "S": "synonyms"}


def architecture_claims(store: Store, repeats: int = 3) -> list:
    """Rank correlation of test error and the output's sensitivity, over architectures and over P.

    It *agrees* when its interval lies above 0, as the paper's does, and *differs* when it reaches 0
    and lies below the paper's value. An interval that holds both tells nothing.
    """
    table = with_paper(by_architecture(architecture_runs("book", FIGURE_1C_P, repeats, store)))
    growing = by_size(growing_runs("book", repeats, store))
    return [
        *(_claim(table, letter) for letter in "DS"),
        *(_growing_claim(growing, letter) for letter in "DS"),
    ]


def _growing_claim(table, letter: str):
    """The same over training-set sizes: the points of all architectures with a curve, together."""
    panel = GROWING_PANELS[letter, "out"]
    found, _ = correlations(table, f"{letter}_out").get("all", (None, None))
    theirs = published(panel)
    paper = rank_correlation(theirs.sensitivity, theirs.test_error)
    names = [NAMES[arch] for arch in shown(table)]
    common = {
        "id": f"growing_{letter}", "figure": panel[3:],
        "statement": f"Growing P: rank correlation of test error and {letter} ({WORDS[letter]})",
        "chapter": "13_error_and_insensitivity", "paper": paper.value,
    }  # fmt: skip
    reason = f"shown are {', '.join(names) or 'no curves'}"
    if found is None:
        return Claim(**common, verdict="not measured", reason=reason)
    points = table[table.P >= FIRST_P]
    return Claim(
        **common, **_verdict(found, paper, reason), settings=len(points),
        seeds=int(points.seeds.min()),
    )  # fmt: skip


def _verdict(found, paper, reason: str | None) -> dict:
    """What a rank correlation says beside the paper's; the reason is a remark where it does."""
    verdict = "agrees" if found.low > 0 else "differs"
    if found.low <= 0 and found.high >= paper.value:
        verdict = "not measured"
        reason = "; ".join(filter(None, [reason, "the interval is too wide to tell"]))
    return {
        "verdict": verdict, "measured": found.value, "interval": (found.low, found.high),
        "ratio": found.value / paper.value, "reason": reason,
    }  # fmt: skip


def _claim(table, letter: str):
    ours, theirs = f"{letter}_out", f"paper_{letter}_out"
    paper = rank_correlation(table[theirs], table.paper_test_error)
    points = table.dropna(subset=["test_error"])
    statement = f"Architectures: rank correlation of test error and {letter} ({WORDS[letter]})"
    common = {
        "id": f"fig1_{letter}", "figure": PANELS[letter, "out"][3:],
        "statement": statement, "chapter": "13_error_and_insensitivity", "paper": paper.value,
    }  # fmt: skip
    reason = f"trained are {len(points)} of {len(ARCHS)} architectures"
    found = rank_correlation(points[ours], points.test_error) if len(points) >= FEWEST else None
    if found is None:
        return Claim(**common, verdict="not measured", reason=reason)
    remark = reason if len(points) < len(ARCHS) else None
    return Claim(
        **common, **_verdict(found, paper, remark), settings=len(points),
        seeds=int(points.seeds.min()),
    )  # fmt: skip
