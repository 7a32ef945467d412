"""A configuration is complete, checked, and named by its hash."""

import pickle

import numpy as np
import pytest

from messages import says
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
        ({"m": 7}, ("m", 6, 7)),
        ({"m": 6, "n_c": 7}, ("m·n_c", 36, 42)),
        ({"s0": -1}, ("s0", 0, -1)),
        ({"s": 1}, ("s", 2, 1)),
        ({"s0": (1, 2, 0)}, ("s0", "L=2", "(1, 2, 0)")),
        ({"zipf": -1.0}, ("zipf", "negative", -1.0)),
        ({"displacement_ratio": 2}, ("displacement_ratio", 1, 2.0)),
        ({"L": 0}, ("L", 1, 0)),
        ({"sparsity": "C"}, ("sparsity", "'A'", "'B'", "'C'")),
        ({"P": 10**9}, ("P", 82944, 10**9)),
        ({"P": 0}, ("P", 1, 0)),
        ({"P": 1000.0}, ("P", "integer", 1000.0)),
        ({"width": True}, ("width", "integer", True)),
        ({"arch": "mlp"}, ("arch", "lcn", "cnn", "fcn", "vgg11", "'mlp'")),
        ({"batch_size": 1001}, ("batch_size", "P=1000", 1001)),
        ({"lr": 0}, ("lr", "more than 0")),
        ({"lr": float("nan")}, ("lr", "finite", "nan")),
        ({"lr": "fast"}, ("lr", "number", "'fast'")),
        ({"lr": 1e300}, ("lr", "at most", "1e+30", "1e+300")),
        ({"momentum": 1.0}, ("momentum", "less than 1", 1.0)),
        ({"stop_loss": -1.0}, ("stop_loss", "negative", -1.0)),
        ({"max_epochs": 0}, ("max_epochs", 1, 0)),
        ({"num_test": 0}, ("num_test", 1, 0)),
        ({"seed_init": -1}, ("seed_init", 0, -1)),
        ({"scaling": "patch"}, ("scaling", "fan_in", "channels", "'patch'")),
        ({"scaling": "channels", "arch": "vgg11", "L": 3}, ("scaling", "'fan_in'", "vgg11")),
        ({"test_every": 10, "arch": "vgg11", "L": 3}, ("test_every", 0, "vgg11")),
        ({"balanced": 1}, ("balanced", "True", "False", 1)),
        ({"balanced": True}, ("P", "n_c=6", "balanced", 1000)),
        ({"balanced": True, "P": 996}, ("batch_size", "n_c=6", "balanced", 128)),
        ({"stop_every": 0}, ("stop_every", 1, 0)),
        ({"test_every": -1}, ("test_every", 0, -1)),
        ({"depth": 3}, ("depth", 0, "cnn", 3)),
        ({"tied": "3"}, ("tied", "L=2", "'3'")),
        ({"tied": "1", "arch": "fcn"}, ("tied", "fcn", "'1'")),
        ({"depth": -1, "arch": "fcn"}, ("depth", 0, -1)),
        ({"alpha": -1}, ("alpha", "negative", -1)),
        ({"alpha": 1e-30}, ("alpha", "1e-06", "1e-30")),
        ({"alpha": 1e200}, ("alpha", "1e+06", "1e+200")),
        ({"alpha": 2, "arch": "vgg11", "L": 3}, ("alpha", 0.0, "vgg11", 2.0)),
        ({"rule_kind": "latin"}, ("rule_kind", "random", "uniform", "'latin'")),
        ({"rule_kind": "uniform", "m": 5}, ("m", "v^(s-1) = 6", 5)),
    ],
)
def test_bad_input_is_one_sentence(change, words):
    with pytest.raises(ValueError, match=says(*words)) as error:
        RunConfig(**GOOD | change)
    message = str(error.value)
    assert "\n" not in message
    assert message.rstrip().endswith(".")


def test_unknown_and_missing_fields():
    with pytest.raises(ValueError, match=says("'widht'", "'width'")):
        RunConfig.from_dict(GOOD | {"widht": 3})
    with pytest.raises(ValueError, match=says("value for P")):
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
        "rule_kind": "uniform", "zipf": 1.0, "displacement_ratio": 0.5, "depth": 5, "alpha": 2,
        "tied": "1",
    }  # fmt: skip
    assert set(other) == set(config.as_dict()) == set(FIELD_HELP)
    needs = {"depth": {"arch": "fcn"}}  # which has a key of its own, below
    keys = {
        config.replace(**{name: value}, **needs.get(name, {})).key for name, value in other.items()
    }
    assert config.replace(arch="fcn").key not in keys
    assert len(keys | {config.key}) == len(other) + 1


def test_tied_layers_are_kept_as_a_text():
    config = RunConfig(**GOOD | {"tied": "2,1,1"})
    assert config.tied == "1,2"
    assert config == RunConfig(**GOOD | {"tied": (1, 2)}) == RunConfig.from_dict(config.as_dict())
    assert RunConfig(**GOOD | {"tied": 2}).tied == "2"
    # Above a level that is not sparse there is nothing to tie: the same run has one key.
    assert RunConfig(**GOOD | {"tied": 1, "s0": 0}).key == RunConfig(**GOOD | {"s0": 0}).key
    assert RunConfig(**GOOD | {"tied": "1,2", "s0": (0, 2)}).tied == "2"


def test_an_s0_for_each_level_is_kept_as_a_text():
    config = RunConfig(**GOOD | {"s0": (2, 0)})
    assert (config.s0, config.task.s0) == ("2,0", (2, 0))
    for same in ("2,0", [2, 0], np.array([2, 0])):
        assert RunConfig(**GOOD | {"s0": same}) == config
    assert RunConfig.from_dict(config.as_dict()).key == config.key
    assert config.key != RunConfig(**GOOD | {"s0": (0, 2)}).key
    assert RunConfig(**GOOD | {"s0": (1, 1)}).key == RunConfig(**GOOD).key
    assert "s0=2,0" in config.describe()


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


def test_a_depth_of_L_is_no_depth_of_its_own():
    config = RunConfig(**GOOD, arch="fcn", L=3)
    assert config.replace(depth=3).key == config.key
    assert [config.replace(depth=depth).hidden_layers for depth in (0, 1, 3, 5)] == [3, 1, 3, 5]


def test_what_was_not_given_follows_the_rest_in_a_copy():
    config = RunConfig(**GOOD)
    copy = config.replace(v=8, batch_size=16)
    assert (copy.n_c, copy.m, copy.lr) == (8, 8, pytest.approx(0.04))
    assert (copy.replace(s=3).m, copy.replace(v=6, batch_size=128)) == (64, config)
    given = RunConfig(**GOOD, n_c=5, m=4, lr=0.32).replace(v=8, batch_size=16)
    assert (given.n_c, given.m, given.lr) == (5, 4, 0.32)
    assert given.replace(lr=None).lr == pytest.approx(0.04)
    assert pickle.loads(pickle.dumps(config)).replace(v=8) == config.replace(v=8)


def test_equal_numbers_have_one_key_whatever_their_type():
    config = RunConfig(**GOOD, stop_loss=0, lr=0.5, momentum=0)
    for change in ({"stop_loss": -0.0}, {"momentum": -0.0}, {"lr": np.float32(0.5)}):
        other = config.replace(**change)
        assert (other.key, other) == (config.key, config)
        assert type(other.lr) is float
