"""Trains what the store lacks of a grid or a family of curves."""

from __future__ import annotations

import pandas as pd

from srhm.data.randomness import check_int
from srhm.runs.search import Target, search
from srhm.runs.store import Store, to_frame
from srhm.runs.sweep import sweep
from srhm.training.config import RunConfig
from srhm_book.curves import CURVES
from srhm_book.grids import GRIDS
from srhm_book.invariance.thresholds import paper_targets


def run_grid(
    name: str,
    store: Store,
    max_P: int = 10**6,
    repeats: int = 3,
    sensitivities: bool = False,
    **sweep_options,
) -> pd.DataFrame:
    """Train what the store lacks of one grid or family of curves; returns its runs.

    Parameters
    ----------
    name: a key of `GRIDS` or `CURVES`.
    max_P: leave out larger training sets; settings whose first guess is beyond it too.
    repeats: seeds per setting of a grid (curves have three).
    sensitivities: bracket the crossings of S_2 and D_2 as well
        (`srhm_book.invariance.thresholds.paper_targets`).
    sweep_options: as for `srhm.runs.sweep.sweep`.

    Raises
    ------
    ValueError
        For a name that is none, or a ``max_P`` or ``repeats`` below 1.
    """
    max_P, repeats = check_int("max_P", max_P, 1), check_int("repeats", repeats, 1)
    if name in CURVES:
        return sweep([c for c in CURVES[name] if max_P >= c.P], store, **sweep_options)
    if name not in GRIDS:
        raise ValueError(f"grid must be one of {', '.join([*GRIDS, *CURVES])}, not {name!r}.")
    groups: dict[tuple[Target, ...], list[RunConfig]] = {}  # the paper's thresholds differ
    for c in GRIDS[name]:
        if max_P >= c.P:
            targets = (Target(), *(paper_targets(c) if sensitivities else ()))
            groups.setdefault(targets, []).append(c)
    found = [search(g, store, repeats, t, max_P, **sweep_options) for t, g in groups.items()]
    return pd.concat(found, ignore_index=True) if found else to_frame([])
