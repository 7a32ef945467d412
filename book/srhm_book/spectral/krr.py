"""Kernel ridge regression with the Laplace kernel K(x, y) = exp(-|x - y| / σ), solved exactly.

The predictor minimises Σ (f(x_i) - y_i)² + λ ‖f‖²_K. Any dimension: Cholesky, O(P³). On the line
the kernel is that of a Markov process, so that the inverse of its matrix is tridiagonal: O(P).
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solveh_banded
from scipy.spatial.distance import cdist

from srhm_book.spectral.task import density


def laplace(x: np.ndarray, z: np.ndarray, sigma: float) -> np.ndarray:
    """The kernel's matrix (len(x), len(z)) between points (n, d) and (m, d)."""
    if x.shape[1] > 16:  # images: by scalar products, some ten times as fast
        from sklearn.metrics import euclidean_distances

        distance = euclidean_distances(x, None if z is x else z)
    else:
        distance = cdist(x, z)
    return np.exp(-distance / sigma)


def check_ridge(ridge) -> None:
    """ValueError unless the ridge λ (one, or one for each point) is finite and at least 0.

    0 is for all points or for none.
    """
    ridge = np.asarray(ridge)
    if not (np.isfinite(ridge) & (ridge >= 0)).all():
        raise ValueError(f"ridge must be at least 0 and finite, not {ridge.min():g}.")
    if np.any(ridge) and not np.all(ridge):
        raise ValueError("ridge must be 0 at all points or at none.")


def predict(
    x: np.ndarray, y: np.ndarray, points: np.ndarray, ridge: float, sigma: float
) -> np.ndarray:
    """The predictor of x (P, d), y (P,) at `points` (n, d): K(points, x) (K + λ)⁻¹ y."""
    check_ridge(ridge)
    matrix = laplace(x, x, sigma)
    matrix[np.diag_indices_from(matrix)] += ridge
    dual = cho_solve(cho_factor(matrix, lower=True, overwrite_a=True), y)
    return laplace(points, x, sigma) @ dual


# ---- on the line ---------------------------------------------------------------------------


def inverse_kernel(x: np.ndarray, sigma: float):
    """Diagonal (P,) and off-diagonal (P-1,) of K's inverse; x (P,) ascends.

    Given its neighbours, a value does not depend on those further away.
    With a = exp(-gap/σ) the entries are 1 + Σ a²/(1 - a²) over the gaps on
    both sides, and -a/(1 - a²).
    """
    gap = np.diff(x) / sigma
    if not (gap > 0).all():
        raise ValueError("x must ascend and hold no value twice.")
    side = 1 / np.expm1(2 * gap)
    diagonal = np.ones(len(x))
    diagonal[:-1] += side
    diagonal[1:] += side
    return diagonal, -0.5 / np.sinh(gap)


def fit_line(x: np.ndarray, y: np.ndarray, ridge, sigma: float) -> np.ndarray:
    """The predictor at the training points, (P,): K (K + λ)⁻¹ y.

    That is (K⁻¹ + 1/λ)⁻¹ y/λ, and y itself without ridge. x: (P,) ascends;
    ridge: one λ, or one for each point.
    """
    check_ridge(ridge)
    if not np.any(ridge):
        return np.array(y, dtype=float)
    weight = 1 / np.asarray(ridge)
    diagonal, beside = inverse_kernel(x, sigma)
    banded = np.stack([np.append(0.0, beside), diagonal + weight])
    return solveh_banded(banded, weight * y)


def predict_line(x: np.ndarray, f: np.ndarray, points: np.ndarray, sigma: float) -> np.ndarray:
    """The predictor at any points (n,) from its values f (P,) at the training points x (P,).

    Between two training points it solves f'' = f/σ², outside it decays: by its neighbours alone.
    """
    right = np.searchsorted(x, points).clip(1, len(x) - 1)
    left = right - 1
    gap, step = (x[right] - x[left]) / sigma, (points - x[left]) / sigma
    inside = f[left] * _sinh_ratio(gap - step, gap) + f[right] * _sinh_ratio(step, gap)
    below, above = (x[0] - points) / sigma, (points - x[-1]) / sigma
    outside = np.where(below > 0, f[0] * np.exp(-below.clip(0)), f[-1] * np.exp(-above.clip(0)))
    return np.where((below > 0) | (above > 0), outside, inside)


def _sinh_ratio(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """sinh(u)/sinh(v) for u <= v, without overflow."""
    u = np.clip(u, 0, v)
    return np.exp(u - v) * np.expm1(-2 * u) / np.expm1(-2 * v)


def error_line(x: np.ndarray, f: np.ndarray, sigma: float, chi: float) -> float:
    """Mean-square test error of a predictor on the line, integrated over the density of x_1.

    By Gauss and Legendre between neighbouring training points: exact where they are close.
    """
    extra = np.setdiff1d([-1.0, 0.0, 1.0], x)  # more points on the same predictor
    order = np.argsort(edges := np.append(x, extra), kind="stable")
    edges, f = edges[order], np.append(f, predict_line(x, f, extra, sigma))[order]
    half, middle = np.diff(edges) / 2, (edges[1:] + edges[:-1]) / 2
    even = (f[1:] + f[:-1]) / 2 / np.cosh(half / sigma)
    odd = (f[1:] - f[:-1]) / 2 / np.sinh(half / sigma)
    total, side = 0.0, np.sign(middle)
    for node, weight in zip(*np.polynomial.legendre.leggauss(4), strict=True):
        step = node * half
        predicted = even * np.cosh(step / sigma) + odd * np.sinh(step / sigma)
        total += weight * half @ (density(middle + step, chi) * (predicted - side) ** 2)
    return float(total)
