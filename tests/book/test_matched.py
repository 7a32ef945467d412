"""Exponents from tasks that differ in one symbol alone."""

import numpy as np
import pandas as pd
import pytest

from messages import says
from srhm_book.complexity.matched import fit_matched


def points(rng=None, scatter=0.0, groups=8):
    """P* = C_g x^2 with a constant C_g of its own for each group, in no relation to anything."""
    constants = np.random.default_rng(0).uniform(1, 100, size=groups)
    table = pd.DataFrame({"group": np.repeat(range(groups), 3), "x": np.tile([1, 2, 5], groups)})
    table["P_star"] = np.repeat(constants, 3) * table.x**2.0
    noise = np.zeros(len(table)) if rng is None else scatter * rng.normal(size=len(table))
    return table.assign(P_star=table.P_star * np.exp(noise))


def test_constants_of_the_groups_do_not_matter():
    fit = fit_matched(points(), "x", ["group"])
    found = fit.exponent.value, fit.exponent.low, fit.exponent.high
    assert found == pytest.approx((2, 2, 2))
    assert (fit.num_points, fit.num_groups) == (24, 8)


def test_it_is_least_squares_with_a_constant_for_each_group():
    table = points(np.random.default_rng(1), scatter=0.3)
    design = np.column_stack([np.log(table.x), pd.get_dummies(table.group).to_numpy(float)])
    best, *_ = np.linalg.lstsq(design, np.log(table.P_star), rcond=None)
    assert fit_matched(table, "x", ["group"]).exponent.value == pytest.approx(best[0])


def test_groups_with_a_single_value_say_nothing():
    table = points(np.random.default_rng(2), scatter=0.3)
    alone = pd.DataFrame([{"group": 99, "x": 3.0, "P_star": 1e9}] * 2)
    fit = fit_matched(pd.concat([table, alone], ignore_index=True), "x", ["group"])
    assert fit == fit_matched(table, "x", ["group"])


def test_the_interval_holds_the_truth_nineteen_times_in_twenty():
    rng, num = np.random.default_rng(3), 300
    fits = [fit_matched(points(rng, 0.3), "x", ["group"], num_bootstrap=200) for _ in range(num)]
    held = np.mean([fit.exponent.includes(2) for fit in fits])
    assert 0.91 <= held <= 0.99
    assert not np.mean([fit.exponent.includes(2.5) for fit in fits]) > 0.5


def test_seeds_widen_the_interval():
    table = points(np.random.default_rng(4), scatter=0.1)
    # What a seed does to the largest x of every group at once, resampling points cannot show.
    drawn = np.exp(0.5 * np.random.default_rng(5).normal(size=100))
    own = [row.P_star * (drawn if row.x == 5 else np.ones(100)) for row in table.itertuples()]
    wide = fit_matched(table.assign(replicates=own), "x", ["group"]).exponent
    narrow = fit_matched(table, "x", ["group"]).exponent
    assert wide.value == narrow.value
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (points(groups=2), ("x", "group", "3 groups", 2)),
        (points().assign(x=-1.0), ("x", "positive", "finite", -1)),
        (points().drop(columns="x"), ("column 'x'",)),
    ],
)
def test_bad_input_is_one_sentence(table, words):
    with pytest.raises(ValueError, match=says(*words)):
        fit_matched(table, "x", ["group"])
