"""One gradient step and clustering: against autograd, theory and plain loops."""

import numpy as np
import pytest
import torch

from srhm.data.task import SRHM
from srhm_book.parent.correlations import crossing_P
from srhm_book.parent.layerwise import cluster, learn, one_step, one_step_sensitivity, tuples_of
from srhm_book.parent.layerwise_views import crossings, layerwise_table, mean_ratio, one_step_law
from srhm_book.parent.measure import layerwise_rows, one_step_rows


def test_the_step_is_that_of_a_two_layer_network():
    """Hidden weights from 1 by autograd, all data in one batch, the read-out fixed."""
    task, width = SRHM(4, 2, 2, 0, seed=3), 20_000
    x = task.sample(100, 0)
    tuples = tuples_of(x.values, 4, 2)[:, 0]
    weights = torch.ones(16, width, requires_grad=True)
    readout = torch.randn(width, task.n_c, generator=torch.Generator().manual_seed(0))
    logits = torch.relu(weights[torch.from_numpy(tuples)]) @ readout / width
    loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(x.labels.astype("int64")))
    (gradient,) = torch.autograd.grad(loss, weights)
    T = one_step(tuples, x.labels, 16, task.n_c)
    expected = T @ readout.T.numpy() / width
    # The output at the start is O(width^(-1/2)), where the formula has 0.
    np.testing.assert_allclose(-gradient.numpy(), expected, atol=0.02 * np.abs(expected).max())


def test_counts_by_hand():
    T = one_step(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]), 3, 2)
    np.testing.assert_allclose(T, [[0, 0], [-0.25, 0.25], [0, 0]])


@pytest.mark.parametrize(("v", "L", "unit"), [(12, 2, 0.3), (12, 2, 1.0), (6, 3, 1.0)])
def test_sensitivity_follows_signal_and_noise(v, L, unit):
    ratios = []
    for seed in range(6):
        task = SRHM(v, 2, L, 0, seed=seed)
        P, P_c = round(unit * v ** (L + 1)), crossing_P(task)[0]
        found = one_step_sensitivity(task, task.sample(P, seed))
        ratios.append(found / one_step_law(P, P_c, task.num_data))
    assert np.mean(ratios) == pytest.approx(1, abs=0.05)


def test_it_learns_the_rules_when_data_are_many():
    task = SRHM(8, 2, 3, 0, m=4, seed=1)
    train, test = task.split(6000, 500, 0)
    learned = learn(task, train)
    assert learned.error(test) < 0.02
    known = task.rules[0].astype(int) @ [8, 1]  # (v, m) tuples of each feature
    groups = learned.groups[0][known]
    assert (groups == groups[:, :1]).all()
    assert len(np.unique(groups[:, 0])) == task.v
    few, _ = task.split(30, 1, 0)
    assert learn(task, few).error(test) > 0.4


def test_groups_do_not_depend_on_the_size_of_T():
    rng = np.random.default_rng(0)
    rows = np.repeat(np.eye(4), 5, axis=0) + 0.1 * rng.standard_normal((20, 4))
    first, second = cluster(rows, 4, 0), cluster(1e-7 * rows, 4, 0)
    assert (first == second).all()
    assert all(len(set(first[i : i + 5])) == 1 for i in range(0, 20, 5))


def test_rows_and_what_follows_from_them():
    rows = one_step_rows(tasks=[(8, 2)], seeds=range(4))
    table = crossings(rows)
    assert mean_ratio(table.measured, table.exact).includes(1)
    assert mean_ratio(table.measured[:1], table.exact[:1]) is None
    found = layerwise_table(layerwise_rows(tasks=[(6, 2)], per_octave=2, seeds=range(3)))
    row = found.iloc[0]
    assert row.low < row.P_star < row.high
    assert row.over_half == pytest.approx(row.P_star / 6**2.5)
    assert row.over_one == pytest.approx(row.P_star / 6**3)
