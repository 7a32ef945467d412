"""The paper's other figures in the authors' training: what is searched, and what is made of it."""

import math

import pandas as pd
import pytest

from srhm.runs.store import Store
from srhm_book.complexity.authors_others import FIGURES, other_settings
from srhm_book.complexity.authors_others_views import (
    draw_others,
    growth_by_s,
    lacking,
    others_table,
)

TASK = {"figure": "4B, 6", "arch": "lcn", "v": 4, "s0": 0, "sparsity": "A"}


def test_the_settings_are_the_authors_with_larger_batches():
    for figure, settings in other_settings().items():
        arch, special, tasks = FIGURES[figure]
        assert len(settings) == len(tasks)
        for config in settings:
            assert (config.arch, config.L, config.scaling) == (arch, 2, "channels")
            assert (config.batch_size, config.stop_loss) == (16 * config.n_c, 1e-2)
            assert all(getattr(config, name) == value for name, value in special.items())


def test_growth_with_s_is_of_equal_tasks():
    """The task of s = 3 alone has s0 = 2, and that of s = 2 alone s0 = 1: neither counts."""
    rows = [
        TASK | {"s": s, "s0": s0, "cheap": c, "grids": 1.0}
        for s, s0, c in [(2, 0, 1), (2, 1, 50), (3, 0, 3), (3, 2, 70)]
    ]
    found, num = growth_by_s(pd.DataFrame(rows), "lcn")
    assert (found.to_dict(), num) == (pytest.approx({"cheap": 3.0, "grids": 1.0}), 1)
    other = [row | {"sparsity": "B"} for row in rows[2:]]
    found, num = growth_by_s(pd.DataFrame(rows[:2] + other), "lcn")
    assert (math.isnan(found.cheap), num) == (True, 0)


def test_a_line_for_each_figure():
    rows = [TASK | {"s": 2, "cheap": 1.5, "grids": 1.2}]
    rows += [TASK | {"s": 3, "figure": "10, 11", "cheap": 1.6, "grids": 1.0}]
    (ax,) = draw_others(pd.DataFrame(rows)).axes
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "LCN, $s$=2, A (Fig. 4B, 6)",
        "LCN, $s$=3, A (Fig. 10, 11)",
    ]


def test_an_empty_store_has_no_task_and_lacks_all(tmp_path):
    store = Store(tmp_path)
    empty = others_table(store)
    assert empty.empty
    searched, missing = lacking(empty, store)
    assert searched == "none"
    assert all(network in missing for network in ("LCN", "CNN", "FCN"))
    every = [vars(c) for own in other_settings().values() for c in own]
    assert lacking(pd.DataFrame(every), store) == ("none", "none")
