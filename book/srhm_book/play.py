"""The model to play with: rules from Python, everything else in the page (book/assets/play.js)."""

from __future__ import annotations

import json

from IPython.display import HTML

from srhm.data.task import SRHM
from srhm_book.pictures.model import DARK, feature_color, feature_name

MOST_POSITIONS = 100  # more could not be told apart on a screen


def playground(task: SRHM) -> HTML:
    """Buttons and a tree, for the output of a cell, that draw and change data of ``task``.

    Raises
    ------
    ValueError
        For a task of more than `MOST_POSITIONS` input positions.
    """
    if task.d > MOST_POSITIONS:
        raise ValueError(f"d must be at most {MOST_POSITIONS} to be played with, not {task.d}.")
    rules = json.dumps(exported(task))
    levels = range(1, task.L + 1)
    buttons = [_button("draw", 0, "Another datum")]
    if task.m > 1:
        buttons += [
            _button("exchange", level, f"Exchange synonyms, level {level}") for level in levels
        ]
    buttons += [_button("displace", level, f"Displace, level {level}") for level in levels]
    return HTML(
        f'<div class="play"><div class="play-controls" hidden>{"".join(buttons)}'
        f"{_choice('sparsity', 'sparsity', ('A', 'B'), task.sparsity)}"
        f"{_choice('s0', 's<sub>0</sub>', _sparsities(task), task.s0)}</div>"
        '<svg role="img" aria-label="A datum as a tree"></svg>'
        '<p class="play-words" aria-live="polite">This needs JavaScript; the figure below does not.'
        f'</p><script type="application/json">{rules}</script></div>'
    )


def exported(task: SRHM) -> dict:
    """What the page has to know of a task: its symbols, its rules, and how features look.

    rules[level - 1][parent][synonym] is a tuple of features, as in `SRHM.rules`.
    """
    symbols = {name: getattr(task, name) for name in ("v", "s", "L", "s0", "n_c", "m", "sparsity")}
    L = task.L
    looks = {
        "input": _looks(task.v, 1, L),
        "upper": _looks(task.v, 2 if L > 1 else 1, L),
        "label": _looks(task.n_c, L + 1, L),
    }
    return symbols | {"rules": [level.tolist() for level in task.rules], "looks": looks}


def _looks(count: int, level: int, L: int) -> list[dict[str, str]]:
    colors = [feature_color(value, level, L) for value in range(count)]
    return [
        {"name": feature_name(value, level, L), "color": c, "ink": "#fff" if c in DARK else "#000"}
        for value, c in enumerate(colors)
    ]


def _sparsities(task: SRHM) -> list[int]:
    """Values of s0 whose inputs still fit the screen, that of the task among them."""
    return [
        s0 for s0 in range(4) if (task.s * (s0 + 1)) ** task.L <= MOST_POSITIONS or s0 == task.s0
    ]


def _button(act: str, level: int, words: str) -> str:
    return f'<button type="button" data-act="{act}" data-level="{level}">{words}</button>'


def _choice(name: str, words: str, options, chosen) -> str:
    rows = "".join(
        f"<option{' selected' if option == chosen else ''}>{option}</option>" for option in options
    )
    return f'<label>{words} <select name="{name}">{rows}</select></label>'
