"""The lazy limit: the recursion over patches against gradients of wide networks."""

import numpy as np
import pytest
import torch

from messages import says
from srhm.data.task import SRHM
from srhm.networks.patch import build_network
from srhm_book.parent.tangent import kernel_matrix, regression_errors, relu_kernels


def gradient_kernel(arch, task, x, scaling, width=768, seeds=10):
    """Width times the products of one output's gradients, averaged over initial weights."""
    total = 0
    for seed in range(seeds):
        net = build_network(arch, task, width, seed, scaling)
        parameters = list(net.parameters())
        rows = [
            torch.cat([g.flatten() for g in torch.autograd.grad(y, parameters, retain_graph=True)])
            for y in net(task.one_hot(x))[:, 0]
        ]
        gradients = torch.stack(rows)
        total = total + width * (gradients @ gradients.T)
    return (total / seeds).numpy()


@pytest.mark.parametrize("arch", ["lcn", "cnn"])
@pytest.mark.parametrize(("v", "s", "L"), [(4, 2, 2), (3, 2, 3), (3, 3, 2), (5, 2, 1)])
def test_it_is_that_of_wide_networks_shared_or_not(arch, v, s, L):
    task = SRHM(v, s, L, 0, m=2, n_c=2, seed=1)
    x = task.sample(min(5, task.num_data), 0)
    exact = kernel_matrix(task, x, x)
    found = gradient_kernel(arch, task, x, "fan_in")
    assert np.abs(found - exact).max() < 0.12 * exact[0, 0]
    assert exact.min() < 0.7 * exact[0, 0]  # data differ by much more than that


def test_the_authors_scaling_only_multiplies_it():
    task = SRHM(3, 2, 2, 0, seed=1)
    x = task.sample(5, 0)
    found = gradient_kernel("cnn", task, x, "channels")
    exact = task.d * kernel_matrix(task, x, x)
    assert np.abs(found - exact).max() < 0.12 * exact[0, 0]


def test_arc_cosine_against_sampled_gaussians():
    rng = np.random.default_rng(0)
    for cosine in (-0.5, 0.0, 0.3, 1.0):
        a, b = rng.standard_normal((2, 400_000))
        b = cosine * a + np.sqrt(1 - cosine**2) * b
        both = (np.maximum(a, 0) * np.maximum(b, 0)).mean(), ((a > 0) & (b > 0)).mean()
        found = relu_kernels(np.array(3.0 * cosine), 3.0)
        assert found[0] == pytest.approx(3.0 * both[0], abs=0.02)
        assert found[1] == pytest.approx(both[1], abs=0.004)


def test_regression_generalises_from_more_data_and_repeats_itself():
    task = SRHM(4, 2, 3, 0, m=2, seed=0)
    errors = regression_errors(task, [32, 400], 1000, 0)
    assert errors[400] < 0.5 * errors[32] < 0.5
    assert errors == regression_errors(task, [32, 400], 1000, 0)
    alone = regression_errors(task, [400], 1000, 0)
    assert alone[400] == errors[400]  # whatever the smaller sets are


def test_sparse_tasks_have_another_kernel():
    task = SRHM(3, 2, 2, 1)
    x = task.sample(4, 0)
    with pytest.raises(ValueError, match=says("s0", 0, 1)):
        kernel_matrix(task, x, x)
