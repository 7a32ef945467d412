"""Exponents by level from runs whose P* is known, and the sentences made of them."""

import math

import numpy as np
import pandas as pd
import pytest

from srhm.stats.fits import Estimate
from srhm.training.config import RunConfig
from srhm_book import style
from srhm_book.grids import GRID, GRIDS, setting
from srhm_book.why import chapter, figures, findings, steps, tasks, tell
from srhm_book.why.expected import exponents, law
from srhm_book.why.levels import (
    ALL,
    COLUMNS,
    as_text,
    growth_table,
    height,
    parts_of,
    predicted_growth,
)
from synthetic import runs_of

POWERS = {"lcn": (1.5, 1.0, 0.5), "cnn": (1.2, 0.0, 0.8)}


def made(v=4, L=3, s0=2, spread=1.0):
    """Runs at every place of the sparsity, P* a product of powers; seeds differ by ``spread``."""
    runs = {}
    for task in [*tasks.everywhere(v, L, (0, s0)), *tasks.one_level(v, L, (s0,))]:
        arch, config = task[0], chapter.setting_of(task)
        factors = zip(config.task.s0_levels, POWERS[arch], strict=True)
        P_star = 600 * math.prod((n + 1) ** power for n, power in factors)
        noise = spread if config.s0 else 1.0
        runs[config] = runs_of(config, [P_star / noise, P_star, P_star * noise])
    return runs


def test_where_a_task_is_sparse():
    assert [height(s0) for s0 in ((2, 0, 0), (0, 2, 0), (0, 0, 2), (2, 2, 2))] == [
        "lowest", "middle", "top", ALL,
    ]  # fmt: skip
    assert height((3, 0)) == "lowest"
    assert height((0, 2, 2)) == "all but the lowest"
    assert parts_of("all but the lowest", 3) == ["middle", "top"]
    assert (parts_of(ALL, 2), parts_of("top", 2)) == (["lowest", "top"], ["top"])
    assert {height(s0) for s0 in ((0, 0), (1, 2), (2, 0, 1))} == {None}


def test_exponents_are_those_the_runs_were_made_with():
    table = growth_table(made()).set_index(["arch", "where"])
    for arch, powers in POWERS.items():
        for where, power in zip(("lowest", "middle", "top"), powers, strict=True):
            assert table.exponent[arch, where].value == pytest.approx(power, abs=0.01)
        assert table.exponent[arch, ALL].value == pytest.approx(sum(powers), abs=0.01)
    assert (table.num_seeds == 3).all()


def test_the_interval_is_students_over_seeds():
    found = growth_table(made(spread=2.0)).set_index(["arch", "where"]).exponent["lcn", "top"]
    half = 4.303 * math.log(2) / math.sqrt(3) / math.log(3)  # t of two degrees of freedom
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.02)
    assert found.includes(0.5)


def test_without_the_dense_task_there_is_no_growth():
    runs = {c: own for c, own in made().items() if c.s0 != 0}
    assert growth_table(runs).empty
    assert "not measured" in findings.levels_sentence(growth_table(runs), "cnn")


def test_sentences_name_every_place():
    table = growth_table(made())
    told = findings.levels_sentence(table, "lcn")
    for words in (
        "LCN, L = 3: from s₀ = 0 to 2 (s₀+1 = 3)",
        "by 5.2 at the lowest",
        "by 27.0, where",
    ):
        assert words in told  # 3^1.5, 3^3
    part = findings.levels_sentence(table[table["where"] != "middle"], "lcn")
    assert "at the top; at all of them" in part
    assert "product" not in part
    assert findings.who_pays(table) == "5 of 6 do"  # 1.00 at the middle of the CNN
    assert findings.who_pays(table[table.arch == "lcn"]) == "Every level does"
    other = table.copy()  # the sums are 3 and 2
    for power, told in ((Estimate(2.4, 2.3, 2.5), "1 of 2"), (Estimate(1.0, 0.9, 1.1), "2 of 2")):
        other.loc[other["where"] == ALL, "exponent"] = [power] * 2
        assert findings.products_sentence(other) == told
    beside = findings.beside_one_step(table, predicted_sizes(POWERS))
    assert beside.iloc[1].tolist()[:3] == ["LCN", "random", "0.00"]
    assert "5.20 (5.20 to 5.20)  1.50 (1.50 to 1.50)" in as_text(table).to_string()  # 3^1.5


def predicted_sizes(powers):
    """`predicted_growth` of P_c that follow products of powers."""
    rows = []
    for arch, own in powers.items():
        for s0 in ("2,0,0", "0,2,0", "0,0,2", 2, 0):
            levels = RunConfig(v=4, L=3, s0=s0, P=1, batch_size=1).task.s0_levels
            P_c = 300 * math.prod((n + 1) ** p for n, p in zip(levels, own, strict=True))
            for seed in range(3):
                row = {"arch": arch, "v": 4, "s": 2, "L": 3, "m": 4, "s0": s0, "seed": seed}
                rows.append(row | {"weights": "random", "P_c": P_c * (1 + seed)})
    return predicted_growth(pd.DataFrame(rows))


def test_growth_of_P_c_is_seed_by_seed():
    found = predicted_sizes(POWERS).set_index(["arch", "where"]).exponent
    assert found["cnn", "middle"].value == pytest.approx(0, abs=1e-9)
    assert found["cnn", ALL].high == pytest.approx(2.0)  # a factor of each seed drops out


def test_slopes_and_constants():
    rows = [
        {"arch": "lcn", "v": 6, "s": 2, "L": 2, "m": 6, "s0": s0, "weights": "equal", "seed": seed,
         "P_c": 100 * (1 + seed) * (s0 + 1) ** 2}
        for s0 in (0, 1, 2, 4) for seed in range(3)
    ]  # fmt: skip
    sizes = pd.DataFrame(rows).astype({"s0": object})
    (found,) = steps.slopes(sizes).exponent
    assert (found.low, found.high) == (pytest.approx(2), pytest.approx(2))
    runs = {}
    for s0 in (0, 1, 2, 4):
        config = setting("lcn", 6, s0)
        runs[config] = runs_of(config, [500.0 * (s0 + 1) ** 2] * 3)
    table = steps.beside_P_star(runs, sizes)
    P_c = 1 / np.mean([1 / 100, 1 / 200, 1 / 300])
    assert table.P_c.tolist() == pytest.approx([P_c * (s0 + 1) ** 2 for s0 in (0, 1, 2, 4)])
    shared = steps.constants(table).iloc[0]
    assert shared.constant == pytest.approx(500 / P_c, rel=0.01)
    assert shared.widest == pytest.approx(1, abs=0.01)
    assert shared.power.value == pytest.approx(1, abs=0.01)
    both = pd.DataFrame({"arch": ["cnn", "lcn"], "weights": "equal", "widest": [9.0, 1.9]})
    assert tell.nearly_one(both, "equal") == "for the LCN alone"
    assert tell.nearly_one(both.assign(widest=3.0), "equal") == "for neither network"
    assert tell.nearly_one(both.assign(widest=1.5), "equal") == "for the CNN and LCN"
    assert tell.widest_words(both, "equal") == "1.9 for the LCN and 9.0 for the CNN"
    slopes = steps.slopes(sizes)
    assert tell.held_words(slopes, "lcn", 2, 2.0) == "equal weights, 2.00 (2.00 to 2.00): yes"
    assert tell.held_words(slopes, "lcn", 2, 3.0) == "equal weights, 2.00 (2.00 to 2.00): no"
    wide = slopes.assign(exponent=[Estimate(3.2, 1.1, 5.3)])
    assert tell.held_words(wide, "lcn", 2, 2.0).endswith(": too wide to tell")
    assert tell.held_words(slopes, "cnn", 2, 2.0) == "not measured"


def test_what_was_expected_sums_up():
    assert sum(exponents("lcn", "equal", 3)) == law("lcn", 3) == 3
    assert sum(exponents("cnn", "equal", 3)) == 1
    assert law("cnn", 1) != law("lcn", 1)  # though they are one network


@pytest.mark.parametrize("profile", ["book", "fresh", "smoke"])
def test_every_profile_has_the_dense_task_beside_the_sparse(profile):
    settings = chapter.level_settings(profile)
    for L, arch in {(c.L, c.arch) for c in settings}:
        own = [c for c in settings if (c.L, c.arch) == (L, arch)]
        assert {height(c.task.s0_levels) for c in own} >= {None, ALL, "lowest", "top"}
        assert any(c.s0 == 0 for c in own)
    assert all(c.s0 >= 1 for c in chapter.depth_settings(profile))


def test_the_grids_are_of_the_training_of_all_grids():
    base = setting("lcn", 6, 1)
    for c in [*GRIDS["which_level"], *GRIDS["shallow"]]:
        assert (c.width, c.lr, c.stop_loss) == (base.width, base.lr, base.stop_loss)


def test_depth_by_itself():
    powers, runs = {2: 2.0, 3: 2.5, 4: 3.0}, {}
    for c in chapter.few_settings("book"):
        P_star = 100 * (c.s0 + 1) ** (powers[c.L] if c.s0 else 9)  # s0 = 0 does not count
        runs[c] = runs_of(c, [0.97 * P_star, P_star, 1.03 * P_star][:: -1 if c.s0 == 1 else 1])
    few = chapter.depth_exponents(runs)
    found = {L: power.value for (arch, L), power in few.items() if arch == "cnn"}
    assert found == pytest.approx(powers, abs=0.02)
    measured = pd.DataFrame(columns=COLUMNS)
    told = findings.depth_sentence(few, measured)
    assert told.startswith("With all levels sparse, from s₀ ≥ 1 on, the CNN's exponent is 2.0")
    assert told.endswith(" at L = 4.")
    rows = [(4, "cnn", 8, ALL, 2, None, Estimate(3.6, 3.5, 3.7), 3)]
    measured = pd.DataFrame(rows, columns=COLUMNS)
    told = findings.depth_sentence(few, measured)
    assert told.endswith("At L = 4 it is also 3.60 (3.50 to 3.70) from s₀ = 0 to 2: not one power.")
    rows = [(4, "cnn", 8, ALL, 2, None, Estimate(3.0, 2.9, 3.5), 3)]
    told = findings.depth_sentence(
        few, pd.DataFrame(rows, columns=COLUMNS), Estimate(2.9, 2.1, 3.1)
    )
    assert told.endswith("and 2.90 (2.10 to 3.10) over all v: not told from one power.")
    assert findings.depth_sentence({}, measured) == "By depth: not measured yet."
    row = {"arch": "cnn", "weights": "random", "L": 4, "s0": 2, "P_c": 2 * 100 * 3.0**3}
    over = findings.step_over_training(runs, pd.DataFrame([row, row | {"L": 3, "P_c": 1.0}]))
    assert over == (
        "2.0 times P* at L = 4, s₀ = 2: in this task a first step's gradient is still mostly noise "
        "at P*"
    )
    low = findings.step_over_training(runs, pd.DataFrame([row | {"P_c": 1000.0}]))
    assert "no longer mostly noise" in low
    assert findings.step_over_training({}, pd.DataFrame([row])) == "–"
    step = {("cnn", "random", L): power for L, power in ((2, 2.0), (3, 3.1), (4, 4.2))}
    told = findings.beside_step(few, step)
    assert told == (
        "2.0 at L = 2, 3.1 at L = 3 and 4.2 at L = 4, outside the interval at L = 3 and L = 4"
    )
    assert findings.beside_step(few, {}) == "–"
    _, axes = style.new_axes(2)
    figures.draw_by_depth(axes, [("a", {}, {("cnn", "random", 1): 1.0}), ("b", few, {})])
    places = [line.get_xdata() for line in axes[1].lines if line.get_marker() == "s"]
    assert np.concatenate(places) == pytest.approx([2.12, 3.12, 4.12])


def test_only_four_levels_train_at_half_the_rate():
    rates = {c.L: c.lr for c in chapter.few_settings("book")}
    assert (rates[2], rates[3], rates[4]) == (GRID["lr"], GRID["lr"], GRID["lr"] / 2)
