"""The search for P* on synthetic learning curves, where the crossing is known."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from messages import says
from srhm.runs.search import (
    HOPELESS,
    Target,
    bracket,
    grid_index,
    grid_P,
    next_points,
    quantities,
    quantity_exists,
    run_at,
    search,
    stored_searches,
)
from srhm.runs.store import Store
from srhm.training.config import RunConfig
from srhm.training.run import train

SETTING = RunConfig(v=8, s0=1, P=1024, arch="lcn")


def synthetic(true_P, calls, scatter=0.1):
    """A stand-in for `train`: error falls from 0.9 to 0 around a P* that scatters over seeds."""

    def train(config, device):
        calls.append(config)
        mine = true_P * math.exp(scatter * np.random.default_rng(config.seed_rules).normal())
        # 0.1 exactly at P = mine
        error = 0.9 / (1 + 8 * (config.P / mine) ** 4)
        return config.as_dict() | {"test_error": error, "S_2_1": error**0.5, "status": "converged"}

    return train


def run_search(true_P, settings=(SETTING,), **options):
    calls = []
    with ThreadPoolExecutor(2) as pool:
        frame = search(
            settings,
            None,
            executor=pool,
            progress=False,
            _train=synthetic(true_P, calls),
            **options,
        )
    return frame, calls


def test_a_seed_that_only_diverges_is_not_followed_to_ever_larger_sizes():
    """The others are searched to the end; P* of all is then not known."""

    def diverging(config, device):
        row = synthetic(1024, calls)(config, device)
        lost = {"test_error": 0.9, "S_2_1": None, "status": "diverged"}
        return row | (lost if config.seed_rules == 1 else {})

    calls = []
    with ThreadPoolExecutor(2) as pool:
        search((SETTING,), None, executor=pool, progress=False, _train=diverging)
    sizes = [sorted(c.P for c in calls if c.seed_rules == seed) for seed in range(3)]
    assert max(sizes[1]) <= 2 ** (HOPELESS / 2) * max(sizes[0] + sizes[2])
    assert min(sizes[0] + sizes[2]) <= 1024 < max(sizes[0] + sizes[2])


@pytest.mark.parametrize("true_P", [150, 1024, 30_000])
def test_finds_the_crossing_from_a_bad_guess(true_P):
    frame, calls = run_search(true_P)
    mean = frame.groupby("P").test_error.mean()
    assert (frame.groupby("P").size() == 3).all()
    assert mean.iloc[0] > 0.1 >= mean.iloc[-1]
    crossing = mean.index[mean <= 0.1].min()
    assert 0.8 < crossing / true_P < 1.35
    assert len(calls) <= 30
    assert len({c.key for c in calls}) == len(calls)


def test_neighbours_on_the_grid_bracket_every_seed():
    frame, _ = run_search(1000)
    assert frame.seed_rules.nunique() == 3
    for _, curve in frame.groupby("seed_rules"):
        values = {grid_index(P): e for P, e in zip(curve.P, curve.test_error, strict=True)}
        low, high = bracket(values, 0.1)
        assert high - low == 1


def test_a_second_target_adds_what_it_needs():
    one, _ = run_search(1000)
    two, _ = run_search(1000, targets=[Target(), Target("S_2_1", 0.2)])
    assert set(one.P) < set(two.P)
    assert two.groupby("P").S_2_1.mean().min() <= 0.2


def test_nothing_is_trained_for_a_sensitivity_that_does_not_exist():
    dense = SETTING.replace(s0=0)
    _, one = run_search(1000, settings=[dense])
    _, two = run_search(1000, settings=[dense], targets=[Target(), Target("D_2_1", 0.1)])
    assert {c.key for c in two} == {c.key for c in one}


def test_gives_up_at_the_largest_P():
    frame, calls = run_search(1e9, max_P=5000)
    sizes = sorted({c.P for c in calls})
    assert 5000 / 2**0.5 < sizes[-1] <= 5000  # the largest of the grid was tried
    assert {sizes[0], sizes[-1]} <= set(frame.P)
    assert frame.test_error.min() > 0.5


def test_never_asks_for_more_than_the_task_has():
    tiny = RunConfig(v=4, s0=0, P=64, batch_size=16, arch="lcn")  # 256 data
    _, calls = run_search(1e9, settings=[tiny])
    assert max(c.P for c in calls) <= 192


def test_small_training_sets_get_small_batches():
    small = run_at(SETTING, 100, 2)
    assert (small.batch_size, small.P, small.seed_init) == (16, 100, 2)
    assert small.lr / 16 == pytest.approx(SETTING.lr / 128)
    assert run_at(SETTING, 4096, 0).batch_size == 128


def test_balanced_training_asks_for_multiples_of_n_c_alone():
    balanced = SETTING.replace(balanced=True, batch_size=32)
    for true_P in (60, 400):
        frame, calls = run_search(true_P, settings=[balanced])
        assert all(c.P % 8 == c.batch_size % 8 == 0 for c in calls)
        mean = frame.groupby("P").test_error.mean()
        assert mean.iloc[0] > 0.1 >= mean.iloc[-1]
    small = run_at(balanced, 101, 0)
    assert (small.P, small.batch_size, small.lr) == (104, 16, balanced.lr / 2)


def test_grid():
    assert grid_P(40) == 1024
    assert all(grid_index(grid_P(i)) == i for i in range(20, 80))


def test_next_points():
    assert next_points({}, 5, 0.1, 4) == 5
    assert next_points({5: 0.5}, 5, 0.1, 4) == 9
    assert next_points({5: 0.05}, 5, 0.1, 4) == 1
    assert next_points({5: 0.5, 9: 0.05}, 5, 0.1, 4) == 7
    assert next_points({5: 0.5, 6: 0.05}, 5, 0.1, 4) is None


@pytest.mark.parametrize(
    ("settings", "options", "words"),
    [
        ([SETTING], {"repeats": 0}, "repeats .* 0"),
        ([SETTING], {"workers": -1}, "workers .* 0, not -1"),
        (SETTING, {}, "settings .*RunConfig"),
        (5, {}, "settings .*RunConfig.* 5"),
        ([{"v": 4}], {}, "settings .*RunConfig.*'v': 4"),
        ([SETTING], {"targets": ["S_2_1"]}, "targets .*Target.*'S_2_1'"),
        ([SETTING], {"targets": [Target("accuracy")]}, "quantity .*test_error.*'accuracy'"),
        ([SETTING], {"targets": [Target("S_3_1", 0.2)]}, "quantity .*S_2_1.*'S_3_1'"),
        ([SETTING], {"targets": Target("best_test_error")}, "quantity .*'best_test_error'"),
    ],
)
def test_an_impossible_search_trains_nothing(settings, options, words):
    def train(*_):
        raise AssertionError("trained")

    with pytest.raises(ValueError, match=words), ThreadPoolExecutor(1) as pool:
        search(settings, None, executor=pool, progress=False, _train=train, **options)


def test_impossible_threshold():
    for threshold in (float("nan"), "0.1"):
        with pytest.raises(ValueError, match=f"threshold .*{threshold}"):
            Target("test_error", threshold)


def test_quantities_are_the_columns_of_a_run():
    for config in (
        RunConfig(v=4, s0=1, P=64, batch_size=16, width=8, max_epochs=1, num_test=40, test_every=1),
        RunConfig(v=4, s0="0,1", P=64, batch_size=16, width=8, max_epochs=1, num_test=40),
        RunConfig(v=3, L=3, s0=1, P=64, batch_size=32, arch="vgg11", max_epochs=1, num_test=40),
        RunConfig(v=4, s0="0,1", P=64, batch_size=16, width=8, max_epochs=1, num_test=40, zipf=1),
    ):
        row = train(config, "cpu")
        found = {name for name in row if {"S", "D", "error"} & set(name.split("_"))}
        found = {name for name in found if not name.endswith("_se")} | {"test_loss", "train_loss"}
        assert {q for q in quantities(config) if quantity_exists(q, config)} == found


def test_no_synonyms_at_m_1_and_no_displacements_at_s0_0():
    dense, lone = SETTING.replace(s0=0), SETTING.replace(m=1, P=64, batch_size=16)
    assert [quantity_exists(q, dense) for q in ("test_error", "S_2_1", "D_2_1")] == [1, 1, 0]
    assert [quantity_exists(q, lone) for q in ("test_error", "S_2_1", "D_2_1")] == [1, 0, 1]
    assert all(quantity_exists(q, SETTING) for q in quantities(SETTING))
    low = SETTING.replace(s0="1,0")
    assert [quantity_exists(q, low) for q in ("D_2_1", "D_out_2", "D_1_2")] == [1, 0, 0]


def test_stored_tells_what_is_there_and_what_is_missing(tmp_path):
    store = Store(tmp_path)
    other = SETTING.replace(v=7, n_c=7, m=7)
    calls = []
    with ThreadPoolExecutor(2) as pool:
        options = {"executor": pool, "progress": False, "_train": synthetic(1000, calls)}
        frame = search([SETTING], store, **options)
        assert stored_searches([SETTING, other], store)[1] == [other]
        found, missing = stored_searches([SETTING], store)
        assert missing == []
        assert found[SETTING].equals(frame)
        search([SETTING], store, repeats=5, **options)
    assert stored_searches([SETTING], store)[0][SETTING].seed_rules.nunique() == 5
    store.path_of(calls[0]).unlink()
    assert stored_searches([SETTING], store) == ({}, [SETTING])
    with pytest.raises(ValueError, match=says("repeats", 1, 0)):
        stored_searches([SETTING], store, repeats=(5, 0))
