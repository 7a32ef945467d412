"""Deformations of images against sums over modes, lattice theory and another interpolation."""

import math

import numpy as np
import pytest
import torch
from scipy.ndimage import map_coordinates

from messages import says
from srhm.images.deform import (
    apply_fields,
    check_temperature,
    deform,
    displacement_fields,
    rms_displacement,
    temperature,
    typical_displacement,
    valid_temperatures,
)


def draw(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(("n", "c"), [(32, 3), (32, 10), (28, 5), (64, 20)])
def test_measured_displacement_is_the_sum_over_modes(n, c):
    T = temperature(1.0, n, c)
    fields = displacement_fields(1500, n, T, c, draw())
    measured = fields.square().sum(1).mean().sqrt().item()
    modes = [(i, j) for i in range(1, c + 1) for j in range(1, c + 1) if i * i + j * j <= c * c]
    power = sum(T / (i * i + j * j) / 4 for i, j in modes)  # sin^2 is 1/2 on average, twice
    assert measured == pytest.approx(n * math.sqrt(2 * power), rel=0.05)
    assert measured == pytest.approx(rms_displacement(T, n, c), rel=0.02)


def test_the_papers_formula_is_the_sums_limit():
    """The sum over a quarter of the lattice is (pi/2) ln c plus a constant.

    Over the whole lattice it is 2 pi ln c + K with Sierpinski's constant K = 2.58498; the axes
    take 4 zeta(2) from that.
    """
    constant = (2.5849817595792532 - 4 * math.pi**2 / 6) / 4
    for c in (300, 1000):
        power = 2 * (rms_displacement(1.0, 1001, c) / 1000) ** 2
        assert power - math.pi / 2 * math.log(c) == pytest.approx(constant, abs=0.01)
    assert typical_displacement(1e-3, 32, 3) == pytest.approx(
        32 * math.sqrt(1e-3 / 2 * math.pi / 2 * math.log(3))
    )


def test_size_of_single_modes():
    """Each coefficient, read off by projection, has variance T / (i^2 + j^2), or is absent."""
    n, c, T = 33, 3, 4e-3
    fields = displacement_fields(4000, n, T, c, draw(1)).double() / n
    x = torch.linspace(0, 1, n, dtype=torch.float64)
    for i in range(1, 5):
        for j in range(1, 5):
            mode = torch.sin(i * math.pi * x)[None, :] * torch.sin(j * math.pi * x)[:, None]
            C = (fields * mode).sum((2, 3)) * (2 / (n - 1)) ** 2
            expected = T / (i**2 + j**2) if i**2 + j**2 <= c**2 else 0
            assert C.var().item() == pytest.approx(expected, rel=0.08, abs=1e-12)


def test_fields_vanish_on_the_border_and_nowhere_else():
    fields = displacement_fields(5, 16, 5e-3, 3, draw())
    border = torch.ones(16, 16, dtype=torch.bool)
    border[1:-1, 1:-1] = False
    assert (fields[:, :, border] == 0).all()
    assert (fields[:, :, ~border] != 0).all()


def test_border_pixels_stay():
    images = torch.rand(3, 2, 16, 16)
    deformed = deform(images, draw(), delta=1.0)
    for side in (np.s_[..., 0, :], np.s_[..., -1, :], np.s_[..., :, 0], np.s_[..., :, -1]):
        torch.testing.assert_close(deformed[side], images[side])
    assert (deformed - images).abs().max() > 0.05


def test_no_temperature_is_the_identity():
    images = torch.rand(4, 3, 32, 32)
    for T, far in ((0.0, 1e-5), (1e-10, 1e-3)):
        moved = apply_fields(images, displacement_fields(4, 32, T, 3, draw()))
        assert (moved - images).abs().max() < far


def test_interpolation_is_scipys():
    images = torch.rand(3, 2, 12, 12, dtype=torch.float64)
    fields = 3 * torch.randn(3, 2, 12, 12, dtype=torch.float64, generator=draw())
    moved = apply_fields(images, fields)
    rows, columns = np.mgrid[:12, :12]
    for b in range(3):
        places = [rows - fields[b, 1].numpy(), columns - fields[b, 0].numpy()]
        for channel in range(2):
            expected = map_coordinates(images[b, channel].numpy(), places, order=1, mode="nearest")
            np.testing.assert_allclose(moved[b, channel].numpy(), expected, atol=1e-12)


def test_a_whole_pixel_along_x_reads_the_left_neighbour():
    image = torch.arange(25.0).view(1, 1, 5, 5)
    field = torch.zeros(1, 2, 5, 5)
    field[:, 0] = 1
    assert apply_fields(image, field)[0, 0, 2].tolist() == pytest.approx([10, 10, 11, 12, 13])


def test_seeds_and_temperatures():
    one, same, other = (displacement_fields(2, 16, 1e-3, 3, draw(seed)) for seed in (5, 5, 6))
    assert torch.equal(one, same)
    assert not torch.allclose(one, other)
    assert not torch.allclose(one[0], one[1])
    torch.testing.assert_close(displacement_fields(2, 16, 4e-3, 3, draw(5)), 2 * one)
    before = torch.get_rng_state()
    deform(torch.rand(1, 1, 16, 16, generator=draw()), draw(), delta=1.0)
    assert torch.equal(before, torch.get_rng_state())


def test_temperature_inverts_the_formula():
    for delta in (0.5, 1.0, 3.0):
        assert typical_displacement(temperature(delta, 32, 3), 32, 3) == pytest.approx(delta)
    low, high = valid_temperatures(32, 3)
    assert typical_displacement(low, 32, 3) == pytest.approx(0.5)
    for T in (low, high):  # the ends belong to it
        check_temperature(T, 32, 3)
        temperature(typical_displacement(T, 32, 3), 32, 3)


def test_largest_valid_temperature_is_where_fields_start_to_fold():
    """The Jacobian of r - tau(r) must stay positive; far above the range it does not."""

    def folded(T):
        fields = displacement_fields(100, 128, T, 3, draw()).double()
        dx, dy = fields[:, 0], fields[:, 1]
        xx, xy = 1 - dx.diff(dim=2)[:, :-1], -dx.diff(dim=1)[:, :, :-1]
        yy, yx = 1 - dy.diff(dim=1)[:, :, :-1], -dy.diff(dim=2)[:, :-1]
        return ((xx * yy - xy * yx) < 0).flatten(1).any(1).float().mean().item()

    low, high = valid_temperatures(128, 3)
    assert folded(low) == 0
    assert folded(high / 30) == 0
    assert folded(10 * high) > 0.9


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: temperature(0.4, 32, 3), ("delta", "0.5 to 3.4", 0.4)),
        (lambda: temperature(4, 32, 3), ("delta", "0.5 to 3.4", 4)),
        (lambda: temperature("1", 32, 3), ("delta", "'1'")),
        (lambda: temperature(math.nan, 32, 3), ("delta", "nan")),
        (lambda: check_temperature(1.0, 32, 3), ("T", 0.000283, 0.013, 1.0)),
        (lambda: valid_temperatures(32, 21), ("c", "2 to 20", 32, 21)),
        (lambda: valid_temperatures(3, 2), ("n", 4, 3)),
        (lambda: temperature(1, 32, 1), ("c", 2, 1)),
        (lambda: displacement_fields(1, 8, -1e-3, 3, draw()), ("T", -0.001)),
        (lambda: deform(torch.rand(1, 1, 8, 8), draw()), ("delta", "T")),
        (lambda: deform(torch.rand(1, 1, 8, 8), draw(), T=1.0), ("T", 1.0)),
        (lambda: deform(torch.rand(1, 1, 16, 32), draw(), delta=1), ("images", "square")),
        (
            lambda: apply_fields(torch.rand(2, 1, 8, 8), torch.zeros(1, 2, 8, 8)),
            ("fields", "(2, 2, 8, 8)", "(1, 2, 8, 8)"),
        ),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=says(*words)):
        call()
