"""The Sparse Random Hierarchy Model: its rules, and data drawn from it.

A datum is a word of independent, uniform digits: its class; one rule for each tuple of the tree;
one place for each informative element of every level (sparsity B: one subset of places a tuple).
Words and data correspond one to one, so distinct words make distinct data and uniform words make
uniform data. This is how `SRHM.sample` gets both exactly.

Paper: Tomasini & Wyart 2024 (arXiv:2404.10727), section 2 and Figure 2.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from srhm.data import transforms
from srhm.data.parsing import RuleLookup
from srhm.data.randomness import check_int, check_seed, check_type, distinct_words, generator
from srhm.data.rules import check_rule_kind, draw_rules
from srhm.data.samples import Samples, blocks

# Limits above which a task could not be held in memory; the paper's tasks are far below.
MAX_LEAVES = 2**16
MAX_RULES = 2**25
MAX_SUBSETS = 10**7


@dataclass(frozen=True)
class SRHM:
    """A task: L levels of rules over v features, and ``s0`` empty elements per informative one.

    Parameters
    ----------
    v : features per level.
    s : informative elements per patch (branching).
    L : levels.
    s0 : empty elements per informative one; 0 is the Random Hierarchy Model.
    n_c : classes; default v.
    m : synonyms, that is rules per feature; default v^(s-1), the most possible.
    sparsity : "A", child j sits anywhere in its own sub-patch of s0+1 positions; "B", the s
        children sit at any s of the patch's s(s0+1) positions, in order.
    seed : of the rules.
    rule_kind : "random", the model's; "uniform", rules without correlations: below the top level
        every tuple is equally likely in every class (`srhm.data.rules.draw_rules`).

    Raises
    ------
    ValueError
        For an impossible value, in one sentence that names it.
    """

    v: int
    s: int
    L: int
    s0: int
    n_c: int | None = None
    m: int | None = None
    sparsity: str = "A"
    seed: int = 0
    rule_kind: str = "random"

    def __post_init__(self):
        self._set("seed", check_seed("seed", self.seed))
        for name, least in (("v", 2), ("s", 2), ("L", 1), ("s0", 0)):
            self._set(name, check_int(name, getattr(self, name), least))
        if self.s * math.log2(self.v) >= 63 or self.v**self.s >= 2**63:
            raise ValueError(f"v^s must be less than 2^63, not {self.v}^{self.s}.")
        self._set("n_c", self.v if self.n_c is None else check_int("n_c", self.n_c, 2))
        most = self.v ** (self.s - 1)
        self._set("m", most if self.m is None else check_int("m", self.m, 1))
        if self.m > most:
            raise ValueError(
                f"m must be at most v^(s-1) = {most}, so that m·v tuples exist, not {self.m}."
            )
        if self.m * self.n_c > self.v**self.s:
            raise ValueError(
                f"m·n_c must be at most v^s = {self.v**self.s}, the number of tuples, "
                f"not {self.m}·{self.n_c} = {self.m * self.n_c}."
            )
        if self.sparsity not in ("A", "B"):
            raise ValueError(f"sparsity must be 'A' or 'B', not {self.sparsity!r}.")
        check_rule_kind(self.rule_kind, self.v, self.s, self.m)
        self._check_sizes()

    def _set(self, name, value):
        object.__setattr__(self, name, value)

    def _check_sizes(self):
        if self.L > 16 or self.s**self.L > MAX_LEAVES:
            raise ValueError(f"s^L must be at most {MAX_LEAVES}, not {self.s}^{self.L}.")
        if self.patch**self.L >= 2**63:
            raise ValueError(
                f"d = (s(s0+1))^L must be less than 2^63 positions, not {self.patch}^{self.L}."
            )
        rules = self.m * max(self.v, self.n_c) * self.s
        if rules > MAX_RULES:
            raise ValueError(
                f"The rules must hold at most {MAX_RULES} features a level, not m·max(v, n_c)·s = "
                f"{rules}."
            )
        subsets = math.comb(self.patch, self.s)
        if self.sparsity == "B" and subsets > MAX_SUBSETS:
            raise ValueError(
                f"Sparsity 'B' needs at most {MAX_SUBSETS} ways to place s={self.s} features in "
                f"s(s0+1)={self.patch} positions, not {subsets}."
            )

    def __reduce__(self):
        # Copies and pickles carry the parameters alone: rules are drawn again, and stay read-only.
        return SRHM, dataclasses.astuple(self)

    @property
    def patch(self) -> int:
        """Positions per patch, s(s0+1)."""
        return self.s * (self.s0 + 1)

    @property
    def d(self) -> int:
        """Positions of the input, (s(s0+1))^L."""
        return self.patch**self.L

    @property
    def relevant_fraction(self) -> float:
        """Informative fraction of the input, F = (s0+1)^(-L)."""
        return float(self.s0 + 1) ** -self.L

    @cached_property
    def num_data(self) -> int:
        """Number of distinct data, positions included (exact)."""
        tuples = (self.s**self.L - 1) // (self.s - 1)
        places = math.prod(self._place_radices)
        return self.n_c * (self.m * places) ** tuples

    @cached_property
    def rules(self) -> tuple[np.ndarray, ...]:
        """``rules[l-1][a, c]``: the s level-l features that parent a becomes by its c-th rule.

        Shapes (v, m, s) for l < L and (n_c, m, s) for l = L, whose parents are the classes.
        All tuples of a level are distinct; ``rule_kind`` says how they are drawn. Read-only.
        """
        return tuple(self._draw_rules(level) for level in range(1, self.L + 1))

    def _draw_rules(self, level: int) -> np.ndarray:
        parents = self.n_c if level == self.L else self.v
        rng = generator(self.seed, "rules", level)
        rules = draw_rules(self.rule_kind, self.v, self.s, parents, self.m, rng)
        rules.flags.writeable = False
        return rules

    @cached_property
    def lookups(self) -> tuple[RuleLookup, ...]:
        """``lookups[l-1]`` inverts ``rules[l-1]``."""
        return tuple(RuleLookup(rules, self.v) for rules in self.rules)

    def sample(self, n: int, seed: int) -> Samples:
        """n distinct data, uniform over all the task's data and in random order.

        The integers are of the smallest unsigned types that hold v, d and n_c.

        Raises
        ------
        ValueError
            When n is more than the data that exist, or n or seed is not an integer >= 0.
        """
        n = check_int("n", n, 0)
        rng = generator(seed, "sample")
        if n > self.num_data:
            raise ValueError(
                f"n must be at most the number of data of this task, {self.num_data}, not {n}."
            )
        return self._build(distinct_words(rng, n, self.num_data, self._word_sizes))

    def split(
        self, P: int, num_test: int, seed: int, balanced: bool = False
    ) -> tuple[Samples, Samples]:
        """P training data and ``num_test`` test data, all distinct.

        ``num_test`` is cut to what training leaves. ``balanced``: datum i has class i mod n_c.

        Raises
        ------
        ValueError
            When P leaves no test datum or cannot be balanced, or an argument is no such integer.
        """
        P, num_test = check_int("P", P, 1), check_int("num_test", num_test, 0)
        if self.num_data <= P:
            raise ValueError(
                f"P must be less than the number of data of this task, {self.num_data} (some are "
                f"needed for the test), not {P}."
            )
        if balanced and P % self.n_c:
            raise ValueError(f"P must be a multiple of n_c={self.n_c} to be balanced, not {P}.")
        draw = self._sample_in_turn if balanced else self.sample
        both = draw(min(P + num_test, self.num_data), seed)
        return both[:P], both[P:]

    def _sample_in_turn(self, n: int, seed: int) -> Samples:
        """n distinct data, the classes in turn: as `sample`, but class by class."""
        rng, each = generator(seed, "sample"), math.ceil(n / self.n_c)
        sizes = [self._word_sizes[0] // self.n_c, *self._word_sizes[1:]]  # without the class
        words = np.empty((len(sizes), each, self.n_c), np.uint64)
        for c in range(self.n_c):
            words[..., c] = distinct_words(rng, each, self.num_data // self.n_c, sizes)
            words[0, :, c] = words[0, :, c] * np.uint64(self.n_c) + np.uint64(c)
        return self._build(words.reshape(len(sizes), -1)[:, :n])

    def one_hot(self, samples: Samples):
        """Input of a network, float32 tensor (n, v, d); see `srhm.data.encoding.one_hot`."""
        from srhm.data import encoding  # here, because it needs torch, and a task does not

        return encoding.one_hot(self, samples)

    def decode(self, x) -> np.ndarray:
        """Labels (n,) of one-hot inputs (n, v, d) by the rules; see `srhm.data.encoding.decode`."""
        from srhm.data import encoding

        return encoding.decode(self, x)

    def exchange_synonyms(self, samples: Samples, level: int, seed: int) -> Samples:
        """Other synonyms at a level; see `srhm.data.transforms.exchange_synonyms`."""
        return transforms.exchange_synonyms(self, samples, level, seed)

    def displace(self, samples: Samples, level: int, seed: int) -> Samples:
        """New positions at a level; see `srhm.data.transforms.displace`."""
        return transforms.displace(self, samples, level, seed)

    def check_samples(self, samples: Samples) -> None:
        """ValueError when ``samples`` cannot be of this task.

        They must be `Samples` of integer arrays, of the right shapes and ranges, each datum's
        positions rising. Whether the rules make them is for `decode` to say.
        """
        check_type("samples", samples, Samples)
        n, leaves = len(samples), self.s**self.L
        for name, most in (("values", self.v), ("positions", self.d), ("labels", self.n_c)):
            array = getattr(samples, name)
            check_type(f"{name} of the samples", array, np.ndarray)
            shape = (n,) if name == "labels" else (n, leaves)
            if array.dtype.kind not in "iu":
                raise ValueError(f"{name} of the samples must be integers, not {array.dtype}.")
            if array.shape != shape:
                raise ValueError(f"{name} of the samples must be {shape}, not {array.shape}.")
            if n and (array.min() < 0 or array.max() >= most):
                raise ValueError(
                    f"{name} of the samples must be from 0 to {most - 1} in this task, not "
                    f"{array.min()} to {array.max()}."
                )
        fall = samples.positions[:, 1:] <= samples.positions[:, :-1]
        if fall.any():
            i = int(fall.any(axis=1).argmax())
            raise ValueError(
                f"positions of a datum must rise, each above the one before; those of sample {i} "
                f"are {samples.positions[i].tolist()}."
            )

    @property
    def _place_radices(self) -> list[int]:
        """Sizes of the digits that place one tuple in its patch."""
        if self.sparsity == "A":
            return [self.s0 + 1] * self.s
        return [math.comb(self.patch, self.s)]

    @cached_property
    def subsets(self) -> np.ndarray:
        """Sparsity B: all ways to place a tuple, (comb(patch, s), s) increasing positions."""
        every = itertools.combinations(range(self.patch), self.s)
        flat = np.fromiter(itertools.chain.from_iterable(every), dtype=np.int64)
        return flat.reshape(-1, self.s)

    @cached_property
    def _word_radices(self) -> list[list[int]]:
        """Digits of a datum (class, then tuple by tuple from level L down to 1: its rule, its
        places), packed into words of less than 2^63."""
        one_tuple = [self.m, *self._place_radices]
        tuples = (self.s**self.L - 1) // (self.s - 1)
        words, size = [[]], 1
        for radix in itertools.chain([self.n_c], one_tuple * tuples):
            if size * radix >= 2**63:
                words.append([])
                size = 1
            words[-1].append(radix)
            size *= radix
        return words

    @property
    def _word_sizes(self) -> list[int]:
        return [math.prod(radices) for radices in self._word_radices]

    def _build(self, words: np.ndarray) -> Samples:
        """The data with these words, (number of words, n) unsigned 64-bit."""
        n, leaves = words.shape[1], self.s**self.L
        samples = Samples(
            np.empty((n, leaves), np.min_scalar_type(self.v - 1)),
            np.empty((n, leaves), np.min_scalar_type(self.d - 1)),
            np.empty(n, np.min_scalar_type(self.n_c - 1)),
        )
        for block in blocks(n, leaves):
            digits = self._digits(words[:, block])
            samples.labels[block] = label = next(digits)
            values, positions = [label], [np.zeros_like(label)]
            for level in range(self.L, 0, -1):
                values, positions = self._grow(level, values, positions, digits)
            for j in range(leaves):
                samples.values[block, j] = values[j]
                samples.positions[block, j] = positions[j]
        return samples

    def _digits(self, words):
        """The digits one by one, each (n,) int64, in the order of `_word_radices`."""
        for word, radices in zip(words, self._word_radices, strict=True):
            rest = word.astype(np.int64)
            for radix in radices:
                quotient = rest // radix
                yield rest - quotient * radix
                rest = quotient

    def _grow(self, level, parents, patches, digits):
        """Features and positions of ``level``, node by node, from those of the level above."""
        table = self.rules[level - 1].reshape(-1, self.s)
        values, positions = [], []
        for parent, patch in zip(parents, patches, strict=True):
            rule = parent * self.m + next(digits)
            if self.sparsity == "A":
                places = [next(digits) + j * (self.s0 + 1) for j in range(self.s)]
            else:
                places = self.subsets[next(digits)].T
            for j in range(self.s):
                values.append(table[rule, j].astype(np.int64))
                positions.append(patch * self.patch + places[j])
        return values, positions
