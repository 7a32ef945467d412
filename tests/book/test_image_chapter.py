"""What the chapter on images shows, from made-up runs; its pictures."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import spearmanr

from messages import says
from srhm.images.config import IMAGE_ARCHITECTURES
from srhm.images.networks import IMAGE_NETWORK_NAMES
from srhm.images.store import ImageStore
from srhm.runs.paths import project
from srhm.runs.store import Store
from srhm.stats.fits import Estimate
from srhm_book.images import figures as plots_images
from srhm_book.images.chapter import (
    architectures_view,
    averages,
    both_fall,
    by_budget,
    change_by_training,
    chapter_runs,
    correlations,
    growth_steps,
    law_fit,
    precision_changes,
    rank_correlation,
    sign_found,
    stored_runs,
    value_found,
)
from srhm_book.images.claims import image_claims
from srhm_book.images.grids import (
    ARCHITECTURES,
    IN_BOTH,
    REPEATS,
    SEEN,
    SEEN_TRIED,
    SIZE,
    SIZES,
    TRIED,
    architectures_grid,
    budget_grid,
    growing_grid,
    image_run,
    live_run,
    precision_grid,
)


def row_of(config, **changes):
    row = {"status": "finished", "test_error": 0.1, "test_loss": 0.3, "train_loss": 1e-3}
    row |= {"R": 2.0, "D": 0.02, "G": 0.01, "R_init": 1.0, "D_init": 0.1, "G_init": 0.1}
    return {**config.as_dict(), **row, **changes}


@pytest.mark.parametrize("P", [0, "x", 10.5])
def test_a_run_of_the_reader_needs_a_number_of_images(P):
    with pytest.raises(ValueError, match=says("P", "an integer of at least 1", repr(P))):
        image_run("shapes", "lenet", P, 0)


def test_grids_have_every_architecture_seed_and_size():
    for dataset in ARCHITECTURES:
        grid = architectures_grid(dataset, 3)
        assert len({c.key for c in grid}) == len(grid)
        assert {c.P for c in grid} == {SIZE}
        assert {c.arch for c in grid} == set(ARCHITECTURES[dataset])
        assert {(c.seed_sample, c.seed_init) for c in grid} == {(k, k) for k in range(3)}
        growing = growing_grid(dataset, 2)
        assert [c.P for c in growing] == sorted(c.P for c in growing)
        shared = {c.key for c in grid} & {c.key for c in growing}
        assert shared  # at one size, the two figures show the same runs
        assert {c.epochs * c.P for c in grid + growing} == {SEEN}  # all see as many images
    assert len(ARCHITECTURES["cifar10_jpeg"]) >= 10
    assert set(ARCHITECTURES["cifar10_jpeg"]) <= set(IMAGE_ARCHITECTURES)
    assert [c.arch for c in architectures_grid("cifar10", 1)] == list(ARCHITECTURES["cifar10_jpeg"])
    assert max(SEEN_TRIED) == SEEN  # so that the ablation's longest runs are the figure's
    assert {c.key for c in budget_grid()} & {c.key for c in architectures_grid("cifar10_jpeg", 1)}


def test_averages_leave_out_what_diverged(tmp_path):
    store = ImageStore(tmp_path)
    grid = [c for c in architectures_grid("cifar10_jpeg", 3) if c.arch in ("vgg11", "fc2")]
    for config, error in zip(grid, (0.1, 0.3, 0.2, 0.5, 0.3), strict=False):
        store.put(row_of(config, test_error=error))
    store.put(row_of(grid[5], status="diverged", R=None, D=None))
    frame = stored_runs(grid, store)
    assert len(frame) == 6
    table = averages(frame, ["arch", "P"])
    assert table.arch.tolist() == ["fc2", "vgg11"]  # not the alphabet's order by chance
    assert table.runs.tolist() == [3, 2]
    assert table.diverged.tolist() == [0, 1]
    assert table.test_error.tolist() == pytest.approx([0.2, 0.4])
    assert table.test_error_low.tolist() == [0.1, 0.3]
    assert table.test_error_high.tolist() == [0.3, 0.5]
    view = architectures_view(table)
    assert view.index.tolist() == ["FullConn L2", "VGG11"]
    assert view["R_f"].tolist() == ["2.00 (2.00 to 2.00)"] * 2
    assert view["test error"].iloc[0] == "0.200 (0.100 to 0.300)"


def test_a_setting_that_always_diverged_is_not_shown(tmp_path):
    store = ImageStore(tmp_path)
    grid = architectures_grid("cifar10_jpeg", 1)[:1]
    store.put(row_of(grid[0], status="diverged", test_error=None, R=None, D=None))
    view = architectures_view(averages(stored_runs(grid, store), ["arch", "P"]))
    assert view.empty
    assert averages(stored_runs([], store), ["arch", "P"]).empty


def test_rank_correlation_is_scipys():
    rng = np.random.default_rng(0)
    x = rng.normal(size=40)
    y = x + rng.normal(size=40)
    y[:5] = y[0]  # ties
    found = rank_correlation(x, y)
    assert found.value == pytest.approx(spearmanr(x, y).statistic)
    # Fisher's transformation, with Bonett and Wright's variance for ranks
    half = 1.96 * np.sqrt((1 + found.value**2 / 2) / (len(x) - 3))
    low, high = np.tanh(np.arctanh(found.value) + np.array([-half, half]))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.12)
    assert rank_correlation(x, x).value == pytest.approx(1)
    assert rank_correlation(x[:3], y[:3]) is None
    assert rank_correlation(np.ones(5), y[5:10]) is None


def test_a_power_law_is_found_again():
    R = np.geomspace(0.1, 8, 13)
    table = pd.DataFrame({"R": R, "test_error": 0.3 * R**0.25, "runs": 2})
    fit = law_fit(table)
    assert fit["exponent"].value == pytest.approx(0.25)
    assert fit["exponent"].low == pytest.approx(0.25)  # no scatter
    assert fit["ratio"].value == pytest.approx(np.median(1.5 * R**-0.25))
    assert fit["ratio"].low < fit["ratio"].value < fit["ratio"].high
    assert law_fit(table[:3])["exponent"] is None
    assert law_fit(table.assign(R=1.0))["exponent"] is None


def test_what_came_of_an_expectation_is_told():
    above, across = Estimate(0.5, 0.2, 0.8), Estimate(0.1, -0.2, 0.4)
    assert [sign_found(e, 1) for e in (above, across, None)] == ["yes", "undecided", "not measured"]
    assert sign_found(above, -1) == "no, the opposite"
    assert [value_found(above, x) for x in (0.3, 0.1, 0.9)] == [
        "not excluded",
        "no, more",
        "no, less",
    ]
    assert value_found(None, 0) == "not measured"


def test_steps_of_growth_are_counted_by_hand():
    table = pd.DataFrame(
        {
            "arch": ["lenet"] * 3 + ["fc4"] * 2, "P": [4, 1, 2, 1, 2], "runs": [1] * 5,
            "test_error": [0.1, 0.3, 0.2, 0.5, 0.4], "R": [3.0, 2.0, 1.0, 2.0, 1.0],
        }
    )  # fmt: skip
    assert growth_steps(table, "R") == (2, 3)  # both fall from 1 to 2; then the error alone
    assert growth_steps(table.assign(runs=0), "R") == (0, 0)
    assert both_fall(table, "R") == (1, 2)  # lenet's R is 2 at first and 3 in the end
    assert both_fall(table[1:4], "R") == (1, 1)


def test_the_change_by_training_is_the_difference_of_two_rank_correlations():
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.normal(size=(12, 3)), columns=["test_error", "R", "R_init"])
    found = change_by_training(table.assign(runs=1))
    expected = [spearmanr(table[name], table.test_error).statistic for name in ("R", "R_init")]
    assert found.value == pytest.approx(expected[0] - expected[1])
    assert found.low < found.value < found.high
    assert change_by_training(table[:3].assign(runs=1)) is None


def test_the_ablations_are_told():
    rows = [row_of(c, test_error=1000 / (c.P * c.epochs)) for c in budget_grid()]
    shown = by_budget(pd.DataFrame(rows), "test_error")
    assert shown.shape == (len(TRIED), len(SEEN_TRIED))
    assert shown.iloc[0].tolist() == [1000 / seen for seen in SEEN_TRIED]
    errors = {("bfloat16", 0): 0.5, ("float32", 0): 0.4, ("bfloat16", 1): 0.2, ("float32", 1): 0.3}
    rows = [row_of(c, test_error=errors[c.precision, c.seed_init]) for c in precision_grid()]
    changes = precision_changes(pd.DataFrame(rows))
    assert changes.precision.tolist() == pytest.approx([0.0] * len(IN_BOTH))  # +0.1 and -0.1
    assert changes.seed.tolist() == pytest.approx([0.2] * len(IN_BOTH))  # 0.3 and 0.1
    assert len(precision_changes(pd.DataFrame(rows[:-1]))) == len(IN_BOTH) - 1
    assert by_budget(pd.DataFrame(), "R").empty
    assert precision_changes(pd.DataFrame()).empty


def test_the_claims_follow_the_runs(tmp_path):
    """Made-up runs on the law, but for architectures on Fashion-MNIST, where it is reversed."""
    store = Store(tmp_path)
    nothing = image_claims(store)
    assert {claim.verdict for claim in nothing} == {"open"}
    assert not any(claim.elsewhere for claim in nothing)  # nothing is trained anywhere
    images = ImageStore(tmp_path / "images")
    for name, archs in ARCHITECTURES.items():
        for config in architectures_grid(name, REPEATS) + growing_grid(name, REPEATS):
            R = (1 + archs.index(config.arch)) * (SIZE / config.P) ** 0.3
            error = 0.2 * R**0.5
            if name == "fashion_mnist" and config.P == SIZE:
                error = 0.2 * R**-0.5
            images.put(row_of(config, R=R, test_error=error))
    found = {claim.id: claim for claim in image_claims(store)}
    assert {claim.verdict for claim in found.values()} == {"open"}  # not the paper's setting
    assert f"P = {SIZE:,}" in found["fig1_images_law"].elsewhere
    verdicts = {id: [part.verdict for part in claim.parts] for id, claim in found.items()}
    assert verdicts["fig1_images_cifar10_jpeg"] == ["agrees"]
    assert verdicts["fig1_images_fashion_mnist"] == ["differs"]
    assert found["fig1_images_fashion_mnist"].parts[0].hits == 0
    assert verdicts["fig1_images_law"] == ["agrees", "agrees"]
    growing = found["fig1_images_growing_cifar10_jpeg"]
    steps, ends = growing.parts
    assert (steps.number, steps.verdict) == (4 * (len(SIZES) - 1), "agrees")
    assert (ends.hits, ends.number) == (4, 4)
    assert (growing.seeds, growing.figure) == (REPEATS, "1B")


def test_the_run_that_is_trained_again_is_stored():
    """And needs no photographs."""
    assert live_run().dataset == "shapes"
    assert live_run() in ImageStore(project("results", "images"))


def test_the_toy_of_the_chapter_trains():
    one_size, growing = chapter_runs("smoke", "shapes", 1, None, "cpu")
    assert one_size.arch.tolist() == ["fc2", "fc4", "fc6", "lenet"]
    assert sorted(growing.P) == [32, 64]
    found = correlations(averages(one_size, ["arch", "P"]))
    assert set(found) == {"R", "D", "G", "R_init", "D_init", "G_init"}


def test_points_bars_and_lines():
    table = pd.DataFrame(
        {
            "arch": ["lenet", "lenet", "fc2"], "P": [256, 128, 128], "runs": [2, 2, 0],
            "test_error": [0.1, 0.2, 0.3], "test_error_low": [0.05, 0.1, 0.3],
            "test_error_high": [0.2, 0.3, 0.3], "R": [1.0, 2.0, 3.0], "R_low": [0.5, 1.0, 3.0],
            "R_high": [2.0, 4.0, 3.0],
        }
    )  # fmt: skip
    _, ax = plt.subplots()
    plots_images.draw_image_errors(ax, table, "R", joined=True)
    assert ax.get_legend_handles_labels()[1] == ["LeNet"]
    line = ax.containers[0].lines[0]
    assert line.get_xdata().tolist() == [2, 1]  # in the order of P
    bars = ax.containers[0].lines[2][0].get_segments()
    assert [segment[:, 0].tolist() for segment in bars] == [[1, 4], [0.5, 2]]
    ax.set_xlim(0.01, 1)
    plots_images.draw_law(ax)
    assert ax.lines[-1].get_ydata().tolist() == pytest.approx([0.02, 0.2])
    plt.close("all")


def test_every_architecture_has_a_look_of_its_own():
    assert set(plots_images.STYLES) == set(IMAGE_NETWORK_NAMES)
    assert len(set(plots_images.STYLES.values())) == len(IMAGE_NETWORK_NAMES)


def test_the_picture_of_deformations():
    images = torch.rand(2, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    figure = plots_images.draw_deformations(images, (0.5, 2.0), c=3, seed=0)
    assert len(figure.axes) == 9
    shown = [ax.images[0].get_array() for ax in figure.axes if ax.images]
    np.testing.assert_allclose(shown[0], images[0, 0], atol=1e-5)
    assert np.abs(shown[4] - images[0, 0].numpy()).max() > np.abs(shown[2] - shown[0]).max()
    plt.close("all")
