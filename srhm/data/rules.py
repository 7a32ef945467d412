"""The rules of one level: which tuples of features each parent can become."""

from __future__ import annotations

import numpy as np

RULE_KINDS = ("random", "uniform")


def check_rule_kind(kind: str, v: int, s: int, m: int) -> None:
    """ValueError, in one sentence, unless rules of this kind exist for these sizes."""
    if kind not in RULE_KINDS:
        raise ValueError(f"rule_kind must be one of {', '.join(RULE_KINDS)}, not {kind!r}.")
    if kind == "uniform" and m != v ** (s - 1):
        raise ValueError(
            f"m must be v^(s-1) = {v ** (s - 1)} with rule_kind 'uniform', which shares out all "
            f"tuples, not {m}."
        )


def draw_rules(
    kind: str, v: int, s: int, parents: int, m: int, rng: np.random.Generator
) -> np.ndarray:
    """The m tuples of each parent, (parents, m, s) features in 0..v-1; no tuple occurs twice.

    kind: "random" assigns tuples uniformly (Tomasini & Wyart 2024, arXiv:2404.10727, section 2).
        "uniform" leaves no correlations: given the parent, any s-1 children are independent and
        uniform, so that below the top level every tuple is equally likely in every class and only
        whole subtrees tell the class (the case of Cagnetta et al. 2024, arXiv:2307.02129,
        Figure 9). It needs m = v^(s-1) and at most v parents.
    """
    if kind == "random":
        codes = rng.choice(v**s, parents * m, replace=False)
    else:
        codes = _uniform_codes(v, s, rng)[:parents].ravel()
    digits = codes[:, None] // v ** np.arange(s - 1, -1, -1) % v
    return digits.astype(np.min_scalar_type(v - 1)).reshape(parents, m, s)


def _uniform_codes(v: int, s: int, rng: np.random.Generator) -> np.ndarray:
    """All v^s tuples, as numbers in base v, shared out among v parents: (v, v^(s-1)).

    A tuple belongs to the parent that the sum of its features modulo v names, after the features
    have been renamed at random at each place, and the parents too. Whatever s-1 of the features
    are, each parent allows exactly one value of the other.
    """
    codes = rng.permutation(v**s)  # so that the rules of a parent are in random order
    total = np.zeros_like(codes)
    for j in range(s):
        total += rng.permutation(v)[codes // v**j % v]
    parent = rng.permutation(v)[total % v]
    return codes[np.argsort(parent, kind="stable")].reshape(v, -1)
