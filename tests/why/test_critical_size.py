"""P_c against the exact statistics of the rules, and gradients against autograd."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from messages import says
from srhm.data.samples import Samples
from srhm.data.task import SRHM
from srhm.engine.sparse import encode
from srhm.networks.patch import build_network
from srhm_book.why.first_gradient import counted_step, equal_network, step_of
from srhm_book.why.one_step import critical_size, exponent, first_layer_pulls


def feature_odds(task, leaf):
    """P(feature of a leaf | class), (n_c, v), by multiplying the rules' shares along its path."""
    path = [leaf // task.s ** (level - 1) % task.s for level in range(task.L, 0, -1)]
    odds = np.eye(task.n_c)
    for level, child in zip(range(task.L, 0, -1), path, strict=True):
        rules = task.rules[level - 1][..., child]
        shares = np.stack([(rules == feature).mean(axis=1) for feature in range(task.v)], axis=1)
        odds = odds @ shares
    return odds


def exact_lcn(task):
    """P_c of an LCN with equal weights: every leaf of every place counts by itself."""
    place = math.prod(s0 + 1 for s0 in task.s0_levels)
    signal = square = 0.0
    for leaf in range(task.s**task.L):
        odds = feature_odds(task, leaf)  # given the class
        joint = odds / task.n_c / place  # of one place, and the class
        mean = joint - joint.sum(0) / task.n_c
        signal += place * (mean**2).sum()
        square += 1 - 1 / task.n_c
    return (square - signal) / signal


@pytest.mark.parametrize("s0", [0, 1, (2, 0), (0, 2)])
def test_equal_weights_count_as_the_rules_say(s0):
    task = SRHM(6, 2, 2, s0, n_c=4, m=5, seed=2)
    found = critical_size(task, "lcn", "equal", task.sample(min(task.num_data, 60_000), 0))
    assert found == pytest.approx(exact_lcn(task), rel=0.08)


@pytest.mark.parametrize("arch", ["lcn", "cnn"])
@pytest.mark.parametrize(("L", "s0"), [(1, 2), (2, (1, 0)), (3, (0, 1, 2))])
def test_pulls_are_the_gradients_of_autograd(arch, L, s0):
    task = SRHM(3, 2, L, s0, n_c=2, m=2, seed=1)
    samples = task.sample(12, 0)
    net = build_network(arch, task, width=9, seed=3)
    data = encode(net, samples)
    rows, pulls = data.rows.flatten(1).long(), first_layer_pulls(net, data)
    residuals = nn.functional.one_hot(data.labels, task.n_c) - 1 / task.n_c
    for i, x in enumerate(task.one_hot(samples)):
        net.zero_grad()
        (net(x[None])[0] * residuals[i]).sum().backward()
        expected = net.weights[0].grad.flatten(0, 2)
        found = torch.zeros_like(expected).index_add_(0, rows[i], pulls[i])
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-7)


def test_P_c_is_where_signal_and_noise_over_many_training_sets_are_equal():
    task = SRHM(4, 2, 2, 1, seed=0)
    P_c = critical_size(task, "cnn", "random", task.sample(12_000, 0), width=16, seed=5)
    net = build_network("cnn", task, 16, 5)

    def gradient(seed, P):
        data = encode(net, task.sample(P, seed))
        total = torch.zeros(net.weights[0].shape[:3].numel(), 16)
        pulls = first_layer_pulls(net, data).flatten(0, 1)
        return total.index_add_(0, data.rows.flatten().long(), pulls) / P

    P = 200
    found = torch.stack([gradient(seed, P) for seed in range(1, 200)])
    noise = found.var(0).sum()
    signal = found.mean(0).square().sum() - noise / len(found)
    assert (P * noise / signal).item() == pytest.approx(P_c, rel=0.12)


def test_impossible_weights_and_an_exponent():
    task = SRHM(4, 2, 2, 1)
    with pytest.raises(ValueError, match=says("weights", "equal, random", "'one'")):
        critical_size(task, "lcn", "one", task.sample(10, 0))
    assert exponent([1, 2, 4], [3, 12, 48]) == pytest.approx(2)
    assert np.isnan(exponent([2, 2], [3, 4]))


@pytest.mark.parametrize("arch", ["lcn", "cnn"])
def test_a_wide_networks_first_step_is_the_counted_one(arch):
    """The correlation is high at any width, and higher the wider; other labels spoil it."""
    task = SRHM(4, 2, 2, 1, seed=0)
    samples = task.sample(300, 0)
    found = {}
    for width in (16, 512):
        net = equal_network(arch, task, width, seed=1)
        real, counted = step_of(net, task, samples), counted_step(net, task, samples)
        assert real.shape == counted.shape == net.weights[0].shape[:3]
        found[width] = np.corrcoef(real.flatten(), counted.flatten())[0, 1]
    assert 0.8 < found[16] < found[512]
    assert found[512] > 0.9995
    mixed = Samples(samples.values, samples.positions, samples.labels[::-1].copy())
    other = counted_step(net, task, mixed)
    assert np.corrcoef(real.flatten(), other.flatten())[0, 1] < 0.6
