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


def exponents(arch: str, weights: str, L: int) -> tuple[float, ...]:
    """One step's exponent of s0+1 at each level alone, the input's first: their sum is that of
    all levels together."""
    if arch == "cnn" and weights == "equal":
        return (1.0, *[0.0] * (L - 1))
    return (1.0,) * L


def law(arch: str, L: int) -> float:
    """The exponent of s0+1 with all levels sparse in Eq. 3 (LCN) or 4 (CNN)."""
    return float(L) if arch == "lcn" else 2.0
