"""Sensitivities by layer against networks whose answers are known."""

import pytest
import torch
from torch import nn

from messages import says
from srhm.images.deform import deform
from srhm.images.layers import CHUNK, layer_sensitivities
from srhm.images.sensitivity import noise_like, relative_sensitivity


def parts(n=CHUNK + 7, size=16):
    draw = torch.Generator().manual_seed(0)
    images = torch.randn(n, 2, size, size, generator=draw)
    moved = deform(images, draw, c=3, delta=1.0)
    return images, moved, images + noise_like(moved - images, draw)


def test_the_output_is_that_of_relative_sensitivity():
    """Which draws its deformations and noise in the same order from a generator of that seed."""
    images = parts()[0]
    draw = torch.Generator().manual_seed(5)
    moved = deform(images, draw, c=3, delta=1.0)
    noisy = images + noise_like(moved - images, draw)
    net = nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 14 * 14, 4))
    found = layer_sensitivities(net, ["1"], images, moved, noisy)
    expected = relative_sensitivity(net, images, seed=5)
    assert found["out"] == pytest.approx(expected, rel=1e-4)
    assert set(found) == {"1", "out"}


def test_the_identity_and_a_constant():
    images, moved, noisy = parts()
    net = nn.Sequential(nn.Identity(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(2, 1))
    nn.init.zeros_(net[3].weight)
    found = layer_sensitivities(net, ["0"], images, moved, noisy)
    between = (images - images.roll(1, 0)).square().sum((1, 2, 3)).mean()
    of_noise = (noisy - images).square().sum((1, 2, 3)).mean()
    assert found["0"]["G"] == pytest.approx((of_noise / between).item(), rel=1e-5)
    assert found["0"]["R"] == pytest.approx(found["0"]["D"] / found["0"]["G"])
    assert found["out"]["D"] != found["out"]["D"]  # nothing varies: nan


def test_impossible_input():
    images, moved, noisy = parts(4)
    net = nn.Sequential(nn.Identity())
    with pytest.raises(ValueError, match=says("images", "at least 3", "2")):
        layer_sensitivities(net, [], images[:2], moved[:2], noisy[:2])
    with pytest.raises(ValueError, match=says("one shape", "(3, 2, 16, 16)")):
        layer_sensitivities(net, [], images, moved[:3], noisy)
    with pytest.raises(ValueError, match=says("names", "'deep'")):
        layer_sensitivities(net, ["deep"], images, moved, noisy)
