"""This book's exponents beside those of the authors' training, on points whose powers are known."""

import numpy as np
import pandas as pd
import pytest

from srhm_book.complexity.authors_table import exponents_in_both
from srhm_book.complexity.beside_authors import (
    beside_words,
    changes,
    changes_words,
    missed,
    points_of,
    trainings_view,
)
from srhm_book.wording import with_interval


def bent(power, arch="lcn"):
    """Points on the law in the authors' training; here the power of s0+1 is larger by ``power``."""
    tasks = [(4, 0), (4, 1), (6, 0), (6, 2), (8, 1), (10, 4)]
    table = pd.DataFrame([(arch, L, v, s0) for L in (2, 3) for v, s0 in tasks],
                         columns=["arch", "L", "v", "s0"])  # fmt: skip
    more = table.s0 + 1.0
    law = more ** (table.L if arch == "lcn" else 2) * table.v ** (table.L + 1.0)
    noise = np.exp(0.02 * np.random.default_rng(0).normal(size=len(table)))
    return table.assign(paper=law, cheap=1.0, grids=more**power * noise)


def test_a_changed_power_is_found_and_an_equal_one_left_open():
    found = changes(bent(-0.5, "cnn"))
    assert list(found) == [2, 3]
    assert found[3].value == pytest.approx(-0.5, abs=0.1)
    said, told = changes_words(found)
    assert said.startswith(with_interval(found[2]) + " at L=2 and ")
    assert told == "at L=2 and L=3"
    assert changes_words(changes(bent(0.0).query("L == 2")))[1] == "nowhere"


def test_depths_of_few_points_have_no_change():
    assert changes(bent(-0.5).query("v < 8")) == {}
    assert changes_words({}) == ("–", "nowhere")


def test_where_the_law_is_missed():
    found = missed(exponents_in_both(bent(-0.5)))
    assert found == {"paper": "nowhere", "cheap": "nowhere", "grids": "at L=2 and L=3"}


def test_the_words_of_a_chapter():
    points = bent(-0.5)
    said = beside_words(points, exponents_in_both(points), {"s=2, L=3", "s=3, L=2"})
    assert said["missed grids"] == "at L=2 and L=3"
    assert said["missed matched"] == "at L=3"
    assert (said["changes"], said["changed"]) == changes_words(changes(points))


def test_the_table_has_a_row_for_each_factor_and_depth():
    shown = trainings_view(exponents_in_both(bent(0.0)))
    assert shown["exponent of"].tolist() == ["s₀+1, L = 2", "v, L = 2", "s₀+1, L = 3", "v, L = 3"]
    assert shown["law"].tolist() == [2, 3, 3, 4]
    assert shown["paper's points"].str.startswith(("2.00 (", "3.00 (", "4.00 (")).all()


def test_nothing_is_known_without_a_store():
    points = points_of(None, "lcn")
    assert changes(points) == {}
    exponents = exponents_in_both(points)
    assert trainings_view(exponents).empty
    assert set(missed(exponents).values()) == {"nowhere"}
