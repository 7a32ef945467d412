"""Sharing within sub-patches, and the gradient's P_c along a training."""

import numpy as np
import pandas as pd
import pytest
import torch

from messages import says
from srhm.data.task import SRHM
from srhm.networks.patch import build_network
from srhm.runs.store import Store
from srhm.stats.fits import Estimate
from srhm_book.grids import TOY, tied_settings
from srhm_book.why import along_training, measure, sharing_claims, tied
from srhm_book.why.claims import GROUP
from srhm_book.why.expected import tied_exponent, tied_saving
from srhm_book.wording import list_by_network


@pytest.mark.parametrize(("arch", "layers"), [("cnn", ""), ("lcn", ""), ("cnn", "2"), ("lcn", "1")])
def test_layer_sizes_are_those_of_single_gradients(arch, layers):
    """tr Cov(g) / |E g|^2 of every layer from the gradient of each datum by autograd."""
    task = SRHM(v=3, s=2, L=2, s0=1, m=2, seed=1)
    net = build_network(arch, task, 8, 3, tied=layers)
    with torch.no_grad():
        net.readout.mul_(20)  # outputs far from zero, as in a trained network
    samples = task.sample(task.num_data // 2, seed=0)
    x, y = task.one_hot(samples), torch.from_numpy(samples.labels.astype("int64"))
    single = []
    for datum, label in zip(x, y, strict=True):
        loss = torch.nn.functional.cross_entropy(net(datum[None]), label[None])
        single.append([g.flatten() for g in torch.autograd.grad(loss, list(net.weights))])
    found = along_training.layer_sizes(net, samples, task.num_data)
    N, whole = len(samples), task.num_data
    for P_c, gradients in zip(found, zip(*single, strict=True), strict=True):
        g = torch.stack(gradients).double()
        square, of_mean = g.square().sum(1).mean(), g.mean(0).square().sum()
        noise = (whole - N) / (whole - 1) / N
        signal = (of_mean - noise * square) / (1 - noise)
        assert P_c == pytest.approx(float((square - signal) / signal), rel=1e-3)


def test_moments_come_in_order_and_the_start_is_the_untrained_network():
    config = along_training.run_of("cnn", 2, 1, **TOY)
    rows = along_training.along(config, (1.0, 0.9, 0.8), 400)
    assert rows.groupby("moment").size().tolist() == [2, 2, 2]
    steps = rows.groupby("moment").step.first().sort_index(ascending=False)
    assert steps.iloc[0] == 0 < steps.iloc[1] <= steps.iloc[2]
    net = build_network("cnn", config.task, config.width, config.seed_init)
    _, fresh = config.task.split(config.P, 400, config.seed_sample)
    start = along_training.layer_sizes(net, fresh, config.task.num_data)
    assert rows[rows.moment == 1].P_c.tolist() == pytest.approx(start)
    none = along_training.along(config.replace(max_epochs=1, lr=1e-6), (1.0, 0.5), 100)
    assert set(none.moment) == {1.0}


def test_exponents_are_powers_of_harmonic_means():
    rows = pd.DataFrame(
        [
            {"arch": "cnn", "L": 2, "layer": 1, "moment": 0.5, "s0": s0, "seed": seed,
             "P_c": (s0 + 1) ** power}
            for s0 in (1, 3) for seed, power in enumerate((1.0, 2.0))
        ]
    )  # fmt: skip
    (found,) = along_training.exponents(rows).itertuples()
    means = [2 / (1 / 2 + 1 / 4), 2 / (1 / 4 + 1 / 16)]
    assert found.power == pytest.approx(np.log(means[1] / means[0]) / np.log(2))
    assert (found.low, found.high, found.seeds) == pytest.approx((1, 2, 2))
    assert along_training.exponents(rows[rows.s0 == 1]).empty


def test_one_step_of_equal_weights_is_as_expected():
    own = [tied_settings(2, arch, v=4) for arch in ("cnn", "lcn")]
    found = tied.step_exponents(tied.step_table(own, seeds=range(2), samples=20_000))
    equal = found[found.weights == "equal"]
    assert len(equal) == 8
    for row in equal.itertuples():
        assert row.power == pytest.approx(tied_exponent(row.arch, "equal", 2, row.tied), abs=0.15)


@pytest.mark.parametrize(
    ("arch", "power", "layers"),
    [("cnn", 3, ""), ("cnn", 2, "2"), ("cnn", 0, "1,2,3"), ("lcn", 2, "1"), ("lcn", 3, "3")],
)
def test_what_random_weights_expect(arch, power, layers):
    assert tied_exponent(arch, "random", 3, layers) == power


def test_claims_are_open_without_runs_and_follow_the_exponents(tmp_path, monkeypatch):
    found = sharing_claims.sharing_claims(Store(tmp_path))
    assert {claim.group for claim in found} == {GROUP}
    assert {c.verdict for c in found if "tied" in c.id} == {"open"}

    def as_expected(_runs, settings):
        rows = []
        for own in settings:
            for layers, config in own.items():
                if layers in ("", "dense"):
                    continue
                power = tied_saving(config.arch, "random", config.L, layers)
                saved = Estimate(power, power - 0.05, power + 0.05)
                rows.append((config.arch, config.L, config.v, config.s0, layers, saved, 3))
        return pd.DataFrame(rows, columns=["arch", "L", "v", "s0", "tied", "saved", "seeds"])

    monkeypatch.setattr(sharing_claims.tied, "tied_table", as_expected)
    found = {claim.id: claim for claim in sharing_claims.sharing_claims(Store(tmp_path))}
    assert found["why_tied_cnn"].verdict == found["why_tied_lcn"].verdict == "agrees"
    assert found["why_tied_cnn"].seeds == 3


def test_an_unknown_measurement_is_refused_before_any(monkeypatch):
    monkeypatch.setattr(measure.stored, "write", lambda *_: pytest.fail("something was measured"))
    monkeypatch.setitem(measure.MEASUREMENTS, "tied", lambda: None)
    with pytest.raises(SystemExit, match=says("NAME", "along_training", "'nothing'")):
        measure.main(["tied", "nothing"])


def test_what_is_told_of_training_has_the_spread_of_single_seeds():
    rows = [("cnn", 3, layer, 1.0, 3.0, 2.9, 3.1, 3) for layer in (1, 2)]
    rows += [("cnn", 3, 1, 0.5, 1.0, 0.3, 1.6, 3), ("cnn", 3, 2, 0.5, 2.0, 1.1, 2.8, 3)]
    columns = ["arch", "L", "layer", "moment", "power", "low", "high", "seeds"]
    told = along_training.change(pd.DataFrame(rows, columns=columns), "cnn", 3)
    assert told == "3.0 at the start and 1.5 (0.3 to 2.8) at 0.5 of the loss of guessing"
    assert along_training.change(pd.DataFrame(columns=columns), "cnn", 3) == "not measured"
    told = along_training.fall(pd.DataFrame(rows, columns=columns), "cnn", 3)
    assert told == "from 3.0 to 1.5 (0.3 to 2.8)"
    assert along_training.rises(pd.DataFrame(rows, columns=columns), "cnn", 3) == "0 of 2"
    rows += [("cnn", 3, 2, 0.7, 1.9, 1.0, 2.1, 3)]  # layer 2: 3.0, 1.9, 2.0
    assert along_training.rises(pd.DataFrame(rows, columns=columns), "cnn", 3) == "1 of 2"


def test_the_gradients_claims_count_every_moment_and_name_their_brackets(tmp_path, monkeypatch):
    rows = [("lcn", 3, 1, 1.0, 3.0, 2.9, 3.1, 3), ("lcn", 3, 1, 0.7, 2.5, 2.3, 2.8, 3)]
    rows += [("lcn", 3, 1, 0.5, 3.0, 2.9, 3.1, 3), ("lcn", 3, 2, 0.5, 9.0, 9.0, 9.0, 3)]
    columns = ["arch", "L", "layer", "moment", "power", "low", "high", "seeds"]
    powers = pd.DataFrame(rows, columns=columns)
    monkeypatch.setattr(sharing_claims.chapter, "along", lambda _: powers)
    monkeypatch.setattr(sharing_claims.along_training, "exponents", lambda rows: rows)
    found = {claim.id: claim for claim in sharing_claims.sharing_claims(Store(tmp_path))}
    parts = found["why_along_lcn"].parts
    assert [part.verdict for part in parts] == ["differs", "agrees"]  # 0.7, then 0.5
    assert {part.bracket for part in parts} == {"least to largest of 3 seeds"}
    assert found["why_along_cnn"].verdict == "open"
    off = along_training.off_law(powers, "lcn", 1)
    assert off == "2.50 (2.30 to 2.80) at 0.7 of the loss, L = 3"


def test_which_layers_save_and_what_is_left():
    left = {"": 2.0, "1": 1.0, "2": 1.5, "1,2": 0.1}
    rows = [
        ("cnn", 2, tied, Estimate(x, x - 0.1, x + 0.1), Estimate(2 - x, 1.9 - x, 2.1 - x))
        for tied, x in left.items()
    ]
    table = pd.DataFrame(rows, columns=["arch", "L", "tied", "exponent", "saved"])
    ways = [tied_settings(2, "cnn"), tied_settings(2, "lcn")]
    assert tied.savers(table, ways, "cnn") == "each layer alone does (at L = 2)"
    assert tied.savers(table[table.tied != "1"], ways, "cnn") == (
        "layer 2 alone does, layer 1 alone is not trained (at L = 2)"
    )
    assert tied.all_expected(table, "cnn", "random") == "0 at L = 2"
    assert tied.all_expected(table.assign(arch="lcn"), "lcn", "random") == "1 at L = 2"
    assert tied.held(table, "cnn", "random") == "3 of 4"  # not 0.5 for 1
    table.at[2, "saved"] = Estimate(0.3, 0.2, 0.4)
    assert tied.savers(table, ways, "cnn") == (
        "layer 1 alone does, layer 2 alone does not (at L = 2)"
    )
    assert (
        tied.savers(table, ways, "lcn") == "each of layers 1 and 2 alone is not trained (at L = 2)"
    )
    assert list_by_network([]) == "none"
    assert list_by_network([ways[1]["2"]]) == "LCN: L=2: v=6 tied=2 (s₀=2)"
    assert tied.all_tied(table, "cnn") == (
        "from 2.00 (1.90 to 2.10) to 0.10 (0.00 to 0.20) at L = 2"
    )
    assert "not trained" in tied.all_tied(table, "lcn")
