"""Where sensitivities fall and which layers drop what, on curves that the test chooses."""

import numpy as np
import pytest

from messages import says
from srhm_book.parent import synonyms
from srhm_book.parent.settings import sensitivity_curve, task_setting
from synthetic import runs_of


def curve_of(v, L, P_S, start=0.9, end=0.1):
    """Runs with P* = n_c m^L whose S of layer k for level l falls at P_S[l] where k > l."""
    setting = task_setting(v, v, v, L)
    runs = runs_of(setting, [f * v ** (L + 1) for f in (0.95, 1, 1.05)], reach=8)
    for number, k in enumerate(synonyms.layer_names(L), start=1):
        for level in range(1, L + 1):
            drops = number > level
            share = 1 / (1 + (runs.P / P_S[level]) ** 4) if drops else 1.0
            runs[f"S_{k}_{level}"] = end + (start - end) * share
    return runs.assign(x=runs.P / v ** (L + 1))


def curves(of=lambda v, L: v ** (L + 1.0)):
    tasks = ((4, 3), (6, 2), (6, 3), (8, 2), (8, 3))
    return {(v, L): curve_of(v, L, {level: of(v, L) for level in (1, 2, 3)}) for v, L in tasks}


def test_a_collapse_has_power_one():
    """S = 1/2 is reached exactly at P_S, 1 - share = 1/2 of the way from 0.9 to 0.1."""
    table = synonyms.crossings(curves())
    assert (table.P_S / table.scale).to_numpy() == pytest.approx(1, rel=0.05)
    assert synonyms.collapse_power(table).value == pytest.approx(1, abs=0.02)
    assert synonyms.against_error(table).value == pytest.approx(1, rel=0.05)


def test_no_collapse_is_seen():
    table = synonyms.crossings(curves(lambda v, L: 6 * v**L))
    assert synonyms.collapse_power(table).value < 0.9


def test_layers_drop_levels_as_claimed():
    runs = curve_of(6, 3, {1: 1296, 2: 1296, 3: 1296})
    table = synonyms.levels(runs, 3)
    assert len(table) == 4 * 3
    assert table.as_claimed.all()
    assert synonyms.same_P(table, 3)[2].value == pytest.approx(1, rel=0.02)


def test_a_layer_that_drops_too_early_or_a_level_that_goes_later_is_seen():
    runs = curve_of(6, 3, {1: 1296, 2: 2 * 1296, 3: 1296})
    runs["S_1_1"] = 0.1
    table = synonyms.levels(runs, 3)
    wrong = table[~table.as_claimed]
    assert wrong[["layer", "level"]].to_numpy().tolist() == [["1", 1]]
    assert synonyms.same_P(table, 3)[2].value == pytest.approx(2, rel=0.05)
    runs["S_3_2"] = 0.9
    assert synonyms.same_P(synonyms.levels(runs, 3), 3)[2] is None


def test_scalings_are_compared_task_by_task():
    """One falls at three times the P of the other, in the tasks that both have."""
    ours = synonyms.crossings(curves())
    later = synonyms.crossings(curves(lambda v, L: 3.0 * v ** (L + 1)))
    assert synonyms.between(later[later.L == 2], ours).value == pytest.approx(3, rel=0.03)


def test_claimed_pairs_are_counted_below_the_top():
    runs = curve_of(6, 3, {1: 1296, 2: 1296, 3: 1296})
    assert synonyms.claimed_words({(6, 3): runs}) == "8 of 8"
    runs["S_1_1"] = 0.1
    assert synonyms.claimed_words({(6, 3): runs}) == "7 of 8"
    assert synonyms.claimed_words({}) == "–"


def test_only_a_curve_that_is_meant_can_be_shown():
    assert synonyms.check_shown(8, "book") == 8
    for profile, shown in (("book", 5), ("smoke", 8), ("book", True), ("book", "6")):
        with pytest.raises(ValueError, match=says("shown", 4, profile, repr(shown))):
            synonyms.check_shown(shown, profile)


def test_the_lazier_scaling_is_the_authors():
    config = sensitivity_curve(4, 2, scaling="channels")[0]
    assert config.scaling == "channels"
    assert config.lr / config.batch_size == pytest.approx(0.1 / 128)


def test_too_little_is_none():
    table = synonyms.crossings({})
    assert synonyms.collapse_power(table) is synonyms.against_error(table) is None
    flat = curve_of(6, 2, {1: 1e9, 2: 1e9})
    assert np.isnan(synonyms.crossings({(6, 2): flat}).P_S[0])
    with pytest.raises(ValueError, match=says("v must be one of 6 at L = 2, not 5.")):
        synonyms.pick({(6, 2): flat}, 5, 2)
