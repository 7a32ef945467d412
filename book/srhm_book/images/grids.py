"""Which classifiers of photographs the chapter compares, and how long they are trained."""

from __future__ import annotations

from srhm.images.config import PRECISIONS, ImageRunConfig

SEEN = 40_000  # images in all epochs together, however few are distinct: 1,250 batches of 32
SEEN_TRIED = (10_000, 20_000, 40_000)  # what the ablation compares
TRIED = ("lenet", "vgg11_bn", "resnet18")
IN_BOTH = ("lenet", "alexnet", "vgg11_bn")

# A CPU trains convolutional networks at a quarter of their channels.
FULL_WIDTH = ("fc2", "fc4", "fc6", "lenet")
QUARTER = 0.25
# bfloat16 makes all networks faster here but those with one filter for each channel.
IN_FLOAT32 = ("efficientnet_b0",)

PHOTOGRAPHS = ("cifar10_jpeg", "fashion_mnist")
REPEATS = 2  # seeds

# Figure 1A: architectures on one training set, the cheap ones first.
SIZE = 1_000
ARCHITECTURES = {
    "cifar10_jpeg": (
        "fc2", "fc4", "fc6", "lenet", "alexnet", "vgg11", "vgg11_bn", "vgg16", "vgg16_bn",
        "resnet18", "resnet34",
    ),
    "fashion_mnist": (
        "fc2", "fc4", "fc6", "lenet", "alexnet", "vgg11", "vgg11_bn", "vgg16_bn",
    ),
}  # fmt: skip

# Figure 1B: a few of them on growing training sets.
GROWING = {
    "cifar10_jpeg": ("fc4", "lenet", "alexnet", "vgg11_bn"),
    "fashion_mnist": ("fc4", "lenet", "alexnet"),
}
SIZES = (500, 1_000, 2_000, 5_000, 10_000)


def architectures(dataset: str) -> tuple[str, ...]:
    """The architectures of Figure 1A on these images."""
    return ARCHITECTURES.get(dataset, ARCHITECTURES["cifar10_jpeg"])


def growing(dataset: str) -> tuple[str, ...]:
    """Those of Figure 1B."""
    return GROWING.get(dataset, GROWING["cifar10_jpeg"])


def architectures_grid(dataset: str, repeats: int, **changes) -> list[ImageRunConfig]:
    """The runs of Figure 1A, ``repeats`` seeds each: training images and initial weights."""
    return [
        image_run(dataset, arch, SIZE, seed, **changes)
        for seed in range(repeats)
        for arch in architectures(dataset)
    ]


def growing_grid(dataset: str, repeats: int, **changes) -> list[ImageRunConfig]:
    """The runs of Figure 1B, smallest first."""
    return [
        image_run(dataset, arch, P, seed, **changes)
        for P in SIZES
        for seed in range(repeats)
        for arch in growing(dataset)
    ]


def budget_grid() -> list[ImageRunConfig]:
    """The ablation that chooses `SEEN`: a few architectures, trained shorter and longer."""
    return [image_run("cifar10_jpeg", arch, SIZE, 0, seen) for arch in TRIED for seen in SEEN_TRIED]


def precision_grid() -> list[ImageRunConfig]:
    """Cheap architectures in either precision, two seeds each, as short as the ablation's first."""
    return [
        image_run("cifar10_jpeg", arch, SIZE, seed, SEEN_TRIED[0], precision=precision)
        for arch in IN_BOTH
        for seed in range(REPEATS)
        for precision in PRECISIONS
    ]


def live_run() -> ImageRunConfig:
    """The run that is trained again when the book is built, where no photographs are at hand.

    In float32, which processors agree on more closely.
    """
    return image_run("shapes", "lenet", 512, 0, seen=10_240, precision="float32")


def image_run(
    dataset: str, arch: str, P: int, seed: int, seen: int = SEEN, **changes
) -> ImageRunConfig:
    """One run as this book trains on images: ``seen`` of them in all, both seeds equal."""
    recipe = {
        "width": 1.0 if arch in FULL_WIDTH else QUARTER,
        "precision": "float32" if arch in IN_FLOAT32 else "bfloat16",
        "epochs": -(-seen // P),
        "seed_sample": seed,
        "seed_init": seed,
    }
    return ImageRunConfig(dataset=dataset, arch=arch, P=P, **{**recipe, **changes})
