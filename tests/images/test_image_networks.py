"""Classifiers of images: shapes, sizes against the originals, gradients, seeds."""

import pytest
import torch
from torch import nn

from messages import says
from srhm.images.config import IMAGE_ARCHITECTURES, NORMALISED
from srhm.images.networks import IMAGE_NETWORK_NAMES, build_image_network
from srhm.networks.vision_import import torchvision_models

CLASSIFIERS = {"vgg": "classifier", "res": "fc", "eff": "classifier"}


def count(module):
    return sum(p.numel() for p in module.parameters())


def test_every_architecture_has_a_name():
    assert set(IMAGE_NETWORK_NAMES) == set(IMAGE_ARCHITECTURES)


@pytest.mark.parametrize("arch", IMAGE_ARCHITECTURES)
def test_logits_and_gradients(arch):
    net = build_image_network(arch, 1, 7, seed=0)
    for module in net.modules():
        if type(module).__name__ in ("Dropout", "StochasticDepth"):
            module.eval()
    x = torch.randn(2, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    out = net(x)
    assert out.shape == (2, 7)
    assert out.square().mean() < 2  # near chance: else the first losses are large
    out.square().sum().backward()
    silent = [n for n, p in net.named_parameters() if p.grad is None or not p.grad.any()]
    assert not silent
    has_norm = any(isinstance(m, nn.BatchNorm2d) for m in net.modules())
    assert has_norm == (arch in NORMALISED)


@pytest.mark.parametrize("arch", [a for a in IMAGE_ARCHITECTURES if a[:3] in CLASSIFIERS])
def test_all_but_stem_and_classifier_is_torchvisions(arch):
    """Parameters per layer type, from a copy of the original that holds no numbers."""
    with torch.device("meta"):
        original = getattr(torchvision_models(), arch)(weights=None)
    delattr(original, CLASSIFIERS[arch[:3]])
    net = build_image_network(arch, 3, 10, seed=0)
    shapes = [p.shape for p in original.parameters()]
    ours = [p.shape for p in net.parameters()][: len(shapes)]
    if arch.startswith("resnet"):  # the stem's filter is 7 x 7 there
        assert ours[0] == (64, 3, 3, 3)
        shapes, ours = shapes[1:], ours[1:]
    assert ours == shapes
    features = {"vgg": 512, "eff": 1408 if arch[-1] == "2" else 1280}.get(arch[:3], 512)
    features = 2048 if arch == "resnet50" else features
    assert [tuple(p.shape) for p in net.parameters()][-2:] == [(10, features), (10,)]


def test_sizes_that_can_be_counted_by_hand():
    lenet = (25 + 1) * 6 + (6 * 25 + 1) * 16 + 401 * 120 + 121 * 84 + 85 * 10
    assert count(build_image_network("lenet", 1, 10, seed=0)) == lenet
    assert count(build_image_network("fc2", 3, 10, seed=0)) == 3073 * 512 + 513 * 512 + 513 * 10


@pytest.mark.parametrize("arch", ["resnet18", "efficientnet_b0"])
def test_stems_do_not_shrink_the_image(arch):
    """The features before the last average are as large as in the CIFAR versions."""
    net = build_image_network(arch, 1, 10, seed=0).eval()
    seen = []
    pool = next(
        m for m in net.modules() if isinstance(m, nn.AdaptiveAvgPool2d) and m is net.avgpool
    )
    pool.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].shape[-1]))
    net(torch.randn(1, 1, 32, 32))
    assert seen == [4 if arch == "resnet18" else 2]


def test_seeds_decide_and_the_global_state_stays():
    before = torch.get_rng_state()
    one, same, other = (build_image_network("vgg11", 1, 10, seed) for seed in (1, 1, 2))
    assert torch.equal(before, torch.get_rng_state())
    weights = [torch.cat([p.flatten() for p in net.parameters()]) for net in (one, same, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@pytest.mark.parametrize("arch", IMAGE_ARCHITECTURES)
def test_a_share_of_the_channels(arch):
    """A quarter of the channels has a sixteenth of a convolution's weights, and works."""
    whole, quarter = (build_image_network(arch, 3, 10, 0, width) for width in (1.0, 0.25))
    net = quarter.eval()
    assert net(torch.zeros(1, 3, 32, 32)).shape == (1, 10)
    if arch[:3] in CLASSIFIERS:
        assert 11 < count(whole) / count(quarter) < 16.5
    widest = [
        max(m.out_channels for m in n.modules() if isinstance(m, nn.Conv2d))
        for n in (whole, quarter)
        if "fc" not in arch
    ]
    assert not widest or widest[0] / widest[1] == pytest.approx(4, rel=0.1)


def test_unknown_architecture():
    with pytest.raises(ValueError, match=says("arch", *IMAGE_ARCHITECTURES, "'vgg13'")):
        build_image_network("vgg13", 3, 10, seed=0)
