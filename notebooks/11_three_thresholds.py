# ---
# jupyter:
#   srhm:
#     reads:
#     - results/lcn_*_A.jsonl
#     - results/cnn_*_A.jsonl
#     - book/paper/fig6*.csv
#     - book/paper/fig14*.csv
# ---

# %% [markdown]
# # Three thresholds, one P\*
#
# **The question.** Does a network become insensitive to synonyms, and to displacements, at the
# training-set size at which it learns the task?
#
# **The answer.** {glue:text}`at size`: $P^*_S$ lies within a factor of two of $P^*$ in
# {glue:text}`lcn S_2_1 near` settings of the LCN and {glue:text}`cnn S_2_1 near` of the CNN, $P^*_D$
# in {glue:text}`lcn D_2_1 near` and {glue:text}`cnn D_2_1 near`; in {glue:text}`cnn D_2_1 early` further
# settings of the CNN $D_2$ is low from the smallest size on, so that its $P^*_D$ is smaller still. All
# this is at the paper's thresholds, with which the ratios move. The three are
# {glue:text}`one event`: along one training the order is {glue:text}`lcn sequence` (LCN) and
# {glue:text}`cnn sequence` (CNN).
#
# **The paper's claim** {cite:p}`tomasini2024`, Eq. {eq}`eq-transition`, Figures 6C, 6D, 11 and 14,
# here {numref}`fig-three-sizes` and {numref}`fig-three-sizes-cnn`: $P^*_S\approx P^*_D\approx P^*$.

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": from the store; "fresh": a few settings trained now; "smoke": a toy
device = "auto"
workers = 0  # processes for training; 0 is one per core

repeats = {"book": 3, "smoke": 2}  # seeds per point: each is new rules, a new sample and new initial weights
trace_v = {"book": 6, "smoke": 4}  # features per level of the task whose training is watched
trace_s0 = 1  # its empty elements per informative one

# %% tags=["remove-cell"]
import math

import pandas as pd
from myst_nb import glue

from srhm.runs.checks import live_check
from srhm.runs.paths import project
from srhm.runs.search import Target, run_at
from srhm.runs.store import Store
from srhm.runs.trace import trace_all
from srhm_book import style as plots
from srhm_book.claims.by_figure import CHEAPER, NEAR, OURS, thresholds_in_both
from srhm_book.claims.claim import MANY, here
from srhm_book.claims.invariance import eq8_claim
from srhm_book.complexity.transitions import compare_times, fall_times
from srhm_book.grids import setting
from srhm_book.invariance.agreement import agreement, common_medians, scan_table, scan_thresholds
from srhm_book.invariance.layers import spans_transition, stored_curves
from srhm_book.invariance.runs import runs_for, runs_to_watch
from srhm_book.invariance.threshold_figures import draw_all_falls, draw_pairs, draw_scans
from srhm_book.invariance.threshold_views import (
    QUANTITY_WORDS,
    agreement_view,
    explore_pairs,
    missing_view,
    order_view,
    scan_view,
    threshold_settings_view,
)
from srhm_book.invariance.thresholds import (
    D2,
    ERROR,
    S2,
    SETTING_COLUMNS,
    crossings,
    paper_targets,
    runs_of,
    threshold_points,
)
from srhm_book.provenance import rests_on
from srhm_book.publish.options import training_options
from srhm_book.publish.profiles import by_profile
from srhm_book.source import source_of
from srhm_book.wording import with_interval

repeats, trace_v = by_profile(profile, repeats, trace_v)
plots.use_style()
pd.set_option("display.max_colwidth", None)
store = Store(project("results")) if profile == "book" else None
smoke = profile == "smoke"
ARCHS = ("lcn", "cnn")

# %% mystnb={"figure": {"caption": "Figures 6C, 6D (above, s = 2) and 11 (below, s = 3): locally connected networks. P* against the size at which S\u2082 (left) and D\u2082 (right) of the second layer reach their thresholds. Colour and marker: s\u2080; filling: L. Filled: ours, with 95 % intervals over seeds; hollow: the paper's (s = 2; those of Figure 11 are not digitised), both coordinates rounded to its grid of sizes. Line and band: equality, and a factor of two.", "name": "fig-three-sizes"}, "image": {"alt": "Four panels of points on logarithmic axes along the diagonal, most of them inside the band of a factor of two; for displacements the points lie to the left of the diagonal."}}
# The grids of settings, their runs, and of each setting P*, P*_S and P*_D.
names = ("L2", "L3", "s3") if profile == "book" else (profile,)
options = training_options(profile, workers, device)
settings, frame = runs_for(ARCHS, names, store, repeats, **options)
table = crossings(frame, settings, repeats=repeats)
draw_pairs(table, "lcn", with_paper=not smoke);

# %% tags=["remove-input"]
behind = {a: [runs_of(frame, c, repeats) for c in settings if c.arch == a] for a in ARCHS}
rests_on(behind["lcn"], "11_three_thresholds", profile="fresh")

# %% tags=["remove-input"]
explore_pairs(table, "lcn")

# %% mystnb={"figure": {"caption": "Figure 14: convolutional networks. S\u2082 above, D\u2082 below, s = 2 left, s = 3 right (the paper's points there are not digitised); drawn as {numref}`fig-three-sizes`.", "name": "fig-three-sizes-cnn"}, "image": {"alt": "Four panels of points on logarithmic axes along the diagonal, most of them inside the band of a factor of two; for displacements many lie to the left of the diagonal."}}
draw_pairs(table, "cnn", with_paper=not smoke);

# %% tags=["remove-input"]
rests_on(behind["cnn"], "11_three_thresholds", profile="fresh")

# %% tags=["remove-input"]
explore_pairs(table, "cnn")

# %% tags=["remove-cell"]
known = table.dropna(subset=["P_star"])
points = {(arch, q): threshold_points(table[table.arch == arch], q) for arch in ARCHS for q in (S2, D2)}
glue("repeats", repeats, display=False)
for (arch, q), found in points.items():
    with_P = known[(known.arch == arch) & (known.quantity == ERROR)]
    possible = with_P[with_P.s0 > 0] if q == D2 else with_P
    glue(f"{arch} {q} num", len(found), display=False)
    glue(f"{arch} {q} of", len(possible), display=False)
    result = agreement(found)
    glue(f"{arch} {q} slope", with_interval(result.slope) if result else "–", display=False)
    glue(f"{arch} {q} scatter", f"{result.scatter.value:.2f}" if result else "–", display=False)
    glue(f"{arch} {q} median", f"{result.median_ratio.value:.2f}" if result else "–", display=False)
    lacking = table[(table.arch == arch) & (table.quantity == q)].reason
    early = lacking.str.contains("from the smallest", na=False).sum()
    glue(f"{arch} {q} early", int(early), display=False)
    claim = eq8_claim(table, arch, q)
    glue(f"{arch} {q} near", here(claim.parts[1]), display=False)
    glue(f"{arch} {q} verdict", claim.verdict, display=False)
in_both = thresholds_in_both(store) if store else {}
for q in ("P*_S", "P*_D"):
    by_training = in_both.get(q, {})
    glue(f"ours {q}", by_training.get(OURS, "–"), display=False)
    glue(f"theirs {q}", by_training.get(CHEAPER, "–"), display=False)
glue("near factor", f"{NEAR:g}", display=False)
shares = [eq8_claim(table, arch, q).parts[1].value or 0 for arch, q in points]
most = min(shares) >= MANY  # the claims' rule for shares
glue("at size", "At about that size" if most else "Not always at that size", display=False)

# %% [markdown]
# ## Do they agree?
#
# By the rule of {doc}`21_all_claims`, Eq. {eq}`eq-transition` asks for a slope of 1 of $\log P^*$
# against $\log P^*_S$ (or $\log P^*_D$), and for sizes within a factor of two:
#
# | | slope | within 2 | verdict |
# |---|---|---|---|
# | LCN, $P^*_S$ | {glue:text}`lcn S_2_1 slope` | {glue:text}`lcn S_2_1 near` | {glue:text}`lcn S_2_1 verdict` |
# | LCN, $P^*_D$ | {glue:text}`lcn D_2_1 slope` | {glue:text}`lcn D_2_1 near` | {glue:text}`lcn D_2_1 verdict` |
# | CNN, $P^*_S$ | {glue:text}`cnn S_2_1 slope` | {glue:text}`cnn S_2_1 near` | {glue:text}`cnn S_2_1 verdict` |
# | CNN, $P^*_D$ | {glue:text}`cnn D_2_1 slope` | {glue:text}`cnn D_2_1 near` | {glue:text}`cnn D_2_1 verdict` |
#
# The median of $P^*_S/P^*$ is {glue:text}`lcn S_2_1 median` (LCN) and {glue:text}`cnn S_2_1 median`
# (CNN), of $P^*_D/P^*$ {glue:text}`lcn D_2_1 median` and {glue:text}`cnn D_2_1 median`; the scatter,
# the standard deviation of $\log_{10}$ of the ratio, {glue:text}`lcn S_2_1 scatter`,
# {glue:text}`cnn S_2_1 scatter`, {glue:text}`lcn D_2_1 scatter` and {glue:text}`cnn D_2_1 scatter`
# decades. Both sizes are known for {glue:text}`lcn S_2_1 num` ($S$) and {glue:text}`lcn D_2_1 num`
# ($D$) of the {glue:text}`lcn S_2_1 of` and {glue:text}`lcn D_2_1 of` settings of the LCN that have a
# $P^*$ (displacements need $s_0>0$), and for {glue:text}`cnn S_2_1 num` and {glue:text}`cnn D_2_1 num`
# of {glue:text}`cnn S_2_1 of` and {glue:text}`cnn D_2_1 of` of the CNN.

# %% mystnb={"code_prompt_hide": "Hide the tables", "code_prompt_show": "Show the tables: slope, median ratio and scatter in groups, and the paper's"} tags=["hide-cell"]
# In brackets: 95 % intervals over settings.
pd.concat({arch.upper(): agreement_view(table, arch) for arch in ARCHS})

# %% [markdown]
# Is it the training? Of the values of Figures 6 and 14 that are known here both in this book's training and in
# a cheaper form of the authors' ({doc}`17_authors_training`), all read off by the paper's rule, within a
# factor {glue:text}`near factor` of the paper's are, trained as the authors train,
# {glue:text}`theirs P*_S` of $P^*_S$ and {glue:text}`theirs P*_D` of $P^*_D$; in this book's training
# {glue:text}`ours P*_S` and {glue:text}`ours P*_D`. {doc}`21_all_claims` has all that are known in either.
#
# The paper's points often agree to a digit because all its $P^*$ are points of one coarse grid of
# sizes: equal within a grid step is drawn as equal. Its outliers are real points of its figures.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: the three sizes of every setting"} tags=["hide-cell"]
pd.concat({arch.upper(): threshold_settings_view(table[table.arch == arch]) for arch in ARCHS})

# %% [markdown]
# A setting enters only where its curves cross the thresholds at trained sizes.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: where a size is missing, and why"} tags=["hide-cell"]
missing_view(table)

# %% [markdown]
# ## How the sizes are read off
#
# For each setting the mean curves of test error, $S_2$ and $D_2$ (the second layer's sensitivities to
# changes of the input level, {doc}`10_layer_by_layer`) over {glue:text}`repeats` seeds are
# interpolated where they cross their thresholds: 10 % for the error, and for the sensitivities those
# that the paper tunes by eye.

# %% tags=["remove-input"]
source_of(paper_targets)

# %% [markdown]
# ## When the thresholds move
#
# From 10 % to 60 % the median ratio must move, since the sensitivities fall gradually; the question is
# how far, and whether the *scatter*, which no choice of threshold can tune away, stays small. A
# threshold is shown where at least five settings cross it inside the sizes that were trained.

# %% mystnb={"figure": {"caption": "Median over settings of P*_S / P* (left) and P*_D / P* (right), and the scatter of the ratio in decades, against the threshold at which P*_S and P*_D are read off. Bars: 95 % intervals over settings.", "name": "fig-scan"}, "image": {"alt": "Four panels against the threshold: the median ratio falls from above one to below one as the threshold rises, the scatter stays low."}}
thresholds = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
scans = {q: scan_thresholds(frame, settings, q, thresholds) for q in (S2, D2)}
scan_tables = {q: scan_table(scan) for q, scan in scans.items()}
draw_scans(scan_tables);

# %% tags=["remove-input"]
rests_on(behind["lcn"] + behind["cnn"], "11_three_thresholds", profile="fresh")

# %% tags=["remove-cell"]
for q, scan in scans.items():
    num, medians = common_medians(scan)
    several, letter = len(medians) > 1, q[0]
    ends = [f"{100 * t:.0f} %" for t in medians.index[[0, -1]]] if several else []
    glue(f"common {letter}", num, display=False)
    glue(f"common {letter} range", " to ".join(ends) or "none", display=False)
    glue(f"common {letter} first", f"{medians.iloc[0]:.2f}" if several else "–", display=False)
    glue(f"common {letter} last", f"{medians.iloc[-1]:.2f}" if several else "–", display=False)

# %% [markdown]
# Different thresholds are crossed by different settings. {glue:text}`common S` settings are known
# at every threshold from {glue:text}`common S range`; in these the median of $P^*_S/P^*$ moves from
# {glue:text}`common S first` to {glue:text}`common S last`. $S_2$ ends on a plateau
# ({doc}`10_layer_by_layer`), below which there is nothing to cross, and $D_2$ begins below high
# thresholds where $s_0$ is small.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: median ratio; scatter in decades (number of settings)"} tags=["hide-cell"]
scan_view(scan_tables)

# %% [markdown]
# The authors' code draws the new synonym among all $m$, the old one included, and the paper's values
# agree ({ref}`how well <drawn-anew>`). That makes its $S_2$ equal to $1-1/m$ times ours, and its thresholds
# correspond to higher ones here. Read so, $P^*_S$ is smaller, most of all where $m$ is small: its median over $P^*$
# is {glue:text}`lcn anew` in place of {glue:text}`lcn others` (LCN) and {glue:text}`cnn anew` in place
# of {glue:text}`cnn others` (CNN).

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: P*_S with synonyms drawn among the others, and among all"} tags=["hide-cell"]
def as_in_the_paper(config):
    """The paper's threshold of S_2, for the S_2 of exchanges among the m - 1 other synonyms."""
    threshold = paper_targets(config)[0].threshold
    return [Target(S2, threshold / (1 - 1 / config.m))] if config.m > 1 else []


reread = crossings(frame, settings, as_in_the_paper, repeats=repeats, num_bootstrap=0)
rows = {}
for arch in ARCHS:
    both = points[arch, S2].merge(
        threshold_points(reread[reread.arch == arch], S2), on=list(SETTING_COLUMNS), suffixes=("", "_anew")
    )
    ratios = both[["ratio", "ratio_anew"]]
    rows[arch.upper()] = [len(both), *ratios.median(), *ratios.map(math.log10).std()]
    for name, median in zip(("others", "anew"), ratios.median(), strict=True):
        glue(f"{arch} {name}", f"{median:.2f}", display=False)
columns = pd.MultiIndex.from_tuples(
    [("", "settings"), *((name, draw) for name in ("median P*_S / P*", "scatter (decades)")
                         for draw in ("among others", "among all"))]
)  # fmt: skip
pd.DataFrame.from_dict(rows, orient="index").set_axis(columns, axis=1).map("{:.2g}".format)

# %% [markdown]
# ## Which falls first?
#
# A test without thresholds: for each seed, where each quantity has lost half of all that it loses. If
# both invariances *are* the learning of the task, the three coincide. Along training, at *one* $P$ of
# about twice $P^*$, nothing forces the order that is seen in $P$ to hold.

# %% tags=["remove-cell"]
QUANTITIES = [ERROR, S2, D2]


def whole_curves(arch):
    """Curves over P that reach from far below P* to far above; s0 = 0 has no displacements."""
    if store:
        curves = stored_curves(frame, arch)  # of the chapter before: v = 8, L = s = 2
        return {s0: c for s0, c in curves.items() if s0 and spans_transition(c)}
    first = next(c for c in settings if c.arch == arch and c.s0)
    return {first.s0: runs_of(frame, first, repeats)}


sizes = {arch: whole_curves(arch) for arch in ARCHS}

# %% mystnb={"figure": {"caption": "Which falls first? Test error, S\u2082 and D\u2082, each scaled to fall from 1 to 0, along training at P of about twice P* (above), and at the end of training against P (below; v = 8, s\u2080 = 1, where complete). Lines: means over seeds; bands: their range. The dashed line is half the fall.", "name": "fig-falls"}, "image": {"alt": "Two rows of panels for the LCN and the CNN. Along training the displacement sensitivity falls first, then that to synonyms, then the test error; against P the three fall closer together."}}
plan = [
    config for arch in ARCHS
    for config in runs_to_watch(arch, table, trace_v, trace_s0, smoke)
]
processes = 1 if smoke else workers
traces = trace_all(plan, per_octave=3, device=device, workers=processes)
draw_all_falls(traces, sizes);  # sizes: the runs of the chapter before

# %% tags=["remove-input"]
rests_on([c for own in sizes.values() for c in own.values()], "11_three_thresholds", trace_v=4)

# %% tags=["remove-cell"]
by_axis = {}
for arch in ARCHS:
    times = [fall_times(c, "P", QUANTITIES).assign(s0=s0) for s0, c in sizes[arch].items()]
    ratios = compare_times(pd.concat(times).drop(columns="s0")) if times else None
    if times:
        by_axis[arch.upper(), "P, 50 %"] = order_view(ratios)
    steps = {}
    for share in (0.5, 0.9):
        steps[share] = compare_times(
            fall_times(traces[traces.arch == arch], "step", QUANTITIES, share)
        )
        by_axis[arch.upper(), f"training, {100 * share:.0f} %"] = order_view(steps[share])
    ratio = {ERROR: 1.0, **steps[0.5].ratio.dropna()}
    sequence = ", then ".join(QUANTITY_WORDS[q] for q in sorted(ratio, key=ratio.get))
    glue(f"{arch} sequence", sequence, display=False)
    for q in (S2, D2):
        row, late = steps[0.5].loc[q], steps[0.9].loc[q]
        glue(f"{arch} {q} size", "–" if ratios is None else f"{ratios.ratio[q]:.2f}", display=False)
        glue(f"{arch} {q} step", f"{row.ratio:.2f}" if pd.notna(row.ratio) else "–", display=False)
        glue(f"{arch} {q} order", row.order, display=False)
        glue(f"{arch} {q} late", f"{late.ratio:.2f}" if pd.notna(late.ratio) else "–", display=False)
half = [v for (_, axis), v in by_axis.items() if axis == "training, 50 %"]
told = [word in ("before", "after") for view in half for word in view["it falls"]]
glue("one event", "not one event" if any(told) else "not told apart in time", display=False)
glue("trace v", trace_v, display=False)
glue("trace s0", trace_s0, display=False)
glue("trace P", " and ".join(f"{plan[i].P:,}" for i in (0, 3)), display=False)

# %% [markdown]
# With more data, half of $S_2$'s fall comes at {glue:text}`lcn S_2_1 size` (LCN) and
# {glue:text}`cnn S_2_1 size` (CNN) times the $P$ at which the error has lost half of its own, half of
# $D_2$'s at {glue:text}`lcn D_2_1 size` and {glue:text}`cnn D_2_1 size` times it.
#
# Along training ($v=$ {glue:text}`trace v`, $s_0=$ {glue:text}`trace s0`, $P=$ {glue:text}`trace P`),
# half of $D_2$'s fall is over after {glue:text}`lcn D_2_1 step` (LCN) and {glue:text}`cnn D_2_1 step`
# (CNN) of the steps that the error needs for half of its own, half of $S_2$'s after
# {glue:text}`lcn S_2_1 step` and {glue:text}`cnn S_2_1 step`; for nine tenths of the fall the ratios
# are {glue:text}`lcn D_2_1 late` and {glue:text}`cnn D_2_1 late`, {glue:text}`lcn S_2_1 late` and
# {glue:text}`cnn S_2_1 late`. So about the same amount of data suffices for all three, and they are
# {glue:text}`one event`.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: every ratio with its interval"} tags=["hide-cell"]
# A quantity falls before (after) the error when the 95 % interval of the ratio lies below (above) 1.
pd.concat(by_axis)

# %% [markdown]
# ## Is the store right?
#
# The cheapest setting of each network is trained again near its $P^*$ and must give the stored error.

# %% tags=["remove-input"]
checks = {}
for arch in ARCHS if store else ():
    star = known[(known.arch == arch) & (known.quantity == ERROR)].sort_values("P_star")
    if len(star):
        row = star.iloc[0]  # the cheapest
        base = setting(arch, row.v, row.s0, s=row.s, L=row.L)
        stored_P = runs_of(frame, base, repeats).P.unique()
        P = min(stored_P, key=lambda P: abs(math.log(P / row.P_star)))
        config = run_at(base, int(P), 0)
        live, kept = live_check(config, store, device=device)
        checks[arch.upper()] = {
            "v": config.v, "s0": config.s0, "P": config.P,
            "trained now": f"{live['test_error']:.4f}", "stored": f"{kept['test_error']:.4f}",
        }  # fmt: skip
pd.DataFrame(checks).T if checks else "All runs of this profile were trained just now."

# %% [markdown]
# ## Limits
#
# A setting enters only where its curves cross the thresholds at trained sizes; the others are in the
# folded table above, with the reason. The paper's points of Figure 11 ($s=3$) were not read off. The
# watched trainings are of one task and one $P$.
