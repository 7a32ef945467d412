"""What was measured beside what was expected: estimates with intervals, a rule for verdicts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from srhm.stats.fits import Estimate
from srhm_book.spectral import task, theory

NUM_BOOTSTRAP = 1000
ASYMPTOTIC = 0.03  # the laws are for P to infinity: how far off they may be at ours
PRECISE = 0.2  # of the expected value: a wider interval says nothing where there is no rival
RULE = (
    "A value *agrees* when its 95 % interval meets the expected one within "
    f"{100 * ASYMPTOTIC:.0f} % (the laws are asymptotic), is narrower than the distance to the "
    f"rival theory's and does not hold that (without a rival: is narrower than {100 * PRECISE:.0f} "
    "% of the expected value); it *differs* when it misses the expected one; else it is *open*."
)
# Fits above the crossover: well above λ*, and an interface well inside the box.
FIT_FROM, WIDEST = 10.0, 0.3
BOX_FROM = 1000  # least P of the fits in d = 2, 3
DOUBLED = 2.0  # the crossover as measured: where the ridge doubles the error


@dataclass(frozen=True)
class Finding:
    """A measured number, what is expected, and what a rival theory says (None for none)."""

    quantity: str
    d: int
    chi: float | None
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
    weights = np.maximum(spread, 1e-4) ** -2

    def fit(drawn: list[np.ndarray]) -> np.ndarray:
        return _line_slope(x, np.log([values.mean(axis=1) for values in drawn]), weights)

    return _bootstrap(fit, [values for _, values in groups], seed)


def _line_slope(x: np.ndarray, y: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Slopes (k,) of the least-squares lines through y (points, k) at x (points,)."""
    x = x - np.average(x, weights=weights)
    pull = x if weights is None else weights * x
    return pull @ y / (pull @ x)


def _bootstrap(fit: Callable, parts: list[np.ndarray], seed: int) -> Estimate:
    """Of fit, which makes estimates (draws,) of parts (draws, n, ...): rows of each of ``parts``
    (n, ...), drawn with replacement."""
    sizes = list(map(len, parts))
    rng, shape = np.random.default_rng(seed), (NUM_BOOTSTRAP, sum(sizes))
    rows = np.split(rng.integers(np.repeat(sizes, sizes), size=shape), np.cumsum(sizes)[:-1], 1)
    draws = fit([part[index] for part, index in zip(parts, rows, strict=True)])
    value = float(fit([part[None] for part in parts])[0])
    if not math.isfinite(value):
        raise ValueError("The points do not determine the fit.")
    low, high = np.nanquantile(draws, [0.025, 0.975])
    return Estimate(value, float(low), float(high))


def negative(estimate: Estimate) -> Estimate:
    """Minus the estimate: β of ε ~ P^-β from a slope."""
    return Estimate(-estimate.value, -estimate.high, -estimate.low)


def mean(values: np.ndarray, scale: float = 1.0, seed: int = 0) -> Estimate:
    """The mean of `values` times `scale`."""
    values = np.asarray(values)
    return _bootstrap(lambda drawn: scale * drawn[0].mean(axis=1), [values], seed)


def relative_spread(values: np.ndarray, seed: int = 0) -> Estimate:
    """Standard deviation over mean."""
    values = np.asarray(values)

    def fit(drawn: list[np.ndarray]) -> np.ndarray:
        return drawn[0].std(axis=1, ddof=1) / drawn[0].mean(axis=1)

    return _bootstrap(fit, [values], seed)


def crossover_slope(frame: pd.DataFrame, chi: float, seed: int = 0) -> Estimate:
    """d log λ*/d log P, λ* measured where the mean error is twice that without ridge.

    frame: as `measure.ridge_line`. The samples are the same at all ridges of one P, and are drawn
    again together.
    """
    tables = {
        P: part.pivot_table(index="seed", columns="ratio", values="error")
        for P, part in frame[frame.chi == chi].groupby("P")
    }

    def fit(drawn: list[np.ndarray]) -> np.ndarray:
        found = []
        for (P, table), errors in zip(tables.items(), drawn, strict=True):
            ratios, means = table.columns.to_numpy(), errors.mean(axis=1)
            found.append([math.log(doubling(ratios, row, P, chi)) for row in means])
        return _line_slope(np.log(list(tables)), np.array(found))

    return _bootstrap(fit, [table.to_numpy() for table in tables.values()], seed)


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


def _finding(quantity, d, chi, expected, rival, seeds, estimate, *points) -> list[Finding]:
    """One finding, of `estimate(*points)`, or none where they are too few for the fit."""
    try:
        return [Finding(quantity, int(d), chi, expected, rival, estimate(*points), int(seeds))]
    except ValueError:
        return []


def _fewest(part: pd.DataFrame, by: str = "P") -> int:
    return part.groupby(by).seed.nunique().min()


def beta(part: pd.DataFrame) -> Estimate:
    """β of ε ~ P^-β."""
    return negative(slope(part))


def beta_finding(part: pd.DataFrame, d: int, chi: float) -> list[Finding]:
    """The exponent of ε ~ P^-β without ridge."""
    expected, rival = task.true_exponent(d, chi), task.bias_exponent(d, chi)
    return _finding("β without ridge", d, chi, expected, rival, _fewest(part), beta, part)


def line_findings(frame: pd.DataFrame) -> list[Finding]:
    """Without ridge on the line: exponent, prefactor and spread of the error, for each χ."""
    found = []
    for chi, part in frame.groupby("chi"):
        numbers = part.groupby("P").size()
        P = int(numbers[numbers == numbers.max()].index.max())  # the largest of the best known
        errors = part.error[part.P.eq(P)].to_numpy()
        law, spread = theory.two_point_law(chi)
        bias, number = theory.line_theory(chi).error(P) * P, len(errors)
        found += beta_finding(part, 1, chi)
        found += _finding("P ε without ridge", 1, chi, law, bias, number, mean, errors, P)
        found += _finding(
            "spread of ε over samples", 1, chi, spread, 0.0, number, relative_spread, errors
        )
    return found


def ridge_findings(frame: pd.DataFrame) -> list[Finding]:
    """The crossover's exponent, and that of ε ~ λ^β above it at the largest P, for each χ.

    The spectral-bias theory has a crossover too, the rival: where λ/P is its κ without ridge, P^-2.
    """
    found = []
    for chi, part in frame.groupby("chi"):
        above, seeds = well_above(part), _fewest(part)
        expected = task.crossover_exponent(1, chi)
        found += _finding("λ* against P", 1, chi, expected, -1.0, seeds, crossover_slope, part, chi)
        expected = task.ridge_exponent(1, chi)
        found += _finding(
            "ε against λ above λ*", 1, chi, expected, None, seeds, slope, above, "ratio"
        )
    return found


def well_above(part: pd.DataFrame) -> pd.DataFrame:
    """The rows of the largest P with λ >= `FIT_FROM` λ* and an interface of width <= `WIDEST`.

    part: of one χ, with columns P, ratio, chi.
    """
    P, chi = int(part.P.max()), part.chi.iloc[0]
    width = task.interface_width(part.ratio * task.crossover(P, 1, chi), P, chi)
    return part[part.P.eq(P) & (part.ratio >= FIT_FROM) & (width <= WIDEST)]


def variance_findings(frame: pd.DataFrame) -> list[Finding]:
    """The exponent of the relative variance in λ/λ* above the crossover, at the largest P."""
    found = []
    for chi, part in frame.groupby("chi"):
        above = well_above(part)
        number = above.drop_duplicates("seed")["size"].sum()
        expected = task.self_averaging_exponent(chi)
        found += _finding(
            "variance above λ*", 1, chi, expected, 0.0, number, slope, above, "ratio", "variance"
        )
    return found


def box_findings(frame: pd.DataFrame) -> list[Finding]:
    """Without ridge in d = 2, 3: the exponent, for each d and χ, from P of at least `BOX_FROM`."""
    large = frame[min(BOX_FROM, frame.P.max() / 2) <= frame.P]
    return [
        finding for (d, chi), part in large.groupby(["d", "chi"])
        for finding in beta_finding(part, int(d), chi)
    ]  # fmt: skip


def to_table(findings: list[Finding]) -> pd.DataFrame:
    """One row a finding, as the page shows it."""
    rows = [
        {
            "d": f.d, "χ": "" if f.chi is None else f"{f.chi:g}", "quantity": f.quantity,
            "expected": f"{f.expected:.3f}",
            "rival": "–" if f.rival is None else f"{f.rival:.3f}",
            "measured": f"{f.measured.value:.3f} ({f.measured.low:.3f} to {f.measured.high:.3f})",
            "seeds": f.seeds, "verdict": f.verdict,
        }
        for f in findings
    ]  # fmt: skip
    return pd.DataFrame(rows)
