"""Which runs the chapters on invariances read, or train when they have no store."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import pandas as pd

from srhm.runs.search import Target, search
from srhm.runs.store import Store
from srhm.runs.sweep import sweep
from srhm.stats.laws import cnn_scale, lcn_scale
from srhm.training.config import RunConfig
from srhm_book.grids import GRIDS, TOY, curve, setting
from srhm_book.invariance.thresholds import ERROR, SETTING_COLUMNS, paper_targets

SMOKE = TOY | {"max_epochs": 20}


def settings_for(archs: Iterable[str], names: Iterable[str]) -> list[RunConfig]:
    """The settings of the grids "lcn_L2" and so on; "fresh" names a few, "smoke" two toys.

    Names that are no grid of a network (there is no "fcn_s3") are left out.
    """
    found = []
    for arch in archs:
        for name in names:
            if name == "smoke":
                found += [setting(arch, 4, s0, **SMOKE) for s0 in (0, 1)]
            elif name == "fresh":
                found += [setting(arch, 4, s0) for s0 in (0, 1, 2)]
                found += [setting(arch, 6, s0) for s0 in (0, 1)]
            else:
                found += GRIDS.get(f"{arch}_{name}", [])
    return found


def runs_for(
    archs: Iterable[str],
    names: Iterable[str],
    store: Store | None,
    repeats: int,
    workers: int | None = None,
    device: str = "auto",
) -> tuple[list[RunConfig], pd.DataFrame]:
    """The settings of `settings_for`, and all runs of the store; without one, they are trained.

    Then searches bracket the crossings of the error and of the paper's two sensitivities; the toys
    have a few fixed sizes.
    """
    archs, names = list(archs), list(names)
    settings = settings_for(archs, names)
    if store is not None:
        return settings, store.frame()
    bar = "TQDM_DISABLE" not in os.environ  # set where the output is kept
    options = {"workers": workers, "device": device, "progress": bar}
    if "smoke" in names:
        configs = [c for s in settings for c in curve(s.arch, s.v, s.s0, 48, 192, 4, **SMOKE)]
        configs = [config for config in configs if config.seed_rules < repeats]
        # No time to start processes.
        return settings, sweep(configs, None, ThreadPoolExecutor(1), **options)
    frames = [
        search([s], None, repeats, (Target(), *paper_targets(s)), max_P=4 * s.P, **options)
        for s in settings
    ]
    return settings, pd.concat(frames, ignore_index=True)


def scales(table: pd.DataFrame) -> pd.DataFrame:
    """The settings of `srhm_book.invariance.thresholds.crossings` that have a P*, with the law's
    value.

    Columns: the symbols, ``P_star``, ``low``, ``high``, ``replicates`` and ``scale`` (Eq. 3 for the
    LCN and the FCN, Eq. 4 for the CNN; n_c = v and m = v^(s-1)).
    """
    rows = table[(table.quantity == ERROR) & table.P_star.notna()] if len(table) else table
    rows = rows[[*SETTING_COLUMNS, "P_star", "low", "high", "replicates"]].reset_index(drop=True)
    laws = {"cnn": cnn_scale}
    values = [
        float(laws.get(r.arch, lcn_scale)(r.s, r.L, r.s0, r.v, r.v ** (r.s - 1)))
        for r in rows.itertuples()
    ]
    return rows.assign(scale=values)
