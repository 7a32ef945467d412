"""Common architectures in one dimension: torchvision's, flattened, and trained like the others."""

import math

import pytest
import torch
from torch import nn

from messages import says
from srhm.networks.architectures import DEPTHS, build_architecture, layers_at_depths
from srhm.networks.names import COMMON
from srhm.networks.vision_import import torchvision_models
from srhm.training import architectures as architecture_training
from srhm.training.config import RunConfig
from srhm.training.run import train

UNITS = {"vgg11": 8, "vgg16": 13, "resnet18": 9, "resnet34": 17, "efficientnet_b0": 18}


@pytest.fixture(scope="module", params=COMMON)
def pair(request):
    """A network and the two-dimensional one that it comes from."""
    name = request.param
    original = f"{name}_bn" if name.startswith("vgg") else name
    flat = build_architecture(name, v=5, d=36, n_c=4, seed=1)
    return name, flat.eval(), getattr(torchvision_models(), original)(num_classes=4)


@pytest.mark.parametrize("d", [32, 36, 64, 100])
def test_logits_for_every_input_size(pair, d):
    _, net, _ = pair
    with torch.no_grad():
        assert net(torch.zeros(3, 5, d)).shape == (3, 4)


def test_an_input_with_positions_before_features_is_refused(pair):
    _, net, _ = pair
    with pytest.raises(ValueError, match=r"v=5.*\(3, 36, 5\)"):
        net(torch.zeros(3, 36, 5))


def test_parameters_are_the_originals_less_one_dimension(pair):
    """All but the stem and the read-out: a k x k filter becomes one of k."""
    _, flat, original = pair
    ours = [p for p in flat.named_parameters() if not p[0].startswith(("classifier", "fc"))]
    theirs = dict(original.named_parameters())
    assert [n for n, _ in ours] == [n for n in theirs if not n.startswith(("classifier", "fc"))]
    stem = ours[0][0]
    for key, parameter in ours:
        side = theirs[key].shape[-1] if theirs[key].ndim == 4 else 1
        assert key == stem or parameter.numel() * side == theirs[key].numel()
    assert flat.get_parameter(stem).shape[1:] == (5, 1, 3)
    assert {m.kernel_size[0] for m in flat.modules() if isinstance(m, nn.Conv2d)} == {1}


def test_convolutions_are_one_dimensional(pair):
    """Every layer's convolution is that of `torch.nn.functional.conv1d`."""
    _, net, _ = pair
    convolutions = [m for m in net.modules() if isinstance(m, nn.Conv2d)]
    for conv in convolutions:
        x = torch.randn(2, conv.in_channels, 12, generator=torch.Generator().manual_seed(0))
        expected = nn.functional.conv1d(
            x, conv.weight[:, :, 0], conv.bias, conv.stride[1], conv.padding[1],
            conv.dilation[1], conv.groups,
        )  # fmt: skip
        with torch.no_grad():
            torch.testing.assert_close(conv(x[:, :, None])[:, :, 0], expected)


def test_gradients_reach_every_parameter(pair):
    name, _, _ = pair
    net = build_architecture(name, v=5, d=36, n_c=4)
    x = torch.randn(8, 5, 36, generator=torch.Generator().manual_seed(0))
    nn.functional.cross_entropy(net(x), torch.arange(8) % 4).backward()
    assert [n for n, p in net.named_parameters() if p.grad is None or not p.grad.any()] == []


def test_training_begins_near_chance(pair):
    """Logits of order one at most: else the first losses are large, and training is slow."""
    name, _, _ = pair
    net = build_architecture(name, v=10, d=36, n_c=10).train()
    x = torch.randn(64, 10, 36, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert 0 < net(x).square().mean() < 2


def test_training_is_not_noisy(pair):
    """Nothing is dropped at random: two passes in training mode agree."""
    name, _, _ = pair
    net = build_architecture(name, v=5, d=36, n_c=4).train()
    x = torch.randn(8, 5, 36, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.equal(net(x), net(x))


def test_layers_lie_at_their_relative_depths(pair):
    """They are distinct units in the order of the network's own computation."""
    name, net, _ = pair
    layers = layers_at_depths(net)
    assert list(layers) == [f"{100 * r:.0f}" for r in DEPTHS]
    seen = []
    hooks = [
        module.register_forward_hook(lambda *_, depth=depth: seen.append(depth))
        for depth, module in layers.items()
    ]
    with torch.no_grad():
        net(torch.zeros(1, 5, 36))
    for hook in hooks:
        hook.remove()
    assert seen == ["20", "50", "80"]
    if name.startswith("vgg"):
        relus = [m for m in net.features if isinstance(m, nn.ReLU)]
        assert len(relus) == UNITS[name]
        assert relus.index(layers["80"]) == math.ceil(0.8 * UNITS[name]) - 1


def test_weights_come_from_the_seed_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    one, two, other = (build_architecture("resnet18", 3, 36, 2, seed) for seed in (5, 5, 6))
    assert torch.equal(torch.get_rng_state(), before)
    for a, b in zip(one.parameters(), two.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(one.conv1.weight, other.conv1.weight)


def test_the_stem_for_large_images_sees_a_quarter_of_the_positions():
    """A convolution of stride 2 and a pooling of stride 2 before the first block; else the same."""
    shapes = []
    for name in ("resnet18", "resnet18_stem7"):
        net = build_architecture(name, v=3, d=64, n_c=2).eval()
        hook = net.layer1.register_forward_hook(lambda *args: shapes.append(args[2].shape))
        net(torch.zeros(1, 3, 64))
        hook.remove()
    assert shapes == [(1, 64, 1, 64), (1, 64, 1, 16)]


def test_bad_input_is_one_sentence():
    with pytest.raises(ValueError, match=says("arch", *COMMON, "'vgg12'")):
        build_architecture("vgg12", 3, 36, 2)
    with pytest.raises(ValueError, match=says("d", 32, "vgg11", 16)):
        build_architecture("vgg11", 3, 16, 2)
    with pytest.raises(ValueError, match=says("d", 32, "resnet18", 16)):
        RunConfig(arch="resnet18", v=4, s0=1, P=200)


def test_a_training_has_the_row_of_any_other():
    task = {"v": 3, "n_c": 2, "m": 1, "s0": 2}  # one string a class: easy
    config = RunConfig(
        arch="vgg11", **task, P=129, batch_size=64, lr=0.05, stop_loss=0.05, max_epochs=30,
        num_test=200,
    )  # fmt: skip
    row = train(config, "cpu")
    assert row["status"] == "converged"
    assert row["steps"] == 2 * row["epochs"]  # the datum left over joins the batch before it
    assert row["test_error"] < 0.1
    assert {f"D_{k}_{level}" for k in (20, 50, 80, "out") for level in (1, 2)} <= set(row)
    again = train(config, "cpu")
    assert again["test_error"] == row["test_error"]
    assert again["D_50_1"] == row["D_50_1"]


def test_a_training_may_be_balanced_and_stop_only_at_times(monkeypatch):
    task = {"v": 3, "n_c": 2, "m": 1, "s0": 2}
    config = RunConfig(
        arch="vgg11", **task, P=72, batch_size=32, lr=0.01, stop_loss=10.0, max_epochs=3,
        num_test=50, balanced=True, stop_every=2,
    )  # fmt: skip
    batches = []
    cross_entropy = architecture_training.F.cross_entropy

    def watched(logits, labels, **options):
        if torch.is_grad_enabled():
            batches.append(labels.bincount().tolist())
        return cross_entropy(logits, labels, **options)

    monkeypatch.setattr(architecture_training.F, "cross_entropy", watched)
    row = train(config, "cpu")
    assert (row["status"], row["epochs"]) == ("converged", 2)
    assert batches == 2 * [[16, 16], [16, 16], [4, 4]]
