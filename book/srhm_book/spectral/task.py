"""The task, and the exponents that the chapter expects, each with its derivation.

Points x in [-1, 1]^d: the density of x_1 is (1 + χ)/2 |x_1|^χ, which vanishes at the boundary
x_1 = 0 for χ > 0; the other coordinates are uniform. The target is f*(x) = sign(x_1). (Tomasini,
Sclocchi & Wyart 2022; the box and the normalisation are ours.)
"""

from __future__ import annotations

import math

import numpy as np

CHIS = (0, 1, 2, 4)
SIGMA = 10.0  # several times the box: the decay of the kernel itself then blurs no exponent


def check_task(d: int, chi: float) -> None:
    """ValueError, one sentence, unless d >= 1 is an integer and χ >= 0 is finite."""
    if not (isinstance(d, int | np.integer) and d >= 1):
        raise ValueError(f"d must be an integer of at least 1, not {d!r}.")
    if not (math.isfinite(chi) and chi >= 0):
        raise ValueError(f"chi must be at least 0 and finite, not {chi!r}.")


def draw_points(P: int, d: int, chi: float, rng: np.random.Generator) -> np.ndarray:
    """P points (P, d), in no order."""
    check_task(d, chi)
    if not (isinstance(P, int | np.integer) and P >= 2):
        raise ValueError(f"P must be an integer of at least 2, not {P!r}.")
    x = rng.uniform(-1, 1, (P, d))
    x[:, 0] = np.sign(x[:, 0]) * np.abs(x[:, 0]) ** (1 / (1 + chi))
    return x


def target(x: np.ndarray) -> np.ndarray:
    """f* at points (P, d): the sign of the first coordinate, (P,)."""
    return np.sign(x[:, 0])


def density(x1: np.ndarray, chi: float) -> np.ndarray:
    """The density of the first coordinate inside [-1, 1]."""
    return (1 + chi) / 2 * np.abs(x1) ** chi


def true_exponent(d: int, chi: float) -> float:
    """β of ε ~ P^-β without ridge, as it is: (1 + χ) / (d + χ).

    The points next to the boundary are r ~ P^(-1/(d+χ)) away from it: a box of side r there holds
    one point, P r^d r^χ = 1. The predictor changes sign within r, so ε ~ r^(1+χ), the mass there.
    """
    check_task(d, chi)
    return (1 + chi) / (d + chi)


def ridge_exponent(d: int, chi: float) -> float:
    """β of ε ~ (λ/P)^β above the crossover: (1 + χ) / (1 + d + χ).

    An interface of width w costs (λ/P) w^-d in the kernel's norm (its spectrum falls as k^-(d+1))
    and w^(1+χ) in the data; the best is w ~ (λ/P)^(1/(1+d+χ)), and ε ~ w^(1+χ).
    """
    check_task(d, chi)
    return (1 + chi) / (1 + d + chi)


def bias_exponent(d: int, chi: float) -> float:
    """β of ε ~ P^-β without ridge, as the spectral-bias theory has it.

    For it, P points without ridge are infinitely many with the effective ridge λ/P = λ_P, the
    P-th eigenvalue, ~ P^-((d+1)/d). In `ridge_exponent`: (d+1)(1+χ) / (d (1+d+χ)).
    """
    return (d + 1) / d * ridge_exponent(d, chi)


def crossover_exponent(d: int, chi: float) -> float:
    """-1/(d + χ): λ* ~ P to this power.

    λ* is where the width of `ridge_exponent` is the distance r of `true_exponent`:
    (λ/P) ~ r^(1+d+χ) and P r^(d+χ) ~ 1 make λ* ~ r.
    """
    check_task(d, chi)
    return -1 / (d + chi)


def crossover(P: int, d: int, chi: float) -> float:
    """λ* = P^(-1/(d+χ)), its prefactor taken as 1."""
    return float(P) ** crossover_exponent(d, chi)


def interface_width(ridge: float, P: int, chi: float, sigma: float = SIGMA) -> float:
    """w on the line, where the terms of σ² f'' = f + (2σ P p/λ)(f - f*) balance, p ~ |x_1|^χ."""
    return (sigma * ridge / (P * (1 + chi))) ** (1 / (2 + chi))


def self_averaging_exponent(chi: float) -> float:
    """In d = 1 above λ*: relative variance ~ (λ/λ*) to this power, -(1 + χ)/(2 + χ).

    The interface of width w holds n ~ P w^(1+χ) = (λ/λ*)^((1+χ)/(2+χ)) points, and what counts of
    them fluctuates by 1/sqrt(n).
    """
    return -ridge_exponent(1, chi)
