"""P* on synthetic learning curves whose P* is known."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from messages import says
from srhm.stats.curves import (
    interval,
    last_falls,
    learning_curve,
    sample_complexity,
    spread_factor,
)
from srhm.training.config import RunConfig

GRID = np.round(2 ** np.arange(8.5, 11.6, 0.5)).astype(int)


def frame(curves, P=GRID, **columns):
    """Runs of one seed for each curve of values at ``P``."""
    rows = [
        {"P": p, "seed_rules": i, "seed_sample": i, "seed_init": i, "test_error": value}
        for i, curve in enumerate(curves)
        for p, value in zip(P, curve, strict=True)
    ]
    return pd.DataFrame(rows).assign(status="converged", **columns)


def logistic(P, P_star, slope=3.0):
    """A curve that falls from 0.9 and is 0.1 at ``P_star``."""
    return 0.9 / (1 + 8 * (np.asarray(P) / P_star) ** slope)


def noisy(rng, num_seeds, P_star=1000.0):
    """Seeds differ in P* by 12 %, and each run by 0.01 in its error."""
    shifts = np.exp(0.12 * rng.normal(size=num_seeds))
    noise = 0.01 * rng.normal(size=(num_seeds, len(GRID)))
    return frame([logistic(GRID, P_star * s) + n for s, n in zip(shifts, noise, strict=True)])


def test_a_curve_linear_in_log_P_is_exact():
    P = [100, 400, 1600, 6400]
    curve = [0.1 - 0.2 * np.log(p / 700) / np.log(10) for p in P]
    result = sample_complexity(frame([curve], P))
    assert result.P_star == pytest.approx(700, rel=1e-12)
    assert (result.low, result.high, result.reason) == (None, None, None)
    assert (result.num_seeds, result.num_points, result.num_diverged) == (1, 4, 0)
    halfway = sample_complexity(frame([curve], P), threshold=0.1 - 0.2 * np.log10(2))
    assert halfway.P_star == pytest.approx(1400, rel=1e-12)
    # The order of the rows is of no matter.
    shuffled = frame([curve], P).sample(frac=1, random_state=3)
    assert sample_complexity(shuffled).P_star == pytest.approx(700, rel=1e-12)


def test_another_quantity():
    runs = frame([[0.9, 0.9]], [100, 400]).assign(S_2_1=[0.5, 0.1])
    assert sample_complexity(runs, "S_2_1", 0.3).P_star == pytest.approx(200)
    assert sample_complexity(runs).P_star is None


@pytest.mark.parametrize(
    ("curve", "P_star"),
    [
        ([0.5, 0.1, 0.05], 400),  # exactly on the threshold, in the middle
        ([0.5, 0.2, 0.1], 1600),  # at the end
        ([0.1, 0.05, 0.01], 100),  # at the beginning
        ([0.15, 0.05, 0.0], 200),
        ([0.05, 0.15, 0.05], 800),  # up and down: the last way down
        ([0.15, 0.05, 0.15], 200),
    ],
)
def test_the_last_way_down_counts(curve, P_star):
    assert sample_complexity(frame([curve], [100, 400, 1600])).P_star == pytest.approx(P_star)


def test_non_monotone_curves_take_the_last_of_two_crossings():
    result = sample_complexity(frame([[0.3, 0.05, 0.15, 0.05]], [10, 100, 1000, 100_000]))
    assert result.P_star == pytest.approx(10_000)


@pytest.mark.parametrize(
    ("curve", "reason"),
    [
        ([0.9, 0.5, 0.2], "test_error does not fall to 0.1: it is 0.2 at the largest P=1600"),
        ([0.05, 0.09, 0.2], "does not fall to 0.1: it is 0.2 at the largest"),
        ([0.1, 0.1, 0.2], "does not fall to 0.1: it is 0.2 at the largest"),
        ([0.09, 0.05, 0.01], "below 0.1 from the smallest P=100 on, where it is 0.09"),
        ([0.05, 0.09, 0.01], "below 0.1 from the smallest P=100 on, where it is 0.05"),
    ],
)
def test_a_curve_that_does_not_cross_says_why(curve, reason):
    result = sample_complexity(frame([curve, curve], [100, 400, 1600]))
    assert (result.P_star, result.low, result.high) == (None, None, None)
    assert reason in result.reason
    assert result.num_seeds == 2


def test_a_single_point_and_none():
    result = sample_complexity(frame([[0.5]], [100]))
    assert result.P_star is None
    assert result.reason == "test_error is known at a single size, 0.5 at P=100"
    empty = frame([[0.5]], [100]).iloc[:0]
    assert sample_complexity(empty).reason == "no runs"


def test_diverged_runs_are_left_out_and_counted():
    runs = frame([[0.3, 0.05, 0.01], [0.3, 0.05, 0.01]], [100, 400, 1600])
    clean = sample_complexity(runs)
    runs.loc[1, "status"] = "diverged"  # whatever its number says
    runs.loc[1, "test_error"] = 0.99
    runs.loc[5, "test_error"] = np.nan
    result = sample_complexity(runs)
    assert result.P_star == pytest.approx(clean.P_star)
    assert result.num_diverged == 2
    assert result.num_points == 3
    runs.loc[:, "status"] = "diverged"
    assert sample_complexity(runs).reason == "no runs; 6 diverged runs were left out"


def test_seeds_that_lack_some_sizes():
    """The mean is over those present: at P=400 of one seed, at 100 and 1600 of both."""
    runs = frame([[0.4, 0.2, 0.0], [0.4, 0.9, 0.0]], [100, 400, 1600]).drop(index=4)
    result = sample_complexity(runs)
    assert result.P_star == pytest.approx(800)
    assert result.num_seeds == 2
    assert np.isfinite(result.replicates).all()


def test_the_bootstrap_draws_whole_curves():
    """Two seeds, each its own sharp curve: every draw is one of them or their mean."""
    runs = frame([[0.2, 0.0, 0.0], [0.2, 0.2, 0.0]], [100, 400, 1600])
    result = sample_complexity(runs, num_bootstrap=200)
    assert set(np.round(result.replicates).astype(int)) == {200, 400, 800}
    assert result.P_star == pytest.approx(400)
    assert result.low < 200 < 800 < result.high
    assert result.low * result.high == pytest.approx(400**2)


def test_an_interval_is_open_where_resampled_curves_do_not_cross():
    runs = frame([[0.3, 0.15, 0.12], [0.3, 0.05, 0.02]], [100, 400, 1600])
    result = sample_complexity(runs)
    assert result.P_star is not None
    assert result.high is None
    assert result.low < 400
    assert np.isinf(result.replicates).any()
    result = sample_complexity(frame([[0.3, 0.05, 0.02], [0.0, 0.0, 0.0]], [100, 400, 1600]))
    assert result.low is None
    assert result.high > 100
    assert (result.replicates == 0).any()


def test_the_bootstrap_is_reproducible():
    runs = noisy(np.random.default_rng(0), 4)
    first, again = sample_complexity(runs, seed=5), sample_complexity(runs, seed=5)
    assert first == again
    assert (sample_complexity(runs).replicates == sample_complexity(runs, seed=0).replicates).all()
    assert (first.replicates == again.replicates).all()
    assert len(first.replicates) == 1000
    assert (first.replicates != sample_complexity(runs, seed=6).replicates).any()
    none = sample_complexity(runs, num_bootstrap=0)
    assert (none.P_star, none.low, none.high) == (first.P_star, None, None)


@pytest.mark.parametrize("num_seeds", [2, 3, 5, 10])
def test_the_interval_holds_the_truth_nineteen_times_in_twenty(num_seeds):
    rng = np.random.default_rng(num_seeds)
    num, hits, errors = 300, 0, []
    for _ in range(num):
        result = sample_complexity(noisy(rng, num_seeds), num_bootstrap=200)
        hits += (result.low or 0) <= 1000 <= (result.high or np.inf)
        errors.append(np.log(result.P_star / 1000))
    assert 0.90 <= hits / num <= 0.99
    # The mean of curves is not the curve of the mean, and straight lines cut its corners: 3 %.
    assert abs(np.mean(errors)) < 0.05
    assert np.std(errors) == pytest.approx(0.12 / np.sqrt(num_seeds), rel=0.25)


def test_the_correction_for_few_seeds():
    """Quantiles as tables print them."""
    assert spread_factor(3) == pytest.approx(np.sqrt(3 / 2) * 4.303 / 1.96, rel=2e-4)
    assert spread_factor(10) == pytest.approx(np.sqrt(10 / 9) * 2.262 / 1.96, rel=2e-4)
    assert spread_factor(22) == pytest.approx(np.sqrt(22 / 21) * 2.080 / 1.96, rel=2e-4)
    assert spread_factor(1000) == pytest.approx(1, rel=3e-3)
    assert spread_factor(12, 4) == pytest.approx(np.sqrt(12 / 8) * 2.306 / 1.96, rel=2e-4)
    with pytest.raises(ValueError, match=says("3 draws", "3 fitted")):
        spread_factor(3, 3)
    assert interval(1.0, np.array([np.nan]), 3) == (None, None)


def test_the_learning_curve():
    runs = frame([[0.5, 0.2], [0.3, 0.1], [0.1, 0.3]], [100, 200]).drop(index=5)
    curve = learning_curve(runs)
    assert curve.columns.tolist() == ["P", "mean", "std", "sem", "n"]
    assert curve.P.tolist() == [100, 200]
    assert curve.n.tolist() == [3, 2]
    assert curve["mean"].to_numpy() == pytest.approx([0.3, 0.15])
    assert curve["std"].to_numpy() == pytest.approx([0.2, np.std([0.2, 0.1], ddof=1)])
    assert curve["sem"].to_numpy() == pytest.approx(curve["std"] / np.sqrt(curve.n))
    assert learning_curve(frame([[0.5]], [100]))["sem"].isna().all()


def test_mixed_settings_are_refused_by_name():
    curve = [[0.5, 0.01]]
    both = pd.concat([frame(curve, [100, 200], v=4, width=32), frame(curve, [100, 200], v=6)])
    with pytest.raises(ValueError, match=says("v", "4, 6")):
        sample_complexity(both)
    with pytest.raises(ValueError, match=says("width", "32.0")):
        learning_curve(both.assign(v=4))
    assert sample_complexity(both.assign(v=4, width=32)).P_star is not None


def test_the_batch_may_shrink_with_P_when_the_rate_follows():
    runs = frame([[0.5, 0.3, 0.01]], [32, 64, 512])
    small = runs.assign(batch_size=[8, 16, 128], lr=[0.02, 0.04, 0.32])
    assert sample_complexity(small).P_star is not None
    with pytest.raises(ValueError, match=says("lr / batch_size", "0.0025, 0.005")):
        sample_complexity(small.assign(lr=[0.02, 0.08, 0.32]))
    two = pd.concat([runs.assign(batch_size=4, lr=0.01), runs.assign(batch_size=128, lr=0.32)])
    with pytest.raises(ValueError, match=says("batch_size", "4, 128")):
        sample_complexity(two)


def test_the_columns_of_a_real_configuration_are_understood():
    configs = [
        RunConfig(v=6, s0=1, P=P, seed_rules=r, seed_sample=r, seed_init=r)
        for P in (1000, 2000)
        for r in range(3)
    ]
    runs = pd.DataFrame([{**c.as_dict(), "test_error": 0.2 - c.P / 1e4} for c in configs])
    result = sample_complexity(runs)
    assert result.P_star == pytest.approx(1000)
    assert result.num_seeds == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"quantity": "S_9_9"}, ("column 'S_9_9'",)),
        ({"threshold": "10 %"}, ("threshold", "finite", "'10 %'")),
        ({"threshold": float("nan")}, ("threshold", "finite", "nan")),
        ({"num_bootstrap": -1}, ("num_bootstrap", 0, -1)),
    ],
)
def test_bad_input_is_one_sentence(arguments, words):
    with pytest.raises(ValueError, match=says(*words)):
        sample_complexity(frame([[0.5, 0.01]], [100, 200]), **arguments)
    with pytest.raises(ValueError, match=says("column 'seed_init'")):
        sample_complexity(frame([[0.5, 0.01]], [100, 200]).drop(columns="seed_init"))


def test_many_curves_with_gaps_at_once():
    """Against each by itself, read off point by point; a gap is as if that P had not been trained.

    Rounded means meet the threshold exactly, rise again, and stay equal.
    """
    rng = np.random.default_rng(0)
    P = np.geomspace(10, 1e4, 8)
    means = rng.uniform(0, 0.4, (400, 8)).round(1)
    means[rng.random(means.shape) < 0.3] = np.nan
    means[0] = np.nan
    expected = []
    for mean in means:
        known = [(p, y) for p, y in zip(P, mean, strict=True) if not np.isnan(y)]
        found = np.nan if not known else 0.0 if known[-1][1] < 0.2 else np.inf
        for (p, y), (q, z) in pairwise(known):
            if y >= 0.2 >= z and y > z:
                found = np.exp(np.interp(-0.2, [-y, -z], np.log([p, q])))
        expected.append(found)
    assert last_falls(P, means, 0.2) == pytest.approx(expected, nan_ok=True)
