"""The ledger's claims on the spectral bias, from the stored measurements."""

from __future__ import annotations

from collections.abc import Iterator

from srhm_book.claims.claim import Claim, Number
from srhm_book.spectral import stored
from srhm_book.spectral.exponents import (
    Finding,
    box_findings,
    line_findings,
    ridge_findings,
    variance_findings,
)
from srhm_book.spectral.images import image_findings

GROUP = "Kernel regression"
CHAPTER = "30_spectral_bias"
STATEMENTS = {  # by the first words of a finding's quantity: id, statement
    "β without ridge": ("beta", "Without ridge the error falls as the points at the boundary say"),
    "P ε without ridge": ("height", "The size of the error without ridge"),
    "spread of ε over samples": ("spread", "Without ridge the error differs from sample to sample"),
    "λ* against P": ("crossover", "The ridge λ* of the crossover falls with P"),
    "ε against λ above λ*": ("ridge", "Above λ* the error grows with the ridge"),
    "variance above λ*": ("variance", "Above λ* the predictor's variance falls with the ridge"),
    "ε over predicted": ("ratio", "On images the spectral-bias prediction holds"),
}
SOURCES = {
    "ridgeless_line": line_findings,
    "ridge_line": ridge_findings,
    "variance_line": variance_findings,
    "ridgeless_box": box_findings,
    "fashion": image_findings,
}


def spectral_claims() -> list[Claim]:
    """One claim for each quantity of the chapter; its parts are the settings that are stored."""
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding in _stored():
        found.setdefault((finding.quantity.split(",")[0], _kind(finding)), []).append(finding)
    return [_claim(*STATEMENTS[words], kind, own) for (words, kind), own in found.items()]


def _stored() -> Iterator[Finding]:
    for name, findings in SOURCES.items():
        try:
            table = stored.read(name)
        except FileNotFoundError:  # not measured, or not all of it: the claim has fewer parts
            continue
        yield from findings(table)


def _kind(finding: Finding) -> str:
    return "images" if finding.chi is None else "d = 1" if finding.d == 1 else "d = 2, 3"


def _claim(slug: str, statement: str, kind: str, findings: list[Finding]) -> Claim:
    return Claim(
        f"spectral_{slug}_{kind.replace(' = ', '').replace(', ', '')}", GROUP,
        f"{statement} ({kind})", "–", CHAPTER,
        tuple(Number.of(_where(f), f.expected, f.measured) for f in findings),
        settings=len(findings), seeds=min(f.seeds for f in findings),
    )  # fmt: skip


def _where(finding: Finding) -> str:
    rest = ", ".join(finding.quantity.split(",")[1:])
    where = "Fashion-MNIST" if finding.chi is None else f"d = {finding.d}, χ = {finding.chi:g}"
    return f"{where},{rest}" if rest else where
