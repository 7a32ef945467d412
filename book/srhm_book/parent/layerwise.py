"""Learning a level at a time: one gradient step, then clustering (the parent's Figures 8 and 10).

A two-layer network reads the first patch, one-hot over its v^s tuples; all hidden weights start at
1 and the read-out a is drawn once. One step on all data moves the weight of hidden unit h from
tuple x by a multiple of sum_c a_hc T(x, c), with T of `srhm_book.parent.correlations`: synonyms
move alike, up to noise. k-means finds them; every tuple is replaced by its group, and the next
level is learned from the groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from srhm.data.samples import Samples
from srhm.data.task import SRHM
from srhm_book.parent.correlations import counted

STARTS = 30  # of k-means, of which the best is kept; with 10 it often fails at v = 32


def one_step_sensitivity(task: SRHM, samples: Samples) -> float:
    """S_{1,1} of the first patch after one step, averaged over read-outs.

    Mean squared distance of T between two synonyms, over that between any two tuples (each counted
    once; never one with itself). Expected: noise / (noise + signal) = 1 / (1 + P / P_c).
    """
    T = counted(task, samples)[0].reshape(-1, task.m, task.n_c)  # (parents, synonyms, classes)
    synonyms = T.var(axis=1, ddof=1).sum(-1).mean()
    return float(synonyms / T.reshape(-1, task.n_c).var(axis=0, ddof=1).sum())


@dataclass(frozen=True)
class LayerWise:
    """What the algorithm has learned: the group of each tuple, level by level, and the last step.

    groups: arrays (v^s,), one for each level below the top; outputs: (v^s, n_c), T of the top
    level's tuples, the largest of which names the class.
    """

    v: int
    s: int
    groups: tuple[np.ndarray, ...]
    outputs: np.ndarray

    def classify(self, samples: Samples) -> np.ndarray:
        """Labels (n,)."""
        values = samples.values
        for groups in self.groups:
            values = groups[tuples_of(values, self.v, self.s)]
        return self.outputs[tuples_of(values, self.v, self.s)[:, 0]].argmax(1)

    def error(self, samples: Samples) -> float:
        """The fraction misclassified."""
        return float((self.classify(samples) != samples.labels).mean())


def learn(task: SRHM, samples: Samples, seed: int = 0) -> LayerWise:
    """The algorithm on training data without empty elements, at infinite width of the one-step net.

    seed: of k-means' starts.
    """
    values, groups = samples.values, []
    for _ in range(task.L - 1):
        tuples = tuples_of(values, task.v, task.s)
        T = one_step(tuples[:, 0], samples.labels, task.v**task.s, task.n_c)
        groups.append(cluster(T, task.v, seed))
        values = groups[-1][tuples]
    tuples = tuples_of(values, task.v, task.s)[:, 0]
    outputs = one_step(tuples, samples.labels, task.v**task.s, task.n_c)
    return LayerWise(task.v, task.s, tuple(groups), outputs)


def one_step(tuples: np.ndarray, labels: np.ndarray, number: int, n_c: int) -> np.ndarray:
    """T(x, c) = N(x, c) / P - N(x) / (n_c P), (number, n_c), of the tuples (P,) at one place."""
    codes = tuples.astype(np.int64) * n_c + labels
    T = np.bincount(codes, minlength=number * n_c).reshape(number, n_c) / len(labels)
    return T - T.mean(1, keepdims=True)


def cluster(T: np.ndarray, v: int, seed: int) -> np.ndarray:
    """The group, 0 to v-1, of each row of T by k-means over the rows that are not all 0.

    The others, tuples that never occurred, get the group whose centre is nearest.
    """
    from sklearn.cluster import KMeans  # here: a second to import

    # Squared distances of 1e-10 are below what its checks for equal points allow.
    rows, seen = T / T.std(), T.any(axis=1)
    means = KMeans(min(v, int(seen.sum())), n_init=STARTS, random_state=seed).fit(rows[seen])
    return means.predict(rows)


def tuples_of(values: np.ndarray, v: int, s: int) -> np.ndarray:
    """The number, from 0 to v^s - 1, of each patch of features (n, leaves): (n, leaves / s)."""
    powers = v ** np.arange(s - 1, -1, -1)
    return values.reshape(len(values), -1, s).astype(np.int64) @ powers
