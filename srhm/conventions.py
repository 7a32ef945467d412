"""What a transformation of a higher level does below it: kept, or drawn anew as well?

In this package a level-l exchange keeps the numbers of the rules below, and a level-l displacement
moves whole sub-trees as they are. The paper does not say; the alternative applies the
transformation of every lower level too.
"""

from __future__ import annotations

from srhm.observables import Activations, ratio_of_means
from srhm.task import SRHM, Samples


def with_all_below(task: SRHM, samples: Samples, letter: str, level: int, seed: int) -> Samples:
    """Exchange synonyms ("S") or displace ("D") at ``level`` and at every level below it.

    ValueError for another letter, and as the single transformations.
    """
    transforms = {"S": task.exchange_synonyms, "D": task.displace}
    if letter not in transforms:
        raise ValueError(f"letter must be 'S' or 'D', not {letter!r}.")
    for lower in range(level, 0, -1):
        samples = transforms[letter](samples, lower, seed + lower)
    return samples


def compare_conventions(
    task: SRHM, activations: Activations, samples: Samples, level: int, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Sensitivities of every layer to ``level``: (kept below, drawn anew below).

    samples: test data; the first half are the x, the second the z. Needs m > 1 and s0 > 0.
    Layers that do not vary are left out.
    """
    half = len(samples) // 2
    x, z = samples[:half], samples[half : 2 * half]
    here, other = activations(x), activations(z)
    usual = {k: layer.squared_distances(other[k]) for k, layer in here.items()}
    result = {}
    for letter, single in (("S", task.exchange_synonyms), ("D", task.displace)):
        kept = activations(single(x, level, seed))
        anew = activations(with_all_below(task, x, letter, level, seed))
        for k, distances in usual.items():
            if distances.mean() > 0:
                result[f"{letter}_{k}_{level}"] = tuple(
                    ratio_of_means(here[k].squared_distances(layers[k]), distances)[0]
                    for layers in (kept, anew)
                )
    return result
