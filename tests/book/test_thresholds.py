"""P*_S and P*_D beside P* on synthetic runs whose crossings are known; their agreement."""

import math

import numpy as np
import pandas as pd
import pytest

from messages import says
from srhm.runs.search import Target, grid_P, run_at
from srhm_book.claims.claim import COVERED
from srhm_book.claims.invariance import eq8_claim
from srhm_book.grids import setting
from srhm_book.invariance.agreement import (
    agreement,
    at_every_threshold,
    common_medians,
    paper_pairs,
    scan_table,
    scan_thresholds,
)
from srhm_book.invariance.runs import runs_for, runs_to_watch, scales, settings_for
from srhm_book.invariance.threshold_figures import draw_pairs
from srhm_book.invariance.threshold_views import explore_pairs, pairs_to_explore
from srhm_book.invariance.thresholds import (
    D2,
    ERROR,
    NOT_STORED,
    S2,
    crossings,
    paper_targets,
    runs_of,
    threshold_points,
)

SIZES = [grid_P(i) for i in range(28, 60)]


def falls(P, where, threshold, first=0.8, last=0.0, power=2):
    """A curve that falls from ``first`` to ``last`` and is ``threshold`` at P = ``where``."""
    c = (first - last) / (threshold - last) - 1
    return last + (first - last) / (1 + c * (P / where) ** power)


def synthetic(base, P_star, P_S, P_D, sizes=SIZES, seeds=3, spread=0.05):
    """Runs of a setting with these crossings of 0.1, 0.3 and 0.1, spread over seeds."""
    rows = []
    for seed in range(seeds):
        shift = math.exp(spread * (seed - (seeds - 1) / 2))
        for P in sizes:
            row = run_at(base, P, seed).as_dict() | {"status": "converged"}
            row[ERROR] = falls(P, P_star * shift, 0.1)
            row[S2] = falls(P, P_S * shift, 0.3, last=0.2, power=3)
            row[D2] = falls(P, P_D * shift, 0.1) if base.s0 else math.nan
            rows.append(row)
    return rows


def grid(ratio_S=1.0, ratio_D=0.5):
    """Eight LCN settings whose P* span a decade and more; returns settings and runs."""
    settings = [setting("lcn", v, s0) for v in (14, 16) for s0 in (0, 1, 2, 4)]
    rows = []
    for i, base in enumerate(settings):
        P = 400 * 1.5**i
        rows += synthetic(base, P, P * ratio_S, P * ratio_D)
    return settings, pd.DataFrame(rows)


def test_crossings_and_pairs_recover_the_truth():
    settings, frame = grid(ratio_S=1.3)
    table = crossings(frame, settings)
    assert len(table) == 8 * 3 - 2  # no D at s0 = 0
    truth = [400 * 1.5**i for i in range(8)]
    assert table[table.quantity == ERROR].P_star.tolist() == pytest.approx(truth, rel=0.03)
    found = threshold_points(table, S2)
    assert found.ratio.tolist() == pytest.approx([1.3] * 8, rel=0.03)
    assert ((found.ratio_low <= 1.3) & (found.ratio_high >= 1.3)).all()
    # The seeds shift both alike, so the ratio is known far better than either.
    assert (found.ratio_high / found.ratio_low < 1.05).all()
    assert (found.P_x_high / found.P_x_low > 1.1).all()
    assert len(threshold_points(table, D2)) == 6


def test_what_is_not_there_has_a_reason():
    base, other = setting("lcn", 6, 1), setting("lcn", 6, 2)
    rows = synthetic(base, 1000, 1200, 200, sizes=[512, 609, 724, 861, 1024, 1218, 1448, 1722])
    table = crossings(pd.DataFrame(rows), [base, other]).set_index(["s0", "quantity"])
    assert table.P_star[1, ERROR] == pytest.approx(1000, rel=0.05)
    assert math.isnan(table.P_star[1, D2])
    assert "D_2_1 is below 0.1 from the smallest P=512" in table.reason[1, D2]
    assert (table.reason[2] == NOT_STORED).all()
    assert crossings(pd.DataFrame(), [base]).reason.eq(NOT_STORED).all()


def test_no_crossing_is_read_off_across_a_gap():
    base = setting("lcn", 6, 1)
    near = pd.DataFrame(synthetic(base, 1000, 1000, 1000, sizes=[256, 512, 1024, 2048]))
    far = pd.DataFrame(synthetic(base, 1000, 1000, 1000, sizes=[256, 609, 1448]))
    assert crossings(near, [base]).P_star.notna().all()
    table = crossings(far, [base])
    assert table.P_star.isna().all()
    assert "between P=609 and 1448" in table.reason[0]


def test_runs_are_a_rectangle_of_the_first_seeds():
    base = setting("lcn", 6, 1)
    frame = pd.DataFrame(synthetic(base, 1000, 1000, 1000, sizes=[512, 1024], seeds=4))
    lone = run_at(base, 2048, 0).as_dict() | {ERROR: 0.0}
    mixed = run_at(base, 512, 0).replace(seed_init=7).as_dict() | {ERROR: 0.0}
    other = run_at(base, 512, 1).replace(lr=9.0).as_dict() | {ERROR: 0.0}
    foreign = run_at(setting("lcn", 6, 2), 512, 1).as_dict() | {ERROR: 0.0}
    frame = pd.concat([frame, pd.DataFrame([lone, mixed, other, foreign])], ignore_index=True)
    runs = runs_of(frame.sample(frac=1, random_state=0), base)
    assert list(zip(runs.P, runs.seed_rules, strict=True)) == [
        (P, seed) for P in (512, 1024) for seed in range(3)
    ]
    assert len(runs_of(frame, base, repeats=1)) == 3
    with pytest.raises(ValueError, match=says("repeats", 1, 0)):
        runs_of(frame, base, 0)


def test_the_papers_thresholds():
    def read(arch, **task):
        return {t.quantity: t.threshold for t in paper_targets(setting(arch, 4, 1, **task))}

    assert read("lcn") == read("lcn", L=3) == read("fcn") == {S2: 0.3, D2: 0.1}
    assert read("lcn", s=3) == {S2: 0.5, D2: 0.1}
    assert read("cnn") == {S2: 0.4, D2: 0.2}
    assert read("cnn", L=3) == {S2: 0.2, D2: 0.2}
    assert read("cnn", s=3) == {S2: 0.5, D2: 0.2}


def proportional(n=12, ratio=0.7, scatter=0.1, power=1.0, seed=0):
    rng = np.random.default_rng(seed)
    P_x = np.geomspace(100, 1e5, n)
    P_star = (P_x / ratio) ** power * 10 ** (scatter * rng.normal(size=n))
    return pd.DataFrame({"P_x": P_x, "P_star": P_star, "ratio": P_x / P_star})


def test_agreement_measures_slope_ratio_and_scatter():
    found = agreement(proportional())
    assert found.num_points == 12
    assert found.slope.includes(1)
    assert found.slope.high - found.slope.low < 0.4
    assert found.median_ratio.value == pytest.approx(0.7, rel=0.15)
    assert found.median_ratio.includes(0.7)
    assert found.scatter.value == pytest.approx(0.1, rel=0.4)
    assert found.scatter.low < 0.1 < found.scatter.high
    assert not agreement(proportional(power=0.7)).slope.includes(1)
    assert agreement(proportional(n=4)) is None


def test_scatter_interval_holds_the_truth_as_often_as_it_says():
    hits = [
        agreement(proportional(n=10, seed=seed), num_bootstrap=200).scatter for seed in range(60)
    ]
    assert np.mean([h.low <= 0.1 <= h.high for h in hits]) > 0.8


def test_scan_moves_with_the_threshold():
    settings, frame = grid()
    scan = scan_thresholds(frame, settings, D2, (0.05, 0.1, 0.2, 0.85))
    medians = scan.groupby("threshold").ratio.median()
    assert medians[0.1] == pytest.approx(0.5, rel=0.03)
    assert medians[0.05] > medians[0.1] > medians[0.2]
    assert 0.85 not in medians  # the curves begin below it
    table = scan_table(scan)
    assert table.num_points.tolist() == [6] * len(table)
    assert table.scatter.max() < 0.02
    assert (table.low <= table["median"]).all()


def test_common_settings_are_those_known_at_every_threshold():
    scan = pd.DataFrame(
        {"arch": "lcn", "v": [4, 4, 6], "s": 2, "L": 2, "s0": 1, "threshold": [0.1, 0.2, 0.1]}
    )
    assert at_every_threshold(scan).v.tolist() == [4, 4]
    assert at_every_threshold(pd.DataFrame()).empty
    assert scan_table(pd.DataFrame()).empty


def test_common_medians_leave_out_thresholds_that_few_settings_have():
    settings, frame = grid()
    scan = scan_thresholds(frame, settings, D2, (0.1, 0.2, 0.85))
    num, medians = common_medians(scan)
    assert num == 6
    assert medians.index.tolist() == [0.1, 0.2]
    assert medians[0.1] == pytest.approx(0.5, rel=0.03)
    assert common_medians(scan, fewest=7)[0] == 0
    assert common_medians(pd.DataFrame())[0] == 0


def test_trainings_are_watched_at_twice_P_star():
    base = setting("lcn", 8, 1)
    frame = pd.DataFrame(synthetic(base, 2000, 2000, 2000))
    watched = runs_to_watch("lcn", crossings(frame, [base]), 8, 1)
    assert [config.seed_rules for config in watched] == [0, 1, 2]
    assert {config.P for config in watched} == {4096}  # of the grid, nearest to 4,000
    other = runs_to_watch("lcn", crossings(frame, [base]), 8, 2)  # without a P*: the guess
    assert pytest.approx(2 * setting("lcn", 8, 2).P, rel=0.1) == other[0].P


def test_panels_hold_our_points_and_the_papers():
    """In the order of Figures 6C and 6D: S left, D right; hollow ones are the paper's."""
    base = setting("lcn", 8, 1)
    table = crossings(pd.DataFrame(synthetic(base, 2000, 2600, 1500)), [base])
    axes = draw_pairs(table, "lcn").axes
    for ax, quantity, P_x in zip(axes, (S2, D2), (2600, 1500), strict=True):
        drawn = [(line.get_markerfacecolor(), line.get_xdata()) for line in ax.lines]
        hollow = [x for face, found in drawn if face == "white" for x in found]
        assert sorted(hollow) == sorted(paper_pairs("lcn", quantity).P_x)
        assert any(face != "white" and x == pytest.approx([P_x], rel=0.03) for face, x in drawn)
    assert [ax.get_xlabel() for ax in axes] == ["$P^*_S$", "$P^*_D$"]
    cnn = draw_pairs(table.assign(arch="cnn"), "cnn", with_paper=False).axes
    tops = [ax.get_subplotspec().rowspan.start for ax in cnn]
    assert tops == [0, 1]  # Figure 14: S above D


def test_points_to_explore_say_what_the_paper_has():
    base = setting("lcn", 8, 1)
    table = crossings(pd.DataFrame(synthetic(base, 2000, 2600, 1500)), [base])
    row = pairs_to_explore(table, "lcn", S2).iloc[0]
    assert row.seeds == 3
    assert row.paper == "7,240; 7,240"
    assert all(part in row.setting for part in ("v=8", "s=2", "L=2"))
    assert '"P*_S 2,' in explore_pairs(table, "lcn").data


def test_a_network_without_points_has_nothing_to_explore(recwarn):
    base = setting("lcn", 8, 1)
    table = crossings(pd.DataFrame(synthetic(base, 2000, 2600, 1500)), [base])
    assert "<details" in explore_pairs(table, "lcn").data
    nothing = table.assign(P_star=math.nan)
    assert "<details" not in explore_pairs(nothing, "lcn").data
    assert not recwarn.list


def test_the_papers_pairs():
    lcn = paper_pairs("lcn", S2)
    row = lcn.query("L == 2 and s0 == 1 and v == 8").iloc[0]
    assert (row.P_x, row.P_star) == pytest.approx((7238, 7238), rel=1e-3)
    assert len(lcn) == 27
    assert len(paper_pairs("cnn", D2)) == 29
    assert paper_pairs("fcn", S2).empty


def test_verdicts_follow_the_rule():
    settings, frame = grid(ratio_S=1.2, ratio_D=0.8)
    table = crossings(frame, settings, num_bootstrap=50)
    assert eq8_claim(table, "lcn", S2).verdict == "agrees"
    assert eq8_claim(table, "lcn", D2).verdict == "agrees"
    # Sizes further apart than a factor of two are no agreement, whatever the slope.
    settings, frame = grid(ratio_S=2.5)
    far = crossings(frame, settings, num_bootstrap=50)
    assert eq8_claim(far, "lcn", S2).verdict == "differs"
    other = eq8_claim(table, "cnn", S2)
    assert (other.verdict, other.measured) == ("open", False)
    hidden = table.copy()
    some = hidden[hidden.quantity == S2].index[: math.ceil(8 * (1 - COVERED)) + 1]
    hidden.loc[some, "P_star"] = math.nan
    claim = eq8_claim(hidden, "lcn", S2)
    assert claim.verdict == "open"
    assert "5 of 8 settings" in claim.remark


def test_a_slope_that_could_be_anything_is_no_agreement():
    """Settings of nearly one size, whose ratios scatter: 1 lies inside, and much else."""
    settings, frame = grid(ratio_S=1.2)
    table = crossings(frame, settings, num_bootstrap=50)
    for quantity, noise in ((ERROR, 0.0), (S2, 0.25)):
        rows = table.index[table.quantity == quantity]
        sizes = 1000 * 1.1 ** np.arange(len(rows)) * np.exp(noise * (-1.0) ** np.arange(len(rows)))
        table.loc[rows, "P_star"] = sizes
    slope = eq8_claim(table, "lcn", S2).parts[0]
    assert slope.interval[0] < 1 < slope.interval[1]
    assert slope.verdict == "open"


def test_scale_is_the_law():
    settings, frame = grid()
    found = scales(crossings(frame, settings, num_bootstrap=0))
    row = found.query("v == 16 and s0 == 1").iloc[0]
    assert row["scale"] == 2 * 4 * 16 * 256
    assert len(found) == 8


def test_settings_by_name():
    assert {c.arch for c in settings_for(("lcn", "cnn"), ("L2", "s3"))} == {"lcn", "cnn"}
    assert settings_for(("fcn",), ("s3",)) == []
    assert {c.L for c in settings_for(("fcn",), ("L2", "L3"))} == {2, 3}


def test_toys_are_trained_at_few_sizes():
    settings, frame = runs_for(("cnn",), ("smoke",), None, 2, device="cpu")
    assert [s.s0 for s in settings] == [0, 1]
    assert len(frame) == len(settings) * 2 * frame.P.nunique()
    assert {S2, ERROR, D2} <= set(frame)


def test_targets_reach_the_table():
    settings, frame = grid()
    table = crossings(frame, settings[:1], lambda _: [Target(S2, 0.5), Target(S2, 0.4)])
    assert table.threshold.tolist() == [0.1, 0.5, 0.4]
    later, earlier = table.P_star[2], table.P_star[1]
    assert later > earlier
