"""Which classifiers the chapter on images compares: Figures 1A and 1B, and their stand-in."""

from __future__ import annotations

from srhm.images.config import IMAGE_ARCHITECTURES, ImageRunConfig

# Figure 1A: every architecture, on one training set. On the digits those that a core
# trains in minutes.
ARCHITECTURES = {
    "cifar10": IMAGE_ARCHITECTURES,
    "digits": (
        "fc2", "fc4", "fc6", "lenet", "alexnet", "vgg11", "vgg11_bn", "resnet18",
        "efficientnet_b0",
    ),
}  # fmt: skip
SIZE = {"cifar10": 50_000, "digits": 512}

# Figure 1B: a few of them on growing training sets.
GROWING = {
    "cifar10": ("fc4", "lenet", "resnet18", "efficientnet_b0"),
    "digits": ("fc4", "lenet", "alexnet"),
}
SIZES = {
    "cifar10": (512, 1024, 2048, 4096, 8192, 16_384, 32_768, 50_000),
    "digits": (128, 256, 512, 1024),
}


def architectures_grid(dataset: str, repeats: int, **changes) -> list[ImageRunConfig]:
    """The runs of Figure 1A, ``repeats`` seeds each: training images and initial weights."""
    return [
        image_run(dataset, arch, SIZE[dataset], seed, **changes)
        for seed in range(repeats)
        for arch in ARCHITECTURES[dataset]
    ]


def growing_grid(dataset: str, repeats: int, **changes) -> list[ImageRunConfig]:
    """The runs of Figure 1B, smallest first."""
    return [
        image_run(dataset, arch, P, seed, **changes)
        for P in SIZES[dataset]
        for seed in range(repeats)
        for arch in GROWING[dataset]
    ]


def image_run(dataset: str, arch: str, P: int, seed: int, **changes) -> ImageRunConfig:
    """One run with both seeds equal."""
    seeds = {"seed_sample": seed, "seed_init": seed}
    return ImageRunConfig(dataset=dataset, arch=arch, P=P, **seeds, **changes)
