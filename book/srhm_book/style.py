"""One look for every figure: sizes for phones, colour *and* marker for each case.

The colours are Okabe and Ito's, which colour-blind readers can tell apart; each comes with a
marker of its own, so that a figure also works without colour. Figures have a white ground: the
book's dark mode shows them as cards.
"""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

BLUE, VERMILION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
SKY, PURPLE, YELLOW, BLACK, GREY = "#56B4E9", "#CC79A7", "#F0E442", "#222222", "#777777"
CYCLE = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, BLACK)

# Widths in inches. A page's column shows about 7.5 of them; a phone shrinks them all to fit.
NARROW, WIDE = 5.4, 7.4

S0_STYLES = {
    0: {"color": BLACK, "marker": "o"},
    1: {"color": BLUE, "marker": "s"},
    2: {"color": VERMILION, "marker": "^"},
    4: {"color": GREEN, "marker": "D"},
    6: {"color": PURPLE, "marker": "v"},
}
ARCH_STYLES = {
    "lcn": {"color": BLUE, "marker": "o"},
    "cnn": {"color": VERMILION, "marker": "s"},
    "fcn": {"color": GREEN, "marker": "^"},
}
PAPER_STYLE = {"color": GREY, "marker": "x", "linestyle": ":", "linewidth": 1.2, "markersize": 6}

RC = {
    "figure.figsize": (NARROW, 3.6),
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "font.size": 12,
    "axes.labelsize": 12,
    "axes.titlesize": 12,
    "legend.fontsize": 11,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 6,
    "axes.prop_cycle": matplotlib.cycler(color=CYCLE),
    "mathtext.fontset": "dejavusans",
    "svg.hashsalt": "srhm",  # or the ids inside an SVG file differ from run to run
}


def use_style() -> None:
    """Sets the figures' look and, inside a notebook, makes them SVG without a date."""
    matplotlib.rcParams.update(RC)
    if "inline" in matplotlib.get_backend():
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg", metadata={"Date": None})


def style_for(s0: int | None = None, arch: str | None = None) -> dict:
    """Keywords for `plot` (colour and marker) of a sparsity s0, or else of a network."""
    table, key, name = (S0_STYLES, s0, "s0") if arch is None else (ARCH_STYLES, arch, "arch")
    if key not in table:
        raise ValueError(f"{name} must be one of {', '.join(map(str, table))}, not {key!r}")
    return dict(table[key])


def draw_learning_curve(ax, frame, quantity="test_error", label=None, **style) -> None:
    """Draws `quantity` against P (log axis) from runs that differ only in P and seeds.

    frame: DataFrame with columns P and `quantity`, one row per run. The line joins the means over
    the runs at each P; bars span the runs from the lowest to the highest.
    """
    runs = frame[["P", quantity]].astype(float).dropna().sort_values("P")
    if runs.empty:
        raise ValueError(f"there is no run with a {quantity} to draw")
    grouped = runs.groupby("P")[quantity]
    mean, low, high = grouped.mean(), grouped.min(), grouped.max()
    style = {"linestyle": "-", "marker": "o", **style}
    lengths = np.stack([mean - low, high - mean]).clip(0)  # the mean of equal runs is rounded
    bars = {"yerr": lengths, "capsize": 2, "elinewidth": 1}
    ax.errorbar(mean.index, mean, label=label, **bars, **style)
    log_axis(ax)
    ax.set_xlabel("training-set size $P$")
    ax.set_ylabel(quantity.replace("_", " "))


def log_axis(ax, which="x") -> None:
    """Makes an axis logarithmic with few, plain tick labels: 500, 1,000, 2,000, ...

    Call it after drawing: how many ticks there are depends on the range of the data.
    """
    ax.set_xscale("log") if which == "x" else ax.set_yscale("log")
    low, high = ax.dataLim.intervalx if which == "x" else ax.dataLim.intervaly
    label_log(ax.xaxis if which == "x" else ax.yaxis, low, high)


def log_ticks(ax, ticks) -> None:
    """Makes the x axis logarithmic with labels at those of ``ticks`` that lie inside of it."""
    ax.set_xscale("log")
    low, high = ax.get_xlim()
    inside = [tick for tick in ticks if low <= tick <= high]
    ax.set_xticks(inside, [f"{tick:g}" for tick in inside])
    ax.minorticks_off()


def label_log(axis, low: float, high: float, short: bool = False) -> None:
    """Plain tick labels, a few between ``low`` and ``high``, for a logarithmic axis.

    short: 20k and 3M for 20,000 and 3,000,000, where panels are narrow.
    """
    decades = np.floor(np.log10(high)) - np.ceil(np.log10(low)) + 1 if 0 < low < high else 0
    subs = (1, 2, 5) if high < 40 * low else (1, 3) if decades < 3 else (1,)
    axis.set_major_locator(LogLocator(subs=subs))
    axis.set_major_formatter(FuncFormatter(_short if short else lambda value, _: f"{value:,.10g}"))
    axis.set_minor_formatter(NullFormatter())


def _short(value: float, _) -> str:
    for unit, letter in ((1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:g}{letter}"
    return f"{value:g}"


def bar_lengths(value, low, high) -> np.ndarray:
    """Lengths (2, n) of error bars from ``low`` to ``high``; none towards an end that is open.

    An open end is None, nan or infinite.
    """
    value, low, high = (np.atleast_1d(np.asarray(x, dtype=float)) for x in (value, low, high))
    lengths = np.stack([value - low, high - value])
    return np.where(np.isfinite(lengths), lengths, 0.0).clip(min=0)


def draw_P_star(ax, estimate, threshold=0.1, paper=None, **style) -> None:
    """Marks a sample complexity on a learning curve: a star, and a thick line for its interval.

    estimate: what `srhm.stats.curves.sample_complexity` returns; without a P_star no star is drawn.
    paper: the paper's value, an upright tick of the same colour; None for none.
    """
    color = style.get("color", BLACK)
    visible = ax.get_xlim()  # a wide interval must not squeeze the curve
    ax.axhline(threshold, color=GREY, linewidth=0.8, linestyle="--", zorder=0)
    common = {"color": color, "linestyle": "none", "zorder": 6}
    if estimate.P_star is not None:
        low, high = estimate.low or estimate.P_star, estimate.high or estimate.P_star
        ax.plot([low, high], [threshold] * 2, color=color, linewidth=6, alpha=0.35, zorder=2)
        ax.plot(
            [estimate.P_star], [threshold], marker="*", markersize=15, markeredgecolor="white",
            markeredgewidth=0.8, **common,
        )  # fmt: skip
    if paper is not None:
        ax.plot([paper], [threshold], marker="|", markersize=24, markeredgewidth=2, **common)
    ax.set_xlim(visible)


def draw_paper(ax, P, values, label="paper", **style) -> None:
    """Draws values read off the paper's figures: grey crosses on a dotted line."""
    ax.plot(P, values, label=label, **{**PAPER_STYLE, **style})


def legend(ax, **keywords) -> None:
    """`ax.legend`, unless nothing is labelled: a toy may have nothing to draw."""
    if ax.get_legend_handles_labels()[0]:
        ax.legend(**keywords)


def legend_beside(figure, ax, place: str = "upper", columns: int = 4) -> None:
    """One legend for all panels, of what ``ax`` shows: above ("upper") or below ("lower") them."""
    handles, labels = ax.get_legend_handles_labels()
    if handles:
        where = f"outside {place} center"
        figure.legend(handles, labels, loc=where, ncols=columns, fontsize=10)


def nothing_yet() -> plt.Figure:
    """A picture that says that none of its runs are stored."""
    figure, ax = new_axes(height=0.8)
    ax.set_axis_off()
    say_nothing_yet(ax)
    return figure


def say_nothing_yet(ax) -> None:
    """The same in a panel."""
    ax.text(0.5, 0.5, "not trained yet", ha="center", va="center", transform=ax.transAxes)


def new_axes(columns=1, rows=1, width=None, height=3.6, **keywords):
    """`plt.subplots` for a grid of panels, sizes in inches; returns figure and axes."""
    width = width or (NARROW if columns == 1 else WIDE)
    size = (width, height)
    return plt.subplots(rows, columns, figsize=size, layout="constrained", **keywords)
