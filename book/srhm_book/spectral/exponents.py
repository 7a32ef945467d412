"""What was measured beside what was expected: estimates with intervals, one rule for the verdicts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from srhm.stats.fits import Estimate
from srhm_book.spectral import task, theory
from srhm_book.spectral.theory import two_point_law

NUM_BOOTSTRAP = 1000
ASYMPTOTIC = 0.03  # the laws are for P to infinity: how far off they may be at ours
PRECISE = 0.2  # of the expected value: a wider interval says nothing where there is no rival
RULE = (
    "A value *agrees* when its 95 % interval meets the expected one within "
    f"{100 * ASYMPTOTIC:.0f} % (the laws are asymptotic), is narrower than the distance to the "
    f"rival theory's and does not hold that (without a rival: is narrower than {100 * PRECISE:.0f} "
    "% of the expected value); it *differs* when it misses the expected one; else it is *open*."
)
FITTED = {"ridge": (3.0, 300.0), "variance": (1.0, 1000.0)}  # in λ/λ*: above it, below the box
BOX_FROM = 1000  # least P of the fits in d = 2, 3
DOUBLED = 2.0  # the crossover as measured: where the ridge doubles the error


@dataclass(frozen=True)
class Finding:
    """A measured number, what is expected, and what a rival theory says (None for none)."""

    quantity: str
    d: int
    chi: float
    expected: float
    rival: float | None
    measured: Estimate
    seeds: int

    @property
    def verdict(self) -> str:
        """See `RULE`."""
        ends = sorted(self.expected * (1 + sign * ASYMPTOTIC) for sign in (-1, 1))
        if self.measured.low > ends[1] or self.measured.high < ends[0]:
            return "differs"
        width = self.measured.high - self.measured.low
        if self.rival is None or math.isclose(self.expected, self.rival):
            return "agrees" if width < PRECISE * abs(self.expected) else "open"
        apart = abs(self.expected - self.rival)
        return "agrees" if width < apart and not self.measured.includes(self.rival) else "open"


# ---- estimates -------------------------------------------------------------------------------


def slope(frame: pd.DataFrame, against: str = "P", value: str = "error", seed: int = 0) -> Estimate:
    """d log(mean of `value`) / d log(`against`), with a bootstrap over the samples of each point.

    Points weigh as their means are known: by the inverse square of their relative error.
    """
    groups = [(x, part[value].to_numpy()) for x, part in frame.groupby(against)]
    if len(groups) < 2 or min(len(values) for _, values in groups) < 2:
        raise ValueError(f"A slope against {against} needs two points of two samples each.")
    x = np.log([x for x, _ in groups])
    spread = [np.std(v, ddof=1) / np.mean(v) / math.sqrt(len(v)) for _, v in groups]
    weights = 1 / np.maximum(spread, 1e-4)

    def fit(rng=None) -> float:
        draws = [v if rng is None else rng.choice(v, len(v)) for _, v in groups]
        return np.polyfit(x, np.log([np.mean(v) for v in draws]), 1, w=weights)[0]

    return _bootstrap(fit, seed)


def _bootstrap(fit: Callable, seed: int) -> Estimate:
    rng = np.random.default_rng(seed)
    draws = [fit(rng) for _ in range(NUM_BOOTSTRAP)]
    low, high = np.nanquantile(draws, [0.025, 0.975])
    return Estimate(float(fit()), float(low), float(high))


def negative(estimate: Estimate) -> Estimate:
    """Minus the estimate: β of ε ~ P^-β from a slope."""
    return Estimate(-estimate.value, -estimate.high, -estimate.low)


def mean(values: np.ndarray, scale: float = 1.0, seed: int = 0) -> Estimate:
    """The mean of `values` times `scale`."""
    values = np.asarray(values)
    return _bootstrap(
        lambda rng=None: scale * np.mean(values if rng is None else rng.choice(values, len(values))),
        seed,
    )


def relative_spread(values: np.ndarray, seed: int = 0) -> Estimate:
    """Standard deviation over mean."""
    values = np.asarray(values)

    def fit(rng=None) -> float:
        drawn = values if rng is None else rng.choice(values, len(values))
        return float(np.std(drawn, ddof=1) / np.mean(drawn))

    return _bootstrap(fit, seed)


def crossover_slope(frame: pd.DataFrame, chi: float, seed: int = 0) -> Estimate:
    """d log λ*/d log P, λ* measured where the mean error is twice that without ridge.

    frame: as `measure.ridge_line`. The samples are the same at all ridges of one P, and are drawn
    again together.
    """
    tables = {
        P: part.pivot_table(index="seed", columns="ratio", values="error")
        for P, part in frame[frame.chi == chi].groupby("P")
    }

    def fit(rng=None) -> float:
        found = []
        for P, table in tables.items():
            rows = slice(None) if rng is None else rng.integers(len(table), size=len(table))
            means = table.to_numpy()[rows].mean(axis=0)
            found.append(math.log(doubling(table.columns.to_numpy(), means, P, chi)))
        return np.polyfit(np.log(list(tables)), found, 1)[0]

    return _bootstrap(fit, seed)


def doubling(ratios: np.ndarray, errors: np.ndarray, P: int, chi: float) -> float:
    """The ridge that doubles the error without ridge; ratios λ/λ* ascend from 0. Else nan."""
    above = np.flatnonzero(errors[1:] > DOUBLED * errors[0])
    if not len(above) or above[0] == 0:
        return math.nan
    low, high = above[0], above[0] + 1
    x, y = np.log(ratios[[low, high]]), np.log(errors[[low, high]] / errors[0])
    ratio = math.exp(np.interp(math.log(DOUBLED), y, x))
    return ratio * task.crossover(P, 1, chi)


# ---- findings ----------------------------------------------------------------------------------


def line_findings(frame: pd.DataFrame) -> list[Finding]:
    """Without ridge on the line: exponent, prefactor and spread of the error, for each χ."""
    found = []
    for chi, part in frame.groupby("chi"):
        seeds = int(part.groupby("P").seed.nunique().min())
        beta = negative(slope(part))
        expected, rival = task.true_exponent(1, chi), task.bias_exponent(1, chi)
        found.append(Finding("β without ridge", 1, chi, expected, rival, beta, seeds))
        P, errors = _best_known(part)
        law, spread = two_point_law(chi)
        replica = theory.line_theory(chi).error(P) * P
        found += [
            Finding("P ε without ridge", 1, chi, law, replica, mean(errors, P), len(errors)),
            Finding(
                "spread of ε over samples", 1, chi, spread, 0.0, relative_spread(errors), len(errors)
            ),
        ]  # fmt: skip
    return found


def _best_known(part: pd.DataFrame) -> tuple[int, np.ndarray]:
    """The largest P that has the most samples, and its errors."""
    numbers = part.groupby("P").size()
    P = int(numbers[numbers == numbers.max()].index.max())
    return P, part[part.P == P].error.to_numpy()


def ridge_findings(frame: pd.DataFrame) -> list[Finding]:
    """The crossover's exponent, and that of ε ~ λ^β above it at the largest P, for each χ."""
    found, (low, high) = [], FITTED["ridge"]
    for chi, part in frame.groupby("chi"):
        seeds = int(part.groupby("P").seed.nunique().min())
        # The spectral-bias theory has a crossover too: where λ/P is its κ without ridge, P^-2.
        found.append(
            Finding(
                "λ* against P", 1, chi, task.crossover_exponent(1, chi), -1.0,
                crossover_slope(frame, chi), seeds,
            )
        )  # fmt: skip
        large = part[(part.P == part.P.max()) & part.ratio.between(low, high)]
        found.append(
            Finding(
                "ε against λ above λ*", 1, chi, task.ridge_exponent(1, chi), None,
                slope(large, "ratio"), seeds,
            )
        )  # fmt: skip
    return found


def variance_findings(frame: pd.DataFrame) -> list[Finding]:
    """The exponent of the relative variance in λ/λ* above the crossover, at the largest P."""
    found, (low, high) = [], FITTED["variance"]
    for chi, part in frame.groupby("chi"):
        own = part[(part.P == part.P.max()) & part.ratio.between(low, high)]
        measured = slope(own, "ratio", "variance")
        seeds = int(own.groupby("ratio")["size"].sum().min())
        expected = task.self_averaging_exponent(chi)
        found.append(Finding("variance above λ*", 1, chi, expected, 0.0, measured, seeds))
    return found


def box_findings(frame: pd.DataFrame) -> list[Finding]:
    """Without ridge in d = 2, 3: the exponent, for each d and χ, from P of at least `BOX_FROM`."""
    found = []
    for (d, chi), part in frame.groupby(["d", "chi"]):
        part = part[part.P >= min(BOX_FROM, part.P.max() / 2)]
        measured = negative(slope(part))
        seeds = int(part.groupby("P").seed.nunique().min())
        expected, rival = task.true_exponent(d, chi), task.bias_exponent(d, chi)
        found.append(Finding("β without ridge", int(d), chi, expected, rival, measured, seeds))
    return found


def to_table(findings: list[Finding]) -> pd.DataFrame:
    """One row a finding, as the page shows it."""
    rows = [
        {
            "d": f.d, "χ": f"{f.chi:g}", "quantity": f.quantity, "expected": f"{f.expected:.3f}",
            "rival": "–" if f.rival is None else f"{f.rival:.3f}",
            "measured": f"{f.measured.value:.3f} ({f.measured.low:.3f} to {f.measured.high:.3f})",
            "seeds": f.seeds, "verdict": f.verdict,
        }
        for f in findings
    ]  # fmt: skip
    return pd.DataFrame(rows)
