"""Kernel regression against dense algebra and closed forms; what is refused."""

import numpy as np
import pytest

from srhm_book.spectral.krr import (
    error_line,
    fit_line,
    inverse_kernel,
    laplace,
    predict,
    predict_line,
)
from srhm_book.spectral.task import density, draw_points


@pytest.fixture
def points():
    rng = np.random.default_rng(0)
    return np.sort(draw_points(150, 1, 1.0, rng)[:, 0]), rng.uniform(-1.5, 1.5, 80)


def test_tridiagonal_inverse_is_the_inverse(points):
    x, _ = points
    diagonal, beside = inverse_kernel(x, 2.0)
    inverse = np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
    assert np.allclose(inverse @ laplace(x[:, None], x[:, None], 2.0), np.eye(len(x)), atol=1e-7)


@pytest.mark.parametrize("ridge", [1e-6, 1e-2, 1.0, 1e4])
@pytest.mark.parametrize("sigma", [0.05, 1.0, 10.0])
def test_line_equals_dense(points, ridge, sigma):
    x, t = points
    y = np.sign(x)
    dense = predict(x[:, None], y, t[:, None], ridge, sigma)
    assert np.allclose(predict_line(x, fit_line(x, y, ridge, sigma), t, sigma), dense, atol=1e-7)


def test_a_ridge_for_each_point(points):
    x, _ = points
    ridge = np.linspace(0.1, 2, len(x))
    K, y = laplace(x[:, None], x[:, None], 1.0), np.sign(x)
    assert np.allclose(fit_line(x, y, ridge, 1.0), K @ np.linalg.solve(K + np.diag(ridge), y))


def test_large_ridge_is_the_kernel_average(points):
    """λ to infinity: f = K y / λ, and the error that of f = 0."""
    x, t = points
    y, ridge = np.sign(x), 1e9
    f = predict_line(x, fit_line(x, y, ridge, 1.0), t, 1.0)
    inside = np.abs(t) <= x.max()
    expected = laplace(t[:, None], x[:, None], 1.0) @ y / ridge
    assert np.allclose(f[inside] * 1e6, expected[inside] * 1e6, rtol=1e-3, atol=1e-6)
    assert error_line(x, fit_line(x, y, ridge, 1.0), 1.0, 1.0) == pytest.approx(1.0, abs=1e-6)


def test_small_ridge_interpolates(points):
    x, _ = points
    y = np.sign(x)
    assert np.array_equal(fit_line(x, y, 0.0, 1.0), y)
    assert np.allclose(fit_line(x, y, 1e-12, 1.0), y, atol=1e-6)
    assert np.allclose(predict(x[:, None], y, x[:, None], 0.0, 1.0), y, atol=1e-6)


def test_error_is_the_integral_over_the_density(points):
    x, _ = points
    f = fit_line(x, np.sign(x), 1e-3, 1.0)
    t = (np.arange(400_000) + 0.5) / 200_000 - 1
    brute = np.mean(2 * density(t, 1.0) * (predict_line(x, f, t, 1.0) - np.sign(t)) ** 2)
    assert error_line(x, f, 1.0, 1.0) == pytest.approx(brute, rel=1e-4)


def test_a_million_points():
    x = np.sort(draw_points(1_000_000, 1, 2.0, np.random.default_rng(1))[:, 0])
    f = fit_line(x, np.sign(x), 1.0, 10.0)
    # The normal equations, K⁻¹ f = (y - f)/λ, row by row.
    diagonal, beside = inverse_kernel(x, 10.0)
    left = diagonal * f
    left[:-1] += beside * f[1:]
    left[1:] += beside * f[:-1]
    scale = diagonal * np.finfo(float).eps * 100
    assert np.all(np.abs(left - (np.sign(x) - f)) <= scale + 1e-9)
    assert 0 < error_line(x, f, 10.0, 2.0) < 1e-3


def test_density_and_draws_agree():
    x = draw_points(40_000, 3, 2.0, np.random.default_rng(0))
    assert x.shape == (40_000, 3)
    counts, edges = np.histogram(x[:, 0], 8, (-1, 1), density=True)
    middle = (edges[1:] + edges[:-1]) / 2
    cell = np.diff(np.sign(edges) * np.abs(edges) ** 3) / 2 / np.diff(edges)
    assert np.allclose(counts, cell, atol=0.03)
    assert np.allclose(density(middle, 2.0), 1.5 * middle**2)


@pytest.mark.parametrize(
    ("call", "names"),
    [
        (lambda: draw_points(1, 1, 0, np.random.default_rng(0)), ("P", "1")),
        (lambda: draw_points(9, 0, 0, np.random.default_rng(0)), ("d", "0")),
        (lambda: draw_points(9, 1, -1, np.random.default_rng(0)), ("chi", "-1")),
        (lambda: fit_line(np.array([0.1, 0.2]), np.ones(2), -1.0, 1.0), ("ridge", "-1")),
        (lambda: fit_line(np.array([0.1, 0.1]), np.ones(2), 1.0, 1.0), ("x", "twice")),
    ],
)
def test_bad_input_is_refused_in_a_sentence(call, names):
    with pytest.raises(ValueError, match=names[0]) as caught:
        call()
    assert all(name in str(caught.value) for name in names)
    assert "\n" not in str(caught.value)
