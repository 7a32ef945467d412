"""Other ways of resampling an exponent, on tables whose exponents are known."""

import numpy as np
import pandas as pd

from srhm_book.complexity import firmness as firm


def table(bend=0.0, v=(4, 6, 8)):
    rows = [
        {"arch": "cnn", "v": each, "n_c": each, "m": m, "s": 2, "L": 2, "s0": s0}
        for each in v
        for m in (3, 4)
        for s0 in (0, 1, 2, 4)
    ]
    frame = pd.DataFrame(rows)
    log = np.log(frame.s0 + 1)
    noise = np.exp(0.02 * np.random.default_rng(0).normal(size=len(frame)))
    return frame.assign(P_star=3 * frame.n_c * frame.m**2 * np.exp(2 * log + bend * log**2) * noise)


def test_a_power_does_not_bend_and_a_bent_curve_does():
    (straight,) = firm.firmness(table()).itertuples()
    for found in (straight.points, straight.groups, straight.larger):
        assert abs(found.value - 2) < 0.05
        assert found.high - found.low < 0.5
    assert straight.bend.includes(0)
    assert firm.bends(firm.firmness(table())) == "nowhere"
    (bent,) = firm.firmness(table(bend=-0.3)).itertuples()
    assert bent.bend.includes(-0.3)
    falls = "at s=2, L=2 (the exponent falls as s₀ grows)"
    assert firm.bends(firm.firmness(table(bend=-0.3))) == falls
    assert "rises" in firm.bends(firm.firmness(table(bend=0.3)))


def test_one_group_or_few_settings_say_nothing():
    (alone,) = firm.firmness(table(v=(8,))).itertuples()
    assert alone.points is not None
    assert alone.groups is None
    assert firm.by_groups(firm.firmness(table(v=(8,))), "s=2, L=2") == "–"
    few = table()
    few = few.assign(P_star=few.P_star.where(few.index < 3, 20))
    (small,) = firm.firmness(few).itertuples()
    assert small.larger is None
