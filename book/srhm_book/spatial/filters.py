"""What filters do to space and to channels: their weight on smooth modes, and channels permuted."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import numpy as np
import torch
from scipy.fft import dctn
from torch import nn


def mode_powers(conv: nn.Conv2d) -> tuple[np.ndarray, np.ndarray]:
    """The filters' squared projections on the modes of their grid's Laplacian.

    Returns the modes' eigenvalues (F^2,), ascending from 0, the constant mode's, and the powers
    (F^2,), averaged over all filters and over their sum: 1/F^2 each for random filters. The grid's
    edges are free: its modes are those of the discrete cosine transform.
    """
    filters = conv.weight.detach().flatten(0, 1).double().numpy()  # (filters, F, F)
    rows, columns = filters.shape[1:]
    powers = (dctn(filters, axes=(1, 2), norm="ortho") ** 2).mean(axis=0)
    along = [2 - 2 * np.cos(np.pi * np.arange(F) / F) for F in (rows, columns)]
    eigenvalues = (along[0][:, None] + along[1]).ravel()
    order = np.argsort(eigenvalues, kind="stable")
    return eigenvalues[order], powers.ravel()[order] / powers.sum()


def shuffle_channels(net: nn.Module, seed: int) -> nn.Module:
    """A copy whose convolutions each read their channels in a random order.

    Each filter keeps its shape, so that what pools in space still does; that filters of different
    channels fit together is lost. A convolution of the image itself is left as it is.
    """
    net = copy.deepcopy(net)
    draw = torch.Generator().manual_seed(seed)
    for conv in list(convolutions(net))[1:]:
        order = torch.randperm(conv.weight.shape[1], generator=draw)
        conv.weight.data = conv.weight.data[:, order]
    return net


def convolutions(net: nn.Module) -> Iterator[nn.Conv2d]:
    """All convolutions, in the order of the modules."""
    return (module for module in net.modules() if isinstance(module, nn.Conv2d))
