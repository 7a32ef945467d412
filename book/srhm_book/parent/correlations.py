"""What the class says of the input: exactly, from the rules, and against the noise of sampling.

The class correlates with a single input feature, and with a whole s-tuple of a patch, only because
rules are few. With N(x, a) the number of P data that show x (a feature or tuple at one place) and
have class a, a learner sees

    T(x, a) = N(x, a) / P - N(x) / (n_c P).

Its mean is G(x, a) = P(x, a) - P(x) / n_c, the *signal*; its fluctuations, summed over x and a, are
(1 - 1/n_c - sum G^2) / P, the *noise* (data drawn with replacement). The two are equal at P_c.

With rules drawn at random, sum G^2 is (1 - 1/n_c) / (n_c m^L) on average over large v, so that
P_c = n_c m^L (Cagnetta et al. 2024, Eq. 10 and Appendix C).
"""

from __future__ import annotations

import numpy as np

from srhm.data.randomness import check_type
from srhm.data.samples import Samples
from srhm.data.task import SRHM

KINDS = ("feature", "tuple")


def feature_given_class(task: SRHM, level: int = 1) -> np.ndarray:
    """P(feature at a place | class) of one level, (n_c, places, v); level 1 is the input.

    There are s^(L - level + 1) informative places; where empty elements put them does not enter.
    Chains P(child | parent) = (number of the parent's m tuples with it) / m down the tree.

    Raises
    ------
    ValueError
        For a level that does not exist.
    """
    check_type("task", task, SRHM)
    if level not in range(1, task.L + 1):
        raise ValueError(f"level must be from 1 to L={task.L}, not {level!r}.")
    given = np.eye(task.n_c)[:, None, :]  # (n_c, 1 place, n_c): the class itself
    for rules in task.rules[level - 1 :][::-1]:
        child = (rules[..., None] == np.arange(task.v)).mean(1)  # (parents, s, v)
        given = np.einsum("kpa,acb->kpcb", given, child).reshape(task.n_c, -1, task.v)
    return given


def signal(task: SRHM, kind: str = "tuple") -> np.ndarray:
    """G(x, a) = P(x, a) - P(x) / n_c of every place, (places, x, n_c).

    kind: "feature", x = one of v features at one of s^L places; "tuple", x = one of the v m tuples
    (parent by parent) that the rules allow in one of s^(L-1) patches. P(tuple | class) is that of
    its parent over m. With L = 1 the parents are the classes.

    Raises
    ------
    ValueError
        For another kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}.")
    if kind == "feature":
        given = feature_given_class(task)
    else:
        parents = feature_given_class(task, 2) if task.L > 1 else np.eye(task.n_c)[:, None, :]
        given = np.repeat(parents, task.m, axis=2) / task.m
    centred = given - given.mean(0)
    return centred.transpose(1, 2, 0) / task.n_c


def crossing_P(task: SRHM, kind: str = "tuple") -> np.ndarray:
    """P_c of each place (features) or patch (tuples): noise and signal are equal there; inf: none.

    A mean over places of the *signal*, as in `mean_crossing_P`, is a harmonic mean of these.
    """
    squared = np.square(signal(task, kind)).sum((1, 2))
    with np.errstate(divide="ignore"):
        return (1 - 1 / task.n_c - squared) / squared


def mean_crossing_P(task: SRHM, kind: str = "tuple") -> float:
    """P_c with signal and noise averaged over the places; near n_c m^L."""
    squared = np.square(signal(task, kind)).sum((1, 2)).mean()
    return float((1 - 1 / task.n_c - squared) / squared) if squared > 0 else float("inf")


def relative_variance(task: SRHM, kind: str = "tuple") -> float:
    """Mean square of n_c P(a | x) - 1 over classes, x that occur, and places.

    About v / m^L for features and v / m^(L-1) for tuples.
    """
    joint = signal(task, kind)  # (places, x, n_c)
    given = feature_given_class(task)
    if kind == "tuple":
        parents = feature_given_class(task, 2) if task.L > 1 else np.eye(task.n_c)[:, None, :]
        given = np.repeat(parents, task.m, axis=2) / task.m
    probability = given.mean(0)  # (places, x)
    occurs = probability > 0
    ratio = task.n_c * joint[occurs] / probability[occurs][:, None]
    return float(np.square(ratio).mean())


def counted(task: SRHM, samples: Samples, kind: str = "tuple") -> np.ndarray:
    """T(x, a) of a data set, counted; (places, x, n_c) as `signal`."""
    values = samples.values.astype(np.int64)  # (n, s^L)
    if kind == "tuple":
        values = _tuple_numbers(task, values)
    number = task.v if kind == "feature" else task.m * len(task.rules[0])
    labels, n = samples.labels.astype(np.int64), len(samples)
    codes = values * task.n_c + labels[:, None]
    counts = np.stack(
        [np.bincount(column, minlength=number * task.n_c) for column in codes.T]
    ).reshape(-1, number, task.n_c)
    return counts / n - counts.sum(-1, keepdims=True) / (task.n_c * n)


def _tuple_numbers(task: SRHM, values: np.ndarray) -> np.ndarray:
    """Which of the allowed tuples each patch holds, (n, patches)."""
    powers = task.v ** np.arange(task.s - 1, -1, -1)
    table = np.full(task.v**task.s, -1)
    allowed = task.rules[0].reshape(-1, task.s).astype(np.int64) @ powers
    table[allowed] = np.arange(len(allowed))
    return table[values.reshape(len(values), -1, task.s) @ powers]
