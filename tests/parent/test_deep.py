"""The powers of P*, from learning curves with a P* that the test chooses."""

import math

import pytest

from srhm.runs.store import Store
from srhm_book.parent import deep
from srhm_book.parent.settings import (
    FAMILIES,
    deep_grid,
    parent_threshold,
    sensitivity_curve,
    targets,
    task_setting,
)
from synthetic import runs_of


def table_of(star, settings=None):
    """As if every task had P* = star(config), at least 20, seeds 5 % apart."""
    settings = settings or deep_grid()
    runs = {
        c: runs_of(c, [f * max(star(c), 20) for f in (0.95, 1, 1.05)], reach=3) for c in settings
    }
    return deep.deep_table(runs)


def on_the_law(config):
    return config.n_c * config.m**config.L


@pytest.fixture(scope="module")
def lawful():
    return table_of(on_the_law)


def test_both_thresholds(lawful):
    """The error falls by 0.3 for each unit of log P: the parent's threshold comes later."""
    assert lawful.C.to_numpy() == pytest.approx(1, rel=0.03)
    later = [math.exp((0.1 - parent_threshold(n_c)) / 0.3) for n_c in lawful.n_c]
    assert (lawful.parent / lawful.P_star).to_numpy() == pytest.approx(later, rel=0.02)
    other = deep.by_parent_rule(lawful)
    assert other.P_star.equals(lawful.parent)
    assert (other.low <= other.P_star).all()


def test_tasks_on_the_law_have_its_powers(lawful):
    powers = deep.all_powers(lawful)
    assert {p.what for p in powers} == {"n_c m^L", "n_c", "m^L", "v", "m", "d"}
    for power in powers:
        assert power.estimate.value == pytest.approx(power.law, abs=0.05), power
        assert power.estimate.low - 0.01 < power.law < power.estimate.high + 0.01, power
    assert deep.prefactors(lawful).ours.to_numpy() == pytest.approx(1, rel=0.03)


def test_a_dependence_on_v_and_on_depth_is_seen():
    found = deep.all_powers(table_of(lambda c: on_the_law(c) * (c.v / 32) ** 0.5 * 2 / c.L))
    for power in found:
        if power.what == "v" and power.where != "all tasks":
            assert power.estimate.value == pytest.approx(0.5, abs=0.05)
        if power.what == "d":
            assert power.estimate.value < power.law - 0.3


def test_the_families_change_one_symbol():
    for name, symbol in (("m alone", 2), ("v alone", 0), ("n_c alone", 1)):
        for L in {task[3] for task in FAMILIES[name]}:
            own = [task for task in FAMILIES[name] if task[3] == L]
            groups = {tuple(x for i, x in enumerate(task) if i != symbol) for task in own}
            assert all(len(own) > 1 for _ in groups)
            assert len(groups) < len(own)


def test_nothing_stored(tmp_path):
    settings = deep_grid()
    runs, missing = deep.deep_runs(settings, Store(tmp_path))
    assert (runs, missing) == ({}, settings)
    table = deep.deep_table(runs)
    assert table.empty
    assert all(power.estimate is None for power in deep.all_powers(table))
    assert deep.prefactors(table).empty


def test_the_lazier_scaling():
    fan_in, channels = (task_setting(4, 4, 4, 2, scaling) for scaling in ("fan_in", "channels"))
    assert (fan_in.scaling, channels.scaling) == ("fan_in", "channels")
    table = table_of(on_the_law, deep_grid(scaling="channels"))
    assert all(power.where.endswith(", lazier") for power in deep.all_powers(table))


def test_the_targets_and_curves():
    assert [t.threshold for t in targets(4)] == [0.1, 0.075]
    curve = sensitivity_curve(6, 2, most=2)
    assert {c.P for c in curve} == {round(2 ** (i / 2)) for i in range(8, 18)}
    assert len({c.seed_rules for c in curve}) == 3
