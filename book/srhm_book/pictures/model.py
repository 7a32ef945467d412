"""Drawings of the model: its rules, data as trees, sparsities A and B (Figure 2 of the paper).

A feature is a coloured disc with a letter: small letters a, b, ... at the input level, capitals
at the levels above, numbers for classes. An empty position is a small grey ring.
"""

import itertools

import numpy as np

from srhm_book.style import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, YELLOW, new_axes

INPUT_COLORS = (BLUE, ORANGE, GREEN, YELLOW)
UPPER_COLORS = (SKY, VERMILION, PURPLE, "#B8B8B8")
CLASS_COLORS = ("#222222", "#8A5A00", "#5B2A86", "#005A3C")
DARK = {BLUE, GREEN, VERMILION, *CLASS_COLORS}  # a white letter reads better on these


def feature_name(value: int, level: int, L: int) -> str:
    """The letter of a feature of `level` (1 is the input, L + 1 the class)."""
    if level > L:
        return str(value + 1)
    first = ord("a" if level == 1 else "A")
    return chr(first + value) if value < 26 else str(value)


def feature_color(value: int, level: int, L: int) -> str:
    """The colour of a feature; colours repeat when there are more features than colours."""
    table = CLASS_COLORS if level > L else INPUT_COLORS if level == 1 else UPPER_COLORS
    return table[value % len(table)]


def draw_feature(ax, x, y, value, level, L, size=15, alpha=1.0) -> None:
    """Draws one feature at (x, y): a disc, or a square for a class; `size` in points."""
    color = feature_color(value, level, L)
    ax.plot(
        [x], [y], marker="s" if level > L else "o", color=color, markersize=size, alpha=alpha,
        linestyle="none", markeredgecolor="#444444", markeredgewidth=0.5, zorder=3,
    )  # fmt: skip
    ax.text(
        x, y, feature_name(value, level, L), ha="center", va="center_baseline", alpha=alpha,
        fontsize=0.7 * size, color="white" if color in DARK else "black", zorder=4,
    )  # fmt: skip


def draw_empty(ax, x, y, size=4.5) -> None:
    """Draws one uninformative element: a small ring."""
    ax.plot(
        [x], [y], marker="o", markersize=size, markerfacecolor="white", markeredgecolor="#9a9a9a",
        linestyle="none", markeredgewidth=0.8, zorder=3,
    )  # fmt: skip


def _bare(ax) -> None:
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set_visible(False)


# ---- rules -------------------------------------------------------------------------------


def draw_rules(task):
    """All rules of a task, one panel a level from the classes down; returns the figure."""
    figure, axes = new_axes(task.L, width=5.4, height=0.42 + 0.42 * max(task.n_c, task.v))
    for ax, level in zip(np.atleast_1d(axes), range(task.L, 0, -1), strict=True):
        _draw_level_rules(ax, task, level)
    return figure


def _draw_level_rules(ax, task, level) -> None:
    rules = task.rules[level - 1]
    L, step = task.L, 0.8 * task.s + 0.7
    for row, synonyms in enumerate(rules):
        draw_feature(ax, 0, -row, row, level + 1, L)
        ax.annotate("", (1.25, -row), (0.45, -row), arrowprops={"arrowstyle": "->", "color": GREY})
        for c, features in enumerate(synonyms):
            for j, value in enumerate(features):
                draw_feature(ax, 1.8 + c * step + 0.8 * j, -row, int(value), level, L)
    _bare(ax)
    top = "a class becomes" if level == task.L else f"a level-{level + 1} feature becomes"
    ax.set_title(top, fontsize=11)
    ax.set_xlim(-0.6, 1.8 + len(rules[0]) * step - 0.2)
    ax.set_ylim(-max(task.n_c, task.v) + 0.4, 0.6)


# ---- trees -------------------------------------------------------------------------------


def features_by_level(task, values) -> list[np.ndarray]:
    """The features that make up one datum, found by inverting the rules.

    values: its (s^L,) input features. Returns a list: the level-1 features (s^L,), those of level
    2 (s^(L-1),), ..., and last the class (1,). A tuple that no rule makes is a ValueError.
    """
    levels = [np.asarray(values, dtype=int)]
    for level in range(1, task.L + 1):
        parent_of = {
            tuple(map(int, tuple_)): parent
            for parent, synonyms in enumerate(task.rules[level - 1])
            for tuple_ in synonyms
        }
        tuples = [tuple(map(int, t)) for t in levels[-1].reshape(-1, task.s)]
        unknown = [t for t in tuples if t not in parent_of]
        if unknown:
            raise ValueError(f"no rule of level {level} makes the tuple {unknown[0]}")
        levels.append(np.array([parent_of[t] for t in tuples]))
    return levels


def draw_tree(ax, task, datum, size=15, title=None, faint_above_input=False) -> None:
    """Draws one datum (`Samples` of length 1): class on top, input positions at the bottom."""
    levels = features_by_level(task, datum.values[0])
    positions = datum.positions[0].astype(int)
    places = [np.array([0])]  # where the features of each level sit in their grid, top down
    for level in range(task.L, 0, -1):
        first_leaf = positions[:: task.s ** (level - 1)]
        places.insert(1, first_leaf // task.patch ** (level - 1))
    places = places[:1] + places[1:][::-1]
    _bare(ax)
    for depth, level in enumerate(range(task.L + 1, 0, -1)):
        slots = task.patch**depth
        centres = (np.arange(slots) + 0.5) * task.d / slots
        if level > 1:
            _draw_patches(ax, task, centres[places[depth]], places[depth], depth, level)
        for slot in sorted(set(range(slots)) - set(places[depth].tolist())):
            draw_empty(ax, centres[slot], level)
        alpha = 0.45 if faint_above_input and level > 1 else 1.0
        for slot, value in zip(places[depth], levels[level - 1], strict=True):
            draw_feature(ax, centres[slot], level, int(value), level, task.L, size, alpha)
    ax.set_xlim(-0.2, task.d + 0.2)
    ax.set_ylim(0.55, task.L + 1.5)
    if title:
        ax.set_title(title, fontsize=11, loc="left")


def _draw_patches(ax, task, centres, places, depth, level) -> None:
    """The fan from each informative feature to the patch of positions below it."""
    width = task.d / task.patch**depth
    for centre, place in zip(centres, places, strict=True):
        left = place * width
        inset = 0.04 * width
        ax.fill(
            [centre, left + inset, left + width - inset], [level, level - 1, level - 1],
            color="#eceff3", linewidth=0, zorder=1,
        )  # fmt: skip


def draw_trees(task, data, titles, size=15, height=1.55):
    """Several data (each `Samples` of length 1) as trees above one another; returns the figure."""
    figure, axes = new_axes(rows=len(data), height=height * len(data))
    for ax, datum, title in zip(np.atleast_1d(axes), data, titles, strict=True):
        draw_tree(ax, task, datum, size, title)
    return figure


# ---- sparsities --------------------------------------------------------------------------


def placements(s: int, s0: int, sparsity: str) -> list[tuple[int, ...]]:
    """All places that the s children of one feature may take in their patch of s(s0+1)."""
    if sparsity == "A":
        sub = range(s0 + 1)
        return [
            tuple(j * (s0 + 1) + offset for j, offset in enumerate(offsets))
            for offsets in itertools.product(sub, repeat=s)
        ]
    return list(itertools.combinations(range(s * (s0 + 1)), s))


def draw_placements(tasks, most=8):
    """All placements of one patch for tasks that differ in sparsity, a panel each.

    More than `most` placements are cut, and the panel says how many there are.
    """
    options = [placements(task.s, task.s0, task.sparsity) for task in tasks]
    rows = min(most, max(map(len, options)))
    figure, axes = new_axes(len(tasks), width=5.4, height=0.6 + 0.32 * rows)
    for ax, task, choices in zip(np.atleast_1d(axes), tasks, options, strict=True):
        _bare(ax)
        if task.sparsity == "A":
            for j in range(task.s):
                left, right = j * (task.s0 + 1) + 0.06, (j + 1) * (task.s0 + 1) - 0.06
                bottom = 0.5 - min(most, len(choices))
                ax.fill_between([left, right], bottom, 0.5, color="#eceff3", linewidth=0)
        for row, places in enumerate(choices[:most]):
            for slot in range(task.patch):
                if slot in places:
                    draw_feature(ax, slot + 0.5, -row, places.index(slot), 1, task.L)
                else:
                    draw_empty(ax, slot + 0.5, -row)
        ax.set_xlim(-0.3, task.patch + 0.3)
        ax.set_ylim(-rows + 0.4, 0.6)
        ax.set_title(f"sparsity {task.sparsity}: {len(choices)} placements", fontsize=11)
    return figure


# ---- networks ----------------------------------------------------------------------------

# One colour for each set of weights: an LCN has one set per position, a CNN one per layer.
WEIGHT_COLORS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)


def draw_networks(task, datum, archs=("lcn", "cnn")):
    """The networks over one datum: patches, and by colour and label which weights are shared.

    Filled boxes are active; a hollow one looks at an empty patch and is exactly zero.
    Figure 3 of the paper. archs: of "lcn" and "cnn". Returns the figure.
    """
    figure, axes = new_axes(rows=len(archs), height=2.9 * len(archs))
    for ax, arch in zip(np.atleast_1d(axes), archs, strict=True):
        _draw_network(ax, task, datum, arch)
        sharing = "shared" if arch == "cnn" else "of its own"
        title = f"{arch.upper()}: at each position, weights {sharing}"
        ax.set_title(title, fontsize=11, loc="left")
    return figure


def _draw_network(ax, task, datum, arch) -> None:
    _bare(ax)
    positions, L = datum.positions[0].astype(int), task.L
    for slot in range(task.d):
        if slot in positions:
            value = int(datum.values[0][positions.tolist().index(slot)])
            draw_feature(ax, slot + 0.5, 0, value, 1, L)
        else:
            draw_empty(ax, slot + 0.5, 0)
    for k in range(1, L + 1):
        slots = task.patch ** (L - k)
        active = set((positions // task.patch**k).tolist())
        for slot in range(slots):
            block = slot + sum(task.patch ** (L - j) for j in range(1, k))
            color = WEIGHT_COLORS[(block if arch == "lcn" else k - 1) % len(WEIGHT_COLORS)]
            _draw_unit(ax, task, k, slot, slot in active, color)
            index = f"{k},{slot + 1}" if arch == "lcn" else f"{k}"
            x = (slot + 0.5) * task.d / slots
            ax.text(x + 0.62, k, f"$W_{{{index}}}$", va="center", fontsize=11, color=color)
    spread = 1.8
    for label in range(task.n_c):
        x = task.d / 2 + spread * (label - (task.n_c - 1) / 2)
        ax.plot([task.d / 2, x], [L + 0.16, L + 0.8], color=GREY, linewidth=0.9, zorder=1)
        draw_feature(ax, x, L + 0.8, label, L + 1, L)
    ax.set_xlim(-0.2, task.d + 0.2)
    ax.set_ylim(-0.35, L + 1.1)


def _draw_unit(ax, task, k, slot, active, color) -> None:
    """One position of hidden layer k, its channels as a small stack, over the patch it reads."""
    below = task.d / task.patch ** (task.L - k + 1)
    x = (slot + 0.5) * task.patch * below
    for place in range(task.patch):
        start = (slot * task.patch + place + 0.5) * below
        y = k - 1 + (0.13 if k > 1 else 0.1)
        ax.plot([start, x], [y, k - 0.13], color=color, linewidth=0.9, zorder=1)
    for shift in (0.16, 0.08, 0.0):
        ax.plot(
            [x + shift], [k + shift / 3], marker="s", markersize=13, linestyle="none",
            color=color if active else "white", markeredgecolor=color, zorder=3,
        )  # fmt: skip
