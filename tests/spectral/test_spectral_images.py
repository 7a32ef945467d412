"""Fashion-MNIST as torchvision keeps it; the spectrum and the learning curve of its images."""

import struct

import numpy as np
import pytest

from srhm_book.spectral import images


def write_idx(path, values):
    """A file in the format of MNIST: bytes behind the shape."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    path.write_bytes(header + values.astype(np.uint8).tobytes())


@pytest.fixture
def folder(tmp_path):
    """Two blurred classes as Fashion-MNIST: 600 training and 100 test images."""
    rng = np.random.default_rng(0)
    for name, number in (("train", 600), ("t10k", 100)):
        labels = rng.integers(0, 10, number)
        pixels = rng.integers(0, 60, (number, 28, 28)) + 60 * (labels % 2)[:, None, None]
        raw = tmp_path / "FashionMNIST" / "raw"
        write_idx(raw / f"{name}-images-idx3-ubyte", pixels)
        write_idx(raw / f"{name}-labels-idx1-ubyte", labels)
    return tmp_path


def test_images_are_read_as_the_notes_say(folder):
    found = images.load_fashion(folder)
    assert found.x.shape == (600, 784)
    assert found.test_x.shape == (100, 784)
    assert 0 <= found.x.min() < found.x.max() <= 1
    bright = found.x.mean(axis=1) > found.x.mean()
    assert np.array_equal(found.y, np.where(bright, -1, 1))  # odd classes are the bright ones
    assert len(found.sha256) == 64
    assert images.load_fashion(folder / "elsewhere") is None


def test_spectrum_and_curve(folder, monkeypatch):
    monkeypatch.setattr(images, "NUM_SPECTRUM", 300)
    found = images.load_fashion(folder)
    spectrum, others = images.split(600)
    assert not set(spectrum) & set(others)
    kept = images.image_spectrum(found, 200)
    assert kept.eigenvalue.sum() == pytest.approx(1)  # the trace: K(x, x) = 1
    assert kept.power.sum() == pytest.approx(1)
    assert kept.eigenvalue.is_monotonic_decreasing
    curve = images.learning_curve(found, {20: 2, 100: 2})
    assert curve.groupby("P").error.mean().is_monotonic_decreasing
    assert images.image_error(found, 20, 1) == pytest.approx(curve.error[1])
