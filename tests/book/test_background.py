"""Empty positions that speak: against ordinary dense networks with autograd."""

import pytest
import torch

from srhm.data.encoding import one_hot
from srhm.engine.sparse import encode
from srhm.training.run import patch_network, train
from srhm_book.complexity import choices
from srhm_book.complexity.background import (
    BACKGROUNDS,
    BIAS_SCALE,
    SpeakingNetwork,
    contrast,
    train_speaking,
)

BOTH = BACKGROUNDS[-1]
SMALL = {"width": 8, "max_epochs": 2, "num_test": 200}


def a_config(arch, scaling="channels", **task):
    task = {"v": 4, "m": 2, "L": 2, "s0": 1, "P": 100} | task
    return choices.reference(task | {"arch": arch}, scaling, **SMALL)


def dense(speaking, x, background):
    """Logits of the same parameters as an ordinary dense network."""
    net, c = speaking.net, contrast(speaking.net.v) if background.whiten else 0.0
    h = (x * (1 + c) - c).transpose(1, 2)
    for k, layer in enumerate(net.layers):
        patches = h.reshape(len(x), layer.num_positions, -1)
        weight = net.weights[k].repeat_interleave(layer.tied, 1).flatten(1, 2)
        weight = weight.expand(layer.num_positions, -1, -1)
        pre = torch.einsum("npi,pio->npo", patches, weight) * net.scale(k)
        h = torch.relu(pre + BIAS_SCALE * speaking.biases[k] if background.bias else pre)
    return h.mean(1) @ net.readout / net.width


def test_a_features_square_is_that_of_all_other_channels():
    c = contrast(5)
    assert c == 0.5
    assert 4 * c**2 == 1


@pytest.mark.parametrize("background", BACKGROUNDS, ids=lambda background: background.name)
@pytest.mark.parametrize(
    "task", [{}, {"s0": 2, "sparsity": "B"}, {"L": 3}, {"s": 3, "s0": 0, "m": 3}], ids=str
)
@pytest.mark.parametrize("arch", ["lcn", "cnn", "fcn"])
def test_logits_and_all_gradients_are_the_dense_networks(arch, task, background):
    config = a_config(arch, **task)
    net = SpeakingNetwork(patch_network(config).double(), background, seed=0)
    samples = config.task.sample(40, 0)
    data = encode(net.net, samples)
    expected, logits = dense(net, one_hot(config.task, samples).double(), background), net(data)
    torch.testing.assert_close(logits, expected)
    weights = list(net.net.weights)
    there = gradients(expected, data.labels, [*weights, *net.biases, net.net.readout])
    found = gradients(logits, data.labels, net.parameters())
    found = [part.flatten() for part in found]
    assert sum(map(len, found)) == sum(part.numel() for part in there)
    torch.testing.assert_close(torch.cat(found), torch.cat([part.flatten() for part in there]))


def gradients(logits, labels, parameters):
    loss = torch.nn.functional.cross_entropy(logits, labels)
    return torch.autograd.grad(loss, parameters)


def test_shared_places_too():
    config = a_config("lcn", tied="1,2")
    net = SpeakingNetwork(patch_network(config).double(), BOTH, seed=0)
    samples = config.task.sample(20, 0)
    expected = dense(net, one_hot(config.task, samples).double(), BOTH)
    torch.testing.assert_close(net(encode(net.net, samples)), expected)


@pytest.mark.parametrize("arch", ["lcn", "cnn"])
def test_without_a_background_the_training_is_the_engines(arch):
    config = a_config(arch)
    speaking, engine = train_speaking(config, BACKGROUNDS[0]), train(config, "cpu")
    assert speaking["train_loss"] == pytest.approx(engine["train_loss"], rel=1e-5)
    assert speaking["test_error"] == pytest.approx(engine["test_error"], abs=0.011)


def test_every_position_has_a_bias_of_its_own():
    config = a_config("cnn")
    net = SpeakingNetwork(patch_network(config), BOTH, seed=0)
    assert [tuple(bias.shape) for bias in net.biases] == [(4, 8), (1, 8)]


def test_an_alpha_is_refused():
    config = a_config("lcn", "fan_in").replace(alpha=2.0)
    with pytest.raises(ValueError, match=r"alpha must be 0 where empty positions speak, not 2\."):
        train_speaking(config, BOTH)


def test_the_best_error_on_the_way_is_kept(monkeypatch):
    errors = iter([0.3, 0.1, 0.4, 0.5])
    # Looked at in every epoch by `BestError`, and at the end by `train_speaking`.
    for module in ("srhm.training.run", "srhm_book.complexity.background"):
        monkeypatch.setattr(f"{module}.evaluate", lambda net, data: (0.0, next(errors)))
    config = a_config("lcn").replace(test_every=1, max_epochs=3, stop_loss=0.0)
    found = train_speaking(config, BOTH)
    assert (found["test_error"], found["best_test_error"]) == (0.5, 0.1)


def test_a_network_that_has_fallen_silent_is_not_trained_on(monkeypatch):
    monkeypatch.setattr("srhm_book.complexity.background.is_silent", lambda net, data: True)
    config = a_config("cnn").replace(max_epochs=30, stop_loss=0.0, lr=1e-9)
    found = train_speaking(config, BOTH)
    assert (found["status"], found["epochs"]) == ("diverged", 10)


def test_activations_are_the_dense_networks_at_active_positions():
    config = a_config("lcn", L=3)
    net = SpeakingNetwork(patch_network(config), BOTH, seed=0)
    data = encode(net.net, config.task.sample(5, 0))
    *hidden, logits = net.activations(data)
    assert [tuple(h.shape) for h in hidden] == [(5, 4, 8), (5, 2, 8), (5, 1, 8)]
    torch.testing.assert_close(logits, net(data).detach())
    assert not logits.requires_grad
