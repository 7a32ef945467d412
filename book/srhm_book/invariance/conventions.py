"""How much a transformation draws anew: what this book does, and the other reading of the paper.

In this package an exchange takes *another* synonym and keeps the numbers of the rules below its
level, and a displacement moves whole sub-trees as they are. The paper does not say; the other
reading draws every rule, or every place, from the level down to the input again.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from srhm.data.randomness import check_int, generator
from srhm.data.samples import Samples
from srhm.data.task import SRHM
from srhm.training.config import RunConfig
from srhm.training.observables import Activations, ratio_of_means, sparse_activations
from srhm.training.run import fit, prepare, resolve_device


def draw_anew(task: SRHM, samples: Samples, letter: str, level: int, seed: int) -> Samples:
    """Draw the rules ("S") or the places ("D") of ``level`` and of all levels below it anew.

    All rules, or places, have the same chance, those of the samples too. The rest stays: places
    or values, and the features above the level.

    Raises
    ------
    ValueError
        For another letter, and as `SRHM.exchange_synonyms` and `SRHM.displace`.
    """
    if letter not in ("S", "D"):
        raise ValueError(f"letter must be 'S' or 'D', not {letter!r}.")
    for lower in range(check_int("level", level, 1, task.L), 0, -1):
        one = _any_synonyms if letter == "S" else SRHM.displace
        samples = one(task, samples, lower, seed)
    return samples


def _any_synonyms(task: SRHM, samples: Samples, level: int, seed: int) -> Samples:
    """Synonyms drawn among all m: with a chance of 1/m a tuple keeps its own."""
    others = task.exchange_synonyms(samples, level, seed)
    leaves = task.s**level  # below each tuple
    shape = len(samples), samples.values.shape[1] // leaves
    rng = generator(seed, "exchange", task.L + level)  # a stream that no exchange uses
    stays = (rng.random(shape) < 1 / task.m).repeat(leaves, axis=1)
    values = np.where(stays, samples.values, others.values)
    return Samples(values, samples.positions, samples.labels)


def compare_conventions(
    task: SRHM, activations: Activations, samples: Samples, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Sensitivities of every layer to every level: (with our transformation, all drawn anew).

    samples: test data; the first half are the x, the second the z. Needs m > 1; displacements are
    left out where s0 = 0, and so are layers that do not vary.
    """
    half = len(samples) // 2
    x, z = samples[:half], samples[half : 2 * half]
    here, other = activations(x), activations(z)
    usual = {k: layer.squared_distances(other[k]) for k, layer in here.items()}
    ours = {"S": task.exchange_synonyms} | ({"D": task.displace} if task.s0 else {})
    result = {}
    for letter, transform in ours.items():
        for level in range(1, task.L + 1):
            kept = activations(transform(x, level, seed))
            anew = activations(draw_anew(task, x, letter, level, seed))
            for k, distances in usual.items():
                if distances.mean() > 0:
                    result[f"{letter}_{k}_{level}"] = tuple(
                        ratio_of_means(here[k].squared_distances(layers[k]), distances)[0]
                        for layers in (kept, anew)
                    )
    return result


def readings(configs: Iterable[RunConfig], paper: pd.DataFrame, device: str) -> pd.DataFrame:
    """`compare_conventions` of networks trained now, beside the paper's values at the same P.

    Parameters
    ----------
    paper: as `srhm_book.invariance.layers.paper_curves`; interpolated in log P, nan below its
        smallest P.

    Returns
    -------
    Columns ``s0``, ``P``, ``letter``, ``level``, ``layer``, ``usual``, ``anew`` and ``paper``.
    """
    rows = []
    for config in configs:
        engine, data, test_set = prepare(config, resolve_device(device))
        fit(engine, data, config)
        engine.finish()
        both = compare_conventions(config.task, sparse_activations(engine), test_set)
        for quantity, (usual, anew) in both.items():
            letter, layer, level = quantity.split("_")
            there = paper[(paper.quantity == quantity) & (paper.s0 == config.s0)]
            known = len(there) > 0 and there.P.min() <= config.P
            value = np.interp(np.log(config.P), np.log(there.P), there.value) if known else np.nan
            rows.append((config.s0, config.P, letter, int(level), layer, usual, anew, value))
    names = ["s0", "P", "letter", "level", "layer", "usual", "anew", "paper"]
    return pd.DataFrame(rows, columns=names)
