"""What one training on images is: every choice that its result depends on, checked and hashed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from srhm.data.randomness import MOST_SEED, check_int, check_real
from srhm.training.configuration import Configuration

IMAGE_SIZE = 32


@dataclass(frozen=True)
class AboutImages:
    """What an image set is: its name in words, how its images are encoded, how many to train on."""

    title: str
    encoding: str
    num_train: int
    mirrored: bool  # whether training mirrors and shifts images, unless told otherwise


IMAGE_SETS = {
    "cifar10": AboutImages("CIFAR-10", "none", 50_000, True),
    "cifar10_jpeg": AboutImages(
        "CIFAR-10, JPEG-encoded, subset", "JPEG, quality 75, halved colour resolution", 10_000, True
    ),
    "fashion_mnist": AboutImages("Fashion-MNIST", "none; margin of 2 pixels", 60_000, False),
    "shapes": AboutImages("made-up shapes", "none", 3_000, False),
    "two_points": AboutImages("two points, near or far", "none; margin of 2 pixels", 4_096, False),
}
NORMALISED = (
    "vgg11_bn", "vgg16_bn", "vgg19_bn", "resnet18", "resnet34", "resnet50", "efficientnet_b0",
    "efficientnet_b2",
)  # fmt: skip
IMAGE_ARCHITECTURES = (
    "fc2", "fc4", "fc6", "lenet", "alexnet", "vgg11", "vgg16", "vgg19", *NORMALISED,
)  # fmt: skip
EPOCHS = 250  # petrini2021's
PRECISIONS = ("float32", "bfloat16")

IMAGE_FIELD_HELP = {
    "dataset": "image set: cifar10, cifar10_jpeg (part of it), fashion_mnist; made up: shapes, "
    "two_points (near or far)",
    "arch": "network: one of " + ", ".join(IMAGE_ARCHITECTURES),
    "width": "share of the channels, or units, that each layer has of the architecture's (0 to 1)",
    "P": "number of training images",
    "epochs": "passes through the training images (default 250)",
    "batch_size": "images per step of SGD",
    "lr": "learning rate at the start, then along a cosine to 0 (default 0.1; 0.01 for networks "
    "without batch normalisation)",
    "momentum": "momentum of SGD",
    "weight_decay": "weight decay of SGD",
    "augment": "1: random mirror images and shifts by up to 4 pixels; 0: none "
    "(default 1 for CIFAR-10, otherwise 0)",
    "precision": "of the training: float32, or bfloat16 (torch's autocast); all is measured in "
    "float32",
    "c": "cut-off of the deformations",
    "delta": "typical displacement of the deformations, in pixels",
    "num_probes": "test images whose deformations measure the sensitivity (at most all)",
    "seed_sample": "seed of the choice of training images, of their order, and of the deformations",
    "seed_init": "seed of the initial weights",
}


@dataclass(frozen=True, kw_only=True)
class ImageRunConfig(Configuration):
    """One training of a classifier of images, after petrini2021 (see `IMAGE_FIELD_HELP`).

    ``epochs``, ``lr`` and ``augment`` may be None and are then resolved. petrini2021 trains at
    batch 32 and learning rate 0.1, with a cosine, for 250 epochs. Without batch normalisation
    0.1 is too much.

    Raises
    ------
    ValueError
        For a value that is impossible, in one sentence that names it.
    """

    kind: ClassVar[str] = "images"
    statuses: ClassVar[tuple[str, ...]] = ("finished", "diverged")

    P: int
    dataset: str = "cifar10"
    arch: str = "resnet18"
    width: float = 1.0
    epochs: int | None = None
    batch_size: int = 32
    lr: float | None = None
    momentum: float = 0.9
    weight_decay: float = 5e-4
    augment: int | None = None
    precision: str = "float32"
    c: int = 3
    delta: float = 1.0
    num_probes: int = 1000
    seed_sample: int = 0
    seed_init: int = 0

    def __post_init__(self):
        object.__setattr__(self, "P", check_int("P", self.P, 1))
        choices = {
            "dataset": IMAGE_SETS, "arch": IMAGE_ARCHITECTURES, "precision": PRECISIONS,
        }  # fmt: skip
        for name, known in choices.items():
            if getattr(self, name) not in known:
                allowed = ", ".join(known)
                raise ValueError(f"{name} must be one of {allowed}, not {getattr(self, name)!r}.")
        defaults = {
            "epochs": EPOCHS,
            "lr": 0.1 if self.arch in NORMALISED else 0.01,
            "augment": int(IMAGE_SETS[self.dataset].mirrored),
        }
        for name, value in defaults.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        self._check_numbers()

    def describe(self) -> str:
        """The setting in a few words."""
        seeds = f"{self.seed_sample}/{self.seed_init}"
        width = "" if self.width == 1 else f" width={self.width:g}"
        return f"{self.arch}{width} on {self.dataset} P={self.P} seeds {seeds}"

    def _check_numbers(self):
        most = IMAGE_SETS[self.dataset].num_train
        limits = {
            "P": (1, most), "epochs": (1, None), "batch_size": (1, self.P),
            "augment": (0, 1), "c": (2, None), "num_probes": (3, None),
            "seed_sample": (0, MOST_SEED), "seed_init": (0, MOST_SEED),
        }  # fmt: skip
        for name, (least, most) in limits.items():
            object.__setattr__(self, name, check_int(name, getattr(self, name), least, most))
        for name in ("width", "lr", "momentum", "weight_decay", "delta"):
            object.__setattr__(self, name, check_real(name, getattr(self, name)))
        if self.momentum >= 1:
            raise ValueError(f"momentum must be less than 1, not {self.momentum}.")
        if not 0 < self.width <= 1:
            raise ValueError(f"width must be more than 0 and at most 1, not {self.width}.")
        if self.lr == 0:
            raise ValueError("lr must be more than 0, not 0.0.")
        from srhm.images.deform import temperature  # imports torch, which the rest does not need

        temperature(self.delta, IMAGE_SIZE, self.c)
