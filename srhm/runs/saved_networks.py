"""Trained networks on disk: the weights, and the configuration that says what they belong to."""

from __future__ import annotations

import io
import os
from pathlib import Path

import torch
from torch import nn

from srhm.data.randomness import typed
from srhm.networks.architectures import build_architecture
from srhm.networks.names import CONVERTED
from srhm.networks.patch import LazyNetwork
from srhm.runs.files import replace_bytes
from srhm.training.config import RunConfig
from srhm.training.run import patch_network

FORMAT = "srhm network 1"


@typed
def untrained_network(config: RunConfig) -> nn.Module:
    """The network of any ``arch`` as a training of ``config`` begins with it, on the CPU.

    It reads one-hot input (n, v, d) and gives logits (n, n_c).
    """
    task = config.task
    if config.arch in CONVERTED:
        return build_architecture(config.arch, task.v, task.d, task.n_c, config.seed_init)
    net = patch_network(config)
    return LazyNetwork(net, patch_network(config), config.alpha) if config.alpha else net


@typed
def save_network(path: str | os.PathLike, network: nn.Module, config: RunConfig) -> None:
    """Keep the weights of ``network``, one of `untrained_network`'s of ``config``, in a file.

    The file is PyTorch's own (`torch.save`), replaced in one step; folders are made as needed.

    Raises
    ------
    ValueError
        When the network is not of that kind.
    OSError
        When the file cannot be written; one sentence that names it.
    """
    weights = {name: value.detach().cpu() for name, value in network.state_dict().items()}
    _load_into(untrained_network(config), weights, config)  # what could not be loaded is not saved
    content = io.BytesIO()
    torch.save({"format": FORMAT, "config": config.as_dict(), "weights": weights}, content)
    replace_bytes(path, content.getvalue())


def load_network(path: str | os.PathLike) -> tuple[nn.Module, RunConfig]:
    """The network and the configuration that `save_network` kept, on the CPU, ready for use.

    Nothing in the file is run as code.

    Raises
    ------
    ValueError
        When the file is not one of `save_network`'s; one sentence that names it.
    OSError, ModuleNotFoundError
        When it cannot be read, or torchvision, which its network needs, is missing.
    """
    content = Path(path).read_bytes()
    try:
        # A foreign file may fail anywhere in torch, in many ways.
        record = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        if record["format"] != FORMAT:
            raise ValueError(f"its format is {record['format']!r}, not {FORMAT!r}")
        config = RunConfig.from_dict(record["config"])
        network = _load_into(untrained_network(config), record["weights"], config)
    except ImportError:  # of torchvision
        raise
    except Exception as error:
        reason = str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
        raise ValueError(f"{str(path)!r} holds no network of save_network: {reason}.") from error
    return network.eval(), config


def _load_into(network: nn.Module, weights: dict[str, torch.Tensor], config: RunConfig):
    """``network`` with these weights; ValueError where they are another's."""
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        reason = " ".join(str(error).split()[:30])
        raise ValueError(f"The weights are not of a network of {config!r}: {reason}.") from None
    return network
