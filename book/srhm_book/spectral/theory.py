"""What two theories predict, without a free parameter.

*Spectral bias* (the replica method; Bordelon, Canatar & Pehlevan 2020): learning P points is
learning the whole density with an effective ridge κ, whatever the sample. *Two points* (d = 1, no
ridge): the predictor interpolates linearly between the two training points next to the boundary.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from scipy.integrate import quad
from scipy.linalg import eigh_tridiagonal
from scipy.optimize import brentq

from srhm_book.spectral.krr import fit_line, inverse_kernel
from srhm_book.spectral.task import SIGMA

NUM_CELLS = 8192
NUM_MODES = 150  # computed one by one; those beyond follow their asymptotic law
MOST_EIGENVALUES = 1e9


# ---- the self-consistent theory --------------------------------------------------------------


def effective_ridge(eigenvalues: np.ndarray, P: int, ridge: float, counts=1) -> float:
    """κ, the solution of κ = λ/P + (κ/P) Σ_ρ λ_ρ/(λ_ρ + κ).

    eigenvalues: of the kernel's operator; counts: how many of each.
    """
    number = np.sum(np.broadcast_to(counts, eigenvalues.shape))
    if ridge <= 0 and number <= P:
        raise ValueError(f"P must be below {number:g} (eigenvalues), not {P}.")

    def excess(log_kappa: float) -> float:
        kappa = math.exp(log_kappa)
        learned = np.sum(counts * eigenvalues / (eigenvalues + kappa))
        return ridge / (P * kappa) + learned / P - 1

    most = math.log(2 * (ridge + np.sum(counts * eigenvalues)) / P)
    return math.exp(brentq(excess, math.log(1e-30), most, xtol=1e-10))


def noise_factor(eigenvalues: np.ndarray, P: int, kappa: float, counts=1) -> float:
    """1/(1 - γ), γ = Σ_ρ λ_ρ²/(λ_ρ + κ)² / P: what fitting a finite sample adds to the bias."""
    return 1 / (1 - np.sum(counts * (eigenvalues / (eigenvalues + kappa)) ** 2) / P)


def spectral_bias_error(
    eigenvalues: np.ndarray, power: np.ndarray, P: int, ridge: float
) -> float:  # fmt: skip
    """Test error Σ_ρ c_ρ² κ²/(λ_ρ + κ)² / (1 - γ) of a target ±1.

    power: c_ρ², of 1 in all; what it lacks of that is not learned.
    """
    kappa = effective_ridge(eigenvalues, P, ridge)
    bias = np.sum(power * (kappa / (eigenvalues + kappa)) ** 2)
    left = 1 - np.sum(power)
    return float((bias + left) * noise_factor(eigenvalues, P, kappa))


def spectral_bias_from_points(eigenvalues: np.ndarray, power: np.ndarray, P: int) -> float:
    """The error predicted for P points without ridge, from the spectrum of N > P points.

    eigenvalues (N,) of their kernel matrix over N; power (N,): squared projections of their targets
    on its eigenvectors, over N. Far down, these are the points' own and not the density's; the
    theory, which holds for N points with a ridge N δ as well, says by how much:

        1/κ = Σ_ρ 1/(λ_ρ + δ) / N,  Σ_ρ λ_ρ/(λ_ρ + κ) = N (1 - δ/κ) in the density's spectrum,

    and the error on the N points themselves is (δ/κ)² times that on others. δ is chosen so that κ
    is that of P points without ridge. (The estimator of Jacot et al. 2020, read backwards.)
    """
    N = len(eigenvalues)
    if not 1 <= P < N:
        raise ValueError(f"P must be from 1 to {N - 1}, below the number of eigenvalues, not {P}.")
    values = np.maximum(eigenvalues, 1e-14)

    def kappa(delta: float) -> float:
        return 1 / np.mean(1 / (values + delta))

    delta = math.exp(
        brentq(lambda x: 1 - math.exp(x) / kappa(math.exp(x)) - P / N, math.log(1e-14), 7)
    )
    growth = kappa(delta) ** 2 * np.mean((values + delta) ** -2)  # dκ/dδ = 1/(1 - γ) for N points
    bias = np.sum(power * (kappa(delta) / (values + delta)) ** 2) / growth
    return float(bias / (1 - (1 - 1 / growth) * N / P))


# ---- the spectrum on the line ------------------------------------------------------------------


@dataclass(frozen=True)
class LineSpectrum:
    """Eigenvalues (n,), largest first; eigenfunctions (num_cells, n) on x; power c_ρ² (n,)."""

    x: np.ndarray
    mass: np.ndarray
    eigenvalues: np.ndarray
    functions: np.ndarray
    power: np.ndarray


def cells(chi: float, num: int = NUM_CELLS, finest: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Points x (num,) and the mass (num,) of the cell around each; `num` is even.

    The cells are as narrow, in every place, as the waves there: uniform in s = |x|^((2+χ)/2).
    Below 1, `finest` is the s around which they begin to widen, for an interface that narrow.
    """
    if num < 4 or num % 2:
        raise ValueError(f"num must be even and at least 4, not {num}.")
    s = np.linspace(-1, 1, 2 * num + 1)
    if finest < 1:
        s = np.sinh(s * np.arcsinh(1 / finest)) * finest
    x = np.sign(s) * np.abs(s) ** (2 / (2 + chi))
    x[[0, -1]] = -1, 1
    edges, x = x[::2], x[1::2]
    return x, np.diff(np.sign(edges) * np.abs(edges) ** (1 + chi)) / 2


def line_spectrum(
    chi: float, sigma: float, modes: int = 40, num: int = NUM_CELLS // 2
) -> LineSpectrum:
    """The first eigenfunctions of ∫ K(x, y) φ(y) p(y) dy = λ_ρ φ(x).

    They solve σ² φ'' = (1 - 2σ p(x)/λ_ρ) φ with σ φ' = ± φ at the ends ∓1. On the cells the inverse
    of the operator is tridiagonal: the equation in finite differences.
    """
    x, mass = cells(chi, num)
    diagonal, beside = inverse_kernel(x, sigma)
    root = np.sqrt(mass)
    inverse, vectors = eigh_tridiagonal(
        diagonal / mass, beside / (root[1:] * root[:-1]), select="i", select_range=(0, modes - 1)
    )
    functions = vectors / root[:, None]
    functions *= np.sign(functions[-1])
    power = ((mass * np.sign(x)) @ functions) ** 2
    return LineSpectrum(x, mass, 1 / inverse, functions, power)


def line_eigenvalues(chi: float, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues on the line and how many there are of each, `MOST_EIGENVALUES` in all.

    `NUM_MODES` are computed, the others follow their law: the number of half waves grows by one
    from each to the next, and 1/sqrt(λ_ρ) by π / ∫ sqrt(2 p/σ) dx, whatever the phase at the ends.
    Those of ranks within 1 % of each other count as equal.
    """
    first = line_spectrum(chi, sigma, NUM_MODES, NUM_CELLS // 2).eigenvalues
    step = math.pi / (math.sqrt(2 / sigma) * 2 * math.sqrt((1 + chi) / 2) * 2 / (2 + chi))
    start = np.mean(first[-2:] ** -0.5) - (NUM_MODES - 1.5) * step  # even and odd differ in phase
    edges = np.unique(np.geomspace(NUM_MODES, MOST_EIGENVALUES, 1300).round())
    ranks = (edges[1:] + edges[:-1] - 1) / 2
    counts = np.concatenate([np.ones(NUM_MODES), np.diff(edges)])
    return np.concatenate([first, (start + step * ranks) ** -2.0]), counts


class LineTheory:
    """The spectral-bias prediction in d = 1 for one χ and σ."""

    def __init__(self, chi: float, sigma: float):
        self.chi, self.sigma = chi, sigma
        self.eigenvalues, self.counts = line_eigenvalues(chi, sigma)

    def kappa(self, P: int, ridge: float) -> float:
        """The effective ridge."""
        return effective_ridge(self.eigenvalues, P, ridge, self.counts)

    def predictor(self, P: int, ridge: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """x, the mass there, and the mean predictor: that of the whole density with ridge κ.

        It solves σ² f'' = f + (2σ p/κ)(f - f*). Cells with a ridge of κ over their mass are the
        whole density.
        """
        kappa = self.kappa(P, ridge)
        x, mass = cells(self.chi, finest=min(1.0, math.sqrt(kappa * self.sigma)))
        return x, mass, fit_line(x, np.sign(x), kappa / mass, self.sigma)

    def error(self, P: int, ridge: float = 0.0) -> float:
        """The predicted test error; equals `spectral_bias_error` with all c_ρ²."""
        x, mass, f = self.predictor(P, ridge)
        bias = mass @ (f - np.sign(x)) ** 2
        kappa = self.kappa(P, ridge)
        return float(bias * noise_factor(self.eigenvalues, P, kappa, self.counts))


@functools.cache
def line_theory(chi: float, sigma: float = SIGMA) -> LineTheory:
    """One `LineTheory` for each χ and σ: its spectrum takes seconds."""
    return LineTheory(chi, sigma)


# ---- the two points ----------------------------------------------------------------------------


def two_point_law(chi: float) -> tuple[float, float]:
    """Mean of P ε for many P without ridge in d = 1, and the relative standard deviation of ε.

    P left^(1+χ)/2 and P right^(1+χ)/2 are independent and exponential: their sum is a Gamma(2), of
    moments 2 and 6, the share u of one in it uniform; ε is proportional to the sum.
    """
    p, q = (3 + chi) / (1 + chi), 1 / (1 + chi)

    def shape(u: float, power: int) -> float:
        return ((u**p + (1 - u) ** p) / (u**q + (1 - u) ** q) ** 2) ** power

    first, second = (quad(shape, 0, 1, args=(power,))[0] for power in (1, 2))
    mean = 2 * 4 / ((2 + chi) * (3 + chi)) * 2 * first
    return mean, math.sqrt(6 * second / (2 * first) ** 2 - 1)
