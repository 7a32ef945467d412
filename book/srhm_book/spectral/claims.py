"""The ledger's claims on the spectral bias, from the stored measurements.

The verdicts follow `srhm_book.spectral.exponents.RULE`. `Claim.paper` holds the value expected.
"""

from __future__ import annotations

from srhm_book.claims.claim import Claim
from srhm_book.spectral import measure
from srhm_book.spectral.exponents import (
    Finding,
    box_findings,
    line_findings,
    ridge_findings,
    variance_findings,
)
from srhm_book.spectral.images import image_findings

CHAPTER = "30_spectral_bias"
SLUGS = {  # in the claims' ids
    "β without ridge": "beta",
    "P ε without ridge": "height",
    "spread of ε over samples": "spread",
    "λ* against P": "crossover",
    "ε against λ above λ*": "ridge",
    "variance above λ*": "variance",
    "ε over predicted": "ratio",
}
SOURCES = {
    "ridgeless_line": line_findings,
    "ridge_line": ridge_findings,
    "variance_line": variance_findings,
    "ridgeless_box": box_findings,
}


def spectral_claims() -> list[Claim]:
    """One claim for each finding of the chapter; *not measured* where nothing is stored."""
    claims = []
    for name, findings in SOURCES.items():
        try:
            claims += [_claim(finding) for finding in findings(measure.read(name))]
        except FileNotFoundError as error:
            claims.append(_absent(name, str(error)))
    try:
        return [*claims, *map(_claim, image_findings(measure.read("fashion")))]
    except FileNotFoundError as error:
        return [*claims, _absent("fashion", str(error))]


def _claim(finding: Finding) -> Claim:
    value = finding.measured
    images = finding.chi is None
    where = "Fashion-MNIST" if images else f"d = {finding.d}, χ = {finding.chi:g}"
    setting = "images" if images else f"d{finding.d}_chi{finding.chi:g}"
    reason = None
    if finding.verdict == "open":
        reason = f"the interval, {value.low:.3f} to {value.high:.3f}, is too wide to tell"
    return Claim(
        id=f"spectral_{SLUGS[finding.quantity.split(',')[0]]}_{setting}",
        statement=f"Kernel regression, {where}: {finding.quantity}",
        figure="",
        verdict=finding.verdict,
        paper=finding.expected,
        measured=value.value,
        interval=(value.low, value.high),
        ratio=value.value / finding.expected,
        settings=1,
        seeds=finding.seeds,
        chapter=CHAPTER,
        reason=reason,
    )


def _absent(name: str, reason: str) -> Claim:
    return Claim(
        id=f"spectral_{name}", statement=f"Kernel regression: {name}", figure="",
        chapter=CHAPTER, reason=reason,
    )  # fmt: skip
