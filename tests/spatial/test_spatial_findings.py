"""Readings, shares and claims from measurements whose answers are known."""

import numpy as np
import pandas as pd
import pytest

from messages import says
from srhm_book.claims.claim import Share
from srhm_book.spatial import chapter, claims, findings, lost, measure
from srhm_book.spatial.detection import SETTINGS, Setting
from srhm_book.spatial.task import TwoPoints

RING = Setting(TwoPoints(128, 32), depth=5, stride=2, fitted=(1, 4))
FLAT = Setting(TwoPoints(32, 8), depth=5, stride=1, fitted=(2, 5))


def measured(D, G, seeds=(1, 2, 3), spread=0.1):
    """Rows of networks whose D_k and G_k are the functions given, times a factor of the seed.

    Initial ones are flat; pure pooling is without spread; without the ReLU G is 1.
    """
    rows = []
    for rectify in (True, False):
        for k in range(1, 6):
            g = G(k) if rectify else 1.0
            rows.append(("pooling", rectify, 0, k, D(k), g))
            for seed in seeds:
                tilt = np.exp(spread * (seed - np.mean(seeds)) * k)
                rows.append(("initial", rectify, seed, k, 0.9, 1.0))
                rows.append(("trained", rectify, seed, k, D(k) * tilt, g))
    frame = pd.DataFrame(rows, columns=["state", "rectify", "seed", "layer", "D", "G"])
    return frame.assign(test_error=np.where(frame.state == "initial", 0.5, 0.02))


def test_with_stride_the_factor_per_layer_is_read():
    frame = measured(lambda k: 0.5**k, lambda k: 1.7**k)
    found = findings.trend(frame, RING, "trained", True, "D")
    assert found.value == pytest.approx(0.5)
    half = 4.303 * 0.1 / np.sqrt(3)  # Student's t of two degrees of freedom, on the logs
    assert np.log(found.high / found.value) == pytest.approx(half, rel=0.02)
    assert findings.trend(frame, RING, "trained", True, "G").value == pytest.approx(1.7)
    assert findings.trend(frame, RING, "trained", False, "G").value == pytest.approx(1)
    assert findings.pooled(frame, RING, True, "G") == pytest.approx(1.7)
    assert findings.fallen(frame, RING) == (3, 3)


def test_without_stride_a_power_and_a_ratio_are_read():
    frame = measured(lambda k: 1 / (k + 1), lambda k: k**0.5, spread=0)
    assert findings.trend(frame, FLAT, "trained", True, "D").value == pytest.approx(-1)
    assert findings.trend(frame, FLAT, "trained", True, "G").value == pytest.approx((5 / 2) ** 0.5)
    assert findings.fallen(frame.assign(D=1.0), FLAT) == (0, 3)


def test_a_network_that_did_not_learn_is_left_out_and_counted():
    frame = measured(lambda k: 0.5**k, lambda k: 1.7**k, seeds=(1, 2, 3, 4), spread=0)
    idle = (frame.state == "trained") & (frame.seed == 4)
    frame.loc[idle, ["D", "test_error"]] = 0.9, 0.5
    kept = findings.learned(frame)
    assert findings.trend(kept, RING, "trained", True, "D").value == pytest.approx(0.5)
    assert findings.trend(frame, RING, "trained", True, "D").value > 0.55
    assert findings.fallen(kept, RING) == (3, 3)
    assert findings.left_out({"ring": frame, "a_b": kept}) == "1 of 4 (ring)"


def test_one_network_has_no_interval():
    frame = measured(lambda k: 0.5**k, lambda k: 1.7**k, seeds=(1,))
    assert findings.trend(frame, RING, "trained", True, "D") is None
    assert "–" in findings.trends_view({"ring": frame}, {"ring": RING})["after training"].to_list()


@pytest.fixture
def layers():
    """Two networks: D falls by depth once trained, in the second G does too."""
    rows = []
    for arch, growth in (("lenet", 2.0), ("vgg11", 0.5)):
        D = {"initial": (0.5, 0.6), "trained": (0.4, 0.1), "shuffled": (0.4, 0.3)}
        for state, values in D.items():
            for k, value in enumerate(values, 1):
                G = 0.2 * growth ** (k - 1)
                rows.append((arch, 0, state, k, "conv", value, G, value / G, 0.5))
            rows.append((arch, 0, state, 3, "out", 9.0, 9.0, 1.0, 0.5))
    columns = ["arch", "seed", "state", "layer", "kind", "D", "G", "R", "test_error"]
    return pd.DataFrame(rows, columns=columns)


def test_what_is_true_of_first_and_last_convolutions(layers):
    pairs = lost.layer_pairs(layers)
    assert {c: lost.share(pairs, c) for c in pairs.columns[2:]} == {
        "D_falls": "2 of 2", "G_grows": "1 of 2", "learned": "2 of 2", "channels": "2 of 2",
        "space": "2 of 2",
    }  # fmt: skip
    assert lost.change(layers, "D", "trained") == "0.25 to 0.25"
    assert lost.change(layers, "G", "trained") == "0.5 to 2"
    assert len(lost.last_layers_view(layers)) == 6


def test_what_is_told_of_noise_and_of_longer_training(layers):
    pairs = lost.layer_pairs(layers)
    assert lost.noise_in_words(pairs).startswith("it grows with depth in 1 of 2 networks")
    assert "none of 1" in lost.noise_in_words(pairs[pairs.arch == "vgg11"])
    assert lost.noise_in_words(pairs[pairs.arch == "lenet"]) == "it grows with depth, as expected"
    for arch, does in (("lenet", "it does (2.00)"), ("vgg11", "it does not (0.50)")):
        assert lost.noise_in_words(pairs, layers[layers.arch == arch]).endswith(does)
    told = lost.longer_sentence(layers, layers[layers.arch == "vgg11"].assign(D=0.7))
    assert "D 0.7 → 0.7 (shorter: last 0.1)" in told
    assert "G 0.2 → 0.1 (shorter: last 0.1)" in told


def test_claims_say_what_is_stored(layers, monkeypatch):
    stores = {"ring": measured(lambda k: 0.52**k, lambda k: 1.5**k, spread=0.01),
              "photograph_layers": layers,
              "photograph_layers_longer": layers[layers.arch == "lenet"]}  # fmt: skip

    def read(name, room):
        if name not in stores:
            raise FileNotFoundError(name)
        return stores[name]

    monkeypatch.setattr(claims.stored, "read", read)
    found = {claim.id: claim for claim in claims.spatial_claims()}
    ring = found["spatial_pooling_ring"]
    assert (ring.verdict, ring.seeds, ring.parts[0].expected) == ("agrees", 3, pytest.approx(0.52))
    assert found["spatial_pooling_ring_no_stride"].verdict == "open"
    assert found["spatial_relu"].verdict == "agrees"
    grows = found["spatial_photographs_G"].parts[0]
    assert isinstance(grows, Share)
    assert (grows.hits, grows.number, grows.verdict) == (1, 2, "open")
    assert found["spatial_photographs_G"].remark.endswith("changes by 2.00")
    assert found["spatial_photographs_modes"].verdict == "open"
    assert not found["spatial_photographs_modes"].measured


def test_a_stored_network_that_is_another_fails_the_check():
    now = measured(lambda k: 0.5**k, lambda k: 1.7**k)
    keys = ["state", "rectify", "seed", "layer"]
    now = now[now.state != "pooling"]
    table = chapter.compare(now.assign(D=now.D * 1.1 ** (now.state == "trained")), now, keys)
    assert table.D.max() == pytest.approx(np.log(1.1))
    with pytest.raises(AssertionError, match="differ"):
        chapter.compare(now.assign(D=now.D * 1.2), now, keys)
    with pytest.raises(AssertionError, match="not stored"):
        chapter.compare(now[now.seed > 1], now, keys)


def test_what_is_stored_has_the_settings_of_today():
    for name, setting in chapter.detection_settings("book").items():
        frame = chapter.detection_frames("book", {name: setting})[name]
        assert sorted(frame[frame.state == "trained"].seed.unique()) == list(setting.seeds)
        assert frame.layer.max() == setting.depth
        assert name in SETTINGS


def test_what_training_reaches_in_words():
    law = measured(lambda k: 1 / (k + 1), lambda k: k**0.5)
    assert "to pooling's" in chapter.reached(law, FLAT)
    half = measured(lambda k: (k + 1) ** -0.5, lambda k: k**0.5, spread=0.001)
    half.loc[half.state == "pooling", "D"] = 1 / (half.layer + 1)
    assert "nearer to pooling, but not there" in chapter.reached(half, FLAT)
    half.loc[half.state == "trained", "D"] = 0.9 * half.layer**0.3
    assert chapter.reached(half, FLAT) == "does not bring it nearer"


def test_what_a_reader_gives_is_measured_anew():
    given = chapter.detection_settings("book", networks=3, width=16)
    assert {(s.width, len(s.seeds)) for s in given.values()} == {(16, 3)}
    assert chapter.detection_settings("smoke")["ring"].width == 8
    with pytest.raises(ValueError, match=says("networks", "at least 2", "1")):
        chapter.detection_settings("book", networks=1)
    with pytest.raises(ValueError, match=says("profile", "book", "'all'")):
        chapter.photograph_frames("all")


def test_unknown_measurements_are_refused():
    with pytest.raises(SystemExit, match=says("NAME", "ring, ring_no_stride", "'circle'")):
        measure.main(["circle"])
