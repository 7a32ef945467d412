"""Sparsity B: how well a power of s0+1 collapses it, on curves whose P* are known."""

import numpy as np
import pandas as pd
import pytest

from messages import says
from srhm.runs.store import Store
from srhm.stats.laws import predicted_scale
from srhm_book.complexity import sparsity_B
from srhm_book.complexity.sparsity_B import (
    against_A,
    collapse,
    curves_of,
    pooled_exponent,
    sparsity_power,
)
from srhm_book.complexity.table import complexity_table
from srhm_book.curves import sparsity_B_curves
from srhm_book.grids import setting
from synthetic import runs_of


def table(families, spread=1.0, sparsity="B", bend=0.0, C=1.5):
    """P* = C * law * (s0+1)^bend for families (arch, v, L, s0s)."""
    runs = {}
    for arch, v, L, s0s in families:
        for s0 in s0s:
            config = setting(arch, v, s0, L=L, sparsity=sparsity)
            star = C * predicted_scale(config) * (s0 + 1) ** bend
            runs[config] = runs_of(config, [star / spread, star, star * spread])
    return complexity_table(runs)


LCNS = [("lcn", 6, 2, (1, 2, 4)), ("lcn", 4, 3, (1, 2))]
CNNS = [("cnn", 6, 2, (1, 2, 4)), ("cnn", 4, 3, (1, 2, 4))]


def test_the_law_collapses():
    found = collapse(table(LCNS + CNNS))
    assert found.spread.tolist() == pytest.approx([1] * 4, abs=0.01)
    assert dict(zip(zip(found.arch, found.L, strict=True), found.power, strict=True)) == {
        ("lcn", 2): 2, ("lcn", 3): 3, ("cnn", 2): 2, ("cnn", 3): 2,
    }  # fmt: skip
    assert found.exponent.tolist() == pytest.approx(found.power.tolist(), abs=0.01)
    assert found.raw.max() == pytest.approx(2.5**2, rel=0.01)
    assert found.s0s.tolist() == [[1, 2, 4], [1, 2, 4], [1, 2], [1, 2, 4]]


def test_another_power_does_not():
    found = collapse(table(LCNS, bend=0.5)).set_index("L")
    assert found.exponent[2] == pytest.approx(2.5, abs=0.02)
    assert found.spread[2] == pytest.approx(2.5**0.5, rel=0.02)
    assert not found.included.any()


def test_a_seed_moves_a_whole_line_and_not_its_exponent():
    found = collapse(table(CNNS, spread=1.5))
    assert (found.high - found.low).max() < 0.05
    assert found.exponent.tolist() == pytest.approx([2, 2], abs=0.02)


def test_families_of_one_are_left_out():
    assert collapse(table([("cnn", 6, 2, (1,))])).empty
    both = pd.concat([table(CNNS), table(CNNS, sparsity="A")], ignore_index=True)
    assert collapse(both).sparsity.tolist() == ["A", "B", "A", "B"]


def test_against_A():
    both = pd.concat([table(CNNS, C=3.0), table(CNNS[:1], sparsity="A")], ignore_index=True)
    found = against_A(both)
    assert found[["v", "L", "s0"]].to_numpy().tolist() == [[6, 2, 1], [6, 2, 2], [6, 2, 4]]
    assert found.ratio.tolist() == pytest.approx([2, 2, 2], rel=0.01)
    assert against_A(table(CNNS)).empty


def test_pooled_exponent():
    exact = pooled_exponent(table(LCNS))
    assert exact.value == pytest.approx(1, abs=0.01)
    bent = pooled_exponent(table(CNNS, bend=0.5))
    assert bent.value == pytest.approx(1.25, abs=0.01)
    assert not bent.includes(1)
    shifted = pd.concat([table(CNNS[:1]), table(CNNS[1:], C=6.0)])
    assert pooled_exponent(shifted).value == pytest.approx(1, abs=0.01)  # each its own constant


def test_no_two_sparsities_no_exponent():
    with pytest.raises(ValueError, match=says("two s0")):
        pooled_exponent(table([("cnn", 6, 2, (1,))]))
    with pytest.raises(ValueError, match=says("2 draws")):
        pooled_exponent(table([("cnn", 6, 2, (1, 2))]))


def test_powers():
    assert [sparsity_power("lcn", L) for L in (2, 3)] == [2, 3]
    assert [sparsity_power("cnn", L) for L in (2, 3)] == [2, 2]


def test_stored_curves_are_whole_or_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(sparsity_B, "SPARSITY_B", (("cnn", 6, 1, 2), ("cnn", 6, 2, 2)))
    store = Store(tmp_path)
    for s0 in (1, 2):
        configs = sparsity_B_curves("cnn", 6, s0)
        for config in configs[: None if s0 == 1 else -1]:
            store.put(config.as_dict() | {"status": "converged", "test_error": 0.5})
    found, missing = curves_of("book", store)
    assert [c.s0 for c in found] == [1]
    assert [c.s0 for c in missing] == [2]
    assert len(next(iter(found.values()))) == len(sparsity_B_curves("cnn", 6, 1))
    assert np.isin([c.sparsity for c in (*found, *missing)], "B").all()


def test_other_profiles_train_what_they_need(monkeypatch):
    asked = []

    def training(configs, store, **options):
        assert store is None
        asked.extend(configs)
        return pd.DataFrame([c.as_dict() | {"test_error": 0.5} for c in configs])

    monkeypatch.setattr(sparsity_B, "sweep", training)
    found, missing = curves_of("smoke", workers=1)
    assert missing == []
    assert sum(map(len, found.values())) == len(asked)
    assert {c.sparsity for c in asked} == {"B"}
    assert {(c.arch, c.s0) for c in found} == {(a, s) for a in ("lcn", "cnn") for s in (1, 2)}
