"""One stored run of a chapter, trained again while the book is made."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from srhm.runs.checks import live_check
from srhm.runs.store import Store
from srhm.training.config import RunConfig
from srhm_book.complexity.views import cheap_point
from srhm_book.wording import describe_setting


def trained_again(
    runs: Mapping[RunConfig, pd.DataFrame],
    stars: pd.DataFrame,
    store: Store | None,
    device: str = "auto",
) -> pd.DataFrame | str:
    """Test errors now and in the store, of a cheap run near P*; an error where they differ.

    runs, stars: settings and the table of their P*, in the same order. Without a store, or without
    a P*, a sentence that says so.
    """
    if store is None:
        return "All runs of this profile were trained just now."
    if not stars.P_star.notna().any():
        return "No P* is in the store yet."
    point = cheap_point(runs, stars)
    live, kept = live_check(point, store, device=device)
    return pd.DataFrame(
        {"now": [f"{live['test_error']:.4f}"], "stored": [f"{kept['test_error']:.4f}"]},
        index=pd.Index([f"{describe_setting(point)}, P={point.P}"], name="run"),
    )
