"""Counts of one step against loops, and the two limits of S and D."""

import numpy as np
import pytest
import torch

from srhm.data.task import SRHM
from srhm.training.observables import sensitivities
from srhm_book.why.sensitivity import counted_weights, first_layer, one_step_sensitivities


def test_counts_are_those_of_a_loop():
    task = SRHM(3, 2, 2, 1, n_c=2, m=2, seed=1)
    data = task.sample(40, 0)
    expected = np.zeros((task.d, task.v, task.n_c))
    for values, positions, label in zip(data.values, data.positions, data.labels, strict=True):
        for value, position in zip(values, positions, strict=True):
            expected[position, value, label] += 1 / 40
    expected -= expected.mean(axis=2, keepdims=True)
    found = counted_weights(task, data).view(task.d, task.v, task.n_c)
    assert found.numpy() == pytest.approx(expected)


def test_weights_equal_over_a_sub_patch_do_not_mind_displacements():
    task = SRHM(4, 2, 2, 2, seed=0)
    x = task.sample(400, 0)
    weights = torch.randn(task.d // 3, 1, 4, 3).repeat(1, 3, 1, 1).view(-1, 3)
    found = sensitivities(task, first_layer(task, weights), x, 0)
    assert found["D_1_1"] == pytest.approx(0, abs=1e-6)
    assert found["S_1_1"] > 0.3
    apart = sensitivities(task, first_layer(task, torch.randn(task.d * 4, 3)), x, 0)
    assert apart["D_1_1"] > 0.3


def test_displacements_are_lost_with_more_data_and_synonyms_are_not():
    task = SRHM(6, 2, 2, 1, seed=0)
    few, many = (one_step_sensitivities(task, P, 0, 1000) for P in (100, 15_000))
    assert many["D_1_1"] < 0.4 * few["D_1_1"]
    assert many["S_1_1"] > 0.6
