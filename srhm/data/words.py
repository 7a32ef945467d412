"""A datum as a word of digits, packed into integers; and words drawn without repeats."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from srhm.data.randomness import distinct_words, drop_repeats

MAX_LISTED = 2**20  # up to this many words, unequal ones are drawn from the list of all of them
MAX_ROUNDS = 200


class Words:
    """Words of independent digits, each 0..radix-1, uniform unless it has probabilities.

    Digits are packed, lowest first, into integers of less than 2^63: the columns of an array
    (number of integers, n) are n words. Words are drawn one after the other, those already drawn
    left out.

    Parameters
    ----------
    radices: of the digits, in order.
    odds: for each digit its probabilities (radix,), or None where it is uniform.
    """

    def __init__(self, radices: Sequence[int], odds: Sequence[np.ndarray | None]):
        self.packed, size = [[]], 1
        for radix in radices:
            if size * radix >= 2**63:
                self.packed.append([])
                size = 1
            self.packed[-1].append(radix)
            size *= radix
        self.odds = list(odds)

    @property
    def sizes(self) -> list[int]:
        """How many values each of the integers has."""
        return [math.prod(radices) for radices in self.packed]

    @property
    def number(self) -> int:
        """How many words there are."""
        return math.prod(self.sizes)

    def without_first(self) -> Words:
        """The same words without their first digit, cut into integers at the same places."""
        rest = Words([], self.odds[1:])
        rest.packed = [self.packed[0][1:], *self.packed[1:]]
        return rest

    def digits(self, words: np.ndarray) -> Iterator[np.ndarray]:
        """The digits one by one, each (n,) int64, of words (number of integers, n)."""
        for word, radices in zip(words, self.packed, strict=True):
            rest = word.astype(np.int64)
            for radix in radices:
                quotient = rest // radix
                yield rest - quotient * radix
                rest = quotient

    def distinct(self, rng: np.random.Generator, n: int) -> np.ndarray:
        """The first n distinct words of an endless draw, (number of integers, n) unsigned.

        Raises
        ------
        ValueError
            Where so many have no place among the words that are not very unlikely.
        """
        if all(odds is None for odds in self.odds):
            return distinct_words(rng, n, self.number, self.sizes)
        if self.number <= MAX_LISTED:
            return self._first_of_all(rng, n)
        words, drawn = np.empty((len(self.packed), 0), np.uint64), 0
        for _ in range(MAX_ROUNDS):
            fresh = self._draw(rng, 2 * (n - words.shape[1]) + 8)
            drawn += fresh.shape[1]
            words = drop_repeats(np.concatenate([words, fresh], axis=1))
            if words.shape[1] >= n:
                return words[:, :n]
        raise ValueError(
            f"n must be fewer than {n} distinct data with such unequal probabilities: {drawn} "
            f"draws gave {words.shape[1]}."
        )

    def _draw(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """``count`` independent words."""
        words, odds = np.zeros((len(self.packed), count), np.uint64), iter(self.odds)
        for word, radices in zip(words, self.packed, strict=True):
            unit = 1
            for radix in radices:
                word += rng.choice(radix, count, p=next(odds)).astype(np.uint64) * np.uint64(unit)
                unit *= radix
        return words

    def _first_of_all(self, rng: np.random.Generator, n: int) -> np.ndarray:
        """As `distinct`, from the list of all words.

        In the order of log p + Gumbel noise, from the largest, each word is drawn with the
        probability that it has among those left.
        """
        every = np.arange(self.number, dtype=np.uint64)[None]
        log_p = np.zeros(self.number)
        for digit, odds in zip(self.digits(every), self.odds, strict=True):
            if odds is not None:
                log_p += np.log(odds)[digit]
        order = np.argsort(-(log_p + rng.gumbel(size=self.number)))
        return every[:, order[:n]]
