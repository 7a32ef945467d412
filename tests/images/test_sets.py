"""Image sets: small files through their loaders, and the made-up shapes."""

import gzip
from dataclasses import replace

import numpy as np
import pytest
import torch

from image_files import make_cifar10, make_cifar10_jpeg, make_fashion_mnist
from messages import says
from srhm.images import cifar, fashion
from srhm.images.cifar import download_cifar10
from srhm.images.config import IMAGE_SETS
from srhm.images.downloads import DownloadError, md5_of
from srhm.images.fashion import download_fashion_mnist
from srhm.images.sets import DataDamagedError, DataMissingError, load_images


def test_cifar_files_come_back(tmp_path, monkeypatch):
    x, y = make_cifar10(monkeypatch, tmp_path)
    found = load_images("cifar10", tmp_path)
    assert found.train.dtype == torch.uint8
    both = torch.cat([found.train, found.test]).permute(0, 2, 3, 1).numpy()
    np.testing.assert_array_equal(both, x)
    assert torch.cat([found.train_labels, found.test_labels]).tolist() == y.tolist()
    assert len(found.test) == 20
    assert found.class_names[3] == "class 3"
    np.testing.assert_allclose(found.mean, x[:100].mean((0, 1, 2)), rtol=1e-6)
    np.testing.assert_allclose(found.std, x[:100].std((0, 1, 2)), rtol=1e-6)


def test_training_parts_are_nested_standardised_and_drawn_by_seed(tmp_path, monkeypatch):
    make_cifar10(monkeypatch, tmp_path)
    found = load_images("cifar10", tmp_path)
    x, labels = found.training_part(100, seed=3)
    torch.testing.assert_close(x.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(x.std((0, 2, 3)), torch.ones(3), atol=1e-4, rtol=0)
    few, few_labels = found.training_part(10, seed=3)
    assert torch.equal(few, x[:10])
    assert torch.equal(few_labels, labels[:10])
    assert not torch.equal(found.training_part(10, seed=4)[0], few)
    assert sorted(labels.tolist()) == sorted(found.train_labels.tolist())
    test_x, test_labels = found.test_part()
    colour = found.test.float().mean((1, 2, 3)), test_x.mean((1, 2, 3))
    assert torch.equal(found.test_labels[colour[0].argsort()], test_labels[colour[1].argsort()])
    with pytest.raises(ValueError, match=says("P", "1 to 100", "cifar10", 101)):
        found.training_part(101, seed=0)


def test_missing_and_damaged_files_are_named(tmp_path, monkeypatch):
    make_cifar10(monkeypatch, tmp_path)
    file = tmp_path / "cifar-10-batches-py" / "data_batch_3"
    content = file.read_bytes()
    file.write_bytes(content[:-1])
    with pytest.raises(
        DataDamagedError, match=says("data_batch_3", "damaged", "srhm download cifar10")
    ):
        load_images("cifar10", tmp_path)
    file.unlink()
    with pytest.raises(DataMissingError, match=says("data_batch_3", "srhm download cifar10")):
        load_images("cifar10", tmp_path)
    with pytest.raises(ValueError, match=says("dataset", *IMAGE_SETS, "'mnist'")):
        load_images("mnist")


def test_an_archive_is_unpacked_and_damaged_files_are_replaced(tmp_path, monkeypatch):
    """Without the network: the archive has arrived already."""
    x, _ = make_cifar10(monkeypatch, tmp_path, packed=True)
    monkeypatch.setattr(cifar._cifar10(), "url", "http://127.0.0.1:9/none")
    folder = download_cifar10(tmp_path, progress=False)
    assert len(load_images("cifar10", tmp_path).train) == 100
    (folder / "test_batch").write_bytes(b"")
    download_cifar10(tmp_path, progress=False)
    test = load_images("cifar10", tmp_path).test
    np.testing.assert_array_equal(test.permute(0, 2, 3, 1).numpy(), x[100:])
    (tmp_path / "cifar-10-python.tar.gz").unlink()
    download_cifar10(tmp_path, progress=False)  # nothing is missing, nothing is fetched
    (folder / "test_batch").unlink()
    with pytest.raises(DownloadError, match=says("cifar-10-python.tar.gz")):
        download_cifar10(tmp_path, progress=False)


def test_the_jpeg_part_comes_back(tmp_path, monkeypatch):
    x, y = make_cifar10_jpeg(monkeypatch, tmp_path)
    found = load_images("cifar10_jpeg", tmp_path)
    assert (found.train.shape, found.test.shape) == ((30, 3, 32, 32), (20, 3, 32, 32))
    both = torch.cat([found.train, found.test]).permute(0, 2, 3, 1).numpy()
    assert abs(both.astype(int) - x).mean() < 3  # JPEG is not exact
    assert torch.cat([found.train_labels, found.test_labels]).tolist() == y.tolist()
    assert found.class_names == ("class 0", "class 1")
    said = found.provenance()
    assert said["image_set"] == "CIFAR-10, JPEG-encoded, subset"
    assert said["encoding"].startswith("JPEG, quality 75")


@pytest.mark.parametrize("harm", ["gone", "half", "altered"])
def test_a_harmed_jpeg_part_says_what_to_take(tmp_path, monkeypatch, harm):
    make_cifar10_jpeg(monkeypatch, tmp_path)
    path = tmp_path / "cifar10_jpeg.zip"
    content = path.read_bytes()
    path.unlink()
    if harm != "gone":
        cut = content[: len(content) // 2]
        path.write_bytes(cut if harm == "half" else content[:-1] + b"?")
    error = DataMissingError if harm == "gone" else DataDamagedError
    with pytest.raises(error, match=says("cifar10_jpeg.zip", "dataset cifar10", "srhm download")):
        load_images("cifar10_jpeg", tmp_path)


def test_fashion_comes_back_with_a_margin(tmp_path, monkeypatch):
    x, y = make_fashion_mnist(monkeypatch, tmp_path)
    found = load_images("fashion_mnist", tmp_path)
    both = torch.cat([found.train, found.test])
    assert both.shape == (50, 1, 32, 32)
    assert torch.equal(both[:, 0, 2:-2, 2:-2], torch.from_numpy(x))
    assert both.sum() == x.sum(dtype=int)  # nothing in the margin
    assert torch.cat([found.train_labels, found.test_labels]).tolist() == y.tolist()
    assert found.class_names[1] == "Trouser"


def test_harmed_fashion_files_are_named_and_replaced(tmp_path, monkeypatch):
    make_fashion_mnist(monkeypatch, tmp_path)
    monkeypatch.setattr(fashion._fashion_mnist(), "mirrors", ["http://127.0.0.1:9/"])
    path = tmp_path / "FashionMNIST" / "raw" / "t10k-labels-idx1-ubyte"
    packed = path.with_name("t10k-labels-idx1-ubyte.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    resources = [(n, md5_of(packed)) for n, _ in fashion._fashion_mnist().resources]
    monkeypatch.setattr(fashion._fashion_mnist(), "resources", resources[-1:])
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataDamagedError, match=says("t10k-labels", "srhm download fashion_mnist")):
        load_images("fashion_mnist", tmp_path)
    download_fashion_mnist(tmp_path, progress=False)  # the archive is there, nothing is fetched
    assert len(load_images("fashion_mnist", tmp_path).test) == 20
    path.unlink()
    with pytest.raises(DataMissingError, match=says("t10k-labels", "srhm download fashion_mnist")):
        load_images("fashion_mnist", tmp_path)
    packed.unlink()
    with pytest.raises(DownloadError, match=says("t10k-labels-idx1-ubyte.gz")):
        download_fashion_mnist(tmp_path, progress=False)


def test_shapes_are_as_told():
    found = load_images("shapes")
    assert (found.train.shape, found.test.shape) == ((3000, 3, 32, 32), (600, 3, 32, 32))
    assert len(found.class_names) == 10
    assert (found.train_labels.bincount() > 200).all()
    bright = found.train.float().mean(1) > 100  # the figure, on darker ground
    ring, disc = (bright[found.train_labels == k] for k in (1, 0))
    assert disc.float().mean() > 1.3 * ring.float().mean()  # a ring is a disc with a hole


def test_the_digest_tells_images_apart():
    found = load_images("shapes")
    again = replace(found, test=found.test.clone())
    assert again.sha256 == found.sha256
    again = replace(found, test=found.test.clone())
    again.test[0, 0, 0, 0] += 1
    assert again.sha256 != found.sha256
    assert replace(found, test_labels=found.test_labels.roll(1)).sha256 != found.sha256


def test_two_points_are_near_or_far():
    images = load_images("two_points")
    assert (len(images.train), len(images.test), images.channels) == (4096, 1000, 1)
    both = torch.cat([images.train, images.test])[:, 0]
    labels = torch.cat([images.train_labels, images.test_labels])
    lit = both.flatten(1).nonzero()[:, 1].view(-1, 2)  # two pixels each
    assert both.unique().tolist() == [0, 255]
    assert len(lit.unique(dim=0)) == len(lit) == 5096
    rows, columns = lit // 32, lit % 32
    assert min(rows.min(), columns.min()) == 2
    assert max(rows.max(), columns.max()) == 29
    distance = torch.hypot(*((x[:, 0] - x[:, 1]).double() for x in (rows, columns)))
    assert ((distance < 13) == (labels == 0)).all()
    assert ((distance >= 15) == (labels == 1)).all()
    assert images.train_labels.sum() == 2048
    assert images.class_names == ("near", "far")
