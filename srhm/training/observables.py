"""How insensitive each layer is to synonyms and to displacements (Eqs. 6, 7, 13, 14).

    S_{k,l} = <|f_k(x) - f_k(p_l x)|^2> / <|f_k(x) - f_k(z)|^2>

with p_l the exchange of level-l synonyms and z a datum independent of x; D_{k,l} the same with the
level-l displacement tau_l. Numerator and denominator are averaged first, then divided. 1 means that
layer k minds the transformation as much as another datum, 0 that it is invariant to it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import nn

from srhm.data.randomness import check_int, check_seed, typed
from srhm.data.samples import Samples
from srhm.data.task import SRHM
from srhm.engine.sparse import Engine, encode
from srhm.training.config import EVEN

MAX_POINTS = 1000


@dataclass(frozen=True)
class Layer:
    """Activations of one layer, f (n, places, channels), at ``positions`` (n, places).

    All other positions are zero. A dense layer is one place that holds all its activations.
    """

    f: torch.Tensor
    positions: torch.Tensor

    def squared_distances(self, other: Layer) -> torch.Tensor:
        """|f(x) - f(x')|^2 over all positions, (n,), in float64.

        Where only one of the two is active the other is zero, so its whole norm counts.
        """
        f, g = self.f.double(), other.f.double()
        same_place = self.positions[:, :, None] == other.positions[:, None, :]
        overlap = (torch.einsum("nih,njh->nij", f, g) * same_place).sum((1, 2))
        norms = f.square().sum((1, 2)) + g.square().sum((1, 2))
        return (norms - 2 * overlap).clamp_min(0)


Activations = Callable[[Samples], dict[str, Layer]]


@typed
def sensitivities(
    task: SRHM, activations: Activations, samples: Samples, seed: int, max_points: int = MAX_POINTS
) -> dict:
    """S_{k,l} and D_{k,l} of every layer k for every level l.

    Parameters
    ----------
    activations: function from samples to named layers; see `sparse_activations` (LCN, CNN, FCN) and
        `module_activations` (any module; `sensitivities_of` takes the module itself).
    samples: test data in random order; the first half, at most ``max_points`` (2 or more), are the
        x, as many others the z.
    seed: of the synonyms and displacements.

    Returns
    -------
    ``{"S_1_1": value, "S_1_1_se": standard error over test points, ...}``: letter, layer, level;
    and ``constant_layers``, the layers (space-separated) whose activations do not vary, which have
    no sensitivity. Nor have layers with activations that are infinite or not a number: where there
    are any, ``nonfinite_layers`` names them. Entries whose transformation does not exist (m = 1: no
    synonyms; s0 = 0 at this level: no displacements) are missing, all of them with less than four
    data.

    Raises
    ------
    ValueError
        For an impossible ``seed`` or ``max_points``, and samples that are not of this task.
    """
    seed, max_points = check_seed("seed", seed), check_int("max_points", max_points, 2)
    task.check_samples(samples)
    n = min(max_points, len(samples) // 2)
    if n < 2:
        return {}
    x = samples[:n]
    reference, others = activations(x), activations(samples[n : 2 * n])
    distances = {k: {"": layer.squared_distances(others[k])} for k, layer in reference.items()}
    for letter, level, transformed in _transformations(task, x, seed):
        for k, layer in activations(transformed).items():
            distances[k][f"{letter}_{k}_{level}"] = reference[k].squared_distances(layer)
    return _ratios(distances)


def _ratios(distances: dict[str, dict[str, torch.Tensor]]) -> dict:
    """The columns of `sensitivities` from squared distances (n,) by layer and column; that to
    another datum, the denominator, is the column ""."""
    result, constant, nonfinite = {}, [], []
    for k, columns in distances.items():
        to_others = columns.pop("")
        if not all(torch.isfinite(a).all() for a in (to_others, *columns.values())):
            nonfinite.append(k)
        elif to_others.mean() == 0:
            constant.append(k)
        else:
            for name, a in columns.items():
                result[name], result[f"{name}_se"] = ratio_of_means(a, to_others)
    result["constant_layers"] = " ".join(constant)
    return result | ({"nonfinite_layers": " ".join(nonfinite)} if nonfinite else {})


@typed
def sensitivities_of(
    module: nn.Module,
    task: SRHM,
    layers: Iterable[str],
    samples: Samples,
    seed: int = 0,
    max_points: int = MAX_POINTS,
) -> dict:
    """`sensitivities` of any module that reads one-hot input (n, v, d): S_{k,l} and D_{k,l} of its
    output, "out", and of the submodules named ``layers``, as `torch.nn.Module.named_modules` has
    them. ValueError as for `sensitivities` and `module_activations`.
    """
    return sensitivities(task, module_activations(module, task, layers), samples, seed, max_points)


def _transformations(task: SRHM, x: Samples, seed: int):
    for level in range(1, task.L + 1):
        if task.m > 1:
            yield "S", level, task.exchange_synonyms(x, level, seed)
        if task.s0_levels[level - 1] > 0:
            yield "D", level, task.displace(x, level, seed)


def on_even_task(task: SRHM, activations: Activations, samples: Samples, seed: int) -> dict:
    """Test error, S_{k,l} and D_{k,l} on the even task, of a task with unequal probabilities.

    The even task has the same rules, but all synonyms and all places alike: as many data are drawn
    from it as there are samples, and what is exchanged is drawn from it too. Names begin with
    "even_". Nothing for a task whose probabilities are equal. Otherwise as `sensitivities`.
    """
    even = dataclasses.replace(task, zipf=0.0, displacement_ratio=1.0)
    if even == task:
        return {}
    test = even.sample(min(len(samples), even.num_data), seed)
    answers = activations(test)["out"].f.flatten(1).argmax(1).cpu().numpy()
    found = {"test_error": float((answers != test.labels).mean())}
    found |= sensitivities(even, activations, test, seed)
    return {EVEN + name: value for name, value in found.items()}


# Measured of every trained network; each is called as `sensitivities` is, and returns columns.
OBSERVABLES = (sensitivities, on_even_task)


def observe(task: SRHM, activations: Activations, samples: Samples, seed: int) -> dict:
    """The columns of all `OBSERVABLES`."""
    found = [observable(task, activations, samples, seed) for observable in OBSERVABLES]
    return {name: value for columns in found for name, value in columns.items()}


def ratio_of_means(a: torch.Tensor, b: torch.Tensor) -> tuple[float, float]:
    """mean(a) / mean(b) and its standard error over the n paired points (first order)."""
    ratio = (a.mean() / b.mean()).item()
    error = (a - ratio * b).std().item() / (math.sqrt(len(a)) * b.mean().item())
    return ratio, error


def sparse_activations(engine: Engine, chunk: int = 512) -> Activations:
    """The hidden layers "1" ... "L" of an engine's network at active positions, and "out"."""

    def activations(samples: Samples) -> dict[str, Layer]:
        data = encode(engine.net, samples, engine.readout.device)
        parts = [
            engine.activations(data.take(slice(start, start + chunk)))
            for start in range(0, len(data), chunk)
        ]
        *hidden, logits = [torch.cat(layer) for layer in zip(*parts, strict=True)]
        layers = {
            str(k): Layer(f, positions)
            for k, (f, positions) in enumerate(zip(hidden, data.positions, strict=True), 1)
        }
        return layers | {"out": dense_layer(logits)}

    return activations


@typed
def module_activations(
    module: nn.Module, task: SRHM, names: Iterable[str], chunk: int = 256
) -> Activations:
    """The outputs of named submodules of any module on one-hot input, and its own as "out".

    The module is used in evaluation mode, and left in the mode that it was in.

    Raises
    ------
    ValueError
        For a module that is none or a name that is no submodule; later for a submodule whose output
        is not one tensor with a row for each datum.
    """
    names = _known(module, names)

    def activations(samples: Samples) -> dict[str, Layer]:
        starts = range(0, len(samples), chunk)
        chunks = (task.one_hot(samples[start : start + chunk]) for start in starts)
        found = module_outputs(module, names, chunks)
        return {name: dense_layer(f) for name, f in found.items()}

    return activations


@torch.no_grad()
def module_outputs(
    module: nn.Module, names: Iterable[str], chunks: Iterable[torch.Tensor]
) -> dict[str, torch.Tensor]:
    """The outputs of named submodules of any module and its own, "out": each (n, activations), on
    the CPU, of n data that come in chunks.

    Mode and errors as for `module_activations`.
    """
    known = dict(module.named_modules())
    layers = {name: known[name] for name in _known(module, names)} | {"out": module}
    found: dict[str, list[torch.Tensor]] = {name: [] for name in layers}
    device = next((p.device for p in module.parameters()), torch.device("cpu"))
    total = 0
    with _listening(layers, found), _evaluating(module):
        for part in chunks:
            module(part.to(device))
            total += len(part)
            _check_rows(found, total)
    return {name: torch.cat(parts) for name, parts in found.items()}


def _known(module: nn.Module, names: Iterable[str]) -> list[str]:
    """The names, all of which are submodules; ValueError else."""
    if isinstance(names, str):
        raise ValueError(f"names must be a list of submodules, not the single {names!r}.")
    names = list(names)
    known = dict(module.named_modules())
    for name in names:
        if not name or name not in known:
            raise ValueError(f"names must be submodules of the network, and {name!r} is none.")
    return names


@contextmanager
def _listening(layers: dict[str, nn.Module], found: dict[str, list[torch.Tensor]]):
    """Inside, what a layer gives is added to its list, as (n, activations) on the CPU."""

    def keep(name):
        def hook(_module, _inputs, output):
            if not isinstance(output, torch.Tensor) or output.ndim == 0:
                given = type(output).__name__
                raise ValueError(f"The layer {name!r} must give a tensor of data, not a {given}.")
            found[name].append(output.reshape(len(output), -1).cpu())

        return hook

    hooks = [module.register_forward_hook(keep(name)) for name, module in layers.items()]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def _evaluating(module: nn.Module):
    """Inside, the module is in evaluation mode; afterwards each part of it is as it was."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, mode in modes:
            part.training = mode


def _check_rows(found: dict[str, list[torch.Tensor]], n: int) -> None:
    for name, parts in found.items():
        rows = sum(map(len, parts))
        if rows != n:
            raise ValueError(
                f"The layer {name!r} must be called once, with all data: it gave {rows} rows for "
                f"{n} data."
            )


def dense_layer(f: torch.Tensor) -> Layer:
    """A layer (n, ...) without known zeros: all of it at one place."""
    f = f.flatten(1)[:, None, :]
    return Layer(f, torch.zeros(len(f), 1, dtype=torch.int32, device=f.device))
