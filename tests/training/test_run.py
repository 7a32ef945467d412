"""One training: learns, repeats, records what it was, and survives its failures."""

import json
import math

import pytest
import torch

from srhm.training.config import RunConfig
from srhm.training.loop import epoch_order
from srhm.training.run import load, resolve_device, train

EASY = RunConfig(v=4, s0=1, P=1200, arch="cnn", width=64, lr=1.0, num_test=1000)


@pytest.fixture(scope="module")
def easy_run():
    return train(EASY, "cpu")


def test_learns_and_records(easy_run):
    assert easy_run["status"] == "converged"
    assert easy_run["train_loss"] < EASY.stop_loss
    assert easy_run["test_error"] < 0.1
    assert easy_run["steps"] == easy_run["epochs"] * math.ceil(1200 / 128)
    assert easy_run["num_test_used"] == 1000
    assert RunConfig.from_dict({k: easy_run[k] for k in EASY.as_dict()}) == EASY
    for name in ("commit", "python", "torch", "numpy", "device", "threads", "seconds"):
        assert easy_run[name] is not None
    assert json.loads(json.dumps(easy_run)) == easy_run


def test_becomes_insensitive_with_depth(easy_run):
    untrained = train(EASY.replace(max_epochs=1, lr=1e-6), "cpu")
    assert easy_run["S_out_1"] < 0.2 < 0.5 < untrained["S_out_1"]
    assert easy_run["D_out_1"] < easy_run["D_2_1"] < easy_run["D_1_1"] < untrained["D_1_1"]


def test_same_seeds_same_run_and_independent_of_global_state(easy_run):
    torch.manual_seed(123)
    again = train(EASY, "cpu")
    for name in ("test_error", "train_loss", "S_2_1", "D_2_1", "epochs"):
        assert again[name] == easy_run[name]


@pytest.mark.parametrize("seed", ["seed_rules", "seed_sample", "seed_init"])
def test_every_seed_matters(easy_run, seed):
    assert train(EASY.replace(**{seed: 1}), "cpu")["train_loss"] != easy_run["train_loss"]


def test_too_few_data_memorise_and_do_not_generalise():
    run = train(EASY.replace(P=48, batch_size=8, lr=0.06), "cpu")
    assert run["status"] == "converged"
    assert run["test_error"] > 0.4


def test_divergence_is_a_result():
    run = train(EASY.replace(lr=1e4), "cpu")
    assert run["status"] == "diverged"
    assert run["train_loss"] is None or run["train_loss"] > 100
    assert "S_2_1" not in run
    json.dumps(run, allow_nan=False)


def test_epochs_are_limited():
    run = train(EASY.replace(max_epochs=2), "cpu")
    assert (run["status"], run["epochs"]) == ("max_epochs", 2)


def test_a_tiny_task_is_tested_on_what_is_left():
    run = train(RunConfig(v=4, P=200, s0=0, arch="lcn", width=32, max_epochs=2), "cpu")
    assert run["num_test_used"] == 56
    assert not any(name.startswith("D_") for name in run)


def test_sensitivities_missing_without_synonyms():
    run = train(RunConfig(v=4, m=1, s0=2, P=100, batch_size=16, width=16, max_epochs=2), "cpu")
    assert not any(name.startswith("S_") for name in run)
    assert "D_out_2" in run


def test_devices():
    assert resolve_device("cpu").type == "cpu"
    assert resolve_device(torch.device("cpu")) == torch.device("cpu")
    for wrong in ("tpu", "cuda:x", "cpu:1x", torch.device("meta"), 0, None):
        with pytest.raises(ValueError, match=f"device .*{wrong}"):
            resolve_device(wrong)


@pytest.mark.parametrize(("number", "good"), [(0, []), (1, ["cuda:0"]), (2, ["cuda:0", "cuda:1"])])
def test_gpus_that_are_there(monkeypatch, number, good):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: number > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: number)
    assert resolve_device("auto").type == ("cuda" if number else "cpu")
    for name in ("cuda", "cuda:0", "cuda:1", "cuda:2"):
        for device in (name, torch.device(name)):
            if name in good or (name == "cuda" and number):
                assert resolve_device(device) == torch.device(name)
            else:
                with pytest.raises(ValueError, match=f"device='{name}' .*GPU.* {number}"):
                    train(EASY, device)


def test_each_epoch_is_told_and_changes_nothing(capsys, monkeypatch):
    seen = []
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr("srhm.training.progress.SECONDS", 0.0)
    short = EASY.replace(max_epochs=3)
    row = train(short, "cpu", on_epoch=lambda *told: seen.append(told), progress=True)
    assert [epoch for epoch, _ in seen] == [1, 2, 3]
    assert seen[-1][1] == row["train_loss"] < seen[0][1]
    assert [line.split()[1] for line in capsys.readouterr().err.splitlines()] == ["1", "2", "3"]
    assert train(short, "cpu") | {"seconds": row["seconds"]} == row
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"config": EASY.as_dict()}, "config .*RunConfig.*dict"),
        ({"config": None}, "config .*RunConfig.*None"),
        ({"on_epoch": 5}, "on_epoch .*5"),
    ],
)
def test_wrong_types_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        train(**{"config": EASY, "device": "cpu"} | arguments)


def few_data(config, **fields):
    few = {"P": 48, "batch_size": 8, "lr": 0.06, "num_test": 200, "stop_loss": 0.1}
    return config.replace(**few | fields)


def test_one_looks_whether_to_stop_only_at_times():
    each = train(few_data(EASY), "cpu")
    assert each["epochs"] % 10
    tenth = train(few_data(EASY, stop_every=10), "cpu")
    assert (tenth["status"], tenth["epochs"] % 10) == ("converged", 0)
    assert 0 < tenth["epochs"] - each["epochs"] < 10
    last = train(few_data(EASY, stop_every=10, max_epochs=each["epochs"]), "cpu")
    assert (last["status"], last["epochs"]) == ("converged", each["epochs"])


def test_the_best_test_error_is_kept_beside_the_final_one():
    config = few_data(EASY).replace(P=64, lr=2.0, stop_loss=0.0)  # too high a rate: the error rises
    early, late = (train(config.replace(max_epochs=n), "cpu")["test_error"] for n in (4, 8))
    assert early < late - 0.1
    run = train(config.replace(test_every=4, max_epochs=8), "cpu")
    assert run["test_error"] == pytest.approx(late, abs=0.02)
    assert run["best_test_error"] == pytest.approx(early, abs=0.02)
    assert "best_test_error" not in train(config, "cpu")


def test_a_training_that_ends_before_the_first_look_has_a_best_error_too():
    run = train(few_data(EASY).replace(P=64, test_every=4, max_epochs=2), "cpu")
    assert run["best_test_error"] == run["test_error"]


def test_an_unbalanced_order_is_a_random_permutation():
    order = epoch_order(EASY, torch.Generator().manual_seed(3))
    assert torch.equal(order, torch.randperm(EASY.P, generator=torch.Generator().manual_seed(3)))


def test_every_balanced_batch_is_balanced():
    config = RunConfig(v=4, s0=1, P=88, batch_size=16, balanced=True, arch="cnn")
    _, data, _ = load(config, torch.device("cpu"))
    draw = torch.Generator().manual_seed(0)
    orders = [epoch_order(config, draw) for _ in range(2)]
    assert not torch.equal(*orders)
    for order in orders:
        assert torch.equal(order.sort().values, torch.arange(88))
        for batch in order.split(16):  # the last one has 8
            assert data.labels[batch].bincount().tolist() == [len(batch) // 4] * 4
