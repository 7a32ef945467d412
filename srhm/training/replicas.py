"""Groups of runs trained as one program (`srhm.training.batched`), each with a row of its own."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterator, Sequence

import torch

from srhm.networks.names import CONVERTED, PATCH_NETWORKS
from srhm.training.batched import Group, Replica
from srhm.training.config import RunConfig
from srhm.training.run import load, make_row, measure, patch_network, resolve_device
from srhm.training.threads import flushed_denormals

MOST = 64  # replicas at once: beyond, a GPU is full
SHAPES = (
    "arch", "v", "s", "L", "s0", "n_c", "width", "scaling", "depth", "tied", "batch_size",
    "momentum",
)  # fmt: skip


def group_key(config: RunConfig) -> tuple:
    """What runs must have in common to train together: all that fixes the shapes of a step."""
    return tuple(getattr(config, name) for name in SHAPES)


def goes_alone(config: RunConfig) -> bool:
    """Whether a run has no batched program: a common architecture, or one tested on the way.

    A group knows where its runs stand only every so many steps, not at the ends of their epochs.
    Nor does it keep the networks at the start, which ``alpha`` compares with.
    """
    return any(alone for *_, alone in _what_goes_alone(config))


def _what_goes_alone(config: RunConfig) -> Iterator[tuple[str, str, object, bool]]:
    """Fields: what they may be in a group, what they are, and whether such a run goes alone."""
    patch = ", ".join(PATCH_NETWORKS)
    yield "arch", f"one of {patch}", config.arch, config.arch in CONVERTED
    yield "test_every", "0", config.test_every, config.test_every > 0
    yield "alpha", "0", config.alpha, config.alpha > 0


@flushed_denormals()
def train_group(
    configs: Sequence[RunConfig],
    device: str = "auto",
    on_end: Callable[[RunConfig, dict], None] | None = None,
    at_once: int | None = None,
) -> list[dict]:
    """Train runs of equal shape side by side; the rows that `srhm.training.run.train` would return.

    Every run has its own data, learning rate and end; as runs end, waiting ones take their places,
    the largest P first. ``seconds`` is a run's share of the group's time.

    Parameters
    ----------
    on_end: called with a run and its row as soon as it has ended.
    at_once: number of networks side by side; None is as many as fit into memory, at most `MOST`.

    Raises
    ------
    ValueError
        Before any training: runs of different shapes, one that `goes_alone`, or impossible
        ``device`` or ``at_once``.
    torch.OutOfMemoryError
        When a single network is too large. A group that is too large is halved, with a warning, and
        what had not ended begins anew.
    """
    place = resolve_device(device)
    _check_shapes(configs)
    if at_once is not None and (type(at_once) is not int or at_once < 1):
        raise ValueError(f"at_once must be an integer of at least 1, not {at_once!r}.")
    if not configs:
        return []
    at_once = min(at_once or fitting(configs[0], place), len(configs))
    rows: dict[int, dict] = {}
    while len(rows) < len(configs):
        waiting = [i for i in range(len(configs)) if i not in rows]
        try:
            for i, row in _train(configs, waiting, place, at_once):
                rows[i] = row
                if on_end is not None:
                    on_end(configs[i], row)
            continue
        except torch.OutOfMemoryError:
            if at_once == 1:
                raise
        # Outside of the except clause, where the error still holds on to the tensors.
        _warn_and_free(at_once, place)
        at_once //= 2
    return [rows[i] for i in range(len(configs))]


def fitting(config: RunConfig, place: torch.device) -> int:
    """How many such networks fit into the free memory of the device, at most `MOST`."""
    if place.type != "cuda":
        return MOST
    parameters = list(patch_network(config).parameters())
    # Weights and velocities, both a second time while replicas come and go, and the activations.
    size = 4 * 4 * sum(p.numel() for p in parameters)
    size += 16 * 4 * config.batch_size * config.s**config.L * config.width
    free, _ = torch.cuda.mem_get_info(place)
    return max(1, min(MOST, int(0.8 * free / size)))


def _check_shapes(configs: Sequence[RunConfig]) -> None:
    for config in configs:
        for name, allowed, value, alone in _what_goes_alone(config):
            if alone:
                raise ValueError(
                    f"{name} must be {allowed} in runs that train as one program, not {value!r}."
                )
        for name, first, other in zip(
            SHAPES, group_key(configs[0]), group_key(config), strict=True
        ):
            if first != other:
                raise ValueError(
                    f"Runs that train as one program must have the same {name}, not both "
                    f"{first!r} and {other!r}."
                )


def _train(
    configs: Sequence[RunConfig], waiting: list[int], place: torch.device, at_once: int
) -> Iterator[tuple[int, dict]]:
    """Train the runs ``waiting``; yields each one's number and row as it ends."""
    waiting = sorted(waiting, key=lambda i: configs[i].P)  # taken from the end
    numbers: dict[Replica, int] = {}
    running: list[Replica] = []
    while waiting or running:
        while waiting and len(running) < at_once:
            start = time.perf_counter()
            i = waiting.pop()
            replica = Replica(configs[i], *load(configs[i], place))
            replica.seconds = time.perf_counter() - start
            numbers[replica] = i
            running.append(replica)
        group, ended = Group(running), []
        # Making the group anew costs a copy of all weights: wait until it is worth it.
        while len(ended) < math.ceil(len(running) / 4):
            start = time.perf_counter()
            group.run()
            share = (time.perf_counter() - start) / (len(running) - len(ended))
            for replica in running:
                if replica in ended:
                    continue
                replica.seconds += share
                if replica.status is not None:
                    ended.append(replica)
                    yield numbers[replica], _row(replica, place)
        running = [replica for replica in running if replica not in ended]
        del group


def _row(replica: Replica, place: torch.device) -> dict:
    """Test a replica that has ended; its row."""
    start = time.perf_counter()
    config = replica.config
    result = {
        "status": replica.status,
        "train_loss": replica.train_loss,
        "epochs": replica.epochs,
        "steps": replica.steps,
    }
    result |= measure(replica.engine(), config, replica.test_set, replica.status)
    return make_row(config, result, replica.seconds + time.perf_counter() - start, place)


def _warn_and_free(at_once: int, place: torch.device) -> None:
    warnings.warn(
        f"{at_once} networks at once do not fit into the memory of the device {place.type}; "
        f"trying {at_once // 2}.",
        stacklevel=3,
    )
    if place.type == "cuda":
        torch.cuda.empty_cache()
