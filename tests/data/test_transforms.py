"""Exchanges and displacements: the label stays, what should change does, nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages import says
from srhm.data.samples import Samples
from srhm.data.task import SRHM
from strategies import digit, looks_uniform, places, repeatable, seeds, tasks, tree


@given(tasks(least_m=2), seeds, st.data())
@repeatable
def test_an_exchange_changes_every_tuple_of_its_level_and_nothing_above(task, seed, data):
    level = data.draw(st.integers(1, task.L))
    x = task.sample(min(10, task.num_data), seed)
    y = task.exchange_synonyms(x, level, seed)
    assert (y.positions == x.positions).all()
    assert (y.labels == x.labels).all()
    assert y.values.dtype == x.values.dtype
    (before, numbers), (after, others) = tree(task, x.values), tree(task, y.values)
    for k in range(level, task.L + 1):  # features above the tuples, up to the labels
        assert (after[k] == before[k]).all()
    old, new = (h[level - 1].reshape(len(x), -1, task.s) for h in (before, after))
    assert (old != new).any(axis=2).all()
    for k in range(1, task.L + 1):  # rules elsewhere keep their numbers
        assert k == level or (others[k - 1] == numbers[k - 1]).all()
    assert (task.decode(task.one_hot(y)) == x.labels).all()


def test_the_other_synonym_is_uniform():
    task = SRHM(5, 2, 2, 0, m=5)
    x = task.sample(task.num_data, 0)
    for level in (1, 2):
        y = task.exchange_synonyms(x, level, 1)
        old, new = (tree(task, z.values)[1][level - 1].ravel() for z in (x, y))
        counts = np.zeros((5, 5))
        np.add.at(counts, (old, new), 1)
        assert (np.diag(counts) == 0).all()
        for number in range(5):
            assert looks_uniform(np.delete(counts[number], number))


@given(tasks(least_s0=1), seeds, st.data())
@repeatable
def test_a_displacement_moves_its_level_and_nothing_else(task, seed, data):
    level = data.draw(st.integers(1, task.L))
    x = task.sample(min(10, task.num_data), seed)
    y = task.displace(x, level, seed)
    assert (y.values == x.values).all()
    assert (y.labels == x.labels).all()
    assert y.positions.dtype == x.positions.dtype
    for k in range(1, task.L + 1):
        assert k == level or (digit(task, y, k) == digit(task, x, k)).all()
    subtrees = digit(task, y, level).reshape(len(x), -1, task.s ** (level - 1))
    assert (subtrees == subtrees[..., :1]).all()  # they move as a whole
    where = subtrees[..., 0].reshape(-1, task.s)
    assert {tuple(row) for row in where.tolist()} <= set(places(task, level))
    assert (task.decode(task.one_hot(y)) == x.labels).all()


@pytest.mark.parametrize("sparsity", "AB")
@pytest.mark.parametrize("level", [1, 2])
def test_new_places_are_uniform_and_independent_of_the_old(sparsity, level):
    task = SRHM(6, 2, 2, 1, sparsity=sparsity)
    x = task.sample(20_000, 0)
    y = task.displace(x, level, 0)
    pairs = places(task)
    counts = np.zeros((len(pairs), len(pairs)))
    old, new = (digit(task, z, level)[:, :: 2 ** (level - 1)].reshape(-1, 2) for z in (x, y))
    for i, a in enumerate(pairs):
        for j, b in enumerate(pairs):
            counts[i, j] = ((old == a).all(axis=1) & (new == b).all(axis=1)).sum()
    assert counts.sum() == len(old)
    assert looks_uniform(counts)


@pytest.mark.parametrize(("s0", "level"), [((2, 1), 1), ((1, 2), 2)])
def test_unequal_odds_hold_for_what_is_drawn_anew(s0, level):
    task = SRHM(6, 2, 2, s0, m=3, zipf=1.0, displacement_ratio=0.5)
    x = task.sample(20_000, 0)
    places = digit(task, task.displace(x, level, 0), level) % 3
    wanted = len(x) * np.array([4, 2, 1]) / 7
    assert ((np.bincount(places[:, 0]) - wanted) ** 2 / wanted).sum() < 2 + 4 * 2
    y = task.exchange_synonyms(x, level, 1)
    old, new = (tree(task, z.values)[1][level - 1].ravel() for z in (x, y))
    counts = np.zeros((3, 3))
    np.add.at(counts, (old, new), 1)
    assert (np.diag(counts) == 0).all()
    odds = np.array([1, 1 / 2, 1 / 3])
    for number in range(3):
        others = np.delete(odds, number) / np.delete(odds, number).sum()
        wanted = counts[number].sum() * others
        chi2 = ((np.delete(counts[number], number) - wanted) ** 2 / wanted).sum()
        assert chi2 < 16  # one degree of freedom, four standard deviations


def test_seeds_and_levels_give_independent_transformations():
    task = SRHM(6, 2, 2, 2)
    x = task.sample(200, 0)
    for transform, name in ((task.exchange_synonyms, "values"), (task.displace, "positions")):
        first, again, other = (getattr(transform(x, 1, seed), name) for seed in (0, 0, 1))
        assert (first == again).all()
        assert (first != other).any()


@pytest.mark.parametrize("sparsity", "AB")
def test_the_blocks_of_the_work_do_not_matter(monkeypatch, sparsity):
    task = SRHM(4, 2, 3, 1, sparsity=sparsity)

    def work():
        x = task.sample(1000, 0)
        y = task.displace(task.exchange_synonyms(x, 2, 0), 1, 0)
        return x.values, x.positions, x.labels, y.values, y.positions

    whole = work()
    for module in ("task", "transforms"):
        monkeypatch.setattr(
            f"srhm.data.{module}.blocks", lambda n, size: (slice(i, i + 7) for i in range(0, n, 7))
        )
    assert all((a == b).all() for a, b in zip(work(), whole, strict=True))


def test_more_choices_than_a_byte_has():
    """Synonyms and places that just need a second one."""
    task = SRHM(257, 2, 1, 256, n_c=2, m=257)
    x = task.sample(2000, 0)
    before, after = (tree(task, y.values)[1][0] for y in (x, task.exchange_synonyms(x, 1, 0)))
    assert (before != after).all()
    places = task.displace(x, 1, 0).positions % 257
    assert {before.max(), after.max(), places.max()} == {256}
    assert looks_uniform(np.bincount(places.ravel() // 16)[:16])


def test_empty_samples_stay_empty():
    task = SRHM(4, 2, 2, 1)
    x = task.sample(0, 0)
    assert len(task.exchange_synonyms(x, 1, 0)) == len(task.displace(x, 2, 0)) == 0


@pytest.mark.parametrize("name", ["exchange_synonyms", "displace"])
@pytest.mark.parametrize(
    ("level", "seed", "words"),
    [
        (0, 0, ("level", "integer", "1 to 2", 0)),
        (3, 0, ("level", "integer", "1 to 2", 3)),
        (1.0, 0, ("level", "integer", "1 to 2", 1.0)),
        (1, -1, ("seed", "integer", 0, -1)),
    ],
)
def test_impossible_levels_and_seeds_are_refused(name, level, seed, words):
    task = SRHM(4, 2, 2, 1)
    with pytest.raises(ValueError, match=says(*words)):
        getattr(task, name)(task.sample(3, 0), level, seed)


def test_tasks_without_synonyms_or_empty_places_are_refused():
    task = SRHM(4, 2, 2, 0, m=1)
    x = task.sample(2, 0)
    with pytest.raises(ValueError, match=says("m", 2, "m=1")):
        task.exchange_synonyms(x, 1, 0)
    with pytest.raises(ValueError, match=says("s0", 1, "s0=0")):
        task.displace(x, 1, 0)
    task = SRHM(4, 2, 2, (0, 1))
    with pytest.raises(ValueError, match=says("s0", 1, "at level 1", "s0=(0, 1)")):
        task.displace(task.sample(2, 0), 1, 0)


def test_samples_of_another_task_are_refused():
    task = SRHM(4, 2, 2, 1, m=2)
    x = task.sample(100, 0)
    for other in (SRHM(4, 2, 1, 1), SRHM(6, 2, 2, 1), SRHM(4, 2, 2, 2)):
        y = other.sample(min(300, other.num_data), 0)
        for transform in (task.exchange_synonyms, task.displace):
            with pytest.raises(ValueError, match=says("samples", "must")):
                transform(y, 1, 0)
    unknown = next(
        pair for pair in np.ndindex(4, 4) if not (task.rules[0].reshape(-1, 2) == pair).all(1).any()
    )
    values = x.values.copy()
    values[[43, 70], 2:] = unknown  # the first is named
    with pytest.raises(ValueError, match=says("sample 43", "level 1", "tuple 1")):
        task.exchange_synonyms(Samples(values, x.positions, x.labels), 1, 0)
