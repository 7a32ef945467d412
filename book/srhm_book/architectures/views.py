"""Architectures side by side (Figures 1C, 1D, 17A, 17B): test error and sensitivities."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from srhm.networks.names import COMMON, PATCH_NETWORKS
from srhm.runs.search import run_at
from srhm.runs.store import Store, to_frame
from srhm.runs.sweep import sweep
from srhm.training.config import RunConfig
from srhm_book import style as plots
from srhm_book.bootstrap import rank_correlation
from srhm_book.curves import architecture_run, as_the_authors
from srhm_book.grids import TOY, setting
from srhm_book.paper import published
from srhm_book.wording import join, significant

ARCHS = ("lcn", "cnn", *COMMON)
ARCHITECTURE_NAMES = {
    "lcn": "LCN", "cnn": "CNN", "vgg11": "VGG11", "vgg16": "VGG16", "resnet18": "ResNet18",
    "resnet34": "ResNet34", "efficientnet_b0": "EfficientNetB0",
}  # fmt: skip
FIXED_P_PANELS = {  # (quantity, layer): panel of the paper
    ("S", "out"): "fig1D", ("D", "out"): "fig1C", ("S", "internal"): "fig17B",
    ("D", "internal"): "fig17A",
}  # fmt: skip
QUANTITIES = {
    "D_out": "displacements, output",
    "S_out": "synonyms, output",
    "D_internal": "displacements, internal layer",
    "S_internal": "synonyms, internal layer",
}
COMMON_STYLES = {
    "vgg11": (plots.SKY, "v"), "vgg16": (plots.SKY, "^"), "resnet18": (plots.GREEN, "D"),
    "resnet34": (plots.GREEN, "P"), "efficientnet_b0": (plots.PURPLE, "X"),
}  # fmt: skip


def architecture_runs(
    profile: str, P: int, repeats: int, store: Store | None, **options
) -> pd.DataFrame:
    """The runs of all architectures at P: stored ("book"), or some trained now.

    "fresh" trains the LCN, the CNN and VGG11, "smoke" two toys.
    """
    seeds = range(repeats)
    if profile == "book":
        configs = [architecture_run(arch, P, seed) for arch in ARCHS for seed in seeds]
        return to_frame(run for config in configs if (run := store.get(config)) is not None)
    if profile == "fresh":
        archs = ("lcn", "cnn", "vgg11")
        return sweep([architecture_run(a, P, s) for a in archs for s in seeds], None, **options)
    lcn = setting("lcn", 4, 2, **TOY | {"max_epochs": 3})
    vgg = RunConfig(
        arch="vgg11", v=4, s0=2, P=P, batch_size=64, lr=0.05, max_epochs=1, num_test=100
    )
    return sweep([run_at(toy, P, seed) for toy in (lcn, vgg) for seed in seeds], None, **options)


def by_architecture(runs: pd.DataFrame) -> pd.DataFrame:
    """Means over the seeds, one row an architecture, in the order of `ARCHS`.

    Columns ``arch``, ``seeds``, ``diverged``, ``test_error``, and ``S_out``, ``D_out``,
    ``S_internal``, ``D_internal`` (level 1; the internal layer is 80 % deep, layer 2 of the LCN and
    the CNN), each also with ``_low`` and ``_high``, the range over the seeds.
    """
    rows = []
    for arch in ARCHS:
        own = runs[runs.arch == arch] if len(runs) else runs
        if own.empty:
            continue
        internal = "2" if arch in PATCH_NETWORKS else "80"
        names = {"test_error": "test_error"}
        for letter in "SD":
            names |= {
                f"{letter}_out": f"{letter}_out_1",
                f"{letter}_internal": f"{letter}_{internal}_1",
            }
        row = {"arch": arch, "seeds": len(own), "diverged": int((own.status == "diverged").sum())}
        for name, column in names.items():
            values = own[column].astype(float)
            row |= {name: values.mean(), f"{name}_low": values.min(), f"{name}_high": values.max()}
        rows.append(row)
    quantities = ["test_error", *(f"{q}_{layer}" for layer in ("out", "internal") for q in "SD")]
    columns = [f"{name}{end}" for name in quantities for end in ("", "_low", "_high")]
    return pd.DataFrame(rows, columns=["arch", "seeds", "diverged", *columns])


def with_paper(table: pd.DataFrame) -> pd.DataFrame:
    """The table of `by_architecture` and the paper's values: ``paper_test_error`` and so on.

    All architectures have a row; what is not measured here is nan.
    """
    theirs = pd.DataFrame({"arch": ARCHS})
    for (letter, layer), panel in FIXED_P_PANELS.items():
        points = published(panel).set_index("architecture")
        names = theirs.arch.map(ARCHITECTURE_NAMES)
        theirs[f"paper_{letter}_{layer}"] = names.map(points.sensitivity)
        theirs["paper_test_error"] = names.map(points.test_error_best)
    joined = theirs.merge(table, on="arch", how="left")
    return joined.assign(seeds=joined.seeds.fillna(0).astype(int))


def trained_as_the_authors(table: pd.DataFrame, store: Store | None) -> pd.DataFrame:
    """Test errors in the training of the authors' public code (one seed), of those stored.

    table: as `with_paper`; without the paper's values nothing is compared. Columns: network;
    authors, its test error; epochs, and at most; status and stop loss of the training; here, the
    error of this book's; paper; nearer, whether the authors' is nearer to the paper's by a factor.
    """
    rows = []
    for own in table.itertuples() if store is not None and "paper_test_error" in table else ():
        run = store.get(as_the_authors(own.arch)) if own.arch in COMMON else None
        if run is not None:
            theirs = own.paper_test_error
            least = 0.5 / run["num_test"]  # an error of none is not infinitely far
            errors = max(run["test_error"], least), max(own.test_error, least)
            off, before = (abs(math.log(error / theirs)) for error in errors)
            rows.append((ARCHITECTURE_NAMES[own.arch], run["test_error"], run["epochs"],
                         run["max_epochs"], run["status"], run["stop_loss"],
                         own.test_error, theirs, off < before))  # fmt: skip
    columns = ["network", "authors", "epochs", "at most", "status", "stop loss"]
    return pd.DataFrame(rows, columns=[*columns, "here", "paper", "nearer"])


def authors_words(found: pd.DataFrame) -> str:
    """ "0.030 for VGG11 (the paper 0.039), ...; nearer to the paper's than ours in 3 of 5"."""
    told = [f"{r.authors:.3f} for {r.network} (paper {r.paper:.3f})" for r in found.itertuples()]
    near = f"nearer to the paper's than with our training in {found.nearer.sum()} of {len(found)}"
    return f"{join(told)}, {near}" if told else "not trained yet"


def authors_ends(found: pd.DataFrame) -> str:
    """How the trainings of `trained_as_the_authors` ended, networks that ended alike together."""
    said = []
    for (status, loss, epochs, most), own in found.groupby(
        ["status", "stop loss", "epochs", "at most"], sort=False
    ):
        ends = {"converged": f"reached a training loss of {loss:g}", "diverged": "diverged"}
        how = ends.get(status, f"did not reach a training loss of {loss:g}")
        both = "both " if len(own) == len(found) == 2 else ""
        said.append(f"{join(own.network)} {both}{how} after {epochs} of at most {most} epochs")
    return join(said, "; ")


def authors_factors(found: pd.DataFrame) -> str:
    """By how much the errors of `trained_as_the_authors` are off the paper's: the page's answer."""
    if found.empty:
        return "Trained as the authors' code trains, none of them is measured"
    factors = found.authors / found.paper
    each = [f"{significant(x, 2)} ({name})" for name, x in zip(found.network, factors, strict=True)]
    off = f"errors are {join(each)} times the paper's (one seed each)"
    return f"Trained as the authors' code trains, {off}"


def num_words(num: int) -> str:
    """ "3 of 7 architectures"; "all 7 architectures"."""
    return (
        f"all {num} architectures" if num == len(ARCHS) else f"{num} of {len(ARCHS)} architectures"
    )


def far_from_paper(table: pd.DataFrame, factor: float = 2.0) -> list[str]:
    """Names of those whose test error differs from the paper's by more than a factor."""
    ratio = table.test_error / table.paper_test_error
    return [
        ARCHITECTURE_NAMES[arch] for arch in table.arch[(ratio > factor) | (ratio < 1 / factor)]
    ]


def go_together(measured: pd.DataFrame) -> str:
    """Whether test error and the output's two sensitivities rise together, in words.

    From the intervals of their rank correlations over the architectures in ``measured``.
    """
    found = [rank_correlation(measured[f"{q}_out"], measured.test_error) for q in "DS"]
    if any(estimate is None for estimate in found):
        return "were measured for too few networks"
    if all(estimate.low > 0 for estimate in found):
        return "fall together"
    return "do not surely fall together"


def style(arch: str) -> dict:
    """Colour and marker of an architecture."""
    if arch in PATCH_NETWORKS:
        return plots.style_for(arch=arch)
    color, marker = COMMON_STYLES[arch]
    return {"color": color, "marker": marker}


def draw_architecture_errors(ax, table: pd.DataFrame, quantity: str) -> None:
    """Test error against ``quantity`` ("S_out", "D_internal", ...) on logarithmic axes.

    A thin line leads from each point to the paper's, hollow. Bars: range over the seeds.
    """
    for row in table.to_dict("records"):
        look, x, y = style(row["arch"]), row[quantity], row["test_error"]
        if f"paper_{quantity}" in row:
            theirs = row[f"paper_{quantity}"], row["paper_test_error"]
            ax.plot([x, theirs[0]], [y, theirs[1]], color=look["color"], linewidth=0.7, zorder=1)
            hollow = look | {"markerfacecolor": "white", "markersize": 6}
            ax.plot(*theirs, linestyle="none", **hollow, zorder=2)
        bars = [
            plots.bar_lengths(value, row[f"{name}_low"], row[f"{name}_high"])
            for name, value in ((quantity, x), ("test_error", y))
        ]
        ax.errorbar(
            x, y, xerr=bars[0], yerr=bars[1], linestyle="none", linewidth=1, markersize=8,
            label=ARCHITECTURE_NAMES[row["arch"]], zorder=3, **look,
        )  # fmt: skip
    error_axes(ax)


def four_panels(draw: Callable) -> Figure:
    """Test error against D and S: the panels of Figures 1C and 1D, or 1E and 1F, above 17's.

    ``draw(ax, quantity)`` fills the panel of a quantity in `QUANTITIES`.
    """
    figure, axes = plots.new_axes(2, 2, height=7.2, sharey=True)
    for ax, (quantity, title) in zip(axes.flat, QUANTITIES.items(), strict=True):
        draw(ax, quantity)
        ax.set_title(title, fontsize=11)
        letter, layer = quantity.split("_")
        name = r"\mathrm{out}" if layer == "out" else "k"
        ax.set_xlabel(f"${letter}_{{{name},1}}$")
    for ax in axes[:, 0]:
        ax.set_ylabel("test error")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


def error_axes(ax) -> None:
    """Logarithmic axes with the same few, plain tick labels in every panel."""
    ax.set(xscale="log", yscale="log")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_locator(NullLocator())


def missing(table: pd.DataFrame, repeats: int, archs: Iterable[str] = ARCHS) -> str:
    """In words: the architectures with fewer seeds than wanted."""
    seeds = dict(zip(table.arch, table.seeds, strict=True)) if len(table) else {}
    lacking = [
        f"{ARCHITECTURE_NAMES[a]} {seeds.get(a, 0)}" for a in archs if seeds.get(a, 0) < repeats
    ]
    return ", ".join(lacking) if lacking else "none"
