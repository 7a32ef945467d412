"""Words of digits: packed and unpacked, and drawn by their probabilities without repeats."""

import itertools

import numpy as np
import pytest

from messages import says
from srhm.data import words as module
from srhm.data.randomness import generator
from srhm.data.task import SRHM
from srhm.data.words import Words
from strategies import inputs

ODDS = (np.array([0.7, 0.2, 0.1]), None, np.array([0.9, 0.1]))


def probabilities():
    """Of every word of `ODDS`, by multiplication."""
    digits = itertools.product(range(2), range(2), range(3))  # the first digit runs fastest
    return np.array([ODDS[0][a] / 2 * ODDS[2][c] for c, b, a in digits])


@pytest.mark.parametrize("listed", [0, 2**20])
def test_words_come_by_their_probabilities_and_never_twice(monkeypatch, listed):
    monkeypatch.setattr(module, "MAX_LISTED", listed)
    words, p, repeats = Words([3, 2, 2], ODDS), probabilities(), 20_000
    assert p.sum() == pytest.approx(1)
    pairs = np.zeros((12, 12))
    for seed in range(repeats):
        first, second = words.distinct(generator(seed, "sample"), 2)[0]
        pairs[first, second] += 1
    wanted = repeats * p[:, None] * p / (1 - p[:, None])
    np.fill_diagonal(wanted, 0)
    assert (pairs[wanted == 0] == 0).all()
    often = wanted > 20
    deviation = (pairs[often] - wanted[often]) / np.sqrt(wanted[often])
    assert abs(deviation).max() < 4.5
    assert abs((deviation**2).sum() - often.sum()) < 4 * np.sqrt(2 * often.sum())


def test_digits_that_need_several_integers():
    words = Words([5] * 40, [None] * 40)
    assert len(words.packed) == 2
    assert words.number == 5**40
    rest = words.without_first()
    assert (len(rest.packed), rest.number) == (2, 5**39)
    odds = np.array([0.6, 0.1, 0.1, 0.1, 0.1])
    drawn = Words([5] * 40, [odds] * 40).distinct(generator(0, "sample"), 500)
    digits = np.array(list(words.digits(drawn)))
    assert digits.shape == (40, 500)
    assert abs((digits == 0).mean(axis=1) - 0.6).max() < 5 * np.sqrt(0.24 / 500)


def test_too_many_for_the_likely_words(monkeypatch):
    monkeypatch.setattr(module, "MAX_LISTED", 0)
    odds = np.array([1 - 1e-9, 1e-9])
    with pytest.raises(ValueError, match=says("n", "fewer than 4", "draws gave 1")):
        Words([2, 2], [odds, odds]).distinct(generator(0, "sample"), 4)


def test_data_use_synonyms_and_places_by_their_probabilities():
    task = SRHM(4, 2, 2, (2, 1), m=3, zipf=1.0, displacement_ratio=0.5, seed=3)
    x = task.sample(20_000, 1)
    assert len(set(inputs(task, x[:2000]))) == 2000
    assert (task.decode(task.one_hot(x[:500])) == x.labels[:500]).all()
    # Distinct data leave out some of the likely ones; they are few among 4·(3·4)·(3·9)^2 = 35k.
    free = SRHM(4, 2, 3, (2, 0, 1), m=3, zipf=1.0, displacement_ratio=0.5, seed=3)
    x = free.sample(20_000, 1)
    for width, wanted in ((3, np.array([4, 2, 1]) / 7),):
        counts = np.bincount(x.positions[:, 0] % 6 % width, minlength=width) / len(x)
        assert abs(counts - wanted).max() < 0.02
    number = free.lookups[0](x.values.reshape(-1, 4, 2)) % 3
    counts = np.bincount(number[:, 0]) / len(x)
    assert abs(counts - np.array([6, 3, 2]) / 11).max() < 0.02


def test_balanced_samples_with_unequal_probabilities():
    task = SRHM(4, 2, 2, 1, m=3, zipf=1.0)
    train, test = task.split(400, 100, seed=0, balanced=True)
    assert (train.labels == np.arange(400) % 4).all()
    both = inputs(task, train) + inputs(task, test)
    assert len(set(both)) == 500
