"""The lazy limit of the tree networks: their exact tangent kernel, and regression with it.

As the width grows with the features frozen, an LCN or CNN of this book without sparsity (s0 = 0)
becomes kernel regression with one kernel, the same for both: two places of one layer meet weights
that are independent of one another somewhere on their ways to the output, so what sharing weights
adds has mean zero. In the authors' scaling it is d times this kernel, which predicts the same.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg

from srhm.data.samples import Samples
from srhm.data.task import SRHM

RIDGE = 1e-6  # over the kernel of a datum with itself
CHUNK = 512  # rows of a kernel matrix at once


def tree_kernel(x: np.ndarray, y: np.ndarray, v: int, s: int) -> np.ndarray:
    """The tangent kernel (n, m) between leaf features x (n, s^L) and y (m, s^L).

    Width times the product of the gradients of one output, averaged over initial weights. From the
    leaves up, at each node: the mean over its children of what their units have in common
    (``same``) and of what their weights add (``tangent``), then the ReLU.
    """
    same = (x[:, None] == y).astype(float) / v  # of two one-hot vectors, over the fan-in
    tangent = np.zeros_like(same)
    norm = 1 / v  # of any datum with itself
    while same.shape[-1] > 1:
        pre = same.reshape(*same.shape[:-1], -1, s).mean(-1)
        weights = pre + tangent.reshape(*pre.shape, s).mean(-1)
        same, gates = relu_kernels(pre, norm)
        tangent, norm = gates * weights, norm / 2
    return (same + tangent)[..., 0]


def relu_kernels(pre: np.ndarray, norm: float) -> tuple[np.ndarray, np.ndarray]:
    """⟨relu(a) relu(b)⟩ and the share of both open, for Gaussians of this covariance and variance.

    The arc-cosine kernels of orders 1 and 0 (Cho and Saul 2009).
    """
    cosine = np.clip(pre / norm, -1, 1)
    angle = np.arccos(cosine)
    gates = (np.pi - angle) / (2 * np.pi)
    return norm * (np.sqrt(1 - cosine**2) / (2 * np.pi) + gates * cosine), gates


def kernel_matrix(task: SRHM, first: Samples, second: Samples) -> np.ndarray:
    """`tree_kernel` between samples of a task without sparsity, block by block.

    Raises
    ------
    ValueError
        For s0 > 0, where a datum's patches may be empty.
    """
    if task.s0:
        raise ValueError(f"s0 must be 0 for the tangent kernel of this module, not {task.s0}.")
    starts = range(0, len(first), CHUNK)
    blocks = [
        tree_kernel(first.values[i : i + CHUNK], second.values, task.v, task.s) for i in starts
    ]
    return np.concatenate(blocks)


def regression_errors(task: SRHM, sizes: list[int], num_test: int, seed: int) -> dict[int, float]:
    """Test error of kernel regression at each P; smaller training sets are parts of larger ones.

    The least-squares fit of the centred one-hot labels with `RIDGE`, the class by the largest
    output. (The parent paper fits the logistic loss instead.) ``num_test`` is cut to what is left.
    """
    train, test = task.split(max(sizes), num_test, seed)
    kernel, between = kernel_matrix(task, train, train), kernel_matrix(task, test, train)
    targets = np.eye(task.n_c)[train.labels] - 1 / task.n_c
    kernel[np.diag_indices_from(kernel)] *= 1 + RIDGE
    errors = {}
    for P in sizes:
        weights = scipy.linalg.solve(kernel[:P, :P], targets[:P], assume_a="pos")
        found = (between[:, :P] @ weights).argmax(1)
        errors[P] = float((found != test.labels).mean())
    return errors
