"""How near ours is to each figure: counted on values that the test chooses."""

import math

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from srhm.runs.store import Store
from srhm_book.claims import by_figure
from srhm_book.claims import by_figure_views as views
from srhm_book.grids import setting
from srhm_book.paper import paper_step, published_fig4A
from synthetic import runs_of


def points(kind, here, paper, figure="4B", training=by_figure.OURS, shown=9):
    about = {"figure": figure, "quantity": "x", "training": training, "shown": shown, "kind": kind}
    return pd.DataFrame({"here": here, "paper": paper}).assign(**about)


def test_sizes_are_near_within_a_factor():
    found = by_figure.summary(points("size", [100, 149, 151, 67, 66, None], [100.0] * 6))
    (row,) = found.itertuples()
    assert (row.shown, row.known, row.near) == (9, 5, 3)
    assert row.center == pytest.approx((1.49 * 1.51 * 0.67 * 0.66) ** 0.2)


def test_values_are_near_within_a_difference():
    found = by_figure.summary(points("value", [0.0, 0.09, 0.3], [0.1, 0.0, 0.1]))
    (row,) = found.itertuples()
    assert (row.known, row.near) == (3, 2)
    assert row.center == pytest.approx((-0.1 + 0.09 + 0.2) / 3)


def test_trainings_are_counted_apart():
    both = [points("size", [1.0], [1.0]), points("size", [9.0], [1.0], training=by_figure.AUTHORS)]
    found = by_figure.summary(pd.concat(both))
    assert views.told(found, "size") == "1 of 1"
    assert views.told(found, "size", by_figure.AUTHORS) == "0 of 1"
    assert len(views.summary_view(found)) == 2


def test_curves_are_compared_at_the_papers_sizes():
    """Ours read at its sizes alone: nothing is made up beyond them."""
    runs = runs_of(setting("lcn", 10, 2), [20_000.0, 20_000.0, 20_000.0], reach=4)
    curve = published_fig4A().rename(columns={"test_error": "value"})
    found = by_figure._at_their_sizes(runs, curve, "test_error")
    inside = curve.P.between(runs.P.min(), runs.P.max()).to_numpy()
    assert (found.here.notna().to_numpy() == inside).all()
    assert inside.any()
    assert not inside.all()


def test_a_size_of_whole_batches_is_the_papers():
    runs = runs_of(setting("lcn", 10, 2), [20_000.0] * 3, reach=4)
    ends = [runs.P.min() * 0.999, runs.P.min() * 0.98, runs.P.max() * 1.001, runs.P.max() * 1.02]
    curve = pd.DataFrame({"P": ends, "value": 0.5})
    found = by_figure._at_their_sizes(runs, curve, "test_error")
    assert found.here.notna().tolist() == [True, False, True, False]


def test_what_is_far_is_named_the_worst_first():
    parts = [
        points("size", [1.0] * near + [9.0] * (10 - near), [1.0] * 10, figure)
        for figure, near in (("4B", 9), ("6C", 7), ("14", 2))
    ]
    found = by_figure.summary(pd.concat(parts))
    told = views.far_from(found, by_figure.OURS)
    assert told == "x of Figure 14 (2 of 10) and x of Figure 6C (7 of 10)"
    assert views.far_from(found, by_figure.AUTHORS) == "none"


def test_an_empty_store_has_nothing_to_compare(tmp_path):
    found = by_figure.summary(by_figure.compared(Store(tmp_path)))
    assert found.empty
    assert views.told(found, "size") == "–"


def test_ours_are_read_off_at_the_papers_sizes():
    """As the authors' are: the size of its grid that is nearest, not where the curve crosses."""
    config = setting("lcn", 8, 1)
    runs = runs_of(config, [5000.0] * 3, reach=8).assign(S_2_1=lambda t: 3 * t.test_error)
    assert by_figure._by_their_rule(runs, config, "S_2_1", 5100.0) == 5100  # P*_S is 5000
    step = paper_step(config, 10_000.0)
    far = by_figure._by_their_rule(runs, config, "S_2_1", 5000 * step**2)
    assert far == pytest.approx(5000)
    above = runs[runs.S_2_1 > 0.4]  # never at the threshold
    assert math.isnan(by_figure._by_their_rule(above, config, "S_2_1", 5000.0))
    assert math.isnan(by_figure._by_their_rule(runs, None, "S_2_1", 5000.0))


def test_both_trainings_are_counted_on_the_sizes_that_both_know(tmp_path, monkeypatch):
    ours = pd.concat(by_figure._thresholds(Store(tmp_path).frame()), ignore_index=True)
    theirs = by_figure._authors_thresholds(Store(tmp_path), by_figure.CHEAPER, True)
    theirs = pd.concat(theirs, ignore_index=True)
    assert ours[["figure", "quantity", "paper"]].equals(theirs[["figure", "quantity", "paper"]])
    first, second, third = ours.index[ours.quantity == "P*_S"][:3]
    ours.loc[[first, second], "here"] = ours.paper * 2
    theirs.loc[[first, third], "here"] = theirs.paper
    monkeypatch.setattr(by_figure, "_thresholds", lambda *_: [ours])
    monkeypatch.setattr(by_figure, "_authors_thresholds", lambda *_: [theirs])
    found = by_figure.thresholds_in_both(Store(tmp_path))
    assert found == {"P*_S": {by_figure.OURS: "0 of 1", by_figure.CHEAPER: "1 of 1"}}


def test_markers_of_one_row_do_not_hide_one_another():
    trainings = (by_figure.OURS, by_figure.AUTHORS, by_figure.CHEAPER)
    same = [points("size", [1.0], [1.0], training=training) for training in trainings]
    _, ax = plt.subplots()
    views.draw_shares(ax, by_figure.summary(pd.concat(same)))
    heights = {float(drawn.get_offsets()[0, 1]) for drawn in ax.collections}
    plt.close(ax.figure)
    assert len(heights) == 3
    assert max(heights) - min(heights) < 1  # and stay in their row
