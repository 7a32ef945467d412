"""Trainings on small image sets: what comes out, what decides it, and where it is kept."""

import json
import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from image_files import make_cifar10
from messages import says
from srhm.images.config import IMAGE_FIELD_HELP, IMAGE_SETS, ImageRunConfig
from srhm.images.sets import load_images
from srhm.images.store import ImageStore, run_images
from srhm.images.train import _calibrated, augment, train_on_images
from srhm.runs.checks import NotStoredError, live_check
from srhm.runs.store import Store, StoreWarning, merge
from srhm.training.config import RunConfig


def config(**changes):
    return ImageRunConfig(**{"dataset": "shapes", "arch": "lenet", "P": 64, "epochs": 2, **changes})


@pytest.fixture(scope="module")
def shapes():
    return load_images("shapes")


# Configurations


def test_defaults_are_the_papers_recipe():
    full = ImageRunConfig(P=50_000)
    assert (full.epochs, full.batch_size, full.lr, full.momentum) == (250, 32, 0.1, 0.9)
    assert (full.weight_decay, full.c, full.delta, full.augment) == (5e-4, 3, 1.0, 1)
    assert ImageRunConfig(P=50_000, arch="vgg11").lr == 0.01
    assert (full.width, full.precision) == (1.0, "float32")
    assert (config(epochs=None).epochs, config().augment) == (250, 0)
    assert set(IMAGE_FIELD_HELP) == set(ImageRunConfig.names())


def test_keys_tell_every_field_apart():
    changes = {
        "P": 65, "dataset": "cifar10", "arch": "fc2", "width": 0.5, "epochs": 3, "batch_size": 16,
        "lr": 0.5, "momentum": 0.5, "weight_decay": 0.0, "augment": 1, "precision": "bfloat16",
        "c": 4, "delta": 2.0, "num_probes": 9, "seed_sample": 1, "seed_init": 1,
    }  # fmt: skip
    assert set(changes) == set(ImageRunConfig.names())
    keys = {config().replace(**{name: value}).key for name, value in changes.items()}
    assert len({*keys, config().key}) == len(changes) + 1
    assert config(lr=0.01).key == config().key  # resolved before it is hashed


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dataset": "mnist"}, ("dataset", *IMAGE_SETS, "'mnist'")),
        ({"arch": "resnet20"}, ("arch", "fc2", "resnet18", "'resnet20'")),
        ({"P": 3001}, ("P", "1 to 3000", 3001)),
        ({"width": 1.5}, ("width", "more than 0 and at most 1", 1.5)),
        ({"width": 0}, ("width", "more than 0 and at most 1", "0.0")),
        ({"precision": "float16"}, ("precision", "float32", "bfloat16", "'float16'")),
        ({"P": 8}, ("batch_size", "1 to 8", 32)),
        ({"epochs": 0}, ("epochs", 1, 0)),
        ({"augment": 2}, ("augment", "0 to 1", 2)),
        ({"lr": 0}, ("lr", "more than 0", "not 0.0")),
        ({"momentum": 1}, ("momentum", "less than 1", "not 1.0")),
        ({"weight_decay": -1}, ("weight_decay", "negative", -1)),
        ({"delta": 5}, ("delta", "0.5 to 3.4", 5.0)),
        ({"c": 30}, ("c", "2 to 20", 32, 30)),
        ({"num_probes": 2}, ("num_probes", 3, 2)),
    ],
)
def test_impossible_configurations_are_named(changes, words):
    with pytest.raises(ValueError, match=says(*words)):
        config(**changes)


# Training


def test_shapes_are_learned_and_the_row_is_complete(shapes):
    row = train_on_images(config(P=512, epochs=16, precision="bfloat16"), images=shapes)
    assert row["status"] == "finished"
    assert row["steps"] == 16 * 16
    assert row["test_error"] < 0.3
    assert row["num_test_used"] == 600
    assert (row["image_set"], row["encoding"]) == ("made-up shapes", "none")
    assert row["images_sha256"] == shapes.sha256
    for name in ("D", "G", "R"):
        assert 0 < row[f"{name}_se"] < row[name]
        assert row[f"{name}_init"] > 0
    assert row["R"] == pytest.approx(row["D"] / row["G"])
    assert {"commit", "torch", "device", "seconds"} <= set(row)
    assert json.loads(json.dumps(row)) == row


def test_cifar_files_are_learned(tmp_path, monkeypatch):
    """Three channels, augmented; the classes of these images are their colours."""
    make_cifar10(monkeypatch, tmp_path)
    settings = {"dataset": "cifar10", "P": 100, "epochs": 30, "batch_size": 10, "lr": 0.02}
    row = train_on_images(config(**settings), folder=tmp_path)
    assert row["augment"] == 1
    assert row["test_error"] < 0.6


def test_seeds_decide_and_the_global_state_stays(shapes):
    before = torch.get_rng_state()
    names = ("train_loss", "test_error", "R", "R_init")
    few = replace(shapes, test=shapes.test[:20], test_labels=shapes.test_labels[:20])
    base = config(arch="efficientnet_b0", epochs=1, num_probes=10)  # it has dropout
    rows = [train_on_images(c, images=few) for c in (base, base, base.replace(seed_init=1))]
    assert torch.equal(before, torch.get_rng_state())
    assert [rows[0][n] for n in names] == [rows[1][n] for n in names]
    assert rows[0]["train_loss"] != rows[2]["train_loss"]


def test_bfloat16_trains_alike_but_not_the_same(shapes):
    rows = [
        train_on_images(config(P=256, epochs=4, precision=precision), images=shapes)
        for precision in ("float32", "bfloat16")
    ]
    losses = [row["train_loss"] for row in rows]
    assert losses[0] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=0.1)
    assert rows[0]["R_init"] == rows[1]["R_init"]  # measured in float32


def test_the_learning_rate_falls_to_zero_step_by_step(shapes, monkeypatch):
    rates = []
    step = torch.optim.SGD.step

    def spy(self, *args, **options):
        rates.append(self.param_groups[0]["lr"])
        return step(self, *args, **options)

    monkeypatch.setattr(torch.optim.SGD, "step", spy)
    train_on_images(config(lr=0.02, epochs=3, num_probes=3), images=shapes)  # two steps an epoch
    expected = [0.01 * (1 + math.cos(math.pi * k / 6)) for k in range(6)]
    assert rates == pytest.approx(expected)


def test_a_diverged_training_is_a_result(shapes):
    row = train_on_images(config(lr=1e4), images=shapes)
    assert row["status"] == "diverged"
    assert row["train_loss"] is None or row["train_loss"] > 1000
    assert math.isfinite(row["R_init"])


def test_the_wrong_images_are_refused(shapes):
    with pytest.raises(ValueError, match=says("images", "cifar10", "shapes")):
        train_on_images(config(dataset="cifar10"), images=shapes)


def test_augmented_images_are_shifted_or_mirrored():
    x = torch.rand(200, 2, 8, 8, generator=torch.Generator().manual_seed(0))
    made = augment(x, torch.Generator().manual_seed(1))
    padded = nn.functional.pad(x, [4] * 4)
    seen = set()
    for image, copies in zip(made, padded, strict=True):
        found = [
            (dy, dx, flip)
            for dy in range(9)
            for dx in range(9)
            for flip in (False, True)
            if torch.equal(image, _window(copies, dy, dx, flip))
        ]
        assert len(found) == 1
        seen |= set(found)
    assert {s[0] for s in seen} == {s[1] for s in seen} == set(range(9))
    assert {s[2] for s in seen} == {False, True}


def _window(copies, dy, dx, flip):
    window = copies[:, dy : dy + 8, dx : dx + 8]
    return window.flip(2) if flip else window


def test_an_untrained_network_is_measured_with_the_images_statistics():
    x = 5 + 3 * torch.randn(600, 2, 8, 8, generator=torch.Generator().manual_seed(0))
    net = nn.Sequential(nn.BatchNorm2d(2), nn.Flatten())
    out = _calibrated(net, x)(x)
    assert out.mean().abs() < 0.01
    assert out.std().item() == pytest.approx(1, abs=0.01)
    assert net[0].running_mean.tolist() == [0, 0]  # the network itself is as it was
    assert net.training


# Store


def row_of(config, **changes):
    row = {"status": "finished", "test_error": 0.1, "test_loss": 0.3, "train_loss": 1e-3, "R": 2.0}
    return {**config.as_dict(), **row, **changes}


def test_records_are_apart_from_those_of_the_srhm(tmp_path):
    store, images = Store(tmp_path), ImageStore(tmp_path / "images")
    path = images.put(row_of(config()))
    assert path.relative_to(tmp_path).parts == ("images", "shapes_lenet.jsonl")
    assert config() in images
    assert images.frame().R.tolist() == [2.0]
    assert store.problems() == {}
    assert len(store.frame()) == 0
    path.write_text(
        path.read_text(encoding="utf-8").replace('"R": 2.0', '"R": 0.2'), encoding="utf-8"
    )
    with pytest.warns(StoreWarning, match=says("digest")):
        assert config() not in images


def test_a_configuration_that_cannot_be_compared_is_refused(tmp_path):
    with pytest.raises(ValueError, match="configuration is impossible"):
        ImageStore(tmp_path).put(row_of(config(), dataset=[]))


def test_merging_sorts_runs_by_kind(tmp_path):
    there = ImageStore(tmp_path / "there")
    there.put(row_of(config()))
    there.put(row_of(config(P=65)))
    srhm = RunConfig(v=4, P=64, batch_size=16)
    Store(tmp_path / "srhm").put({**srhm.as_dict(), "status": "converged", "test_error": 0.1})
    here = Store(tmp_path / "here")
    images = ImageStore(tmp_path / "here" / "images")
    report = merge([tmp_path / "there", tmp_path / "srhm"], here, images)
    assert (report.added, report.refused) == (3, {})
    assert len(images.frame()) == 2
    assert srhm in here
    report = merge([tmp_path / "there"], here)
    assert report.added == 0
    assert set(report.refused.values()) == {"it is the record of another kind of run"}


def test_run_images_trains_what_is_missing(tmp_path, monkeypatch):
    trained = []

    def fake(config, device, images, on_epoch):
        trained.append(config.P)
        if config.P == 66:
            raise KeyboardInterrupt
        return row_of(config)

    monkeypatch.setattr("srhm.images.train.train_on_images", fake)
    store = ImageStore(tmp_path)
    configs = [config(P=P) for P in (64, 65, 64, 66)]
    with pytest.raises(KeyboardInterrupt):
        run_images(configs, store, progress=False)
    frame = run_images(configs[:3], store, progress=False)
    assert trained == [64, 65, 66]
    assert frame.P.tolist() == [64, 65]
    assert run_images(configs[:1], None, progress=False).P.tolist() == [64]
    assert trained == [64, 65, 66, 64]


def test_no_training_before_all_images_are_there(tmp_path, monkeypatch):
    monkeypatch.setattr("srhm.images.train.train_on_images", pytest.fail)
    configs = [config(), config(dataset="cifar10")]
    with pytest.raises(FileNotFoundError, match=says("srhm download cifar10")):
        run_images(configs, ImageStore(tmp_path / "store"), folder=tmp_path, progress=False)


def test_live_check_of_an_image_run(tmp_path, shapes):
    store = ImageStore(tmp_path)
    with pytest.raises(NotStoredError, match=says("lenet on shapes", "P=64", "seeds 0/0")):
        live_check(config(), store)
    row = train_on_images(config(), images=shapes)
    store.put(row)
    live, kept = live_check(config(), store, "cpu", train_on_images)
    assert live["test_error"] == pytest.approx(kept["test_error"], abs=1e-3)
    store.put({**row, "test_error": row["test_error"] - 0.1})
    with pytest.raises(AssertionError, match=says("lenet on shapes", "P=64", "seeds 0/0")):
        live_check(config(), store, "cpu", train_on_images)
