"""A training takes the threads and the memory that suit it, and leaves the process as it was."""

import pytest
import torch

from srhm.images.config import ImageRunConfig
from srhm.images.train import train_on_images
from srhm.runs.trace import trace
from srhm.training import memory
from srhm.training.batched import Group
from srhm.training.config import RunConfig
from srhm.training.loop import Limits
from srhm.training.replicas import train_group
from srhm.training.run import train

TINY = RunConfig(v=4, P=64, batch_size=16, width=16, max_epochs=3, num_test=50)


def flushes():
    return (torch.full((8,), 1e-20) * 1e-20).max().item() == 0


@pytest.fixture(autouse=True, params=[False, True])
def process(request):
    """The process has three threads, and flushes denormals or not: before and after each test."""
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    torch.set_flush_denormal(request.param)
    yield
    after = torch.get_num_threads(), flushes()
    torch.set_num_threads(before)
    torch.set_flush_denormal(False)
    assert after == (3, request.param)


@pytest.mark.parametrize("how", ["train", "group", "trace", "architecture", "images"])
def test_denormals_are_zero_while_it_trains(how, monkeypatch):
    seen = set()

    def ends(*arguments):
        seen.add(flushes())
        return own_ends(*arguments)

    own_ends = Limits.ends
    monkeypatch.setattr(Limits, "ends", ends)
    monkeypatch.setattr(Group, "run", lambda self, own=Group.run: (seen.add(flushes()), own(self)))
    if how == "group":
        train_group([TINY], "cpu")
    elif how == "trace":
        trace(TINY, device="cpu")
    elif how == "images":
        config = ImageRunConfig(
            dataset="shapes", arch="lenet", P=20, batch_size=10, epochs=1, num_probes=3
        )
        train_on_images(config, "cpu")
    else:
        short = TINY.replace(s0=2, max_epochs=1, batch_size=32)
        train(short.replace(arch="vgg11") if how == "architecture" else short, "cpu")
    assert seen == {True}


def test_one_thread_unless_more_are_asked_for():
    assert train(TINY, "cpu")["threads"] == 1
    assert torch.get_num_threads() == 3
    assert train(TINY, "cpu", threads=2)["threads"] == 2


def test_a_watched_training_takes_one_too(monkeypatch):
    seen = set()
    from srhm.runs import trace as module

    fit = module.fit
    monkeypatch.setattr(module, "fit", lambda *a: seen.add(torch.get_num_threads()) or fit(*a))
    trace(TINY, device="cpu")
    assert seen == {1}


def test_also_where_it_fails():
    def fail(epoch, loss):
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        train(TINY, "cpu", on_epoch=fail)


@pytest.mark.parametrize("threads", [0, -1, 1.5, True])
def test_impossible_threads(threads):
    with pytest.raises(ValueError, match=f"threads .*{threads}"):
        train(TINY, "cpu", threads=threads)


def test_every_epoch_is_reported():
    seen = []
    row = train(TINY, "cpu", on_epoch=lambda *epoch: seen.append(epoch))
    assert [epoch for epoch, _ in seen] == [1, 2, 3]
    assert seen[-1][1] == row["train_loss"]


@pytest.mark.parametrize("arch", ["lcn", "cnn", "fcn"])
def test_the_memory_of_the_weights_is_counted_exactly(arch):
    from srhm.networks.patch import build_network

    config = TINY.replace(arch=arch, L=2, s0=1)
    net = build_network(arch, config.task, config.width)
    weights = sum(p.numel() for p in net.parameters())
    more = memory.network_bytes(config) - 2 * 4 * weights  # weights and velocities
    tokens = 1 if arch == "fcn" else 2
    assert more == 4 * config.batch_size * tokens * config.width


def test_what_does_not_fit_is_refused_before_any_work(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda place: 10**5)
    place = torch.device("cpu")
    memory.check_memory(TINY, place)
    with pytest.raises(ValueError, match="width=512 "):
        memory.check_memory(TINY.replace(width=512), place)
    with pytest.raises(ValueError, match="P=9999 .*num_test=50 "):
        memory.check_memory(TINY.replace(v=8, L=3, n_c=8, m=8, P=9999), place)
    with pytest.raises(ValueError, match="width=512 "):
        train(TINY.replace(width=512), "cpu")
