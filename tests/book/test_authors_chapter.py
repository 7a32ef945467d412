"""What chapter 17 adds to its points: the step in depth by training, and positions that speak."""

import math

import numpy as np
import pandas as pd
import pytest

from srhm.runs.store import Store
from srhm_book.complexity.ablation import references
from srhm_book.complexity.ablation_views import ablation_table, ablation_view, deep_words
from srhm_book.complexity.authors_table import authors_table, near_in_depth, ratios_by_seed, shares
from srhm_book.complexity.authors_words import (
    interpolated_words,
    one_side_counts,
    one_side_words,
    seeds_words,
    steps_by_network,
    targets_missed,
)
from srhm_book.complexity.background_points import measured, sizes_next, speaking_points
from srhm_book.complexity.background_points_views import (
    draw_speaking,
    errors_words,
    factor_words,
    over_words,
    speaking_table,
    speaking_words,
    with_whole,
)
from srhm_book.complexity.depth_step import (
    OURS,
    PUBLISHED,
    THEIRS,
    depth_steps,
    draw_steps,
    ends_words,
    falls_with_v,
    mean_steps,
    tasks_of_all,
)
from srhm_book.paper import published_P_star
from srhm_book.tables import scrolling


def by_hand(**steps):
    """Steps at v = 4, 6, ... by training, s0 = 0."""
    rows = [(name, 4 + 2 * n, 0, step) for name, own in steps.items() for n, step in enumerate(own)]
    return pd.DataFrame(rows, columns=["training", "v", "s0", "step"])


def test_the_papers_step_is_that_of_its_points(tmp_path):
    store = Store(tmp_path)
    steps = depth_steps(store, authors_table(store))  # nothing trained: the paper's alone
    assert set(steps.training) == {PUBLISHED}
    paper = published_P_star("lcn").query("s == 2").set_index(["L", "v", "s0"]).P_star
    for row in steps.itertuples():
        law = row.v * (row.s0 + 1)
        found = paper[3, row.v, row.s0] / paper[2, row.v, row.s0] / law
        assert row.step == pytest.approx(found)


def test_means_are_over_the_tasks_that_all_trainings_know():
    all_of_them = {name: [2.0, 8.0] for name in (PUBLISHED, THEIRS, *OURS)}
    means, num = mean_steps(by_hand(**all_of_them | {THEIRS: [3.0]}))
    assert num == 1
    assert means[THEIRS] == pytest.approx(3)
    assert means[PUBLISHED] == pytest.approx(2)
    means, num = mean_steps(by_hand(**all_of_them))
    assert num == 2
    assert means.to_numpy() == pytest.approx(4)


def test_a_series_is_told_by_its_ends():
    steps = by_hand(**{name: [2.0, 8.0] for name in (PUBLISHED, THEIRS, *OURS)})
    assert ends_words(steps, THEIRS) == "2.00 at v=4 to 8.00 at v=6"
    assert ends_words(steps, THEIRS, s0=4) == "–"
    assert tasks_of_all(steps) == "v=4 s0=0 and v=6 s0=0"


def test_a_series_falls_if_its_last_step_is_below_its_first():
    assert falls_with_v(by_hand(a=[2.0, 3.0, 1.0], b=[1.0, 2.0], c=[1.0])) == (1, 2)


def test_the_next_size_brackets_what_is_known():
    sizes = [10, 20, 40, 80, 160]
    assert sizes_next(sizes, 42, {}) == [40]
    assert sizes_next(sizes, 42, {40: 0.05}) == [20]
    assert sizes_next(sizes, 42, {40: 0.5}) == [80]
    assert sizes_next(sizes, 42, {40: 0.5, 80: 0.2}) == [160]
    assert sizes_next(sizes, 42, {40: 0.5, 80: 0.02}) == []
    assert sizes_next(sizes, 42, {10: 0.01, 20: 0.01, 40: 0.01}) == []  # none is smaller


def test_sizes_are_whole_numbers_of_balanced_batches():
    points = speaking_points()
    assert len(points)
    assert set(points.arch) == {"lcn", "cnn"}
    for point in points.itertuples():
        assert all(P % point.v == 0 for P in point.sizes)


def test_what_speaking_positions_did_is_told():
    table = pd.DataFrame({"v": 4, "s0": [1, 2, 2], "silent": [0.1, 0.3, np.nan]})
    table = table.assign(speaking=[0.06, 0.16, 0.1], factor=[0.9, 0.8, np.nan])
    words = speaking_words(table)
    assert "at 1 of the 2 points" in words
    assert "with silent positions at 1" in words
    assert over_words(table, "factor") == "0.90 at s0=1 (points: 1) and 0.80 at s0=2 (points: 1)"
    assert over_words(table, "silent") == "0.10 at s0=1 (points: 1) and 0.30 at s0=2 (points: 1)"
    told = "0.06 at v=4, s0=1 (silent: 0.10) and 0.16 at v=4, s0=2 (silent: 0.30)"
    assert errors_words(table) == told
    assert errors_words(table[2:]) == "not known yet"
    several = table.assign(arch="lcn", L=2)
    assert factor_words(several) == "0.85 (LCN L=2, points: 2)"
    assert speaking_words(table[2:]) == "None is trained yet."


def test_a_table_that_scrolls_keeps_the_names_in_its_index():
    table = pd.DataFrame({"value": [1.0]}, index=pd.Index(["rate"], name="change"))
    assert "rate" in scrolling(table).to_html()
    assert "change" in scrolling(table).to_html()


def test_what_bounds_a_point_is_told_and_where_nothing_can_bracket_it():
    point = {"arch": "cnn", "v": 10, "L": 3, "s0": 1, "paper": 100.0, "ratio": math.nan}
    table = pd.DataFrame(
        [
            point | {"sizes": [100, 140], "errors": {100: 0.02}},
            point | {"sizes": [70, 100, 140], "errors": {100: 0.02}},
            point | {"sizes": [70, 100, 140], "errors": {100: 0.4, 140: 0.2}},
        ]
    )
    name = "CNN L=3 v=10 s0=1"
    assert one_side_words(table).split(f", {name}") == [
        f"{name} (< 1.00, the smallest of the paper's sizes)",
        " (< 1.00)",
        " (> 1.40)",
    ]
    assert one_side_words(table.assign(ratio=1.0)) == "none"


def test_what_is_not_learned_at_the_papers_size_is_counted():
    table = pd.DataFrame({"L": [3, 3, 3, 3, 2], "cheap": [math.nan] * 3 + [1.0, math.nan]})
    table["cheap_errors"] = [{100: 0.4}, {}, {100: 0.02}, {100: 0.2, 140: 0.01}, {100: 0.4}]
    assert (one_side_counts(table, 3), one_side_counts(table, 2)) == ((1, 1), (1, 0))


def test_what_several_seeds_say_is_counted(tmp_path):
    ratios = pd.DataFrame({"arch": ["cnn", "cnn", "lcn"], "L": [2, 2, 3]})
    ratios = ratios.assign(**{"seed 0": [1.0, 1.0, 1.0], "seed 1": [1.0, 2.0, 1.4]})
    assert seeds_words(ratios) == {
        "num": "3", "kinds": "CNN L=2: 2 and LCN L=3: 1", "near": "3 and 2", "same": "1"
    }  # fmt: skip
    assert ratios_by_seed(Store(tmp_path)).empty


def test_points_near_in_depth_are_counted_in_both_trainings():
    table = pd.DataFrame({"arch": "cnn", "L": [2, 3, 3], "ratio": 1.0})
    table = table.assign(cheap=[1.0, 1.0, 2.0], grids=[1.0, 0.5, math.nan])
    assert near_in_depth(table, 3) == ("1 of 2", "0 of 1")
    assert near_in_depth(table[:0], 3) == ("–", "–")


def test_missed_hopes_are_named():
    table = pd.DataFrame(
        {"arch": "cnn", "L": 2, "sizes": [[10, 20, 40]] * 10}
        | {"ratio": 1.0, "grids": 1.0, "cheap": [1.0] * 8 + [2.0] * 2}
    )
    assert targets_missed(shares(table)) == "the CNN at L=2 (8 of 10)"
    assert targets_missed(shares(table[:9].assign(cheap=1.0))) == "none"
    assert steps_by_network(table) == "2.00 (CNN L=2)"
    crossed = table[:1].assign(paper=200.0, cheap_errors=[{100: 0.18, 400: 0.02}])
    assert interpolated_words(crossed) == "1.00 (CNN L=2)"


def test_an_empty_store_says_so(tmp_path):
    store = Store(tmp_path)
    view = ablation_view(ablation_table(store), store)
    assert view.shape[1] == len(references())
    assert set(view.to_numpy().ravel()) == {"not trained yet"}
    empty = speaking_table(with_whole(authors_table(store), measured()[:0]))
    assert empty[["silent", "speaking", "factor"]].isna().all(axis=None)
    for figure in (draw_steps(by_hand()), draw_speaking(empty)):
        assert figure.axes[0].texts[0].get_text() == "not trained yet"


def test_a_factor_of_the_deep_task_is_told_in_either_direction():
    rows = [("LCN v=4, s₀=0, L=3", 0.8, 0.5, 1.0), ("CNN v=4, s₀=2, L=2", 0.9, 0.7, 1.1)]
    table = pd.DataFrame(rows, columns=["task", "ratio", "low", "high"]).assign(change="width")
    assert deep_words(table, "width") == "0.80 (0.50 to 1.00)"
    assert deep_words(table, "width", theirs_over_ours=True) == "1.25 (1.00 to 2.00)"
    assert deep_words(table, "rate") == "not measured"


def test_whitened_points_are_read_by_the_same_rule(tmp_path):
    table = authors_table(Store(tmp_path))
    point = next(table.itertuples())
    rows = [
        {"arch": point.arch, "v": point.v, "L": point.L, "s0": point.s0, "seed": 0, "P": P}
        | {"test_error": error + 0.01, "best_test_error": error}
        for P, error in zip(point.sizes[:2], (0.12, 0.02), strict=True)
    ]
    other = [row | {"seed": 1, "best_test_error": 0.5} for row in rows]
    found = with_whole(table, pd.DataFrame(rows + other))
    assert found.whole[0] == point.sizes[0] / point.paper
    assert found.whole[1:].isna().all()
    assert "num_whole" in shares(found)
    assert "num_whole" not in shares(table)
