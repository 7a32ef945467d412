"""The dense networks against hand-written loops, and the coordinate check."""

import math

import pytest
import torch
from torch import nn

from messages import says
from srhm.data.task import SRHM
from srhm.networks.patch import CNN, FCN, LCN, build_network

TASK = SRHM(v=3, s=2, L=2, s0=1, sparsity="A", seed=1)


def loop_forward(net, x, arch, task):
    """The definition, one multiplication at a time over channels and positions."""
    h = [[x[c, p].item() for c in range(x.shape[0])] for p in range(x.shape[1])]
    for weight in net.weights:
        _, patch, channels, width = weight.shape
        out = []
        for q in range(len(h) // patch):
            block = q if arch == "lcn" else 0
            row = []
            for j in range(width):
                total = sum(
                    h[q * patch + p][c] * weight[block, p, c, j].item()
                    for p in range(patch)
                    for c in range(channels)
                )
                row.append(max(total / math.sqrt(patch * channels), 0.0))
            out.append(row)
        h = out
    (last,) = h
    return [
        sum(last[i] * net.readout[i, y].item() for i in range(net.width)) / net.width
        for y in range(task.n_c)
    ]


@pytest.mark.parametrize("arch", ["lcn", "cnn", "fcn"])
def test_forward_is_the_definition(arch):
    net = build_network(arch, TASK, width=5, seed=3)
    x = TASK.one_hot(TASK.sample(4, seed=0))
    expected = torch.tensor([loop_forward(net, datum, arch, TASK) for datum in x])
    torch.testing.assert_close(net(x), expected)


@pytest.mark.parametrize("arch", ["lcn", "cnn", "fcn"])
@pytest.mark.parametrize("s0", [(2, 0), (0, 2)])
def test_layers_follow_a_tree_whose_levels_differ(arch, s0):
    task = SRHM(v=3, s=2, L=2, s0=s0)
    net = build_network(arch, task, width=5)
    assert arch == "fcn" or [layer.patch for layer in net.layers] == [2 * (n + 1) for n in s0]
    h = net.activations(task.one_hot(task.sample(20, seed=0)))[0]
    active = (h.abs().sum(2) > 0).sum(1)
    assert (active <= net.layers[0].tokens).all()
    assert active.max() == net.layers[0].tokens


def test_layers_and_parameter_counts():
    v, s, L, s0, width = 3, 2, 3, 1, 7
    task = SRHM(v, s, L, s0)
    patch = s * (s0 + 1)
    shared = patch * v * width + 2 * patch * width**2 + width * v
    local = patch**2 * patch * v * width + (patch + 1) * patch * width**2 + width * v
    full = patch**L * v * width + 2 * width**2 + width * v
    counts = [sum(p.numel() for p in net(task, width).parameters()) for net in (CNN, LCN, FCN)]
    assert counts == [shared, local, full]
    x = task.one_hot(task.sample(5, seed=0))
    shapes = [tuple(h.shape) for h in LCN(task, width).activations(x)]
    assert shapes == [(5, patch**2, width), (5, patch, width), (5, 1, width), (5, v)]


def test_empty_patches_are_exactly_silent():
    x = TASK.one_hot(TASK.sample(50, seed=0))
    empty = x.reshape(50, 3, TASK.patch, TASK.patch).abs().sum((1, 3)) == 0
    h = LCN(TASK, 16).activations(x)[0]
    assert empty.any()
    assert (h[empty] == 0).all()
    assert (h[~empty] != 0).any()


def test_seeded_and_independent_of_the_global_generator():
    torch.manual_seed(0)
    first = LCN(TASK, 8, seed=5)
    torch.manual_seed(1)
    second = LCN(TASK, 8, seed=5)
    other = LCN(TASK, 8, seed=6)
    assert torch.equal(first.readout, second.readout)
    assert not torch.equal(first.readout, other.readout)


def test_unknown_architecture():
    with pytest.raises(ValueError, match=says("arch", "lcn", "cnn", "fcn", "'mlp'")):
        build_network("mlp", TASK)


@pytest.mark.parametrize("net_class", [LCN, CNN, FCN])
def test_coordinate_check(net_class):
    """Maximal update: the *change* of every layer after a few steps does not depend on the width.

    At width 128 ... 2048 the root mean square change of the activations must stay within a factor
    of 1.5 (standard parametrisation would change it by 4 to 16).
    """
    task = SRHM(4, 2, 2, 1, seed=0)
    data = task.sample(64, seed=0)
    x, y = task.one_hot(data), torch.from_numpy(data.labels.astype("int64"))
    changes = []
    for width in (128, 512, 2048):
        net = net_class(task, width, seed=0)
        before = [h.detach() for h in net.activations(x)]
        optimiser = torch.optim.SGD(net.parameters(), lr=1.0 * width, momentum=0.9)
        for _ in range(8):
            optimiser.zero_grad()
            nn.functional.cross_entropy(net(x), y).backward()
            optimiser.step()
        after = net.activations(x)
        changes.append(
            [(a - b).pow(2).mean().sqrt().item() for a, b in zip(after, before, strict=True)]
        )
    changes = torch.tensor(changes)
    assert (changes.max(0).values / changes.min(0).values < 1.5).all(), changes
    assert (changes[-1] > 0.005).all(), changes


@pytest.mark.parametrize("arch", ["lcn", "cnn", "fcn"])
def test_the_authors_scaling_multiplies_the_start_by_sqrt_d(arch):
    """ReLU is homogeneous: a layer without its patch in the fan-in is sqrt(patch) times larger."""
    task = SRHM(v=3, s=2, L=3, s0=1)
    x = task.one_hot(task.sample(5, seed=0))
    ours, theirs = (
        build_network(arch, task, 16, 3, scaling).activations(x)
        for scaling in ("fan_in", "channels")
    )
    for k, (a, b) in enumerate(zip(ours, theirs, strict=True), start=1):
        depth = 3 if arch == "fcn" else min(k, 3)
        torch.testing.assert_close(b, a * math.sqrt(task.patch**depth))
    assert (ours[-1] != 0).all()


def test_unknown_scaling():
    with pytest.raises(ValueError, match=says("scaling", "fan_in", "channels", "'patch'")):
        build_network("cnn", TASK, scaling="patch")


def test_only_an_fcn_is_as_deep_as_one_likes():
    assert [len(build_network("fcn", TASK, 8, depth=k).weights) for k in (0, 1, 5)] == [
        TASK.L,
        1,
        5,
    ]
    with pytest.raises(ValueError, match=says("depth", 0, "lcn", 3)):
        build_network("lcn", TASK, depth=3)
    with pytest.raises(ValueError, match=says("depth", 0, -1)):
        build_network("fcn", TASK, depth=-1)


@pytest.mark.parametrize(("arch", "level"), [("lcn", 1), ("cnn", 1), ("cnn", 2)])
def test_weights_tied_in_a_sub_patch_do_not_see_where_in_it_a_feature_is(arch, level):
    """An LCN's first layer has weights of its own below every place of the second."""
    task = SRHM(v=3, s=2, L=2, s0=2, seed=1)
    samples = task.sample(30, seed=0)
    x, moved = (task.one_hot(each) for each in (samples, task.displace(samples, level, seed=1)))
    assert not torch.equal(x, moved)
    net, free = (build_network(arch, task, 5, tied=str(k)) for k in (level, 3 - level))
    torch.testing.assert_close(net(moved), net(x))
    assert (free(moved) - free(x)).abs().max() > 1e-3


@pytest.mark.parametrize("tied", [0, "3", "1;2", 1.5, (1, 5), True])
def test_layers_that_cannot_be_tied(tied):
    with pytest.raises(ValueError, match=says("tied", "L=2", repr(tied))):
        build_network("cnn", SRHM(v=3, s=2, L=2, s0=1), tied=tied)


def test_where_there_are_no_sub_patches_nothing_is_tied():
    with pytest.raises(ValueError, match=says("tied", "'B'", "'1'")):
        build_network("cnn", SRHM(v=3, s=2, L=2, s0=1, sparsity="B"), tied="1")
    with pytest.raises(ValueError, match=says("tied", "fcn", "'1'")):
        build_network("fcn", TASK, tied="1")


@pytest.mark.parametrize("arch", ["lcn", "cnn", "fcn"])
def test_an_input_of_another_shape_is_refused(arch):
    net, x = build_network(arch, TASK, 8), TASK.one_hot(TASK.sample(4, seed=0))
    for wrong in (x.transpose(1, 2), x[0], x[:, :, :8]):
        with pytest.raises(ValueError, match=r"v=3, d=16") as error:
            net(wrong)
        assert str(tuple(wrong.shape)) in str(error.value)
    with pytest.raises(ValueError, match="Tensor.*ndarray"):
        net(x.numpy())


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"width": 0}, "width"),
        ({"width": 8.0}, "width"),
        ({"seed": -1}, "seed"),
        ({"task": 5}, "task"),
    ],
)
def test_impossible_networks_are_refused(change, name):
    with pytest.raises(ValueError, match=f"^{name} "):
        build_network(**{"arch": "cnn", "task": TASK} | change)
