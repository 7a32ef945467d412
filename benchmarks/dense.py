"""The peer that the engine is measured against: the same networks in idiomatic, dense PyTorch.

Strided `conv1d` for the CNN, `bmm` over patches for the LCN, autograd, `torch.optim.SGD`. The data
are as compact as the engine's; each batch is made one-hot when it is used.
"""

import torch
from torch import nn
from torch.nn import functional as F

from srhm.data.samples import Samples
from srhm.data.task import SRHM
from srhm.networks.patch import PatchNetwork


class DenseCNN(nn.Module):
    """`srhm.CNN` as a stack of strided convolutions; ``net`` gives the initial weights."""

    def __init__(self, net: PatchNetwork):
        super().__init__()
        # (1, patch, in, width) -> (width, in, patch), as conv1d has it.
        self.filters = nn.ParameterList(
            w.detach()[0].permute(2, 1, 0).contiguous() for w in net.weights
        )
        self.scales = [net.scale(k) for k in range(len(net.layers))]
        self.readout = nn.Parameter(net.readout.detach().clone())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits (n, n_c) of one-hot input (n, v, d)."""
        for filters, scale in zip(self.filters, self.scales, strict=True):
            x = torch.relu(F.conv1d(x, filters, stride=filters.shape[2]) * scale)
        return x.mean(2) @ self.readout / len(self.readout)


class DenseLCN(nn.Module):
    """`srhm.LCN` as batched products over patches; ``net`` gives the initial weights."""

    def __init__(self, net: PatchNetwork):
        super().__init__()
        # (positions, patch, in, width) -> (positions, patch * in, width)
        self.filters = nn.ParameterList(w.detach().flatten(1, 2).clone() for w in net.weights)
        self.scales = [net.scale(k) for k in range(len(net.layers))]
        self.readout = nn.Parameter(net.readout.detach().clone())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits (n, n_c) of one-hot input (n, v, d)."""
        n, x = len(x), x.permute(2, 0, 1)  # (positions, n, channels) from here on
        for filters, scale in zip(self.filters, self.scales, strict=True):
            patches = x.unflatten(0, (len(filters), -1)).transpose(1, 2)
            x = torch.relu(torch.bmm(patches.reshape(len(filters), n, -1), filters) * scale)
        return x.mean(0) @ self.readout / len(self.readout)


class ProductCNN(nn.Module):
    """The CNN once more: stride = filter size, so a layer is one product of matrices.

    Not what one would write first, but faster than `conv1d` on CPUs.
    """

    def __init__(self, net: PatchNetwork):
        super().__init__()
        self.filters = nn.ParameterList(w.detach()[0].flatten(0, 1).clone() for w in net.weights)
        self.scales = [net.scale(k) for k in range(len(net.layers))]
        self.readout = nn.Parameter(net.readout.detach().clone())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits (n, n_c) of one-hot input (n, v, d)."""
        x = x.transpose(1, 2)  # (n, positions, channels) from here on
        for filters, scale in zip(self.filters, self.scales, strict=True):
            x = torch.relu(x.reshape(len(x), -1, len(filters)) @ filters * scale)
        return x.mean(1) @ self.readout / len(self.readout)


DENSE = {"cnn": DenseCNN, "lcn": DenseLCN, "product": ProductCNN}


class DenseTrainer:
    """Steps of SGD on a dense network; ``kind`` is a key of `DENSE`."""

    def __init__(self, kind: str, net: PatchNetwork, lr: float, momentum: float):
        self.module = DENSE[kind](net)
        self.optimiser = torch.optim.SGD(self.module.parameters(), lr=lr, momentum=momentum)

    def step(self, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """One step on a one-hot batch; returns its mean loss before the step."""
        self.optimiser.zero_grad()
        loss = F.cross_entropy(self.module(x), labels)
        loss.backward()
        self.optimiser.step()
        return loss.detach()


class CompactData:
    """Samples on the device; batches of them become one-hot."""

    def __init__(self, task: SRHM, samples: Samples):
        self.shape = task.v, task.d
        self.values = torch.from_numpy(samples.values.astype("int64"))
        self.positions = torch.from_numpy(samples.positions.astype("int64"))
        self.labels = torch.from_numpy(samples.labels.astype("int64"))

    def batch(self, index: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """One-hot input (n, v, d) and labels (n,) of the data ``index``."""
        v, d = self.shape
        x = torch.zeros(len(index), v * d)
        x.scatter_(1, self.values[index] * d + self.positions[index], 1.0)
        return x.view(-1, v, d), self.labels[index]
