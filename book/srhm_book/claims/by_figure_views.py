"""`srhm_book.claims.by_figure` as the page of all claims shows it: a table, a drawing and words."""

from __future__ import annotations

import re

import pandas as pd

from srhm_book import style
from srhm_book.claims.by_figure import AUTHORS, CHEAPER, OURS
from srhm_book.claims.claim import MOST
from srhm_book.wording import NOTHING, join

OFFSET = 0.27  # of a row, between the markers of two trainings


def summary_view(found: pd.DataFrame) -> pd.DataFrame:
    """`summary` as a page shows it."""
    form = {"size": "× {:.2f}", "value": "{:+.3f}"}
    centers = zip(found.kind, found.center, strict=True)
    return pd.DataFrame({
        "Figure": found.figure, "quantity": found.quantity, "training": found.training,
        "known of shown": found.known.astype(str) + " of " + found.shown.astype(str),
        "mean ratio (geometric) or difference": [form[kind].format(c) for kind, c in centers],
        "near": found.near.astype(str) + " of " + found.known.astype(str),
    })  # fmt: skip


def draw_shares(ax, found: pd.DataFrame) -> None:
    """The share of near ones among the known values, a row a figure and quantity.

    Discs: this book's training. Hollow squares: the authors', triangles: its cheaper form, each a
    little lower than the one before. The area grows with the number.
    """
    rows = (found.figure + "  " + found.quantity).tolist()
    places = {row: place for place, row in enumerate(dict.fromkeys(rows))}
    looks = {
        OURS: ("o", style.BLUE, style.BLUE, -OFFSET),
        AUTHORS: ("s", "none", style.VERMILION, 0),
        CHEAPER: ("^", "none", style.ORANGE, OFFSET),
    }
    for training, own in found.assign(place=[places[row] for row in rows]).groupby("training"):
        marker, face, edge, lower = looks[training]
        ax.scatter(
            own.near / own.known, own.place + lower, s=15 + 6 * own.known**0.5, marker=marker,
            facecolor=face, edgecolor=edge, label=training, zorder=2,
        )  # fmt: skip
    names = [re.sub(r"P\*(_\w)?", r"$P^*\1$", row) for row in places]
    ax.set_yticks(range(len(places)), names, fontsize=11)
    ax.invert_yaxis()
    ax.grid(axis="y", color=style.GREY, linewidth=0.4, alpha=0.5)
    ax.set_xlim(-0.03, 1.03)
    ax.set_xlabel("share of the known values near the paper's")
    style.legend(ax, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, fontsize=10)


def told(found: pd.DataFrame, kind: str, training: str = OURS) -> str:
    """ "82 of 122": how many values of a kind are near, over all figures of one training."""
    own = found[(found.kind == kind) & (found.training == training)]
    return f"{own.near.sum():,} of {own.known.sum():,}" if len(own) else NOTHING


def far_from(found: pd.DataFrame, training: str, kind: str = "size") -> str:
    """ "P*_D of Figure 14 (14 of 23)": what is near in fewer than `MOST`, the worst first.

    found: as `summary`. "none" where all reach it.
    """
    own = found[(found.kind == kind) & (found.training == training)]
    own = own[own.near < MOST * own.known].assign(share=own.near / own.known)
    named = (
        f"{row.quantity} of Figure {row.figure} ({row.near} of {row.known})"
        for row in own.sort_values("share").itertuples()
    )
    return join(named, "; ")
