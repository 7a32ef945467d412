"""Deferred and lazy updates are SGD with momentum, also over many steps and merges."""

import pytest
import torch

from srhm.updates import DeferredBlocks, DirectBlocks, DirectRows, LazyRows

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
        gradient, idle = torch.zeros_like(start), []
        for block in range(BLOCKS):
            n = int(torch.randint(0, 4, (), generator=draw))
            if n == 0 or block == BLOCKS - 1:  # the last block is never touched
                idle.append(block)
                continue
            x, g = torch.randn(n, IN, generator=draw), torch.randn(n, OUT, generator=draw) / 10
            torch.testing.assert_close(
                ours.forward(block, x), x @ exact[block], atol=1e-4, rtol=1e-4
            )
            d_x = ours.backward(block, x, g)
            torch.testing.assert_close(d_x, g @ exact[block].t(), atol=1e-4, rtol=1e-4)
            gradient[block] = x.t() @ g
        ours.end_step(idle)
        gradients.append(gradient)
        velocity = momentum * velocity + gradient
        exact = exact - LR * velocity
    ours.sync()
    torch.testing.assert_close(
        ours.weight, reference(start, momentum, gradients), atol=1e-4, rtol=1e-4
    )
    assert torch.equal(ours.weight[-1], start[-1])


def test_deferred_rows_are_forgotten():
    draw = torch.Generator().manual_seed(0)
    blocks = DeferredBlocks(torch.randn(1, IN, OUT, generator=draw), LR, 0.9)
    for _ in range(1000):
        x = torch.randn(2, IN, generator=draw)
        blocks.backward(0, x, torch.randn(2, OUT, generator=draw))
        blocks.end_step([])
    assert blocks.rows[0].count < 2 * (blocks.memory + blocks.MERGE)


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
