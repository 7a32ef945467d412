"""A configuration is complete, checked, and named by its hash."""

import re

import numpy as np
import pytest

from srhm.training.config import FIELD_HELP, RunConfig

GOOD = {"v": 6, "s0": 1, "P": 1000}


def test_defaults_are_the_papers():
    config = RunConfig(**GOOD)
    assert (config.n_c, config.m, config.width, config.batch_size) == (6, 6, 512, 128)
    # 0.01 at batch 4, scaled linearly
    assert config.lr == pytest.approx(0.32)
    assert RunConfig(**GOOD, batch_size=4).lr == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"m": 7}, "m "),
        ({"m": 6, "n_c": 7}, "n_c"),
        ({"s0": -1}, "s0"),
        ({"s": 1}, "s "),
        ({"L": 0}, "L "),
        ({"sparsity": "C"}, "sparsity"),
        ({"P": 10**9}, "P must be less than the number of data of this task, 82944 "),
        ({"P": 0}, "P must be an integer of at least 1, not 0"),
        ({"P": 1000.0}, "P must be an integer"),
        ({"width": True}, "width must be an integer"),
        ({"arch": "mlp"}, "arch must be one of lcn, cnn, fcn, vgg11, "),
        ({"batch_size": 1001}, "batch_size must be at most P=1000, not 1001"),
        ({"lr": 0}, "lr must be more than 0"),
        ({"lr": float("nan")}, "lr must be finite"),
        ({"lr": "fast"}, "lr must be a number, not 'fast'"),
        ({"momentum": 1.0}, "momentum must be less than 1, not 1.0"),
        ({"stop_loss": -1.0}, "stop_loss must be finite and not negative"),
        ({"max_epochs": 0}, "max_epochs must be an integer of at least 1"),
        ({"num_test": 0}, "num_test must be an integer of at least 1"),
        ({"seed_init": -1}, "seed_init must be an integer of at least 0"),
        ({"scaling": "patch"}, "scaling must be one of fan_in, channels, not 'patch'"),
        ({"scaling": "channels", "arch": "vgg11", "L": 3}, "scaling must be 'fan_in' for vgg11"),
        ({"test_every": 10, "arch": "vgg11", "L": 3}, "test_every must be 0 for vgg11"),
        ({"balanced": 1}, "balanced must be True or False, not 1"),
        ({"balanced": True}, "P must be a multiple of n_c=6 in a balanced training, not 1000"),
        ({"balanced": True, "P": 996}, "batch_size must be a multiple of n_c=6 in a balanced"),
        ({"stop_every": 0}, "stop_every must be an integer of at least 1, not 0"),
        ({"test_every": -1}, "test_every must be an integer of at least 0, not -1"),
    ],
)
def test_bad_input_is_one_sentence(change, words):
    with pytest.raises(ValueError, match=re.escape(words)) as error:
        RunConfig(**GOOD | change)
    message = str(error.value)
    assert "\n" not in message
    assert message.rstrip().endswith(".")


def test_unknown_and_missing_fields():
    with pytest.raises(ValueError, match=r"Unknown field 'widht' .*did you mean 'width'\?"):
        RunConfig.from_dict(GOOD | {"widht": 3})
    with pytest.raises(ValueError, match=r"needs a value for P\."):
        RunConfig.from_dict({"v": 3})


def test_key_depends_on_every_field_and_only_on_values():
    config = RunConfig(**GOOD)
    assert config.key == RunConfig(**GOOD | {"P": np.int64(1000)}, lr=0.32, n_c=6, m=6).key
    config = config.replace(P=996, batch_size=96)  # which may be balanced
    other = {
        "v": 7, "P": 999, "s": 3, "L": 3, "s0": 2, "n_c": 5, "m": 5, "sparsity": "B", "arch": "lcn",
        "width": 256, "batch_size": 64, "lr": 0.1, "momentum": 0.5, "stop_loss": 0.1,
        "max_epochs": 7, "num_test": 77, "seed_rules": 1, "seed_sample": 1, "seed_init": 1,
        "scaling": "channels", "balanced": True, "stop_every": 10, "test_every": 10,
    }  # fmt: skip
    assert set(other) == set(config.as_dict()) == set(FIELD_HELP)
    keys = {config.replace(**{name: value}).key for name, value in other.items()}
    assert len(keys | {config.key}) == len(other) + 1


def test_dict_round_trip():
    config = RunConfig(**GOOD, arch="fcn", lr=0.7)
    assert RunConfig.from_dict(config.as_dict()) == config


def test_fields_added_later_leave_the_keys_of_older_runs():
    """The key of a record made before they were there."""
    old = {
        "v": 10, "P": 1722, "s": 2, "L": 2, "s0": 0, "n_c": 10, "m": 10, "sparsity": "A",
        "arch": "lcn", "width": 256, "batch_size": 128, "lr": 0.32, "momentum": 0.9,
        "stop_loss": 0.001, "max_epochs": 2000, "num_test": 10000, "seed_rules": 0,
        "seed_sample": 0, "seed_init": 0,
    }  # fmt: skip
    assert set(old) == set(RunConfig.names()) - set(RunConfig.added)
    config = RunConfig.from_dict(old)
    assert config.key == "11f01783275694220b64220f002136fd77af5f48a07bbff9ef831ed027716954"
    assert config.replace(**RunConfig.added_defaults()).key == config.key
