"""Signal and noise from the rules, against counting all data and against repeated samples."""

import numpy as np
import pytest

from messages import says
from srhm.data.task import SRHM
from srhm_book.parent import noise
from srhm_book.parent.correlations import (
    KINDS,
    counted,
    crossing_P,
    feature_given_class,
    mean_crossing_P,
    relative_variance,
    signal,
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "task", [(4, 2, 3, 0, 4, 3), (3, 3, 2, 0, 2, 2), (5, 2, 1, 0, 3, 4)], ids=str
)
def test_the_signal_is_what_all_data_show(task, kind):
    task = SRHM(*task, seed=1)
    every = task.sample(min(task.num_data, 10**5), 0)
    assert np.allclose(counted(task, every, kind), signal(task, kind), atol=1e-12)


def test_features_given_the_class_of_every_level():
    """The values of level 2 are read off by parsing all data."""
    task = SRHM(4, 2, 2, 0, 3, 3, seed=5)
    every = task.sample(task.num_data, 0)
    pairs = every.values.reshape(len(every), 2, 2)
    parents = np.empty(pairs.shape[:2], int)
    for parent, tuples in enumerate(task.rules[0]):
        for pair in tuples:
            parents[(pairs == pair).all(-1)] = parent
    for level, values in ((1, every.values), (2, parents)):
        given = feature_given_class(task, level)
        for label in range(task.n_c):
            seen = values[every.labels == label]
            shares = (seen[..., None] == np.arange(task.v)).mean(0)
            assert np.allclose(given[label], shares)


def test_empty_elements_do_not_enter():
    dense, sparse = (SRHM(4, 2, 2, s0, 4, 3, seed=1) for s0 in (0, 2))
    assert np.array_equal(signal(dense), signal(sparse))


@pytest.mark.parametrize("kind", KINDS)
def test_the_noise_of_samples(kind):
    """|T - G|^2 over 200 samples; distinct data have a little less, as `distinct` says."""
    task, P = SRHM(4, 2, 2, 0, 4, 4, seed=0), 64
    found = [noise.measured_levels(task, kind, [P], seed).noise[0] for seed in range(200)]
    expected = noise.levels_of(task, kind)[1] / P
    assert np.mean(found) == pytest.approx(noise.distinct(expected, P, task), rel=0.05)
    assert np.mean(found) < 0.9 * expected


@pytest.mark.parametrize("kind", KINDS)
def test_at_the_crossing_noise_and_signal_are_equal(kind):
    task = SRHM(6, 2, 2, 0, seed=3)
    squared, times_P = noise.levels_of(task, kind)
    assert times_P / mean_crossing_P(task, kind) == pytest.approx(squared)
    places = crossing_P(task, kind)
    assert places.min() <= mean_crossing_P(task, kind) <= places.max()


def test_many_features_come_near_the_formulas():
    """P_c = n_c m^L, relative variance v / m^L and v / m^(L-1): within 15 % at v = 32."""
    table = noise.crossing_table([(32, 32, 8, 2)], draws=10)
    assert table.crossing.between(0.95, 1.15).all()
    assert table.variance.between(0.85, 1.15).all()
    ratio = [relative_variance(SRHM(32, 2, 2, 0, 32, 8), kind) for kind in KINDS]
    assert ratio[1] / ratio[0] == pytest.approx(8, rel=0.2)  # m


def test_rules_that_say_nothing_never_cross():
    """Every tuple below the top is equally likely in every class."""
    task = SRHM(4, 2, 2, 0, rule_kind="uniform")
    assert np.isinf(mean_crossing_P(task)) or mean_crossing_P(task) > 1e20


def test_bad_input():
    task = SRHM(3, 2, 2, 0)
    with pytest.raises(ValueError, match=says("kind must be one of feature, tuple, not 'pair'.")):
        signal(task, "pair")
    with pytest.raises(ValueError, match=says("level must be from 1 to L=2, not 3.")):
        feature_given_class(task, 3)
