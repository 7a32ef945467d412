"""Whether a training fits into this machine's memory, told before any of it is taken."""

from __future__ import annotations

import functools
import os
from pathlib import Path

import torch

from srhm.networks.names import CONVERTED, read_tied
from srhm.training.config import RunConfig

FLOAT, INTEGER = 4, 4  # bytes
_LIMITS = (  # of a container or a job, in bytes or "max"
    "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
)


def check_memory(config: RunConfig, place: torch.device) -> None:
    """ValueError, in one sentence, for a training that needs more memory than the machine has.

    The networks of `srhm.networks.names.CONVERTED` have a fixed size: of them only the data count.
    """
    data, network = data_bytes(config), network_bytes(config)
    room = available(torch.device("cpu"))
    if room is not None and data > room:
        raise ValueError(
            f"P={config.P} with num_test={config.num_test} needs at least {_gb(data)} for the "
            f"data, more than the {_gb(room)} of this machine."
        )
    room = available(place)
    if room is not None and network > room:
        raise ValueError(
            f"width={config.width} with batch_size={config.batch_size} needs at least "
            f"{_gb(network)} for the {config.arch}, more than the {_gb(room)} of the {place.type}."
        )


def data_bytes(config: RunConfig) -> int:
    """At least so many for the training and test data: feature and position of every leaf."""
    number = config.P + min(config.num_test, config.task.num_data - config.P)
    return number * 2 * INTEGER * config.s**config.L


def network_bytes(config: RunConfig) -> int:
    """At least so many for weights and their velocities, and a step's activations."""
    if config.arch in CONVERTED:
        return 0
    task, width = config.task, config.width
    patches = [task.d // span for span in task.spans[1:]]  # of each layer
    tied = read_tied(config.tied, task)
    blocks = [1] * task.L
    sizes = [task.s if k in tied else patch for k, patch in enumerate(task.patches, 1)]
    if config.arch == "lcn":
        blocks = patches
    if config.arch == "fcn":
        blocks = [1] * config.hidden_layers
        sizes = [task.d] + [1] * (config.hidden_layers - 1)
    channels = [task.v] + [width] * (config.hidden_layers - 1)
    weights = sum(b * p * c * width for b, p, c in zip(blocks, sizes, channels, strict=True))
    tokens = 1 if config.arch == "fcn" else task.s ** (task.L - 1)
    return FLOAT * (2 * (weights + width * task.n_c) + config.batch_size * tokens * width)


@functools.cache
def available(place: torch.device) -> int | None:
    """Bytes that this machine has in all, or that this process may take; None: it does not say."""
    if place.type == "cuda":
        return torch.cuda.mem_get_info(place)[1]
    try:
        found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return None
    for name in _LIMITS:
        try:
            found.append(int(Path(name).read_text(encoding="ascii")))
        except (OSError, ValueError):  # no such file, or no limit
            continue
    return min(found)


def _gb(number: int) -> str:
    return f"{number / 1e9:,.1f} GB"
