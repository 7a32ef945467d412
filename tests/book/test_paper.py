"""The digitised values: readers, and that what the book says of them follows from them."""

import numpy as np
import pandas as pd
import pytest

from messages import says
from srhm.training.authors import authors_sizes
from srhm_book import paper
from srhm_book.grids import setting


def test_published_P_star_and_the_laws_beside_them():
    table = paper.published_P_star("lcn")
    row = table.query("L == 3 and s0 == 1 and v == 6").iloc[0]
    assert row.P_star == pytest.approx(57047.6)
    assert row["scale"] == pytest.approx(2**1.5 * 2**3 * 6 * 6**3)
    # x_pred was computed when the figures were read: an independent check of the scale.
    for arch, figure in paper.P_STAR_FIGURES.items():
        table = paper.published_P_star(arch)
        assert np.allclose(table["scale"], paper.published(figure).x_pred, rtol=1e-5)
        assert (table.n_c == table.v).all()
        assert (table["s0+1"] == table.s0 + 1).all()


def test_one_value():
    assert paper.paper_P_star("cnn", 8, 1) == pytest.approx(4751.33)
    assert paper.paper_P_star("lcn", 4, 0, L=3) == pytest.approx(1160.07)
    with pytest.raises(LookupError, match=says("arch=lcn", "v=5", "s0=1", "L=2", "s=2")):
        paper.paper_P_star("lcn", 5, 1)


def test_curves_are_in_total_data():
    assert paper.published_fig4A().P.iloc[0] == pytest.approx(999.14)
    lcn = paper.published_curve("lcn", 0)
    assert list(lcn.columns) == ["P", "test_error"]
    assert lcn.P.iloc[0] == pytest.approx(8 * 63.042, rel=1e-3)
    assert paper.published_curve("cnn", 0).P.iloc[0] == pytest.approx(95.962)
    assert lcn.P.is_monotonic_increasing
    assert (lcn.test_error >= 0).all()


def test_sensitivities_are_those_to_the_input_level():
    curve = paper.published_sensitivity("lcn", "S", 0)
    raw = paper.published("fig12_S_k2")
    assert len(curve) == len(raw.query("s0 == 0 and l == 1")) < len(raw.query("s0 == 0"))
    assert curve.value.iloc[0] == pytest.approx(0.647)


def test_crossing_and_nearest_point():
    curve = pd.DataFrame({"P": [10.0, 100, 1000, 10000], "e": [0.9, 0.3, 0.08, 0.0]})
    assert paper.crossing(curve, 0.3) == pytest.approx(100)
    assert paper.crossing(curve, 0.19) == pytest.approx(10**2.5)
    assert paper.nearest_point(curve, 0.18) == 1000
    assert paper.nearest_point(curve, 0.2) == 100
    assert paper.grid_ratio(curve) == 10


def test_grid_ratios():
    assert paper.paper_grid_ratio("lcn", 0) == pytest.approx(1.46, abs=0.005)
    assert paper.paper_grid_ratio("lcn", 4) == pytest.approx(1.667, abs=0.005)
    assert paper.paper_grid_ratio("cnn", 6) == paper.paper_grid_ratio("cnn", 4)


def test_steps_are_those_of_the_tasks_own_sizes():
    deep = setting("cnn", 8, 1, L=3)  # its sizes lie closer than those of Figure 15, at L = 2
    sizes = authors_sizes("cnn", 8, 3, 1)
    for before, P, after in zip(sizes, sizes[1:], sizes[2:], strict=False):
        assert paper.paper_step(deep, P) ** 2 == pytest.approx(after / before)
    assert paper.paper_step(deep, sizes[3]) < 0.95 * paper.paper_grid_ratio("cnn", 1)
    assert paper.paper_step(deep, 1.0) == pytest.approx(sizes[1] / sizes[0])
    for unknown in (setting("cnn", 8, 0, L=3), setting("cnn", 4, 1, s=3)):
        assert paper.paper_step(unknown, 9.0) == paper.paper_grid_ratio("cnn", unknown.s0)


def test_every_published_reading_is_the_nearest_point_and_not_the_crossing():
    table = paper.reading_rule()
    assert len(table) == 9 + 14
    assert table["published / nearest"].between(0.997, 1.003).all()
    off = np.abs(np.log(table["published / interpolated"]))
    assert (off > 0.02).mean() > 0.7
    assert off.max() == pytest.approx(np.log(1.2621), abs=0.002)


def test_all_of_figure_4B_lies_on_grids():
    steps = paper.grid_steps().steps
    assert len(steps) == 27
    assert (steps - steps.round()).abs().max() < 0.02
    assert steps.round().nunique() >= 3


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: paper.published("fig4D"), ("name", "fig4B", "fig4C", "'fig4D'")),
        (lambda: paper.published_P_star("fcn"), ("arch", "lcn", "cnn", "'fcn'")),
        (lambda: paper.published_curve("lcn", 3), ("s0", "0, 1, 2, 4", 3)),
        (lambda: paper.published_sensitivity("lcn", "R", 0), ("quantity", "S, D", "'R'")),
        (lambda: paper.published_sensitivity("lcn", "D", 0), ("s0", "1, 2, 4", "not 0")),
    ],
)
def test_bad_input_is_one_sentence(call, words):
    with pytest.raises(LookupError, match=says(*words)):
        call()
