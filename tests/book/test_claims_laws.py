"""The claims on the laws: verdicts from intervals, on settings whose P* are known."""

import numpy as np
import pandas as pd
import pytest

from srhm.runs.store import Store
from srhm.stats.fits import Estimate
from srhm.stats.laws import predicted_scale
from srhm_book.claims import laws as claims_laws
from srhm_book.claims.laws import law_claims
from srhm_book.complexity.law_tests import LawTest
from srhm_book.grids import fixed_d_grid, law_grid, setting
from synthetic import runs_of


def test_nothing_stored_is_not_measured(tmp_path):
    found = law_claims(Store(tmp_path))
    assert len({claim.id for claim in found}) == len(found) == 15
    assert {claim.verdict for claim in found} == {"not measured"}
    assert all(claim.reason and claim.measured is None for claim in found)
    papers = {claim.id: claim.paper for claim in found}
    assert (papers["eq3_s0_L3"], papers["eq4_s0_L3"], papers["eq3_m"]) == (3, 2, 2)


def found_with(monkeypatch, tmp_path, star_of):
    """Claims when every setting is searched and has P* = star_of(setting), with a little noise."""
    rng = np.random.default_rng(0)

    def searched(settings, store, *_, **__):
        settings = list(settings)
        noise = np.exp(rng.normal(scale=0.02, size=(len(settings), 3)))
        stars = [[star_of(c) * f for f in row] for c, row in zip(settings, noise, strict=True)]
        return {c: runs_of(c, s) for c, s in zip(settings, stars, strict=True)}, []

    tasks = [(a, v, s0) for a in ("lcn", "cnn") for v in (4, 6) for s0 in (1, 2, 4)]
    curves = [setting(a, v, s0, sparsity="B") for a, v, s0 in tasks]
    monkeypatch.setattr(claims_laws, "searched", searched)
    monkeypatch.setattr(claims_laws, "curves_of", lambda *_: searched(curves, None))
    return {claim.id: claim for claim in law_claims(Store(tmp_path))}


def off_limits(config):
    """The law, kept inside the task: P* may not exceed the data there are."""
    return min(1.5 * predicted_scale(config), config.task.num_data / 2)


def test_settings_on_the_law_agree(monkeypatch, tmp_path):
    found = found_with(monkeypatch, tmp_path, off_limits)
    verdicts = {id: claim.verdict for id, claim in found.items()}
    # A 95 % interval misses the truth now and then: the values are near it in any case.
    assert list(verdicts.values()).count("agrees") >= 10
    for claim in found.values():
        if claim.id != "eq5":
            assert claim.measured == pytest.approx(claim.paper, rel=0.1), claim.id
            assert claim.ratio == pytest.approx(claim.measured / claim.paper)
    assert verdicts["eq5"] == "agrees"
    assert found["eq5"].measured == found["eq5"].paper == 17
    assert found["eq5"].settings == 33  # three of one size make two pairs
    assert found["eq3"].settings == len(law_grid("lcn"))
    assert found["eq3"].seeds == 3


def test_a_cnn_that_grows_with_depth_differs(monkeypatch, tmp_path):
    def star(config):
        deeper = (config.s0 + 1.0) ** (config.L - 2) if config.arch == "cnn" else 1.0
        return off_limits(config) * deeper

    found = found_with(monkeypatch, tmp_path, star)
    assert found["eq4_s0_L3"].verdict == "differs"
    assert found["eq4_s0_L3"].measured == pytest.approx(3, abs=0.1)
    assert found["eq4_s0_L2"].measured == pytest.approx(2, abs=0.1)


def test_a_pair_the_wrong_way_round_differs(monkeypatch, tmp_path):
    def star(config):
        return 100 * (config.s0 + 1) if config in fixed_d_grid() else off_limits(config)

    found = found_with(monkeypatch, tmp_path, star)
    assert found["eq5"].verdict == "differs"
    assert found["eq5"].measured == 0
    assert found["eq5_slope"].verdict == "differs"


def test_an_interval_too_wide_is_not_measured():
    test = LawTest("all", "scale", 1, Estimate(1.1, 0.6, 1.6), 9)
    claim = claims_laws._claim("id", "text", "4", "06", 1, test, 3)
    assert claim.verdict == "not measured"
    assert claim.measured == 1.1
    assert "± 0.50" in claim.reason


def test_pairs_within_their_noise_are_not_measured():
    pairs = pd.DataFrame({"predicted": [0.5, 0.5, 2.0], "side": ["either", "either", "above 1"]})
    pairs[["v", "m", "s", "d"]] = 4, 2, 2, 16
    claim = claims_laws._pairs_claim(pairs, 3, "08")
    assert claim.verdict == "not measured"
    assert claim.reason == "of 2 pairs the intervals decide 0"
