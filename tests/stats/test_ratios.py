"""Ratios of P* seed by seed, on synthetic curves with a known ratio."""

import numpy as np
import pandas as pd
import pytest

from srhm.stats.ratios import paired_ratio, seed_complexities


def curves(P_stars, sizes=(100, 200, 400, 800, 1600)):
    """Error 0.1 exactly at each seed's P*, linear in log P."""
    return pd.DataFrame(
        [
            {
                "P": P,
                "seed_rules": r,
                "seed_sample": r,
                "seed_init": r,
                "test_error": min(max(0.1 - 0.2 * np.log(P / star), 0), 1),
            }
            for r, star in enumerate(P_stars)
            for P in sizes
        ]
    )


def test_each_seed_has_its_own():
    found = seed_complexities(curves([300, 500]))
    assert found[0, 0, 0] == pytest.approx(300, rel=0.15)
    assert found[1, 1, 1] == pytest.approx(500, rel=0.15)


def test_a_common_factor_is_found_in_spite_of_scatter():
    stars = np.array([250.0, 500.0, 1000.0])
    exact = paired_ratio(curves(stars / 2), curves(stars))
    assert exact.ratio == pytest.approx(0.5, rel=1e-6)
    assert exact.low == pytest.approx(exact.high, rel=1e-6)
    assert exact.num_seeds == 3


def test_interval_is_students():
    logs = np.array([0.0, 0.1, 0.3])
    stars = np.full(3, 300.0)
    sizes = np.geomspace(50, 3000, 400)  # fine, so that interpolation adds nothing
    found = paired_ratio(curves(stars * np.exp(logs), sizes), curves(stars, sizes))
    half = 4.303 * logs.std(ddof=1) / np.sqrt(3)
    assert np.log(found.ratio) == pytest.approx(logs.mean(), abs=2e-3)
    assert np.log(found.high / found.ratio) == pytest.approx(half, rel=0.02)


def test_seeds_without_a_crossing_are_left_out():
    found = paired_ratio(curves([300, 1e9]), curves([600, 600]))
    assert (found.num_seeds, found.low) == (1, None)
    assert found.ratio == pytest.approx(0.5, rel=0.2)
    assert paired_ratio(curves([1e9]), curves([600])).ratio is None
