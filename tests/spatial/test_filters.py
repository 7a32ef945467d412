"""Modes of filters against the Laplacian's eigenvectors, and what permuting channels keeps."""

import numpy as np
import pytest
import torch
from torch import nn

from srhm.images.networks import build_image_network
from srhm.images.sets import load_images
from srhm_book.spatial import photographs
from srhm_book.spatial.filters import convolutions, mode_powers, shuffle_channels


def laplacian(F):
    """Of the F x F grid with free edges: degrees less neighbours."""
    index = np.arange(F * F).reshape(F, F)
    matrix = np.zeros((F * F, F * F))
    pairs = [(index[1:], index[:-1]), (index[:, 1:], index[:, :-1])]
    for a, b in ((a.ravel(), b.ravel()) for a, b in pairs):
        matrix[a, b] = matrix[b, a] = -1
    return matrix - np.diag(matrix.sum(1))


@pytest.mark.parametrize("F", [2, 3, 5])
def test_powers_are_projections_on_the_laplacians_eigenvectors(F):
    conv = nn.Conv2d(4, 6, F)
    values, vectors = np.linalg.eigh(laplacian(F))
    filters = conv.weight.detach().double().reshape(-1, F * F).numpy()
    expected = ((filters @ vectors) ** 2).mean(0)
    eigenvalues, powers = mode_powers(conv)
    assert eigenvalues == pytest.approx(values, abs=1e-12)
    for value in np.unique(values.round(9)):  # of equal eigenvalues only the sum is defined
        same = np.isclose(values, value)
        assert powers[same].sum() == pytest.approx(expected[same].sum() / expected.sum())


def test_constant_filters_are_the_constant_mode():
    conv = nn.Conv2d(2, 3, 3)
    nn.init.constant_(conv.weight, 0.7)
    assert mode_powers(conv)[1][0] == pytest.approx(1)


def test_shuffling_keeps_filters_and_the_first_layer():
    net = build_image_network("vgg11", 3, 10, 0, width=0.1)
    shuffled = shuffle_channels(net, 0)
    pairs = list(zip(convolutions(net), convolutions(shuffled), strict=True))
    assert torch.equal(pairs[0][0].weight, pairs[0][1].weight)
    for before, after in pairs[1:]:
        assert not torch.equal(before.weight, after.weight)
        matched = (before.weight[:, :, None] == after.weight[:, None]).all(-1).all(-1)
        assert (matched.sum(1) == 1).all()  # each filter is there once,
        assert (matched == matched[:1]).all()  # and for all outputs in the same place
        assert np.allclose(mode_powers(before), mode_powers(after))


def test_all_that_is_measured_of_a_network():
    images = load_images("shapes")
    toy = {"size": 60, "seen": 120, "num_probes": 20, "width": 0.1}
    layers, filters = photographs.measure(images, ["vgg11_bn"], [1], **toy)
    assert list(layers.state.unique()) == ["initial", "trained", "shuffled"]
    assert layers.groupby("state").kind.value_counts()["trained"].to_dict() == {"conv": 8, "out": 1}
    assert (layers.D > 0).all()
    assert (layers.R / (layers.D / layers.G)).to_list() == pytest.approx([1] * 27)
    sums = filters.groupby(["state", "layer"]).power.sum()
    assert len(sums) == 2 * 8
    assert sums.to_list() == pytest.approx([1] * 16)
    at = layers.set_index(["state", "layer"]).D
    assert at["trained", 1] == pytest.approx(at["shuffled", 1])  # what comes before any permutation
    assert at["trained", 2] != pytest.approx(at["shuffled", 2], rel=1e-3)
