"""How few data could be enough: an algorithm level by level, and counting, on sparse tasks.

The algorithm is the parent's (`srhm_book.parent.layerwise`): tuples that go with the same classes
become one group, and groups are the next level's features. It is told the tree, so that it knows
which informative elements make a tuple, wherever they are. Its tuples are either of features alone,
so that displacements mean nothing to it, or of features with their places, where each of the
(s0+1)^s ways to place a tuple has to be learned. Unlike the parent's it counts at all patches.
"""

from __future__ import annotations

import numpy as np

from srhm.data.samples import Samples
from srhm.data.task import SRHM
from srhm_book.parent.layerwise import cluster, one_step, tuples_of


class LayerWise:
    """The algorithm after training: the group of each tuple, level by level, and the top's T.

    task: gives v, s, L, s0 (sparsity A) and n_c; its rules are not used. samples: training data.
    places: whether tuples are told apart by their places. seed: of k-means' starts.
    """

    def __init__(self, task: SRHM, samples: Samples, places: bool, seed: int = 0):
        self.task, self.places, self.groups = task, places, []
        values = samples.values
        for level in range(1, task.L + 1):
            tuples = self._tuples(values, samples.positions, level)
            T = self._counts(tuples, samples.labels, level)
            if level == task.L:
                self.outputs = T
            else:
                self.groups.append(cluster(T, task.v, seed))
                values = self.groups[-1][tuples]

    def classify(self, samples: Samples) -> np.ndarray:
        """Labels (n,): the class that goes most with the top tuple; -1 for one never met."""
        values = samples.values
        for level, groups in enumerate(self.groups, start=1):
            values = groups[self._tuples(values, samples.positions, level)]
        top = self.outputs[self._tuples(values, samples.positions, self.task.L)[:, 0]]
        return np.where(top.any(1), top.argmax(1), -1)

    def error(self, samples: Samples) -> float:
        """The fraction misclassified; a guess counts as right in one of n_c cases."""
        labels = self.classify(samples)
        guessed = (labels < 0).mean() / self.task.n_c
        return float((labels != samples.labels).mean() - guessed)

    def _symbols(self, level: int) -> int:
        return self.task.v * (self.task.s0_levels[level - 1] + 1 if self.places else 1)

    def _tuples(self, values: np.ndarray, positions: np.ndarray, level: int) -> np.ndarray:
        """Numbers of the level's tuples, (n, patches), of features (n, nodes)."""
        symbols = values.astype(np.int64)
        if self.places:
            free = self.task.s0_levels[level - 1] + 1
            symbols = symbols * free + places_of(self.task, positions, level)
        return tuples_of(symbols, self._symbols(level), self.task.s)

    def _counts(self, tuples: np.ndarray, labels: np.ndarray, level: int) -> np.ndarray:
        """T of each tuple, all patches side by side, (number of tuples, patches n_c)."""
        number = self._symbols(level) ** self.task.s
        return np.hstack([one_step(own, labels, number, self.task.n_c) for own in tuples.T])


def places_of(task: SRHM, positions: np.ndarray, level: int) -> np.ndarray:
    """The place of each level's element in its own sub-patch, 0 to s0, (n, nodes); sparsity A."""
    first = positions[:, :: task.s ** (level - 1)].astype(np.int64)  # one leaf below each
    inside = first // task.spans[level - 1] % task.patches[level - 1]
    return inside % (task.s0_levels[level - 1] + 1)


def rules_seen(
    task: SRHM, samples: Samples, test: Samples, places: bool, share: float = 0.9
) -> tuple[float, float]:
    """How many data show every rule, and how many all rules of a ``share`` of the test data.

    samples: in random order, as many as needed: inf where they do not suffice. places: a rule
    counts anew in each of the (s0+1)^s ways to place its tuple (of those met in the samples).
    """
    firsts, needed = [], []
    seen, wanted = rule_codes(task, samples, places), rule_codes(task, test, places)
    for level, (codes, others) in enumerate(zip(seen, wanted, strict=True), start=1):
        kinds = len(task.rules[level - 1]) * task.m
        kinds *= (task.s0_levels[level - 1] + 1) ** task.s if places else 1
        met, index = np.unique(codes, return_index=True)
        first = np.full(kinds, np.inf)
        first[met] = index // codes.shape[1] + 1  # the number of the datum that shows it first
        possible = _reachable(task, level)
        firsts.append(first.reshape(len(possible), -1)[possible].max())
        needed.append(first[others].max(1))
    most = np.quantile(np.max(needed, axis=0), share, method="higher")
    return float(max(firsts)), float(most)


def rule_codes(task: SRHM, samples: Samples, places: bool) -> list[np.ndarray]:
    """For each level the rules of its tuples, (n, patches), each with its places."""
    found, values = [], samples.values
    for level, lookup in enumerate(task.lookups, start=1):
        rules = lookup(values.reshape(len(values), -1, task.s))
        values = rules // task.m
        if places:
            free = task.s0_levels[level - 1] + 1
            where = tuples_of(places_of(task, samples.positions, level), free, task.s)
            rules = rules * free**task.s + where
        found.append(rules)
    return found


def _reachable(task: SRHM, level: int) -> np.ndarray:
    """Whether each rule of a level is ever used, (parents m,): not below features never made."""
    used = np.ones(task.n_c, bool)
    for rules in task.rules[level:][::-1]:
        made = np.zeros(task.v, bool)
        made[np.unique(rules[used])] = True
        used = made
    return np.repeat(used, task.m)
