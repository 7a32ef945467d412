"""What Figures 1C to 1F claim of common architectures: error follows insensitivity."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srhm.runs.store import Store
from srhm_book.architectures.growing import (
    FIRST_P,
    GROWING_PANELS,
    architectures_with_curves,
    by_size,
    growing_runs,
    paper_points,
)
from srhm_book.architectures.views import (
    ARCHITECTURE_NAMES,
    ARCHS,
    FIXED_P_PANELS,
    architecture_runs,
    by_architecture,
    with_paper,
)
from srhm_book.claims.claim import Claim, Share
from srhm_book.curves import FIGURE_1C_P

GROUP = "Architectures"
CHAPTER = "13_error_and_insensitivity"
WORDS = {"D": "displacements", "S": "synonyms"}


def architecture_claims(store: Store, repeats: int = 3) -> list[Claim]:
    """Do test error and the output's sensitivity go together, over architectures and over P?

    Counted are pairs, of architectures at one P and of sizes P of one architecture: in how many is
    the one with the lower test error also less sensitive? For chance it would be half of them.
    """
    table = with_paper(by_architecture(architecture_runs("book", FIGURE_1C_P, repeats, store)))
    growing = by_size(growing_runs("book", repeats, store))
    growing = growing[growing.P >= FIRST_P]
    return [
        *(_claim(table, letter) for letter in "DS"),
        _errors_claim(table),
        *(_growing_claim(growing, letter) for letter in "DS"),
    ]


def ordered_alike(x, y) -> tuple[int, int]:
    """Of how many pairs x and y have the same order, and how many pairs there are; ties count not.

    x, y: (n,); pairs in which either is nan are left out.
    """
    i, j = np.triu_indices(len(x), 1)
    x, y = np.asarray(x, float), np.asarray(y, float)
    signs = np.sign(x[i] - x[j]) * np.sign(y[i] - y[j])
    return int((signs > 0).sum()), int((np.abs(signs) > 0).sum())


def _claim(table: pd.DataFrame, letter: str) -> Claim:
    hits, number = ordered_alike(table[f"{letter}_out"], table.test_error)
    theirs = ordered_alike(table[f"paper_{letter}_out"], table.paper_test_error)
    what = f"pairs of architectures in which the better is less sensitive to {WORDS[letter]}"
    return Claim(
        f"fig1_{letter}", GROUP, f"Better architectures are less sensitive to {WORDS[letter]}",
        FIXED_P_PANELS[letter, "out"][3:], CHAPTER,
        (Share(what, hits, number, _pairs(len(ARCHS)), theirs[0] / theirs[1]),),
        *_counts(table),
    )  # fmt: skip


def _errors_claim(table: pd.DataFrame) -> Claim:
    """The errors themselves: the order of the architectures in the paper."""
    hits, number = ordered_alike(table.test_error, table.paper_test_error)
    what = "pairs of architectures in the paper's order of test error"
    return Claim(
        "fig1_error", GROUP, "Which architectures are better", "1C", CHAPTER,
        (Share(what, hits, number, _pairs(len(ARCHS))),), *_counts(table),
    )  # fmt: skip


def _growing_claim(table: pd.DataFrame, letter: str) -> Claim:
    archs = architectures_with_curves(table)
    curves = [table[table.arch == arch] for arch in archs]
    ours = [ordered_alike(own[f"{letter}_out"], own.test_error) for own in curves]
    published = (paper_points(letter, "out", arch) for arch in archs)
    theirs = [ordered_alike(own.sensitivity, own.test_error) for own in published]
    hits, number = (sum(column) for column in zip(*ours, strict=True)) if ours else (0, 0)
    there = sum(number for _, number in theirs)
    paper = sum(hits for hits, _ in theirs) / there if there else None
    what = f"pairs of sizes P in which the lower error is less sensitive to {WORDS[letter]}"
    return Claim(
        f"growing_{letter}", GROUP, f"With P, errors and {letter} fall together",
        GROWING_PANELS[letter, "out"][3:], CHAPTER, (Share(what, hits, number, paper=paper),),
        *_counts(table),
        f"shown are {', '.join(ARCHITECTURE_NAMES[arch] for arch in archs) or 'no curves'}",
    )  # fmt: skip


def _counts(table: pd.DataFrame) -> tuple[int, int]:
    """Points that were trained, and the fewest seeds of one."""
    trained = table.dropna(subset=["test_error"])
    return len(trained), int(trained.seeds.min()) if len(trained) else 0


def _pairs(number: int) -> int:
    return number * (number - 1) // 2
