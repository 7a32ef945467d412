"""What the drawings of the model say: which feature sits where, read back from the axes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Annotation

from srhm.data.task import SRHM
from srhm_book.pictures.model import (
    draw_networks,
    draw_placements,
    draw_rules,
    draw_tree,
    draw_trees,
    feature_color,
    feature_name,
    features_by_level,
    placements,
)
from strategies import places, tree

TREES = [SRHM(3, 2, 3, 1, n_c=2, seed=4), SRHM(4, 3, 2, 1, m=5, sparsity="B", seed=1)]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def features(ax):
    """The letters by where they stand, {(x, y): letter}; under each is a marker of its own."""
    texts = [text for text in ax.texts if text.get_text() and "$" not in text.get_text()]
    found = {text.get_position(): text.get_text() for text in texts}
    assert len(found) == len(texts)  # none on top of another
    assert set(found) <= {tuple(line.get_xydata()[0]) for line in ax.lines}
    return found


def empties(ax):
    """Where the rings of empty positions are, row by row: {y: [x, ...]}."""
    found = {}
    for line in ax.lines:
        if line.get_marker() == "o" and line.get_markerfacecolor() == "white":
            (x,), (y,) = line.get_data()
            found.setdefault(y, []).append(x)
    return {y: sorted(xs) for y, xs in found.items()}


def test_features_have_small_letters_below_capitals_above_and_numbers_for_classes():
    assert [feature_name(value, 1, 2) for value in (0, 25, 26)] == ["a", "z", "26"]
    assert [feature_name(1, level, 3) for level in (1, 2, 3, 4)] == ["b", "B", "B", "2"]
    for level in (1, 2, 3):
        colors = [feature_color(value, level, 2) for value in range(5)]
        assert len(set(colors)) == 4
        assert colors[4] == colors[0]
    assert len({feature_color(0, level, 2) for level in (1, 2, 3)}) == 3


def test_every_rule_is_shown_from_the_classes_down():
    task = SRHM(3, 2, 2, 0, n_c=2, m=2, seed=1)
    panels = draw_rules(task).axes
    assert len(panels) == task.L
    for level, ax in zip((2, 1), panels, strict=True):
        shown = features(ax)
        rules = task.rules[level - 1]
        arrows = [text for text in ax.texts if isinstance(text, Annotation)]
        assert len(arrows) == len(rules)
        for parent, synonyms in enumerate(rules):
            row = [name for (_, y), name in sorted(shown.items()) if y == -parent]
            children = [feature_name(value, level, 2) for value in synonyms.ravel()]
            assert row == [feature_name(parent, level + 1, 2), *children]


@pytest.mark.parametrize("task", TREES, ids=repr)
def test_the_features_of_a_datum_are_found_by_its_rules(task):
    x = task.sample(1, 0)
    expected, _ = tree(task, x.values)
    for found, level in zip(features_by_level(task, x.values[0]), expected, strict=True):
        assert found.tolist() == level.ravel().tolist()


def test_a_tuple_of_no_rule_is_named():
    task = SRHM(3, 2, 2, 0, n_c=2, m=1, seed=0)
    known = {tuple(pair) for pair in task.rules[0].reshape(-1, 2).tolist()}
    unknown = next(pair for pair in np.ndindex(3, 3) if pair not in known)
    with pytest.raises(ValueError, match=r"level 1 .*\({}, {}\)".format(*unknown)):
        features_by_level(task, [*task.rules[0][0, 0], *unknown])


@pytest.mark.parametrize("task", TREES, ids=repr)
def test_a_tree_has_every_feature_at_its_place_and_rings_elsewhere(task):
    x = task.sample(1, 3)
    _, ax = plt.subplots()
    draw_tree(ax, task, x, title="a datum")
    assert ax.get_title(loc="left") == "a datum"
    expected, rings = {}, {}
    for level, values in enumerate(tree(task, x.values)[0], start=1):
        width = task.patch ** (level - 1)
        slots = x.positions[0, :: task.s ** (level - 1)].astype(int) // width
        centre = {slot: (slot + 0.5) * width for slot in range(task.d // width)}
        for slot, value in zip(slots, values[0], strict=True):
            expected[centre[slot], level] = feature_name(value, level, task.L)
        empty = sorted(set(centre) - set(slots))
        rings |= {level: [centre[slot] for slot in empty]} if empty else {}
    assert features(ax) == expected
    assert empties(ax) == rings
    # From each feature above the input a fan spans the patch below it.
    fans = {tuple(fan.get_xy()[0]): fan.get_xy()[1:3] for fan in ax.patches}
    assert set(fans) == {place for place in expected if place[1] > 1}
    for (x0, level), base in fans.items():
        half = task.patch ** (level - 1) / 2
        assert base == pytest.approx(np.array([[x0 - half, level - 1], [x0 + half, level - 1]]),
                                     abs=0.05 * 2 * half)  # fmt: skip


def test_features_above_the_input_may_be_faint():
    _, ax = plt.subplots()
    draw_tree(ax, TREES[0], TREES[0].sample(1, 0), faint_above_input=True)
    faint = {y for text in ax.texts for _, y in [text.get_position()] if text.get_alpha() < 1}
    assert faint == {2, 3, 4}


def test_several_trees_stand_above_one_another_each_with_its_title():
    task = TREES[1]
    x = task.sample(1, 0)
    data = [x, task.exchange_synonyms(x, 1, 0), task.displace(x, 1, 0)]
    panels = draw_trees(task, data, ["x", "p x", "tau x"]).axes
    assert [ax.get_title(loc="left") for ax in panels] == ["x", "p x", "tau x"]
    same, exchanged, displaced = (
        {x: name for (x, y), name in sorted(features(ax).items()) if y == 1} for ax in panels
    )
    assert exchanged.keys() == same.keys()  # other letters at the same places
    assert exchanged != same
    assert displaced.keys() != same.keys()  # the same letters at other places
    assert list(displaced.values()) == list(same.values())


@pytest.mark.parametrize("sparsity", "AB")
@pytest.mark.parametrize(("s", "s0"), [(2, 0), (2, 2), (3, 1)])
def test_placements_are_all_that_the_sparsity_allows(s, s0, sparsity):
    task = SRHM(4, s, 1, s0, sparsity=sparsity)
    assert sorted(placements(s, s0, sparsity)) == sorted(places(task))


def test_each_placement_is_a_row_and_their_number_is_said():
    tasks = [SRHM(4, 2, 1, 1, sparsity=sparsity) for sparsity in "AB"]
    for most, rows in ((8, (4, 6)), (3, (3, 3))):
        panels = draw_placements(tasks, most).axes
        for task, ax, shown, number in zip(tasks, panels, rows, (4, 6), strict=True):
            assert ax.get_title() == f"sparsity {task.sparsity}: {number} placements"
            assert len(features(ax)) == shown * task.s
            for row, (first, second) in enumerate(placements(2, 1, task.sparsity)[:shown]):
                inside = {(x, letter) for (x, y), letter in features(ax).items() if y == -row}
                assert inside == {(first + 0.5, "a"), (second + 0.5, "b")}
                free = sorted({0, 1, 2, 3} - {first, second})
                assert empties(ax)[-row] == [slot + 0.5 for slot in free]
        # Sparsity A: the sub-patches are shaded.
        assert [len(ax.collections) for ax in panels] == [2, 0]


def units(ax):
    """Squares of the hidden layers, three to a stack: {(x, y): (edge colour, filled)}."""
    squares = [line for line in ax.lines if line.get_markersize() == 13]
    found = {
        tuple(line.get_xydata()[0]): (line.get_markeredgecolor(), line.get_markerfacecolor())
        for line in squares
    }
    front = {at: look for at, look in found.items() if at[1] == int(at[1])}
    assert 3 * len(front) == len(squares)
    return {at: (edge, face != "white") for at, (edge, face) in front.items()}


@pytest.mark.parametrize("arch", ["lcn", "cnn"])
def test_networks_show_which_units_are_active_and_which_weights_are_shared(arch):
    task = SRHM(3, 2, 2, 1, n_c=2, seed=2)
    x = task.sample(1, 1)
    (ax,) = draw_networks(task, x, (arch,)).axes
    assert arch.upper() in ax.get_title(loc="left")
    shown, positions = features(ax), x.positions[0].astype(int)
    inputs = zip(positions, x.values[0], strict=True)
    assert {at: name for at, name in shown.items() if at[1] == 0} == {
        (p + 0.5, 0): feature_name(value, 1, 2) for p, value in inputs
    }
    assert len(empties(ax)[0]) == task.d - len(positions)
    assert [name for at, name in sorted(shown.items()) if at[1] > task.L] == ["1", "2"]

    looks = units(ax)
    first = [looks[(slot + 0.5) * task.patch, 1] for slot in range(4)]
    assert len(looks) == 4 + 1
    assert [filled for _, filled in first] == [slot in positions // task.patch for slot in range(4)]
    assert looks[task.d / 2, 2][1]
    colors = {color for color, _ in first}
    assert len(colors) == (4 if arch == "lcn" else 1)
    assert looks[task.d / 2, 2][0] not in colors
    weights = [text.get_text() for text in ax.texts if text.get_text().startswith("$W")]
    own = ["$W_{1,1}$", "$W_{1,2}$", "$W_{1,3}$", "$W_{1,4}$", "$W_{2,1}$"]
    assert weights == (own if arch == "lcn" else 4 * ["$W_{1}$"] + ["$W_{2}$"])
    # Each unit reads the places of its patch.
    reads = {}
    for line in ax.lines:
        if len(line.get_xdata()) == 2 and line.get_ydata()[1] < task.L:
            start, unit = line.get_xdata()
            reads.setdefault((unit, np.ceil(line.get_ydata()[1])), []).append(start)
    assert reads.keys() == looks.keys()
    for (x, layer), starts in reads.items():
        step = task.patch ** (layer - 1)
        assert starts == [x + (place - 1.5) * step for place in range(4)]
