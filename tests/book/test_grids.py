"""The grids behind the figures hold what they say they hold."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from messages import says
from srhm.runs.store import Store, to_frame
from srhm.stats.laws import predicted_scale
from srhm_book import grid_runs, grids
from srhm_book.curves import SPARSITY_B, sparsity_B_curves
from srhm_book.grids import GRIDS, PAPER


def blocks():
    """Settings of the fixed-size grid by (v, m, s, d)."""
    found = {}
    for config in GRIDS["fixed_d"]:
        found.setdefault((config.v, config.m, config.s, config.task.d), []).append(config)
    return found


def test_fixed_d_trades_depth_against_sparsity_alone():
    for (v, m, s, d), settings in blocks().items():
        assert v in (4, 8)
        assert len(settings) >= 2
        assert len({config.L for config in settings}) == len(settings)
        for config in settings:
            assert (config.s * (config.s0 + 1)) ** config.L == d
            assert (config.v, config.n_c, config.m, config.s) == (v, v, m, s)
            assert config.arch == "lcn"
            assert config.sparsity == "A"
            assert 1.7 * predicted_scale(config) < 40_000


def test_fixed_d_holds_both_signs_of_the_law():
    assert any(m**2 < s for _, m, s, _ in blocks())
    assert sum(m**2 > s for _, m, s, _ in blocks()) >= 5


@pytest.mark.parametrize(("arch", "v", "s0", "L"), SPARSITY_B)
def test_whole_curves_of_sparsity_B(arch, v, s0, L):
    configs = sparsity_B_curves(arch, v, s0, L)
    sizes = sorted({config.P for config in configs})
    assert {config.sparsity for config in configs} == {"B"}
    assert len(configs) == 3 * len(sizes)
    assert sizes[-1] <= 65_536
    guess = {"lcn": 1.7, "cnn": 2.5}[arch] * predicted_scale(configs[0])
    assert sizes[0] == pytest.approx(0.1 * guess, rel=0.2)
    largest = min(4 * guess, 65_536)
    assert largest / 1.7 < sizes[-1] <= 1.1 * largest
    assert all(b / a == pytest.approx(2**0.5, rel=0.02) for a, b in pairwise(sizes))


def test_the_other_sparsity_has_the_same_sizes():
    ours = sparsity_B_curves("cnn", 6, 1)
    other = sparsity_B_curves("cnn", 6, 1, sparsity="A")
    assert [c.P for c in ours] == [c.P for c in other]
    assert other[0].sparsity == "A"


def test_run_grid_searches_settings_and_sweeps_curves(tmp_path, monkeypatch):
    config = grids.setting("lcn", 4, 0, **grids.TOY | {"max_epochs": 2, "num_test": 50})
    monkeypatch.setitem(grids.GRIDS, "tiny", [config])
    monkeypatch.setitem(grid_runs.CURVES, "tiny curve", [config, config.replace(P=200)])
    store = Store(tmp_path)
    with ThreadPoolExecutor(1) as pool:
        options = {"executor": pool, "progress": False}
        assert len(grid_runs.run_grid("tiny curve", store, max_P=150, **options)) == 1
        searched = grid_runs.run_grid("tiny", store, repeats=1, max_P=190, **options)
    assert config.P < searched.P.max() <= 190  # a search goes on where a curve has its sizes
    assert set(store.frame().P) == set(searched.P)
    with pytest.raises(ValueError, match=says("grid", *GRIDS, "'none'")):
        grid_runs.run_grid("none", store)


def test_run_grid_brackets_the_thresholds_of_the_paper(tmp_path, monkeypatch):
    asked = {}

    def search(settings, store, repeats, targets, *_, **__):
        for config in settings:
            asked[config.L, config.s] = {t.quantity: t.threshold for t in targets}
        return to_frame([])

    monkeypatch.setattr(grid_runs, "search", search)
    tasks = [{"L": 2, "s": 2}, {"L": 3, "s": 2}, {"L": 2, "s": 3}]
    monkeypatch.setitem(grids.GRIDS, "three", [grids.setting("cnn", 4, 1, **t) for t in tasks])
    grid_runs.run_grid("three", Store(tmp_path), sensitivities=True)
    error = {"test_error": 0.1, "D_2_1": 0.2}
    expected = {(2, 2): 0.4, (3, 2): 0.2, (2, 3): 0.5}  # S_2, Figure 14
    assert asked == {task: error | {"S_2_1": s} for task, s in expected.items()}
    grid_runs.run_grid("three", Store(tmp_path))
    assert asked[2, 2] == {"test_error": 0.1}
    assert grid_runs.run_grid("three", Store(tmp_path), max_P=200).empty


def test_each_task_at_the_smaller_rate_is_there_at_the_larger_one():
    at_larger = {config.replace(**PAPER) for config in GRIDS["paper_smaller_rate"]}
    assert at_larger <= set(GRIDS["paper_rate"])
    assert {config.L for config in at_larger} == {2, 3}


def test_three_levels_are_varied_one_at_a_time():
    """Each of m, n_c and s0 changes somewhere with the other two held."""
    for arch in ("lcn", "cnn"):
        tasks = {(c.m, c.n_c, c.s0) for c in GRIDS["synonyms_L3"] if c.arch == arch}
        for varied in range(3):
            held = Counter(task[:varied] + task[varied + 1 :] for task in tasks)
            assert max(held.values()) >= 3
