"""Stored runs trained again: what agrees passes, what does not is found."""

import pandas as pd
import pytest

from messages import says
from srhm.runs.checks import NotStoredError, draw, live_check, tolerance, verify
from srhm.runs.store import Store, StoreWarning
from srhm.runs.sweep import sweep
from srhm.training.config import RunConfig
from srhm.training.run import train


def config(seed=0, **changes):
    fields = {"v": 4, "s0": 0, "P": 64, "batch_size": 16, "width": 32, "max_epochs": 3}
    seeds = dict.fromkeys(("seed_rules", "seed_sample", "seed_init"), seed)
    return RunConfig(**{**fields, **seeds, **changes})


@pytest.fixture(scope="module")
def rows():
    return [train(config(seed), "cpu") for seed in range(3)]


@pytest.fixture
def store(tmp_path, rows):
    store = Store(tmp_path)
    for row in rows:
        store.put(row)
    return store


def test_a_live_run_agrees_with_its_record(store, rows):
    live, stored = live_check(config(1), store, "cpu")
    assert stored == rows[1]
    assert live["test_error"] == pytest.approx(stored["test_error"], abs=0.02)
    assert live["seed_init"] == 1


def test_a_changed_record_is_found(store, rows):
    """Also among three seeds, where it would widen a spread that it had part in."""
    far = rows[1]["test_error"] + (0.4 if rows[1]["test_error"] < 0.5 else -0.4)
    store.put({**rows[1], "test_error": far})
    with pytest.raises(
        AssertionError, match=says(f"{rows[1]['test_error']:.4f}", f"{far:.4f}", "0.0200")
    ):
        live_check(config(1), store, "cpu")
    table = verify(store, n=3, device="cpu", workers=1, progress=False)
    assert table.seed_init[~table.agrees].tolist() == [1]


def test_a_run_said_to_have_diverged_is_found(store, rows):
    store.put({**rows[1], "status": "diverged", "test_error": None})
    with pytest.raises(AssertionError, match=says("diverged")):
        live_check(config(1), store, "cpu")


def test_nothing_to_compare_with(store, tmp_path):
    with pytest.raises(NotStoredError, match=says(str(tmp_path), "cnn", "v=4", "P=65")):
        live_check(config(P=65), str(tmp_path))
    path = store.path_of(config(1))
    path.write_text("{", encoding="utf-8")
    with pytest.warns(StoreWarning), pytest.raises(NotStoredError):
        live_check(config(1), store)
    with pytest.raises(NotStoredError, match=says(str(tmp_path / "nothing"))):
        verify(tmp_path / "nothing")
    assert issubclass(NotStoredError, LookupError)


def test_the_tolerance_is_the_spread_over_seeds_alone(tmp_path, rows):
    def stored(errors, **changes):
        store = Store(tmp_path / str(len(errors)))
        for seed, error in enumerate(errors):
            store.put({**rows[0], **config(seed, **changes).as_dict(), "test_error": error})
        return store

    assert tolerance(stored([0.2]).frame(), config()) == 0.02
    assert tolerance(stored([0.2, 0.9]).frame(), config()) == 0.02
    store = stored([0.9, 0.1, 0.2, 0.3])
    assert tolerance(store.frame(), config()) == pytest.approx(0.1)
    assert tolerance(stored([0.9, 0.2, 0.2, 0.2, 0.2]).frame(), config()) == 0.02
    # Runs of other settings have no part in it.
    store.put({**rows[0], **config(1, width=64).as_dict(), "test_error": 0.9})
    store.put({**rows[0], **config(1, P=100).as_dict(), "test_error": 0.0})
    assert tolerance(store.frame(), config()) == pytest.approx(0.1)


def test_verify_draws_runs_and_compares_them(store, rows):
    before = {path: path.read_bytes() for path in store.path.glob("*.jsonl")}
    assert before
    table = verify(store, n=2, seed=0, device="cpu", workers=1, progress=False)
    assert len(table) == 2
    assert table.agrees.all()
    by_seed = {row["seed_init"]: row["test_error"] for row in rows}
    assert table.stored.tolist() == [by_seed[seed] for seed in table.seed_init]
    assert (table.difference.abs() <= table.tolerance).all()
    assert {path: path.read_bytes() for path in store.path.glob("*.jsonl")} == before


def test_the_draw_is_by_seed_and_without_repetition():
    frame = pd.DataFrame({"seed_init": range(20)})
    drawn = [tuple(draw(frame, 5, seed).seed_init) for seed in (0, 0, 1, 2)]
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) == 3
    assert all(len(set(rows)) == 5 and list(rows) == sorted(rows) for rows in drawn)
    assert draw(frame, 99, 0).equals(frame)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"n": 0}, ("n", 1, 0)),
        ({"n": 1.5}, ("n", "integer", 1, 1.5)),
        ({"seed": -1}, ("seed", 0, -1)),
        ({"device": "tpu"}, ("device", "auto", "cpu", "cuda", "'tpu'")),
    ],
)
def test_bad_input_is_one_sentence(store, arguments, words):
    with pytest.raises(ValueError, match=says(*words)):
        verify(store, **arguments)


def test_a_sweep_and_a_single_training_give_the_same(store, rows, tmp_path):
    """One thread in a process of its own, or as many as there are here: one result."""
    frame = sweep([config(0)], tmp_path / "other", workers=1, device="cpu", progress=False)
    assert frame.test_error[0] == pytest.approx(rows[0]["test_error"], abs=0.02)
