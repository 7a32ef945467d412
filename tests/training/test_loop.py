"""The one loop: what it calls and counts, and how a run ends."""

import math

import pytest
import torch

from srhm.images.config import ImageRunConfig
from srhm.images.train import train_on_images
from srhm.training.config import RunConfig
from srhm.training.loop import Limits, first_end, run_epochs, without_single
from srhm.training.replicas import train_group
from srhm.training.run import train

LIMITS = Limits(max_epochs=25, chance=2.0, stop_loss=0.1, stop_every=4)


def run(losses, limits=LIMITS, **options):
    """A training of two batches an epoch whose mean losses are these."""
    steps = (torch.tensor(float(loss)) for loss in losses for _ in range(2))
    return run_epochs(
        lambda _batch: next(steps), lambda: torch.arange(2).split(1), 2, limits, **options
    )


def test_each_end_with_its_counts():
    assert run([1.0, 0.5, 2000.0]) == {
        "status": "diverged", "train_loss": 2000.0, "epochs": 3, "steps": 6,
    }  # fmt: skip
    assert run([1.0, math.nan])["status"] == "diverged"
    assert run([0.05] * 9)["epochs"] == 4  # looked at every fourth epoch
    assert run([1.0] * 24 + [0.05])["status"] == "converged"  # and at the last
    ended = run([1.0] * 25)
    assert (ended["status"], ended["epochs"], ended["steps"]) == ("max_epochs", 25, 50)


def test_one_asks_for_silence_at_every_tenth_epoch_while_the_loss_is_high():
    asked, seen = [], []
    losses = [1.5] * 11 + [0.5] * 14

    def silent():
        asked.append(len(seen))
        return False

    assert run(losses, silent=silent, on_epoch=lambda n, _loss: seen.append(n))["epochs"] == 25
    assert asked == [10]
    assert run(losses, silent=lambda: True)["epochs"] == 10
    assert run(losses, silent=lambda: True)["status"] == "diverged"


def test_calls_come_in_their_order():
    calls = []
    run(
        [1.0, 3000.0],
        on_step=lambda n: calls.append(("step", n)),
        after_epoch=lambda n: calls.append(("after", n)),
        on_epoch=lambda n, loss: calls.append(("epoch", n, loss)),
    )
    first, second = calls[:4], calls[4:]
    assert first == [("step", 1), ("step", 2), ("after", 1), ("epoch", 1, 1.0)]
    assert second == [("step", 3), ("step", 4), ("after", 2), ("epoch", 2, 3000.0)]


def test_the_ends_of_a_group_are_those_of_its_runs():
    limits = [LIMITS, Limits(3, 1.0), Limits(4, 1.0, 0.3, 2), Limits(2, 0.5, 0.3)]
    group = Limits(*(torch.tensor(f, dtype=torch.float64) for f in zip(
        *((one.max_epochs, one.chance, one.stop_loss, one.stop_every) for one in limits),
        strict=True,
    )))  # fmt: skip
    for epoch in (1, 2, 3, 4, 10):
        for loss in (0.0, 0.2, 0.5, 600.0, 1000.0, math.inf, math.nan):
            for silent in (False, True):
                epochs, losses = torch.full((4,), epoch), torch.full((4,), loss).double()
                together = torch.stack(group.ends(epochs, losses, torch.full((4,), silent)))
                alone = [one.ends(epoch, loss, silent) for one in limits]
                assert together.T.tolist() == [list(ends) for ends in alone]
                doubts = group.doubts(epochs, losses).tolist()
                assert doubts == [one.doubts(epoch, loss) for one in limits]


def test_the_worst_end_counts():
    assert first_end((True, True, True)) == "diverged"
    assert first_end((False, True, True)) == "converged"
    assert first_end((False, False, False)) is None


def test_a_silent_network_ends_alike_alone_and_in_a_group():
    silent = RunConfig(
        v=4, L=3, s0=0, P=512, arch="lcn", width=64, batch_size=64, lr=8.0, num_test=500,
        max_epochs=60,
    )  # fmt: skip
    learning = silent.replace(lr=0.5, seed_init=1)
    alone = train(silent, "cpu")
    row, neighbour = train_group([silent, learning], "cpu")
    assert (alone["status"], alone["epochs"]) == ("diverged", 10)
    for name in ("status", "epochs", "steps"):
        assert row[name] == alone[name]
    assert set(row) == set(alone)  # no sensitivities
    assert row["train_loss"] == pytest.approx(math.log(4), rel=1e-3)
    assert neighbour["status"] != "diverged"


def test_no_batch_of_one():
    order = torch.arange(9)
    batches = without_single(order, 4)
    assert [len(batch) for batch in batches] == [4, 5]
    assert torch.equal(torch.cat(batches), order)
    assert [len(batch) for batch in without_single(order[:1], 4)] == [1]
    assert [len(batch) for batch in without_single(order[:8], 4)] == [4, 4]


SMALL = {"v": 4, "s0": 2, "P": 40, "batch_size": 16, "num_test": 50, "max_epochs": 2}


@pytest.mark.parametrize("arch", ["lcn", "resnet18", "images"])
def test_every_epoch_is_reported(arch):
    seen = []

    def on_epoch(epoch, train_loss):
        seen.append((epoch, train_loss))

    if arch == "images":
        config = ImageRunConfig(dataset="shapes", arch="fc2", P=64, epochs=2, num_probes=5)
        row = train_on_images(config, "cpu", on_epoch=on_epoch)
    else:
        row = train(RunConfig(arch=arch, width=16, **SMALL), "cpu", on_epoch=on_epoch)
    assert [epoch for epoch, _ in seen] == [1, 2]
    assert seen[-1][1] == row["train_loss"]
