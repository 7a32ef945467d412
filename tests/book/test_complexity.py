"""Tables of sample complexities, from runs whose P* is known."""

import math

import numpy as np
import pandas as pd
import pytest

from messages import says
from srhm.runs.search import rows_of
from srhm.runs.store import Store
from srhm.stats.fits import Estimate
from srhm_book.complexity.table import (
    by_paper_rule,
    complexity_table,
    prefactor,
    relative_interval,
    searched_runs,
    seed_exponent,
)
from srhm_book.grids import setting
from srhm_book.paper import paper_P_star
from synthetic import runs_of

LCN = setting("lcn", 8, 1)


def exact(arch, scale_of, settings):
    """Runs of settings that all have P* = scale_of(setting)."""
    return {c: runs_of(c, [scale_of(c)] * 3) for c in settings}


def test_a_row_of_the_table():
    table = complexity_table({LCN: runs_of(LCN, [5000.0] * 3)})
    row = table.iloc[0]
    assert row.P_star == pytest.approx(5000, rel=1e-3)
    assert row["scale"] == 2 * 2**2 * 8 * 8**2
    assert row["scale"] * row.C == pytest.approx(row.P_star)
    assert (row.d, row.F, row["s0+1"], row.num_seeds) == (16, 0.25, 2, 3)
    assert row.paper == paper_P_star("lcn", 8, 1)
    assert row.ratio == pytest.approx(row.P_star / row.paper)
    assert row.low == pytest.approx(row.high, rel=1e-6)  # all seeds the same
    assert len(row.replicates) == 1000


def test_seeds_give_an_interval():
    table = complexity_table({LCN: runs_of(LCN, [4000.0, 5000.0, 6250.0])})
    row = table.iloc[0]
    assert row.low < 4500 < 5000 < 5500 < row.high
    half = float(relative_interval(table).iloc[0])
    assert half == pytest.approx((row.high - row.low) / 2 / row.P_star)


@pytest.mark.parametrize("change", [{"n_c": 4}, {"m": 4}, {"sparsity": "B"}, {"L": 4}, {"s": 3}])
def test_the_paper_has_no_such_setting(change):
    other = setting("lcn", 8, 1, **change)
    row = complexity_table({other: runs_of(other, [5000.0])}).iloc[0]
    assert math.isnan(row.paper)
    assert math.isnan(row.by_rule)


def test_a_curve_without_a_crossing_has_a_reason():
    runs = runs_of(LCN, [5000.0] * 3)
    row = complexity_table({LCN: runs[runs.test_error > 0.2]}).iloc[0]
    assert math.isnan(row.P_star)
    assert "does not fall to 0.1" in row.reason


def test_runs_of_other_settings_and_trainings_are_left_out():
    small = runs_of(LCN, [300.0])
    assert small.batch_size.nunique() > 1  # the batch shrinks with P, and stays one setting
    changes = ({"n_c": 4}, {"lr": 0.1}, {"width": 64})
    others = [runs_of(setting("lcn", 8, 1, **change), [300.0]) for change in changes]
    found = rows_of(pd.concat([small, *others], ignore_index=True), LCN)
    pd.testing.assert_frame_equal(found, small)
    assert all(rows_of(other, LCN).empty for other in others)


def test_another_batch_is_another_training_where_the_own_one_fits():
    for lr in (LCN.lr, LCN.lr / 2):
        half = setting("lcn", 8, 1, batch_size=64, lr=lr)
        assert rows_of(runs_of(half, [5000.0]), LCN).empty
    assert len(rows_of(runs_of(LCN, [5000.0]), LCN)) == 7


def test_the_papers_rule_takes_the_nearest_point_of_its_grid():
    runs = runs_of(LCN, [5000.0] * 3, reach=8)
    # On the grid 7240 / 1.46^k the errors at 4959 and 7240 are 0.1025 and 0.
    assert by_paper_rule(runs, 7240, 1.46) == pytest.approx(7240 / 1.46)
    # 0.1 - 0.3 log(5500 / 5000) = 0.07 is nearer than that of 3767, 0.185.
    assert by_paper_rule(runs, 5500, 1.46) == pytest.approx(5500)


def test_the_papers_rule_reads_sensitivities_too():
    runs = runs_of(LCN, [5000.0] * 3, reach=8)
    other = runs.assign(S_2_1=2 * runs.test_error, test_error=0.5)
    assert by_paper_rule(other, 7240, 1.46, 0.2, "S_2_1") == by_paper_rule(runs, 7240, 1.46)


def test_the_papers_rule_is_silent_where_the_curve_ends():
    runs = runs_of(LCN, [5000.0] * 3, reach=1)  # sizes 4096 ... 5793
    assert by_paper_rule(runs, 5000, 1.46) == pytest.approx(5000)
    assert by_paper_rule(runs, 6200, 1.6) is None  # 6200 or 3875, both out of sight
    above = runs[runs.test_error > 0.11]
    assert by_paper_rule(above, 5000, 1.46) is None


def table_of(C, spread=0.0, predictor=(1, 2, 3, 5)):
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"s0+1": predictor, "num_seeds": 3}).astype({"s0+1": float})
    table["scale"] = table["s0+1"] ** 2 * 100
    table["C"] = C
    table["P_star"] = table.C * table["scale"]
    common = np.exp(spread * rng.normal(size=500))
    return table.assign(replicates=[p * common for p in table.P_star])


def test_the_prefactor_is_a_geometric_mean():
    table = table_of([1.0, 2.0, 2.0, 4.0])
    estimate = prefactor(table)
    assert estimate.value == pytest.approx(2.0)
    assert estimate.low < 1.6
    assert estimate.high > 2.5
    sure = prefactor(table_of([2.0] * 4))
    assert (sure.value, sure.low, sure.high) == pytest.approx((2, 2, 2))


def test_a_prefactor_knows_of_seeds_that_move_all_settings():
    alone, together = (prefactor(table_of([2.0] * 4, spread)) for spread in (0.0, 0.2))
    assert np.log(together.high / together.low) > np.log(alone.high / alone.low) + 1
    with pytest.raises(ValueError, match=says("2 settings", 1)):
        prefactor(table_of([2.0] * 4).iloc[:1])


def test_an_impossible_number_of_processes_is_refused_even_if_nothing_is_trained(tmp_path):
    with pytest.raises(ValueError, match=says("workers", "integer", 0, -1)):
        searched_runs([], Store(tmp_path), workers=-1)


def test_the_exponent_of_a_few_settings():
    exact = seed_exponent(table_of([2.0] * 4))
    assert (exact.value, exact.low, exact.high) == pytest.approx((2, 2, 2))
    steeper = seed_exponent(table_of(2.0 * np.array([1, 2, 3, 5]) ** 0.5))
    assert steeper.value == pytest.approx(2.5)
    assert steeper.low > 2.4


def test_what_a_seed_does_to_a_whole_line_changes_no_exponent():
    together = seed_exponent(table_of([2.0] * 4, spread=0.3))
    assert together.high - together.low == pytest.approx(0, abs=1e-9)
    table = table_of([2.0] * 4, spread=0.3)
    rng = np.random.default_rng(1)
    apart = table.assign(replicates=[rng.permutation(r) for r in table.replicates])
    estimate = seed_exponent(apart)
    assert isinstance(estimate, Estimate)
    # Student's for three seeds: 2.7 times the quantiles of the resampled slopes.
    x = np.log(table["s0+1"])
    sigma = 0.3 / math.sqrt(((x - x.mean()) ** 2).sum())
    assert estimate.high - estimate.low == pytest.approx(2 * 1.96 * 2.69 * sigma, rel=0.2)
    with pytest.raises(ValueError, match=says("two", "s0+1")):
        seed_exponent(table.iloc[:1])


def test_searched_reads_the_store_and_names_what_it_lacks(tmp_path):
    store, other = Store(tmp_path), setting("lcn", 8, 2)
    for run in runs_of(LCN, [5000.0] * 3, reach=8).to_dict("records"):
        store.put(run)
    found, missing = searched_runs([LCN, other, LCN], store, repeats=3)
    assert list(found) == [LCN]
    assert missing == [other]
    assert complexity_table(found).P_star.iloc[0] == pytest.approx(5000, rel=1e-3)
