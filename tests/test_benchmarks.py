"""The benchmark compares equals, and its arithmetic is right."""

import importlib
import sys
from pathlib import Path

import pytest
import torch

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture(scope="module")
def timing():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("timing")
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.mark.parametrize(("L", "s0"), [(2, 0), (2, 2), (3, 1)])
@pytest.mark.parametrize(("arch", "product"), [("cnn", False), ("cnn", True), ("lcn", False)])
@pytest.mark.parametrize("scaling", ["fan_in", "channels"])
def test_both_sides_train_the_same_network(timing, scaling, arch, product, L, s0):
    setting = timing.Setting(arch, L, s0, batch=32, width=32, scaling=scaling)
    ours, dense = timing.ours(setting), timing.dense(setting, as_product=product)
    for _ in range(20):
        ours_loss, dense_loss = ours(), dense()
        torch.testing.assert_close(ours_loss, dense_loss, rtol=1e-4, atol=1e-4)


def test_the_speaking_side_is_trained_too(timing):
    step = timing.speaking(timing.Setting("lcn", 2, 0, batch=32, width=32))
    losses = [step().item() for _ in range(600)]
    assert sum(losses[-10:]) < 0.9 * sum(losses[:10])


def test_useful_arithmetic(timing):
    # Second layer of an L=2 network: two tokens a datum, one matrix each, three products.
    assert timing.Setting("cnn", 2, 3, batch=1, width=10).useful_flops == 3 * 2 * 10**2 * 2
    # L=3: four tokens into the second layer, two into the third.
    assert timing.Setting("lcn", 3, 1, batch=5, width=10).useful_flops == 5 * 3 * 2 * 10**2 * 6


def test_rounds_alternate_and_ratios_are_of_one_round(timing, monkeypatch):
    clock, calls = [0.0], []

    def takes(name, durations):
        durations = iter(durations)

        def function():
            calls.append(name)
            clock[0] += next(durations)

        return function

    monkeypatch.setattr(timing.time, "perf_counter", lambda: clock[0])
    functions = {"a": takes("a", [3, 5, 30]), "b": takes("b", [0.5, 0.5, 1, 10])}
    times = timing.interleave(functions, rounds=3, seconds=1)
    assert "".join(calls) == "abbabab"
    assert times == {"a": [3, 5, 30], "b": [0.5, 1, 10]}
    assert timing.ratio(times, "a", "b") == 5  # of 6, 5, 3


def test_cost_table(timing):
    table = timing.cost_against_s0("lcn", (0, 1), rounds=1, seconds=0.001, width=16)
    assert list(table.columns) == ["s0", "dense", "ours", "ideal"]
    assert table.s0.tolist() == [0, 1]
    assert (table[["dense", "ours", "ideal"]] > 0).all(axis=None)
