"""What is expected of the networks, written down before they were trained.

*Pure pooling* is a network of one channel whose filters are constant. Its sensitivities are
derived here; of tomasini2022, whose own exponents are not known to this book, comes the explanation
that it makes exact. With pixel displacements, and noise of their norm:

- **D_k** falls because a displacement matters the less the wider the field that is averaged over:
  with stride 2 a displaced point leaves its block of 2^k pixels with probability 2^(-k), whatever
  the dimension; without stride the field has the width sqrt(k), and D_k = 1/(k+1).
- **G_k** grows because a ReLU makes of noise a positive mean, which averaging keeps, while it
  averages away the difference of two images: in proportion to the number of pixels of a block,
  2^(k dim), or to sqrt(k) without stride; at first a constant, the noise about that mean, hides it.
- **Without the ReLU** noise and the difference of two images have the same, white spectrum, and any
  linear layer keeps their ratio: G_k = 1 for whatever weights, and D_k is unchanged.

Of the networks: before training the filters are random, so that D_k hardly falls; training
brings D_k down at every layer; with weight decay, which leaves only what the task needs, D_k and
G_k follow pure pooling: their fall and growth from layer to layer, within 20 %; taking the ReLU out
of the trained networks leaves G_k flat. In two dimensions D_k falls as on the ring, G_k grows twice
as fast.

Of classifiers of photographs, after tomasini2022: over the convolutional layers training makes D_k
fall with depth and G_k grow, from the first to the last; it brings D_k at the last layer down.
Permuted channels lose part of that, for the filters of deep layers average over channels that
displacements exchange, and keep part, for single filters are low-pass: trained, they have more
weight on the constant mode of their grid than the 1/F^2 of random ones.

The settings of scale detection (sizes, rates, decay, epochs) were found on networks of seed 0, that
are not among those measured. `stride_2` and `stride_1` are exact up to what the few pixels under
the two points change.
"""

from __future__ import annotations

import math

from scipy.special import comb

MEAN_SQUARE = 1 / (2 * math.pi)  # of a rectified unit Gaussian: its mean, squared
VARIANCE = 1 / 2 - MEAN_SQUARE
# Of two unit Gaussians of correlation 1/2, rectified: E[ab] = (sin t + (pi - t) cos t) / 2 pi with
# cos t = 1/2, less the squared mean.
COVARIANCE = (math.sqrt(3) / 2 + math.pi / 3) / (2 * math.pi) - MEAN_SQUARE


def stride_2(k: int, size: int, dim: int = 1) -> tuple[float, float]:
    """D_k and G_k of pure pooling, k layers of stride 2, on size^dim pixels.

    A block of all pixels knows nothing of where the points are: infinite.
    """
    block = 2.0 ** (k * dim)
    if block >= size**dim:
        return math.inf, math.inf
    differ = 1 - block / size**dim  # points of two images may share a block
    grown = block / 2**dim * MEAN_SQUARE + VARIANCE
    return 2.0**-k / differ, grown / differ


def stride_1(k: int, size: int) -> tuple[float, float]:
    """D_k and G_k of pure pooling by averages of two neighbours, k times, on a ring."""
    kept = _overlap(k, 0) - 1 / size
    around = VARIANCE * _overlap(k - 1, 0) + 2 * COVARIANCE * _overlap(k - 1, 1)
    return (_overlap(k, 0) - _overlap(k, 1)) / kept, (MEAN_SQUARE + around) / 2 / kept


def _overlap(k: int, lag: int) -> float:
    """Of the filter that k averages make, a row of Pascal's triangle, with itself displaced."""
    return comb(2 * k, k + lag, exact=True) / 4**k
