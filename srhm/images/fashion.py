"""Fashion-MNIST: 28 x 28 grey pictures of clothes, with a margin of two pixels around them."""

from __future__ import annotations

import gzip
from pathlib import Path

import torch.nn.functional as F

from srhm.images.config import IMAGE_SIZE
from srhm.images.downloads import download, file_problem
from srhm.images.sets import ImageSet, check_files, data_folder
from srhm.networks.vision_import import torchvision_models
from srhm.runs.files import replace_bytes

FILES = {  # MD5 checksums of the unpacked files
    "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
    "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
    "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
    "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
}


def load_fashion_mnist(folder: Path) -> ImageSet:
    """All 60,000 and 10,000 images, from ``folder``/FashionMNIST/raw, where torchvision has them.

    The margin has the images' own background, 0, and brings them to 32 x 32 pixels.
    """
    FashionMNIST = _fashion_mnist()
    check_files("Fashion-MNIST", folder, _files(folder), "srhm download fashion_mnist")
    parts = [FashionMNIST(folder, train=train) for train in (True, False)]
    margin = (IMAGE_SIZE - parts[0].data.shape[-1]) // 2
    images = [F.pad(part.data[:, None], [margin] * 4) for part in parts]
    labels = [part.targets for part in parts]
    return ImageSet.of(
        "fashion_mnist", images[0], labels[0], images[1], labels[1], FashionMNIST.classes
    )


def download_fashion_mnist(folder: str | Path | None = None, progress: bool = True) -> Path:
    """Fetch and unpack Fashion-MNIST (31 MB) into ``folder`` unless it is there; where it is.

    Raises
    ------
    DownloadError
        No network, or not the right file (see `srhm.images.downloads`).
    """
    FashionMNIST = _fashion_mnist()
    folder = data_folder(folder)
    raw = _raw(folder)
    damaged = [path for path, md5 in _files(folder).items() if file_problem(path, md5)]
    if damaged:
        for name, md5 in FashionMNIST.resources:
            target = raw / Path(name).stem
            if target in damaged:
                download(f"{FashionMNIST.mirrors[0]}{name}", raw / name, md5, progress=progress)
                # torchvision's own unpacking would fetch the archives of the other files too.
                replace_bytes(target, gzip.decompress((raw / name).read_bytes()))
    return raw


def _fashion_mnist():
    torchvision_models()  # makes torchvision importable, or says in a sentence that it is missing
    from torchvision.datasets import FashionMNIST

    return FashionMNIST


def _raw(folder: Path) -> Path:
    return folder / "FashionMNIST" / "raw"


def _files(folder: Path) -> dict[Path, str]:
    """The unpacked files and their checksums."""
    return {_raw(folder) / name: md5 for name, md5 in FILES.items()}
