"""From measurements to findings, verdicts, claims; the store; the profiles."""

import numpy as np
import pandas as pd
import pytest

from checkouts import make_checkout
from srhm.stats.fits import Estimate
from srhm_book.spectral import chapter, claims, measure, stored
from srhm_book.spectral.exponents import (
    Finding,
    box_findings,
    crossover_slope,
    line_findings,
    slope,
    well_above,
)


def power_law(exponent, number=60, noise=0.3, sizes=(100, 1000, 10_000)):
    rng = np.random.default_rng(0)
    rows = [
        (P, seed, P**exponent * rng.gamma(1 / noise**2, noise**2))
        for P in sizes for seed in range(number)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["P", "seed", "error"])


def test_slope_of_a_noisy_power_law():
    found = slope(power_law(-0.7))
    assert found.includes(-0.7)
    assert 0.005 < found.high - found.low < 0.1
    wide = slope(power_law(-0.7, number=6))
    assert wide.high - wide.low > 2 * (found.high - found.low)
    with pytest.raises(ValueError, match="slope against P"):
        slope(power_law(-1, sizes=(100,)))


@pytest.mark.parametrize(
    ("low", "high", "rival", "verdict"),
    [
        (0.97, 1.02, 1.5, "agrees"),
        (0.6, 1.49, 1.5, "open"),  # wider than the distance to the rival
        (1.02, 1.055, 1.05, "open"),  # holds the rival
        (1.10, 1.20, 1.5, "differs"),
        (1.02, 1.04, 1.5, "agrees"),  # within the tolerance of an asymptotic law
        (0.95, 1.10, 1.0, "agrees"),  # no rival that says otherwise
        (0.85, 1.10, None, "open"),
    ],
)
def test_verdicts_follow_the_rule(low, high, rival, verdict):
    measured = Estimate((low + high) / 2, low, high)
    assert Finding("β", 1, 1, 1.0, rival, measured, 9).verdict == verdict
    mirrored = Estimate(-measured.value, -high, -low)
    minus = None if rival is None else -rival
    assert Finding("β", 1, 1, -1.0, minus, mirrored, 9).verdict == verdict


def test_crossover_slope_finds_a_known_one():
    """Errors (1 + λ/λ0)/P with λ0 = P^-0.5 double at λ0."""
    rng, rows = np.random.default_rng(0), []
    ratios = [0.0, *np.geomspace(1e-2, 1e2, 41)]
    for P in (100, 10_000):
        for seed in range(30):
            size = rng.gamma(10, 0.1)
            rows += [(1, P, ratio, seed, size * (1 + ratio) / P) for ratio in ratios]
    frame = pd.DataFrame(rows, columns=["chi", "P", "ratio", "seed", "error"])
    assert crossover_slope(frame, 1).value == pytest.approx(-0.5, abs=0.01)
    with pytest.raises(ValueError, match="do not determine"):
        crossover_slope(frame[frame.ratio < 0.5], 1)


def test_fits_above_the_crossover_stay_inside_the_box():
    frame = pd.DataFrame({"chi": 0, "P": [100, 1000] * 3, "ratio": [1, 1, 30, 30, 1e9, 1e9]})
    assert well_above(frame).ratio.tolist() == [30]
    assert well_above(frame).P.tolist() == [1000]


def test_measured_findings_on_the_line():
    """Few samples suffice to tell the true exponent from the spectral bias at χ = 4."""
    frame = measure.ridgeless_line(chis=(4,), samples={100: 40, 10_000: 40})
    beta, height, spread = line_findings(frame)
    assert beta.expected == 1
    assert beta.rival == pytest.approx(5 / 3)
    assert {beta.verdict, height.verdict} == {"agrees"}
    assert spread.measured.includes(spread.expected)


def test_too_few_points_make_no_finding():
    frame = pd.DataFrame({"d": 2, "chi": 1, "P": [64, 64], "seed": [0, 1], "error": [0.1, 0.2]})
    assert box_findings(frame) == []


def test_box_errors_are_those_of_plain_test_points():
    """The weighted test points against the line's integral, in d = 1."""
    found = [measure.box_error(1, 1, 100, seed) for seed in range(8)]
    exact = [measure.line_error(1, 100, seed) for seed in range(8)]
    assert np.mean(found) == pytest.approx(np.mean(exact), rel=0.05)


def test_store_keeps_frame_and_provenance(tmp_path, monkeypatch):
    make_checkout(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"spectral.measure ridge_line"):
        stored.read("ridge_line")
    assert claims.spectral_claims() == []
    frame = measure.ridgeless_line(chis=(1,), samples={100: 3})
    path = stored.write("ridgeless_line", frame, images="none")
    assert [file.name for file in path.parent.iterdir()] == ["ridgeless_line.csv"]
    pd.testing.assert_frame_equal(stored.read("ridgeless_line"), frame, rtol=1e-8)
    assert stored.notes("ridgeless_line")["images"] == "none"
    assert stored.notes("ridgeless_line")["commit"]


def test_claims_carry_the_findings():
    found = {claim.id: claim for claim in claims.spectral_claims()}
    beta = found["spectral_beta_d1"]
    assert [part.what for part in beta.parts] == [f"d = 1, χ = {chi}" for chi in (0, 1, 2, 4)]
    assert {part.expected for part in beta.parts} == {1.0}
    assert all(part.interval[0] < part.value < part.interval[1] for part in beta.parts)
    assert all(name.isascii() for name in found)
    assert {"spectral_beta_d23", "spectral_ratio_images"} <= set(found)


def test_live_check_compares_equal_samples():
    kept = measure.ridgeless_line(chis=(1,), samples={100: 3})
    again = measure.ridgeless_line(chis=(1,), samples={100: 2})
    assert len(measure.live_check(kept, again)) == 2
    with pytest.raises(AssertionError, match="differ"):
        measure.live_check(kept.assign(error=kept.error * 1.001), again)
    with pytest.raises(AssertionError, match="2 of the rows"):
        measure.live_check(kept.assign(seed=kept.seed + 7), again)


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"profile": "quick"}, ("profile", "quick", "smoke")),
        ({"profile": "fresh", "P": 3}, ("P", "3")),
        ({"profile": "fresh", "samples": 1}, ("samples", "1")),
    ],
)
def test_bad_settings_are_refused(options, names):
    with pytest.raises(ValueError, match=names[0]) as caught:
        chapter.frames(**options)
    assert all(name in str(caught.value) for name in names)


def test_what_the_caller_gives_wins():
    frames = chapter.frames("smoke", P=500, samples=2)
    assert sorted(frames["ridgeless_line"].P.unique()) == [100, 500]
    assert set(frames["ridge_line"].groupby(["chi", "P", "ratio"]).size()) == {2}
    assert frames["ridgeless_box"].P.max() == 500
