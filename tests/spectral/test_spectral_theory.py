"""The spectrum and both theories against closed forms, other algorithms and simulation."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from srhm_book.spectral import task, theory
from srhm_book.spectral.krr import error_line, laplace
from srhm_book.spectral.measure import line_error, sample
from srhm_book.spectral.theory import (
    effective_ridge,
    line_spectrum,
    line_theory,
    noise_factor,
    spectral_bias_error,
    spectral_bias_from_points,
    two_point_law,
)


def uniform_wavenumbers(sigma, number):
    """χ = 0: φ = cos kx with σ k tan k = 1, φ = sin kx with tan k = -σ k, in turn."""
    found = []
    for n in range(number):
        low, high = n * np.pi / 2 + 1e-9, (n + 1) * np.pi / 2 - 1e-9
        even = n % 2 == 0
        found.append(
            brentq(
                lambda k, even=even: sigma * k * np.sin(k) - np.cos(k) if even
                else np.sin(k) + sigma * k * np.cos(k), low, high,
            )
        )  # fmt: skip
    return np.array(found)


@pytest.mark.parametrize("sigma", [0.5, 10.0])
def test_uniform_density_has_the_closed_spectrum(sigma):
    k = uniform_wavenumbers(sigma, 6)
    found = line_spectrum(0, sigma, 6, 4096)
    assert np.allclose(found.eigenvalues, sigma / (1 + (sigma * k) ** 2), rtol=1e-4)
    for mode, number in enumerate(k):
        wave = (np.cos, np.sin)[mode % 2](number * found.x)
        wave *= np.sign(wave[-1]) / np.sqrt(found.mass @ wave**2)
        assert np.allclose(found.functions[:, mode], wave, atol=2e-3)


@pytest.mark.parametrize("chi", [1, 4])
def test_spectrum_solves_the_equation(chi):
    """Shooting from -1 with each eigenvalue arrives at the boundary condition at 1."""
    sigma, found = 10.0, line_spectrum(chi, 10.0, 5, 8192)

    def miss(value):
        def slope(x, state):
            return state[1], (1 / sigma**2 - 2 * task.density(x, chi) / (sigma * value)) * state[0]

        end = solve_ivp(slope, (-1, 1), (1, 1 / sigma), rtol=1e-10, atol=1e-12).y[:, -1]
        return end[1] + end[0] / sigma

    for value in found.eigenvalues:
        assert miss(0.999 * value) * miss(1.001 * value) < 0


@pytest.mark.parametrize("chi", [0, 2])
def test_eigenvalues_beyond_the_computed_ones(chi):
    """Their law against a finer grid, and their sum against the trace."""
    many, counts = theory.line_eigenvalues(chi, 10.0)
    fine = line_spectrum(chi, 10.0, 260, 8192).eigenvalues
    ranks = np.cumsum(counts) - (counts + 1) / 2
    assert np.allclose(np.interp(250, ranks, np.log(many)), np.log(fine[250]), atol=3e-3)
    assert many @ counts == pytest.approx(1, abs=1e-5)


def test_effective_ridge_solves_its_equation():
    values = np.arange(1, 4001) ** -2.0
    for P, ridge in ((10, 0.0), (100, 1e-3), (500, 2.0)):
        kappa = effective_ridge(values, P, ridge)
        right = ridge / P + kappa / P * np.sum(values / (values + kappa))
        assert kappa == pytest.approx(right, rel=1e-6)
    with pytest.raises(ValueError, match="P must be below 4000"):
        effective_ridge(values, 4000, 0.0)


def test_sum_over_modes_and_equation_give_the_same_error():
    spectrum, kind = line_spectrum(1, 10.0, 300, 2048), line_theory(1)
    summed = spectral_bias_error(spectrum.eigenvalues, spectrum.power, 20, 1e-2)
    assert kind.error(20, 1e-2) == pytest.approx(summed, rel=0.02)


def test_theory_of_white_noise_is_exact():
    """n equal eigenvalues without ridge: P of n directions are learned, ε = 1 - P/n."""
    values, power = np.full(100, 0.01), np.full(100, 0.01)
    kappa = effective_ridge(values, 30, 0.0)
    assert noise_factor(values, 30, kappa) == pytest.approx(1 / 0.7)
    assert spectral_bias_error(values, power, 30, 0.0) == pytest.approx(0.7)


@pytest.mark.parametrize("chi", [0, 1, 4])
def test_spectral_bias_holds_above_the_crossover(chi):
    P, ratio = 2000, 100
    errors = [line_error(chi, P, seed, ratio) for seed in range(20)]
    predicted = line_theory(chi).error(P, ratio * task.crossover(P, 1, chi))
    assert np.mean(errors) == pytest.approx(predicted, rel=0.03)


def test_prediction_from_points_knows_the_density():
    found = []
    for seed in range(6):
        x = sample(1, 0, 600, seed)
        values, vectors = np.linalg.eigh(laplace(x, x, task.SIGMA))
        power = (np.sign(x[:, 0]) @ vectors) ** 2 / 600
        found.append(spectral_bias_from_points(values / 600, power, 10))
    assert np.mean(found) == pytest.approx(line_theory(0).error(10), rel=0.15)
    with pytest.raises(ValueError, match=r"P must be from 1 to 599.*600"):
        spectral_bias_from_points(values / 600, power, 600)


def two_point_error(left: float, right: float, chi: float) -> float:
    """ε of the straight line from -1 at -left to +1 at right, over the density |x|^χ (1 + χ)/2."""
    ends = left ** (3 + chi) + right ** (3 + chi)
    return 4 / ((2 + chi) * (3 + chi)) * ends / (left + right) ** 2


@pytest.mark.parametrize("chi", [0, 2])
def test_two_points_decide(chi):
    x = sample(1, chi, 10_000, 3)[:, 0]
    left, right = -x[x < 0].max(), x[x > 0].min()
    measured = error_line(x, np.sign(x), task.SIGMA, chi)
    assert measured == pytest.approx(two_point_error(left, right, chi), rel=1e-3)


def test_two_point_law():
    assert two_point_law(0) == pytest.approx((4 / 3, np.sqrt(0.8)))
    rng = np.random.default_rng(0)
    for chi in (1, 4):
        ends = (2 * rng.exponential(size=(2, 200_000))) ** (1 / (1 + chi))
        errors = two_point_error(*ends, chi)
        mean, spread = two_point_law(chi)
        assert errors.mean() == pytest.approx(mean, rel=0.01)
        assert errors.std() / errors.mean() == pytest.approx(spread, rel=0.02)


@pytest.mark.parametrize(("d", "chi"), [(1, 0), (1, 4), (2, 1), (3, 2)])
def test_exponents_are_consistent(d, chi):
    """At λ* smoothing and sampling give the same error; for large d the theories meet."""
    at_crossover = task.ridge_exponent(d, chi) * (1 - task.crossover_exponent(d, chi))
    assert at_crossover == pytest.approx(task.true_exponent(d, chi))
    assert (task.bias_exponent(d, chi) > task.true_exponent(d, chi)) == (chi > 0)
    far = task.bias_exponent(10_000, chi) / task.true_exponent(10_000, chi)
    assert far == pytest.approx(1, abs=1e-3)
