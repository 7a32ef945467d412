"""Sparsity B: the curves of Figures 7 and 8, and whether one factor of s0 collapses them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srhm.runs.search import rows_of
from srhm.runs.store import Store, to_frame
from srhm.runs.sweep import sweep
from srhm.stats.curves import interval
from srhm.stats.fits import Estimate, log_replicates
from srhm.training.config import RunConfig
from srhm_book.complexity.table import seed_exponent
from srhm_book.curves import SPARSITY_B, curve, sparsity_B_curves
from srhm_book.grids import TOY, setting

FAMILY = ["arch", "v", "L", "sparsity"]


def curves_of(
    profile: str, store: Store | None = None, **sweep_options
) -> tuple[dict[RunConfig, pd.DataFrame], list[RunConfig]]:
    """The runs of whole learning curves with sparsity B, by setting, and the settings not trained.

    profile: "book" for all of `srhm_book.curves.SPARSITY_B` that ``store`` holds in full; "fresh"
    and "smoke" for a few smaller ones, trained now (``sweep_options`` as for
    `srhm.runs.sweep.sweep`).
    """
    if profile == "book":
        return _stored_curves(store)
    toy = profile == "smoke"
    v, training, (low, high), every = (3, TOY, (0.5, 4), 6) if toy else (4, {}, (0.3, 3), 4)
    tasks = [(arch, s0) for arch in ("lcn", "cnn") for s0 in (1, 2)]
    wanted = {}
    for arch, s0 in tasks:
        base = setting(arch, v, s0, sparsity="B", **training)
        ends = low * base.P, high * base.P
        wanted[base] = curve(arch, v, s0, *ends, every=every, sparsity="B", **training)
    runs = sweep(
        [config for configs in wanted.values() for config in configs], None, **sweep_options
    )
    return {base: rows_of(runs, base) for base in wanted}, []


def _stored_curves(store: Store) -> tuple[dict[RunConfig, pd.DataFrame], list[RunConfig]]:
    found, missing = {}, []
    for arch, v, s0, L in SPARSITY_B:
        base = setting(arch, v, s0, L=L, sparsity="B")
        runs = [store.get(config) for config in sparsity_B_curves(arch, v, s0, L)]
        if None in runs:
            missing.append(base)
        else:
            found[base] = to_frame(runs)
    return found, missing


def sparsity_power(arch: str, L: int) -> int:
    """The exponent of s0+1 in Eq. 3 (LCN: L) or 4 (CNN: 2)."""
    return 2 if arch == "cnn" else L


def collapse(table: pd.DataFrame) -> pd.DataFrame:
    """How well the law's power of s0+1 collapses the P* of each network, v, L and sparsity.

    table: as `srhm_book.complexity.table.complexity_table`.

    Returns
    -------
    One row for each family with two values of s0 or more: arch, v, L, sparsity, s0s, raw (largest
    P* over smallest), spread (the same of P* / (s0+1)^power: 1 is a perfect collapse), power,
    exponent with low and high (95 %, over seeds: `srhm_book.complexity.table.seed_exponent`) and
    included: whether that holds the power.
    """
    rows = []
    for family, part in table.dropna(subset="P_star").groupby(FAMILY):
        if part.s0.nunique() < 2:
            continue
        row = dict(zip(FAMILY, family, strict=True)) | {"s0s": sorted(part.s0)}
        power = sparsity_power(row["arch"], row["L"])
        rescaled = part.P_star / part["s0+1"] ** power
        exponent = seed_exponent(part)
        row |= {"raw": part.P_star.max() / part.P_star.min(), "power": power}
        row |= {"spread": rescaled.max() / rescaled.min(), "exponent": exponent.value}
        row |= {"low": exponent.low, "high": exponent.high, "included": exponent.includes(power)}
        rows.append(row)
    columns = [*FAMILY, "s0s", "raw", "spread", "power", "exponent", "low", "high", "included"]
    return pd.DataFrame(rows, columns=columns)


def against_A(table: pd.DataFrame) -> pd.DataFrame:
    """P* of sparsity B over that of A, for each setting measured in both.

    Columns arch, v, L, s0, A, B, ratio.
    """
    key = ["arch", "v", "L", "s0"]
    wide = table.dropna(subset="P_star").pivot(index=key, columns="sparsity", values="P_star")
    wide = wide.reindex(columns=["A", "B"]).dropna().reset_index()
    wide.columns.name = None
    return wide.assign(ratio=wide.B / wide.A)


def pooled_exponent(table: pd.DataFrame, seed: int = 0, num_bootstrap: int = 2000) -> Estimate:
    """The exponent of (s0+1)^power over all families of one network: the law says 1.

    Each family (v, L, sparsity) has a constant of its own; the bootstrap draws settings, and
    resamples the seeds of all of them together.

    Raises
    ------
    ValueError
        When no family has two values of s0, or the settings are too few for an interval.
    """
    table = table.dropna(subset="P_star")
    parts = [p for _, p in table.groupby(FAMILY) if p.s0.nunique() > 1]
    if not parts:
        raise ValueError("An exponent of s0+1 needs a network and task measured at two s0.")
    groups = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    table = pd.concat(parts)
    powers = [sparsity_power(*pair) for pair in zip(table.arch, table.L, strict=True)]
    x, logs = np.array(powers) * np.log(table["s0+1"].to_numpy(float)), log_replicates(table)
    rng, slopes = np.random.default_rng(seed), []
    for _ in range(num_bootstrap):
        chosen = rng.integers(len(x), size=len(x))
        drawn = logs[chosen, rng.integers(logs.shape[1])]
        slopes.append(_within_slope(x[chosen], drawn, groups[chosen]))
    value = _within_slope(x, np.log(table.P_star.to_numpy(float)), groups)
    low, high = interval(value, np.array(slopes), len(x), len(parts) + 1)
    return Estimate(value, low, high)


def _within_slope(x: np.ndarray, y: np.ndarray, groups: np.ndarray) -> float:
    """Least squares of y on x with a constant for each group; nan where x is constant in all."""
    _, index, counts = np.unique(groups, return_inverse=True, return_counts=True)
    dx = x - (np.bincount(index, x) / counts)[index]  # orthogonal to every group's constant
    total = float(dx @ dx)
    return float(dx @ y) / total if total > 1e-12 else np.nan
