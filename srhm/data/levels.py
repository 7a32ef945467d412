"""Sparsity level by level, and the probabilities of synonyms and of places."""

from __future__ import annotations

import numpy as np

from srhm.data.randomness import check_int


def read_s0(value, L: int) -> int | tuple[int, ...]:
    """s0 of a task of L levels: one integer for all levels, or one for each, lowest first.

    The first is that of level 1, whose features are the network's input; the last is that of level
    L, just below the class. A text such as "2,0" stands for (2, 0). Equal ones become one integer.
    ValueError, in one sentence, for anything else.
    """
    given = value
    if isinstance(value, str):
        try:
            value = [int(part) for part in value.split(",")]
            value = value[0] if len(value) == 1 else value
        except ValueError:
            value = ()
    if not isinstance(value, (tuple, list, np.ndarray)):
        return check_int("s0", value, 0)
    if len(value) != L:
        raise ValueError(
            f"s0 must be an integer of at least 0, or one for each of the L={L} levels, the "
            f"input's first, not {given!r}."
        )
    levels = tuple(check_int("s0 of a level", each, 0) for each in value)
    return levels[0] if len(set(levels)) == 1 else levels


def s0_text(s0: int | tuple[int, ...]) -> int | str:
    """What `read_s0` reads back: the integer, or a text such as "2,0"."""
    return s0 if isinstance(s0, int) else ",".join(map(str, s0))


def zipf_probabilities(m: int, exponent: float) -> np.ndarray:
    """Zipf's law: the c-th of m rules has a probability proportional to c^(-exponent), (m,)."""
    odds = np.arange(1, m + 1) ** -float(exponent)
    return odds / odds.sum()


def geometric_probabilities(places: int, ratio: float) -> np.ndarray:
    """Each place ``ratio`` times as likely as the one before it, (places,)."""
    odds = float(ratio) ** np.arange(places)
    return odds / odds.sum()
