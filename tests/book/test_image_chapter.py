"""What the chapter on images shows, from made-up runs; its pictures."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import spearmanr

from srhm.images.config import IMAGE_ARCHITECTURES
from srhm.images.networks import IMAGE_NETWORK_NAMES
from srhm.images.store import ImageStore
from srhm_book.images import figures as plots_images
from srhm_book.images.chapter import (
    architectures_view,
    averages,
    chapter_runs,
    rank_correlation,
    stored_runs,
)
from srhm_book.images.grids import SIZE, architectures_grid, growing_grid


def row_of(config, **changes):
    row = {"status": "finished", "test_error": 0.1, "test_loss": 0.3, "train_loss": 1e-3}
    return {**config.as_dict(), **row, "R": 2.0, "D": 0.02, "G": 0.01, **changes}


def test_grids_have_every_architecture_seed_and_size():
    for dataset in ("cifar10", "digits"):
        grid = architectures_grid(dataset, 3)
        assert len({c.key for c in grid}) == len(grid)
        assert {c.P for c in grid} == {SIZE[dataset]}
        assert {(c.seed_sample, c.seed_init) for c in grid} == {(k, k) for k in range(3)}
        growing = growing_grid(dataset, 2)
        assert [c.P for c in growing] == sorted(c.P for c in growing)
        shared = {c.key for c in grid} & {c.key for c in growing}
        assert shared  # at one size, the two figures show the same runs
    assert {c.arch for c in architectures_grid("cifar10", 1)} == set(IMAGE_ARCHITECTURES)


def test_averages_leave_out_what_diverged(tmp_path):
    store = ImageStore(tmp_path)
    grid = [c for c in architectures_grid("digits", 3) if c.arch in ("vgg11", "fc2")]
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
    assert view["runs"].tolist() == ["3", "2, 1 diverged"]
    assert view["test error"].iloc[0] == "0.200 (0.100 to 0.300)"


def test_a_setting_that_always_diverged_is_shown_as_such(tmp_path):
    store = ImageStore(tmp_path)
    grid = architectures_grid("digits", 1)[:1]
    store.put(row_of(grid[0], status="diverged", test_error=None, R=None, D=None))
    view = architectures_view(averages(stored_runs(grid, store), ["arch", "P"]))
    assert view["R_f"].tolist() == ["–"]
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


def test_the_toy_of_the_chapter_trains():
    one_size, growing = chapter_runs("smoke", "digits", 1, None, "cpu")
    assert one_size.arch.tolist() == ["fc2", "lenet"]
    assert sorted(growing.P) == [32, 64]


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
    plots_images.draw_cifar_law(ax)
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
