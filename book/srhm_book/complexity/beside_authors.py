"""This book's P* beside the authors' training: does the exponent of s0+1 survive?

Points and exponents themselves are those of `srhm_book.complexity.authors_table`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from srhm.runs.store import Store
from srhm.stats.fits import Estimate, fit_power_law
from srhm_book.complexity.authors_table import FEWEST, TRAININGS, authors_table
from srhm_book.wording import NOTHING, join, with_interval

TITLES = {"paper": "paper's points", "cheap": "as the authors, cheaper form", "grids": "ours"}


def points_of(store: Store | None, arch: str) -> pd.DataFrame:
    """The rows of one network of `authors_table`; none without a store."""
    if store is None:
        return pd.DataFrame(
            columns=["arch", "v", "L", "s0", "paper", "cheap", "grids"], dtype=float
        )
    return authors_table(store).query("arch == @arch")


def trainings_view(exponents: pd.DataFrame) -> pd.DataFrame:
    """`srhm_book.complexity.authors_table.exponents_in_both` as a network's chapter shows it."""
    factors = exponents.factor.str.replace("s0", "s₀") + ", L = " + exponents.L.astype(str)
    shown = {title: exponents[name].map(with_interval) for name, title in TITLES.items()}
    columns = {"exponent of": factors, "law": exponents.law} | shown | {"points": exponents.num}
    return pd.DataFrame(columns)


def missed(exponents: pd.DataFrame) -> dict[str, str]:
    """By training, the depths at which the interval leaves out the law's exponent of s0+1."""
    own = exponents[exponents.factor == "s0+1"]
    depths = {
        name: [f"L={row.L}" for _, row in own.iterrows() if not row[name].includes(row.law)]
        for name in TRAININGS
    }
    return {name: _at(found) for name, found in depths.items()}


def changes(points: pd.DataFrame) -> dict[int, Estimate]:
    """By L: how much the exponent of s0+1 grows from the authors' training, cheaper form, to ours.

    points: as `points_of`. Fitted, with that of v, to the ratio of both P* point by point, which
    knows the change better than two fits know the exponents. Depths of few points are left out.
    """
    known = points.dropna(subset=["cheap", "grids"])
    known = known.assign(change=known.grids / known.cheap, **{"s0+1": known.s0 + 1})
    found = {}
    for L, part in known.groupby("L"):
        if len(part) >= FEWEST and (part[["s0+1", "v"]].nunique() > 1).all():
            found[int(L)] = fit_power_law(part, ["s0+1", "v"], "change").exponents["s0+1"]
    return found


def beside_words(
    points: pd.DataFrame, exponents: pd.DataFrame, outside: Collection[str]
) -> dict[str, str]:
    """The words of a chapter about its `trainings_view`, by name.

    points: as `points_of`. exponents: of them,
    `srhm_book.complexity.authors_table.exponents_in_both`.
    outside: the settings, such as "s=2, L=3", at which all tasks that differ in nothing else
    exclude the law's exponent of s0+1.
    """
    said = {f"missed {name}": where for name, where in missed(exponents).items()}
    depths = [f"L={L}" for L in (2, 3) if f"s=2, L={L}" in outside]
    said["missed matched"] = _at(depths)
    return said | dict(zip(("changes", "changed"), changes_words(changes(points)), strict=True))


def _at(depths: Sequence[str]) -> str:
    return f"at {join(depths)}" if depths else "nowhere"


def changes_words(found: dict[int, Estimate]) -> tuple[str, str]:
    """ "0.10 (-0.20 to 0.40) at L=2" for each depth, and where the interval leaves out 0."""
    said = [f"{with_interval(change)} at L={L}" for L, change in found.items()]
    told = [f"L={L}" for L, change in found.items() if not change.includes(0)]
    return join(said) if said else NOTHING, _at(told)
