"""The three networks of the paper as ordinary modules on dense one-hot input.

All are stacks of *patch layers* without biases in the maximal-update scaling: weights N(0, 1),
pre-activations divided by sqrt(fan-in), read-out divided by the width. With the scaling "channels",
the one of the authors' public code, they are divided by sqrt(channels) alone, so that the output
starts sqrt(d) times larger, d being the input size. A layer reads ``patch``
consecutive positions (stride = filter size) and is

- locally connected (LCN): own weights at every position,
- convolutional (CNN): the same weights everywhere,
- fully connected (FCN): the special case of one patch that covers the whole input.

`srhm.engine.sparse` trains the same parameters on the informative positions alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import nn

from srhm.data.randomness import check_int, check_seed, check_type, typed
from srhm.data.task import SRHM
from srhm.networks.names import SCALINGS, read_tied


@dataclass(frozen=True)
class PatchLayer:
    """Shape of one hidden layer.

    ``patch`` input positions make one output position; of them ``siblings`` carry something, and
    ``tokens`` of the ``num_positions`` outputs are active (not exactly zero) for every datum.
    ``tied`` neighbouring places of a patch have the same weights.
    """

    num_positions: int
    patch: int
    siblings: int
    tokens: int
    shared: bool
    tied: int = 1

    @property
    def blocks(self) -> int:
        """Number of positions with weights of their own."""
        return 1 if self.shared else self.num_positions

    @property
    def places(self) -> int:
        """Number of places of a patch with weights of their own."""
        return self.patch // self.tied


class LazyNetwork(nn.Module):
    """What a run with ``alpha`` trains: alpha times what ``net`` has moved away from ``start``."""

    def __init__(self, net: PatchNetwork, start: PatchNetwork, alpha: float):
        super().__init__()
        self.net, self.start, self.alpha = net, start, alpha

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits (n, n_c) of one-hot input (n, v, d)."""
        return self.alpha * (self.net(x) - self.start(x))


class PatchNetwork(nn.Module):
    """Hidden patch layers, ReLU, and a linear read-out of the mean over the remaining positions.

    Parameters: ``weights[0]`` (blocks, places, v, width), ``weights[k]`` (blocks, places, width,
    width) and ``readout`` (width, n_c); drawn on the CPU from ``seed``, so that a network is the
    same on every device.
    """

    def __init__(
        self,
        layers: list[PatchLayer],
        v: int,
        n_c: int,
        width: int,
        seed: int,
        scaling: str = "fan_in",
    ):
        super().__init__()
        if scaling not in SCALINGS:
            raise ValueError(f"scaling must be one of {', '.join(SCALINGS)}, not {scaling!r}.")
        width, seed = check_int("width", width, 1), check_seed("seed", seed)
        self.layers, self.v, self.n_c, self.width = layers, v, n_c, width
        self.scaling = scaling
        draw = torch.Generator().manual_seed(seed)
        shapes = [
            (layer.blocks, layer.places, width if k else v, width) for k, layer in enumerate(layers)
        ]
        self.weights = nn.ParameterList(torch.randn(shape, generator=draw) for shape in shapes)
        self.readout = nn.Parameter(torch.randn(width, n_c, generator=draw))

    def scale(self, k: int) -> float:
        """What multiplies the sums of hidden layer k = 0, 1, ...: 1 / sqrt(fan-in).

        The fan-in is channels times patch; with the scaling "channels" the patch does not count.
        """
        channels = self.weights[k].shape[2]
        return (channels * (1 if self.scaling == "channels" else self.layers[k].patch)) ** -0.5

    def activations(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Every layer's activations: hidden ones (n, positions, width), then the output (n, n_c).

        ``x`` is one-hot, (n, v, d); ValueError for another shape.
        """
        check_input(x, self.v, self.layers[0].num_positions * self.layers[0].patch)
        h = x.transpose(1, 2)
        result = []
        for k, layer in enumerate(self.layers):
            patches = h.reshape(len(x), layer.num_positions, -1)
            weight = self.weights[k].repeat_interleave(layer.tied, 1)
            weight = weight.flatten(1, 2)  # (blocks, patch * channels, width)
            if layer.shared:
                pre = patches @ weight[0]
            else:
                pre = torch.bmm(patches.transpose(0, 1), weight).transpose(0, 1)
            h = torch.relu(pre * self.scale(k))
            result.append(h)
        result.append(h.mean(1) @ self.readout / self.width)
        return result

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits (n, n_c) of one-hot input (n, v, d)."""
        return self.activations(x)[-1]


def check_input(x: torch.Tensor, v: int, d: int | None = None) -> None:
    """ValueError unless ``x`` is a tensor (n, v, d), features before positions; None: any d."""
    check_type("x", x, torch.Tensor)
    if x.ndim != 3 or x.shape[1] != v or d not in (None, x.shape[2]):
        size = "d" if d is None else f"d={d}"
        raise ValueError(
            f"The input of this network must be of shape (n, v={v}, {size}), not {tuple(x.shape)}."
        )


def _tree_layers(task: SRHM, shared: bool, tied: tuple[int, ...]) -> list[PatchLayer]:
    """One layer a level; those of the levels in ``tied`` share weights within a sub-patch."""
    return [
        PatchLayer(
            num_positions=task.d // task.spans[k],
            patch=task.patches[k - 1],
            siblings=task.s,
            tokens=task.s ** (task.L - k),
            shared=shared,
            tied=task.patches[k - 1] // task.s if k in tied else 1,
        )
        for k in range(1, task.L + 1)
    ]


class TreeNetwork(PatchNetwork):
    """L layers matched to the tree: what `LCN` and `CNN` have in common.

    tied: layers with the same weights at all places of a sub-patch
    (`srhm.networks.names.read_tied`).
    """

    shared: ClassVar[bool]

    @typed
    def __init__(
        self,
        task: SRHM,
        width: int = 512,
        seed: int = 0,
        scaling: str = "fan_in",
        tied: int | str = "",
    ):
        layers = _tree_layers(task, self.shared, read_tied(tied, task))
        super().__init__(layers, task.v, task.n_c, width, seed, scaling)


class LCN(TreeNetwork):
    """Locally connected: L layers matched to the tree, own weights at every position."""

    shared = False


class CNN(TreeNetwork):
    """Convolutional: L layers matched to the tree, one filter for all positions."""

    shared = True


class FCN(PatchNetwork):
    """Fully connected: ``depth`` hidden layers (0: L), the first one reading all positions."""

    @typed
    def __init__(
        self,
        task: SRHM,
        width: int = 512,
        seed: int = 0,
        scaling: str = "fan_in",
        depth: int = 0,
    ):
        first = PatchLayer(1, task.d, task.s**task.L, 1, True)
        later = PatchLayer(1, 1, 1, 1, True)
        layers = [first] + [later] * ((check_int("depth", depth, 0) or task.L) - 1)
        super().__init__(layers, task.v, task.n_c, width, seed, scaling)


NETWORKS = {"lcn": LCN, "cnn": CNN, "fcn": FCN}


@typed
def build_network(
    arch: str,
    task: SRHM,
    width: int = 512,
    seed: int = 0,
    scaling: str = "fan_in",
    depth: int = 0,
    tied: int | str = "",
) -> PatchNetwork:
    """The untrained network named ``arch`` ("lcn", "cnn", "fcn").

    depth: hidden layers of an FCN, 0 for the task's L, which is that of all others.
    tied: hidden layers of an LCN or CNN with the same weights at all places of a sub-patch
    (`srhm.networks.names.read_tied`).

    Raises
    ------
    ValueError
        For another name, a ``task`` that is none, or an impossible width, seed, scaling, depth or
        tied.
    """
    if arch not in NETWORKS:
        raise ValueError(f"arch must be one of {', '.join(NETWORKS)}, not {arch!r}.")
    if arch == "fcn" and tied != "":
        raise ValueError(f"tied must be empty for fcn, which has no sub-patches, not {tied!r}.")
    if arch == "fcn":
        return FCN(task, width, seed, scaling, depth)
    if depth:
        raise ValueError(f"depth must be 0 for {arch}, whose layers follow the tree, not {depth}.")
    return NETWORKS[arch](task, width, seed, scaling, tied)
