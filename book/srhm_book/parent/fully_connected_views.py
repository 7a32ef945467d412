"""Fully connected networks in words and tables."""

from __future__ import annotations

import pandas as pd

from srhm.stats.fits import Estimate
from srhm_book.parent.fully_connected import Ratios, factor, of_figure, shallow_powers
from srhm_book.parent.settings import SCALING_NAMES
from srhm_book.tables import scrolling
from srhm_book.wording import NOTHING, join, significant, with_ends, with_interval


def answer(shallow: pd.DataFrame, lazy: pd.DataFrame, ratios: Ratios) -> str:
    """The chapter's answer, of what is known."""
    known = shallow.dropna(subset="P_star")
    if known.empty:
        return "Nothing of it is in the store yet."
    powers, lazy_power = shallow_powers(shallow), shallow_powers(lazy)["v"]
    own, others = known[of_figure(known)], known[~of_figure(known)]
    text = (
        f"On tasks as in Figure 2 (n_c = m = v, L = 2) a shallow network falls to 0.7 of guessing "
        f"with {span(own.share)} of all data; {power_words(powers['v'])}. "
    )
    if lazy_power is not None:
        text += f"In the authors' lazier scaling {lazy_words(lazy_power, lazy)}. "
    if len(others):
        text += (
            f"The share is no constant of shallow networks, though: with fewer synonyms or "
            f"classes, or three levels, it is {span(others.share)}. "
        )
    own, deeper = ratios["fcn", "fan_in"], factor(ratios["depth", "fan_in"])
    factors = [
        f"{part.ratio.median():.1f} at L = {L} ({len(part)} task{'s'[: len(part) > 1]})"
        for L, part in own.groupby("L")
    ]
    if factors:
        powers_of_two = join(str(2**L) for L in sorted(own.L.unique()))
        text += (
            f"The P* of a deep one is that of a convolutional network times {join(factors)} "
            f"(medians; 2^L would be {powers_of_two}): below 2^L in {(own.C < 1).sum()} of "
            f"{len(own)} tasks. "
        )
    if deeper is not None:
        text += f"With six layers it needs {with_interval(deeper)} times as much as with L. "
    return text


def power_words(power: Estimate | None) -> str:
    """The power of P* in v beside 4, the claim, and 3, deep networks' law; or that it is open."""
    beside = f"{with_interval(power)} (claim: 4; deep networks' law: 3)"
    if _tells_nothing(power):
        return f"these tasks do not tell with which power of v their P* grows: {beside}"
    return f"P* grows as v to the power {beside}"


def lazy_words(power: Estimate | None, lazy: pd.DataFrame) -> str:
    """The power of v in the lazier scaling, or that its tasks are too few to tell."""
    if _tells_nothing(power):
        number = int(lazy[of_figure(lazy)].P_star.notna().sum())
        return f"the tasks measured ({number} of them) do not tell the power of v"
    return f"the power of v is {with_interval(power)}"


def _tells_nothing(power: Estimate | None) -> bool:
    """Whether a power of v may be 3, deep networks' law, as well as 4, the claim."""
    if power is None or power.low is None or power.high is None:
        return True
    return power.low < 3 and power.high > 4


def span(values: pd.Series) -> str:
    """ "0.21 to 0.35" of the values that are there."""
    values = values.dropna()
    return f"{values.min():.2f} to {values.max():.2f}" if len(values) else NOTHING


def shallow_view(table: pd.DataFrame):
    """All tasks of both scalings: P*, P_max and the share."""
    rows = [
        {
            "scaling": SCALING_NAMES[r.scaling], "L": r.L, "v": r.v, "n_c": r.n_c, "m": r.m,
            "P_max": f"{r.P_max:,.0f}", "P* at 0.7": with_ends(r.P_star, r.low, r.high, 0),
            "P*/P_max": significant(r.share, 2), "seeds": r.num_seeds,
        }
        for r in table.sort_values(["scaling", "L", "P_max"]).itertuples()
    ]  # fmt: skip
    return scrolling(pd.DataFrame(rows))


def deep_view(ratios: Ratios):
    """All tasks: P* of fully connected networks, over the CNN's and over 2^L times it."""
    names = {"fcn": "L", "six": "6"}
    rows = [
        {
            "scaling": SCALING_NAMES[scaling], "layers": names[name], "L": r.L, "v": r.v,
            "n_c": r.n_c, "m": r.m,
            "P* at 10 %": with_ends(r.P_star, r.low, r.high, 0), "CNN": significant(r.other),
            "ratio": f"{r.ratio:.2f}", "over 2^L": f"{r.C:.2f}",
            "at (1−1/n_c)/10": significant(r.parent),
        }
        for (name, scaling), table in sorted(ratios.items())
        if name in names
        for r in table.sort_values(["L", "other"]).itertuples()
    ]  # fmt: skip
    return scrolling(pd.DataFrame(rows))
