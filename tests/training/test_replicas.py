"""A run in a group is the run that it would be alone, whatever its neighbours do."""

import sys

import pytest
import torch

from messages import says
from srhm.engine.sparse import Engine
from srhm.runs.store import Store
from srhm.runs.sweep import sweep
from srhm.training import batched, replicas
from srhm.training.batched import CHUNK, NONE, Group, Order, Replica, make_route
from srhm.training.config import RunConfig
from srhm.training.loop import epoch_order
from srhm.training.replicas import fitting, group_key, train_group
from srhm.training.run import load, train

SMALL = {"v": 3, "m": 2, "n_c": 2, "width": 16, "num_test": 200, "momentum": 0.8}
SETTINGS = [
    ("lcn", 2, 2, 1, "A"),
    ("lcn", 3, 2, 1, "B"),
    ("cnn", 2, 3, 1, "B"),
    ("cnn", 3, 2, 2, "A"),
    ("fcn", 2, 2, 1, "A"),
    ("fcn", 3, 2, 0, "A"),
    ("lcn", 3, 2, "1,0,2", "A"),
    ("cnn", 2, 2, "0,2", "B"),
]
CPU = torch.device("cpu")


def run(seed=0, P=100, **changes):
    seeds = {"seed_rules": seed, "seed_sample": seed + 1, "seed_init": seed + 2}
    training = {"batch_size": 16, "lr": 0.05, "max_epochs": 12, "stop_loss": 0.2, "s0": 1}
    return RunConfig(P=P, **{**SMALL, **seeds, **training, **changes})


def states(configs, chunks):
    """Weights of each network after so many chunks of steps in one group."""
    group = Group([Replica(config, *load(config, CPU)) for config in configs])
    for _ in range(chunks):
        group.run()
    return [[p.detach().clone() for p in r.parameters] for r in group.replicas]


@pytest.mark.parametrize(("arch", "L", "s", "s0", "sparsity"), SETTINGS)
def test_steps_are_those_of_the_engine(arch, L, s, s0, sparsity):
    shape = {"arch": arch, "L": L, "s": s, "s0": s0, "sparsity": sparsity, "stop_loss": 0.0}
    changes = ({"seed": 0}, {"seed": 5, "P": 37, "lr": 0.1}, {"seed": 9, "P": 60})
    configs = [run(**{**shape, "max_epochs": 1000, **c}) for c in changes]
    for config, weights in zip(configs, states(configs, chunks=1), strict=True):
        net, data, _ = load(config, CPU)
        start = net.readout.detach().clone()
        engine = Engine(net, config.lr * config.width, config.momentum, config.batch_size)
        for batch in Order(config).take(CHUNK):
            engine.step(data.take(batch[batch != NONE]))
        engine.finish()
        assert not torch.allclose(net.readout, start, atol=1e-2)
        for ours, alone in zip(weights, [*net.weights, net.readout], strict=True):
            torch.testing.assert_close(ours, alone.data, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(("arch", "L", "s", "s0", "sparsity"), SETTINGS)
def test_rows_are_those_of_single_runs(arch, L, s, s0, sparsity):
    shape = {"arch": arch, "L": L, "s": s, "s0": s0, "sparsity": sparsity}
    changes = (
        {"seed": 0},  # each with its own end
        {"seed": 5, "P": 37, "lr": 0.1, "max_epochs": 3},
        {"seed": 9, "P": 60, "stop_loss": 0.62, "max_epochs": 40},
        {"seed": 3, "lr": 1e6},
    )
    configs = [run(**{**shape, **c}) for c in changes]
    found = train_group(configs, "cpu")
    assert {row["status"] for row in found} >= {"max_epochs", "diverged"}
    for config, row in zip(configs, found, strict=True):
        alone = train(config, "cpu")
        assert set(row) == set(alone)
        assert row["seconds"] > 0
        for name, value in alone.items():
            if name in ("seconds", "test_error", "test_loss", "train_loss"):
                continue
            if isinstance(value, float) and name[1] == "_":
                assert row[name] == pytest.approx(value, rel=2e-3, abs=1e-4), name
            else:
                assert row[name] == value, name
        if alone["status"] != "diverged":
            assert row["train_loss"] == pytest.approx(alone["train_loss"], rel=1e-3)
            assert row["test_loss"] == pytest.approx(alone["test_loss"], rel=1e-3)
            assert row["test_error"] == pytest.approx(alone["test_error"], abs=0.011)


def test_tied_layers_train_in_a_group_too():
    configs = [run(seed=seed, arch="lcn", tied="2", max_epochs=4) for seed in (0, 1)]
    for config, row in zip(configs, train_group(configs, "cpu"), strict=True):
        assert row["train_loss"] == pytest.approx(train(config, "cpu")["train_loss"], rel=1e-5)
        free = train(config.replace(tied=""), "cpu")
        assert row["train_loss"] != pytest.approx(free["train_loss"], rel=1e-5)


def test_rows_of_the_authors_training_are_those_of_single_runs():
    shape = {"arch": "lcn", "scaling": "channels", "lr": 0.01, "max_epochs": 40}
    changes = (
        {"balanced": True, "stop_every": 7, "stop_loss": 0.66},
        {"seed": 5, "P": 38, "balanced": True, "max_epochs": 5},
        {"seed": 9, "stop_every": 4, "stop_loss": 0.6},
    )
    configs = [run(**{**shape, **c}) for c in changes]
    found = train_group(configs, "cpu")
    assert (found[0]["status"], found[0]["epochs"] % 7) == ("converged", 0)
    for config, row in zip(configs, found, strict=True):
        alone = train(config, "cpu")
        assert set(row) == set(alone)
        for name in ("status", "epochs", "steps"):
            assert row[name] == alone[name]
        for name in ("train_loss", "test_loss"):
            assert row[name] == pytest.approx(alone[name], rel=1e-3)


def test_all_three_ends_occur():
    ends = [{}, {"max_epochs": 1}, {"lr": 1e6}]
    converging = {"P": 32, "lr": 0.2, "max_epochs": 200, "stop_loss": 0.05}
    found = train_group([run(**{**converging, **end}) for end in ends], "cpu")
    assert [row["status"] for row in found] == ["converged", "max_epochs", "diverged"]
    assert found[0]["train_loss"] < 0.05
    assert found[0]["steps"] == 2 * found[0]["epochs"] > CHUNK / 4


def test_neighbours_do_not_matter():
    one = run()
    calm = [run(seed, P=P) for seed, P in ((1, 30), (2, 90))]
    wild = [run(3, P=44, lr=1e6), run(4, lr=1e30), run(5, lr=0.3), run(6, P=99)]
    first, second = states([one, *calm], 2)[0], states([*wild, one], 2)[-1]
    for a, b in zip(first, second, strict=True):
        assert a.isfinite().all()
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


def test_nothing_moves_after_the_end():
    config = run(max_epochs=2, stop_loss=0.0)  # 14 steps: within the first chunk
    once, twice = states([config, run(1)], 1)[0], states([config, run(1)], 2)[0]
    engine_net, data, _ = load(config, CPU)
    engine = Engine(engine_net, config.lr * config.width, config.momentum, config.batch_size)
    for batch in Order(config).take(14):
        engine.step(data.take(batch[batch != NONE]))
    engine.finish()
    for a, b, c in zip(once, twice, [*engine_net.weights, engine_net.readout], strict=True):
        assert torch.equal(a, b)
        torch.testing.assert_close(a, c.data, rtol=1e-4, atol=1e-5)


def test_runs_wait_for_a_place_and_are_reported_when_they_end():
    configs = [run(seed, P=30 + 10 * seed, max_epochs=2 + 9 * (seed % 3)) for seed in range(7)]
    reported = []
    found = train_group(
        configs, "cpu", on_end=lambda c, row: reported.append((c.key, row)), at_once=3
    )
    together = train_group(configs, "cpu")
    assert dict(reported) == {config.key: row for config, row in zip(configs, found, strict=True)}
    assert len(reported) == 7
    for a, b, config in zip(found, together, configs, strict=True):
        assert a["P"] == config.P
        assert (a["epochs"], a["steps"]) == (b["epochs"], b["steps"])
        assert a["train_loss"] == pytest.approx(b["train_loss"], rel=1e-3)


def test_places_change_in_the_middle_of_an_epoch():
    long = run(v=4, m=4, n_c=4, P=1280, max_epochs=1)  # 80 steps an epoch, more than a chunk
    short = run(1, v=4, m=4, n_c=4, P=32, max_epochs=1)
    found = train_group([long, short], "cpu")[0]
    assert found["steps"] == 80
    assert found["train_loss"] == pytest.approx(train(long, "cpu")["train_loss"], rel=1e-3)


def test_routes_place_every_token_once():
    blocks = torch.tensor([[2, 0, 2, 3, 2], [1, 1, 3, 0, 3]])  # 3 is none
    route = make_route(blocks, 3)
    assert route.capacity == 8
    for step in range(2):
        for token, block in enumerate(blocks[step].tolist()):
            slot = route.slots[step, token].item()
            if block == 3:
                assert slot == 24
            else:
                assert slot // 8 == block
                assert route.tokens[step, slot] == token
        empty = (route.tokens[step] == 5).sum()
        assert empty == 24 - (blocks[step] < 3).sum()


def test_different_shapes_are_refused():
    with pytest.raises(ValueError, match=says("width", 16, 8)):
        train_group([run(), run(width=8)], "cpu")
    assert group_key(run()) == group_key(run(7, P=50, lr=3.0, stop_loss=0.5, sparsity="B"))
    assert group_key(run()) != group_key(run(momentum=0.5))
    assert group_key(run()) != group_key(run(scaling="channels"))


def test_a_run_that_is_tested_on_the_way_goes_alone(gpu, tmp_path):
    configs = [run(seed, max_epochs=2, test_every=1) for seed in range(2)]
    with pytest.raises(ValueError, match=says("test_every", 0, 1)):
        train_group(configs, "cpu")
    with pytest.raises(ValueError, match=says("alpha", 0, 2.0)):
        train_group([run(alpha=2.0)], "cpu")
    frame = sweep(configs, tmp_path, progress=False, device="cpu")
    assert (frame.best_test_error <= frame.test_error).all()


@pytest.mark.parametrize("at_once", [0, 2.0, "many"])
def test_impossible_at_once(at_once):
    with pytest.raises(ValueError, match=says("at_once", 1, repr(at_once))):
        train_group([run()], "cpu", at_once=at_once)


def test_no_runs_no_rows():
    assert train_group([], "cpu") == []


class _Full(Group):
    """A group for which memory lasts for two networks."""

    def __init__(self, members):
        if len(members) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        super().__init__(members)


def test_out_of_memory_halves_the_group(monkeypatch):
    monkeypatch.setattr(replicas, "Group", _Full)
    configs = [run(seed, max_epochs=2) for seed in range(5)]
    with pytest.warns(UserWarning, match=says(5, 2, "cpu")) as warned:
        found = train_group(configs, "cpu")
    assert len(warned) == 1
    assert [row["seed_rules"] for row in found] == list(range(5))


def test_one_network_that_does_not_fit_is_an_error(monkeypatch):
    def full(_members):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(replicas, "Group", full)
    with pytest.raises(torch.OutOfMemoryError), pytest.warns(UserWarning, match=says(2, 1, "cpu")):
        train_group([run(0), run(1)], "cpu")


def test_as_many_as_fit(monkeypatch):
    free = {"bytes": 10**12}
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda *_: (free["bytes"], 10**12))
    big = RunConfig(v=8, arch="lcn", L=3, s0=2, width=512, P=1000)  # 11.4 M weights
    assert fitting(big, torch.device("cuda")) == replicas.MOST
    free["bytes"] = 10**10
    assert 20 <= fitting(big, torch.device("cuda")) <= 50
    free["bytes"] = 10**6
    assert fitting(big, torch.device("cuda")) == 1


@pytest.fixture
def gpu(monkeypatch):
    """Let sweep group runs as on a GPU, and train them on the CPU."""
    monkeypatch.setattr(sys.modules["srhm.runs.sweep"], "_on_gpu", lambda device: True)


def test_sweep_groups_by_shape_and_stores_each(gpu, tmp_path, monkeypatch):
    configs = [run(seed, width=width, max_epochs=2) for width in (8, 16) for seed in range(3)]
    sizes = []
    train_one_group = replicas.train_group

    def count(group, *arguments, **options):
        sizes.append(len(group))
        return train_one_group(group, *arguments, **options)

    monkeypatch.setattr(replicas, "train_group", count)
    frame = sweep(configs, tmp_path, progress=False, device="cpu")
    assert sizes == [3, 3]
    assert frame.seed_rules.tolist() == [c.seed_rules for c in configs]
    again = sweep(configs, tmp_path, progress=False, device="cpu")
    assert sizes == [3, 3]
    assert again.test_error.tolist() == frame.test_error.tolist()


def test_sweep_finishes_the_others_of_a_faulty_group(gpu, tmp_path, monkeypatch):
    configs = [run(seed, max_epochs=2) for seed in range(3)]

    def break_one(config, place):
        if config.seed_rules == 1:
            raise OSError("broken")
        return load(config, place)

    monkeypatch.setattr(replicas, "load", break_one)
    with pytest.raises(RuntimeError, match=says("1 of 3", "seeds 1/2/3", "OSError: broken")):
        sweep(configs, tmp_path, progress=False, device="cpu")
    assert len(Store(tmp_path).frame()) == 2


@pytest.mark.parametrize("fields", [{"P": 37}, {"P": 38, "balanced": True}])
def test_an_order_is_the_one_of_a_single_run(fields):
    config = run(**fields)
    draw = torch.Generator().manual_seed(config.seed_sample)
    expected = [b for _ in range(4) for b in epoch_order(config, draw).split(16)]
    order = Order(config)
    batches = [*order.take(5), *order.take(7)]
    for batch, same in zip(batches, expected, strict=True):
        assert torch.equal(batch[: len(same)], same)
        assert (batch[len(same) :] == batched.NONE).all()
