"""Image sets: small CIFAR-10 files through torchvision's loader, and the digits."""

import numpy as np
import pytest
import torch
from torch import nn

from image_files import make_cifar10
from messages import says
from srhm.images import sets as images
from srhm.images.downloads import DownloadError
from srhm.images.sets import (
    DataDamagedError,
    DataMissingError,
    download_cifar10,
    load_images,
)


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
    with pytest.raises(ValueError, match=says("dataset", "cifar10", "digits", "'mnist'")):
        load_images("mnist")


def test_an_archive_is_unpacked_and_damaged_files_are_replaced(tmp_path, monkeypatch):
    """Without the network: the archive has arrived already."""
    x, _ = make_cifar10(monkeypatch, tmp_path, packed=True)
    monkeypatch.setattr(images._cifar10(), "url", "http://127.0.0.1:9/none")
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


def test_digits_are_scikit_learns_enlarged():
    from sklearn.datasets import load_digits

    found, original = load_images("digits"), load_digits()
    assert found.train.shape == (1200, 1, 32, 32)
    both = torch.cat([found.train, found.test])
    labels = torch.cat([found.train_labels, found.test_labels])
    assert labels.tolist() == original.target.tolist()
    small = nn.functional.avg_pool2d(both, 4)[:, 0]  # what enlarging did, nearly undone
    for k in (0, 700, 1796):
        r = np.corrcoef(small[k].flatten(), original.images[k].flatten())[0, 1]
        assert r > 0.95


def test_the_split_in_order_is_the_harder_one():
    """What the docstring says about nearest neighbours."""

    def error(train, test):
        x, y = both.flatten(1), labels
        nearest = torch.cdist(x[test], x[train]).argmin(1)
        return (y[train][nearest] != y[test]).float().mean().item()

    found = load_images("digits")
    both = nn.functional.avg_pool2d(torch.cat([found.train, found.test]), 4)
    labels = torch.cat([found.train_labels, found.test_labels])
    order = torch.arange(len(both))
    random = torch.randperm(len(both), generator=torch.Generator().manual_seed(0))
    assert 0.025 < error(order[:1200], order[1200:]) < 0.045
    assert error(random[:1200], random[1200:]) < 0.02


def test_missing_scikit_learn_is_one_sentence(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.datasets", None)
    with pytest.raises(ModuleNotFoundError, match=says("pip install 'srhm[images]'")):
        load_images("digits")
