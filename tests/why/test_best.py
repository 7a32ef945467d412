"""The layer-wise algorithm on sparse data, and how many data show all rules."""

import math

import numpy as np
import pytest

from srhm.data.task import SRHM
from srhm_book.why.best import LayerWise, places_of, rules_seen


def test_places_are_those_that_the_data_were_made_with():
    task = SRHM(3, 2, 3, (1, 2, 0), seed=1)
    positions = task.sample(50, 0).positions
    for level, s0 in enumerate(task.s0_levels, start=1):
        found = places_of(task, positions, level)
        assert found.shape == (50, 2 ** (4 - level))
        assert set(np.unique(found)) == set(range(s0 + 1))
    moved = task.displace(task.sample(50, 0), 2, seed=3).positions
    assert (places_of(task, moved, 1) == places_of(task, positions, 1)).all()
    assert (places_of(task, moved, 2) != places_of(task, positions, 2)).any()


@pytest.mark.parametrize("places", [False, True])
def test_the_rules_are_found_from_plenty_of_data(places):
    task = SRHM(8, 2, 2, 1, m=4, n_c=8, seed=2)
    train, test = task.split(12_000, 1000, seed=0)
    assert LayerWise(task, train, places).error(test) < 0.02
    assert LayerWise(task, train[:40], places).error(test) > 0.3


def test_places_cost_data_only_where_they_are_told_apart():
    """Without places the algorithm sees the same in sparse data as in dense ones."""
    sparse, dense = SRHM(8, 2, 2, 2, m=4, seed=2), SRHM(8, 2, 2, 0, m=4, seed=2)
    train, test = sparse.split(600, 1000, seed=0)
    own = LayerWise(sparse, train, places=False)
    assert (own.classify(test) == LayerWise(dense, train, places=False).classify(test)).all()
    assert own.error(test) < LayerWise(sparse, train, places=True).error(test) - 0.2


def test_what_was_never_met_is_guessed():
    task = SRHM(4, 2, 1, 0, seed=0)
    first = task.sample(16, 0)
    machine = LayerWise(task, first[:1], places=True)
    others = first[1:]
    assert (machine.classify(others) == -1).all()
    assert machine.error(others) == pytest.approx(0.75)


@pytest.mark.parametrize("places", [False, True])
def test_rules_seen_by_brute_force(places):
    task = SRHM(3, 2, 2, 1, n_c=2, m=2, seed=4)
    samples, test = task.sample(400, 1), task.sample(60, 2)

    def kinds(datum):
        """Rules (and places) of one datum, as (level, features, places)."""
        values, found = datum.values[0].tolist(), set()
        for level in (1, 2):
            spots = places_of(task, datum.positions, level)[0].tolist()
            pairs = [tuple(values[i : i + 2]) for i in range(0, len(values), 2)]
            where = [tuple(spots[i : i + 2]) for i in range(0, len(spots), 2)]
            found |= {(level, p, w if places else ()) for p, w in zip(pairs, where, strict=True)}
            values = [int(task.lookups[level - 1](np.array(p))) // task.m for p in pairs]
        return found

    each = [kinds(samples[i : i + 1]) for i in range(400)]
    every = set().union(*each)
    seen, first = set(), {}
    for i, own in enumerate(each, start=1):
        first |= dict.fromkeys(own - seen, i)
        seen |= own
    needed = sorted(max(first[k] for k in kinds(test[i : i + 1])) for i in range(60))
    found = rules_seen(task, samples, test, places)
    assert found[0] == max(first[k] for k in every)
    assert found[1] == needed[math.ceil(0.9 * 59)]
    assert rules_seen(task, samples[:2], test, places) == (math.inf, math.inf)
