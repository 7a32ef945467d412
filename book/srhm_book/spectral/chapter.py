"""What the chapter shows in each profile: stored measurements, or fewer made now."""

from __future__ import annotations

import pandas as pd

from srhm_book.spectral import measure, stored

PROFILES = ("book", "fresh", "smoke")
# Samples at each P.
FRESH = {
    "ridgeless_line": {100: 100, 1000: 100, 10_000: 100, 100_000: 20},
    "ridge_line": {1000: 60, 10_000: 40},
    "variance_line": {1000: 20, 10_000: 20},
    "ridgeless_box": {256: 10, 512: 10, 1024: 6, 2048: 3},
}
SMOKE = {
    "ridgeless_line": {100: 4, 1000: 4},
    "ridge_line": {100: 4, 1000: 4},
    "variance_line": {100: 3, 1000: 3},
    "ridgeless_box": {64: 3, 128: 3},
}


def frames(profile: str, P: int = 0, samples: int = 0) -> dict[str, pd.DataFrame]:
    """The measurements of a profile, by the names of `measure.SWEEPS`.

    P: the largest training set, samples: their number at each P; 0 leaves both to the profile.
    What is given wins, and is measured now. "book" reads the store else.
    """
    if profile not in PROFILES:
        raise ValueError(f"profile must be one of {', '.join(PROFILES)}, not {profile!r}.")
    if P and not 200 <= P <= 10_000_000:
        raise ValueError(f"P must be 0 or from 200 to 10,000,000, not {P!r}.")
    if samples and samples < 2:
        raise ValueError(f"samples must be 0 or at least 2, not {samples!r}.")
    if profile == "book" and not (P or samples):
        return {name: stored.read(name) for name in measure.SWEEPS}
    chosen = SMOKE if profile == "smoke" else FRESH
    return {
        name: sweep(samples=_sizes(name, chosen[name], P, samples))
        for name, sweep in measure.SWEEPS.items()
    }


def _sizes(name: str, sizes: dict[int, int], P: int, samples: int) -> dict[int, int]:
    if P:
        most = min(P, 8192) if name == "ridgeless_box" else P  # a dense matrix
        fewest = min(sizes.values())
        sizes = {size: number for size, number in sizes.items() if size < most} | {most: fewest}
    return {size: samples or number for size, number in sizes.items()}


def check_store(kept: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Some rows of each stored frame measured again; AssertionError where one disagrees.

    The first samples at sizes that take seconds. One row of the result for each frame.
    """
    again = {
        "ridgeless_line": measure.ridgeless_line(samples={1000: 20, 10_000: 5, 100_000: 1}),
        "ridge_line": measure.ridge_line(samples={1000: 3}),
        "variance_line": measure.variance_line(chis=(1,), samples={1000: 50}, num_groups=1),
        "ridgeless_box": measure.ridgeless_box(samples={256: 2}),
    }
    rows = []
    for name, measured in again.items():
        value = "variance" if name == "variance_line" else "error"
        both = measure.live_check(kept[name], measured, value)
        worst = (both[f"{value}_now"] / both[f"{value}_stored"] - 1).abs().max()
        rows.append(
            {
                "measurement": name,
                "rows again": len(both),
                "of": len(kept[name]),
                "largest relative difference": f"{worst:.0e}",
            }
        )
    return pd.DataFrame(rows).set_index("measurement")
