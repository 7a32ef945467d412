"""One small training of a common architecture, done again while the book is made.

Those of the figures take minutes or stay at chance. This one goes the same way, from the rules to
the sensitivities at all depths, in seconds, and leaves chance far behind. Its P is well above P*,
where rounding moves the test error by about 0.01: nearer to P* it is several times as much.
"""

from __future__ import annotations

import pandas as pd

from srhm.runs.checks import live_check
from srhm.runs.search import run_at
from srhm.runs.store import Store
from srhm.training.config import RunConfig
from srhm_book.architectures.views import ARCHITECTURE_NAMES
from srhm_book.curves import COMMON_TRAINING

SHOWN = {"test_error": "test error", "S_80_1": "S, depth 4/5", "D_80_1": "D, depth 4/5"}


def small_run(arch: str, seed: int = 0) -> RunConfig:
    """A common architecture on few data of a small task, trained as in the figures."""
    task = {"v": 2, "s0": 2, "P": 512, "num_test": 400}
    base = RunConfig(arch=arch, **task, **COMMON_TRAINING)
    return run_at(base, base.P, seed)


def trained_again(arch: str, store: Store | None, device: str = "auto") -> pd.DataFrame | str:
    """`small_run` now and in the store, as a table; an error where the test errors disagree."""
    if store is None:
        return "All runs of this profile were trained just now."
    config = small_run(arch)
    live, kept = live_check(config, store, device)
    rows = {"now": live, "stored": kept}
    table = {name: {words: f"{row[key]:.3f}" for key, words in SHOWN.items()}
             for name, row in rows.items()}  # fmt: skip
    task = f"{ARCHITECTURE_NAMES[arch]}, v={config.v}, s₀={config.s0}, P={config.P}"
    return pd.DataFrame(table).rename_axis(columns=task)
