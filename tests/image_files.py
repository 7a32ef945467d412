"""CIFAR-10's files in small, made on the spot, that torchvision's own loader reads."""

import io
import pickle
import tarfile

import numpy as np

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
