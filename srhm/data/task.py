"""The Sparse Random Hierarchy Model: its rules, and data drawn from it.

A datum is a word of independent digits: its class; one rule for each tuple of the tree; one place
for each informative element of every level (sparsity B: one subset of places a tuple). Words and
data correspond one to one, so distinct words make distinct data and uniform words make uniform
data. This is how `SRHM.sample` gets both exactly.

Paper: Tomasini & Wyart 2024 (arXiv:2404.10727), section 2 and Figure 2.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import operator
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from srhm.data import transforms
from srhm.data.levels import geometric_probabilities, read_s0, zipf_probabilities
from srhm.data.limits import check_probabilities, check_sizes
from srhm.data.parsing import RuleLookup
from srhm.data.randomness import check_int, check_seed, generator
from srhm.data.rules import check_rule_kind, draw_rules
from srhm.data.samples import Samples, blocks, check_samples
from srhm.data.words import Words


@dataclass(frozen=True)
class SRHM:
    """A task: L levels of rules over v features, and ``s0`` empty elements per informative one.

    Parameters
    ----------
    v : features per level.
    s : informative elements per patch (branching).
    L : levels.
    s0 : empty elements per informative one; 0 is the Random Hierarchy Model. Or one such number
        for each level, a tuple of L: the first is that of level 1, whose features are the input,
        the last that of level L, below the class.
    n_c : classes; default v.
    m : synonyms, that is rules per feature; default v^(s-1), the most possible.
    sparsity : "A", child j sits anywhere in its own sub-patch of s0+1 positions; "B", the s
        children sit at any s of the patch's s(s0+1) positions, in order.
    seed : of the rules.
    rule_kind : "random", the model's; "uniform", rules without correlations: below the top level
        every tuple is equally likely in every class (`srhm.data.rules.draw_rules`).
    zipf : exponent of Zipf's law for the synonyms: the c-th rule of a parent is used with a
        probability proportional to c^(-zipf), at every level; 0, all alike, is the model's.
    displacement_ratio : each place of a sub-patch is so many times as likely as the one before it,
        at every level; 1, all alike, is the model's, and the only one for sparsity B.

    Raises
    ------
    ValueError
        For an impossible value, in one sentence that names it.
    """

    v: int
    s: int
    L: int
    s0: int | tuple[int, ...]
    n_c: int | None = None
    m: int | None = None
    sparsity: str = "A"
    seed: int = 0
    rule_kind: str = "random"
    zipf: float = 0.0
    displacement_ratio: float = 1.0

    def __post_init__(self):
        self._set("seed", check_seed("seed", self.seed))
        for name, least in (("v", 2), ("s", 2), ("L", 1)):
            self._set(name, check_int(name, getattr(self, name), least))
        self._set("s0", read_s0(self.s0, self.L))
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
        most_s0 = max(self.s0) if isinstance(self.s0, tuple) else self.s0  # no list of L yet
        probabilities = check_probabilities(
            self.zipf, self.displacement_ratio, self.sparsity, most_s0
        )
        for name, value in zip(("zipf", "displacement_ratio"), probabilities, strict=True):
            self._set(name, value)
        check_sizes(self)

    def _set(self, name, value):
        object.__setattr__(self, name, value)

    def __reduce__(self):
        # Copies and pickles carry the parameters alone: rules are drawn again, and stay read-only.
        return SRHM, dataclasses.astuple(self)

    @cached_property
    def s0_levels(self) -> tuple[int, ...]:
        """s0 of each level, (L,), level 1, the input's, first."""
        return self.s0 if isinstance(self.s0, tuple) else (self.s0,) * self.L

    @cached_property
    def patches(self) -> tuple[int, ...]:
        """Positions per patch of each level, s(s0+1), (L,), level 1 first."""
        return tuple(self.s * (s0 + 1) for s0 in self.s0_levels)

    @property
    def patch(self) -> int:
        """Positions per patch, s(s0+1), where they are as many at every level.

        ValueError where they are not: `patches` has those of each.
        """
        if isinstance(self.s0, tuple):
            raise ValueError(
                f"s0 must be the same at every level to speak of one size of patch, not {self.s0}."
            )
        return self.s * (self.s0 + 1)

    @cached_property
    def spans(self) -> tuple[int, ...]:
        """Positions of the input below one element of level 0, 1, ..., L, (L + 1,): 1, ..., d."""
        return tuple(itertools.accumulate(self.patches, operator.mul, initial=1))

    @property
    def d(self) -> int:
        """Positions of the input, (s(s0+1))^L, or the product over the levels."""
        return math.prod(self.patches)

    @property
    def relevant_fraction(self) -> float:
        """Informative fraction of the input, F = (s0+1)^(-L), or the product over the levels."""
        return 1 / math.prod(s0 + 1 for s0 in self.s0_levels)

    @cached_property
    def num_data(self) -> int:
        """Number of distinct data, positions included (exact)."""
        return self._words.number

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
        """n distinct data in random order, uniform over all the task's data.

        With unequal probabilities they are the first distinct ones of an endless draw.

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
        return self._build(self._words.distinct(rng, n))

    def split(
        self, P: int, num_test: int, seed: int, balanced: bool = False
    ) -> tuple[Samples, Samples]:
        """P training data and ``num_test`` test data, all distinct.

        ``num_test`` is cut to what training leaves. ``balanced``: training datum i has class
        i mod n_c; the test data have as many of each class, to within one, in random order.

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
        train, test = both[:P], both[P:]
        if balanced:  # in turn, a datum and the one half of them further on would be of one class
            test = test[generator(seed, "order").permutation(len(test))]
        return train, test

    def _sample_in_turn(self, n: int, seed: int) -> Samples:
        """n distinct data, the classes in turn: as `sample`, but class by class."""
        rng, each = generator(seed, "sample"), math.ceil(n / self.n_c)
        of_one_class = self._words.without_first()
        words = np.empty((len(of_one_class.packed), each, self.n_c), np.uint64)
        for c in range(self.n_c):
            words[..., c] = of_one_class.distinct(rng, each)
            words[0, :, c] = words[0, :, c] * np.uint64(self.n_c) + np.uint64(c)
        return self._build(words.reshape(len(words), -1)[:, :n])

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
        check_samples(self, samples)

    def place_radices(self, level: int) -> list[int]:
        """Sizes of the digits that place one tuple of a level in its patch."""
        if self.sparsity == "A":
            return [self.s0_levels[level - 1] + 1] * self.s
        return [math.comb(self.patches[level - 1], self.s)]

    @cached_property
    def subsets(self) -> tuple[np.ndarray, ...]:
        """Sparsity B: ``subsets[l-1]``, all ways to place a level-l tuple, (comb(patch, s), s)
        increasing positions."""
        return tuple(_subsets(patch, self.s) for patch in self.patches)

    @cached_property
    def synonym_odds(self) -> np.ndarray | None:
        """Probabilities of a parent's rules, (m,); None where all are alike."""
        return zipf_probabilities(self.m, self.zipf) if self.zipf else None

    @cached_property
    def place_odds(self) -> tuple[np.ndarray | None, ...]:
        """``place_odds[l-1]``: probabilities of the places in a sub-patch, (s0+1,); None where all
        are alike."""
        if self.displacement_ratio == 1:
            return (None,) * self.L
        return tuple(
            geometric_probabilities(s0 + 1, self.displacement_ratio) for s0 in self.s0_levels
        )

    @cached_property
    def _words(self) -> Words:
        """Digits of a datum: class, then tuple by tuple from level L down to 1 its rule and its
        places."""
        radices, odds = [self.n_c], [None]
        for level in range(self.L, 0, -1):
            places, tuples = self.place_radices(level), self.s ** (self.L - level)
            radices += [self.m, *places] * tuples
            odds += [self.synonym_odds, *[self.place_odds[level - 1]] * len(places)] * tuples
        return Words(radices, odds)

    def _build(self, words: np.ndarray) -> Samples:
        """The data with these words, (number of words, n) unsigned 64-bit."""
        n, leaves = words.shape[1], self.s**self.L
        samples = Samples(
            np.empty((n, leaves), np.min_scalar_type(self.v - 1)),
            np.empty((n, leaves), np.min_scalar_type(self.d - 1)),
            np.empty(n, np.min_scalar_type(self.n_c - 1)),
        )
        for block in blocks(n, leaves):
            digits = self._words.digits(words[:, block])
            samples.labels[block] = label = next(digits)
            values, positions = [label], [np.zeros_like(label)]
            for level in range(self.L, 0, -1):
                values, positions = self._grow(level, values, positions, digits)
            for j in range(leaves):
                samples.values[block, j] = values[j]
                samples.positions[block, j] = positions[j]
        return samples

    def _grow(self, level, parents, patches, digits):
        """Features and positions of ``level``, node by node, from those of the level above."""
        table = self.rules[level - 1].reshape(-1, self.s)
        size, sub_patch = self.patches[level - 1], self.s0_levels[level - 1] + 1
        values, positions = [], []
        for parent, patch in zip(parents, patches, strict=True):
            rule = parent * self.m + next(digits)
            if self.sparsity == "A":
                places = [next(digits) + j * sub_patch for j in range(self.s)]
            else:
                places = self.subsets[level - 1][next(digits)].T
            for j in range(self.s):
                values.append(table[rule, j].astype(np.int64))
                positions.append(patch * size + places[j])
        return values, positions


@cache
def _subsets(patch: int, s: int) -> np.ndarray:
    every = itertools.combinations(range(patch), s)
    flat = np.fromiter(itertools.chain.from_iterable(every), dtype=np.int64).reshape(-1, s)
    flat.flags.writeable = False
    return flat
