"""Deferred and lazy updates are SGD with momentum, also over many steps and merges."""

import math

import pytest
import torch

from srhm.engine.updates import DeferredBlocks, DirectBlocks, DirectRows, LazyRows

BLOCKS, IN, OUT, LR = 5, 12, 9, 0.05


def reference(weight, momentum, gradients):
    """torch.optim.SGD on given gradients."""
    weight = torch.nn.Parameter(weight.clone())
    optimiser = torch.optim.SGD([weight], lr=LR, momentum=momentum)
    for gradient in gradients:
        weight.grad = gradient
        optimiser.step()
    return weight.detach()


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("update", [DirectBlocks, DeferredBlocks])
@pytest.mark.parametrize("steps", [1, 7, 400])
def test_blocks_against_sgd(update, momentum, steps):
    draw = torch.Generator().manual_seed(1)
    start = torch.randn(BLOCKS, IN, OUT, generator=draw)
    ours = update(start.clone(), LR, momentum)
    exact, gradients = start.clone(), []
    velocity = torch.zeros_like(start)
    for _ in range(steps):
        counts = torch.randint(0, 4, (BLOCKS - 1,), generator=draw)  # the last block is never met
        if not counts.any():
            counts[0] = 1
        met = torch.arange(BLOCKS - 1).repeat_interleave(counts)
        present, sizes = counts.nonzero().flatten().tolist(), counts[counts > 0].tolist()
        x, g = torch.randn(len(met), IN, generator=draw), torch.randn(len(met), OUT, generator=draw)
        g /= 10
        expected = torch.einsum("ni,nio->no", x, exact[met])
        torch.testing.assert_close(ours.forward(present, sizes, x), expected, atol=1e-4, rtol=1e-4)
        expected = torch.einsum("no,nio->ni", g, exact[met])
        d_x = ours.backward(present, sizes, x, g)
        torch.testing.assert_close(d_x, expected, atol=1e-4, rtol=1e-4)
        gradient = torch.zeros_like(start).index_add_(0, met, torch.einsum("ni,no->nio", x, g))
        gradients.append(gradient)
        velocity = momentum * velocity + gradient
        exact = exact - LR * velocity
    ours.sync()
    torch.testing.assert_close(
        ours.weight, reference(start, momentum, gradients), atol=1e-4, rtol=1e-4
    )
    assert torch.equal(ours.weight[-1], start[-1])


def test_reading_between_steps_changes_nothing():
    draw = torch.Generator().manual_seed(3)
    start = torch.randn(2, IN, OUT, generator=draw)
    read, unread = (DirectBlocks(start.clone(), LR, 0.9) for _ in range(2))
    for step in range(12):
        present = [step % 2] if step < 6 else [0]  # block 1 coasts in the end
        x, g = torch.randn(1, IN, generator=draw), torch.randn(1, OUT, generator=draw)
        for update in (read, unread):
            update.forward(present, [1], x)
            update.backward(present, [1], x, g)
        read.forward([0, 1], [1, 1], torch.zeros(2, IN))
    read.sync()
    unread.sync()
    torch.testing.assert_close(read.weight, unread.weight, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("num", [2, 10, 40])  # fewer rows than the table has, as many, more
def test_rows_may_be_read_any_number_of_times_between_steps(num):
    draw = torch.Generator().manual_seed(4)
    start = torch.randn(20, OUT, generator=draw)
    lazy, direct = LazyRows(start.clone(), LR, 0.9), DirectRows(start.clone(), LR, 0.9)
    for _ in range(8):
        index, g = torch.randint(0, 20, (2, 1), generator=draw), torch.randn(2, OUT, generator=draw)
        for rows in (lazy, direct):
            rows.forward(index)
            rows.backward(index, g)
        look = torch.randint(0, 20, (num, 2), generator=draw)
        for _ in range(2):
            torch.testing.assert_close(lazy.forward(look), direct.forward(look))
    for _ in range(2):
        lazy.sync()
        torch.testing.assert_close(lazy.weight, direct.weight)


def test_deferred_rows_are_forgotten():
    draw = torch.Generator().manual_seed(0)
    blocks = DeferredBlocks(torch.randn(1, IN, OUT, generator=draw), LR, 0.9)
    for _ in range(1000):
        x, g = torch.randn(2, IN, generator=draw), torch.randn(2, OUT, generator=draw)
        blocks.forward([0], [2], x)
        blocks.backward([0], [2], x, g)
    memory = math.log(blocks.LEAST) / math.log(0.9)
    assert 2 * memory < blocks.counts[0] < 2 * memory + 2 * blocks.MERGE


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("update", [DirectRows, LazyRows])
def test_rows_against_sgd(update, momentum):
    draw = torch.Generator().manual_seed(2)
    start = torch.randn(30, OUT, generator=draw)
    ours, gradients = update(start.clone(), LR, momentum), []
    exact, velocity = start.clone(), torch.zeros_like(start)
    for _ in range(60):
        index = torch.randint(0, 29, (3, 2), generator=draw)  # repeats occur; row 29 never
        torch.testing.assert_close(ours.forward(index), exact[index].sum(1), atol=1e-5, rtol=1e-4)
        g = torch.randn(3, OUT, generator=draw)
        ours.backward(index, g)
        gradient = torch.zeros_like(start)
        gradient.index_add_(0, index.flatten(), g.repeat_interleave(2, 0))
        gradients.append(gradient)
        velocity = momentum * velocity + gradient
        exact = exact - LR * velocity
    ours.sync()
    torch.testing.assert_close(
        ours.weight, reference(start, momentum, gradients), atol=1e-5, rtol=1e-4
    )
