"""Architectures for growing training sets (Figures 1E, 1F, 17C, 17D, and 9 by depth)."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from srhm.networks.names import PATCH_NETWORKS
from srhm.runs.search import run_at
from srhm.runs.store import Store, to_frame
from srhm.runs.sweep import sweep
from srhm.stats.curves import last_fall
from srhm.stats.fits import Estimate
from srhm_book import style as plots
from srhm_book.architectures.views import (
    ARCHITECTURE_NAMES,
    ARCHS,
    by_architecture,
    error_axes,
    style,
)
from srhm_book.bootstrap import rank_correlation
from srhm_book.curves import COMMON_TRAINING, GROWING_P, architecture_run
from srhm_book.grids import TOY, setting
from srhm_book.paper import crossing, published

GROWING_PANELS = {  # (quantity, layer): panel of the paper
    ("D", "out"): "fig1E", ("S", "out"): "fig1F", ("D", "internal"): "fig17C",
    ("S", "internal"): "fig17D",
}  # fmt: skip
DEPTHS = {"20": "1/5", "50": "1/2", "80": "4/5"}  # our layers' names: the paper's
DEPTH_STYLES = {
    "eps": {"color": plots.BLACK, "marker": "o"},
    "S": {"color": plots.BLUE, "marker": "s"},
    "D": {"color": plots.VERMILION, "marker": "^"},
}
FEWEST_SIZES = 3  # sizes of an architecture that is shown as a curve
FIRST_P = 870  # where Figures 1E and 1F begin, about; below, all is chance


def growing_runs(profile: str, repeats: int, store: Store | None, **options) -> pd.DataFrame:
    """The runs of all architectures at `GROWING_P`: stored ("book"), or some trained now.

    "fresh" trains the LCN and VGG11 at three sizes each, "smoke" toys.
    """
    seeds = range(repeats)
    if profile == "book":
        configs = [architecture_run(a, P, seed) for a in ARCHS for P in GROWING_P for seed in seeds]
        return to_frame(run for config in configs if (run := store.get(config)) is not None)
    if profile == "fresh":
        sizes = {"lcn": (2599, 14_400, 39_270), "vgg11": (290, 870, 2599)}
        configs = [architecture_run(a, P, seed) for a in sizes for P in sizes[a] for seed in seeds]
        return sweep(configs, None, **options)
    sizes = (100, 150, 200)
    lcn = setting("lcn", 4, 2, **TOY | {"max_epochs": 3})
    common = COMMON_TRAINING | {"batch_size": 25, "max_epochs": 1, "num_test": 100}
    vgg = setting("cnn", 4, 2).replace(arch="vgg11", **common)
    toys = [run_at(toy, P, seed) for toy in (lcn, vgg) for P in sizes for seed in seeds]
    return sweep(toys, None, **options)


def by_size(runs: pd.DataFrame) -> pd.DataFrame:
    """The table of `by_architecture` for each P, with a column ``P``; whole curves alone.

    Left out are runs that diverged and architectures with fewer than `FEWEST_SIZES` sizes.
    """
    good = runs[runs.status != "diverged"] if len(runs) else runs
    sizes = sorted(good.P.unique()) if len(good) else []
    parts = [by_architecture(good[good.P == P]).assign(P=P) for P in sizes]
    table = pd.concat(parts) if parts else by_architecture(good).assign(P=[])
    enough = table.groupby("arch").P.transform("nunique") >= FEWEST_SIZES
    return table[enough].sort_values(["arch", "P"]).reset_index(drop=True)


def architectures_with_curves(table: pd.DataFrame) -> list[str]:
    """The architectures of a table, in the order of `ARCHS`."""
    return [arch for arch in ARCHS if (table.arch == arch).any()]


def paper_points(letter: str, layer: str, arch: str) -> pd.DataFrame:
    """The paper's points of one architecture: ``sensitivity``, ``test_error``; largest P first."""
    points = published(GROWING_PANELS[letter, layer])
    return points[points.architecture == ARCHITECTURE_NAMES[arch]].sort_values(
        "order_from_largest_P"
    )


def draw_growing(ax, table: pd.DataFrame, quantity: str, paper: bool = True) -> None:
    """Test error against ``quantity`` ("S_out", "D_internal", ...), P growing along each line.

    Bars: range over the seeds. Hollow, on a dotted line: the paper's.
    """
    for arch in architectures_with_curves(table):
        look, own = style(arch), table[table.arch == arch]
        bars = [
            plots.bar_lengths(own[name], own[f"{name}_low"], own[f"{name}_high"])
            for name in (quantity, "test_error")
        ]
        ax.errorbar(
            own[quantity], own.test_error, xerr=bars[0], yerr=bars[1], linewidth=1.2,
            elinewidth=0.8, label=ARCHITECTURE_NAMES[arch], **look,
        )  # fmt: skip
        theirs = paper_points(*quantity.split("_"), arch)
        if paper and len(theirs):
            hollow = look | {"markerfacecolor": "white", "linestyle": ":", "linewidth": 1}
            ax.plot(theirs.sensitivity, theirs.test_error, zorder=1, **hollow)
    error_axes(ax)


def correlations(table: pd.DataFrame, quantity: str) -> dict[str, tuple[Estimate | None, ...]]:
    """Rank correlations of test error and ``quantity`` from P = `FIRST_P`: (here, the paper's).

    One entry for each architecture, and "all" for the points of all of them together.
    """
    own, letter_layer = table[table.P >= FIRST_P], quantity.split("_")
    theirs = {arch: paper_points(*letter_layer, arch) for arch in architectures_with_curves(own)}
    pairs = {arch: (own[own.arch == arch], theirs[arch]) for arch in theirs}
    if theirs:
        pairs["all"] = own, pd.concat(theirs.values())
    return {
        name: (
            rank_correlation(ours[quantity], ours.test_error),
            rank_correlation(paper.sensitivity, paper.test_error),
        )
        for name, (ours, paper) in pairs.items()
    }


def sizes_at_half(table: pd.DataFrame) -> pd.DataFrame:
    """P at which the test error falls through a half, a row for each architecture that does.

    Columns ``here``, ``paper`` (Figure 9; nan for the LCN) and ``here / paper``.
    """
    rows = {}
    for arch in architectures_with_curves(table):
        own = table[table.arch == arch].sort_values("P")
        theirs = None if arch in PATCH_NETWORKS else published_fig9_curve(arch, "50", "eps")
        theirs = math.nan if theirs is None else crossing(theirs, 0.5)
        here = last_fall(own.P.to_numpy(float), own.test_error.to_numpy(float), 0.5)
        if 0 < here < math.inf:
            rows[ARCHITECTURE_NAMES[arch]] = {
                "here": here,
                "paper": theirs,
                "here / paper": here / theirs,
            }
    return pd.DataFrame(rows, index=["here", "paper", "here / paper"]).T


def by_depth(runs: pd.DataFrame) -> pd.DataFrame:
    """Test error and level-1 sensitivities of common architectures, means over seeds.

    One row for each ``arch``, ``P``, ``depth`` (a key of `DEPTHS`) and ``quantity`` ("eps", "S",
    "D"), with ``value``, ``low`` and ``high`` (range over the seeds) and ``paper`` (Figure 9 at the
    same P; nan where it has no point).
    """
    common = runs[~runs.arch.isin(PATCH_NETWORKS)] if len(runs) else runs
    theirs = published("fig9").groupby(["architecture", "depth", "quantity", "P"]).value.mean()
    rows = []
    for (arch, P), own in common.groupby(["arch", "P"]) if len(common) else ():
        for depth, name in DEPTHS.items():
            for quantity in DEPTH_STYLES:
                column = "test_error" if quantity == "eps" else f"{quantity}_{depth}_1"
                values = own[column].astype(float)
                key = (
                    ARCHITECTURE_NAMES[arch],
                    name,
                    quantity if quantity == "eps" else f"{quantity}_k",
                    P,
                )
                row = {"arch": arch, "P": int(P), "depth": depth, "quantity": quantity}
                row |= {"value": values.mean(), "low": values.min(), "high": values.max()}
                rows.append(row | {"paper": theirs.get(key, np.nan)})
    columns = ["arch", "P", "depth", "quantity", "value", "low", "high", "paper"]
    table = pd.DataFrame(rows, columns=columns)
    enough = table.groupby("arch").P.transform("nunique") >= FEWEST_SIZES
    return table[enough].reset_index(drop=True)


def published_fig9_curve(arch: str, depth: str, quantity: str) -> pd.DataFrame:
    """A curve of the paper's Figure 9: P and value; quantity as in `by_depth`."""
    curves = published("fig9").set_index(["architecture", "depth", "quantity"]).sort_index()
    name = quantity if quantity == "eps" else f"{quantity}_k"
    return curves.loc[(ARCHITECTURE_NAMES[arch], DEPTHS[depth], name), ["P", "value"]].sort_values(
        "P"
    )


def draw_depths(table: pd.DataFrame, architectures: list[str], paper: bool = True):
    """Figure 9: a row of panels an architecture, a panel a relative depth (`draw_depth`)."""
    rows = max(len(architectures), 1)
    size = {"height": 2.5 * rows + 0.6, "squeeze": False}
    figure, axes = plots.new_axes(len(DEPTHS), rows, sharex=True, sharey=True, **size)
    for row, arch in zip(axes, architectures, strict=False):
        for ax, (depth, name) in zip(row, DEPTHS.items(), strict=True):
            draw_depth(ax, table, arch, depth, paper=paper)
            ax.set_title(f"{ARCHITECTURE_NAMES[arch]}, depth {name}", fontsize=10)
    for ax in axes[-1]:
        ax.set_xlabel("$P$")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def draw_depth(ax, table: pd.DataFrame, arch: str, depth: str, paper: bool = True) -> None:
    """One panel of Figure 9: test error, S and D of the layer at a relative depth, against P.

    table: what `by_depth` returns. Bars: range over the seeds. Dotted, hollow: the paper's.
    """
    symbols = {"eps": r"test error $\varepsilon$", "S": "$S_{k,1}$", "D": "$D_{k,1}$"}
    panel = table[(table.arch == arch) & (table.depth == depth)]
    for quantity, look in DEPTH_STYLES.items():
        own = panel[panel.quantity == quantity].sort_values("P")
        bars = plots.bar_lengths(own.value, own.low, own.high)
        ax.errorbar(own.P, own.value, yerr=bars, elinewidth=1, label=symbols[quantity], **look)
        if paper:
            hollow = look | {"markerfacecolor": "white", "linestyle": ":", "linewidth": 0.9}
            theirs = published_fig9_curve(arch, depth, quantity)
            ax.plot(theirs.P, theirs.value, zorder=1, markersize=3.5, **hollow)
    plots.log_axis(ax)
    ax.set_ylim(0, 1)


def change_with_depth(table: pd.DataFrame) -> pd.DataFrame:
    """From the smallest P to the largest: how S and D change at each depth, here and in the paper.

    One row for each architecture, depth and quantity: ``first``, ``last`` and their sizes
    ``P_first``, ``P_last``; ``paper_first`` and ``paper_last`` at the same sizes.
    """
    rows = []
    for (arch, depth, quantity), own in table.groupby(["arch", "depth", "quantity"]):
        first, last = own.sort_values("P").iloc[[0, -1]].to_dict("records")
        rows.append(
            {"arch": arch, "depth": depth, "quantity": quantity, "P_first": first["P"]}
            | {"P_last": last["P"], "first": first["value"], "last": last["value"]}
            | {"paper_first": first["paper"], "paper_last": last["paper"]}
        )
    return pd.DataFrame(rows)


def sensitivity_falls(table: pd.DataFrame) -> pd.DataFrame:
    """By what factor each sensitivity falls across the transition of the test error.

    One row for each architecture, depth and quantity ("S", "D"): ``fall`` is the value at the
    largest P whose test error is above a half (``P_before``) divided by that at the first P after
    it whose error is below 5 % (``P_after``); ``paper_fall`` the same of the paper's curves.
    """
    rows = []
    for arch in architectures_with_curves(table):
        own = table[table.arch == arch].set_index(["depth", "quantity"]).sort_index()
        for depth in DEPTHS:
            for quantity in "SD":
                ours = [own.loc[(depth, name), ["P", "value"]] for name in ("eps", quantity)]
                theirs = [published_fig9_curve(arch, depth, name) for name in ("eps", quantity)]
                before, after, fall = across_transition(*ours)
                rows.append(
                    {"arch": arch, "depth": depth, "quantity": quantity, "P_before": before}
                    | {"P_after": after, "fall": fall, "paper_fall": across_transition(*theirs)[2]}
                )
    columns = ["arch", "depth", "quantity", "P_before", "P_after", "fall", "paper_fall"]
    return pd.DataFrame(rows, columns=columns)


def across_transition(error: pd.DataFrame, sensitivity: pd.DataFrame) -> tuple[float, float, float]:
    """P before and after the transition, and the ratio of the sensitivities there; nan if none.

    error, sensitivity: columns P and value.
    """
    both = error.groupby("P").value.mean().to_frame("error")
    both = both.join(sensitivity.groupby("P").value.mean(), how="inner").sort_index()
    high = both[both.error > 0.5]
    low = both[both.error < 0.05].loc[high.index.max() if len(high) else np.inf :]
    if high.empty or low.empty:
        return np.nan, np.nan, np.nan
    return high.index[-1], low.index[0], high.value.iloc[-1] / low.value.iloc[0]
