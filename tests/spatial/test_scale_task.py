"""The two-point task, its network against torch's convolutions, and pure pooling in closed form."""

import itertools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from messages import says
from srhm.images.layers import layer_sensitivities
from srhm_book.spatial import detection
from srhm_book.spatial.expected import stride_1, stride_2
from srhm_book.spatial.network import SimpleCNN, Training, train, without_relu
from srhm_book.spatial.task import TwoPoints


@pytest.mark.parametrize("task", [TwoPoints(40, 10), TwoPoints(32, 9, dim=2)])
def test_a_displacement_moves_each_point_by_one_and_keeps_the_class(task):
    rng = np.random.default_rng(0)
    positions, labels = task.draw(301, rng)
    assert np.bincount(labels + 1).tolist() == [150, 0, 151]
    moved = task.displace(positions, rng)
    steps = (moved - positions + task.size // 2) % task.size - task.size // 2
    assert (np.abs(steps).sum(axis=2) == 1).all()
    closer = TwoPoints(task.size, task.xi, task.dim, gap=0)  # its classes leave no gap
    distances = np.linalg.norm(
        np.minimum(d := np.abs(moved[:, 0] - moved[:, 1]), task.size - d), axis=1
    )
    assert (np.where(distances < closer.xi, 1, -1) == labels).all()


def test_images_are_two_points_of_mean_square_one():
    task = TwoPoints(32, 8, dim=2)
    positions, _ = task.draw(5, np.random.default_rng(1))
    images = task.render(positions)
    assert images.shape == (5, 1, 32, 32)
    assert images.square().mean((1, 2, 3)).tolist() == pytest.approx([1] * 5)
    for image, points in zip(images, positions, strict=True):
        assert sorted(map(tuple, image[0].nonzero().tolist())) == sorted(map(tuple, points))


def test_impossible_tasks():
    with pytest.raises(ValueError, match=says("dim", "1 or 2", "3")):
        TwoPoints(32, 8, dim=3)
    with pytest.raises(ValueError, match=says("xi", "6 to 14", "5")):
        TwoPoints(32, 5)
    with pytest.raises(ValueError, match=says("xi", "6 to 14", "15")):
        TwoPoints(32, 15)


@pytest.mark.parametrize(("dim", "stride"), [(1, 1), (1, 2), (2, 2), (2, 1)])
def test_layers_are_torchs_periodic_convolutions(dim, stride):
    net, size = SimpleCNN(dim, 2, stride, 5, seed=3), 8
    x = torch.randn(4, 1, *[size] * dim)
    a = x
    convolve = F.conv1d if dim == 1 else F.conv2d
    for layer in net.layers:
        weight = torch.empty(5, layer.inputs, *[2] * dim)
        for i, offset in enumerate(itertools.product(range(2), repeat=dim)):
            block = layer.weight[i * layer.inputs : (i + 1) * layer.inputs]
            weight[(slice(None), slice(None), *offset)] = block.T
        a = F.pad(a, [0, 1] * dim, mode="circular")
        weight = weight * math.sqrt(2 / (layer.inputs * 2**dim))
        a = convolve(a, weight, layer.bias, stride).relu()
    expected = a.flatten(2).mean(2) @ net.readout / 5
    torch.testing.assert_close(net(x), expected)


def pooled(task, depth, stride, num=6000):
    setting = detection.Setting(task, depth, stride)
    rows = detection.pooling_rows(setting, num)
    return {(row["rectify"], row["layer"]): row for row in rows}


def test_pooling_by_blocks_in_closed_form():
    """On a large ring, where the points rarely meet; a block of all pixels is left out."""
    found = pooled(TwoPoints(512, 128), 9, 2)
    for k in range(1, 6):
        D, G = stride_2(k, 512)
        assert found[True, k]["D"] == pytest.approx(D, rel=0.05 * 2 ** (k / 2))  # few cross
        assert found[True, k]["G"] == pytest.approx(G, rel=0.03)
        assert found[False, k]["G"] == pytest.approx(1 / (1 - 2**k / 512), rel=0.05)
    assert (True, 9) not in found
    assert stride_2(9, 512) == (math.inf, math.inf)


def test_pooling_without_stride_in_closed_form():
    found = pooled(TwoPoints(256, 64), 6, 1, num=2000)
    for k in range(1, 7):
        D, G = stride_1(k, 256)
        assert found[True, k]["D"] == pytest.approx(D, rel=0.04)
        assert found[True, k]["G"] == pytest.approx(G, rel=0.04)


def test_pooling_in_two_dimensions_in_closed_form():
    found = pooled(TwoPoints(64, 16, dim=2), 4, 2, num=2000)
    for k in (1, 2, 3):
        D, G = stride_2(k, 64, dim=2)
        assert found[True, k]["D"] == pytest.approx(D, rel=0.12)
        assert found[True, k]["G"] == pytest.approx(G, rel=0.04)


def test_without_the_relu_noise_and_differences_are_alike_for_any_weights():
    task = TwoPoints(64, 16)
    *images, _ = detection.probes(task, 3000, np.random.default_rng(0))
    net = SimpleCNN(1, 4, 2, 7, seed=1)
    linear = layer_sensitivities(without_relu(net), net.layer_names, *images)
    assert [linear[name]["G"] for name in net.layer_names] == pytest.approx([1] * 4, abs=0.2)
    assert all(layer.rectify for layer in net.layers)  # a copy


def test_a_network_learns_to_detect_a_scale():
    task, rng = TwoPoints(32, 8), np.random.default_rng(1)
    net = SimpleCNN(1, 5, 2, 32, seed=1)
    first = train(net, task, Training(P=512, epochs=1), rng)
    assert train(net, task, Training(P=512, epochs=20), rng) < 0.5 * first


def test_a_seed_is_measured_again_alike():
    setting = detection.Setting(TwoPoints(32, 8), 3, 2, 4, Training(P=64, epochs=2))
    a, b = (detection.measure(setting, [3, 4][i:], num=50) for i in (0, 1))
    assert len(a) == 2 * 3 + 2 * 2 * 2 * 3
    again = b[b.seed == 4].reset_index(drop=True)
    assert again.equals(a[a.seed == 4].reset_index(drop=True))
