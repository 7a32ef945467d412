"""Figure by figure: how near what was measured here is to the values read off the papers' figures.

Sizes (P*, P*_S, P*_D) are compared as ratios, all of them read off by the paper's rule: of its
sizes, the one whose value is nearest to the threshold. Errors and sensitivities are compared as
differences, at the paper's own sizes P, between which ours are interpolated linearly in log P.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from srhm.runs.search import rows_of
from srhm.runs.store import Store
from srhm.stats.curves import learning_curve
from srhm.training.config import RunConfig
from srhm_book.architectures.growing import by_depth, growing_runs
from srhm_book.architectures.views import architecture_runs, by_architecture, with_paper
from srhm_book.claims.invariance import SAME_PLATEAU
from srhm_book.complexity.authors import (
    authors_curves,
    authors_points,
    config_at,
    curve_runs,
    read_by_the_rule,
    runs_at,
)
from srhm_book.complexity.authors_table import NEAR, authors_table
from srhm_book.complexity.table import by_paper_rule, complexity_table, searched_runs
from srhm_book.curves import FIGURE_1C_P
from srhm_book.grids import law_grid, setting
from srhm_book.invariance.agreement import paper_pairs
from srhm_book.invariance.layers import (
    compare_plateaus,
    paper_curves,
    paper_plateaus,
    stored_curves,
)
from srhm_book.invariance.runs import settings_for
from srhm_book.invariance.thresholds import (
    D2,
    S2,
    SETTING_COLUMNS,
    paper_targets,
    runs_of,
)
from srhm_book.paper import (
    LAYER_FIGURES,
    paper_step,
    published_fig4A,
    published_P_star,
)

OURS, AUTHORS, CHEAPER = "this book's", "the authors'", "the authors', cheaper"
THEIRS = ((AUTHORS, False), (CHEAPER, True))  # and whether it is the cheaper form
THRESHOLD_FIGURES = (("lcn", S2, "6C"), ("lcn", D2, "6D"), ("cnn", S2, "14"), ("cnn", D2, "14"))
ROUNDING = 1.005  # a factor between sizes that count as one
Curves = Mapping[str, Mapping[int, pd.DataFrame]]  # by training and s0
COLUMNS = ["figure", "quantity", "training", "shown", "here", "paper", "kind"]


def compared(store: Store) -> pd.DataFrame:
    """Every value read off a figure that has its like here, one row each.

    Columns: figure, quantity and training (whose), here and paper, kind ("size" or "value"), and
    shown, how many values the figure has.
    """
    frame = store.frame()
    parts = [*_sample_complexities(store), *_thresholds(frame)]
    for training, cheap in THEIRS:
        parts += _authors_thresholds(store, training, cheap)
    parts += [*_curves(store), *_common(store)]
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def summary(points: pd.DataFrame) -> pd.DataFrame:
    """How many values of each figure are known here, and how near they are.

    points: as `compared`. One row a figure, quantity and training, with shown and known (numbers
    of values), center (geometric mean of here / paper for sizes, mean of here - paper for values)
    and near (how many are within a factor `NEAR`, or differ by at most `SAME_PLATEAU`).
    """
    rows = []
    for key, own in points.groupby(["figure", "quantity", "training", "kind"], sort=False):
        own = own.dropna(subset=["here", "paper"])
        if own.empty:
            continue
        if key[-1] == "size":
            ratio = own.here / own.paper
            center, near = np.exp(np.log(ratio).mean()), ratio.between(1 / NEAR, NEAR)
        else:
            off = own.here - own.paper
            center, near = off.mean(), off.abs() <= SAME_PLATEAU
        rows.append((*key, int(own.shown.iloc[0]), len(own), center, int(near.sum())))
    names = ["figure", "quantity", "training", "kind", "shown", "known", "center", "near"]
    return pd.DataFrame(rows, columns=names)


def _sample_complexities(store: Store) -> Iterator[pd.DataFrame]:
    """P* of Figures 4B and 4C, by depth, in all trainings."""
    theirs = authors_table(store)
    for figure, arch in (("4B", "lcn"), ("4C", "cnn")):
        paper = published_P_star(arch)
        table = complexity_table(searched_runs(law_grid(arch), store)[0], store.frame())
        for L in (2, 3):
            about = {"figure": figure, "quantity": f"P*, L = {L}", "kind": "size"}
            about["shown"] = (paper.L == L).sum()
            own = table[(table.L == L) & table.paper.notna()]
            yield own[["paper"]].assign(here=own.by_rule * own.paper, training=OURS, **about)
            own = theirs[(theirs.arch == arch) & (theirs.L == L)]
            for training, ratio in ((AUTHORS, own.ratio), (CHEAPER, own.cheap)):
                here = ratio * own.paper
                yield own[["paper"]].assign(here=here, training=training, **about)


def _thresholds(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """P*_S and P*_D of Figures 6 and 14."""
    trained = {
        tuple(getattr(c, name) for name in SETTING_COLUMNS): c
        for c in settings_for(("lcn", "cnn"), ("L2", "L3", "s3"))
    }
    for arch, quantity, figure in THRESHOLD_FIGURES:
        paper = paper_pairs(arch, quantity)
        keys = paper[list(SETTING_COLUMNS)].itertuples(index=False, name=None)
        here = [
            _by_their_rule(frame, trained.get(key), quantity, P)
            for key, P in zip(keys, paper.P_x, strict=True)
        ]
        yield pd.DataFrame({"here": here, "paper": paper.P_x.to_numpy()}).assign(
            figure=figure, quantity=f"P*_{quantity[0]}", kind="size", training=OURS,
            shown=len(paper),
        )  # fmt: skip


def thresholds_in_both(store: Store) -> dict[str, dict[str, str]]:
    """Of the P*_S and P*_D of Figures 6 and 14 known in this book's training and in the authors',
    cheaper form: {quantity: {training: "9 of 12" within a factor `NEAR`}}.
    """
    ours = pd.concat(_thresholds(store.frame()), ignore_index=True)
    theirs = pd.concat(_authors_thresholds(store, CHEAPER, True), ignore_index=True)
    ratios = pd.DataFrame({own.training.iloc[0]: own.here / own.paper for own in (ours, theirs)})
    found = {}
    for quantity, own in ratios.dropna().groupby(ours.quantity):
        near = own.apply(lambda ratio: ratio.between(1 / NEAR, NEAR)).sum()
        found[quantity] = {name: f"{num} of {len(own)}" for name, num in near.items()}
    return found


def _by_their_rule(
    frame: pd.DataFrame, config: RunConfig | None, quantity: str, paper: float
) -> float:
    """Our P*_S or P*_D where the paper has ``paper``, at one of its sizes; nan where not known."""
    runs = frame.iloc[:0] if config is None else runs_of(frame, config)
    runs = runs.dropna(subset=quantity) if quantity in runs else frame.iloc[:0]
    if runs.empty:
        return np.nan
    threshold = next(t.threshold for t in paper_targets(config) if t.quantity == quantity)
    step = paper_step(config, paper)
    return by_paper_rule(runs, paper, step, threshold, quantity) or np.nan


def _authors_thresholds(store: Store, training: str, cheap: bool) -> Iterator[pd.DataFrame]:
    """The same in the authors' training, at their sizes about P*, read off by their rule."""
    rows = []
    for point in authors_points().itertuples():
        runs = pd.DataFrame(runs_at(store, point, point.sizes, cheap=cheap))
        setting = config_at(point, point.sizes[0])
        for target in paper_targets(setting) if len(runs) else ():
            if target.quantity in runs:
                known = runs.dropna(subset=target.quantity)
                values = dict(zip(known.P, known[target.quantity], strict=True))
                here = read_by_the_rule(values, target.threshold)
                rows.append(
                    (*(getattr(setting, n) for n in SETTING_COLUMNS), target.quantity, here)
                )
    found = pd.DataFrame(rows, columns=[*SETTING_COLUMNS, "quantity", "here"])
    for arch, quantity, figure in THRESHOLD_FIGURES:
        paper = paper_pairs(arch, quantity)
        own = found[found.quantity == quantity]
        both = paper.merge(own, on=list(SETTING_COLUMNS), how="left")  # rows as in `_thresholds`
        yield pd.DataFrame({"here": both.here, "paper": both.P_x}).assign(
            figure=figure, quantity=f"P*_{quantity[0]}", kind="size", training=training,
            shown=len(paper),
        )  # fmt: skip


def _curves(store: Store) -> Iterator[pd.DataFrame]:
    """Errors and sensitivities of Figures 4A, 12 and 15, point by point, and the plateaus."""
    frame = store.frame()
    figure4A = published_fig4A().rename(columns={"test_error": "value"})
    runs = {OURS: rows_of(frame, setting("lcn", 10, 2))}
    runs |= {name: curve_runs(store, "lcn", 10, 2, cheap=cheap) for name, cheap in THEIRS}
    for training, own in runs.items():
        points = _at_their_sizes(own, figure4A, "test_error", training)
        yield points.assign(figure="4A", quantity="test error")
    for figure, arch in (("12", "lcn"), ("15", "cnn")):
        for training, curves in _curves_by_training(store, arch).items():
            yield from _layers(figure, paper_curves(arch), curves, training)
            plateaus = compare_plateaus(curves, arch).rename(columns={"value": "here"})
            about = {"figure": figure, "quantity": "plateaus", "kind": "value"}
            shown = paper_plateaus(arch).value.notna().sum()
            yield plateaus[["here", "paper"]].assign(**about, training=training, shown=shown)


def _curves_by_training(store: Store, arch: str) -> Curves:
    theirs = {training: authors_curves(store, arch, cheap) for training, cheap in THEIRS}
    return {OURS: stored_curves(store.frame(), arch)} | theirs


def curves_in_both(store: Store) -> dict[str, Curves]:
    """The curves of Figures 12 (LCN) and 15 (CNN) by network and training, for what follows."""
    return {arch: _curves_by_training(store, arch) for arch in LAYER_FIGURES}


def near_in_both(curves: Mapping[str, Curves], arch: str) -> dict[str, str]:
    """Of the values of Figure 12 or 15 known in this book's training and in the authors', cheaper
    form: "30 of 40" near, by training. curves: `curves_in_both`.
    """
    theirs = paper_curves(arch)
    return near_where_both({
        name: pd.concat([*_layers("", theirs, curves[arch][name], name)], ignore_index=True)
        for name in (OURS, CHEAPER)
    })  # fmt: skip


def plateaus_in_both(curves: Mapping[str, Curves]) -> dict[str, pd.DataFrame]:
    """The plateaus of both figures by training: here and paper, by network, quantity and s0."""
    keys = ["arch", "quantity", "s0"]
    return {
        name: pd.concat([
            compare_plateaus(own[name], arch).assign(arch=arch, here=lambda table: table.value)
            for arch, own in curves.items()
        ]).set_index(keys)[["here", "paper"]].astype(float)
        for name in (OURS, CHEAPER)
    }  # fmt: skip


def plateaus_view(tables: Mapping[str, pd.DataFrame], quantity: str) -> pd.DataFrame:
    """One quantity's plateaus by network and s0, in this book's training, in the authors' (cheaper
    form) and in the paper, where all are known. tables: `plateaus_in_both`.
    """
    both = tables[OURS].join(tables[CHEAPER].here.rename(CHEAPER)).dropna()
    own = both.xs(quantity, level="quantity").rename(columns={"here": OURS}).reset_index()
    return own.assign(arch=own.arch.str.upper())[["arch", "s0", OURS, CHEAPER, "paper"]]


def near_where_both(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Tables of here and paper with one index: "30 of 40" near, of the rows whole in all."""
    known = set.intersection(*({*own.dropna().index} for own in tables.values()))
    off = {name: (own.here - own.paper).abs()[sorted(known)] for name, own in tables.items()}
    return {name: f"{(own <= SAME_PLATEAU).sum()} of {len(own)}" for name, own in off.items()}


def _layers(figure: str, theirs: pd.DataFrame, own: dict, training: str) -> Iterator[pd.DataFrame]:
    for letter, name in (("t", "test error"), ("S", "S, layers"), ("D", "D, layers")):
        published = theirs[theirs.quantity.str.startswith(letter)]
        for (s0, quantity), curve in published.groupby(["s0", "quantity"]):
            runs = own[s0] if s0 in own and quantity in own[s0] else pd.DataFrame()
            points = _at_their_sizes(runs, curve, quantity, training)
            yield points.assign(figure=figure, quantity=name, shown=len(published))


def _at_their_sizes(
    runs: pd.DataFrame, curve: pd.DataFrame, quantity: str, training: str = OURS
) -> pd.DataFrame:
    """Our mean curve at the sizes P of the paper's (columns P, value), nan beyond ours.

    A size that is ours but for `ROUNDING` is not beyond: P is a whole number of batches.
    """
    here = np.full(len(curve), np.nan)
    runs = runs.dropna(subset=quantity) if len(runs) else runs
    if len(runs):
        ours = learning_curve(runs, quantity)
        inside = curve.P.between(ours.P.min() / ROUNDING, ours.P.max() * ROUNDING)
        values = np.interp(np.log(curve.P), np.log(ours.P), ours["mean"])
        here = np.where(inside, values, np.nan)
    return pd.DataFrame({"here": here, "paper": curve.value.to_numpy()}).assign(
        kind="value", training=training, shown=len(curve)
    )


def _common(store: Store) -> Iterator[pd.DataFrame]:
    """Errors and sensitivities of Figures 1C, 1D, 17A, 17B and 9."""
    table = with_paper(by_architecture(architecture_runs("book", FIGURE_1C_P, 3, store)))
    for figure, name, quantity in (
        ("1C, 1D", "test error", "test_error"), ("1C", "D of the output", "D_out"),
        ("1D", "S of the output", "S_out"), ("17A", "D of an inner layer", "D_internal"),
        ("17B", "S of an inner layer", "S_internal"),
    ):  # fmt: skip
        points = pd.DataFrame({"here": table[quantity], "paper": table[f"paper_{quantity}"]})
        yield points.assign(
            figure=figure, quantity=name, kind="value", training=OURS, shown=len(table)
        )
    depths = by_depth(growing_runs("book", 3, store)).dropna(subset="paper")
    depths = depths[(depths.quantity != "eps") | (depths.depth == "50")]  # one error a network
    names = {"eps": "test error", "S": "S by depth", "D": "D by depth"}
    for quantity, own in depths.groupby("quantity"):
        points = own[["paper"]].assign(here=own.value, figure="9", quantity=names[quantity])
        yield points.assign(kind="value", training=OURS, shown=len(own))
