"""Tasks of equal size: Eq. 5 against Eq. 3, and the table of pairs."""

import numpy as np
import pandas as pd
import pytest

from messages import says
from srhm.stats.laws import lcn_scale
from srhm_book.complexity.fixed_d import as_predicted, eq5, fit_eq5, sparser_pairs
from srhm_book.complexity.table import complexity_table
from srhm_book.grids import fixed_d_grid, setting
from synthetic import runs_of


@pytest.mark.parametrize("s", [2, 3, 5])
@pytest.mark.parametrize("m", [1, 2, 7])
def test_eq_5_is_eq_3(s, m):
    for L in (1, 2, 5):
        for s0 in (0, 1, 4):
            d, F = (s * (s0 + 1)) ** L, (s0 + 1.0) ** -L
            assert eq5(F, d, m, s) == pytest.approx(lcn_scale(s, L, s0, 1, m))


def test_sparser_is_easier_just_when_m_exceeds_the_root_of_s():
    for m, s in ((2, 2), (3, 5), (2, 3)):
        assert eq5(0.1, 64, m, s) < eq5(1.0, 64, m, s)
    for m, s in ((1, 2), (2, 5)):
        assert eq5(0.1, 64, m, s) > eq5(1.0, 64, m, s)


def measured(C=1.5, spread=1.0, power=1.0):
    """P* = C * law^power for the settings of the book's grid, seeds a factor ``spread`` apart."""
    grid = [c for c in fixed_d_grid() if c.s**c.L <= 16 and c.P > 300]
    runs = {}
    for config in grid:
        law = lcn_scale(config.s, config.L, config.s0, config.n_c, config.m)
        stars = [C * law**power * f for f in (1 / spread, 1, spread)]
        runs[config] = runs_of(config, stars)
    return complexity_table(runs)


def test_pairs_are_neighbours_of_equal_size():
    pairs = sparser_pairs(measured())
    assert len(pairs) >= 5
    for side in ("dense", "sparse"):
        size = (pairs.s * (pairs[f"s0 {side}"] + 1)) ** pairs[f"L {side}"]
        assert size.tolist() == pairs.d.tolist()
    assert (pairs["F sparse"] < pairs["F dense"]).all()
    assert (pairs["L sparse"] < pairs["L dense"]).all()
    assert not pairs.duplicated(["v", "m", "s", "d", "F dense"]).any()


def test_three_of_a_size_make_two_pairs():
    three = [setting("lcn", 4, s0, L=L, m=2) for L, s0 in ((6, 0), (3, 1), (2, 3))]
    runs = {c: runs_of(c, [900.0 * c.L] * 3) for c in three}
    pairs = sparser_pairs(complexity_table(runs))
    assert pairs["L dense"].tolist() == [6, 3]
    assert pairs["L sparse"].tolist() == [3, 2]
    assert pairs.ratio.tolist() == pytest.approx([1 / 2, 2 / 3], rel=2e-3)


def test_the_law_itself_is_found():
    pairs = sparser_pairs(measured())
    assert pairs.ratio.tolist() == pytest.approx(pairs.predicted.tolist(), rel=5e-3)
    assert as_predicted(pairs).all()
    fit = fit_eq5(pairs)
    assert fit.exponents["predicted"].value == pytest.approx(1, abs=0.01)
    assert fit.prefactor.value == pytest.approx(1, abs=0.01)


def test_a_weaker_effect_is_found_too():
    fit = fit_eq5(sparser_pairs(measured(C=60, power=0.5)))
    assert fit.exponents["predicted"].value == pytest.approx(0.5, abs=0.02)
    assert not fit.exponents["predicted"].includes(1)


def test_m_below_the_root_of_s_turns_the_sign():
    pairs = sparser_pairs(measured())
    assert (pairs.predicted[pairs.m == 1] > 1).all()
    assert (pairs.predicted[pairs.m > 1] < 1).all()
    assert set(pairs.side[pairs.m == 1]) == {"above 1"}
    assert set(pairs.side[pairs.m > 1]) == {"below 1"}


def test_noise_leaves_a_pair_open():
    pairs = sparser_pairs(measured(spread=2.0))
    close = pairs[pairs.predicted.between(0.5, 2)]
    assert len(close)
    assert set(close.side) == {"either"}
    assert not as_predicted(close).any()
    assert (pairs.low < pairs.ratio).all()
    assert (pairs.ratio < pairs.high).all()


@pytest.mark.parametrize("spread", [1.1, 1.3, 2.0])
def test_a_side_is_where_the_whole_interval_is(spread):
    pairs = sparser_pairs(measured(spread=spread))
    expected = np.where(pairs.high < 1, "below 1", np.where(pairs.low > 1, "above 1", "either"))
    assert pairs.side.tolist() == expected.tolist()
    assert spread == 1.1 or ((pairs.low < 1) & (pairs.high > 1) & (pairs.high < 2)).any()


def test_nothing_measured_is_an_empty_table_and_a_clear_error():
    pairs = sparser_pairs(complexity_table({}))
    assert pairs.empty
    assert {"predicted", "ratio", "side"} <= set(pairs.columns)
    with pytest.raises(ValueError, match=says("3 pairs", 0)):
        fit_eq5(pairs)


def test_settings_without_P_star_make_no_pairs():
    table = measured()
    table["P_star"] = np.nan
    assert isinstance(sparser_pairs(table), pd.DataFrame)
    assert sparser_pairs(table).empty
