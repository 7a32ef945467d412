"""P_c against P* over draws of rules, and dimensions of points that have a known one."""

import numpy as np
import pandas as pd
import pytest

from messages import says
from srhm.runs.store import Store
from srhm_book.parent import seeds
from srhm_book.parent.dimension import effective_dimension, nearest_distance, steps_down


def runs_with(task, star):
    """All trainings of a task, with the error at 10 % exactly at star(rules)."""
    rows = []
    for config in seeds.seed_runs(task):
        error = np.clip(0.1 - 0.2 * np.log(config.P / star(config.task)), 0, 0.5)
        rows.append(config.as_dict() | {"test_error": error, "status": "converged"})
    return pd.DataFrame(rows)


def test_a_P_star_that_follows_the_rules_is_seen():
    task = seeds.TASKS[1]
    table = seeds.by_rules(runs_with(task, lambda t: 2 * seeds.predictions(t)["tuple, mean"]))
    assert len(table) == seeds.RULES
    found = seeds.rank_correlation(table)
    assert found.value > 0.95
    assert found.low > 0.8
    assert seeds.explained(table).value == pytest.approx(1, abs=0.1)


def test_a_P_star_that_does_not_is_not():
    rng = np.random.default_rng(1)
    stars = {number: 270 * np.exp(rng.normal(scale=0.3)) for number in range(seeds.RULES)}
    table = seeds.by_rules(runs_with(seeds.TASKS[1], lambda t: stars[t.seed]))
    found = seeds.rank_correlation(table)
    assert found.low < 0 < found.high


def test_few_draws_say_nothing(tmp_path):
    table = seeds.by_rules(runs_with(seeds.TASKS[0], lambda t: 200))[:7]
    assert seeds.rank_correlation(table) is seeds.explained(table) is None
    assert seeds.trained("book", Store(tmp_path)) == {}


def test_only_whole_draws_of_rules_count(tmp_path):
    class Kept:
        """A store that lacks one run of the draw 3."""

        def get(self, config, warn=True):
            if (config.seed_rules, config.P) == (3, config.P) and config.seed_sample == 1:
                return None
            return config.as_dict() | {"test_error": 0.1, "status": "converged"}

    found = seeds.stored(seeds.TASKS[0], Kept())
    assert set(found.seed_rules) == set(range(seeds.RULES)) - {3}


@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_dimension_of_a_cube(d):
    """Turned into 20 numbers: a rotation and a scale change nothing."""
    rng = np.random.default_rng(0)
    cube = rng.random((1600, d)) @ np.linalg.qr(rng.normal(size=(20, 20)))[0][:d] * 7
    sizes = (200, 400, 800, 1600)
    assert effective_dimension(cube, sizes) == pytest.approx(d, rel=0.12)
    assert nearest_distance(cube, 400) == pytest.approx(nearest_distance(cube / 9 + 1, 400))


def test_copies_have_no_dimension():
    points = np.tile(np.eye(3), (200, 1))
    points = points + 1e-3 * np.random.default_rng(0).random((600, 1))
    assert effective_dimension(points, (50, 300, 600)) < 1.5


def test_too_few_points():
    with pytest.raises(
        ValueError,
        match=says("sizes must be two or more of at most 10, the number of points, not (5, 20)."),
    ):
        effective_dimension(np.zeros((10, 2)), (5, 20))


def test_steps_down():
    """Of one network whose second layer has more dimensions than its first; the output is out."""
    dims = {"input": 9.0, "1": 7.0, "2": 8.0, "3": 4.0, "out": 9.0}
    rows = [
        {"v": 4, "L": 3, "seed": 0, "layer": k, "trained": trained, "dimension": d}
        for trained in (False, True)
        for k, d in dims.items()
    ]
    steps = steps_down(pd.DataFrame(rows))
    assert steps.layer.tolist() == ["1", "2", "3"]
    assert steps.falls.tolist() == [True, False, True]
