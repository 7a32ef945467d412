"""The paper's points beside both trainings: the reading rule, shares, exponents, the step in L."""

import math

import pandas as pd
import pytest

from messages import says
from srhm.runs.paths import project
from srhm.runs.store import Store
from srhm.training.authors import cheaper
from srhm_book.complexity.ablation import CHEAP, corners, references, variants
from srhm_book.complexity.ablation_views import cheap_view, cheap_words, equal_savings
from srhm_book.complexity.authors import (
    authors_points,
    authors_runs,
    config_at,
    read_by_the_rule,
    runs_at,
    stored_point,
)
from srhm_book.complexity.authors_figures import draw_authors, draw_exponents
from srhm_book.complexity.authors_table import (
    authors_table,
    cheap_by_point,
    exponents_in_both,
    shares,
)
from srhm_book.complexity.authors_words import (
    hours_left,
    points_left,
    shares_view,
)


def known(ratio=1.0, cheap=1.0, grids=1.0, depth=1.0):
    """Points of both networks at both depths on the laws; depth: a factor of P* at L = 3."""
    rows = [
        {"arch": arch, "v": v, "L": L, "s0": s0}
        | {"paper": (s0 + 1) ** (L if arch == "lcn" else 2) * v ** (L + 1) * depth ** (L - 2)}
        for arch in ("lcn", "cnn")
        for L in (2, 3)
        for v, s0 in [(4, 0), (4, 1), (6, 0), (6, 2), (8, 1), (10, 4)]
    ]
    return pd.DataFrame(rows).assign(ratio=ratio, cheap=cheap, grids=grids)


def test_of_the_papers_sizes_the_one_nearest_to_ten_percent():
    assert read_by_the_rule({100: 0.4, 150: 0.12, 220: 0.01}) == 150
    assert read_by_the_rule({100: 0.4, 150: 0.3, 220: 0.01}) == 220
    for beside in ({}, {100: 0.4, 150: 0.2}, {100: 0.05}):  # nothing on one side of the threshold
        assert math.isnan(read_by_the_rule(beside))


def test_the_papers_size_is_among_the_sizes_of_each_point():
    for point in authors_points().itertuples():
        assert min(abs(P / point.paper - 1) for P in point.sizes) < 0.03, point
        assert all(config_at(point, P).num_test for P in point.sizes)  # none beyond the task's data


def test_shares_count_each_training_by_itself():
    table = known(ratio=[1, 1.4, 0.5, math.nan, 2, 0.7] * 4, grids=0.5)
    for row in shares(table).itertuples():
        assert (row.shown, row.num_ratio, row.near_ratio) == (6, 5, 3)
        assert (row.num_cheap, row.near_cheap, row.mean_cheap) == (6, 6, 1.0)
        assert (row.num_grids, row.near_grids) == (6, 0)
        assert row.mean_grids == pytest.approx(0.5)


def test_exponents_are_those_that_the_points_have():
    found = exponents_in_both(known(cheap=2.0, grids=0.5))
    assert len(found) == 8
    for row in found.itertuples():
        for estimate in (row.paper, row.cheap, row.grids):
            assert estimate.value == pytest.approx(row.law)
    few = known()[lambda table: table.v < 8]
    assert exponents_in_both(few).empty


def test_the_cheaper_form_is_compared_at_common_sizes():
    """Half way in log P between 100 and 400 against a quarter: a factor 4^(1/4) apart."""
    errors = [{100: 0.18, 400: 0.02, 50: 0.9}, {100: 0.2, 400: 0.0}, {}]
    cheap = [{100: 0.14, 400: 0.1 - 0.12}, {100: 0.3}, {100: 0.2, 400: 0.0}]
    found = cheap_by_point(pd.DataFrame({"errors": errors, "cheap_errors": cheap}))
    assert found.to_dict() == pytest.approx({0: 4 ** (0.25 - 0.5)})  # elsewhere no crossing in both


def test_without_runs_there_is_nothing_to_draw(tmp_path):
    store = Store(tmp_path)
    table = authors_table(store)
    assert draw_authors(table).axes[0].texts[0].get_text() == "not trained yet"
    assert draw_exponents(exponents_in_both(table)).axes[0].texts[0].get_text() == "not trained yet"
    assert shares_view(shares(table[:0])).empty
    assert hours_left(table, authors_runs(table, store)).isna().all()


def test_a_point_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match=says("arch and v", "'fcn'", "3")):
        stored_point(Store(tmp_path), "fcn", 3, 1)


def test_what_is_missing_is_named_with_its_hours():
    table = known(ratio=[1.0] * 5 + [math.nan] + [1.0] * 18)
    runs = pd.DataFrame({"arch": "lcn", "L": 2, "P": [10, 20, 1000, 2000]})
    hours = hours_left(table, runs.assign(seconds=[900.0, 900, 3600, 7200]))
    assert hours.to_dict() == pytest.approx({5: table.paper[5] / 1000})
    assert points_left(table, hours) == f"LCN L=2: v=10 s0=4 ({hours[5]:.1f} h)"
    assert points_left(table, hours / hours[5] / 4) == "LCN L=2: v=10 s0=4 (15 min)"
    assert points_left(table, hours[:0]) == "none"


def test_the_cheaper_training_keeps_data_and_rate_per_datum():
    for own in (*references(), *corners()):
        fast = cheaper(own)
        assert fast.lr / fast.batch_size == pytest.approx(own.lr / own.batch_size)
        assert (fast.batch_size, fast.stop_loss) == (4 * own.batch_size, 1e-2)
        assert (fast.task, fast.balanced, fast.width) == (own.task, own.balanced, own.width)
        assert variants(own)[CHEAP] == fast


def test_single_savings_must_be_equal_in_every_task():
    change = (
        ["stop at 0.01"] * 2 + ["batch × 4, rate × 4"] * 2 + ["width 64", "rate × 3", "rate × 3"]
    )
    table = pd.DataFrame({"change": change, "ratio": [1.03, 1.04, 1.1, 1.0, 1.0, 1.0, 1.0]})
    table = table.assign(low=0.95, high=1.08)
    assert equal_savings(table) == "stop at 0.01 (1.03, 1.04)"
    assert equal_savings(table.assign(high=1.3)) == "none"  # not by a wide interval


def test_the_cheaper_training_is_judged_by_what_was_expected():
    table = pd.DataFrame(
        {"task": list("abc"), "reference": 100.0, "cheap": 104.0, "ratio": [1.04, 1.2, 0.9]}
        | {"low": 0.8, "high": 1.3, "faster": 5.0}
    )
    assert cheap_words(table).startswith("1 of 3 tasks (measured: 0.90 to 1.20")
    assert list(cheap_view(table)["P*, cheaper"]) == ["104"] * 3
    assert cheap_words(table[:0]).startswith("0 of 0")


def test_no_sizes_have_no_runs():
    store = Store(project("results"))
    point = next(authors_points().itertuples())
    assert runs_at(store, point, point.sizes, cheap=True)
    assert runs_at(store, point, [], cheap=True) == []
