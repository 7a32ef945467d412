"""Relative sensitivity against classifiers whose answer is known."""

import math

import pytest
import torch
from torch import nn

from messages import says
from srhm.images.deform import deform
from srhm.images.sensitivity import logits, noise_like, relative_sensitivity


def smooth_images(n=60, size=32, seed=0):
    """Random images of long waves, such as deformations shift little."""
    draw = torch.Generator().manual_seed(seed)
    coarse = torch.randn(n, 1, 6, 6, generator=draw)
    return nn.functional.interpolate(coarse, size=size, mode="bicubic")


def test_the_identity_takes_a_deformation_for_noise():
    """f = x: numerators are the norms themselves, and those of the noise are their mean."""
    images = smooth_images()
    found = relative_sensitivity(nn.Flatten(), images, seed=3)
    draw = torch.Generator().manual_seed(3)
    norms = (deform(images, draw, delta=1.0) - images).double().flatten(1).norm(dim=1)
    expected = norms.square().mean() / norms.mean() ** 2
    assert found["R"] == pytest.approx(expected.item(), rel=1e-5)
    between = (images - images.roll(1, 0)).double().flatten(1).square().sum(1).mean()
    assert found["D"] == pytest.approx((norms.square().mean() / between).item(), rel=1e-5)
    assert found["R"] == pytest.approx(found["D"] / found["G"])


def test_a_local_average_minds_noise_more():
    """Averaging keeps long waves, which deformations change, and removes noise: R_f > 1."""
    images = smooth_images()
    blurred = nn.Sequential(nn.AvgPool2d(8), nn.Flatten())
    assert relative_sensitivity(blurred, images, seed=0)["R"] > 5


def test_what_deformations_leave_alone():
    """The border's pixels do not move, so a network that reads them alone has D = 0."""

    def border(x):
        return torch.cat([x[..., 0, :], x[..., -1, :]], dim=-1).flatten(1)

    found = relative_sensitivity(border, smooth_images(), seed=0)
    assert found["D"] == pytest.approx(0, abs=1e-10)
    assert found["R"] == pytest.approx(0, abs=1e-10)
    assert found["G"] > 0


def test_a_constant_has_no_sensitivity():
    found = relative_sensitivity(lambda x: torch.ones(len(x), 2), smooth_images(10), seed=0)
    assert all(math.isnan(found[name]) for name in ("D", "G", "R", "R_se"))


def test_standard_error_is_the_spread_over_draws():
    images = smooth_images(400)
    net = nn.Sequential(nn.Conv2d(1, 4, 5), nn.ReLU(), nn.Flatten(), nn.LazyLinear(3))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net(images[:1])
    parts = [relative_sensitivity(net, images[i::10], seed=i) for i in range(10)]
    R = torch.tensor([part["R"] for part in parts])
    mean_error = sum(part["R_se"] for part in parts) / 10
    assert R.std().item() == pytest.approx(mean_error, rel=0.6)


def test_noise_has_the_mean_norm_and_no_preferred_direction():
    changes = torch.randn(500, 2, 6, 6) * torch.linspace(0.1, 3, 500).view(-1, 1, 1, 1)
    noise = noise_like(changes, torch.Generator().manual_seed(0))
    wanted = changes.flatten(1).norm(dim=1).mean()
    torch.testing.assert_close(noise.flatten(1).norm(dim=1), wanted.expand(500))
    pixels = noise.flatten(1)
    assert pixels.mean(0).abs().max() < 6 * pixels.std() / math.sqrt(500)
    kurtosis = (pixels / pixels.std()).pow(4).mean().item()
    assert kurtosis == pytest.approx(3 * 72 / 74, abs=0.15)  # of a point on a sphere in 72 dims


def test_noise_is_white_and_as_strong():
    changes = torch.randn(100, 1, 32, 32, generator=torch.Generator().manual_seed(1))
    noise = noise_like(changes, torch.Generator().manual_seed(0))
    wanted = changes.flatten(1).norm(dim=1).mean()
    torch.testing.assert_close(noise.flatten(1).norm(dim=1), wanted.expand(100))
    step = noise.diff(dim=3).square().mean() / noise.square().mean()
    assert step.item() == pytest.approx(2, abs=0.1)  # independent pixels


def test_seed_decides_and_the_mode_is_left_as_it_was():
    images = smooth_images(20)
    net = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(32 * 32, 3))
    net.train()
    one, same, other = (relative_sensitivity(net, images, seed) for seed in (1, 1, 2))
    assert one == same
    assert one != other
    assert net.training
    with pytest.raises(RuntimeError):
        logits(net, torch.rand(2, 1, 5, 5))
    assert net.training


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=says("images", 3, 2)):
        relative_sensitivity(nn.Flatten(), smooth_images(2), seed=0)
    with pytest.raises(ValueError, match=says("delta", "0.5 to 3.4", 9.0)):
        relative_sensitivity(nn.Flatten(), smooth_images(4), seed=0, delta=9.0)
