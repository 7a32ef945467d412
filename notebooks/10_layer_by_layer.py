# ---
# jupyter:
#   srhm:
#     reads:
#     - results/lcn_s2_L2_s0*_v8_nc8_m8_A.jsonl
#     - results/cnn_s2_L2_s0*_v8_nc8_m8_A.jsonl
#     - book/paper/fig12*.csv
#     - book/paper/fig15*.csv
# ---

# %% [markdown]
# # Layer by layer
#
# **The question.** A datum keeps its class when synonyms are exchanged or elements displaced. Which
# layers of a trained network have become insensitive to that, and to changes at which level?
#
# **The paper's claim** {cite:p}`tomasini2024`, Figures 12 and 15: the deeper the layer, the higher
# the level whose changes it no longer notices, and all curves fall at the same rescaled $P$. The
# insensitivity to level-$\ell$ synonyms appears from layer $\ell+1$ on; we also ask from which
# layer on it appears for displacements.

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": from the store; "fresh": all trained now, on less; "smoke": a toy
device = "auto"
workers = 0  # processes for training; 0 is one per core

picture_P = 3000  # training data of the small network in the first figure

# %% tags=["hide-input"]
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
from myst_nb import glue

from srhm.runs.checks import live_check
from srhm.runs.paths import project
from srhm.runs.search import run_at
from srhm.runs.store import Store
from srhm.runs.sweep import sweep
from srhm.training.config import RunConfig
from srhm.training.observables import sparse_activations
from srhm.training.run import fit, prepare, resolve_device
from srhm_book import style as plots
from srhm_book.claims.invariance import SAME_PLATEAU
from srhm_book.grids import TOY, curve, layer_curves, setting
from srhm_book.invariance.conventions import compare_conventions
from srhm_book.invariance.decisions import changed_decisions
from srhm_book.invariance.layers import (
    LOW,
    PLATEAU_FROM,
    S0,
    compare_plateaus,
    gap_around,
    in_words,
    is_whole,
    onset,
    paper_curves,
    stored_curves,
)  # fmt: skip
from srhm_book.invariance.layers_figures import draw_layers
from srhm_book.pictures.sensitivity import draw_sensitivities
from srhm_book.publish.profiles import by_profile
from srhm_book.wording import significant

by_profile(profile)
plots.use_style()
store = Store(project("results")) if profile == "book" else None
ARCHS = ("lcn", "cnn")


def wanted(arch, s0):
    """The runs of one curve: all of Figure 12 or 15, or what this profile can train."""
    unit = (s0 + 1) ** 2
    if profile == "fresh":
        return curve(arch, 8, s0, smallest=128 * unit, largest=8192 * unit, every=6)
    if profile == "smoke":
        runs = curve(arch, 4, s0, smallest=40 * unit, largest=160 * unit, every=8, **TOY)
        return [run for run in runs if run.seed_rules < 2]
    return layer_curves(arch, s0)


def take():
    """For each network and s0 the runs with their rescaled P; from the store, or trained now."""
    if store:
        frame = store.frame()
        return {arch: stored_curves(frame, arch) for arch in ARCHS}
    configs = [config for arch in ARCHS for s0 in (0, 1) for config in wanted(arch, s0)]
    executor = ThreadPoolExecutor(1) if profile == "smoke" else None  # no time to start processes
    bar = "TQDM_DISABLE" not in os.environ  # set where the output is kept
    runs = sweep(configs, None, executor, workers=workers, device=device, progress=bar)
    runs["x"] = runs.P / (runs.s0 + 1) ** 2
    return {arch: {s0: runs[(runs.arch == arch) & (runs.s0 == s0)] for s0 in (0, 1)} for arch in ARCHS}


# %% [markdown]
# ## What is measured
#
# {numref}`fig-look` shows a datum $x$ that a small trained network has not seen, two versions of it
# that keep its class, and another datum $z$. The distances between their activations make the
# sensitivities, Eq. {eq}`eq-sensitivities`: $S$ divides the mean squared distance from $x$ to
# $p_\ell x$ by that to an unrelated $z$, and $D$ does so with $\tau_\ell x$.

# %% tags=["hide-input"]
small = RunConfig(arch="lcn", v=4, s0=1, P=picture_P, width=64, lr=1.0, num_test=2000)
engine, data, test_set = prepare(small, resolve_device(device))
fit(engine, data, small)
engine.finish()
activations = sparse_activations(engine)
decisions = changed_decisions(small.task, activations, test_set, seed=0)
for name, (value, share) in decisions.items():
    glue(f"small {name}", f"{value:.2f}", display=False)
    glue(f"small {name} share", f"{100 * share:.1f} %", display=False)
glue("small v", small.v, display=False)
glue("small P", f"{small.P:,}", display=False)

# %% mystnb={"figure": {"caption": "Sensitivities in one look: four inputs (left; empty positions are small rings, ringed discs differ from $x$) and what a trained LCN makes of them (v = 4, s\u2080 = 1). Maps: the channels that vary most, at all positions of the layer; bars: the logits. Below each: its squared distance to the map of $x$, over the mean of unrelated data. Averaged over data these numbers are $S_{k,1}$ (second row) and $D_{k,1}$ (third). The displaced datum is nearly $x$ from layer 1 on, the one with other synonyms from layer 2 on; $z$ stays different.", "name": "fig-look"}, "image": {"alt": "A table of four rows and four columns. Rows: a datum, the same with other synonyms, the same displaced, and another datum. Columns: the input as coloured discs, heat maps of layers 1 and 2, and bars for the output. The displaced row looks like the first one in every layer; the synonym row differs in layer 1 and then looks like the first; the last row differs everywhere."}} tags=["hide-input"]
draw_sensitivities(small.task, activations, test_set);

# %% [markdown]
# ## Every layer, every level
#
# The task has $L=s=2$ and $v=n_c=m=8$, as in the paper. Where the network has learnt nothing, a
# transformation moves its activations nearly as much as another datum would; where it is
# insensitive, not at all.

# %% tags=["hide-input"]
curves = take()
papers = {arch: paper_curves(arch) if profile != "smoke" else None for arch in ARCHS}
lacking = [
    f"{arch.upper()} at s0 = {s0}"
    for arch in ARCHS for s0 in (S0 if store else (0, 1))
    if s0 not in curves[arch] or not is_whole(curves[arch][s0], wanted(arch, s0))
]  # fmt: skip
f"Not all sizes of these curves are stored yet: {', '.join(lacking)}." if lacking else (
    "All curves are complete."
)

# %% mystnb={"figure": {"caption": "Figure 12: the locally connected network. Sensitivities of each layer to synonyms (left) and displacements (right) of the input level (filled, solid) and of level 2 (hollow, dashed), and the test error, against the total number of training data over (s\u2080+1)\u00b2. Lines join means over seeds, bands span the seeds from lowest to highest. Dotted, with crosses: the paper's. The grey line is the criterion used below.", "name": "fig-layers-lcn"}, "image": {"alt": "Seven panels of curves against rescaled training-set size. In layer 1 the sensitivity to synonyms stays high while that to input displacements falls to nearly zero; in layer 2 that to input synonyms and to both displacements falls as well; at the output all but that to level-2 synonyms vanish. All falls happen where the test error falls."}} tags=["hide-input"]
draw_layers(curves["lcn"], papers["lcn"], LOW);

# %% mystnb={"figure": {"caption": "Figure 15: the convolutional network, drawn as {numref}`fig-layers-lcn`.", "name": "fig-layers-cnn"}, "image": {"alt": "Seven panels of curves against rescaled training-set size for the convolutional network, with the same pattern as for the locally connected one."}} tags=["hide-input"]
draw_layers(curves["cnn"], papers["cnn"], LOW);

# %% [markdown]
# ## Plateaus
#
# The mean over all sizes from $P/(s_0+1)^2=$ {glue:text}`lcn from` on for the LCN,
# {glue:text}`cnn from` for the CNN, which is where the paper's curves are flat; where a curve ends
# before that because the task has no more data, its last point. Trained not far enough for a plateau:
# {glue:text}`short`. Each cell is *here* / *paper*; a dash stands where the
# paper's markers are hidden under others (they are then below 0.02).

# %% tags=["hide-input"]
start = 0 if profile == "smoke" else None  # a toy has no plateau: its mean over all sizes
tables = {arch: compare_plateaus(curves[arch], arch, start) for arch in ARCHS}
short = [
    f"{arch.upper()} at s0 = {s0}"
    for arch in ARCHS for s0 in curves[arch] if s0 not in set(tables[arch].s0)
]  # fmt: skip
glue("short", "none" if not short else ", ".join(short), display=False)
for arch in ARCHS:
    glue(f"{arch} from", f"{PLATEAU_FROM[arch]:,}", display=False)


def cell(row):
    paper = "–" if profile == "smoke" or pd.isna(row.paper) else f"{row.paper:.2f}"
    return f"{row.value:.2f} / {paper}"


def plateau_view(table):
    cells = table.assign(
        cell=[cell(row) for row in table.itertuples()],
        network=table.arch.str.upper(),
        sensitivity=table.quantity.map(in_words),
    )
    index = ["network", "sensitivity"]
    wide = cells.pivot(index=index, columns="s0", values="cell").fillna("")
    wide = wide.reindex(list(dict.fromkeys(zip(cells.network, cells.sensitivity, strict=True))))
    return wide.rename(columns=lambda s0: f"s0 = {s0}").rename_axis(columns=None, index=index)


every = pd.concat([t.assign(arch=arch) for arch, t in tables.items()], ignore_index=True)
plateau_view(every)

# %% [markdown]
# ## At which layer does each invariance appear?
#
# **Criterion.** A layer counts as insensitive when its plateau is below {glue:text}`low`, and an
# insensitivity appears at the first layer from which on all are. No plateau lies between
# {glue:text}`gap low` and {glue:text}`gap high`, so any criterion in between gives the same answer.

# %% tags=["hide-input"]
onsets = []
for (arch, s0), rows in every.groupby(["arch", "s0"], sort=False):
    values = dict(zip(rows.quantity, rows.value, strict=True))
    theirs = dict(zip(rows.quantity, rows.paper, strict=True))
    for letter, what in (("S", "synonyms"), ("D", "displacements")):
        for level in (1, 2) if s0 or letter == "S" else ():
            here = onset(values, letter, level)
            # Markers that are hidden in the paper are below 0.02.
            paper = onset({k: 0.0 if pd.isna(x) else x for k, x in theirs.items()}, letter, level)
            onsets.append((arch, what, level, s0, here, paper))
onsets = pd.DataFrame(onsets, columns=["arch", "change", "level", "s0", "here", "paper"])
low_gap, high_gap = gap_around(every.value)
glue("low", LOW, display=False)
glue("gap low", f"{low_gap:.2f}", display=False)
glue("gap high", f"{high_gap:.2f}", display=False)


def layers_named(values):
    """ "layer 2" where all s0 agree, else every answer with its number of s0."""
    names = values.map({"1": "layer 1", "2": "layer 2", "out": "the output"}).fillna("no layer")
    counts = names.value_counts()
    return counts.index[0] if len(counts) == 1 else ", ".join(f"{n} ({c})" for n, c in counts.items())


columns = ["here"] if profile == "smoke" else ["here", "paper"]
answer = onsets.groupby(["change", "level", "arch"], sort=False)[columns].agg(layers_named)
view = answer.unstack("arch").swaplevel(axis=1).sort_index(axis=1, ascending=[False, True])
view = view.fillna("–")
view.columns = [f"{arch.upper()}, {source}" for arch, source in view.columns]
view.index = [f"{change} of level {level}" for change, level in view.index]
for (change, level, arch), row in answer.iterrows():
    glue(f"{arch} {change} {level}", row["here"], display=False)
view

# %% [markdown]
# Displacements are forgotten one layer earlier than synonyms: layer $\ell$ reads whole patches of
# level $\ell$, within which the places do not matter, but its features for two synonyms are equal
# only if it computes the *parent*, and a layer of a linear filter and a ReLU cannot compute that
# from two symbols at once. The next layer can, by adding up what stands for the same parent.
#
# The exception is the output and synonyms of the highest level. Its sensitivity falls, but not to
# zero, although all these synonyms have one class. What remains is not in the decision: for the
# small network above $S_{\mathrm{out},2}=$ {glue:text}`small S_out_2`, while exchanging level-2
# synonyms changes the predicted class of {glue:text}`small S_out_2 share` of the test data.
# The logits of two synonymous tuples differ in size, which the cross-entropy does not punish.

# %% [markdown]
# ## How much do the paper's transformations draw anew?
#
# The paper says neither whether an exchange may give a tuple back nor what happens below it, and
# likewise for displacements. In this book it takes *another* synonym and keeps the rules below, and
# sub-trees move as they are. In the other reading all rules, or all places, from the level down to
# the input are drawn anew, those of $x$ being possible again. The networks that follow are LCNs,
# trained here and now. Of the three numbers in a cell the first is measured as in this book, the
# second with all drawn anew, and the third is the paper's at the same $P$.

# %% tags=["hide-input"]
toy = {**TOY, "max_epochs": 5} if profile == "smoke" else {"num_test": 2000}
most = max(config.P for config in layer_curves("lcn", 0))
rows = []
for s0, P in ((0, 512), (0, most), (1, 512)):
    config = run_at(setting("lcn", 8, s0, **toy), P, 0)
    engine, data, test_set = prepare(config, resolve_device(device))
    fit(engine, data, config)
    engine.finish()
    published = paper_curves("lcn").query("s0 == @s0")
    both = compare_conventions(config.task, sparse_activations(engine), test_set)
    for quantity, (usual, anew) in both.items():
        letter, layer, level = quantity.split("_")
        there = published[published.quantity == quantity]
        known = len(there) > 0 and there.P.min() <= P
        paper = np.interp(np.log(P), np.log(there.P), there.value) if known else np.nan
        rows.append((s0, P, letter, int(level), layer, usual, anew, paper))
names = ["s0", "P", "letter", "level", "layer", "usual", "anew", "paper"]
readings = pd.DataFrame(rows, columns=names)


def mean_off(reading, query):
    """Mean distance of a reading from the paper's values."""
    rows = readings.query(query)
    return f"{(rows[reading] - rows.paper).abs().mean():.2f}"


questions = {
    "S dense": "letter == 'S' and s0 == 0",
    "S sparse": "letter == 'S' and s0 == 1",
    "D below": "letter == 'D' and level == 2",
}
for name, query in questions.items():
    for reading in ("usual", "anew"):
        glue(f"off {name} {reading}", mean_off(reading, query), display=False)


def three(row):
    paper = "–" if pd.isna(row.paper) else f"{row.paper:.2f}"
    return f"{row.usual:.2f} / {row.anew:.2f} / {paper}"


shown = readings.assign(
    cell=[three(row) for row in readings.itertuples()],
    P=readings.P.map("{:,}".format),
    level=readings.letter + ", " + readings.level.astype(str),
    layer=readings.layer.map({"1": "layer 1", "2": "layer 2", "out": "output"}),
)
keys = ["s0", "P", "level"]
wide = shown.pivot(index=keys, columns="layer", values="cell")
wide = wide.reindex(list(dict.fromkeys(shown[keys].itertuples(index=False, name=None))))
wide.rename_axis(columns=None, index=keys)

# %% [markdown]
# Without empty elements, where only the features count, the paper's $S$ agrees with all drawn anew:
# the mean distance is {glue:text}`off S dense anew`, and {glue:text}`off S dense usual` for the
# transformations of this book. For $D$ of level 2 it is {glue:text}`off D below anew` against
# {glue:text}`off D below usual`. So the paper very likely draws all anew, and its $S_{k,1}$ are about
# $1-1/m$ times ours. Its $S$ with empty elements and few data ({glue:text}`off S sparse anew` against
# {glue:text}`off S sparse usual`) neither reading explains in full. Where a layer is insensitive to
# level 1, what is drawn anew below level 2 matters little.

# %% [markdown]
# ## Is the store right?
#
# One point of each network is trained again, at $s_0=0$ near $P^*$, and must give the stored error.

# %% tags=["hide-input"]
checks = {}
for arch in ARCHS if store else ():
    if 0 in curves[arch]:
        runs = curves[arch][0]
        middle = runs.groupby("P").test_error.mean().sub(0.1).abs().idxmin()
        row = runs[(middle == runs.P) & (runs.seed_rules == 0)].iloc[0]
        config = RunConfig(**{name: row[name] for name in RunConfig(v=8, P=128).as_dict()})
        live, kept = live_check(config, store, device=device)
        checks[arch.upper()] = {
            "P": config.P,
            "trained now": f"{live['test_error']:.4f}",
            "stored": f"{kept['test_error']:.4f}",
        }
pd.DataFrame(checks).T if checks else "All runs of this profile were trained just now."

# %% tags=["hide-input"]
# What the verdict quotes.
def plateau(arch, s0, quantity):
    rows = every[(every.arch == arch) & (every.s0 == s0) & (every.quantity == quantity)]
    return rows.value.iloc[0] if len(rows) else float("nan")


targets = {"S_out_1": (0, 0.06), "D_out_1": (0, 0.02), "S_2_1": (0.1, 0.3)}
for name, (low, high) in targets.items():
    value = plateau("lcn", 1, name)
    glue(f"target {name}", f"{value:.3f}", display=False)
    glue(f"target {name} met", "as there" if low <= value <= high else "not as there", display=False)
known = every.dropna(subset=["paper"]) if profile != "smoke" else every.iloc[:0]
same = int(known.same_side.sum()) if len(known) else 0
glue("same side", f"{same} of {len(known)}", display=False)
difference = (known.value - known.paper).abs()
glue("difference", f"{difference.median():.2f}" if len(known) else "–", display=False)
near = f"{int((difference <= SAME_PLATEAU).sum())} of {len(known)}"
glue("near", f"{near} within {SAME_PLATEAU:g}", display=False)
worst = known.loc[difference.idxmax()] if len(known) else None
glue(
    "worst", "–" if worst is None else
    f"{worst.value:.2f} against {worst.paper:.2f} ({in_words(worst.quantity)}, {worst.arch.upper()}, s0 = {worst.s0})",
    display=False,
)  # fmt: skip
dense = wanted("lcn", 0)
glue("dense data", f"{dense[0].task.num_data:,}", display=False)
glue("dense largest", f"{max(config.P for config in dense):,}", display=False)
for arch in ARCHS:
    largest = paper_curves(arch).query("s0 == 0").P.max()
    glue(f"{arch} paper largest", significant(largest), display=False)
glue("seeds", int(min(r.seed_rules.nunique() for c in curves.values() for r in c.values())), display=False)

# %% [markdown]
# **Verdict.** {glue:text}`same side` plateaus lie on the same side of {glue:text}`low` as in the
# paper, {glue:text}`near` of it; the median difference is {glue:text}`difference`, and the largest is
# {glue:text}`worst`. At large $P$ and $s_0=1$ the LCN has $S_{\mathrm{out},1}=$
# {glue:text}`target S_out_1`, $D_{\mathrm{out},1}=$ {glue:text}`target D_out_1` and
# $S_{2,1}=$ {glue:text}`target S_2_1`. Insensitivity to input synonyms appears at
# {glue:text}`lcn synonyms 1`, to those of level 2 at {glue:text}`lcn synonyms 2`; to input
# displacements at {glue:text}`lcn displacements 1`, to those of level 2 at
# {glue:text}`lcn displacements 2` (LCN).
#
# **Limits.** {glue:text}`seeds` seeds a point, one task size and two levels: that the pattern goes
# on at depth three is not shown here. At $s_0=0$ the task has {glue:text}`dense data` data in all and
# our curves end at $P=$ {glue:text}`dense largest`, while the paper's go on to
# {glue:text}`lcn paper largest` (LCN) and {glue:text}`cnn paper largest` (CNN), more than there is.
# The paper's plateaus of $D$ in layer 2 lie above ours, and its training differs from ours in batch,
# learning rate and stopping, which we did not vary here.
