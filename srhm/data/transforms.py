"""The invariances of the task: exchanges of synonyms, and displacements.

Both keep the label. Tomasini & Wyart 2024 (arXiv:2404.10727), section 2, Eqs. 6, 7, 13, 14.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from srhm.data.randomness import check_int, generator, typed
from srhm.data.samples import Samples, blocks

if TYPE_CHECKING:
    from srhm.data.task import SRHM


@typed
def exchange_synonyms(task: SRHM, samples: Samples, level: int, seed: int) -> Samples:
    """Every level-``level`` tuple replaced by another of its parent's m tuples.

    The other one is uniform over the m-1 others (with ``task.zipf``: in proportion to their
    probabilities). Below the level (l = 1 is the input) each tuple
    keeps the number of its rule, so the features follow their new parents. Positions and labels
    stay.

    Raises
    ------
    ValueError
        When m = 1 (there are no synonyms), the level is not in 1..L, or the samples are not of
        this task.
    """
    level = check_int("level", level, 1, task.L)
    rng = generator(seed, "exchange", level)
    if task.m == 1:
        raise ValueError("Exchanging synonyms needs m of at least 2; this task has m=1.")
    task.check_samples(samples)
    n, tuples = len(samples), task.s ** (task.L - level)
    draws = _draw_others(task, rng, (n, tuples))
    values = np.empty_like(samples.values)
    for block in blocks(n, values.shape[1]):
        features, choices = _parse(task, samples.values[block], level, block.start)
        choices[-1] = _others(task, choices[-1], draws[block])
        for rules, choice in zip(task.rules[level - 1 :: -1], choices[::-1], strict=True):
            features = rules[features, choice].reshape(len(features), -1)
        values[block] = features
    return Samples(values, samples.positions, samples.labels)


def _draw_others(task, rng, shape) -> np.ndarray:
    """What `_others` needs to find another rule for each tuple."""
    if task.synonym_odds is None:
        return rng.integers(1, task.m, shape, np.min_scalar_type(task.m - 1))
    return rng.random(shape)


def _others(task, choices, draws) -> np.ndarray:
    """Another rule than each of ``choices``."""
    odds = task.synonym_odds
    if odds is None:  # adding 1..m-1 modulo m gives each other rule the same chance
        return (choices + draws) % task.m
    # On a line of all rules, each as long as it is likely, the present one's part is cut out.
    ends, own = np.cumsum(odds), odds[choices]
    point = draws * (ends[-1] - own)
    point += np.where(point >= ends[choices] - own, own, 0)
    found = np.searchsorted(ends, point, side="right").clip(max=task.m - 1)
    # A point within rounding of the present rule's ends belongs to its neighbour.
    return np.where(found == choices, np.where(choices > 0, choices - 1, 1), found)


def _parse(task, values, level, start):
    """Features (n, s^(L-level)) one level above ``level``, and for each level 1..``level`` the
    numbers 0..m-1 of the rules that its tuples use."""
    features, choices = values, []
    for l, lookup in enumerate(task.lookups[:level], start=1):  # noqa: E741
        rule = lookup(features.reshape(len(features), -1, task.s))
        if (rule < 0).any():
            i, t = np.argwhere(rule < 0)[0]
            raise ValueError(
                f"The samples are not of this task: sample {start + i}, level {l}, tuple {t} is "
                f"made by no rule."
            )
        features, choice = np.divmod(rule, task.m)
        choices.append(choice)
    return features, choices


@typed
def displace(task: SRHM, samples: Samples, level: int, seed: int) -> Samples:
    """The positions of all level-``level`` features drawn anew inside their allowed places.

    Uniform over all places, the present one included (with ``task.displacement_ratio``: as likely
    as they are in the data). For level > 1 whole sub-trees move. Values and labels stay.

    Raises
    ------
    ValueError
        When s0 = 0 at this level (nothing can move), the level is not in 1..L, or the samples are
        not of this task.
    """
    level = check_int("level", level, 1, task.L)
    rng = generator(seed, "displace", level)
    s0, patch = task.s0_levels[level - 1], task.patches[level - 1]
    if s0 == 0:
        where = f" at level {level}" if isinstance(task.s0, tuple) else ""
        raise ValueError(
            f"A displacement needs s0 of at least 1{where}; this task has s0={task.s0}."
        )
    task.check_samples(samples)
    draws = _draw_places(task, rng, level, (len(samples), task.s ** (task.L - level)))
    unit = task.spans[level - 1]
    positions = np.empty_like(samples.positions)
    for block in blocks(len(samples), positions.shape[1]):
        old = samples.positions[block].astype(np.int64)
        if task.sparsity == "A":
            places = draws[block] + np.arange(task.s) * (s0 + 1)
        else:
            places = task.subsets[level - 1][draws[block]]
        # A level-l feature carries along the s^(l-1) elements below it.
        new = places.reshape(len(old), -1).repeat(task.s ** (level - 1), axis=1)
        positions[block] = old + (new - old // unit % patch) * unit
    return Samples(samples.values, positions, samples.labels)


def _draw_places(task, rng, level, shape) -> np.ndarray:
    """Sparsity A: a place in its sub-patch for each child, (*shape, s); B: a subset a tuple."""
    most = task.place_radices(level)[0] - 1
    shape = (*shape, task.s) if task.sparsity == "A" else shape
    odds = task.place_odds[level - 1]
    if odds is not None:
        return rng.choice(len(odds), shape, p=odds)
    return rng.integers(0, most, shape, np.min_scalar_type(most), endpoint=True)
