"""Trained networks: handed back, kept in a file, and found again as they were."""

import os
import pickle

import pytest
import torch

from srhm.networks.patch import CNN
from srhm.runs.saved_networks import load_network, save_network, untrained_network
from srhm.training.config import RunConfig
from srhm.training.run import train

TINY = RunConfig(v=4, s0=2, P=64, batch_size=16, width=12, max_epochs=2, num_test=100, lr=0.1)


def error_on_test_data(network, config):
    _, test = config.task.split(config.P, config.num_test, config.seed_sample)
    with torch.no_grad():
        found = network(config.task.one_hot(test)).argmax(1).numpy()
    return (found != test.labels).mean()


@pytest.mark.parametrize(
    ("arch", "alpha"), [("lcn", 0), ("cnn", 0), ("fcn", 0), ("resnet18", 0), ("cnn", 5)]
)
def test_the_trained_network_is_the_one_of_the_row_and_survives_a_file(tmp_path, arch, alpha):
    scaling = "fan_in" if arch == "resnet18" else "channels"
    config = TINY.replace(arch=arch, scaling=scaling, alpha=alpha)
    row, network = train(config, "cpu", return_network=True)
    assert not network.training
    alone = train(config, "cpu")
    assert {**alone, "seconds": 0} == {**row, "seconds": 0}
    assert error_on_test_data(network, config) == pytest.approx(row["test_error"])
    start = untrained_network(config).state_dict()
    assert any(not torch.equal(x, start[name]) for name, x in network.state_dict().items())
    path = tmp_path / "new" / "network.pt"
    save_network(path, network, config)
    again, found = load_network(path)
    assert (found, again.training) == (config, False)
    x = config.task.one_hot(config.task.sample(20, 5))
    with torch.no_grad():
        assert torch.equal(again(x), network(x))


def test_the_untrained_network_is_where_training_begins():
    still = TINY.replace(lr=1e-30, max_epochs=1)
    _, network = train(still, "cpu", return_network=True)
    for name, value in untrained_network(still).state_dict().items():
        torch.testing.assert_close(network.state_dict()[name], value)


def test_a_network_of_another_configuration_is_not_saved(tmp_path):
    path = tmp_path / "network.pt"
    for other in (TINY.replace(width=13), TINY.replace(arch="fcn"), TINY.replace(L=3)):
        with pytest.raises(ValueError, match="weights"):
            save_network(path, CNN(TINY.task, 12), other)
    with pytest.raises(ValueError, match="network .*Module"):
        save_network(path, {"weights": 1}, TINY)
    with pytest.raises(ValueError, match="config .*RunConfig"):
        save_network(path, CNN(TINY.task, 12), TINY.as_dict())
    assert not path.exists()


class Evil:
    def __reduce__(self):
        return os.mkdir, ("harm",)


def records():
    """Files that are none of ours, by what is wrong with them."""
    good = {"format": "srhm network 1", "config": TINY.as_dict()}
    weights = CNN(TINY.task, 12).state_dict()
    return {
        "text": b"hello",
        "empty": b"",
        "code": pickle.dumps(Evil()),
        "weights alone": weights,
        "another format": good | {"format": 2, "weights": weights},
        "no weights": good,
        "other weights": good | {"weights": CNN(TINY.task, 13).state_dict()},
        "unknown field": {**good, "config": TINY.as_dict() | {"depth": 3}, "weights": weights},
    }


@pytest.mark.parametrize("kind", records())
def test_a_wrong_file_is_named_and_not_run(tmp_path, kind, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content, path = records()[kind], tmp_path / "network.pt"
    path.write_bytes(content) if isinstance(content, bytes) else torch.save(content, path)
    with pytest.raises(ValueError, match=r"network\.pt") as error:
        load_network(path)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == [path]


def test_a_torn_or_missing_file(tmp_path):
    path = tmp_path / "network.pt"
    with pytest.raises(FileNotFoundError, match=r"network\.pt"):
        load_network(path)
    save_network(path, CNN(TINY.task, 12), TINY)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"network\.pt"):
        load_network(path)


def test_saving_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "network.pt"
    save_network(path, CNN(TINY.task, 12, seed=1), TINY)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"network\.pt.*No space left"):
        save_network(path, CNN(TINY.task, 12, seed=2), TINY)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
