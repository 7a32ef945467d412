"""Image sets: CIFAR-10 (Figures 1A, 1B), and scikit-learn's digits, a stand-in always at hand.

CIFAR-10 is read by torchvision's own loader, which checks every file's checksum. The digits come
with scikit-learn: 8 x 8 grey images, enlarged here to CIFAR's 32 x 32 so that the same networks run
on them. They are another, far easier task: nothing measured on them is a result on CIFAR-10.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from srhm.data.randomness import generator
from srhm.images.config import IMAGE_SIZE, TRAIN_SIZES
from srhm.images.downloads import download, md5_of
from srhm.networks.vision_import import torchvision_models
from srhm.runs.paths import default_folder

DATA_FOLDER = "data"  # of the repository, where git does not keep it; or of the current folder


class DataMissingError(FileNotFoundError):
    """The files of an image set are not there; the message is one sentence."""


class DataDamagedError(ValueError):
    """A file of an image set is not what it should be; the message is one sentence."""


@dataclass(frozen=True)
class ImageSet:
    """Images (N, channels, 32, 32), as stored, and labels (N,), split in two parts.

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

    @property
    def channels(self) -> int:
        return self.train.shape[1]

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
    """The image set "cifar10" (from ``folder``, by default data/) or "digits".

    Raises
    ------
    ValueError
        For another name.
    DataMissingError, DataDamagedError
        CIFAR-10's files are not in ``folder``, or one of them has another checksum.
    """
    if name == "digits":
        return _load_digits()
    if name == "cifar10":
        return _load_cifar10(default_folder(DATA_FOLDER) if folder is None else Path(folder))
    raise ValueError(f"dataset must be one of {', '.join(TRAIN_SIZES)}, not {name!r}.")


def download_cifar10(folder: str | Path | None = None, progress: bool = True) -> Path:
    """Fetch and unpack CIFAR-10 (170 MB) into ``folder`` unless it is there; where its files are.

    Raises
    ------
    DownloadError
        No network, or not the right file (see `srhm.images.downloads`).
    """
    CIFAR10 = _cifar10()
    folder = default_folder(DATA_FOLDER) if folder is None else Path(folder)
    if any(_problem(path, md5) for path, md5 in _cifar10_files(folder).items()):
        download(CIFAR10.url, folder / CIFAR10.filename, CIFAR10.tgz_md5, progress=progress)
        CIFAR10(folder, download=True)  # finds the whole archive, and unpacks it
    return folder / CIFAR10.base_folder


def _load_digits() -> ImageSet:
    """The first 1,200 digits for training, the last 597 for the test.

    Neighbours in the set are of the same hand. Split at random, each test digit has relatives in
    the training part: its nearest neighbour there has the wrong label in 1.3 % of cases, against
    3.5 % with this split.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise ModuleNotFoundError(
            "scikit-learn is not installed; pip install 'srhm[images]' has it.", name="sklearn"
        ) from None
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32)[:, None]
    images = F.interpolate(
        images, size=(IMAGE_SIZE, IMAGE_SIZE), mode="bilinear", align_corners=False
    )
    labels, n = torch.tensor(digits.target), TRAIN_SIZES["digits"]
    names = tuple(str(name) for name in digits.target_names)
    return _image_set("digits", images[:n], labels[:n], images[n:], labels[n:], names)


def _load_cifar10(folder: Path) -> ImageSet:
    CIFAR10 = _cifar10()
    for path, md5 in _cifar10_files(folder).items():
        problem = _problem(path, md5)
        if problem == "missing":
            raise DataMissingError(
                f"CIFAR-10 is not in {str(folder)!r} (there is no {path.name}); "
                "`srhm download cifar10` fetches it."
            )
        if problem:
            raise DataDamagedError(
                f"The file {str(path)!r} is damaged: its checksum is not that of CIFAR-10; "
                "`srhm download cifar10` replaces it."
            )
    parts = [CIFAR10(folder, train=train) for train in (True, False)]
    images = [torch.from_numpy(part.data).movedim(-1, 1) for part in parts]  # uint8
    labels = [torch.tensor(part.targets) for part in parts]
    names = tuple(parts[0].classes)
    return _image_set("cifar10", images[0], labels[0], images[1], labels[1], names)


def _image_set(name, train, train_labels, test, test_labels, names) -> ImageSet:
    """The set with the mean and the standard deviation of its training images."""
    values = train.movedim(1, 0).flatten(1).numpy()  # numpy adds up bytes in float64 as it goes
    mean = torch.tensor(values.mean(1, dtype=np.float64), dtype=torch.float32)
    std = torch.tensor(values.std(1, dtype=np.float64), dtype=torch.float32)
    return ImageSet(name, train, train_labels, test, test_labels, names, mean, std)


def _cifar10():
    torchvision_models()  # makes torchvision importable, or says in a sentence that it is missing
    from torchvision.datasets import CIFAR10

    return CIFAR10


def _cifar10_files(folder: Path) -> dict[Path, str]:
    """CIFAR-10's unpacked files and their checksums, as torchvision has them."""
    CIFAR10 = _cifar10()
    files = [*CIFAR10.train_list, *CIFAR10.test_list]
    files += [(CIFAR10.meta["filename"], CIFAR10.meta["md5"])]
    return {folder / CIFAR10.base_folder / name: md5 for name, md5 in files}


def _problem(path: Path, md5: str) -> str | None:
    """What is wrong with a file: missing, damaged, or nothing."""
    if not path.is_file():
        return "missing"
    return None if md5_of(path) == md5 else "damaged"
