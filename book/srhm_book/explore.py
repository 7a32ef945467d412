"""Figures to point at: the values of a plot, shown under the pointer or the finger.

A fold below the static figure, drawn by Bokeh when a reader opens it (book/assets/explore.js loads
Bokeh's script from the book itself). Without JavaScript, on paper and in the PDF the static figure
is all there is, and it says the same.
"""

from __future__ import annotations

import html
import json
import math
from collections.abc import Mapping, Sequence

import pandas as pd
from bokeh.embed import json_item
from bokeh.models import ColumnDataSource, HoverTool, Whisker
from bokeh.plotting import figure
from IPython.display import HTML

from srhm_book import style

# Bokeh's names of matplotlib's markers.
MARKERS = {"o": "circle", "s": "square", "^": "triangle", "v": "inverted_triangle",
           "D": "diamond", "P": "plus", "X": "x", "*": "star"}  # fmt: skip


def explore(
    points: pd.DataFrame,
    x: str,
    y: str,
    series: str,
    hover: Mapping[str, str],
    labels: Sequence[str],
    log: bool = True,
    lines: Sequence[tuple[Sequence[float], Sequence[float]]] = (),
    name: str = "Point at single values",
) -> HTML:
    """The fold with a plot of ``points``, for the output of a cell.

    Parameters
    ----------
    points: one row a marker; where columns ``low`` and ``high`` are there, they are the ends of its
        vertical bar, open (nan) where there is none.
    x, y: the columns drawn. series: the column that says colour and
        marker, "s0" or "arch" (`srhm_book.style.style_for`).
    hover: what is shown of a point: {words: column}, numbers to three digits.
    labels: of both axes. log: both axes logarithmic. lines: (xs, ys) of further lines, in grey.
    """
    shown = points.dropna(subset=[x, y])
    if shown.empty:  # Bokeh warns of a plot without points
        return HTML('<p class="provenance">No point to show.</p>')
    kind = "log" if log else "linear"
    plot = figure(
        height=420, sizing_mode="stretch_width", x_axis_type=kind, y_axis_type=kind,
        x_axis_label=labels[0], y_axis_label=labels[1],
        tools="pan,wheel_zoom,box_zoom,reset", toolbar_location="above",
    )  # fmt: skip
    plot.toolbar.logo = None
    for xs, ys in lines:
        plot.line(list(map(float, xs)), list(map(float, ys)), color=style.GREY)
    renderers = []
    for value, part in shown.groupby(series, sort=True):
        look = style.style_for(**{series: value})
        source = ColumnDataSource(_columns(part, x, y, hover))
        if {"low", "high"} <= set(part):
            plot.add_layout(
                Whisker(source=source, base=x, upper="high", lower="low", line_color=look["color"])
            )
        renderers.append(
            plot.scatter(
                x, y, source=source, size=9, marker=MARKERS.get(look["marker"], "circle"),
                color=look["color"], fill_alpha=0.6, legend_label=f"{series} = {value}",
            )
        )  # fmt: skip
    tips = [(words, f"@{{{words}}}") for words in hover]
    plot.add_tools(HoverTool(renderers=renderers, tooltips=tips))
    plot.legend.click_policy = "hide"
    plot.legend.location = "top_left"
    item = json.dumps(json_item(plot)).replace("</", "<\\/")
    return HTML(
        f'<details class="explore"><summary>{html.escape(name)}</summary>'
        f'<div class="explore-plot"></div><script type="application/json">{item}</script></details>'
    )


def _columns(part: pd.DataFrame, x: str, y: str, hover: Mapping[str, str]) -> dict[str, list]:
    """What Bokeh draws and shows: numbers for the axes, words for the pointer."""
    columns = {name: part[name].astype(float).tolist() for name in (x, y)}
    for end in ("low", "high"):
        if end in part:
            # An open end is drawn as none at all.
            columns[end] = part[end].astype(float).fillna(part[y].astype(float)).tolist()
    return columns | {words: [_say(v) for v in part[column]] for words, column in hover.items()}


def _say(value) -> str:
    if isinstance(value, str):
        return value
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 or float(value).is_integer() else f"{value:.3g}"
