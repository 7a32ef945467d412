"""What one gradient step predicts, written down before any of the trainings.

An exponent is the power of s0+1 with which the number of data needed grows when only one level is
sparse, or all are.

The first layer of an LCN has weights of their own at every place, and a datum fills one with
probability 1 / prod(s0+1): whichever level is sparse, each weight is met that much less often. With
equal hidden weights a CNN's filter only sees the place inside the lowest patch: sparsity above it
changes neither signal nor noise. With random hidden weights each place of a patch pulls with a
sign of its own, the filter's gain from sharing is lost in signal and noise alike, and the CNN
pays like the LCN. The paper's laws, Eqs. 3 and 4, say L and 2 for the trained networks when all
levels are sparse, and nothing about single levels; at L = 1 both networks are one, so that they
cannot both hold.
"""

from __future__ import annotations

from srhm.stats.fits import Estimate


def exponents(arch: str, weights: str, L: int) -> tuple[float, ...]:
    """One step's exponent of s0+1 at each level alone, the input's first: their sum is that of
    all levels together."""
    if arch == "cnn" and weights == "equal":
        return (1.0, *[0.0] * (L - 1))
    return (1.0,) * L


def law(arch: str, L: int) -> float:
    """The exponent of s0+1 with all levels sparse in Eq. 3 (LCN) or 4 (CNN)."""
    return float(L) if arch == "lcn" else 2.0


# Two invariances or one? Written down before any training with unequal probabilities. Synonyms and
# displacements have the same class statistics: if *one grouping* makes the network insensitive to
# both (the paper's argument), P*_D / P*_S and both over P* keep, with unequal probabilities, the
# values that they have with equal ones. If each *pattern is learned by itself*, one that is met q
# times as often needs 1/q times as many data: the rare place then holds P*_D up and the rare
# synonym P*_S, each alone, by up to the factors below. On the even task the rare place holds up all
# three, since half of all features sit there; rare synonyms still only two, P*_S and P*.
WITHIN = 1.5  # a factor


def rare_factor(probabilities) -> float:
    """How many times rarer than with equal probabilities the rarest place, or synonym, is."""
    return 1 / (len(probabilities) * min(probabilities))


def verdict(ratio: Estimate | None) -> str:
    """Of a ratio of thresholds over its value at equal probabilities: "together" where its 95 %
    interval lies within a factor of `WITHIN`, "parted" where it lies outside, else "open"."""
    if ratio is None:
        return "open"
    if ratio.low >= 1 / WITHIN and ratio.high <= WITHIN:
        return "together"
    return "parted" if ratio.low > WITHIN or ratio.high < 1 / WITHIN else "open"


def tied_exponent(arch: str, weights: str, L: int, tied: str) -> float:
    """One step's exponent of s0+1 where these layers share weights within sub-patches.

    - LCN: a weight of the first layer is met prod(s0+1) times less often than without sparsity.
      Sharing in layer 1 takes that level's factor out: the exponent of s0+1 falls from L to L - 1.
      Sharing in a layer above takes nothing out, since the first layer below each place still has
      its own weights.
    - CNN, equal hidden weights: the filter sees only the place inside the lowest patch. Sharing in
      layer 1 leaves exponent 0, sharing above changes nothing.
    - CNN, random hidden weights: each place of each level pulls with a sign of its own. Sharing in
      q layers, whichever they are, leaves L - q.
    """
    layers = [k for k in tied.split(",") if k]
    if arch == "cnn" and weights == "random":
        return float(L - len(layers))
    whole = L if arch == "lcn" else 1
    return float(whole - ("1" in layers))


def tied_saving(arch: str, weights: str, L: int, tied: str) -> float:
    """By how much tying these layers lowers `tied_exponent`."""
    return tied_exponent(arch, weights, L, "") - tied_exponent(arch, weights, L, tied)
