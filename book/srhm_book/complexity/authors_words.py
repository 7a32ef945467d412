"""What chapter 17 says of the paper's points and of those that are missing: views and words."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from srhm_book.complexity.authors import crossing
from srhm_book.complexity.authors_table import NAMES, NEAR
from srhm_book.wording import join

HOPED = {2: 0.9, 3: 0.8}  # share of near points, by L, set before any was trained


def shares_view(found: pd.DataFrame) -> pd.DataFrame:
    """`shares` as a page shows it."""
    columns = {"network": found.arch.str.upper(), "L": found.L, "shown": found.shown}
    for name, title in NAMES.items():
        if f"num_{name}" not in found:
            continue
        num, near = found[f"num_{name}"], found[f"near_{name}"]
        mean = found[f"mean_{name}"].map("{:.2f}".format)
        columns[title] = near.astype(str) + " of " + num.astype(str) + " (" + mean + ")"
    return pd.DataFrame(columns)


def steps_by_network(table: pd.DataFrame) -> str:
    """ "1.46 (LCN L=2), ...": the median factor between neighbours among the paper's sizes."""
    factors = table.sizes.map(lambda sizes: np.median(np.divide(sizes[1:], sizes[:-1])))
    return ", ".join(_by_network(factors.groupby([table.arch, table.L], sort=False).median()))


def interpolated_words(table: pd.DataFrame, errors: str = "cheap_errors") -> str:
    """ "1.08 (LCN L=2), ...": geometric means of P*, interpolated, over the paper's.

    errors: the column of an `authors_table` of one training.
    """
    logs = np.log(table[errors].map(crossing) / table.paper)
    return join(_by_network(np.exp(logs.groupby([table.arch, table.L], sort=False).mean())))


def _by_network(values: pd.Series) -> list[str]:
    """ "1.46 (LCN L=2)" for each network and L of the index."""
    return [f"{value:.2f} ({arch.upper()} L={L})" for (arch, L), value in values.items()]


def seeds_words(ratios: pd.DataFrame) -> dict[str, str]:
    """What several seeds of a point say, in words, by name: how many points (num) of which kinds,
    how many are near in each seed, and how many have the same size in all.

    ratios: as `srhm_book.complexity.authors_table.ratios_by_seed`.
    """
    own = ratios.filter(like="seed")
    kinds = ratios.groupby(["arch", "L"]).size().items()
    near = own.map(lambda ratio: 1 / NEAR <= ratio <= NEAR).sum()
    return {
        "num": str(len(own)),
        "kinds": join(f"{arch.upper()} L={L}: {num}" for (arch, L), num in kinds),
        "near": join(map(str, near)),
        "same": str((own.nunique(axis=1) == 1).sum()),
    }


def targets_missed(found: pd.DataFrame, training: str = "cheap") -> str:
    """The networks and depths whose share of near points in a training is below `HOPED`, in words.

    found: as `shares`.
    """
    counts = zip(
        found.arch, found.L, found[f"near_{training}"], found[f"num_{training}"], strict=True
    )
    said = [
        f"the {arch.upper()} at L={L} ({near} of {num})"
        for arch, L, near, num in counts
        if near < HOPED[L] * num
    ]
    return join(said)


def hours_left(table: pd.DataFrame, runs: pd.DataFrame, ratio: str = "ratio") -> pd.Series:
    """Core hours of one training at the paper's size, for each point that is not bracketed yet.

    ratio: the column of P* in an `authors_table`, of the training whose ``runs`` (`authors_runs`)
    these are. The time per datum is the median over the larger half of those of the network and L:
    small ones take many epochs, large ones few, which hardly change.
    """
    missing = table[table[ratio].isna()]
    hours = pd.Series(math.nan, missing.index)
    if runs.empty:
        return hours
    for (arch, L), points in missing.groupby(["arch", "L"]):
        own = runs[(runs.arch == arch) & (runs.L == L)]
        large = own[own.P.ge(own.P.median())]
        hours[points.index] = points.paper * (large.seconds / large.P).median() / 3600
    return hours


def points_left(table: pd.DataFrame, hours: pd.Series) -> str:
    """The points that are not bracketed yet, each with its `hours_left`, by network and L."""
    parts = []
    for (arch, L), points in table.loc[hours.index].groupby(["arch", "L"], sort=False):
        named = [f"v={p.v} s0={p.s0} ({_told(hours[p.Index])})" for p in points.itertuples()]
        parts.append(f"{arch.upper()} L={L}: {', '.join(named)}")
    return "; ".join(parts) if parts else "none"


def _told(hours: float) -> str:
    return f"{hours:.1f} h" if hours >= 1 else f"{60 * hours:.0f} min"


def one_side_words(table: pd.DataFrame, ratio: str = "ratio", errors: str = "errors") -> str:
    """The points all of whose sizes tried lie on one side of P*, in words: what they bound.

    Where the paper's P* is the smallest of its sizes and already learned, there is none to bracket
    it from below. ratio, errors: the columns of an `authors_table` of one training.
    """
    said = []
    for p in table[table[ratio].isna()].itertuples():
        if own := getattr(p, errors):
            learned = max(own.values()) <= 0.1
            bound = min(own) if learned else max(own)
            least = learned and bound < p.sizes[1]
            told = f"{'<' if learned else '>'} {bound / p.paper:.2f}"
            told += ", the smallest of the paper's sizes" * least
            said.append(f"{p.arch.upper()} L={p.L} v={p.v} s0={p.s0} ({told})")
    return ", ".join(said) if said else "none"


def one_side_counts(table: pd.DataFrame, L: int) -> tuple[int, int]:
    """Of the points of one depth all of whose sizes tried in the cheaper form lie on one side of
    P*: how many are not learned at the paper's P* or above, and how many are learned at all sizes.
    """
    errors = [own for own in table[(table.L == L) & table.cheap.isna()].cheap_errors if own]
    larger = sum(min(own.values()) > 0.1 for own in errors)
    return larger, len(errors) - larger
