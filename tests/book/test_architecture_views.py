"""The chapter on architectures averages, compares and draws what the runs hold."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from srhm.networks.names import COMMON
from srhm.runs.store import Store
from srhm_book.architectures.views import (
    ARCHS,
    authors_ends,
    authors_factors,
    authors_words,
    by_architecture,
    draw_architecture_errors,
    far_from_paper,
    go_together,
    missing,
    num_words,
    style,
    trained_as_the_authors,
    with_paper,
)
from srhm_book.claims.architectures import ordered_alike
from srhm_book.curves import CURVES, architecture_run, as_the_authors


@pytest.fixture
def runs():
    """Two seeds of the LCN, one of VGG16; every quantity its own number."""

    def run(arch, error, layer, shift):
        names = ("S_out_1", "D_out_1", f"S_{layer}_1", f"D_{layer}_1")
        values = {name: (i + 1) / 10 + shift for i, name in enumerate(names)}
        return {"arch": arch, "status": "converged", "test_error": error, **values}

    return pd.DataFrame(
        [run("lcn", 0.6, "2", 0.0), run("lcn", 0.8, "2", 0.2), run("vgg16", 0.04, "80", 0.0)]
    )


def test_means_and_ranges_over_seeds(runs):
    table = by_architecture(runs).set_index("arch")
    assert list(table.index) == ["lcn", "vgg16"]
    assert list(table.seeds) == [2, 1]
    lcn = table.loc["lcn"]
    assert (lcn.test_error, lcn.test_error_low, lcn.test_error_high) == pytest.approx(
        (0.7, 0.6, 0.8)
    )
    assert (lcn.S_out, lcn.D_out) == pytest.approx((0.2, 0.3))
    assert (lcn.S_internal, lcn.D_internal) == pytest.approx((0.4, 0.5))
    assert table.loc["vgg16"].S_internal == pytest.approx(0.3)


def test_the_papers_values_stand_beside_ours(runs):
    table = with_paper(by_architecture(runs)).set_index("arch")
    assert list(table.index) == list(ARCHS)
    assert table.paper_test_error["vgg16"] == pytest.approx(0.015, abs=0.001)  # Figure 1C
    assert table.paper_D_out["lcn"] == pytest.approx(0.525, abs=0.001)
    assert table.paper_S_out["lcn"] == pytest.approx(0.673, abs=0.001)  # Figure 1D
    assert table.seeds["resnet18"] == 0
    assert pd.isna(table.test_error["resnet18"])
    assert far_from_paper(table.reset_index()) == ["VGG16"]  # 0.04, more than twice 0.015
    assert missing(table.reset_index(), 2).startswith("CNN 0, VGG11 0, VGG16 1, ResNet18 0")


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    figure.canvas.draw()  # what cannot be laid out is an error
    plt.close(figure)


def test_a_point_and_its_bars_are_the_mean_and_the_range_over_seeds(runs, ax):
    draw_architecture_errors(ax, by_architecture(runs.assign(test_error=[0.5, 0.9, 0.04])), "S_out")
    lcn, vgg16 = ax.containers
    assert (lcn.get_label(), vgg16.get_label()) == ("LCN", "VGG16")
    assert lcn.lines[0].get_xydata().tolist() == [pytest.approx([0.2, 0.7])]
    across, up = (bar.get_segments()[0] for bar in lcn.lines[2])
    assert across[:, 0] == pytest.approx([0.1, 0.3])
    assert up[:, 1] == pytest.approx([0.5, 0.9])
    assert vgg16.lines[0].get_xydata().tolist() == [pytest.approx([0.1, 0.04])]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert len(ax.lines) == 2  # nothing of the paper


def test_a_thin_line_leads_to_the_papers_hollow_point(runs, ax):
    table = with_paper(by_architecture(runs)).dropna(subset="test_error")
    draw_architecture_errors(ax, table, "S_out")
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "white"]
    theirs = table[["paper_S_out", "paper_test_error"]].to_numpy()
    assert np.concatenate([point.get_xydata() for point in hollow]) == pytest.approx(theirs)
    thin = [line.get_xydata() for line in ax.lines if line.get_linewidth() == 0.7]
    ours = table[["S_out", "test_error"]].to_numpy()
    assert np.array(thin) == pytest.approx(np.stack([ours, theirs], axis=1))


def test_nothing_measured_is_drawn_as_nothing(runs, ax):
    draw_architecture_errors(ax, by_architecture(runs[:0]), "S_out")
    assert not ax.lines
    assert not ax.containers


def test_every_architecture_has_a_look_of_its_own():
    assert len({tuple(style(arch).values()) for arch in ARCHS}) == len(ARCHS)


def test_runs_of_the_figures():
    configs = CURVES["architectures"]
    assert {(c.arch, c.seed_init) for c in configs} == {(a, s) for a in ARCHS for s in range(3)}
    assert {(c.P, c.v, c.n_c, c.m, c.L, c.s, c.s0) for c in configs} == {
        (7400, 10, 10, 10, 2, 2, 2)
    }
    small = architecture_run("vgg11", 128, 0)
    assert small.lr / small.batch_size == pytest.approx(0.05 / 64)
    assert {c.arch for c in CURVES["growing_P"]} == {"lcn", *COMMON}


def test_claims_follow_the_points(tmp_path, monkeypatch, runs):
    """Seven architectures whose error rises with S and falls with D."""
    from srhm.runs.store import Store
    from srhm_book.claims import architectures as module

    many = []
    for i, arch in enumerate(ARCHS):
        values = {"S_out_1": 0.1 + i / 10, "D_out_1": 0.9 - i / 10, "S_2_1": 1, "D_2_1": 1}
        values |= {"S_80_1": 1.0, "D_80_1": 1.0}
        many.append({"arch": arch, "status": "converged", "test_error": 0.01 + i / 10, **values})
    monkeypatch.setattr(module, "architecture_runs", lambda *_: pd.DataFrame(many))
    D, S, errors, *_ = module.architecture_claims(Store(tmp_path))
    assert (S.parts[0].hits, S.parts[0].number, S.verdict) == (21, 21, "agrees")
    assert (D.parts[0].hits, D.verdict) == (0, "differs")
    assert D.parts[0].paper == pytest.approx(20 / 21)  # in Figure 1C, one pair swaps
    assert (errors.verdict, errors.settings) == ("differs", 7)
    monkeypatch.setattr(module, "architecture_runs", lambda *_: runs)
    for claim in module.architecture_claims(Store(tmp_path)):
        assert claim.verdict == "open"
        assert claim.settings in (0, 2)


def test_pairs_are_counted_once_and_ties_not_at_all():
    assert ordered_alike([1, 2, 3], [10, 30, 20]) == (2, 3)
    assert ordered_alike([1, 1, 3], [1, 2, 3]) == (2, 2)
    assert ordered_alike([1, np.nan, 3], [1, 2, 3]) == (1, 1)
    assert ordered_alike([], []) == (0, 0)


def test_claims_follow_the_growing_training_sets(tmp_path, monkeypatch):
    """The LCN's error rises with S and falls with D."""
    from srhm.runs.store import Store
    from srhm_book.claims import architectures as module

    rows = []
    for i, P in enumerate((870, 2599, 5400, 7400)):
        values = {"S_out_1": 0.9 - i / 10, "D_out_1": i / 10, "S_2_1": 1.0, "D_2_1": 1.0}
        row = {"arch": "lcn", "status": "converged", "P": P, "test_error": 0.8 - i / 10}
        rows.append(row | values)
    monkeypatch.setattr(module, "growing_runs", lambda *_: pd.DataFrame(rows))
    *_, D, S = module.architecture_claims(Store(tmp_path))
    assert (S.id, S.figure, S.verdict) == ("growing_S", "1F", "agrees")
    assert (D.id, D.figure, D.verdict) == ("growing_D", "1E", "differs")
    assert (S.parts[0].hits, S.parts[0].number, S.settings) == (6, 6, 4)


def test_whether_error_and_sensitivity_fall_together_is_decided_by_the_intervals():
    error = pd.Series(np.linspace(0.01, 0.7, 8))
    both = pd.DataFrame({"test_error": error, "D_out": 2 * error, "S_out": error**2})
    assert go_together(both) == "fall together"
    mixed = both.assign(S_out=[3, 1, 4, 1, 5, 9, 2, 6])
    assert go_together(mixed) == "do not surely fall together"
    assert "too few" in go_together(both[:2])


def test_the_authors_training_stands_beside_ours(runs, tmp_path):
    """VGG16: paper 0.015, ours 0.04; without any error it counts as half a datum wrong."""
    table, store = with_paper(by_architecture(runs)), Store(tmp_path)
    assert authors_words(trained_as_the_authors(table, store)) == "not trained yet"
    config = as_the_authors("vgg16")
    for error, nearer in ((0.02, True), (0.0, False)):
        measured = {"test_error": error, "epochs": 30, "train_loss": 1e-3, "test_loss": 0.1}
        store.put({**config.as_dict(), **measured, "status": "converged", "seconds": 1.0})
        found = trained_as_the_authors(table, store)
        assert found.network.tolist() == ["VGG16"]
        assert found.nearer.tolist() == [nearer]
    assert authors_words(found).endswith("in 0 of 1")
    assert trained_as_the_authors(by_architecture(runs), store).empty
    assert trained_as_the_authors(table, None).empty


def test_how_trainings_as_the_authors_ended_and_how_far_they_err_is_told():
    found = pd.DataFrame(
        {"network": ["VGG11", "ResNet18"], "authors": [0.4, 0.2], "paper": [0.04, 0.1]}
        | {"epochs": 20, "at most": 250, "status": "converged", "stop loss": 0.01}
    )
    end = "reached a training loss of 0.01 after 20 of at most 250 epochs"
    assert authors_ends(found) == f"VGG11 and ResNet18 both {end}"
    said = authors_ends(found.assign(status=["converged", "max_epochs"], epochs=[20, 250]))
    assert said.startswith(f"VGG11 {end} and ResNet18 did not reach a training loss of 0.01")
    assert "errors are 10 (VGG11) and 2.0 (ResNet18) times the paper's" in authors_factors(found)
    assert "errors are 10 (VGG11) times" in authors_factors(found[:1])
    assert "none of them" in authors_factors(found[:0])
    assert num_words(len(ARCHS)).startswith("all ")
    assert num_words(2) == f"2 of {len(ARCHS)} architectures"
