"""Sensitivities against counting, against a decoder that is invariant, and against symmetries."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from srhm.data.task import SRHM
from srhm.engine.sparse import Engine
from srhm.networks.patch import build_network
from srhm.runs.trace import trace
from srhm.training import observables
from srhm.training.config import RunConfig
from srhm.training.observables import (
    dense_layer,
    module_activations,
    ratio_of_means,
    sensitivities,
    sensitivities_of,
    sparse_activations,
)
from srhm.training.replicas import train_group
from srhm.training.run import train

N = 4000


class Identity(nn.Module):
    """The input itself as a layer."""

    def __init__(self):
        super().__init__()
        self.input = nn.Identity()

    def forward(self, x):
        return self.input(x)


def parents_of_leaves(task):
    """Probability of each level-2 feature (the class if L = 1) above each input tuple."""
    features = np.full((1, task.n_c), 1 / task.n_c)
    for rules in reversed(task.rules[1:]):  # (parents, m, s)
        below = np.zeros((len(features), task.s, task.v))
        for j in range(task.s):
            for child in range(task.v):
                below[:, j, child] = features @ (rules[:, :, j] == child).mean(1)
        features = below.reshape(-1, task.v)
    return features


def mean_over_rules(task, count):
    """Sum over input tuples of the mean of ``count(synonyms of the parent)``, (m, s) each."""
    weights = parents_of_leaves(task).sum(0)
    return sum(w * count(synonyms) for w, synonyms in zip(weights, task.rules[0], strict=True))


def changed_by_exchange(task):
    """Expected number of leaves that change when every input tuple gets another synonym."""

    def count(synonyms):
        m = len(synonyms)
        pairs = (synonyms[:, None] != synonyms[None]).sum(2)  # (m, m), zero on the diagonal
        return pairs.sum() / (m * (m - 1))

    return mean_over_rules(task, count)


def same_place(task):
    """(s, s): probability that child i of a patch and child j of its displaced copy coincide."""
    if task.sparsity == "A":
        return np.eye(task.s) / (task.s0 + 1)
    places, s = task.patch, task.s
    law = [  # of the place of the i-th of s sorted children
        [math.comb(p, i) * math.comb(places - 1 - p, s - 1 - i) for p in range(places)]
        for i in range(s)
    ]
    law = np.array(law) / math.comb(places, s)
    return law @ law.T


def kept_by_displacement(task):
    """Expected overlap of an input with its copy whose level-1 positions are drawn anew."""

    def count(synonyms):
        same_value = (synonyms[:, :, None] == synonyms[:, None, :]).mean(0)
        return (same_place(task) * same_value).sum()

    return mean_over_rules(task, count)


def overlap_of_independent(task):
    """Expected overlap of two independent inputs: leaves that meet with the same value."""
    law = np.ones((1, 1))
    for _ in range(task.L):
        law = np.kron(law, same_place(task))
    parents = parents_of_leaves(task)
    values = np.stack(
        [
            parents @ (task.rules[0][:, :, j] == child).mean(1)
            for j in range(task.s)
            for child in range(task.v)
        ],
        axis=1,
    ).reshape(-1, task.v)
    return (law * (values @ values.T)).sum()


@pytest.mark.parametrize(
    ("s", "L", "s0", "sparsity"),
    [
        (2, 2, 0, "A"),
        (2, 2, 1, "A"),
        (2, 2, 2, "B"),
        (3, 2, 1, "B"),
        (2, 3, 1, "A"),
        (2, 1, 3, "B"),
    ],
)
def test_input_layer_is_what_counting_gives(s, L, s0, sparsity):
    task = SRHM(4, s, L, s0, m=4, sparsity=sparsity, seed=3)
    leaves = s**L
    independent = 2 * (leaves - overlap_of_independent(task))
    data = task.sample(min(2 * N, task.num_data), 0)
    layers = module_activations(Identity(), task, ["input"])
    result = sensitivities(task, layers, data, seed=0, max_points=N)
    expected = 2 * changed_by_exchange(task) / independent
    # With s0 = 0 the 256 data are all drawn, so x and z differ slightly more than independent ones.
    tolerance = 4 * result["S_input_1_se"] + (0.01 if s0 == 0 else 0)
    assert abs(result["S_input_1"] - expected) < tolerance
    if s0 == 0:
        assert not any(name.startswith("D") for name in result)
    else:
        expected = 2 * (leaves - kept_by_displacement(task)) / independent
        assert abs(result["D_input_1"] - expected) < 4 * result["D_input_1_se"]


class Decoder(nn.Module):
    """Reads the level-2 features exactly; then a layer that mixes them."""

    def __init__(self, task):
        super().__init__()
        self.task, self.features, self.mix = task, nn.Identity(), nn.Linear(task.n_c, 3)

    def forward(self, x):
        labels = torch.as_tensor(self.task.decode(x).astype("int64"))
        return self.mix(self.features(nn.functional.one_hot(labels, self.task.n_c).float()))


@pytest.mark.parametrize("sparsity", ["A", "B"])
def test_a_network_that_decodes_is_invariant(sparsity):
    task = SRHM(3, 2, 2, 1, sparsity=sparsity, seed=1)
    layers = module_activations(Decoder(task), task, ["features"])
    result = sensitivities(task, layers, task.sample(200, 0), seed=0)
    names = [f"{q}_{k}_{level}" for q in "SD" for k in ("features", "out") for level in (1, 2)]
    assert all(result[name] < 1e-12 for name in names)
    assert result["constant_layers"] == ""


def test_sparse_and_dense_activations_agree():
    task = SRHM(4, 2, 2, 1, sparsity="B", seed=5)
    for arch in ("lcn", "cnn", "fcn"):
        net = build_network(arch, task, 16, seed=2)
        data = task.sample(60, 3)
        sparse = sensitivities(task, sparse_activations(Engine(net, 1.0, 0.9, 8)), data, seed=4)
        with torch.no_grad():

            def dense(samples, net=net):
                hs = net.activations(task.one_hot(samples))
                return dict(zip(("1", "2", "out"), map(dense_layer, hs), strict=True))

            full = sensitivities(task, dense, data, seed=4)
        assert sparse.keys() == full.keys()
        assert sparse.pop("constant_layers") == full.pop("constant_layers") == ""
        assert sparse == pytest.approx(full, rel=1e-4, abs=1e-6)


def test_invariant_to_permuting_and_scaling_channels():
    task = SRHM(4, 2, 2, 1, seed=5)
    net, data = build_network("lcn", task, 16, seed=2), task.sample(60, 3)
    plain = sparse_activations(Engine(net, 1.0, 0.9, 8))

    def changed(samples):
        layers = plain(samples)
        return {
            k: type(layer)(7.5 * layer.f.flip(-1), layer.positions) for k, layer in layers.items()
        }

    one = sensitivities(task, plain, data, seed=4)
    two = sensitivities(task, changed, data, seed=4)
    assert one["S_2_1"] > 0
    assert one.pop("constant_layers") == two.pop("constant_layers")
    assert one == pytest.approx(two, rel=1e-6)


def test_a_module_is_read_whole_and_left_as_it_was():
    """Also when the data do not fill the last chunk; no hook stays behind."""
    task = SRHM(3, 2, 2, 1)
    net = nn.Sequential(nn.Flatten(), nn.Linear(task.v * task.d, 5), nn.ReLU(), nn.Linear(5, 3))
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(torch.randn(p.shape, generator=torch.Generator().manual_seed(p.numel())))
    samples = task.sample(20, 0)
    x = task.one_hot(samples)
    for chunk in (7, 20, 100):
        found = module_activations(net, task, ["1"], chunk)(samples)
        assert list(found) == ["1", "out"]
        assert torch.allclose(found["1"].f[:, 0], net[1](net[0](x)), atol=1e-6)
        assert torch.allclose(found["out"].f[:, 0], net(x), atol=1e-6)
    assert not any(module._forward_hooks for module in net.modules())


def test_engine_activations_do_not_depend_on_the_chunk():
    task = SRHM(4, 2, 2, 1, seed=5)
    engine, samples = Engine(build_network("lcn", task, 16), 1.0, 0.9, 8), task.sample(20, 0)
    whole = sparse_activations(engine)(samples)
    assert list(whole) == ["1", "2", "out"]
    for name, layer in sparse_activations(engine, chunk=7)(samples).items():
        assert len(layer.f) == 20
        torch.testing.assert_close(layer.f, whole[name].f)
        assert torch.equal(layer.positions, whole[name].positions)


def test_the_first_half_is_compared_with_the_second():
    """As many of each as asked for: more data behind them change nothing."""
    task = SRHM(4, 2, 2, 1, seed=5)
    layers = module_activations(Identity(), task, ["input"])
    samples = task.sample(60, 0)
    few = sensitivities(task, layers, samples[:20], seed=1)
    assert few == sensitivities(task, layers, samples[:21], seed=1)
    assert few == sensitivities(task, layers, samples[[*range(20), 50]], seed=1, max_points=10)
    x, z = (layers(samples[slice(i, i + 5)])["input"] for i in (0, 5))
    y = layers(task.exchange_synonyms(samples[:5], 1, 1))["input"]
    expected = x.squared_distances(y).mean() / x.squared_distances(z).mean()
    found = sensitivities(task, layers, samples, seed=1, max_points=5)
    assert found["S_input_1"] == pytest.approx(expected.item())


def test_random_network_is_not_invariant():
    task = SRHM(8, 2, 2, 1, seed=0)
    net = build_network("lcn", task, 512, seed=0)
    result = sensitivities(
        task, sparse_activations(Engine(net, 1.0, 0.9, 8)), task.sample(2000, 0), seed=0
    )
    for layer in ("1", "2", "out"):
        for level in (1, 2):
            assert 0.4 < result[f"S_{layer}_{level}"] < 1.1
            assert 0.4 < result[f"D_{layer}_{level}"] < 1.1


def test_standard_error_covers():
    draw = torch.Generator().manual_seed(0)
    inside = 0
    for _ in range(300):
        b = torch.rand(400, generator=draw) + 1
        a = 0.3 * b + 0.1 * torch.randn(400, generator=draw)
        value, error = ratio_of_means(a, b)
        inside += abs(value - 0.3) < 1.96 * error
    assert 0.9 < inside / 300 < 0.99


def test_layers_that_do_not_vary_are_named():
    task = SRHM(3, 2, 2, 1)

    class Constant(nn.Module):
        def __init__(self):
            super().__init__()
            self.flat, self.even = nn.Identity(), nn.Identity()

        def forward(self, x):
            ones = torch.ones(len(x), 4)
            return x.flatten(1) + self.flat(ones).sum() + self.even(ones).sum()

    layers = module_activations(Constant(), task, ["flat", "even"])
    result = sensitivities(task, layers, task.sample(40, 0), seed=0)
    assert result.pop("constant_layers") == "flat even"
    names = [f"{q}_out_{level}{se}" for level in (1, 2) for q in "SD" for se in ("", "_se")]
    assert list(result) == names
    assert all(math.isfinite(value) for value in result.values())


def test_missing_transformations_and_too_few_data():
    task = SRHM(3, 2, 2, 1, m=1, n_c=2)
    layers = module_activations(Identity(), task, ["input"])
    result = sensitivities(task, layers, task.sample(40, 0), seed=0)
    assert not any(name.startswith("S") for name in result)
    assert "D_input_2" in result
    assert sensitivities(task, layers, task.sample(3, 0), seed=0) == {}
    assert "D_input_1" in sensitivities(task, layers, task.sample(4, 0), seed=0)
    task = SRHM(3, 2, 2, (0, 1), n_c=2)
    layers = module_activations(Identity(), task, ["input"])
    result = sensitivities(task, layers, task.sample(40, 0), seed=0)
    assert ("D_input_1" in result, "D_input_2" in result, "S_input_1" in result) == (0, 1, 1)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("only_displaced", [False, True])
def test_layers_that_are_not_finite_are_named(bad, only_displaced):
    """Also where only the transformed data meet it."""
    task, seen = SRHM(3, 2, 2, 1), []

    class Broken(Identity):
        def forward(self, x):
            seen.append(len(x))
            return super().forward(x + (bad if len(seen) > 2 * only_displaced else 0)).sum(2) * 0

    data = task.sample(40, 0)
    result = sensitivities(task, module_activations(Broken(), task, ["input"]), data, seed=0)
    assert result["nonfinite_layers"] == "input out"
    assert result["constant_layers"] == ""
    assert not any(name.startswith(("S_", "D_")) for name in result)


def some_network(task):
    """Not one of ours: with a bias, batch normalisation and dropout."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Flatten(), nn.Linear(task.v * task.d, 20), nn.BatchNorm1d(20), nn.Dropout(), nn.ReLU(),
        nn.Linear(20, task.n_c),
    )  # fmt: skip


def test_any_module_has_sensitivities_and_stays_as_it_was():
    task = SRHM(4, 2, 2, 1, seed=5)
    net, data = some_network(task), task.sample(60, 3)
    net[3].eval()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    first = sensitivities_of(net, task, ["1", "4"], data, seed=4, max_points=20)
    names = [f"{q}_{k}_{level}" for q in "SD" for k in ("1", "4", "out") for level in (1, 2)]
    assert {x for x in first if not x.endswith("_se")} == {"constant_layers", *names}
    assert [part.training for part in net.modules()] == [True] * 4 + [False] + [True] * 2
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert sensitivities_of(net.eval(), task, ["1", "4"], data, seed=4, max_points=20) == first
    with torch.no_grad():
        by_hand = lambda x: {"1": dense_layer(net[:2](task.one_hot(x)))}  # noqa: E731
        one = sensitivities(task, by_hand, data, seed=4, max_points=20)
    assert {name: first[name] for name in one} == one


class Twice(Identity):
    def forward(self, x):
        return self.input(self.input(x))


class Pair(Identity):
    def forward(self, x):
        return super().forward((x, x))[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"layers": ["conv"]}, "'conv'"),
        ({"layers": "input"}, "'input'"),
        ({"layers": [""]}, "''"),
        ({"module": lambda x: x}, "module .*Module"),
        ({"module": Twice()}, "'input'.* 20 rows for 10 data"),
        ({"module": Pair()}, "'input'.*tuple"),
        ({"task": 5}, "task .*SRHM"),
        ({"samples": 5}, "samples .*Samples"),
        ({"samples": SRHM(4, 2, 2, 1).sample(90, 0)}, "values"),
        ({"max_points": -1}, "max_points .*-1"),
        ({"max_points": 1}, "max_points .*1"),
        ({"seed": -1}, "seed .*-1"),
    ],
)
def test_bad_input_is_one_sentence(change, words):
    task = SRHM(3, 2, 2, 1)
    good = {"module": Identity(), "task": task, "layers": ["input"], "samples": task.sample(20, 0)}
    with pytest.raises(ValueError, match=words) as error:
        sensitivities_of(**good | change)
    assert str(error.value).endswith(".")


def test_a_layer_that_is_never_called_is_refused():
    task, net = SRHM(3, 2, 2, 1), Identity()
    net.idle = nn.Identity()
    with pytest.raises(ValueError, match="'idle'.* 0 rows"):
        sensitivities_of(net, task, ["idle"], task.sample(20, 0))


def test_a_new_observable_is_in_every_row(monkeypatch):
    def energy(task, activations, samples, seed):
        return {"energy": activations(samples)["out"].f.square().sum().item(), "seed_seen": seed}

    monkeypatch.setattr(observables, "OBSERVABLES", (observables.sensitivities, energy))
    lcn = RunConfig(v=4, s0=2, P=32, batch_size=16, num_test=40, max_epochs=1, width=8, arch="lcn")
    lcn = lcn.replace(seed_sample=3)
    rows = [
        train(lcn, "cpu"),
        train_group([lcn], "cpu")[0],
        train(lcn.replace(arch="vgg11"), "cpu"),
    ]
    for row in rows:
        assert row["energy"] > 0
        assert row["seed_seen"] == 3
        assert "D_out_1" in row
    assert "energy" in trace(lcn, 1, "cpu")


def test_unequal_tasks_are_measured_on_the_even_one_too():
    """The even columns are those of a task of the same rules, from data of that task."""
    task, even = (
        SRHM(4, 2, 2, 1, zipf=3.0, displacement_ratio=0.1, seed=5),
        SRHM(4, 2, 2, 1, seed=5),
    )
    net = Identity()
    own = task.sample(100, 1)

    def answering(samples):
        right = torch.nn.functional.one_hot(torch.from_numpy(samples.labels).long(), task.n_c)
        first = torch.zeros_like(right)
        first[:, 0] = 1
        typical = torch.from_numpy(samples.positions[:, 0] % 2 == 0)  # the likely place
        return {"1": dense_layer(net(task.one_hot(samples))), "out": dense_layer(
            torch.where(typical[:, None], right, first).double())}  # fmt: skip

    found = observables.on_even_task(task, answering, own, seed=7)
    data = even.sample(100, 7)
    expected = sensitivities(even, answering, data, seed=7)
    wrong = (data.positions[:, 0] % 2 == 1) & (data.labels != 0)
    assert found == {f"even_{name}": value for name, value in expected.items()} | {
        "even_test_error": wrong.mean()
    }
    assert 0.2 < wrong.mean() < 0.6
    assert observables.on_even_task(even, answering, data, seed=7) == {}
