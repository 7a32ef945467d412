"""Image sets' files in small, made on the spot, that the loaders read."""

import io
import pickle
import tarfile
import zipfile

import numpy as np
from PIL import Image

from srhm.images import cifar, fashion
from srhm.images.downloads import md5_of
from srhm.networks.vision_import import torchvision_models

PER_FILE = 20


def make_cifar10(monkeypatch, folder, packed=False):
    """Writes six batches of 20 images and the names of classes; the loader expects these checksums.

    The colour of an image tells its class. packed: as one .tar.gz in ``folder``, not unpacked.
    Returns all images (120, 32, 32, 3) and labels (120,), the test batch last.
    """
    torchvision_models()
    from torchvision.datasets import CIFAR10

    rng = np.random.default_rng(0)
    names = [name for name, _ in CIFAR10.train_list + CIFAR10.test_list]
    images, labels, sums = [], [], {}
    base = folder / CIFAR10.base_folder
    base.mkdir(parents=True)
    for name in names:
        y = rng.integers(10, size=PER_FILE)
        x = rng.integers(0, 60, size=(PER_FILE, 32, 32, 3)) + 19 * y[:, None, None, None]
        x = x.astype(np.uint8)
        flat = x.transpose(0, 3, 1, 2).reshape(PER_FILE, -1)
        sums[name] = _write(base / name, {"data": flat, "labels": y.tolist()})
        images.append(x)
        labels.append(y)
    meta = {"label_names": [f"class {k}" for k in range(10)]}
    sums["meta"] = _write(base / CIFAR10.meta["filename"], meta)
    monkeypatch.setattr(CIFAR10, "train_list", [[n, sums[n]] for n in names[:-1]])
    monkeypatch.setattr(CIFAR10, "test_list", [[names[-1], sums[names[-1]]]])
    monkeypatch.setattr(CIFAR10, "meta", {**CIFAR10.meta, "md5": sums["meta"]})
    if packed:
        _pack(base, folder / CIFAR10.filename)
        monkeypatch.setattr(CIFAR10, "tgz_md5", md5_of(folder / CIFAR10.filename))
    return np.concatenate(images), np.concatenate(labels)


def make_cifar10_jpeg(monkeypatch, folder):
    """Writes a zip with 15 training and 10 test images of each of two classes.

    Returns all images (50, 32, 32, 3) and labels (50,), the test images last.
    """
    images, labels = [], []
    path = folder / cifar.JPEG_ARCHIVE
    with zipfile.ZipFile(path, "w") as archive:
        for part, num in (("train", 15), ("test", 10)):
            for k in range(2 * num):
                label, number = divmod(k, num)
                x = np.zeros((32, 32, 3), np.uint8) + np.uint8(90 * label + 4 * number)
                file = io.BytesIO()
                Image.fromarray(x).save(file, "JPEG", quality=75)
                archive.writestr(f"{part}/class {label}/{number:04}.jpg", file.getvalue())
                images.append(x)
                labels.append(label)
    monkeypatch.setattr(cifar, "JPEG_MD5", md5_of(path))
    return np.stack(images), np.array(labels)


def make_fashion_mnist(monkeypatch, folder):
    """Writes IDX files of 30 training and 20 test images; the loader expects these checksums.

    Returns all images (50, 28, 28) and labels (50,), the test images last.
    """
    rng = np.random.default_rng(0)
    x, y = rng.integers(256, size=(50, 28, 28), dtype=np.uint8), rng.integers(10, size=50)
    raw = folder / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    for part, own in (("train", slice(0, 30)), ("t10k", slice(30, 50))):
        _write_idx(raw / f"{part}-images-idx3-ubyte", x[own])
        _write_idx(raw / f"{part}-labels-idx1-ubyte", y[own].astype(np.uint8))
    sums = {path.name: md5_of(path) for path in raw.iterdir()}
    monkeypatch.setattr(fashion, "FILES", sums)
    return x, y


def _write_idx(path, values):
    head = bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">i4").tobytes()
    path.write_bytes(head + values.tobytes())


def _write(path, content):
    path.write_bytes(pickle.dumps(content))
    return md5_of(path)


def _pack(base, archive):
    """Moves the folder's files into a .tar.gz."""
    with tarfile.open(archive, "w:gz") as tar:
        for path in sorted(base.iterdir()):
            data = path.read_bytes()
            info = tarfile.TarInfo(f"{base.name}/{path.name}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
            path.unlink()
    base.rmdir()
