"""The sparse path is the dense network: outputs, gradients and steps, to rounding."""

import itertools

import pytest
import torch
from torch import nn

from messages import says
from srhm.data.task import SRHM
from srhm.engine.sparse import Engine, encode, evaluate
from srhm.engine.updates import DeferredBlocks, DirectBlocks, DirectRows, LazyRows
from srhm.networks.patch import build_network

GRID = [
    case
    for case in itertools.product(
        ("lcn", "cnn", "fcn"), ((2, 2), (2, 3), (3, 2), (2, 1)), (0, 1, 2), ("A", "B")
    )
    if not (case[2] == 0 and case[3] == "B")
]
GRID += [
    (arch, shape, s0, sparsity)
    for arch in ("lcn", "cnn", "fcn")
    for shape, s0 in (((2, 2), (2, 0)), ((3, 2), (0, 1)), ((2, 3), (0, 2, 1)))
    for sparsity in "AB"
]
BATCH, LR, MOMENTUM = 16, 3.0, 0.9


def make(arch, shape, s0, sparsity, width=24, scaling="fan_in", tied=""):
    s, L = shape
    task = SRHM(v=3, s=s, L=L, s0=s0, n_c=2, m=2, sparsity=sparsity, seed=2)
    net, twin = (build_network(arch, task, width, 4, scaling, tied=tied) for _ in range(2))
    return task, net, twin


@pytest.mark.parametrize("scaling", ["fan_in", "channels"])
@pytest.mark.parametrize(("arch", "shape", "s0", "sparsity"), GRID)
def test_ten_steps_agree_with_autograd_and_sgd(arch, shape, s0, sparsity, scaling):
    task, net, dense = make(arch, shape, s0, sparsity, scaling=scaling)
    compare_ten_steps(task, net, dense, scaling)


@pytest.mark.parametrize("tied", ["1", "2", "1,3"])
@pytest.mark.parametrize("arch", ["lcn", "cnn"])
def test_layers_that_share_weights_within_a_sub_patch_agree_too(arch, tied):
    task, net, dense = make(arch, (2, 3), (2, 1, 2), "A", tied=tied)
    places = [w.shape[1] for w in net.weights]
    assert places == [2 if str(k) in tied else 2 * n for k, n in ((1, 3), (2, 2), (3, 3))]
    compare_ten_steps(task, net, dense)


def compare_ten_steps(task, net, dense, scaling="fan_in"):
    # The tangent kernel grows by d with the scaling "channels"; ten steps that do not diverge.
    lr = LR if scaling == "fan_in" else LR / task.d
    engine = Engine(net, lr, MOMENTUM, BATCH)
    optimiser = torch.optim.SGD(dense.parameters(), lr=lr, momentum=MOMENTUM)
    size = min(40, task.num_data // 2)
    data = task.sample(size, seed=0)
    encoded = encode(net, data)
    x, y = task.one_hot(data), torch.from_numpy(data.labels.astype("int64"))
    start = dense.readout.detach().clone()
    for step in range(10):
        index = torch.arange(step * 7, step * 7 + (BATCH if step % 3 else BATCH // 2)) % size
        optimiser.zero_grad()
        # An incomplete batch counts in proportion: sum over data / batch size.
        loss = nn.functional.cross_entropy(dense(x[index]), y[index], reduction="sum")
        (loss / BATCH).backward()
        optimiser.step()
        ours = engine.step(encoded.take(index))
        torch.testing.assert_close(ours, loss.detach(), rtol=1e-4, atol=1e-4)
    engine.finish()
    assert not torch.allclose(dense.readout, start, atol=1e-3)
    for ours, theirs in zip(net.parameters(), dense.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(("arch", "depth"), [("cnn", 0), ("fcn", 1), ("fcn", 4)])
def test_a_lazy_training_is_that_of_alpha_times_the_change(arch, depth):
    """Logits alpha (f - f at the start) by autograd, with the depth of an FCN chosen freely."""
    alpha, rate, task = 5.0, 30.0 / 5.0**2, SRHM(v=3, s=2, L=2, s0=1, m=2, seed=2)
    net, dense, start = (build_network(arch, task, 24, 4, depth=depth) for _ in range(3))
    assert len(net.weights) == (depth or 2)
    engine = Engine(net, rate, MOMENTUM, BATCH, alpha)
    optimiser = torch.optim.SGD(dense.parameters(), lr=rate, momentum=MOMENTUM)
    data = task.sample(40, seed=0)
    encoded = encode(net, data)
    x, y = task.one_hot(data), torch.from_numpy(data.labels.astype("int64"))
    assert (engine.activations(encoded)[-1] == 0).all()
    for first in (0, 16, 8):
        index = torch.arange(first, first + BATCH)
        optimiser.zero_grad()
        logits = alpha * (dense(x[index]) - start(x[index]).detach())
        nn.functional.cross_entropy(logits, y[index]).backward()
        optimiser.step()
        engine.step(encoded.take(index))
    expected = alpha * (dense(x) - start(x))
    torch.testing.assert_close(engine.activations(encoded)[-1], expected, rtol=1e-3, atol=1e-5)
    assert expected.abs().max() > 1e-3


@pytest.mark.parametrize(("arch", "shape", "s0", "sparsity"), GRID)
def test_activations_agree_at_active_positions_and_are_zero_elsewhere(arch, shape, s0, sparsity):
    task, net, dense = make(arch, shape, s0, sparsity)
    data = task.sample(min(6, task.num_data), seed=1)
    encoded = encode(net, data)
    sparse = Engine(net, LR, MOMENTUM, BATCH).activations(encoded)
    full = dense.activations(task.one_hot(data))
    torch.testing.assert_close(sparse[-1], full[-1])
    for h, at, expected in zip(sparse[:-1], encoded.positions, full[:-1], strict=True):
        placed = torch.zeros_like(expected)
        placed.scatter_(1, at.long()[:, :, None].expand(h.shape), h)
        torch.testing.assert_close(placed, expected)


@pytest.mark.parametrize(
    ("arch", "deferred", "lazy"), [("lcn", 4, 23), ("cnn", 4, 2), ("fcn", 1, 23)]
)
def test_small_batches_have_lazy_updates(arch, deferred, lazy):
    """The largest batches with a row for each block, and reading less than half of the rows.

    A datum has 2 inputs of the hidden layer, of 8 blocks (FCN: 1), and reads 4 rows of 192 (CNN:
    24).
    """
    _, net, _ = make(arch, (2, 2), 3, "A")
    engines = {batch: Engine(net, LR, MOMENTUM, batch) for batch in range(1, 40)}
    for batch, engine in engines.items():
        assert type(engine.hidden[0]) is (DeferredBlocks if batch <= deferred else DirectBlocks)
        assert type(engine.first) is (LazyRows if batch <= lazy else DirectRows)


def test_evaluate_counts_errors_in_chunks():
    task, net, dense = make("lcn", (2, 2), 1, "A")
    data = task.sample(101, seed=3)
    loss, error = evaluate(Engine(net, LR, MOMENTUM, BATCH), encode(net, data), chunk=10)
    labels = torch.from_numpy(data.labels.astype("int64"))
    logits = dense(task.one_hot(data))
    assert error == pytest.approx((logits.argmax(1) != labels).double().mean().item())
    assert loss == pytest.approx(nn.functional.cross_entropy(logits, labels).item(), rel=1e-5)


def test_a_bias_is_refused():
    _, net, _ = make("cnn", (2, 2), 1, "A")
    net.bias = nn.Parameter(torch.zeros(3))
    with pytest.raises(ValueError, match=says("biases", "['bias']")):
        Engine(net, LR, MOMENTUM, BATCH)
