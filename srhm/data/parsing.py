"""From tuples of features back to the rules that make them."""

from __future__ import annotations

import numpy as np

# Up to this many possible tuples, the rule of each is kept in a table; beyond, in a sorted list.
MAX_TABLE = 2**22


class RuleLookup:
    """The rules of one level, (parents, m, s), inverted: which one makes a given s-tuple."""

    def __init__(self, rules: np.ndarray, v: int, max_table: int = MAX_TABLE):
        s = rules.shape[-1]
        self.powers = v ** np.arange(s - 1, -1, -1, dtype=np.int64)
        codes = self._codes(rules.reshape(-1, s))
        self.table = None
        if v**s <= max_table:
            self.table = np.full(v**s, -1, np.int32)
            self.table[codes] = np.arange(len(codes))
        else:
            self.rules = np.argsort(codes)
            self.codes = codes[self.rules]

    def _codes(self, tuples: np.ndarray) -> np.ndarray:
        # Column by column: much faster than a sum over a short last axis.
        code = np.zeros(tuples.shape[:-1], np.int64)
        for j, power in enumerate(self.powers):
            code += tuples[..., j] * power
        return code

    def __call__(self, tuples: np.ndarray) -> np.ndarray:
        """parent·m + (number of the rule) for each tuple of (..., s) features in 0..v-1, shape
        (...); -1 where no rule makes it."""
        codes = self._codes(tuples)
        if self.table is not None:
            return self.table[codes].astype(np.int64)
        place = np.searchsorted(self.codes, codes).clip(max=len(self.codes) - 1)
        return np.where(self.codes[place] == codes, self.rules[place], -1)
