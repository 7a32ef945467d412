"""A training watched is the same training; the order of falls against known curves."""

import math

import numpy as np
import pandas as pd
import pytest

from messages import says
from srhm.runs.trace import is_due, trace, trace_all
from srhm.stats.ratios import PairedRatio
from srhm.training.config import RunConfig
from srhm.training.run import train
from srhm_book.complexity.transitions import compare_times, fall_times, order

EASY = RunConfig(v=4, s0=1, P=200, batch_size=32, arch="cnn", width=32, lr=0.3, num_test=400)
EASY = EASY.replace(stop_loss=0.1, max_epochs=30)
# Many rows of the first layer and few data a step: weights catch up only when they are read.
LAZY = EASY.replace(arch="lcn", s0=3, batch_size=8, lr=0.1, max_epochs=3)


@pytest.mark.parametrize("config", [EASY, LAZY], ids=["direct", "lazy"])
def test_the_last_row_is_what_train_finds(config):
    frame, run = trace(config, device="cpu"), train(config, "cpu")
    last = frame.iloc[-1]
    assert (last.step, last.epoch, last.status) == (run["steps"], run["epochs"], run["status"])
    assert last.test_error == pytest.approx(run["test_error"], abs=0.003)
    for name in ("test_loss", "S_2_1", "D_2_1", "S_out_2", "D_1_1_se"):
        assert last[name] == pytest.approx(run[name], rel=1e-3)


def test_measures_at_the_start_and_evenly_in_log_steps():
    frame = trace(EASY, per_octave=2, device="cpu")
    assert frame.step.tolist()[:8] == [0, 1, 2, 3, 4, 6, 8, 11]
    assert frame.step.is_monotonic_increasing
    assert frame.step.is_unique
    assert frame.test_error.iloc[0] > 0.6
    assert frame.epoch.iloc[1] == pytest.approx(1 / math.ceil(200 / 32))
    assert (frame.seed_init == EASY.seed_init).all()


def test_due_steps_are_the_rounded_powers():
    for per_octave in (1, 3, 4):
        expected = {round(2 ** (i / per_octave)) for i in range(12 * per_octave)}
        assert {step for step in range(1, 2000) if is_due(step, per_octave)} == {
            step for step in expected if step < 2000
        }


def test_several_traces_come_one_after_the_other():
    other = EASY.replace(seed_init=1, max_epochs=2)
    both = trace_all([EASY.replace(max_epochs=2), other], per_octave=1, device="cpu", workers=1)
    alone = trace(other, per_octave=1, device="cpu")
    assert set(both.seed_init) == {0, 1}
    pd.testing.assert_frame_equal(both[both.seed_init == 1].reset_index(drop=True), alone)


def test_a_number_of_processes_below_0_is_refused():
    with pytest.raises(ValueError, match=says("workers", "integer", 0, -1)):
        trace_all([EASY], workers=-1)


@pytest.mark.parametrize("per_octave", [0, 1.5, True])
def test_bad_spacing_is_refused(per_octave):
    with pytest.raises(ValueError, match=says("per_octave", "integer", 1, per_octave)):
        trace(EASY, per_octave=per_octave)


def falling(times, seeds=3, scatter=0.0):
    """Curves of given quantities that fall linearly in log(step) about their times."""
    rows = []
    for seed in range(seeds):
        shift = 1 + scatter * (seed - 1)
        for step in [0, *(2**i for i in range(12))]:
            row = {"step": step, "seed_rules": seed, "seed_sample": seed, "seed_init": seed}
            for name, (time, first, last) in times.items():
                log = math.log(max(step, 1) / (time * shift))
                row[name] = last + (first - last) * float(np.clip(0.5 - log / 4, 0, 1))
            rows.append(row)
    return pd.DataFrame(rows)


def test_fall_times_do_not_depend_on_where_a_curve_begins_and_ends():
    curves = falling({"test_error": (80, 0.8, 0.0), "S_2_1": (40, 0.7, 0.2), "D_2_1": (10, 5, 4)})
    times = fall_times(curves, "step", ["test_error", "S_2_1", "D_2_1"])
    assert times.shape == (3, 3)
    np.testing.assert_allclose(times.to_numpy(), [[80, 40, 10]] * 3, rtol=0.03)
    late = fall_times(curves, "step", ["test_error"], share=0.75)
    np.testing.assert_allclose(late, 80 * math.e, rtol=0.03)


def test_what_does_not_fall_has_no_time():
    curves = falling({"test_error": (80, 0.8, 0.0), "S_2_1": (40, 0.2, 0.7)})
    curves["D_2_1"] = math.nan
    times = fall_times(curves, "step", ["test_error", "S_2_1", "D_2_1"])
    assert times[["S_2_1", "D_2_1"]].isna().all(axis=None)
    table = compare_times(times)
    assert table.num_seeds.tolist() == [0, 0]
    assert table.order.tolist() == ["unknown", "unknown"]


def test_a_second_fall_counts():
    """A quantity that comes back up has fallen only when it falls for good."""
    curves = falling({"test_error": (256, 1, 0)}, seeds=1)
    curves.loc[curves.step == 4, "test_error"] = 0.1
    assert fall_times(curves, "step", ["test_error"]).iloc[0, 0] == pytest.approx(256, rel=0.03)


def test_comparison_gives_ratio_and_order():
    curves = falling(
        {"test_error": (50, 1, 0), "S_2_1": (45, 1, 0), "D_2_1": (10, 1, 0), "T": (250, 1, 0)},
        scatter=0.02,
    )
    table = compare_times(fall_times(curves, "step", ["test_error", "S_2_1", "D_2_1", "T"]))
    assert table.ratio.tolist() == pytest.approx([0.9, 0.2, 5], rel=0.05)
    assert table.order.tolist() == ["before", "before", "after"]
    assert (table.low <= table.ratio).all()
    assert (table.num_seeds == 3).all()


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.6, 0.9, "before"),
        (1.1, 3.0, "after"),
        (0.9, 1.1, "not told apart"),
        (None, None, "unknown"),
    ],
)
def test_order_of_an_interval(low, high, expected):
    assert order(PairedRatio(1.0, low, high, 3)) == expected


def test_bad_curves_are_refused():
    curves = falling({"test_error": (80, 1, 0)})
    with pytest.raises(ValueError, match=says("share", "0 and 1", "not 1")):
        fall_times(curves, "step", ["test_error"], share=1)
    with pytest.raises(ValueError, match=says("column 'S_2_1'")):
        fall_times(curves, "step", ["S_2_1"])
    with pytest.raises(ValueError, match=says("column 'test_error'")):
        compare_times(pd.DataFrame({"S_2_1": [1.0]}))
