"""Random small tasks, and the plain loops that tests of the data compare with."""

import itertools

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from srhm.data.task import SRHM

repeatable = settings(deadline=None, derandomize=True, max_examples=60)
seeds = st.integers(0, 2**40)


@st.composite
def tasks(draw, least_m=1, least_s0=0):
    """Any (v, s, L, s0, n_c, m, sparsity) of at most 27 informative elements."""
    s, L = draw(st.sampled_from([(2, 1), (2, 2), (2, 3), (2, 4), (3, 1), (3, 2), (3, 3), (4, 2)]))
    v = draw(st.integers(2, 6))
    m = draw(st.integers(least_m, v ** (s - 1)))
    n_c = draw(st.integers(2, min(300, v**s // m)))
    s0 = draw(st.integers(least_s0, 3))
    if draw(st.booleans()):
        s0 = (s0, *draw(st.lists(st.integers(least_s0, 3), min_size=L - 1, max_size=L - 1)))
    return SRHM(v, s, L, s0, n_c, m, draw(st.sampled_from("AB")), draw(seeds))


def size_of(task, levels):
    """Positions below an element of level ``levels``, by multiplication level by level."""
    size = 1
    for s0 in task.s0_levels[:levels]:
        size *= task.s * (s0 + 1)
    return size


def places(task, level=1):
    """All ways to place s children in a patch of a level."""
    width = task.s0_levels[level - 1] + 1
    if task.sparsity == "B":
        return list(itertools.combinations(range(task.s * width), task.s))
    return list(itertools.product(*[range(j * width, (j + 1) * width) for j in range(task.s)]))


def all_data(task):
    """Every (input, label) by recursion over the rules; inputs are tuples of d, -1 where empty."""

    def grow(level, feature):
        if level == 0:
            return [(feature,)]
        empty = (-1,) * size_of(task, level - 1)
        patch = task.s * (task.s0_levels[level - 1] + 1)
        grown = []
        for children in task.rules[level - 1][feature].tolist():
            below = list(itertools.product(*[grow(level - 1, child) for child in children]))
            for where in places(task, level):
                for parts in below:
                    row = [empty] * patch
                    for place, part in zip(where, parts, strict=True):
                        row[place] = part
                    grown.append(sum(row, ()))
        return grown

    return [(x, label) for label in range(task.n_c) for x in grow(task.L, label)]


def inputs(task, samples):
    """The data as `all_data` writes them."""
    x = np.full((len(samples), task.d), -1)
    np.put_along_axis(x, samples.positions.astype(int), samples.values.astype(int), axis=1)
    return [(tuple(row), int(y)) for row, y in zip(x.tolist(), samples.labels, strict=True)]


def tree(task, values):
    """Features of every level, input first, labels last, and the rule number of every tuple, level
    by level: by looking each tuple up in a dictionary of the rules."""
    features, numbers = [values.astype(int)], []
    for rules in task.rules:
        known = {
            tuple(t): (parent, c)
            for parent, synonyms in enumerate(rules.tolist())
            for c, t in enumerate(synonyms)
        }
        tuples = features[-1].reshape(len(values), -1, task.s).tolist()
        found = np.array([[known[tuple(t)] for t in row] for row in tuples])
        features.append(found[..., 0])
        numbers.append(found[..., 1])
    return features, numbers


def digit(task, samples, level):
    """Place inside the level-``level`` patch of every element, (n, s^L)."""
    patch = task.s * (task.s0_levels[level - 1] + 1)
    return samples.positions.astype(int) // size_of(task, level - 1) % patch


def looks_uniform(counts, variance=None):
    """Chi-square of counts with equal expectations, within 4 standard deviations."""
    counts = np.asarray(counts, float).ravel()
    mean = counts.mean()
    chi2 = ((counts - mean) ** 2).sum() / (mean if variance is None else variance)
    freedom = len(counts) - 1
    return abs(chi2 - freedom) < 4 * np.sqrt(2 * freedom)
