"""One training from a configuration to a row of results."""

from __future__ import annotations

import functools
import math
import pathlib
import platform
import subprocess
import time
from collections.abc import Callable

import numpy as np
import torch

import srhm
from srhm.data.task import Samples
from srhm.engine.sparse import ActiveData, Engine, encode, evaluate
from srhm.networks.names import CONVERTED
from srhm.networks.patch import PatchNetwork, build_network
from srhm.training.config import RunConfig
from srhm.training.epochs import epoch_order, is_look
from srhm.training.observables import sensitivities, sparse_activations


def resolve_device(device: str = "auto") -> torch.device:
    """ "auto" is the GPU where there is one; "cuda" without one is a ValueError."""
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device not in ("cpu", "cuda"):
        raise ValueError(f"device must be auto, cpu or cuda, not {device!r}.")
    if device == "cuda" and not torch.cuda.is_available():
        raise ValueError("device='cuda' needs a GPU that torch can use; there is none (use 'cpu').")
    return torch.device(device)


def train(config: RunConfig, device: str = "auto") -> dict:
    """Train one network as ``config`` says, test it, and measure its sensitivities.

    Returns
    -------
    A flat dict, ready for JSON: all fields of the configuration; ``status`` ("converged",
    "max_epochs" or "diverged"); ``test_error``, ``test_loss``, ``train_loss`` (mean over the last
    epoch; nats); ``epochs``, ``steps``, ``seconds``, ``num_test_used``; with ``test_every``,
    ``best_test_error``, the least of all looks and the final one; the sensitivities
    ``S_{k}_{l}``, ``D_{k}_{l}`` with their standard errors (see `srhm.training.observables`); and
    where it was made: ``commit``, ``python``, ``torch``, ``numpy``, ``device``, ``threads``.
    A diverged run has None for what is not finite.
    """
    place = resolve_device(device)
    start = time.perf_counter()
    if config.arch in CONVERTED:
        from srhm.training.architectures import train_architecture  # they need torchvision

        result = train_architecture(config, place)
        return make_row(config, result, time.perf_counter() - start, place)
    engine, data, test_set = prepare(config, place)
    best = BestError(config)
    result = fit(engine, data, config, on_epoch=lambda epoch: best.look(engine, test_set, epoch))
    engine.finish()
    result |= best.beside(measure(engine, config, test_set, result["status"]))
    return make_row(config, result, time.perf_counter() - start, place)


def prepare(config: RunConfig, place: torch.device) -> tuple[Engine, ActiveData, Samples]:
    """What a training begins with: the untrained network's engine, the training and test data."""
    net, data, test_set = load(config, place)
    engine = Engine(net, config.lr * config.width, config.momentum, config.batch_size)
    return engine, data, test_set


def load(config: RunConfig, place: torch.device) -> tuple[PatchNetwork, ActiveData, Samples]:
    """The untrained network, the training data as it reads them, and the test data."""
    # Momenta of unused weights decay towards denormals, on which CPUs are slow.
    torch.set_flush_denormal(True)
    task = config.task
    train_set, test_set = task.split(config.P, config.num_test, config.seed_sample, config.balanced)
    net = build_network(config.arch, task, config.width, config.seed_init, config.scaling).to(place)
    return net, encode(net, train_set, place), test_set


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
        best = {"best_test_error": min(*self.seen, result["test_error"])} if self.every else {}
        return result | best


def measure(engine: Engine, config: RunConfig, test_set: Samples, status: str) -> dict:
    """Test loss and error of a trained network and, unless it diverged, its sensitivities."""
    loss, error = evaluate(engine, encode(engine.net, test_set, engine.readout.device))
    result = {"num_test_used": len(test_set), "test_loss": loss, "test_error": error}
    if status != "diverged":
        activations = sparse_activations(engine)
        result |= sensitivities(config.task, activations, test_set, seed=config.seed_sample)
    return result


def make_row(config: RunConfig, result: dict, seconds: float, place: torch.device) -> dict:
    """The row of a run, as `train` returns it."""
    result = {name: _jsonable(value) for name, value in result.items()}
    return config.as_dict() | result | {"seconds": round(seconds, 3)} | provenance(place)


def largest_loss(config: RunConfig) -> float:
    """A training loss (nats) that no run comes back from: far above that of chance."""
    return 1e3 * chance_loss(config)


def chance_loss(config: RunConfig) -> float:
    """The loss (nats) of a network that finds all classes equally likely, log n_c."""
    return math.log(config.n_c)


def fit(
    engine: Engine,
    data: ActiveData,
    config: RunConfig,
    watch: Callable[[int], None] | None = None,
    on_epoch: Callable[[int], None] | None = None,
) -> dict:
    """Epochs of SGD until the training loss is below ``stop_loss``; the counts and the status.

    watch, on_epoch: called after each step, each epoch, with the number of them so far.
    """
    draw = torch.Generator().manual_seed(config.seed_sample)
    status, steps, epoch = "max_epochs", 0, 0
    while epoch < config.max_epochs:
        epoch += 1
        order = epoch_order(config, draw).to(data.labels.device)
        total = torch.zeros((), dtype=torch.float64, device=data.labels.device)
        for batch in order.split(config.batch_size):
            total += engine.step(data.take(batch))
            steps += 1
            if watch is not None:
                watch(steps)
        train_loss = total.item() / config.P
        if on_epoch is not None:
            on_epoch(epoch)
        if _is_lost(engine, data, config, epoch, train_loss):
            status = "diverged"
            break
        if train_loss < config.stop_loss and is_look(config, epoch, config.stop_every):
            status = "converged"
            break
    return {"status": status, "train_loss": train_loss, "epochs": epoch, "steps": steps}


def _is_lost(engine: Engine, data: ActiveData, config: RunConfig, epoch: int, loss: float) -> bool:
    """Whether training can never come back: the loss has exploded, or the network is silent.

    A learning rate that is too high can switch off the units of the last hidden layer, all or all
    but a few that answer to single data. Looked for at every tenth epoch while the loss is high.
    """
    if not loss < largest_loss(config):
        return True
    if epoch % 10 or loss < chance_loss(config) / 2:
        return False
    last_hidden = engine.activations(data.take(slice(0, 1024)))[-2]
    return (last_hidden > 0).float().mean().item() < 0.005


def _jsonable(value):
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def provenance(device: torch.device) -> dict:
    """Commit, versions and device that made a result."""
    name = torch.cuda.get_device_name() if device.type == "cuda" else platform.machine()
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
