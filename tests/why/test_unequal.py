"""Three thresholds with unequal probabilities: which columns, and ratios from made-up runs."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from srhm.runs.search import run_at
from srhm.stats.fits import Estimate
from srhm_book.curves import CURVES
from srhm_book.grids import setting
from srhm_book.why import tasks, unequal, unequal_answer, unequal_views
from srhm_book.why.expected import rare_factor, verdict
from srhm_book.why.thresholds import share_moved, targets

EQUAL, RARE = ("cnn", 1, 0), ("cnn", 0.05, 0)
SIZES = {"P": 1000.0, "S": 1500.0, "D": 800.0}


def config_of(case):
    arch, ratio, zipf = case
    return setting(arch, 4, 1, L=3, displacement_ratio=ratio, zipf=zipf)


def made(case, own, even=None, sizes=range(9, 14), last=None):
    """Three seeds whose curves cross their thresholds at given sizes, times 1, 1.1 and 1.2."""
    config, rows = config_of(case), []
    for P in [2**i for i in sizes]:
        for seed in range(3):
            run = run_at(config, P, seed)
            row = run.as_dict() | {"status": "converged", "seconds": 1.0}
            for reading, crossings in (("own", own), ("even", even or own)):
                for name, target in targets(config, reading).items():
                    fall = math.log(P / (crossings[name] * (1 + seed / 10)))
                    row[target.quantity] = max(target.threshold * (1 - 0.2 * fall), 0)
            rows.append(row)
    return pd.DataFrame(rows)


def test_the_two_readings():
    config = config_of(RARE)
    moved = 2 * 0.05 / 1.05**2 / 0.5  # of two places p and q, over a half
    assert share_moved(config) == pytest.approx(moved)
    own, even = targets(config, "own"), targets(config, "even")
    assert own["D"].threshold == pytest.approx(even["D"].threshold * moved)
    assert own["S"].threshold == even["S"].threshold
    assert [t.quantity for t in even.values()] == ["even_test_error", "even_S_2_1", "even_D_2_1"]
    equal = config_of(EQUAL)
    assert targets(equal, "own") == targets(equal, "even")
    assert [t.quantity for t in targets(equal, "own").values()] == ["test_error", "S_2_1", "D_2_1"]


@pytest.mark.parametrize(
    ("ends", "expected"),
    [((0.7, 1.4), "together"), ((0.6, 1.4), "open"), ((1.6, 3), "parted"), ((0.1, 0.6), "parted")],
)
def test_the_rule(ends, expected):
    assert verdict(Estimate(1.0, *ends)) == expected
    assert verdict(None) == "open"


def test_how_much_rarer():
    assert rare_factor(np.array([0.5, 0.5])) == 1
    assert rare_factor(np.array([0.9, 0.1])) == pytest.approx(5)
    found = unequal_views.rarity("book")
    assert found[RARE] == pytest.approx(1.05 / 0.1)
    assert found["cnn", 1, 2] == pytest.approx((1 + 1 / 4 + 1 / 9 + 1 / 16) * 16 / 4)
    assert found[EQUAL] == 1


def test_ratios_over_those_at_equal_probabilities():
    late = {"P": 1000.0, "S": 1500.0, "D": 2400.0}
    runs = {EQUAL: made(EQUAL, SIZES), RARE: made(RARE, late, even=SIZES)}
    table = unequal.parting_table(runs)
    found = table[table.how == unequal.THRESHOLD].set_index(["reading", "pair"])
    assert found.ratio["own", "D/S"].value == pytest.approx(1.6)
    assert found.over_equal["own", "D/S"].value == pytest.approx(3)
    assert found.over_equal["own", "S/P"].value == pytest.approx(1)
    assert found.verdict.to_dict() == {
        ("own", "D/S"): "parted", ("own", "S/P"): "together", ("own", "D/P"): "parted",
        ("even", "D/S"): "together", ("even", "S/P"): "together", ("even", "D/P"): "together",
    }  # fmt: skip
    rare = unequal_views.rarity("book")
    told = unequal_answer.ratio_sentence(table, rare, "cnn", "places")
    assert told.startswith("10 times rarer: 3.00 (3.00 to 3.00: parted) at the thresholds, ")
    assert told.endswith(" at half of each fall.")
    assert unequal_answer.ratio_sentence(table, rare, "cnn", "synonyms") == "not measured."
    assert unequal_views.equal_words(table) == "P*_D/P*_S 0.53, P*_S/P* 1.50 and P*_D/P* 0.80"
    assert "P*_D/P*_S 3.00" in unequal_views.parted_words(table, "own")
    assert unequal_views.parted_words(table, "even") == "none"
    together = [unequal_views.together_words(table, r, "threshold") for r in ("own", "even")]
    assert together == ["none", "CNN, displacement ratio 0.05"]
    assert "1 together, of 1 tasks" in unequal_views.verdict_words(table, "own", "S/P")


def test_a_size_beyond_the_largest_is_a_bound():
    """It can part, and cannot be together."""
    never = SIZES | {"D": 1e6}
    runs = {EQUAL: made(EQUAL, SIZES), RARE: made(RARE, never)}
    found = unequal.parting_table(runs).query("how == 'threshold' and reading == 'own'")
    found = found.set_index("pair")
    assert found.bound.to_dict() == {"D/S": True, "S/P": False, "D/P": True}
    assert found.ratio["D/P"].value == pytest.approx(8192 / 1096.96, rel=0.01)  # the seeds' mean
    assert found.verdict["D/P"] == "parted"
    shown = unequal_views.parting_view(unequal.parting_table(runs), "own")
    assert shown.value[0].startswith("> ")
    assert "(at least " in shown["over equal"][0]  # the low end decides
    near = SIZES | {"D": 8200.0, "P": 6000.0, "S": 6000.0}
    runs = {EQUAL: made(EQUAL, SIZES | {"D": 1400.0}), RARE: made(RARE, near)}
    found = unequal.parting_table(runs).query("how == 'threshold' and reading == 'own'")
    assert found.set_index("pair").verdict["D/P"] == "open"


def test_the_curves_are_those_that_the_command_trains():
    curves = unequal.curves_of("book")
    assert [c for own in curves.values() for c in own] == CURVES["two_invariances"]
    assert {case[0] for case in curves} == set(tasks.UNEQUAL_ODDS)
    assert {c.P for c in curves[EQUAL]} == {c.P for c in curves[RARE]}


def test_what_is_said_where_nothing_parts():
    little = SIZES | {"S": 1650.0, "D": 960.0}
    table = unequal.parting_table({EQUAL: made(EQUAL, SIZES), RARE: made(RARE, little)})
    rare = unequal_views.rarity("book")
    said = unequal_answer.answer(table, rare)
    assert said.startswith("They are not shown to come apart. In all tasks (places up to 10 times")
    assert said.endswith("stays within a factor of 1.5 in 1 and is open in 0.")
    told = unequal_answer.ratio_sentence(table, rare, "cnn", "places")
    assert told == "10 times rarer: together."
    assert unequal_answer.answer(table.iloc[:0], rare) == "Not measured yet."


@pytest.mark.parametrize(("half", "told"), [(3.0, "parted"), (1.0, "one")])
def test_parted_is_told_where_it_does_not_hang_on_the_thresholds(half, told):
    """A ratio that is back at one without thresholds is given with both values, and not told."""
    late = {"P": 1000.0, "S": 1500.0, "D": 2400.0}
    table = unequal.parting_table({EQUAL: made(EQUAL, SIZES), RARE: made(RARE, late)})
    by_half = table.how == unequal.HALF
    other = Estimate(half, 0.9 * half, 1.1 * half)
    table["over_equal"] = [
        other if no else e for no, e in zip(by_half, table.over_equal, strict=True)
    ]
    table["verdict"] = [verdict(e) for e in table.over_equal]
    rare = unequal_views.rarity("book")
    assert unequal_answer.in_both(table, rare, "own", "D/S").told.tolist() == [told]
    both = f"10 times rarer: 3.00 (3.00 to 3.00: parted) at the thresholds, {half:.2f} ("
    assert unequal_answer.ratio_sentence(table, rare, "cnn", "places").startswith(both)
    said = unequal_answer.answer(table, rare)
    assert said.startswith("They can come apart" if told == "parted" else "They are not shown")
    assert ("so rare would make it 10." in said) == (told == "parted")


def test_a_task_without_a_value_is_told_and_not_counted():
    table = unequal.parting_table({EQUAL: made(EQUAL, SIZES), RARE: made(RARE, SIZES)})
    gone = table.pair.str.startswith("D/") & (table.reading == "own")
    table = table.assign(over_equal=table.over_equal.mask(gone, None).where(~gone, None))
    rare = unequal_views.rarity("book")
    assert unequal_answer.ratio_sentence(table, rare, "cnn", "places") == "10 times rarer: open."
    assert unequal_answer.in_both(table, rare, "own", "D/S").words.tolist() == [
        "no value at the thresholds, no value at half of each fall"
    ]
    assert unequal_answer.answer(table, rare) == "Not measured yet."
    assert unequal_views.verdict_words(table, "own", "D/S") == "not measured"
    assert "no value" in set(unequal_views.parting_view(table, "own").verdict)


def test_one_invariance_alone_is_read_seed_by_seed():
    dense = setting("cnn", 4, 0, L=3)
    rows = []
    for P, seed in itertools.product((256, 512, 1024, 2048), range(3)):
        row = run_at(dense, P, seed).as_dict() | {"status": "converged", "seconds": 1.0}
        for (name, target), P_star in zip(
            targets(dense, "own").items(), (500, 1000, 9), strict=True
        ):
            fall = math.log(P / (P_star * (1 + seed / 10)))
            row[target.quantity] = target.threshold * (1 - 0.2 * fall) if name != "D" else math.nan
        rows.append(row)
    found = unequal_views.single_table(pd.DataFrame(rows), [dense, setting("lcn", 4, 0, L=3)])
    assert found.only.tolist() == ["synonyms"]
    ratio = found.ratio[0]
    assert (ratio.low, ratio.value, ratio.high) == pytest.approx((2, 2, 2), rel=0.01)
    assert unequal_views.synonyms_alone(found) == "2.00 (2.00 to 2.00) for the CNN"
    assert unequal_views.single_view(found).seeds.tolist() == [3]


def test_where_the_test_data_are_not_the_tasks():
    found = pd.DataFrame({"case": ["a", "b", "c"], "P": 9, "task": 0.01, "training": 0.01,
                          "test": [0.012, 0.06, 0.005]})  # fmt: skip
    assert unequal_views.atypical_words(found) == (
        "b (6.0 times as often) and c (0.5 times as often)"
    )
    assert unequal_views.typical_view(found)["in test"].tolist() == ["1.20%", "6.00%", "0.50%"]
