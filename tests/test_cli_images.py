"""`srhm image` and `srhm download`, as a user meets them."""

import json
import sys

import pytest

from image_files import make_cifar10, make_fashion_mnist
from options import replaced
from srhm.images import cifar, fashion
from srhm.images.config import IMAGE_FIELD_HELP
from srhm.images.store import ImageStore
from srhm.networks.vision_import import torchvision_models

TINY = ["--dataset", "shapes", "--arch", "lenet", "--P", "40", "--epochs", "1"]


def test_image_trains_once_and_prints_the_stored_row(run, tmp_path):
    code, out, err = run("image", *TINY, "--store", "kept", "--num-probes", "20")
    assert code == 0
    assert "training lenet on shapes P=40 seeds 0/0" in err
    frame = ImageStore(tmp_path / "kept").frame()
    assert json.loads(out)["test_error"] == frame.test_error[0]
    assert json.loads(out)["num_probes"] == 20
    again = run("image", *TINY, "--store", "kept", "--num-probes", "20")
    assert again == (0, out, "")


def test_image_explains_every_field(run):
    _, out, _ = run("image", "--help")
    words = " ".join(out.split())
    for name, text in IMAGE_FIELD_HELP.items():
        assert f"--{name}" in words
        assert text.split(":")[0].split(" (")[0][:40] in words


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--arch", "resnet9"], "arch must be one of fc2"),
        (["--P", "4000"], "P must be an integer from 1 to 3000, not 4000"),
        (["--width", "2"], "width must be more than 0 and at most 1, not 2.0"),
        (["--delta", "9"], "delta must be from 0.5 to 3.4 pixels"),
        (["--device", "tpu"], "device must be auto, cpu, cuda"),
        (["--dataset", "cifar10", "--data", "nowhere"], "CIFAR-10 is not in 'nowhere'"),
        (["--dataset", "fashion_mnist", "--data", "nowhere"], "`srhm download fashion_mnist`"),
        (["--dataset", "cifar10_jpeg", "--data", "nowhere"], "`srhm download cifar10`"),
    ],
)
def test_bad_input_is_one_line(run, options, message):
    code, out, err = run("image", *replaced(TINY, options))
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith("srhm: error: ")
    assert message in err
    assert "Traceback" not in err


def test_download_unpacks_what_is_there_and_needs_the_network_for_the_rest(
    run, tmp_path, monkeypatch
):
    make_cifar10(monkeypatch, tmp_path / "data", packed=True)
    monkeypatch.setattr(cifar._cifar10(), "url", "http://127.0.0.1:9/none")
    code, out, _ = run("download", "cifar10", "--data", "data")
    assert (code, out) == (0, "CIFAR-10 is in data/cifar-10-batches-py\n")
    code, out, err = run("download", "cifar10", "--data", "empty")
    assert (code, out) == (2, "")
    assert err.startswith("srhm: error: cifar-10-python.tar.gz cannot be downloaded")
    assert err.count("\n") == 1
    assert run("download", "mnist")[0] == 2


def test_download_finds_fashion_mnist_or_needs_the_network(run, tmp_path, monkeypatch):
    make_fashion_mnist(monkeypatch, tmp_path / "data")
    monkeypatch.setattr(fashion._fashion_mnist(), "mirrors", ["http://127.0.0.1:9/"])
    code, out, _ = run("download", "fashion_mnist", "--data", "data")
    assert (code, out) == (0, "Fashion-MNIST is in data/FashionMNIST/raw\n")
    code, out, err = run("download", "fashion_mnist", "--data", "empty")
    assert (code, out) == (2, "")
    assert err.startswith("srhm: error: train-images-idx3-ubyte.gz cannot be downloaded")


def test_a_missing_package_says_which_extra_has_it(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    torchvision_models.cache_clear()
    code, out, err = run("image", *replaced(TINY, ["--arch", "vgg11"]))
    assert (code, out) == (2, "")
    assert err.endswith("torchvision is not installed; pip install 'srhm[images]' has it.\n")


def test_merge_brings_in_image_runs_too(run, tmp_path):
    run("image", *TINY, "--store", "elsewhere", "--num-probes", "20")
    code, out, _ = run("merge", "elsewhere", "--store", "results")
    assert (code, out) == (0, "1 added to results, 0 already there, 0 refused\n")
    assert len(ImageStore(tmp_path / "results" / "images").frame()) == 1


def test_image_says_how_far_it_is(run, monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr("srhm.training.progress.SECONDS", 0.0)
    longer = replaced(TINY, ["--epochs", 2])
    code, _, err = run("image", *longer, "--num-probes", "20", "--store", "kept")
    assert code == 0
    assert [line[:19] for line in err.splitlines()[1:]] == [
        "epoch 1 of at most ",
        "epoch 2 of at most ",
    ]
