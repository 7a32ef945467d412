"""One stored training of a chapter, repeated while its page is made."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from srhm.runs.checks import live_check
from srhm.runs.store import Store, config_of

FRESH = "All runs of this profile were trained just now."


def again(runs: pd.DataFrame, store: Store | None, device: str = "auto") -> pd.DataFrame | str:
    """Test errors now and in the store of the run with seeds 0 nearest to 10 %.

    AssertionError where they disagree. Without a store, or without runs, a sentence.
    """
    if store is None:
        return FRESH
    own = runs[(runs.seed_rules == 0) & (runs.seed_sample == 0)] if len(runs) else runs
    if own.empty:
        return "No run is in the store yet."
    row = own.loc[own.test_error.sub(0.1).abs().idxmin()]
    config = config_of(row.to_dict())
    live, kept = live_check(config, store, device=device)
    return pd.DataFrame(
        {"now": [f"{live['test_error']:.4f}"], "stored": [f"{kept['test_error']:.4f}"]},
        index=pd.Index([config.describe()], name="run"),
    )


def seeds_again(
    trained: Mapping[tuple, pd.DataFrame], store: Store | None, device: str = "auto"
) -> pd.DataFrame | str:
    """`again`, of the first task."""
    return again(next(iter(trained.values()), pd.DataFrame()), store, device)
