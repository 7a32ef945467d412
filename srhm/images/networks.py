"""Classifiers of 32 x 32 images: torchvision's architectures, with their CIFAR versions' stems.

The originals are made for images of 224 pixels and begin by shrinking them. Their CIFAR versions do
not: ResNets and EfficientNets read with stride 1 and a 3 x 3 filter, ResNets have no first pooling,
and VGGs classify straight from their 512 last channels, which are one pixel large by then. LeNet,
AlexNet and the fully connected networks are small enough to be written here. Each can be had with a
share of its channels, so that a CPU can train it.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from srhm.images.config import IMAGE_ARCHITECTURES, IMAGE_SIZE, NORMALISED
from srhm.networks.vision_import import torchvision_models

FC_WIDTH = 512
SCALE = 1024  # of the share of channels, where torchvision takes the share and not a number
FC_DEPTHS = {"fc2": 2, "fc4": 4, "fc6": 6}  # hidden layers
VGG = ("vgg11", "vgg16", "vgg19", "vgg11_bn", "vgg16_bn", "vgg19_bn")
RESNET = ("resnet18", "resnet34", "resnet50")
EFFICIENTNET = ("efficientnet_b0", "efficientnet_b2")
IMAGE_NETWORK_NAMES = {
    "fc2": "FullConn L2", "fc4": "FullConn L4", "fc6": "FullConn L6",
    "lenet": "LeNet", "alexnet": "AlexNet",
    "vgg11": "VGG11", "vgg16": "VGG16", "vgg19": "VGG19",
    "vgg11_bn": "VGG11bn", "vgg16_bn": "VGG16bn", "vgg19_bn": "VGG19bn",
    "resnet18": "ResNet18", "resnet34": "ResNet34", "resnet50": "ResNet50",
    "efficientnet_b0": "EfficientNetB0", "efficientnet_b2": "EfficientNetB2",
}  # fmt: skip


def build_image_network(
    arch: str, channels: int, num_classes: int, seed: int, width: float = 1.0
) -> nn.Module:
    """The untrained network, images (n, channels, 32, 32) to logits (n, num_classes).

    Its initial weights follow from ``seed``; the global random state is left alone. Each layer has
    the share ``width`` of the architecture's channels (or units), at least one.
    ValueError for an unknown ``arch``.
    """
    if arch not in IMAGE_ARCHITECTURES:
        allowed = ", ".join(IMAGE_ARCHITECTURES)
        raise ValueError(f"arch must be one of {allowed}, not {arch!r}.")
    builders = {"lenet": _lenet, "alexnet": _alexnet}
    for names, build in ((FC_DEPTHS, _fc), (VGG, _vgg), (RESNET, _resnet), (EFFICIENTNET, _effnet)):
        builders |= dict.fromkeys(names, build)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)  # the CPU's; there is no other way in
        return builders[arch](arch, channels, num_classes, lambda full: max(1, round(width * full)))


# What follows takes ``w``, from a layer's number of channels in the original to that here.


def _fc(arch: str, channels: int, num_classes: int, w: Callable[[int], int]) -> nn.Module:
    layers, width = [nn.Flatten()], channels * IMAGE_SIZE**2
    for _ in range(FC_DEPTHS[arch]):
        layers += [nn.Linear(width, w(FC_WIDTH)), nn.ReLU()]
        width = w(FC_WIDTH)
    return _small(*layers, nn.Linear(width, num_classes))


def _lenet(_arch: str, channels: int, num_classes: int, w: Callable[[int], int]) -> nn.Module:
    """LeNet-5 for 32 x 32 images, with ReLU and maxima."""
    return _small(
        nn.Conv2d(channels, w(6), 5), nn.ReLU(), nn.MaxPool2d(2),  # 14 x 14
        nn.Conv2d(w(6), w(16), 5), nn.ReLU(), nn.MaxPool2d(2),  # 5 x 5
        nn.Flatten(), nn.Linear(w(16) * 5 * 5, w(120)), nn.ReLU(),
        nn.Linear(w(120), w(84)), nn.ReLU(), nn.Linear(w(84), num_classes),
    )  # fmt: skip


def _alexnet(_arch: str, channels: int, num_classes: int, w: Callable[[int], int]) -> nn.Module:
    """AlexNet's channels and three pools, on 3 x 3 filters; one linear layer on top, as for VGG."""
    return _small(
        nn.Conv2d(channels, w(64), 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),  # 16 x 16
        nn.Conv2d(w(64), w(192), 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),  # 8 x 8
        nn.Conv2d(w(192), w(384), 3, padding=1), nn.ReLU(),
        nn.Conv2d(w(384), w(256), 3, padding=1), nn.ReLU(),
        nn.Conv2d(w(256), w(256), 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),  # 4 x 4
        nn.Flatten(), nn.Linear(w(256) * 4 * 4, num_classes),
    )  # fmt: skip


def _vgg(arch: str, channels: int, num_classes: int, w: Callable[[int], int]) -> nn.Module:
    """torchvision's convolutions; its three linear layers of 120 million weights are not made."""
    vgg = torchvision_models().vgg
    letter = {"11": "A", "16": "D", "19": "E"}[arch[3:5]]
    layers = [size if size == "M" else w(size) for size in vgg.cfgs[letter]]
    features = vgg.make_layers(layers, batch_norm=arch in NORMALISED)
    features[0] = _with_channels(features[0], channels)
    for layer in features:
        if isinstance(layer, nn.Conv2d):
            _initialise(layer)
    return nn.Sequential(features, nn.Flatten(), nn.Linear(w(512), num_classes))


def _resnet(arch: str, channels: int, num_classes: int, w: Callable[[int], int]) -> nn.Module:
    resnet = torchvision_models().resnet

    class Narrow(resnet.ResNet):  # torchvision's own, with w(planes) channels for each stage
        def _make_layer(self, block, planes, *args, **options):
            if planes == 64:
                self.inplanes = w(64)  # what the stem, made below, gives
            return super()._make_layer(block, w(planes), *args, **options)

    block, depths = {
        "resnet18": (resnet.BasicBlock, [2, 2, 2, 2]),
        "resnet34": (resnet.BasicBlock, [3, 4, 6, 3]),
        "resnet50": (resnet.Bottleneck, [3, 4, 6, 3]),
    }[arch]
    net = Narrow(block, depths)
    net.conv1 = nn.Conv2d(channels, w(64), 3, padding=1, bias=False)
    _initialise(net.conv1)
    net.bn1 = nn.BatchNorm2d(w(64))
    net.maxpool = nn.Identity()
    net.fc = nn.Linear(w(512) * block.expansion, num_classes)
    return net


def _effnet(arch: str, channels: int, num_classes: int, w: Callable[[int], int]) -> nn.Module:
    efficientnet = torchvision_models().efficientnet
    wider, deeper = {"efficientnet_b0": (1.0, 1.0), "efficientnet_b2": (1.1, 1.2)}[arch]
    stages, last = efficientnet._efficientnet_conf(
        arch, width_mult=wider * w(SCALE) / SCALE, depth_mult=deeper
    )
    dropout = {"efficientnet_b0": 0.2, "efficientnet_b2": 0.3}[arch]
    net = efficientnet.EfficientNet(stages, dropout, last_channel=last)
    net.features[0][0] = _with_channels(net.features[0][0], channels, stride=1)
    # torchvision's read-out weights suit 1000 classes: for ten they give logits of order ten.
    net.classifier[-1] = nn.Linear(net.classifier[-1].in_features, num_classes)
    return net


def _with_channels(conv: nn.Conv2d, channels: int, stride: int | None = None) -> nn.Conv2d:
    """A convolution like ``conv`` for so many channels, initialised as torchvision does it."""
    new = nn.Conv2d(
        channels, conv.out_channels, conv.kernel_size, stride or conv.stride, conv.padding,
        bias=conv.bias is not None,
    )  # fmt: skip
    _initialise(new)
    return new


def _initialise(layer: nn.Conv2d | nn.Linear) -> None:
    """He's weights, which torchvision's families begin with: signals neither grow nor fade.

    With torch's own for single layers, six fully connected ones hardly start to learn.
    """
    fan = "fan_out" if isinstance(layer, nn.Conv2d) else "fan_in"
    nn.init.kaiming_normal_(layer.weight, mode=fan, nonlinearity="relu")
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def _small(*layers: nn.Module) -> nn.Module:
    """The layers as a network, all but the last, the read-out, with He's weights."""
    for layer in layers[:-1]:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            _initialise(layer)
    return nn.Sequential(*layers)
