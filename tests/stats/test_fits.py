"""Power laws fitted to synthetic points whose exponents are known."""

import numpy as np
import pandas as pd
import pytest

from messages import says
from srhm.stats.fits import Estimate, fit_power_law


def points(rng=None, num=16, scatter=0.0):
    """P* = 1.7 (s0+1)^2 m^3, times noise whose logarithm has standard deviation ``scatter``."""
    table = pd.DataFrame(
        [{"s0+1": s, "m": m} for s in (1, 2, 3, 5) for m in (4, 6, 8, 10)], dtype=float
    )[:num]
    noise = np.zeros(len(table)) if rng is None else scatter * rng.normal(size=len(table))
    return table.assign(P_star=1.7 * table["s0+1"] ** 2 * table.m**3 * np.exp(noise))


def test_exact_points_give_exact_exponents():
    fit = fit_power_law(points(), ["s0+1", "m"], num_bootstrap=50)
    assert list(fit.exponents) == ["s0+1", "m"]
    for estimate, truth in [
        (fit.exponents["s0+1"], 2),
        (fit.exponents["m"], 3),
        (fit.prefactor, 1.7),
    ]:
        assert (estimate.value, estimate.low, estimate.high) == pytest.approx((truth,) * 3)
    assert fit.scatter == pytest.approx(0, abs=1e-12)
    assert fit.num_points == 16


def test_the_slope_against_a_prediction():
    table = points(np.random.default_rng(0), scatter=0.2)
    table["prediction"] = table["s0+1"] ** 2 * table.m**3
    fit = fit_power_law(table, ["prediction"])
    assert fit.exponents["prediction"].includes(1)
    assert not fit.exponents["prediction"].includes(1.5)
    assert fit.scatter == pytest.approx(0.2 / np.log(10), rel=0.4)


def test_a_wrong_exponent_is_excluded_and_the_value_is_least_squares():
    table = points(np.random.default_rng(1), scatter=0.1)
    fit = fit_power_law(table, ["s0+1", "m"])
    design = np.column_stack([np.ones(16), np.log(table["s0+1"]), np.log(table.m)])
    normal = np.linalg.solve(design.T @ design, design.T @ np.log(table.P_star))
    assert fit.exponents["m"].value == pytest.approx(normal[2])
    assert not fit.exponents["s0+1"].includes(1)
    assert fit.exponents["s0+1"].includes(2)


def with_replicates(rng, table, num_seeds, spread):
    """The points as means over seeds (in logs), with the bootstrap replicates of those seeds."""
    seeds = np.log(table.P_star.to_numpy())[:, None]
    seeds = seeds + spread * rng.normal(size=(len(table), num_seeds))
    drawn = rng.integers(num_seeds, size=(len(table), 100, num_seeds))
    replicates = np.exp([row[d].mean(axis=1) for row, d in zip(seeds, drawn, strict=True)])
    return table.assign(P_star=np.exp(seeds.mean(axis=1)), replicates=list(replicates))


@pytest.mark.parametrize("spread", [0.0, 0.15])
def test_the_intervals_hold_the_truth_nineteen_times_in_twenty(spread):
    rng = np.random.default_rng(2)
    num, hits = 200, np.zeros(3)
    for i in range(num):
        table = points(rng, scatter=0.2)
        if spread:
            table = with_replicates(rng, table, 3, spread)
        fit = fit_power_law(table, ["s0+1", "m"], num_bootstrap=100, seed=i)
        hits += [
            fit.exponents["s0+1"].includes(2),
            fit.exponents["m"].includes(3),
            fit.prefactor.includes(1.7),
        ]
    assert (hits / num >= 0.91).all()
    assert (hits / num <= 0.998).all()


def test_replicates_widen_the_interval():
    table = points(np.random.default_rng(3), scatter=0.05)
    wide = with_replicates(np.random.default_rng(4), table, 3, 1e-9)
    rng = np.random.default_rng(5)
    wide["replicates"] = [p * np.exp(rng.uniform(-1, 1, size=101)) for p in wide.P_star]
    narrow = fit_power_law(table, ["m", "s0+1"]).exponents["m"]
    broad = fit_power_law(wide, ["m", "s0+1"]).exponents["m"]
    assert broad.value == pytest.approx(narrow.value)
    assert broad.high - broad.low > 3 * (narrow.high - narrow.low)


def test_what_a_seed_does_to_all_points_is_not_averaged_away():
    """Ten points whose seeds all move together: their mean is no better known than one of them."""
    table = points().iloc[:10]
    shift = np.exp(np.random.default_rng(0).normal(scale=0.2, size=400))
    together = table.assign(replicates=[p * shift for p in table.P_star])
    apart = table.assign(
        replicates=[
            p * np.random.default_rng(i).permutation(shift) for i, p in enumerate(table.P_star)
        ]
    )
    widths = []
    for frame in (together, apart):
        prefactor = fit_power_law(frame, ["m", "s0+1"]).prefactor
        exponent = fit_power_law(frame, ["m", "s0+1"]).exponents["m"]
        widths.append((np.log(prefactor.high / prefactor.low), exponent.high - exponent.low))
    (prefactor, exponent), (prefactor_apart, exponent_apart) = widths
    assert exponent == pytest.approx(0, abs=1e-9)  # a common shift changes no exponent
    assert exponent_apart > 0.05
    assert prefactor > 0.5
    assert prefactor_apart > prefactor  # the prefactor pays for the exponents' spread


def test_replicates_without_a_crossing_are_no_values():
    table = points(np.random.default_rng(5), scatter=0.1)
    table["replicates"] = [np.array([0, np.inf, np.nan, p]) for p in table.P_star]
    table.at[3, "replicates"] = np.array([np.inf])
    same = fit_power_law(table.drop(columns="replicates"), ["m", "s0+1"]).exponents["m"]
    fit = fit_power_law(table, ["m", "s0+1"]).exponents["m"]
    assert fit.low == pytest.approx(same.low, abs=0.1)
    assert fit.high == pytest.approx(same.high, abs=0.1)


def test_draws_that_do_not_determine_the_fit_do_not_count():
    """A single point tells m: without it a draw knows nothing of its exponent."""
    table = points()
    table["m"] = [4.0] * 15 + [8.0]
    table["P_star"] = 1.7 * table["s0+1"] ** 2 * table.m**3
    estimate = fit_power_law(table, ["s0+1", "m"]).exponents["m"]
    assert (estimate.low, estimate.high) == pytest.approx((3, 3))


def test_the_fit_is_reproducible():
    table = points(np.random.default_rng(6), scatter=0.1)
    assert fit_power_law(table, ["m"], seed=1) == fit_power_law(table, ["m"], seed=1)
    assert fit_power_law(table, ["m"], seed=1) != fit_power_law(table, ["m"], seed=2)


def test_an_interval_is_closed():
    estimate = Estimate(1.0, 0.5, 1.5)
    assert [estimate.includes(x) for x in (0.49, 0.5, 1.5, 1.51)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("change", "predictors", "words"),
    [
        ({}, ["n_c"], ("column 'n_c'",)),
        ({}, [], ("predictors", "one column")),
        ({"m": 0.0}, ["m"], ("m", "positive", "finite", 0)),
        ({"P_star": [None] + [1.0] * 15}, ["m"], ("P_star", "positive", "finite", "nan")),
        ({"m": 4.0}, ["s0+1", "m"], ("s0+1, m", "constant")),
        ({"n_c": lambda t: t.m**2}, ["n_c", "m"], ("n_c, m",)),
    ],
)
def test_bad_input_is_one_sentence(change, predictors, words):
    with pytest.raises(ValueError, match=says(*words)):
        fit_power_law(points().assign(**change), predictors)


def test_too_few_points():
    with pytest.raises(ValueError, match=says("s0+1, m", "4 points", 3)):
        fit_power_law(points()[:3], ["s0+1", "m"])


def test_groups_that_miss_the_law_together_widen_the_interval():
    """Sixteen points in four groups, each off by a factor of its own: four draws, not sixteen."""
    hits = {None: 0, "m": 0}
    widths = dict.fromkeys(hits, 0.0)
    for seed in range(40):
        rng = np.random.default_rng(seed)
        table = points()
        slope = dict(zip((4, 6, 8, 10), 2 + 0.3 * rng.normal(size=4), strict=True))
        table["P_star"] *= table["s0+1"] ** (table.m.map(slope) - 2)
        for groups in hits:
            fit = fit_power_law(table, ["s0+1", "m"], num_bootstrap=200, groups=groups)
            own = fit.exponents["s0+1"]
            hits[groups] += own.includes(2)
            widths[groups] += own.high - own.low
    assert hits["m"] >= 34 > hits[None]
    assert widths["m"] > widths[None]
    with pytest.raises(ValueError, match=says("2 groups", "one")):
        fit_power_law(points().assign(one=1), ["s0+1", "m"], groups="one")
