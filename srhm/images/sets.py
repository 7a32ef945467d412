"""Image sets: photographs (CIFAR-10, Fashion-MNIST), and made-up ones that are always at hand.

Every set comes as 32 x 32 images, so that the same networks run on all of them. Files are only read
when their checksums are right, and an image set has a digest of what its images and labels are.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from srhm.data.randomness import generator
from srhm.images.config import IMAGE_SETS
from srhm.images.downloads import file_problem
from srhm.runs.paths import default_folder

DATA_FOLDER = "data"  # of the repository, where git does not keep it; or of the current folder


class DataMissingError(FileNotFoundError):
    """The files of an image set are not there; the message is one sentence."""


class DataDamagedError(ValueError):
    """A file of an image set is not what it should be; the message is one sentence."""


@dataclass(frozen=True)
class ImageSet:
    """Images (N, channels, 32, 32), bytes, and labels (N,), split in two parts.

    mean, std: (channels,), of all training images: what `standardise` subtracts and divides by.
    """

    name: str
    train: torch.Tensor
    train_labels: torch.Tensor
    test: torch.Tensor
    test_labels: torch.Tensor
    class_names: tuple[str, ...]
    mean: torch.Tensor
    std: torch.Tensor

    @classmethod
    def of(cls, name: str, train, train_labels, test, test_labels, class_names) -> ImageSet:
        """The set with the mean and the standard deviation of its training images."""
        values = train.movedim(1, 0).flatten(1).numpy()  # numpy adds up bytes in float64 as it goes
        mean = torch.tensor(values.mean(1, dtype=np.float64), dtype=torch.float32)
        std = torch.tensor(values.std(1, dtype=np.float64), dtype=torch.float32)
        names = tuple(class_names)
        return cls(name, train, train_labels, test, test_labels, names, mean, std)

    @property
    def channels(self) -> int:
        return self.train.shape[1]

    @functools.cached_property
    def sha256(self) -> str:
        """Digest of all images and labels, as they are after decoding."""
        digest = hashlib.sha256()
        for part in (self.train, self.train_labels, self.test, self.test_labels):
            digest.update(f"{tuple(part.shape)}".encode())
            digest.update(part.to(torch.uint8).contiguous().numpy().tobytes())
        return digest.hexdigest()

    def provenance(self) -> dict[str, str]:
        """What a record says of its images: the set, its encoding, and the digest of the images."""
        about = IMAGE_SETS[self.name]
        return {
            "image_set": about.title,
            "encoding": about.encoding,
            "images_sha256": self.sha256,
        }

    def standardise(self, images: torch.Tensor) -> torch.Tensor:
        """Images as the networks read them: float32, mean 0 and variance 1 in each channel."""
        mean, std = (x.to(images.device).view(1, -1, 1, 1) for x in (self.mean, self.std))
        return (images.float() - mean) / std

    def training_part(self, P: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
        """P random training images, standardised, with their labels; of one seed, nested in P."""
        if not 1 <= P <= len(self.train):
            raise ValueError(f"P must be from 1 to {len(self.train)} for {self.name}, not {P}.")
        chosen = torch.from_numpy(generator(seed, "sample").permutation(len(self.train))[:P])
        return self.standardise(self.train[chosen]), self.train_labels[chosen]

    def test_part(self) -> tuple[torch.Tensor, torch.Tensor]:
        """All test images, standardised, in a fixed random order, with their labels."""
        order = torch.from_numpy(generator(0, "sample").permutation(len(self.test)))
        return self.standardise(self.test[order]), self.test_labels[order]


def load_images(name: str, folder: str | Path | None = None) -> ImageSet:
    """The image set of that name (see `IMAGE_SETS`), from ``folder``, by default data/.

    Raises
    ------
    ValueError
        For another name.
    DataMissingError, DataDamagedError
        The set's files are not in ``folder``, or one of them has another checksum.
    """
    if name not in IMAGE_SETS:
        raise ValueError(f"dataset must be one of {', '.join(IMAGE_SETS)}, not {name!r}.")
    from srhm.images import cifar, fashion, shapes, two_points  # which need what is above

    readers = {
        "cifar10": cifar.load_cifar10,
        "cifar10_jpeg": cifar.load_cifar10_jpeg,
        "fashion_mnist": fashion.load_fashion_mnist,
        "shapes": shapes.load_shapes,
        "two_points": two_points.load_two_points,
    }
    return readers[name](data_folder(folder))


def check_files(title: str, folder: Path, files: dict[Path, str], how: str) -> None:
    """DataMissingError or DataDamagedError unless all files are there with these MD5 checksums.

    how: the command that fetches the set, as a reader would type it.
    """
    for path, md5 in files.items():
        problem = file_problem(path, md5)
        if problem == "missing":
            raise DataMissingError(
                f"{title} is not in {str(folder)!r} (there is no {path.name}); `{how}` fetches it."
            )
        if problem:
            raise DataDamagedError(
                f"The file {str(path)!r} is damaged: its checksum is not that of {title}; `{how}` "
                "replaces it."
            )


def data_folder(folder: str | Path | None) -> Path:
    """The folder that is given, or data/ of the repository (or of the current folder)."""
    return default_folder(DATA_FOLDER) if folder is None else Path(folder)
