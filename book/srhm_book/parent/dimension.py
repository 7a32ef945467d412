"""Effective dimension of a layer's representation, from nearest neighbours: the parent's Figure 11.

n points that fill d_eff dimensions have a nearest neighbour at a distance that falls as
n^(-1/d_eff). The exponent is fitted; it is no integer, and where the data are discrete it says how
fast neighbours come closer, no more.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import torch
from sklearn.neighbors import NearestNeighbors

from srhm.data.samples import Samples
from srhm.engine.sparse import Engine
from srhm.training.config import RunConfig
from srhm.training.observables import sparse_activations
from srhm.training.run import fit, prepare, resolve_device

SIZES = (200, 400, 800, 1600, 3200)


def nearest_distance(points: np.ndarray, n: int) -> float:
    """Mean distance of the first n points (rows) to their nearest neighbour among these n.

    In units of the root mean square distance of two of them, so that no layer's scale enters.
    """
    some = points[:n]
    found, _ = NearestNeighbors(n_neighbors=2).fit(some).kneighbors(some)
    return float(found[:, 1].mean() / math.sqrt(2 * some.var(axis=0).sum()))


def effective_dimension(points: np.ndarray, sizes: tuple[int, ...] = SIZES) -> float:
    """-1 / the slope of log `nearest_distance` on log n; inf where it does not fall.

    Raises
    ------
    ValueError
        For fewer than two sizes, or fewer points than the largest.
    """
    if len(sizes) < 2 or len(points) < max(sizes):
        raise ValueError(
            f"sizes must be two or more of at most {len(points)}, the number of points, not "
            f"{sizes}."
        )
    logs = np.log([nearest_distance(points, n) for n in sizes])
    slope = float(np.polyfit(np.log(sizes), logs, 1)[0])
    return -1 / slope if slope < 0 else math.inf


def representations(engine: Engine, samples: Samples, one_hot: torch.Tensor) -> dict:
    """The input, all layers and the output of a network as points, {name: (n, numbers)}."""
    found = {"input": one_hot.flatten(1).numpy()}
    for name, layer in sparse_activations(engine)(samples).items():
        found[name] = layer.f.flatten(1).cpu().numpy()
    return found


def by_depth(
    config: RunConfig, device: str = "auto", sizes: tuple[int, ...] = SIZES
) -> pd.DataFrame:
    """Effective dimensions before and after one training; columns layer, trained, dimension.

    Of test data, which the training has not seen.
    """
    engine, data, test_set = prepare(config, resolve_device(device))
    points = test_set[: max(sizes)]
    one_hot = config.task.one_hot(points)
    rows = []
    for trained in (False, True):
        if trained:
            fit(engine, data, config)
            engine.finish()
        for name, layer in representations(engine, points, one_hot).items():
            rows.append((name, trained, effective_dimension(layer, sizes)))
    return pd.DataFrame(rows, columns=["layer", "trained", "dimension"])


def steps_down(table: pd.DataFrame) -> pd.DataFrame:
    """Whether the dimension falls from each layer of a trained network to the next.

    table: rows of `srhm_book.parent.measure.dimension_rows`. One row for each network (v, L, seed)
    and step between the input and the last hidden layer, with a column ``falls``.
    """
    trained = table[table.trained & (table.layer != "out")]
    steps = trained.groupby(["v", "L", "seed"], sort=False).dimension.diff()
    return trained.assign(falls=steps < 0)[steps.notna()]
