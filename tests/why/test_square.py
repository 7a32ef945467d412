"""Exponents by scaling, depth and size of a tuple; the algorithm's growth beside the CNN's."""

from types import SimpleNamespace

import pandas as pd
import pytest

from srhm.runs.store import Store
from srhm.stats.fits import Estimate
from srhm_book.grids import GRIDS, setting
from srhm_book.why import best_chapter, best_growth, cnn_exponents, square, tasks
from srhm_book.why.levels import COLUMNS
from synthetic import runs_of


def crossing(config, P_star):
    P_stars = [0.97 * P_star, P_star, 1.03 * P_star]
    return runs_of(config, P_stars[::-1] if config.s0 == 1 else P_stars)  # seeds differ in growth


def test_the_lazier_grid_moves_as_fast_at_the_start():
    for lazy, task in zip(GRIDS["square_lazier"], tasks.LAZIER, strict=True):
        arch, v, s, L, m, s0 = task
        ours = setting(arch, v, s0, s=s, L=L, n_c=m, m=m)
        assert lazy.scaling == "channels"
        assert lazy.lr * ours.task.d == pytest.approx(ours.lr)
        assert lazy.task == ours.task


def test_exponents_and_what_is_said_of_them():
    chosen = square.square_settings("book")
    power = {"fan_in": 2.0, "channels": 1.5}
    runs = {
        c: crossing(c, 20 * (c.s0 + 1) ** (power[c.scaling] if c.s == 2 else c.s)) for c in chosen
    }
    table = square.exponents(runs, None)
    found = {(r.scaling, r.s, r.L, r.v): r.exponent.value for r in table.itertuples()}
    assert found["fan_in", 2, 3, 4] == pytest.approx(2, abs=0.02)
    assert found["channels", 2, 1, 8] == pytest.approx(1.5, abs=0.02)
    assert found["fan_in", 3, 2, 4] == pytest.approx(3, abs=0.02)
    words = square.scaling_words(table)
    assert words.count("ours 2.0") == 3
    assert "at L = 1 (ours" in words
    by_s = square.s_words(square.exponents(runs, square.COMPARED_S0))
    assert "3.00 (" in by_s
    assert by_s.endswith("at s = 4 (2 outside by 1.60, 4 inside)")
    brief = square.s_brief(square.exponents(runs, square.COMPARED_S0))
    assert brief.startswith("With larger tuples it is 3.00")
    assert brief.endswith("; s is in each interval.")
    only = {c: own for c, own in runs.items() if c.s == 2}
    assert square.s_brief(square.exponents(only)) == ""
    assert "not measured for larger s" in square.s_words(square.exponents(only))
    assert square.scaling_words(square.exponents({})) == "not measured yet"


@pytest.mark.parametrize(
    ("power", "words"), [(2.6, "it is larger"), (2.0, "it is not shown to be larger")]
)
def test_scalings_are_compared_seed_by_seed(power, words, monkeypatch):
    chosen = [setting("cnn", 4, s0, L=3) for s0 in square.COMPARED_S0]
    chosen += [c for c in GRIDS["square_lazier"] if c.L == 3]
    powers = {"fan_in": 2.0, "channels": power}
    frames = [crossing(c, 2000 * (c.s0 + 1) ** powers[c.scaling]) for c in chosen]
    frame = pd.concat(frames, ignore_index=True)
    table = square.paired_exponents(frame)
    assert list(table.L) == [3]
    row = table.iloc[0]
    assert (row.fan_in.value, row.channels.value) == pytest.approx((2, power), abs=0.1)
    assert row.more.value == pytest.approx(power - 2, abs=0.05)
    store = SimpleNamespace(frame=lambda: frame, get=lambda _: None)
    monkeypatch.setattr(square, "searched_runs", lambda *_: ({}, ["one"]))
    brief = square.scaling_brief(table, [])
    assert words in brief
    assert square.scaling_brief(table.assign(L=2), []) == ""
    ours = {"L": 2, "num": 9, "grids": Estimate(2, 1.9, 2.1)}
    low, high = ([SimpleNamespace(**ours, cheap=Estimate(x, x - 0.1, x + 0.1))] for x in (2.0, 2.5))
    assert square.scaling_brief(table, low).endswith("training it is not shown to be above ours.")
    assert square.scaling_brief(table, high).endswith("training it is above ours.")
    assert square.authors_words(high) == (
        "2.50 (2.40 to 2.60) at L = 2 (ours on the same 9 tasks 2.00 (1.90 to 2.10))"
    )
    told = square.caveats(store, frame)
    assert "differ by up to 1.1 times, not all searches are complete and the rate" in told
    assert "falls with s₀ (from 0.01 to 0.003)" in told
    assert square.caveats(None, frame.head(0)) == "Not measured yet."
    assert square.paired_words(table).count("at L = 3 (ours") == 1


def test_every_value_of_the_exponent_says_of_what_it_is(tmp_path):
    dense = pd.DataFrame(
        [(3, "cnn", 4, "all", 2, None, Estimate(2.2, 2.1, 2.3), 8),
         (3, "cnn", 4, "top", 2, None, Estimate(0.8, 0.7, 0.9), 3),
         (3, "lcn", 4, "all", 2, None, Estimate(3.1, 3.0, 3.2), 3)], columns=COLUMNS,
    )  # fmt: skip
    names = [*square.FAMILY, "s0s", "exponent", "seeds"]
    half = Estimate(1.5, 1.0, 2.0)
    rows = [("channels", 2, 1, 8, "4 and 9", half, 3), ("fan_in", 3, 2, 4, "1 and 2", half, 3)]
    by_scaling = pd.DataFrame(rows, columns=names)
    config = next(c for c in GRIDS["few_synonyms"] if (c.arch, c.L, c.s0) == ("cnn", 2, 1))
    few = {("cnn", 2): half, ("lcn", 2): half}, {config: crossing(config, 300)}
    names = ["L", "s0", "read", "num_points", "exponent"]
    read = cnn_exponents.JOINT
    laws = pd.DataFrame(
        [(2, "all", read, 9, half), (3, "1 and more", read, 34, half)], columns=names
    )
    paired = square.paired_exponents(pd.DataFrame())
    table = cnn_exponents.every_exponent(dense, by_scaling, paired, few, laws, [], Store(tmp_path))
    assert list(table.L) == [1, 2, 2, 3, 3]
    assert list(table.over) == ["3 seeds", "3 seeds", "9 tasks", "8 seeds", "34 tasks"]
    assert table.tasks[0] == "v = 8, the authors' scaling"
    assert table.tasks[1] == "v = 8, n_c = 4, m = 2"
    shown = cnn_exponents.exponents_view(table)
    assert shown.count('<a href="36_which_level_pays.html">Which level pays') == 3
    assert '<a href="39_sharing_weights.html">' in shown
    assert cnn_exponents.over_all_v(laws, 3) == half
    assert cnn_exponents.over_all_v(laws, 2) is None
    assert cnn_exponents.law_exponents(None).empty


def algorithm(powers):
    """Rows of the algorithm: P* = 50 (s0+1)^power by the highest s0, six sizes."""
    rows = []
    for task in [*tasks.BEST, *tasks.BEST_BY_LEVEL, *tasks.BEST_BRANCHING]:
        s0 = task[4] if isinstance(task[4], int) else max(task[4])
        for places in (False, True):
            P_star = 50 * (s0 + 1.0) ** (powers.get(task[4], task[1]) if places else 0)
            for P in (P_star / 2, P_star, 2 * P_star):
                text = task[4] if isinstance(task[4], int) else ",".join(map(str, task[4]))
                error = 0.2 if P_star > P else 0.1 if P_star == P else 0.0
                for seed in range(3):
                    rows.append((*task[:4], text, places, P, seed, error))
    columns = ["v", "s", "L", "m", "s0", "places", "P", "seed", "test_error"]
    return pd.DataFrame(rows, columns=columns)


def test_growth_and_factors():
    rows = algorithm({(0, 0, 2): 0.5})
    cnn = {}
    for task in [*tasks.BEST, *tasks.BEST_BY_LEVEL]:
        v, s, L, m, s0 = task
        config = setting("cnn", v, s0, s=s, L=L, n_c=m, m=m)
        most = s0 if isinstance(s0, int) else max(s0)
        power = 2 if isinstance(s0, int) else 1
        cnn[config] = crossing(config, 90 * (most + 1) ** power)
    growth = best_growth.growth_table(rows, cnn).set_index("where")
    found = {where: e.value for where, e in growth.algorithm.items()}
    assert found["s = 2, L = 2, v = 6: everywhere"] == pytest.approx(2)
    assert found["s = 3, L = 2, v = 4: everywhere"] == pytest.approx(3)
    assert found["s = 2, L = 3, v = 4: top level"] == pytest.approx(0.5)
    assert growth.cnn["s = 2, L = 3, v = 4: lowest level"].value == pytest.approx(1, abs=0.02)
    assert growth.cnn["s = 3, L = 2, v = 4: everywhere"] is None
    words = best_growth.square_words(growth.reset_index())
    assert words.startswith("No.")
    assert "At s = 2, L = 2 the CNN's power is 2.0, 2.0 and 2.0 (2 is in the interval)" in words
    assert "told apart at the lowest, middle and top level" in words
    assert list(growth.cnn_seeds[:3]) == [3, 3, 3]
    assert best_growth.mean_apart(growth) == "0.00"
    seen = pd.DataFrame(
        [(*task, True, seed, 100.0, 50.0) for task in tasks.BEST for seed in range(3)],
        columns=["v", "s", "L", "m", "s0", "places", "seed", "every", "most"],
    )
    steps = pd.DataFrame(columns=["arch", "weights", *best_chapter.TASK, "P_c"])
    table = best_chapter.sizes_table({"cnn": cnn}, rows, seen, steps)
    factor, number = best_chapter.factor(table, "cnn", "algorithm places", sparse=True)
    assert number == 8
    assert factor.value == pytest.approx(1.8, rel=0.02)
    words = best_chapter.ratio_words(table, "cnn", "algorithm places")
    assert words.startswith("1.8 (1.")
    assert words.endswith(" at L = 3")
    assert best_chapter.ratio_words(table, "cnn", "seen places", by="s0").startswith("3.6 (")
    assert best_chapter.ratio_words(table, "lcn", "cnn") == "not known"
    only = table[table.s0 < 2]  # one task at L = 3
    assert "L = 3" not in best_chapter.ratio_words(only, "cnn", "seen", fewest=2)
    steps = best_chapter.steps_view(table).set_index("what costs").loc["the CNN's own"]
    assert steps["L = 2, s₀ = 1"].startswith("1.8 (")
    assert steps["L = 3, s₀ = 2"].endswith(") [1]")
    assert best_chapter.seeds_words(table) == "3 for the algorithm, 3 for networks"
    assert "s₀ = 0 the algorithm needs" in best_chapter.share_words(table)
    assert len(best_chapter.sizes_view(table)) == len(tasks.BEST)


def test_sizes_are_compared_seed_by_seed_and_a_limit_without_places_is_one_for_all_s0():
    """Seeds that differ tenfold in both terms leave their ratio as certain as one seed does."""
    task = dict(zip(best_chapter.TASK, (4, 2, 3, 4, 1), strict=True))
    rows = [
        (*(task | {"s0": s0}).values(), False, seed, 10.0 ** (seed + 1) * 2**s0, 1.0)
        for s0 in (0, 1, 2)
        for seed in range(3)
    ]
    seen = pd.DataFrame(rows, columns=[*best_chapter.TASK, "places", "seed", "every", "most"])
    config = setting("cnn", task["v"], task["s0"], L=task["L"])
    cnn = {config: runs_of(config, [1000.0, 10_000.0, 100_000.0])}
    none = seen.assign(P=1, test_error=1.0).head(0)
    steps = pd.DataFrame(columns=["arch", "weights", *best_chapter.TASK, "P_c"])
    table = best_chapter.sizes_table({"cnn": cnn}, none, seen, steps)
    assert list(table[table.what == "seen"].P_star) == pytest.approx([200.0] * 3)
    found = best_chapter.ratio_by_task(table, "cnn", "seen").iloc[0]
    assert (found.low, found.ratio, found.high) == pytest.approx((50, 50, 50), rel=0.02)
    assert best_chapter.rate_words(None) == "known in the profile book alone"


def test_the_square_is_explained_only_where_nothing_speaks_against_it():
    """The CNN follows the algorithm everywhere; a narrow exponent below s is enough to say no."""
    rows = algorithm({(0, 0, 2): 0, (0, 2, 0): 0})
    for power, said in ((2, "Nothing speaks against it here."), (1.5, "No.")):
        cnn = {}
        for v, s, L, m, s0 in [*tasks.BEST, *tasks.BEST_BY_LEVEL]:
            alike = isinstance(s0, int)
            growth = power * (s0 > 0 if alike else s0[0] > 0)
            config = setting("cnn", v, s0, s=s, L=L, n_c=m, m=m)
            cnn[config] = crossing(config, 90 * ((s0 if alike else max(s0)) + 1) ** growth)
        words = best_growth.square_words(best_growth.growth_table(rows, cnn))
        assert words.startswith(said)
        assert ("interval below 2 in 3 of 3 tasks" in words) == (power < 2)


def test_what_is_missing_names_networks_and_scaling():
    lacking = {"cnn": [], "fcn lazier": [setting("fcn", 4, 1)]}
    assert best_chapter.missing_words(lacking) == "FCN, lazier scaling: L=2: v=4 (s₀=1)"
    assert best_chapter.missing_words({"cnn": []}) == "none"


def test_the_authors_own_training_is_in_the_store(tmp_path):
    assert square.paired_words(square.paired_exponents(pd.DataFrame())) == "not known"
    assert square.authors_words(square.authors_rows(Store(tmp_path))) == "not known"
