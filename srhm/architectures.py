"""Common architectures on the one-dimensional input of the SRHM (Figures 1C-F, 9, 17).

torchvision's own networks, every two-dimensional part replaced by its one-dimensional counterpart,
with the stems that are usual for the small images of CIFAR: a first convolution of width 3 and
stride 1, and no pooling before the first block. "resnet18_stem7" keeps the stem for large images,
a convolution of width 7 and stride 2 and a pooling, to see what the choice does. Input (n, v, d),
one channel a feature.

VGG is the variant with batch normalisation: without it VGG11 does not leave chance for a dozen
epochs at the rates that train the others.
"""

from __future__ import annotations

import math

import torch
from torch import nn

from srhm.config import CONVERTED, SHORTEST, VARIANTS

# Relative depths at which Figure 9 looks; the output is a layer of its own.
DEPTHS = (0.2, 0.5, 0.8)
# EfficientNet drops units and whole blocks at random while it trains. So the loss it trains with
# stays high: 0.6 after 120 epochs at P=7400, where trainings are to end at 0.01.
_NO_DROPS = {"efficientnet_b0": {"dropout": 0.0, "stochastic_depth_prob": 0.0}}
_FLAT = {
    nn.Conv2d: nn.Conv1d,
    nn.BatchNorm2d: nn.BatchNorm1d,
    nn.MaxPool2d: nn.MaxPool1d,
    nn.AdaptiveAvgPool2d: nn.AdaptiveAvgPool1d,
}


def build_architecture(name: str, v: int, d: int, n_c: int, seed: int = 0) -> nn.Module:
    """The network ``name`` for one-hot input (n, v, d) and n_c classes.

    Weights are drawn from ``seed``: convolutions after He (fan-out), all else as torch does.

    Raises
    ------
    ValueError
        For a name that is not in `srhm.config.CONVERTED`, or a ``d`` too short for the strides.
    ModuleNotFoundError
        Without torchvision, which the extra ``srhm[images]`` brings.
    """
    if name not in CONVERTED:
        raise ValueError(f"arch must be one of {', '.join(CONVERTED)}, not {name!r}.")
    if d < SHORTEST:
        raise ValueError(f"d must be at least {SHORTEST} for {name}, which halves it, not {d}.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = _flatten(_with_small_stem(name, v, n_c))
        for module in net.modules():
            if isinstance(module, nn.Conv1d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
    return net


def layers_at_depths(net: nn.Module) -> dict[str, nn.Module]:
    """The modules whose outputs are the layers at relative depths 1/5, 1/2 and 4/5.

    Depth counts the units of the body, in their order: convolutions with their ReLU in VGG; the
    stem and the blocks in ResNet and EfficientNet (there also the last convolution). Of n units,
    depth r is the ceil(r n)-th. Names: "20", "50", "80" (percent).
    """
    units = _units(net)
    return {f"{100 * r:.0f}": units[math.ceil(r * len(units)) - 1] for r in DEPTHS}


def _with_small_stem(name: str, v: int, n_c: int) -> nn.Module:
    """torchvision's network for v channels and, but for "_stem7", small inputs."""
    from srhm.vision_import import torchvision_models

    large = name in VARIANTS
    name = name.removesuffix("_stem7")
    build = getattr(torchvision_models(), f"{name}_bn" if name.startswith("vgg") else name)
    net = build(num_classes=n_c, **_NO_DROPS.get(name, {}))
    if large:
        net.conv1 = nn.Conv2d(v, 64, 7, stride=2, padding=3, bias=False)
        return net
    if name.startswith("vgg"):
        net.features[0] = nn.Conv2d(v, 64, 3, padding=1)
        net.avgpool = nn.AdaptiveAvgPool2d(1)
        net.classifier = nn.Linear(512, n_c)  # as usual for small images; not three wide layers
    elif name.startswith("resnet"):
        net.conv1 = nn.Conv2d(v, 64, 3, padding=1, bias=False)
        net.maxpool = nn.Identity()
    else:
        net.features[0][0] = nn.Conv2d(v, 32, 3, padding=1, bias=False)
    return net


def _flatten(module: nn.Module) -> nn.Module:
    """The module with its two-dimensional parts, at any depth, made one-dimensional, in place."""
    for name, child in module.named_children():
        if type(child) in _FLAT:
            setattr(module, name, _one_dimensional(child))
        else:
            _flatten(child)
    return module


def _one_dimensional(module: nn.Module) -> nn.Module:
    def first(value):
        return value[0] if isinstance(value, tuple) else value

    kind = _FLAT[type(module)]
    if kind is nn.Conv1d:
        sizes = [first(x) for x in (module.kernel_size, module.stride, module.padding)]
        return nn.Conv1d(
            module.in_channels, module.out_channels, *sizes, first(module.dilation),
            module.groups, module.bias is not None,
        )  # fmt: skip
    if kind is nn.BatchNorm1d:
        return nn.BatchNorm1d(module.num_features, module.eps, module.momentum)
    if kind is nn.MaxPool1d:
        return nn.MaxPool1d(first(module.kernel_size), first(module.stride), first(module.padding))
    return nn.AdaptiveAvgPool1d(first(module.output_size))


def _units(net: nn.Module) -> list[nn.Module]:
    if hasattr(net, "layer1"):  # ResNet
        blocks = [block for k in range(1, 5) for block in getattr(net, f"layer{k}")]
        return [net.relu, *blocks]
    if isinstance(net.classifier, nn.Linear):  # VGG
        return [module for module in net.features if isinstance(module, nn.ReLU)]
    first, *stages, last = net.features
    return [first, *(block for stage in stages for block in stage), last]
