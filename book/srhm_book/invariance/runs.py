"""Which runs the chapters on invariances read, or train when they have no store."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from srhm.runs.search import Target, grid_index, grid_P, run_at, search
from srhm.runs.store import Store
from srhm.runs.sweep import sweep
from srhm.stats.laws import cnn_scale, lcn_scale
from srhm.training.config import RunConfig
from srhm_book.curves import curve, layer_curves
from srhm_book.grids import GRIDS, TOY, setting
from srhm_book.invariance.layers import stored_curves
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
    **options,
) -> tuple[list[RunConfig], pd.DataFrame]:
    """The settings of `settings_for`, and all runs of the store; without one, they are trained.

    options: of the trainings, as for `srhm.runs.search.search`.

    Then searches bracket the crossings of the error and of the paper's two sensitivities; the toys
    have a few fixed sizes.
    """
    archs, names = list(archs), list(names)
    settings = settings_for(archs, names)
    if store is not None:
        return settings, store.frame()
    if "smoke" in names:
        configs = [c for s in settings for c in curve(s.arch, s.v, s.s0, 48, 192, 4, **SMOKE)]
        configs = [config for config in configs if config.seed_rules < repeats]
        return settings, sweep(configs, None, **options)
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


def layer_settings(arch: str, s0: int, profile: str = "book") -> list[RunConfig]:
    """The runs of one curve of Figure 12 or 15: all, or what "fresh" or "smoke" trains."""
    unit = (s0 + 1) ** 2
    if profile == "fresh":
        return curve(arch, 8, s0, smallest=128 * unit, largest=8192 * unit, every=6)
    if profile == "smoke":
        runs = curve(arch, 4, s0, smallest=40 * unit, largest=160 * unit, every=8, **TOY)
        return [run for run in runs if run.seed_rules < 2]
    return layer_curves(arch, s0)


def layer_runs(arch: str, profile: str, store: Store | None, **options) -> dict[int, pd.DataFrame]:
    """The runs of Figure 12 or 15 by s0, ``x`` = P / (s0+1)^2; without a store, trained now."""
    if store is not None:
        return stored_curves(store.frame(), arch)
    configs = [config for s0 in (0, 1) for config in layer_settings(arch, s0, profile)]
    runs = sweep(configs, None, **options)
    runs["x"] = runs.P / (runs.s0 + 1) ** 2
    return dict(list(runs.groupby("s0")))


def runs_to_watch(
    arch: str, table: pd.DataFrame, v: int, s0: int, smoke: bool = False
) -> list[RunConfig]:
    """Three trainings, of three seeds, at the P of the grid that is nearest to twice P*.

    table: as `srhm_book.invariance.thresholds.crossings`; without a P* of (v, s0) at L = s = 2,
    the guess of `srhm_book.grids.setting` stands for it.
    """
    base = setting(arch, v, s0, **(SMOKE if smoke else {"num_test": 800}))
    own = table.query("arch == @arch and v == @v and s0 == @s0 and L == 2 and s == 2")
    star = own[own.quantity == ERROR].P_star.dropna()
    P_star = 100 if smoke else star.iloc[0] if len(star) else base.P
    return [run_at(base, grid_P(grid_index(2 * P_star)), seed) for seed in range(3)]
