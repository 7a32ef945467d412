"""CIFAR-10 (Figures 1A, 1B): the original, and the JPEG-encoded part that this book trained on.

The original is read by torchvision's own loader. The other is a zip of JPEG files,
``train/CLASS/0000.jpg`` and ``test/CLASS/0000.jpg``: 1,000 training and 400 test images of each of
the ten classes.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import torch

from srhm.images.downloads import download, file_problem
from srhm.images.sets import (
    DataDamagedError,
    DataMissingError,
    ImageSet,
    check_files,
    data_folder,
)
from srhm.networks.vision_import import torchvision_models

JPEG_ARCHIVE = "cifar10_jpeg.zip"
JPEG_MD5 = "bf29335d8dd087e5e7e733649da71789"
INSTEAD = "it cannot be downloaded, so take dataset cifar10, which `srhm download cifar10` fetches."


def load_cifar10(folder: Path) -> ImageSet:
    """The original, 50,000 and 10,000 images, from ``folder``/cifar-10-batches-py."""
    CIFAR10 = _cifar10()
    check_files("CIFAR-10", folder, _cifar10_files(folder), "srhm download cifar10")
    parts = [CIFAR10(folder, train=train) for train in (True, False)]
    images = [torch.from_numpy(part.data).movedim(-1, 1) for part in parts]  # uint8
    labels = [torch.tensor(part.targets) for part in parts]
    return ImageSet.of("cifar10", images[0], labels[0], images[1], labels[1], parts[0].classes)


def download_cifar10(folder: str | Path | None = None, progress: bool = True) -> Path:
    """Fetch and unpack CIFAR-10 (170 MB) into ``folder`` unless it is there; where its files are.

    Raises
    ------
    DownloadError
        No network, or not the right file (see `srhm.images.downloads`).
    """
    CIFAR10 = _cifar10()
    folder = data_folder(folder)
    if any(file_problem(path, md5) for path, md5 in _cifar10_files(folder).items()):
        download(CIFAR10.url, folder / CIFAR10.filename, CIFAR10.tgz_md5, progress=progress)
        CIFAR10(folder, download=True)  # finds the whole archive, and unpacks it
    return folder / CIFAR10.base_folder


def load_cifar10_jpeg(folder: Path) -> ImageSet:
    """The JPEG-encoded part, 10,000 and 4,000 images, from ``folder``/cifar10_jpeg.zip."""
    path = folder / JPEG_ARCHIVE
    problem = file_problem(path, JPEG_MD5)
    if problem == "missing":
        raise DataMissingError(
            f"The JPEG-encoded part of CIFAR-10 is not in {str(folder)!r} (there is no "
            f"{JPEG_ARCHIVE}); {INSTEAD}"
        )
    if problem:
        raise DataDamagedError(
            f"The file {str(path)!r} is damaged or incomplete: its checksum is another; {INSTEAD}"
        )
    with zipfile.ZipFile(path) as archive:
        classes = sorted({name.split("/")[1] for name in archive.namelist()})
        parts = [_decoded(archive, part, classes) for part in ("train", "test")]
    return ImageSet.of("cifar10_jpeg", *parts[0], *parts[1], classes)


def _decoded(archive: zipfile.ZipFile, part: str, classes: list[str]):
    """Images (N, 3, 32, 32) and labels (N,) of ``part``/CLASS/*.jpg, in the order of the names."""
    from PIL import Image  # comes with torchvision

    names = sorted(name for name in archive.namelist() if name.startswith(f"{part}/"))
    images = [np.asarray(Image.open(io.BytesIO(archive.read(name)))) for name in names]
    labels = [classes.index(name.split("/")[1]) for name in names]
    return torch.from_numpy(np.stack(images)).movedim(-1, 1), torch.tensor(labels)


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
