"""Fully connected, lazy and uncorrelated: settings, tables, words and the ledger's claims."""

import math

import matplotlib
import numpy as np
import pandas as pd
import pytest

from messages import says
from srhm.runs.store import Store
from srhm.stats.fits import Estimate
from srhm.training.config import SEED_FIELDS
from srhm_book import style
from srhm_book.parent import fully_connected as networks
from srhm_book.parent import fully_connected_figures as figures
from srhm_book.parent import fully_connected_views as views
from srhm_book.parent import lazy, lazy_views, limits_claims, measure, uniform
from srhm_book.parent.settings import task_setting
from srhm_book.publish.options import training_options
from synthetic import runs_of

matplotlib.use("Agg")


def test_shallow_networks_have_one_layer_and_a_threshold_of_their_own():
    config = networks.shallow_setting(6, 6, 6, 2)
    assert (config.hidden_layers, config.width, config.arch) == (1, 8 * 36, "fcn")
    assert networks.most_data(config) == 6 * 6**3
    assert networks.shallow_target(4).threshold == pytest.approx(0.7 * 0.75)
    lazier = networks.shallow_setting(6, 6, 6, 2, "channels")
    assert lazier.lr == pytest.approx(config.lr / 4)  # the tangent kernel is d times larger
    assert networks.shallow_setting(4, 4, 2, 3, "channels").task.num_data == 4 * 2**7


def test_profiles_have_fewer_settings():
    for grid in (networks.shallow_grid, lambda p: networks.deep_grid(p)["fcn"]):
        smoke, fresh, book = (grid(p) for p in ("smoke", "fresh", "book"))
        assert 0 < len(smoke) <= len(fresh) < len(book)
        assert set(fresh) <= set(book)
    found = networks.deep_grid()
    assert {c.hidden_layers for c in found["six"]} == {6}
    assert all(c.hidden_layers == c.L for c in found["fcn"])
    assert found["cnn"] == [task_setting(*t) for t in networks.DEEP_TASKS]


@pytest.mark.parametrize(("power", "expected"), [(1.0, 4.0), (0.75, 3.0)])
def test_powers_of_shallow_networks(power, expected):
    runs = {}
    for config in networks.shallow_grid():
        star = 0.3 * networks.most_data(config) ** power
        own = runs_of(config, [0.97 * star, star, 1.04 * star])  # with P* at an error of 0.1
        scale = networks.shallow_target(config.n_c).threshold / 0.1
        runs[config] = own.assign(test_error=(scale * own.test_error).clip(upper=1))
    table = networks.shallow_table(runs)
    assert table.share.to_numpy() == pytest.approx(0.3 * table.P_max ** (power - 1), rel=0.03)
    found = networks.shallow_powers(table)
    assert found["P_max"].value == pytest.approx(power, abs=0.03)
    assert found["v"].value == pytest.approx(expected, abs=0.1)


def deep_table(factor, L=(2, 3)):
    rows = [
        {"v": v, "n_c": v, "m": v, "L": depth, "P_star": factor(depth) * v ** (depth + 1.0),
         "low": 1.0, "high": 1e9, "parent": 1.0, "num_seeds": 3, "replicates": np.empty(0)}
        for depth in L for v in (8, 10, 12)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_ratios_are_of_the_same_task():
    tables = {("cnn", "fan_in"): deep_table(lambda L: 2.0),
              ("fcn", "fan_in"): deep_table(lambda L: 2.0 * 2**L),
              ("six", "fan_in"): deep_table(lambda L: 3.0 * 2**L, L=(2,))}  # fmt: skip
    ratios = networks.deep_ratios(tables)
    assert ratios["fcn", "fan_in"].C.to_numpy() == pytest.approx(np.ones(6))
    assert ratios["six", "fan_in"].ratio.to_numpy() == pytest.approx(np.full(3, 6.0))
    assert networks.factor(ratios["depth", "fan_in"]).value == pytest.approx(1.5)
    assert networks.factor(ratios["depth", "fan_in"][:1]) is None
    _figure, ax = style.new_axes()
    figures.draw_deep(ax, {"L": ratios["fcn", "fan_in"], "6": ratios["six", "fan_in"]})
    assert len(views.deep_view(ratios).data) == 9


def test_alpha_runs_end_where_the_lazy_ones_need_a_larger_rate():
    runs = lazy.all_runs()
    assert {c.alpha for c in runs} == set(lazy.ALPHAS)
    assert {c.scaling for c in runs} == {"fan_in", "channels"}
    per_batch = {c.alpha: c.lr / c.batch_size for c in runs if c.scaling == "fan_in"}
    assert per_batch[16.0] == pytest.approx(8 * per_batch[1.0])
    assert all(c.task.num_data > c.P for c in runs)


def alpha_rows(star_of):
    """Three seeds at six sizes, which cross 10 % at an alpha's ``star_of`` times 1, 2 and 3."""
    rows = [
        {"alpha": alpha, "scaling": "fan_in", "P": P, "status": "converged", **seeds,
         "test_error": 0.1 * star_of(alpha) * (1 + seed) / P}
        for alpha in (0.0, 4.0) for P in (50, 100, 200, 400, 800, 1600) for seed in range(3)
        for seeds in [dict.fromkeys(SEED_FIELDS, seed)]
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_what_laziness_costs_is_told_seed_by_seed():
    """Seeds differ by a factor of three, and their ratio by nothing."""
    alpha, times = lazy.slowed(alpha_rows(lambda alpha: 100.0 if alpha == 0 else 200.0))
    assert alpha == 4.0
    assert [times.value, times.low, times.high] == pytest.approx([2, 2, 2], rel=0.05)
    assert lazy.slowed(alpha_rows(lambda alpha: 1e9))[1] is None  # no P* within the sizes


def test_the_lazier_power_is_told_only_where_it_tells():
    table = pd.DataFrame({"L": 2, "v": [4, 5, 6], "n_c": [4, 5, 6], "m": [4, 5, 6],
                          "P_star": [1.0, 2.0, math.nan]})  # fmt: skip
    for power in (None, Estimate(3.0, -45.0, 70.0), Estimate(3.0, 2.0, None)):
        assert "(2 of them) do not tell" in views.lazy_words(power, table)
    assert "4.00 (3.50 to 4.50)" in views.lazy_words(Estimate(4.0, 3.5, 4.5), table)


def test_the_band_of_the_kernel_ends_at_its_sizes_where_its_interval_is_open():
    kernel = pd.DataFrame(
        [(4, 4, 3, 3, P, seed, 8748, error + 0.01 * seed) for seed in range(2)
         for P, error in ((64, 0.5), (1024, 0.2), (2048, 0.094))],
        columns=["v", "n_c", "m", "L", "P", "seed", "P_max", "error"],
    )  # fmt: skip
    assert lazy.kernel_P_star(kernel).high.isna().all()
    runs = alpha_rows(lambda alpha: 100.0)
    _figure, axes = style.new_axes(2)
    lazy_views.draw_alpha(axes, runs, lazy.alpha_table(runs), kernel)
    (band,) = axes[1].patches
    assert band.get_y() + band.get_height() == pytest.approx(2048)


def test_early_errors_are_compared_at_equal_P():
    kernel = pd.DataFrame({"P": [10, 40, 10, 40], "error": [0.8, 0.4, 0.6, 0.4]})
    network = pd.DataFrame({"P": [20, 80, 5], "test_error": [0.55, 0.1, 0.9]})
    table = lazy.early_ratio(kernel, network, most_P=50)
    assert table.P.tolist() == [20]
    assert table.kernel.iloc[0] == pytest.approx(0.55)  # halfway in log P
    assert table.ratio.iloc[0] == pytest.approx(1)


def test_uniform_runs_have_both_kinds_of_rules_and_small_batches():
    runs = uniform.uniform_runs([(2, 2), (4, 2)], seeds=2)
    assert len(runs) == 2 * 2 * len(uniform.SHARES) * 2
    assert {c.rule_kind for c in runs} == {"uniform", "random"}
    assert all(c.batch_size <= max(c.P / 4, 1) for c in runs)
    rates = [c.lr / c.batch_size for c in runs]
    assert min(rates) == pytest.approx(max(rates))


def uniform_rows(error):
    return pd.DataFrame(
        [
            {
                "v": 4,
                "L": 2,
                "n_c": 4,
                "P": P,
                "rule_kind": kind,
                "test_error": error(kind) + e,
                "status": "converged",
                "num_test_used": 10,
            }
            for P in (26, 230)
            for kind in uniform.KINDS
            for e in (-0.01, 0.0, 0.01)
        ]
    )


def test_errors_over_guessing():
    table = uniform.uniform_table(uniform_rows(lambda kind: 0.75 if kind == "uniform" else 0.15))
    assert table.share.tolist() == [0.1, 0.9, 0.1, 0.9]
    for row in table.itertuples():
        assert row.ratio == pytest.approx(1 if row.rule_kind == "uniform" else 0.2)
        assert row.low < row.ratio < row.high
        assert (row.seeds, row.tested) == (3, 30)
    assert uniform.near_chance(table[table.rule_kind == "uniform"]) == "2 of 2 points"
    assert uniform.span(table[table.rule_kind == "random"]) == "0.20 to 0.20"
    assert uniform.answer(table).count("1 of 1 points") == 2
    learned = uniform.uniform_table(uniform_rows(lambda kind: 0.15))
    assert "v = 4, L = 2" in uniform.answer(learned)


def test_nothing_stored_is_open(tmp_path, monkeypatch):
    monkeypatch.setattr(limits_claims, "find", lambda name, folder: None)
    found = limits_claims.limit_claims(Store(tmp_path))
    assert {claim.verdict for claim in found} == {"open"}
    assert not any(claim.measured for claim in found)
    assert len({claim.id for claim in found}) == len(found)


def test_claims_follow_what_was_measured():
    one_step = measure.one_step_rows(tasks=[(16, 2)], seeds=range(3))
    learned = measure.layerwise_rows(
        tasks=[(v, 2) for v in (6, 8, 10, 12)], per_octave=2, seeds=range(2)
    )
    step, layerwise = limits_claims._step_claims(one_step, learned)
    assert {part.verdict for part in step.parts} <= {"agrees", "close", "open"}
    assert step.parts[0].value == pytest.approx(1, abs=0.1)
    assert 2 < layerwise.parts[0].value < 3
    rows = uniform_rows(lambda kind: 0.75)
    few = limits_claims._uniform_claim(uniform.uniform_table(rows))
    assert (few.parts[0].hits, few.verdict) == (2, "open")  # of 25 points only 2 are known


def test_the_lazy_claim_counts_tasks_with_nearly_all_data():
    rows = pd.DataFrame(
        [(4, 4, 4, 2, P, seed, 256, error) for seed in range(2)
         for P, error in ((64, 0.7), (230, 0.5))],
        columns=["v", "n_c", "m", "L", "P", "seed", "P_max", "error"],
    )  # fmt: skip
    claim, _ = limits_claims._lazy_claims(pd.DataFrame(), rows)
    assert (claim.parts[0].hits, claim.parts[0].number) == (1, 1)
    claim, _ = limits_claims._lazy_claims(pd.DataFrame(), rows.assign(error=0.01))
    assert claim.parts[0].hits == 0
    claim, _ = limits_claims._lazy_claims(pd.DataFrame(), rows.assign(P_max=1000))
    assert claim.parts[0].number == 0
    _figure, ax = style.new_axes()
    lazy_views.draw_kernel(ax, pd.concat(rows.assign(v=v) for v in range(11)))
    assert len(ax.containers) == 11  # every task is drawn, however many there are
    assert len(lazy_views.kernel_view(lazy.kernel_P_star(rows)).data) == 1


def test_options_are_checked_before_any_work():
    assert training_options("book", 0, "cpu") == {"workers": 0, "device": "cpu"}
    assert "executor" in training_options("smoke", 0, "cpu")
    for options, words in (((-1, "cpu"), ("workers", 0, -1)), ((0, "tpu"), ("device", "tpu"))):
        with pytest.raises(ValueError, match=says(*words)):
            training_options("book", *options)


def test_measured_again(monkeypatch):
    kept = {"one_step": measure.one_step_rows(**measure.AGAIN["one_step"])}
    assert measure.again(kept, "book")["rows again"].iloc[0] == len(kept["one_step"])
    with pytest.raises(ValueError, match=says("seeds", 0, -1)):
        uniform.trained("smoke", None, -1)
    wrong = {"one_step": kept["one_step"].assign(S=kept["one_step"].S + 0.1)}
    with pytest.raises(AssertionError, match=says("one_step", "0.1")):
        measure.again(wrong, "book")
    assert "measured just now" in measure.again(wrong, "smoke")
    with pytest.raises(ValueError, match=says("seeds", 0, -1)):
        measure.measured("kernel", "smoke", -1)
    with pytest.raises(SystemExit, match=says("name", "one_step, layerwise, kernel", "'all'")):
        measure.main(["all"])
