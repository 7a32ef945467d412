"""The tests of the laws' exponents, on settings whose P* follow a law that the test chooses."""

import numpy as np
import pandas as pd
import pytest

from srhm.stats.fits import Estimate
from srhm.stats.laws import cnn_scale, lcn_scale
from srhm_book.claims.claim import Number
from srhm_book.complexity.law_tests import (
    COMPLETE,
    HINGED,
    OTHERS_HELD,
    LawTest,
    depth_tests,
    exponent_tests,
    hinge,
    matched_branching,
    matched_tests,
    pooled_tests,
    prefactors,
    slope_tests,
    with_factors,
)


def table(arch="lcn", C=1.5, scatter=0.03, bend=lambda row: 1.0, depths=((2, 2), (2, 3), (3, 2))):
    """Settings as in the grids: n_c = v, m = v^(s-1), and at s = L = 2 both varied apart."""
    rows = [
        {"v": v, "s": s, "L": L, "s0": s0, "n_c": v, "m": v ** (s - 1)}
        for s, L in depths
        for v in (4, 6, 8)
        for s0 in (0, 1, 2, 4)
    ]
    rows += [{"v": 8, "s": 2, "L": 2, "s0": 1, "n_c": n, "m": 8} for n in (2, 4)]
    rows += [{"v": 8, "s": 2, "L": 2, "s0": 1, "n_c": 8, "m": m} for m in (2, 4, 6)]
    law = lcn_scale if arch == "lcn" else cnn_scale
    found = pd.DataFrame(rows)
    found["scale"] = [law(r["s"], r["L"], r["s0"], r["n_c"], r["m"]) for r in rows]
    noise = np.exp(scatter * np.random.default_rng(0).normal(size=len(found)))
    found["C"] = C * noise * [bend(row) for row in rows]
    found["P_star"] = found.C * found["scale"]
    return found.assign(arch=arch, replicates=[np.array([p]) for p in found.P_star])


def by_name(tests):
    return {(test.settings, test.exponent): test for test in tests}


@pytest.mark.parametrize("arch", ["lcn", "cnn"])
def test_points_on_the_law_pass_every_test(arch):
    points = table(arch)
    tests = [*slope_tests(points), *exponent_tests(points), *pooled_tests(points)]
    for test in tests:
        assert test.estimate.value == pytest.approx(test.law, abs=0.1), test.name
        assert test.estimate.low < 1.01 * test.law, test.name
        assert test.estimate.high > 0.99 * test.law, test.name
    assert sum(not test.included for test in tests) <= 2  # of so many 95 % intervals
    assert [test.settings for test in slope_tests(points)] == [
        "all", "s=2, L=2", "s=2, L=3", "s=3, L=2",
    ]  # fmt: skip
    assert {test.num_points for test in tests} == {41, 17, 14, 12, 9}


def test_the_laws_exponents():
    laws = {key: test.law for key, test in by_name(exponent_tests(table("lcn"))).items()}
    assert laws == {
        ("s=2, L=2", "s0+1"): 2, ("s=2, L=2", "n_c"): 1, ("s=2, L=2", "m"): 2,
        ("s=2, L=2, s₀>0", "s0+1"): 2,
        ("s=2, L=3", "s0+1"): 3, ("s=2, L=3", "n_c m^L"): 1, ("s=2, L=3, s₀>0", "s0+1"): 3,
        ("s=3, L=2", "s0+1"): 2, ("s=3, L=2", "n_c m^L"): 1, ("s=3, L=2, s₀>0", "s0+1"): 2,
    }  # fmt: skip
    laws = {key: test.law for key, test in by_name(exponent_tests(table("cnn"))).items()}
    assert laws["s=2, L=3", "s0+1"] == 2


def test_a_wrong_power_is_found_where_it_is():
    def steeper(row):
        return (row["s0"] + 1) ** 0.4 * row["n_c"] ** -0.5

    tests = by_name(exponent_tests(table(bend=steeper)))
    assert tests["s=2, L=2", "s0+1"].estimate.value == pytest.approx(2.4, abs=0.05)
    assert tests["s=2, L=2", "n_c"].estimate.value == pytest.approx(0.5, abs=0.1)
    assert not tests["s=2, L=2", "s0+1"].included
    assert not tests["s=2, L=2", "n_c"].included
    assert tests["s=2, L=2", "m"].estimate.value == pytest.approx(2, abs=0.1)
    assert tests["s=2, L=3", "n_c m^L"].estimate.value == pytest.approx(3.5 / 4, abs=0.03)


def test_a_cnn_that_followed_the_lcn_would_be_found_out():
    def by_depth(row):
        return (row["s0"] + 1.0) ** (row["L"] - 2)

    tests = by_name(exponent_tests(table("cnn", bend=by_depth)))
    assert tests["s=2, L=2", "s0+1"].included
    assert not tests["s=2, L=3", "s0+1"].included
    assert tests["s=2, L=3", "s0+1"].estimate.value == pytest.approx(3, abs=0.05)


def test_only_dense_data_off_the_law_spare_the_sparse_ones():
    tests = by_name(exponent_tests(table(bend=lambda row: 0.6 if row["s0"] == 0 else 1.0)))
    assert tests["s=2, L=2", "s0+1"].estimate.value > 2.2
    assert tests["s=2, L=2, s₀>0", "s0+1"].estimate.value == pytest.approx(2, abs=0.1)


def test_the_factor_of_depth_and_branching():
    complete, branching, depth, everything = depth_tests(table())
    assert (complete.settings, everything.settings) == (COMPLETE, OTHERS_HELD)
    assert branching.name == "s^(L/2) alone, m=v^(s-1), L=2"
    assert depth.name == "s^(L/2) alone, m=v^(s-1), s=2"
    assert complete.included
    assert everything.included
    assert branching.estimate.value == pytest.approx(1, abs=0.1)
    assert depth.estimate.value == pytest.approx(1, abs=0.1)
    assert complete.num_points == (table().m == table().v ** (table().s - 1)).sum()
    assert everything.num_points == len(table()) > complete.num_points

    def without(row):
        return row["s"] ** (-row["L"] / 2)

    def shallow(row):
        return row["s"] ** (1 - row["L"] / 2)

    _, branching, depth, _ = depth_tests(table(bend=shallow))
    assert branching.estimate.value == pytest.approx(1, abs=0.1)
    assert depth.estimate.value == pytest.approx(0, abs=0.1)

    flat = depth_tests(table(bend=without))[0]
    assert flat.estimate.value == pytest.approx(0, abs=0.1)
    assert not flat.included
    alone = depth_tests(table(depths=((2, 2),)))[0]
    assert alone.estimate is None
    assert alone.included is None
    assert "constant" in alone.reason
    assert alone.name == "s^(L/2) alone, m=v^(s-1)"
    read_off = table().drop(columns="replicates")  # as the paper's points are
    assert depth_tests(read_off)[0].estimate.value == complete.estimate.value


@pytest.mark.parametrize("arch", ["lcn", "cnn"])
def test_all_else_equal(arch):
    def by_task(row):  # what the task costs beyond the law, whatever s0 is
        return 1 + (7 * row["v"] + 3 * row["n_c"] + row["m"]) % 5

    clean = by_name(matched_tests(table(arch)))
    bent = by_name(matched_tests(table(arch, bend=by_task)))
    names = {(f"s={s}, L={L}", "s0+1") for s, L in ((2, 2), (2, 3), (3, 2))}
    assert set(clean) == set(bent) == names
    for key in names:
        for tests in (clean, bent):
            assert tests[key].estimate.value == pytest.approx(tests[key].law, abs=0.1)
        assert clean[key].num_points == 12
        joint = by_name(exponent_tests(table(arch, bend=by_task)))[key].estimate
        own = bent[key].estimate
        assert own.high - own.low < joint.high - joint.low


def test_branching_at_equal_m():
    rows = [
        {"v": v, "s": s, "L": 2, "s0": s0, "n_c": n_c, "m": v ** (s - 1)}
        for root, n_c in ((3, 2), (3, 3), (4, 4))
        for v, s in ((root**2, 2), (root, 3))
        for s0 in (0, 1)
    ]
    points = pd.DataFrame(rows).assign(arch="lcn")
    points["P_star"] = points.s * points.m**2.5 * points.n_c**0.3 * (points.s0 + 1)
    points["P_star"] *= np.tile([0.97, 0.97, 1.02, 1.02], 3)
    fit = matched_branching(points)
    assert fit.exponent.value == pytest.approx(1 + np.log(1.02 / 0.97) / np.log(1.5))
    assert (fit.num_points, fit.num_groups) == (12, 6)
    (found,) = [test for test in matched_tests(points) if test.exponent == "s^(L/2)"]
    assert found.name == "s^(L/2) alone, m=v^(s-1), L=2"
    assert found.estimate == fit.exponent
    assert matched_branching(points[points.s == 2]) is None
    assert not [t for t in matched_tests(points.assign(arch="cnn")) if t.exponent == "s^(L/2)"]


def test_unused_tuples_do_not_touch_the_factor_of_complete_rules():
    tests = depth_tests(table(bend=lambda row: (row["m"] / row["v"] ** (row["s"] - 1.0)) ** 0.5))
    assert tests[0].included
    assert tests[-1].estimate.value != pytest.approx(tests[0].estimate.value, abs=1e-3)


def test_pooled_factors():
    assert [t.exponent for t in pooled_tests(table())] == ["(s0+1)^L", "n_c", "m^L", "s^(L/2)"]
    assert [t.exponent for t in pooled_tests(table("cnn"))] == ["(s0+1)^2", "n_c", "m^L"]
    one = table(depths=((2, 2),))
    assert [t.exponent for t in pooled_tests(one)] == ["(s0+1)^L", "n_c", "m^L"]
    assert [t.settings for t in slope_tests(one)] == ["s=2, L=2"]


def test_settings_without_P_star_do_not_count():
    points = table()
    points.loc[3, "P_star"] = np.nan
    assert slope_tests(points)[0].num_points == len(points) - 1


def test_nothing_measured_is_no_error():
    nothing = table().iloc[:0]
    assert slope_tests(nothing) == exponent_tests(nothing) == pooled_tests(nothing) == []
    assert matched_tests(nothing) == []
    assert [test.estimate for test in depth_tests(nothing)] == [None]


def test_too_few_settings_have_a_reason():
    few = table(depths=((2, 3),)).query("v == 4 and s0 < 2 and L == 3")
    tests = exponent_tests(few)
    assert [test.exponent for test in tests] == ["s0+1", "n_c m^L", "s0+1"]
    assert all(test.estimate is None and "needs at least" in test.reason for test in tests)


@pytest.mark.parametrize(
    ("estimate", "tells"),
    [(None, False), (Estimate(2, 0.1, 4), True), (Estimate(2, -2, 4), False)],
)
def test_what_tells_nothing(estimate, tells):
    assert LawTest("all", "m", 2, estimate, 9).tells is tells


def test_prefactors_by_depth():
    def by_depth(row):
        return {2: 1.0, 3: 2.0}[row["L"]]

    found = prefactors(table(C=1.5, scatter=0.0, bend=by_depth)).set_index("settings")
    assert found.C["s=2, L=2"] == pytest.approx(1.5)
    assert found.C["s=2, L=3"] == pytest.approx(3.0)
    assert (found.low["s=2, L=3"], found.high["s=2, L=3"]) == pytest.approx((3.0, 3.0))
    assert 1.5 < found.low["all"] < found.C["all"] < found.high["all"] < 3.0
    assert found.num_points["all"] == 41


def test_a_fit_that_hangs_on_one_setting_tells_nothing():
    """All tasks but one have two levels: the one's P* alone would be the exponent of s^(L/2)."""
    points = table(depths=((3, 2), (3, 3))).query("s == 3")
    shallow, deep = (points[points.L == L] for L in (2, 3))
    one = pd.concat([shallow, deep[:1]])
    assert hinge(with_factors(one), ["s^(L/2)"]) == {"s^(L/2)"}
    assert hinge(with_factors(one), ["n_c", "s^(L/2)"]) == {"s^(L/2)"}
    assert hinge(with_factors(points), ["s^(L/2)"]) == set()
    for test in depth_tests(one):
        assert (test.estimate, test.included, test.reason) == (None, None, HINGED)
    assert all(test.estimate for test in depth_tests(points))
    assert slope_tests(one)[0].estimate


def test_the_claims_rule_is_the_chapters():
    """What reaches 20 % below and further above is open on both pages."""
    for ends in ((1.99, 2.48), (1.9, 2.1), (2.1, 2.3), (2.05, 2.9), (2.5, 2.6)):
        estimate = Estimate(sum(ends) / 2, *ends)
        verdict = Number.of("m", 2, estimate).verdict
        included = LawTest("all", "m", 2, estimate, 9).included
        assert included is {"agrees": True, "open": None}.get(verdict, False)


def test_names():
    estimate = Estimate(2.1, 1.9, 2.3)
    assert LawTest("s=2, L=2", "s0+1", 2, estimate, 9).name == "s₀+1 at s=2, L=2"
    assert LawTest("all", "scale", 1, estimate, 9).name == "the whole law"


@pytest.mark.parametrize(
    ("estimate", "law", "included"),
    [
        (Estimate(1.05, 0.95, 1.15), 1, True),
        (Estimate(1.05, 1.02, 1.15), 1, False),
        (Estimate(0.8, 0.7, 0.9), 1, False),
        (Estimate(1.05, 0.8, 1.3), 1, None),
        (Estimate(2.05, 1.8, 2.3), 2, True),  # 0.25 is 12 % of 2
        (Estimate(4.0, 2.5, 5.5), 2, False),  # wide, and far away all the same
        (Estimate(3.0, 2.1, 3.9), 2, None),  # as wide, and near
        (None, 2, None),
    ],
)
def test_an_interval_that_would_hold_anything_decides_nothing(estimate, law, included):
    assert LawTest("all", "scale", law, estimate, 9).included is included
