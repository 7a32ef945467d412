"""What Figures 1A and 1B claim of photographs: error follows the relative sensitivity R_f."""

from __future__ import annotations

import pandas as pd

from srhm.images.config import IMAGE_SETS
from srhm.images.store import ImageStore
from srhm.runs.store import Store
from srhm_book.claims.architectures import ordered_alike
from srhm_book.claims.claim import Claim, Number, Share
from srhm_book.images.chapter import (
    LAW,
    averages,
    both_fall,
    growth_steps,
    law_fit,
    stored_runs,
)
from srhm_book.images.grids import (
    PHOTOGRAPHS,
    REPEATS,
    SEEN,
    SIZE,
    SIZES,
    architectures,
    architectures_grid,
    growing,
    growing_grid,
)
from srhm_book.wording import NOTHING

GROUP = "Photographs"
# How the trainings differ from the paper's, beside the images.
SHORT = f"networks mostly with a quarter of the channels, trained on {SEEN:,} images shown in all"
CHAPTER = "16_images"


def image_claims(store: Store) -> list[Claim]:
    """The claims on each image set, from the runs on images that are kept beside those of `store`.

    Over architectures counted are pairs (is the better the relatively less sensitive?), over
    training sets the steps from one size to the next (do both change the same way?). For chance it
    would be half of them. The power law is a fit to the architectures' points.
    """
    images = ImageStore(store.path / "images")
    tables = {
        name: averages(stored_runs(architectures_grid(name, REPEATS), images), ["arch", "P"])
        for name in PHOTOGRAPHS
    }
    sizes = {
        name: averages(stored_runs(growing_grid(name, REPEATS), images), ["arch", "P"])
        for name in PHOTOGRAPHS
    }
    return [
        *(_order_claim(name, table) for name, table in tables.items()),
        _law_claim(tables[PHOTOGRAPHS[0]]),
        *(_growing_claim(name, table) for name, table in sizes.items()),
    ]


def _order_claim(name: str, table: pd.DataFrame) -> Claim:
    good, number = table[table.runs > 0], len(architectures(name))
    share = Share(
        "pairs of architectures in which the better has the smaller R_f",
        *ordered_alike(good.R, good.test_error),
        number * (number - 1) // 2,
    )
    statement = f"{_short(name)}: better architectures have the smaller R_f"
    return _claim(f"fig1_images_{name}", statement, name, "1A", (share,), good)


def _law_claim(table: pd.DataFrame) -> Claim:
    good, fit, (factor, exponent) = table[table.runs > 0], law_fit(table), LAW
    parts = (
        Number.of("exponent of R_f in the test error", exponent, fit["exponent"]),
        Number.of(f"test error over {factor} √R_f, median", 1, fit["ratio"]),
    )
    name = PHOTOGRAPHS[0]
    statement = f"{_short(name)}: the test error is {factor} √R_f"
    return _claim("fig1_images_law", statement, name, "1A", parts, good)


def _growing_claim(name: str, table: pd.DataFrame) -> Claim:
    good = table[table.runs > 0]
    share = Share(
        "steps to the next size P in which error and R_f change the same way",
        *growth_steps(table, "R"),
        len(growing(name)) * (len(SIZES) - 1),
    )
    ends = Share(
        f"architectures in which both fall from P = {SIZES[0]:,} to {SIZES[-1]:,}",
        *both_fall(table, "R"),
        len(growing(name)),
    )
    statement = f"{_short(name)}: with P, errors and R_f fall together"
    return _claim(f"fig1_images_growing_{name}", statement, name, "1B", (share, ends), good)


def _claim(id, statement, name, figure, parts, good: pd.DataFrame) -> Claim:
    """The paper's figures show CIFAR-10 alone."""
    seeds = int(good.runs.min()) if len(good) else 0
    shown = figure if name.startswith("cifar10") else NOTHING
    sizes = f"P = {SIZE:,}" if figure == "1A" else f"P = {SIZES[0]:,} to {SIZES[-1]:,}"
    there = f"{IMAGE_SETS[name].title}, {sizes}, {SHORT}" if len(good) else None
    return Claim(id, GROUP, statement, shown, CHAPTER, parts, len(good), seeds, elsewhere=there)


def _short(name: str) -> str:
    return IMAGE_SETS[name].title.partition(",")[0]
