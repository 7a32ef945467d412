"""What the layers notice, as the chapter prints it: plateaus, onsets and the two readings."""

from __future__ import annotations

import pandas as pd

from srhm_book.invariance.layers import in_words
from srhm_book.wording import NOTHING

ONSETS = {"1": "layer 1", "2": "layer 2", "out": "output"}


def plateau_view(plateaus: pd.DataFrame) -> pd.DataFrame:
    """ "here / paper" for each sensitivity (rows) and s0 (columns).

    plateaus: as `srhm_book.invariance.layers.compare_plateaus`, with a column ``arch``.
    """
    cells = plateaus.assign(
        cell=[f"{row.value:.2f} / {_number(row.paper)}" for row in plateaus.itertuples()],
        network=plateaus.arch.str.upper(),
        sensitivity=plateaus.quantity.map(in_words),
    )
    index = ["network", "sensitivity"]
    wide = cells.pivot(index=index, columns="s0", values="cell").fillna("")
    wide = wide.reindex(list(dict.fromkeys(zip(cells.network, cells.sensitivity, strict=True))))
    return wide.rename(columns=lambda s0: f"s0 = {s0}").rename_axis(columns=None, index=index)


def onset_answers(onsets: pd.DataFrame) -> pd.DataFrame:
    """Columns ``here``, ``paper`` by change, level and network: "layer 2" where all s0 agree.

    Else every answer with its number of s0. onsets: `srhm_book.invariance.layers.onset_table`.
    """
    grouped = onsets.groupby(["change", "level", "arch"], sort=False)
    return grouped[["here", "paper"]].agg(_named)


def onset_view(onsets: pd.DataFrame, with_paper: bool = True) -> pd.DataFrame:
    """`onset_answers` as a table: a row a change, here and in the paper for each network."""
    answers = onset_answers(onsets)[["here", "paper"] if with_paper else ["here"]]
    wide = answers.unstack("arch").swaplevel(axis=1).sort_index(axis=1, ascending=[False, True])
    wide = wide.fillna(NOTHING).rename(columns=str.upper, level=0)
    wide.index = [f"{change} {level}" for change, level in wide.index]
    return wide.rename_axis(columns=[None, None])


def _named(values: pd.Series) -> str:
    counts = values.map(ONSETS).fillna("none").value_counts()
    if len(counts) == 1:
        return counts.index[0]
    return ", ".join(f"{name} ({count})" for name, count in counts.items())


def readings_view(readings: pd.DataFrame) -> pd.DataFrame:
    """ "usual / anew / paper" of every layer, from `srhm_book.invariance.conventions.readings`."""
    cells = [
        f"{row.usual:.2f} / {row.anew:.2f} / {_number(row.paper)}" for row in readings.itertuples()
    ]
    shown = readings.assign(
        cell=cells,
        P=readings.P.map("{:,}".format),
        level=readings.letter + ", " + readings.level.astype(str),
        layer=readings.layer.map(ONSETS),
    )
    keys = ["s0", "P", "level"]
    wide = shown.pivot(index=keys, columns="layer", values="cell")
    wide = wide.reindex(list(dict.fromkeys(shown[keys].itertuples(index=False, name=None))))
    return wide.rename_axis(columns=None, index=keys)


def _number(value: float) -> str:
    return NOTHING if pd.isna(value) else f"{value:.2f}"
