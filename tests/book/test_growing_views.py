"""Growing training sets: what the chapters read off the runs of one architecture at many P."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from srhm.runs.paths import project
from srhm.runs.store import Store
from srhm_book.architectures.growing import (
    DEPTHS,
    GROWING_PANELS,
    architectures_with_curves,
    by_depth,
    by_size,
    change_with_depth,
    correlations,
    draw_depth,
    draw_growing,
    growing_runs,
    paper_points,
    published_fig9_curve,
    sensitivity_falls,
    sizes_at_half,
)
from srhm_book.architectures.live import small_run, trained_again
from srhm_book.architectures.views import ARCHITECTURE_NAMES, ARCHS
from srhm_book.curves import CURVES, GROWING_P
from srhm_book.paper import published

SIZES = (870, 2599, 5400, 7400)
ERRORS = (0.88, 0.8, 0.2, 0.02)


def run(arch, P, error, **values):
    """A run whose sensitivities are multiples of its error, other ones at every layer."""
    layers = ("1", "2", "out") if arch == "lcn" else ("20", "50", "80", "out")
    for i, layer in enumerate(layers, start=1):
        values = {f"S_{layer}_1": error / i, f"D_{layer}_1": 1 - error / i} | values
    return {"arch": arch, "P": P, "status": "converged", "test_error": error, **values}


@pytest.fixture
def runs():
    """The LCN and VGG16 at four sizes, ResNet18 at two; VGG16 has a second seed at the last."""
    rows = [run(a, *point) for a in ("lcn", "vgg16") for point in zip(SIZES, ERRORS, strict=True)]
    rows += [run("resnet18", 870, 0.9), run("resnet18", 7400, 0.1)]
    return pd.DataFrame([*rows, run("vgg16", 7400, 0.04)])


def test_only_whole_curves_are_shown(runs):
    table = by_size(runs)
    assert architectures_with_curves(table) == ["lcn", "vgg16"]
    assert list(table[table.arch == "vgg16"].P) == list(SIZES)
    last = table[(table.arch == "vgg16") & (table.P == 7400)].iloc[0]
    assert (last.test_error, last.test_error_low) == pytest.approx((0.03, 0.02))
    assert by_size(runs[:0]).empty
    diverged = runs.assign(status="diverged")
    assert by_size(diverged).empty


def test_correlations_over_training_sizes(runs):
    """S is a multiple of the error for each architecture, D falls as it grows."""
    found = correlations(by_size(runs), "S_out")
    assert list(found) == ["lcn", "vgg16", "all"]
    assert found["lcn"][0].value == pytest.approx(1)
    assert correlations(by_size(runs), "D_out")["vgg16"][0].value == pytest.approx(-1)
    assert found["vgg16"][1].value > 0.8  # the paper's own points
    assert correlations(by_size(runs[:0]), "S_out") == {}


def test_the_papers_points_and_curves_are_those_of_its_figures():
    for letter, layer in GROWING_PANELS:
        points = paper_points(letter, layer, "vgg16")
        assert len(points) >= 8
        assert points.test_error.iloc[0] < 0.01 < 0.1 < points.test_error.iloc[-1]
    curve = published_fig9_curve("resnet18", "50", "eps").set_index("P").value
    assert curve[6400] > 0.6
    assert curve[8400] < 0.06


def test_each_depth_has_its_own_sensitivity(runs):
    table = by_depth(runs)
    assert set(table.arch) == {"vgg16"}  # the LCN has no relative depths; ResNet18 two sizes
    at = table[(table.P == 7400) & (table.depth == "50")].set_index("quantity")
    assert at.value["eps"] == pytest.approx(0.03)
    assert at.value["S"] == pytest.approx(0.03 / 2)
    assert (at.low["S"], at.high["S"]) == pytest.approx((0.01, 0.02))
    paper = published("fig9").query("architecture == 'VGG16' and depth == '1/2' and P == 7400")
    assert at.paper["S"] == pytest.approx(paper[paper.quantity == "S_k"].value.mean())
    assert by_depth(runs[:0]).empty
    changes = change_with_depth(table).set_index(["depth", "quantity"])
    assert changes["first"]["80", "S"] == pytest.approx(0.88 / 3)
    assert changes["last"]["80", "S"] == pytest.approx(0.03 / 3)
    assert changes["P_last"]["80", "S"] == 7400


def test_the_fall_is_taken_across_the_transition(runs):
    """From the last size with an error above a half to the first below 5 %."""
    table = sensitivity_falls(by_depth(runs)).set_index(["depth", "quantity"])
    assert list(table.P_before.unique()) == [2599]
    assert list(table.P_after.unique()) == [7400]
    assert table.fall["20", "S"] == pytest.approx(0.8 / 0.03)
    assert table.fall["80", "D"] == pytest.approx((1 - 0.8 / 3) / (1 - 0.01))
    assert table.paper_fall["80", "S"] > 5  # it falls in the paper,
    assert table.paper_fall["20", "S"] < 1.2  # but not near the input
    flat = runs.assign(test_error=0.9)
    assert sensitivity_falls(by_depth(flat)).fall.isna().all()


def test_the_transition_is_read_at_a_half(runs):
    """Between the second size and the third, linear in log P; the paper's between its own."""
    table = sizes_at_half(by_size(runs))
    assert list(table.index) == ["LCN", "VGG16"]
    assert table.here["LCN"] == pytest.approx(math.sqrt(2599 * 5400), rel=1e-3)
    assert 2599 < table.paper["VGG16"] < 4400
    assert pd.isna(table.paper["LCN"])
    assert sizes_at_half(by_size(runs.assign(test_error=0.9))).empty


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    figure.canvas.draw()  # what cannot be laid out is an error
    plt.close(figure)


def hollow(ax):
    return [line for line in ax.lines if line.get_markerfacecolor() == "white"]


@pytest.mark.parametrize("paper", [True, False])
def test_a_line_for_each_architecture_runs_through_its_sizes(runs, ax, paper):
    table = by_size(runs)
    draw_growing(ax, table, "D_internal", paper)
    assert [curve.get_label() for curve in ax.containers] == ["LCN", "VGG16"]
    for arch, curve in zip(("lcn", "vgg16"), ax.containers, strict=True):
        own = table[table.arch == arch][["D_internal", "test_error"]].to_numpy(float)
        assert len(own) == len(SIZES)
        assert curve.lines[0].get_xydata() == pytest.approx(own)
    across, up = (bar.get_segments()[-1] for bar in ax.containers[1].lines[2])
    assert across[:, 0] == pytest.approx([1 - 0.04 / 3, 1 - 0.02 / 3])  # two seeds at the last
    assert up[:, 1] == pytest.approx([0.02, 0.04])
    theirs = [paper_points("D", "internal", arch) for arch in ("lcn", "vgg16")] if paper else []
    for line, points in zip(hollow(ax), theirs, strict=True):
        assert line.get_xydata() == pytest.approx(points[["sensitivity", "test_error"]].to_numpy())


@pytest.mark.parametrize("paper", [True, False])
def test_a_panel_of_a_depth_shows_error_S_and_D_against_P(runs, ax, paper):
    table = by_depth(runs)
    draw_depth(ax, table, "vgg16", "80", paper)
    quantities = ("eps", "S", "D")
    names = [curve.get_label() for curve in ax.containers]
    assert [s in name for s, name in zip(("eps", "S_", "D_"), names, strict=True)] == [True] * 3
    panel = table[table.depth == "80"]
    for quantity, curve in zip(quantities, ax.containers, strict=True):
        own = panel[panel.quantity == quantity][["P", "value"]].to_numpy(float)
        assert own[:, 0].tolist() == list(SIZES)
        assert curve.lines[0].get_xydata() == pytest.approx(own)
    theirs = (
        [published_fig9_curve("vgg16", "80", quantity) for quantity in quantities] if paper else []
    )
    for line, points in zip(hollow(ax), theirs, strict=True):
        assert line.get_xydata() == pytest.approx(points[["P", "value"]].to_numpy(float))


def test_runs_of_the_figures():
    configs = CURVES["growing_P"]
    assert {c.P for c in configs} == set(GROWING_P)
    assert set(GROWING_P) <= set(published("fig9").P.astype(int))
    assert all(depth in published("fig9").depth.unique() for depth in DEPTHS.values())
    assert set(published("fig9").architecture) <= {ARCHITECTURE_NAMES[arch] for arch in ARCHS}


def test_toys_have_every_quantity():
    runs = growing_runs("smoke", 1, None, workers=1, progress=False)
    table = by_size(runs)
    assert architectures_with_curves(table) == ["lcn", "vgg11"]
    assert np.isfinite(table[["S_out", "D_out", "S_internal", "D_internal"]].to_numpy(float)).all()


@pytest.mark.parametrize("arch", ["vgg11", "vgg16"])
def test_the_run_that_is_trained_again_is_stored_and_far_from_chance(arch):
    config = small_run(arch)
    stored = Store(project("results")).get(config)
    assert stored["test_error"] < 0.1 < 1 - 1 / config.n_c
    assert all(f"{quantity}_80_1" in stored for quantity in "SD")


def test_without_a_store_nothing_is_trained_again():
    assert "trained just now" in trained_again("vgg16", None)
