"""Numbers and settings as the chapters' text says them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from srhm.config import RunConfig
from srhm.fits import Estimate

NOTHING = "–"


def significant(value: float | None, digits: int = 3) -> str:
    """``digits`` significant digits, thousands separated; a dash for nothing."""
    if value is None or not math.isfinite(value):
        return NOTHING
    places = digits - 1 - math.floor(math.log10(abs(value))) if value else 0
    return f"{round(value, places):,.{max(places, 0)}f}"


def with_interval(estimate: Estimate | None, places: int = 2) -> str:
    """ "2.24 (2.01 to 2.47)"; a dash for nothing, a question mark for an open end."""
    if estimate is None:
        return NOTHING
    ends = ("?" if end is None else f"{end:.{places}f}" for end in (estimate.low, estimate.high))
    return f"{estimate.value:.{places}f} ({' to '.join(ends)})"


def join(words: Iterable[str]) -> str:
    """ "a, b and c"; "none" for nothing."""
    words = list(words)
    if not words:
        return "none"
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def describe_setting(setting: RunConfig) -> str:
    """ "v=6, s0=1, L=2", and what else is not as in most settings."""
    text = f"v={setting.v}, s0={setting.s0}, L={setting.L}"
    usual = {"s": 2, "n_c": setting.v, "m": setting.v ** (setting.s - 1), "sparsity": "A"}
    for name, value in usual.items():
        if getattr(setting, name) != value:
            text += f", {name}={getattr(setting, name)}"
    return text
