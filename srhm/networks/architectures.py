"""Common architectures on the one-dimensional input of the SRHM (Figures 1C-F, 9, 17).

torchvision's own networks, with the stems that are usual for the small images of CIFAR: a first
convolution of width 3 and stride 1, and no pooling before the first block. "resnet18_stem7" keeps
the stem for large images, a convolution of width 7 and stride 2 and a pooling, to see what the
choice does. Input (n, v, d), one channel a feature.

Their kernels lose their height, and see the input as an image of height one. `torch.nn.Conv1d` and
the like compute the same, but know no channels-last layout, which is up to twice as fast on CPUs.

VGG is the variant with batch normalisation: without it VGG11 does not leave chance for a dozen
epochs at the rates that train the others.
"""

from __future__ import annotations

import functools
import math

import torch
from torch import nn

from srhm.data.randomness import check_seed
from srhm.networks.names import CONVERTED, DEPTHS, SHORTEST, VARIANTS
from srhm.networks.patch import check_input

# EfficientNet drops units and whole blocks at random while it trains, against too close a fit. Here
# trainings end at a close fit.
_NO_DROPS = {"efficientnet_b0": {"dropout": 0.0, "stochastic_depth_prob": 0.0}}


def build_architecture(name: str, v: int, d: int, n_c: int, seed: int = 0) -> nn.Module:
    """The network ``name`` for one-hot input (n, v, d) and n_c classes.

    Weights are drawn from ``seed``: convolutions after He (fan-out), all else as torch does.

    Raises
    ------
    ValueError
        For a name that is not in `srhm.networks.names.CONVERTED`, or a ``d`` too short for the
        strides.
    ModuleNotFoundError
        Without torchvision, which the extra ``srhm[images]`` brings.
    """
    if name not in CONVERTED:
        raise ValueError(f"arch must be one of {', '.join(CONVERTED)}, not {name!r}.")
    if d < SHORTEST:
        raise ValueError(f"d must be at least {SHORTEST} for {name}, which halves it, not {d}.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(check_seed("seed", seed))
        net = _flatten(_with_small_stem(name, v, n_c))
        for module in net.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
    net.register_forward_pre_hook(functools.partial(_as_image, v))
    return net.to(memory_format=torch.channels_last)


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
    from srhm.networks.vision_import import torchvision_models

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
        # torchvision's read-out weights suit 1000 classes: for ten they give logits of order ten.
        net.classifier[-1] = nn.Linear(net.classifier[-1].in_features, n_c)
    return net


def _flatten(module: nn.Module) -> nn.Module:
    """The module whose kernels, at any depth, have lost their height, in place."""
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d):
            setattr(module, name, _without_height(child))
        elif isinstance(child, nn.MaxPool2d):
            setattr(
                module,
                name,
                nn.MaxPool2d((1, child.kernel_size), (1, child.stride), (0, child.padding)),
            )
        else:
            _flatten(child)
    return module


def _without_height(conv: nn.Conv2d) -> nn.Conv2d:
    kernel, stride, dilation = (
        (1, size[1]) for size in (conv.kernel_size, conv.stride, conv.dilation)
    )
    return nn.Conv2d(
        conv.in_channels, conv.out_channels, kernel, stride, (0, conv.padding[1]), dilation,
        conv.groups, conv.bias is not None,
    )  # fmt: skip


def _as_image(v: int, _: nn.Module, inputs: tuple[torch.Tensor]) -> tuple[torch.Tensor]:
    """(n, v, d) as an image of height one, (n, v, 1, d), the channels next to one another."""
    check_input(inputs[0], v)
    return (inputs[0].unsqueeze(2).contiguous(memory_format=torch.channels_last),)


def _units(net: nn.Module) -> list[nn.Module]:
    if hasattr(net, "layer1"):  # ResNet
        blocks = [block for k in range(1, 5) for block in getattr(net, f"layer{k}")]
        return [net.relu, *blocks]
    if isinstance(net.classifier, nn.Linear):  # VGG
        return [module for module in net.features if isinstance(module, nn.ReLU)]
    first, *stages, last = net.features
    return [first, *(block for stage in stages for block in stage), last]
