"""Settings of one input size d: what sparsity alone does to the sample complexity.

Eq. 5 of Tomasini & Wyart 2024 is Eq. 3 at fixed d. The input holds s^L = d F informative elements,
F = (s0+1)^(-L) of all; so (s0+1)^L = 1/F, s^(L/2) = (d F)^(1/2), m^L = (d F)^(log m / log s), and
P* / n_c ~ F^(log m / log s - 1/2) d^(log m / log s + 1/2).
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pandas as pd

from srhm.stats.curves import interval
from srhm.stats.fits import PowerLawFit, fit_power_law
from srhm_book.wording import significant, with_ends

EQUAL = ["v", "m", "s", "d"]  # in both members of a pair; n_c = v
_OF_EACH = ("L", "s0", "F", "P_star")  # what the table of pairs says of both members


def eq5(F, d, m: float, s: float):
    """P* / n_c of Eq. 5, up to its constant; F and d may be arrays."""
    a = math.log(m) / math.log(s)
    return F ** (a - 0.5) * d ** (a + 0.5)


def sparser_pairs(table: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Neighbours in F among settings of equal d, m, s, v, n_c: how much less does the sparser need?

    table: as `srhm_book.complexity.table.complexity_table`, of LCNs.

    Returns
    -------
    One row a pair: v, m, s, d; L, s0 and F of both ("L dense", "L sparse", ...); exponent, Eq. 5's
    log m / log s - 1/2; predicted, the law's P* of the sparser over that of the denser; ratio,
    ours, with its 95 % interval low, high over seeds and its replicates; side: "below 1" or
    "above 1" where the whole interval is, "either" where it is not.
    """
    table = table.dropna(subset="P_star").sort_values("F", ascending=False)
    rng, rows = np.random.default_rng(seed), []
    for equal, block in table.groupby(EQUAL, sort=True):
        members = block.to_dict("records")
        for dense, sparse in pairwise(members):
            rows.append(dict(zip(EQUAL, equal, strict=True)) | _pair(dense, sparse, rng))
    sides = [f"{column} {side}" for side in ("dense", "sparse") for column in _OF_EACH]
    columns = [*EQUAL, "exponent", *sides, "predicted", "ratio", "low", "high"]
    return pd.DataFrame(rows, columns=[*columns, "replicates", "side"])


def fit_eq5(pairs: pd.DataFrame) -> PowerLawFit:
    """log of the measured ratio against the log of the predicted one: the law says slope 1.

    ValueError for fewer than three pairs.
    """
    if len(pairs) < 3:
        raise ValueError(f"A slope needs at least 3 pairs of equal size, not {len(pairs)}.")
    return fit_power_law(pairs, ["predicted"], "ratio")


def as_predicted(pairs: pd.DataFrame) -> pd.Series:
    """Whether each pair's whole interval is on the side of 1 that Eq. 5 says."""
    return pairs.side == np.where(pairs.predicted < 1, "below 1", "above 1")


def _pair(dense: dict, sparse: dict, rng: np.random.Generator) -> dict:
    row = {"exponent": math.log(dense["m"]) / math.log(dense["s"]) - 0.5}
    for name, member in (("dense", dense), ("sparse", sparse)):
        row |= {f"{column} {name}": member[column] for column in _OF_EACH}
    ratio = sparse["P_star"] / dense["P_star"]
    # Nothing in common: each resampling of the one goes with any of the other.
    with np.errstate(divide="ignore", invalid="ignore"):
        replicates = np.asarray(sparse["replicates"]) / rng.permutation(dense["replicates"])
        logs = np.log(replicates)
    num_seeds = min(dense["num_seeds"], sparse["num_seeds"])
    ends = interval(math.log(ratio), logs, num_seeds)
    low, high = (None if end is None else math.exp(end) for end in ends)
    side = "below 1" if high is not None and high < 1 else "either"
    side = "above 1" if low is not None and low > 1 else side
    row |= {"predicted": sparse["scale"] / dense["scale"], "ratio": ratio, "low": low}
    return row | {"high": high, "replicates": replicates, "side": side}


def pairs_view(pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs of `sparser_pairs` in words, one line a pair."""
    holds = np.where(as_predicted(pairs), "yes", np.where(pairs.side == "either", "open", "no"))
    columns = {
        "denser: L, s₀": _both(pairs["L dense"], pairs["s0 dense"]),
        "P* denser": pairs["P_star dense"].map(significant),
        "sparser: L, s₀": _both(pairs["L sparse"], pairs["s0 sparse"]),
        "P* sparser": pairs["P_star sparse"].map(significant),
        "sparser / denser (95 % interval)": [
            with_ends(row.ratio, row.low, row.high) for row in pairs.itertuples()
        ],
        "by Eq. 5": pairs.predicted.map(with_ends),
        "as predicted": holds,
    }
    return pairs[EQUAL].assign(**columns).set_index(EQUAL)


def _both(first: pd.Series, second: pd.Series) -> list[str]:
    return [f"{a}, {b}" for a, b in zip(first, second, strict=True)]
