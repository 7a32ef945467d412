"""The measurements behind the chapter, stored as CSV with their provenance.

    python -m srhm_book.spectral.measure [NAME ...]     writes results/spectral/NAME.csv

A row's sample depends on its d, χ, P and seed alone: any row can be measured again by itself
(`live_check`), and more seeds continue what is there.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from srhm_book.spectral.krr import error_line, fit_line, predict, predict_line
from srhm_book.spectral.stored import write
from srhm_book.spectral.task import CHIS, SIGMA, crossover, density, draw_points, target

RELATIVE_TOLERANCE = 1e-6  # of a row measured again: the same sample, rounding aside
NUM_TEST = 4000  # in d = 2, 3; on the line the error is an integral


def sample(d: int, chi: float, P: int, seed: int) -> np.ndarray:
    """The training points (P, d) of one seed, those on the line in ascending order."""
    rng = np.random.default_rng([seed, d, round(1000 * chi), P])
    x = draw_points(P, d, chi, rng)
    return np.sort(x, axis=0) if d == 1 else x


# ---- one measurement each ------------------------------------------------------------------


def line_error(chi: float, P: int, seed: int, ratio: float = 0.0) -> float:
    """Test error on the line for a ridge of `ratio` times λ*."""
    x = sample(1, chi, P, seed)[:, 0]
    ridge = ratio * crossover(P, 1, chi)
    return error_line(x, fit_line(x, np.sign(x), ridge, SIGMA), SIGMA, chi)


def box_error(d: int, chi: float, P: int, seed: int, ridge: float = 1e-10) -> float:
    """Test error in the box, practically without ridge, over test points of their own.

    The test points are denser towards the boundary, each with its weight, |x_1| = v³ with v
    uniform: a few thousand then see an error that sits within r of it.
    """
    x = sample(d, chi, P, seed)
    rng = np.random.default_rng([seed, d, round(1000 * chi), P, 1])
    points = rng.uniform(-1, 1, (NUM_TEST, d))
    v = points[:, 0].copy()
    points[:, 0] = v**3
    weight = density(v**3, chi) * 6 * v**2  # density over that of the test points
    predicted = predict(x, target(x), points, ridge, SIGMA)
    return float(np.mean(weight * (predicted - target(points)) ** 2))


def line_variance(chi: float, P: int, seeds: Sequence[int], ratio: float) -> float:
    """∫ p Var f dx / ∫ p <f - f*>² dx, mean and variance over the samples of `seeds`."""
    r = P ** (-1 / (1 + chi))
    half = np.geomspace(1e-3 * min(r, 0.1), 1, 600)
    points = np.concatenate([-half[::-1], half])
    weight = density(points, chi) * np.gradient(points)
    found = []
    for seed in seeds:
        x = sample(1, chi, P, seed)[:, 0]
        f = fit_line(x, np.sign(x), ratio * crossover(P, 1, chi), SIGMA)
        found.append(predict_line(x, f, points, SIGMA))
    mean, variance = np.mean(found, axis=0), np.var(found, axis=0, ddof=1)
    return float(weight @ variance / (weight @ (mean - np.sign(points)) ** 2))


# ---- sweeps ----------------------------------------------------------------------------------


def ridgeless_line(chis=CHIS, samples: dict[int, int] | None = None) -> pd.DataFrame:
    """Test error without ridge; samples: how many at each P. Columns chi, P, seed, error."""
    samples = samples or {100: 1000, 1000: 1000, 10_000: 1000, 100_000: 200, 1_000_000: 30}
    rows = [
        (chi, P, seed, line_error(chi, P, seed))
        for chi in chis for P, number in samples.items() for seed in range(number)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["chi", "P", "seed", "error"])


def ridge_line(
    chis=CHIS, samples: dict[int, int] | None = None, ratios: Sequence[float] | None = None
) -> pd.DataFrame:
    """Test error against the ridge, in units of λ*; 0 among them. Columns chi, P, ratio, ..."""
    samples = samples or {1000: 100, 10_000: 100, 100_000: 30}
    ratios = [0.0, *(np.geomspace(1e-3, 1e4, 15) if ratios is None else ratios)]
    rows = [
        (chi, P, float(f"{ratio:.4g}"), seed, line_error(chi, P, seed, float(f"{ratio:.4g}")))
        for chi in chis for P, number in samples.items()
        for ratio in ratios for seed in range(number)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["chi", "P", "ratio", "seed", "error"])


def variance_line(
    chis=CHIS, samples: dict[int, int] | None = None, ratios: Sequence[float] | None = None,
    num_groups: int = 4,
) -> pd.DataFrame:  # fmt: skip
    """Relative variance over samples; samples: their number in each group at each P.

    Columns chi, P, ratio, seed (the group's first), size, variance.
    """
    samples = samples or {1000: 50, 100_000: 8}
    ratios = np.geomspace(1e-3, 1e4, 15) if ratios is None else ratios
    rows = []
    for chi in chis:
        for P, size in samples.items():
            for ratio in (float(f"{ratio:.4g}") for ratio in ratios):
                for first in range(0, num_groups * size, size):
                    found = line_variance(chi, P, range(first, first + size), ratio)
                    rows.append((chi, P, ratio, first, size, found))
    return pd.DataFrame(rows, columns=["chi", "P", "ratio", "seed", "size", "variance"])


def ridgeless_box(
    ds=(2, 3), chis=CHIS, samples: dict[int, int] | None = None
) -> pd.DataFrame:  # fmt: skip
    """Test error without ridge in the box. Columns d, chi, P, seed, error."""
    samples = samples or {256: 30, 512: 30, 1024: 40, 2048: 24, 4096: 12}
    rows = [
        (d, chi, P, seed, box_error(d, chi, P, seed))
        for d in ds for chi in chis for P, number in samples.items() for seed in range(number)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["d", "chi", "P", "seed", "error"])


# ---- the store -------------------------------------------------------------------------------

SWEEPS: dict[str, Callable[[], pd.DataFrame]] = {
    "ridgeless_line": ridgeless_line,
    "ridge_line": ridge_line,
    "variance_line": variance_line,
    "ridgeless_box": ridgeless_box,
}


def live_check(kept: pd.DataFrame, measured: pd.DataFrame, value: str = "error") -> pd.DataFrame:
    """Rows measured just now beside the stored ones; AssertionError where they disagree.

    Equal keys (all columns but `value`) are the same sample, so that only rounding may differ.
    """
    keys = [column for column in measured if column != value]
    both = measured.merge(kept, on=keys, suffixes=("_now", "_stored"))
    if len(both) < len(measured):
        raise AssertionError(f"{len(measured) - len(both)} of the rows measured are not stored.")
    now, then = both[f"{value}_now"], both[f"{value}_stored"]
    wrong = both[(now - then).abs() > RELATIVE_TOLERANCE * then.abs()]
    if len(wrong):
        raise AssertionError(f"Measured now and stored differ:\n{wrong.to_string(index=False)}")
    return both


def main(arguments: list[str]) -> None:
    """Measures and stores the sweeps named, or all."""
    from srhm_book.spectral.images import measure_fashion

    sweeps = {**SWEEPS, "fashion": functools.partial(measure_fashion, *arguments[1:])}
    names = arguments[:1] or list(SWEEPS)
    if unknown := [name for name in names if name not in sweeps]:
        raise SystemExit(f"name must be one of {', '.join(sweeps)}, not {unknown[0]!r}.")
    for name in names:
        print(write(name, sweeps[name]()) if name in SWEEPS else sweeps[name]())


if __name__ == "__main__":
    main(sys.argv[1:])
