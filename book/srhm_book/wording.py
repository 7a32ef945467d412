"""Numbers and settings as the chapters' text says them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from srhm.stats.fits import Estimate
from srhm.training.config import RunConfig

NOTHING = "–"


def significant(value: float | None, digits: int = 3) -> str:
    """``digits`` significant digits, thousands separated; a dash for nothing."""
    if not _known(value):
        return NOTHING
    places = digits - 1 - math.floor(math.log10(abs(value))) if value else 0
    return f"{round(value, places):,.{max(places, 0)}f}"


def with_interval(estimate: Estimate | None, places: int = 2) -> str:
    """An estimate as `with_ends` says it; a dash for none."""
    if estimate is None:
        return NOTHING
    return with_ends(estimate.value, estimate.low, estimate.high, places)


def with_ends(
    value: float | None, low: float | None = None, high: float | None = None, places: int = 2
) -> str:
    """ "2.24 (2.01 to 2.47)"; a dash for nothing; the ends as `between` says them.

    Where both ends are open there is no interval: "2.24".
    """
    if not _known(value):
        return NOTHING
    text = f"{value:.{places}f}"
    if not (_known(low) or _known(high)):
        return text
    return f"{text} ({between(low, high, lambda end: f'{end:.{places}f}')})"


def between(
    low: float | None, high: float | None, say: Callable[[float], str] = significant
) -> str:
    """ "2.01 to 2.47"; with one end open "at least 2.01" or "at most 2.47"; a dash with both."""
    if _known(low) and _known(high):
        return f"{say(low)} to {say(high)}"
    if _known(low):
        return f"at least {say(low)}"
    return f"at most {say(high)}" if _known(high) else NOTHING


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def join(words: Iterable[str], between: str = ", ") -> str:
    """ "a, b and c"; "none" for nothing."""
    words = list(words)
    if not words:
        return "none"
    return " and ".join(filter(None, (between.join(words[:-1]), words[-1])))


def list_settings(settings: Iterable[RunConfig]) -> str:
    """ "L=2: v=8 (s0=2, 4); L=3: ...": settings in few words; "none" for nothing."""
    groups: dict[str, dict[str, dict[str, None]]] = {}
    for setting in settings:
        depth = f"L={setting.L}" if setting.s == 2 else f"s={setting.s}, L={setting.L}"
        task = f"v={setting.v}"
        for name, usual in (("n_c", setting.v), ("m", setting.v ** (setting.s - 1))):
            if getattr(setting, name) != usual:
                task += f" {name}={getattr(setting, name)}"
        task += "" if setting.sparsity == "A" else f" sparsity {setting.sparsity}"
        task += f" tied={setting.tied}" if setting.tied else ""
        s0 = f"({setting.s0})" if "," in str(setting.s0) else str(setting.s0)
        groups.setdefault(depth, {}).setdefault(task, {})[s0] = None  # networks share a task
    parts = []
    for depth, tasks in groups.items():
        named = (f"{task} (s₀={', '.join(s0s)})" for task, s0s in tasks.items())
        parts.append(f"{depth}: {', '.join(named)}")
    return "; ".join(parts) if parts else "none"


def list_by_network(settings: Iterable[RunConfig]) -> str:
    """ "CNN: L=2: v=8 (s₀=2, 4); LCN: ...": `list_settings`, one network after the other."""
    settings = list(settings)
    told = [
        f"{arch.upper()}: {list_settings(c for c in settings if c.arch == arch)}"
        for arch in dict.fromkeys(c.arch for c in settings)
    ]
    return "; ".join(told) or "none"


def describe_setting(setting: RunConfig) -> str:
    """ "v=6, s₀=1, L=2", and what else is not as in most settings."""
    text = f"v={setting.v}, s₀={setting.s0}, L={setting.L}"
    usual = {"s": 2, "n_c": setting.v, "m": setting.v ** (setting.s - 1), "sparsity": "A"}
    for name, value in usual.items():
        if getattr(setting, name) != value:
            text += f", {name}={getattr(setting, name)}"
    return text
