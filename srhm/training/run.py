"""One training from a configuration to a row of results."""

from __future__ import annotations

import functools
import math
import pathlib
import platform
import re
import subprocess
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

import srhm
from srhm.data.randomness import typed
from srhm.data.task import Samples
from srhm.engine.sparse import ActiveData, Engine, encode, evaluate
from srhm.networks.names import CONVERTED
from srhm.networks.patch import LazyNetwork, PatchNetwork, build_network
from srhm.training.architectures import train_architecture
from srhm.training.config import RunConfig
from srhm.training.loop import Limits, epoch_order, is_silent, run_epochs
from srhm.training.memory import check_memory
from srhm.training.observables import observe, sparse_activations
from srhm.training.progress import told
from srhm.training.threads import num_threads, threads_for


def resolve_device(device: str | torch.device = "auto") -> torch.device:
    """The device named "auto" (the GPU where there is one), "cpu", "cuda" or "cuda:0", "cuda:1" ...

    Raises
    ------
    ValueError
        For another one, and for a GPU that is not there.
    """
    number = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if isinstance(device, str) and device == "auto":
        return torch.device("cuda" if number else "cpu")
    name = str(device)
    if not re.fullmatch("cpu|cuda(:[0-9]+)?", name):
        raise ValueError(f"device must be auto, cpu, cuda or cuda:0, cuda:1 ..., not {device!r}.")
    place = torch.device(name)
    if place.type == "cuda" and (place.index or 0) >= number:
        raise ValueError(
            f"device={name!r} needs a GPU that torch can use; there are {number} (use 'cpu')."
        )
    return place


@typed
def train(
    config: RunConfig,
    device: str | torch.device = "auto",
    threads: int | None = None,
    *,
    on_epoch: Callable[[int, float], None] | None = None,
    progress: bool = False,
    return_network: bool = False,
) -> dict | tuple[dict, nn.Module]:
    """Train one network as ``config`` says, test it, and measure its sensitivities.

    threads: of torch's arithmetic on the CPU; by default one, but torch's own number for the
        common architectures (see `srhm.training.threads`).
    on_epoch: called after each epoch with its number, from 1, and its mean loss (nats).
    progress: tell on stderr how far it is: a bar in a terminal, elsewhere a line now and then.
    return_network: return the trained network too, ready for use, on the device it was trained on;
        with ``alpha`` a `srhm.networks.patch.LazyNetwork`.

    Returns
    -------
    The row, or with ``return_network`` the pair of row and network. The row is a flat dict, ready
    for JSON: all fields of the configuration; ``status`` ("converged", "max_epochs" or "diverged");
    ``test_error``, ``test_loss``, ``train_loss`` (mean over the last epoch; nats); ``epochs``,
    ``steps``, ``seconds``, ``num_test_used``; with ``test_every``, ``best_test_error``, the least
    of all looks and the final one; the sensitivities ``S_{k}_{l}``, ``D_{k}_{l}`` with their
    standard errors (see `srhm.training.observables`; with unequal probabilities the same on the
    even task, ``even_...``); and where it was made: ``commit``,
    ``python``, ``torch``, ``numpy``, ``device``, ``threads``. A diverged run has None for what is
    not finite.

    Raises
    ------
    ValueError
        Before any training: no `RunConfig`, an impossible ``device``, ``threads`` or ``on_epoch``,
        or a training that needs more memory than the machine has.
    """
    if not (on_epoch is None or callable(on_epoch)):
        raise ValueError(f"on_epoch must be a function of epoch and loss, not {on_epoch!r}.")
    place = resolve_device(device)
    number = threads_for(config.arch, threads)
    check_memory(config, place)
    start = time.perf_counter()
    listener = told(config.max_epochs, progress, on_epoch)
    fit_and_measure = train_architecture if config.arch in CONVERTED else _train_patches
    with num_threads(number), listener as after_epoch:
        network, result = fit_and_measure(config, place, after_epoch)
        row = make_row(config, result, time.perf_counter() - start, place)
    return (row, network.eval()) if return_network else row


def _train_patches(config: RunConfig, place, on_epoch) -> tuple[nn.Module, dict]:
    """Train, test and measure an LCN, CNN or FCN, as `train_architecture` does the others."""
    engine, data, test_set = prepare(config, place)
    best = BestError(config)
    look = functools.partial(best.look, engine, test_set)
    result = fit(engine, data, config, after_epoch=look, on_epoch=on_epoch)
    engine.finish()
    net = engine.net
    if config.alpha:
        net = LazyNetwork(net, engine.start.net, config.alpha)
    return net, result | best.beside(measure(engine, config, test_set, result["status"]))


def prepare(config: RunConfig, place: torch.device) -> tuple[Engine, ActiveData, Samples]:
    """What a training begins with: the untrained network's engine, the training and test data."""
    net, data, test_set = load(config, place)
    rate = config.lr * config.width / (config.alpha or 1) ** 2  # in function space, as without
    engine = Engine(net, rate, config.momentum, config.batch_size, config.alpha)
    return engine, data, test_set


def load(config: RunConfig, place: torch.device) -> tuple[PatchNetwork, ActiveData, Samples]:
    """The untrained network, the training data as it reads them, and the test data."""
    task = config.task
    train_set, test_set = task.split(config.P, config.num_test, config.seed_sample, config.balanced)
    net = patch_network(config).to(place)
    return net, encode(net, train_set, place), test_set


def patch_network(config: RunConfig) -> PatchNetwork:
    """The untrained LCN, CNN or FCN of a run, on the CPU."""
    shape = (config.width, config.seed_init, config.scaling, config.depth, config.tied)
    return build_network(config.arch, config.task, *shape)


class BestError:
    """The best test error over training: seen at every ``test_every``-th epoch and at the end."""

    def __init__(self, config: RunConfig):
        self.every, self.seen = config.test_every, []
        self.data = None  # the test data as the network reads them

    def look(self, engine: Engine, test_set: Samples, epoch: int) -> None:
        """After an epoch (from 1): test the network, if it is time."""
        if not self.every or epoch % self.every:
            return
        if self.data is None:
            self.data = encode(engine.net, test_set, engine.readout.device)
        self.seen.append(evaluate(engine, self.data)[1])

    def beside(self, result: dict) -> dict:
        """``result`` of `measure`, with ``best_test_error`` where it was asked for."""
        best = {"best_test_error": min([*self.seen, result["test_error"]])} if self.every else {}
        return result | best


def measure(engine: Engine, config: RunConfig, test_set: Samples, status: str) -> dict:
    """Test loss and error of a trained network and, unless it diverged, its observables."""
    loss, error = evaluate(engine, encode(engine.net, test_set, engine.readout.device))
    result = {"num_test_used": len(test_set), "test_loss": loss, "test_error": error}
    if status != "diverged":
        result |= observe(config.task, sparse_activations(engine), test_set, config.seed_sample)
    return result


def make_row(config: RunConfig, result: dict, seconds: float, place: torch.device) -> dict:
    """The row of a run, as `train` returns it."""
    result = {name: _jsonable(value) for name, value in result.items()}
    return config.as_dict() | result | {"seconds": round(seconds, 3)} | provenance(place)


def fit(
    engine: Engine,
    data: ActiveData,
    config: RunConfig,
    watch: Callable[[int], None] | None = None,
    after_epoch: Callable[[int], None] | None = None,
    on_epoch: Callable[[int, float], None] | None = None,
) -> dict:
    """Train as ``config`` says; the counts and the status (`srhm.training.loop.run_epochs`).

    watch, after_epoch: called after each step, each epoch, with the number of them so far;
    on_epoch: with the epoch and its mean training loss (nats).
    """
    draw = torch.Generator().manual_seed(config.seed_sample)
    place = data.labels.device
    return run_epochs(
        lambda batch: engine.step(data.take(batch)),
        lambda: epoch_order(config, draw).to(place).split(config.batch_size),
        config.P,
        Limits.of(config),
        silent=lambda: is_silent(engine, data),
        on_step=watch,
        after_epoch=after_epoch,
        on_epoch=on_epoch,
    )


def _jsonable(value):
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def provenance(device: torch.device) -> dict:
    """Commit, versions and device that made a result."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    return {
        "commit": _commit(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "device": f"{device.type} ({name})",
        "threads": torch.get_num_threads(),
    }


@functools.cache
def _commit() -> str:
    """Short hash of the source's commit, with "+" where srhm/ has changed since; or "unknown"."""
    folder = pathlib.Path(srhm.__file__).parent  # all of the package, not this room alone

    def git(*arguments):
        return subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        return git("rev-parse", "--short=12", "HEAD") + ("+" if git("status", "-s", ".") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
