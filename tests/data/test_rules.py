"""Rules without correlations: by enumeration, and by the papers' parity."""

import itertools

import numpy as np
import pytest

from messages import says
from srhm.data.task import SRHM
from strategies import all_data, looks_uniform, tree

SIZES = [(2, 2, 3), (3, 2, 2), (4, 2, 2), (2, 3, 2), (3, 3, 1)]  # v, s, L


@pytest.mark.parametrize(("v", "s", "L"), SIZES)
def test_any_other_children_say_nothing_about_the_parent(v, s, L):
    for rules in SRHM(v, s, L, 0, seed=3, rule_kind="uniform").rules:
        assert len(np.unique(rules.reshape(-1, s), axis=0)) == v**s
        for kept in itertools.combinations(range(s), s - 1):
            counts = np.zeros((v,) * s, int)
            for parent, tuples in enumerate(rules[..., kept].tolist()):
                for seen in tuples:
                    counts[(parent, *seen)] += 1
            assert (counts == 1).all()


@pytest.mark.parametrize(("v", "s", "L"), [(2, 2, 3), (3, 2, 2), (2, 3, 2)])
def test_every_tuple_below_the_top_is_equally_likely_in_every_class(v, s, L):
    def counts(kind, seed):
        task = SRHM(v, s, L, 0, seed=seed, rule_kind=kind)
        data = all_data(task)
        features, _ = tree(task, np.array([x for x, _ in data]))
        labels, found = np.array([y for _, y in data]), []
        for level in range(1, L):
            tuples = features[level - 1].reshape(len(data), -1, s) @ v ** np.arange(s)
            for place in range(tuples.shape[1]):
                table = np.zeros((v, v**s), int)
                np.add.at(table, (labels, tuples[:, place]), 1)
                found.append(table)
        return np.concatenate(found)

    seeds = range(5)
    assert {len(np.unique(counts("uniform", seed))) for seed in seeds} == {1}
    assert max(len(np.unique(counts("random", seed))) for seed in seeds) > 1  # it can tell


def test_two_features_make_the_parity():
    task = SRHM(2, 2, 3, 0, seed=5, rule_kind="uniform")
    x = task.sample(task.num_data, 0)
    odd = x.values.sum(axis=1) % 2
    assert len({*zip(odd.tolist(), x.labels.tolist(), strict=True)}) == 2


@pytest.mark.parametrize("sparsity", "AB")
def test_the_label_is_in_the_data(sparsity):
    task = SRHM(4, 2, 3, 1, sparsity=sparsity, seed=2, rule_kind="uniform")
    x = task.sample(200, 0)
    assert (task.decode(task.one_hot(x)) == x.labels).all()
    other = task.exchange_synonyms(task.displace(x, 2, 1), 1, 2)
    assert (task.decode(task.one_hot(other)) == x.labels).all()


def test_they_are_drawn_at_random_and_differ_between_levels():
    count = np.zeros(4)
    first = []
    for seed in range(2000):
        rules = SRHM(2, 2, 2, 0, seed=seed, rule_kind="uniform").rules
        count[rules[0][0, 0] @ [2, 1]] += 1
        first.append([int(level[0, 0] @ [2, 1]) for level in rules])
    assert looks_uniform(count)  # the first rule of the first parent is any tuple
    pairs = np.zeros((4, 4))
    np.add.at(pairs, tuple(np.array(first).T), 1)
    assert looks_uniform(pairs)


def test_fewer_classes_take_the_first_parents():
    task = SRHM(5, 2, 2, 0, n_c=3, rule_kind="uniform", seed=1)
    assert task.rules[1].shape == (3, 5, 2)
    assert (task.rules[1] == SRHM(5, 2, 2, 0, rule_kind="uniform", seed=1).rules[1][:3]).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rule_kind": "latin"}, ("rule_kind", "random, uniform", "'latin'")),
        ({"rule_kind": "uniform", "m": 3}, ("m", "v^(s-1) = 4", "uniform", 3)),
    ],
)
def test_impossible_kinds(change, words):
    with pytest.raises(ValueError, match=says(*words)):
        SRHM(**{"v": 4, "s": 2, "L": 2, "s0": 0} | change)
