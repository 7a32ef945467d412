"""What S_k and D_k are, in one look: four real data and what a trained network makes of them.

Figures 6A and 6B of the paper, with real activations in place of sketched ones.
"""

from __future__ import annotations

import numpy as np
import torch
from matplotlib.gridspec import GridSpec
from matplotlib.pyplot import figure as new_figure

from srhm.data.samples import Samples
from srhm.data.task import SRHM
from srhm.training.observables import Activations, Layer
from srhm_book.pictures.model import draw_empty, draw_feature
from srhm_book.style import BLUE, VERMILION, WIDE

ROWS = ("$x$", "$p_1 x$", "$\\tau_1 x$", "$z$")
WHAT = ("a datum", "other synonyms", "displaced", "another datum")


def variants(task: SRHM, samples: Samples, seed: int) -> tuple[Samples, Samples, Samples]:
    """The first sample x, x with its synonyms exchanged, and x displaced: each of length 1.

    Both at the input level. ValueError where m = 1 or s0 = 0, so that nothing can change.
    """
    x = samples[:1]
    return x, task.exchange_synonyms(x, 1, seed), task.displace(x, 1, seed)


def typical(activations: Activations, x: Samples, samples: Samples, most: int = 200) -> Samples:
    """Of the first ``most`` samples of another class, the one whose distance to x is nearest to
    the mean of its kind, all layers considered.

    ValueError where there is no other class.
    """
    others = np.flatnonzero(samples.labels != x.labels[0])[:most]
    if not len(others):
        raise ValueError("samples must hold a class other than that of x, but there is none.")
    here = activations(x[np.zeros(len(others), int)])
    there = activations(samples[others])
    logs = [here[k].squared_distances(there[k]) for k in here]
    logs = torch.stack([(d / d.mean()).clamp_min(1e-9).log().abs() for d in logs])
    best = int(others[int(logs.amax(0).argmin())])
    return samples[[best]]


def dense(layer: Layer, num_places: int) -> np.ndarray:
    """Activations of one datum at all positions, (num_places, channels): zero where inactive."""
    f = np.zeros((num_places, layer.f.shape[-1]), dtype=np.float32)
    f[layer.positions[0].cpu().numpy()] = layer.f[0].cpu().numpy()
    return f


def distances(
    activations: Activations, data: list[Samples], reference: Samples
) -> dict[str, list[float]]:
    """For each layer |f(x) - f(y)|^2 for the y of ``data`` (x the first), over its usual value.

    That is the mean over unrelated pairs, the two halves of ``reference``. So the ratios' averages
    over many x are S and D.
    """
    layers = [activations(datum) for datum in data]
    half = len(reference) // 2
    first = activations(reference[:half])
    second = activations(reference[half : 2 * half])
    found = {}
    for k in layers[0]:
        unrelated = first[k].squared_distances(second[k]).mean()
        found[k] = [float(layers[0][k].squared_distances(y[k])[0] / unrelated) for y in layers]
    return found


def draw_sensitivities(
    task: SRHM, activations: Activations, samples: Samples, seed: int = 0, num_channels: int = 14
):
    """Rows: x, two versions of it and another datum. Columns: the input, then every layer.

    Each map shows the ``num_channels`` channels that vary most, at all positions of the layer;
    below it is the squared distance to the map of x, in units of its mean over unrelated data.
    Returns the figure.

    activations: of a trained LCN or CNN, `srhm.training.observables.sparse_activations`.
    """
    data, reference = [*variants(task, samples, seed)], samples[1:]
    data.append(typical(activations, data[0], reference))
    ratio = distances(activations, data, reference)
    layers = [activations(datum) for datum in data]
    names = list(layers[0])
    figure = new_figure(figsize=(WIDE, 5.6), layout="constrained")
    widths = [5.2, *([2.6] * len(names))]
    grid = GridSpec(len(data), len(widths), figure, width_ratios=widths)
    for row, datum in enumerate(data):
        ax = figure.add_subplot(grid[row, 0])
        _draw_input(ax, task, datum, data[0])
        ax.set_title(f"{ROWS[row]}   {WHAT[row]}", fontsize=11, loc="left")
    for column, k in enumerate(names, 1):
        places = task.patch ** (task.L - int(k)) if k != "out" else 1
        maps = [dense(layer[k], places) for layer in layers]
        maps = _most_varying(activations(reference)[k], maps, num_channels)
        for row, values in enumerate(maps):
            ax = figure.add_subplot(grid[row, column])
            _draw_map(ax, values, maps, k)
            if row == 0:
                ax.set_title("output" if k == "out" else f"layer {k}", fontsize=11)
            text = "" if row == 0 else f"{ratio[k][row]:.2f}"
            ax.set_xlabel(text, fontsize=11, color=VERMILION, fontweight="bold")
    return figure


def _most_varying(layer: Layer, maps: list[np.ndarray], num: int) -> list[np.ndarray]:
    """The ``num`` channels with the largest variance over data, in the order of their number."""
    if maps[0].shape[1] <= num:
        return maps
    variance = torch.var(layer.f.flatten(0, 1), dim=0).cpu().numpy()
    chosen = np.sort(np.argsort(-variance)[:num])
    return [values[:, chosen] for values in maps]


def _draw_map(ax, values, maps, k) -> None:
    if k == "out":  # logits have signs: bars
        ax.bar(np.arange(values.size), values[0], color=BLUE)
        largest = max(np.abs(m).max() for m in maps)
        ax.set_ylim(-1.05 * largest, 1.05 * largest)
        ax.axhline(0, color="#9a9a9a", linewidth=0.6)
    else:
        top = max(m.max() for m in maps)
        ax.imshow(values, cmap="Blues", vmin=0, vmax=top, aspect="auto", interpolation="nearest")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set(visible=True, color="#9a9a9a", linewidth=0.6)


def _draw_input(ax, task, datum, x) -> None:
    """The input as one row of discs; a ring around each that is not as in x; patches shaded."""
    content = dict(zip(datum.positions[0].tolist(), datum.values[0].tolist(), strict=True))
    before = dict(zip(x.positions[0].tolist(), x.values[0].tolist(), strict=True))
    for patch in range(task.d // task.patch):
        left = patch * task.patch
        ax.fill_between([left + 0.06, left + task.patch - 0.06], -0.5, 0.5, color="#eceff3", lw=0)
    for slot in range(task.d):
        if slot not in content:
            draw_empty(ax, slot + 0.5, 0)
            continue
        draw_feature(ax, slot + 0.5, 0, content[slot], 1, task.L, size=12)
        if before.get(slot) != content[slot]:
            ax.plot(
                [slot + 0.5], [0], marker="o", markersize=17, linestyle="none",
                markerfacecolor="none", markeredgecolor=VERMILION, markeredgewidth=1.4,
            )  # fmt: skip
    ax.set_xlim(-0.1, task.d + 0.1)
    ax.set_ylim(-0.9, 0.9)
    ax.axis("off")
