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
# **The paper's claim** {cite:p}`tomasini2024`, Eq. {eq}`eq-transition` and Figures 6C, 6D, 11 and 14:
# $P^*_S\approx P^*_D\approx P^*$. Here $P^*_S$ and $P^*_D$ are the sizes at which $S_2$ and $D_2$, the
# sensitivities of the second layer to changes of the input level, fall to thresholds that the paper
# tunes by eye: for the LCN 30 % and 10 % (50 % and 10 % at $s=3$), for the CNN 40 % and 20 %
# ($S_2$: 20 % at $L=3$, 50 % at $s=3$). We use the same, move them, and ask what does not depend on
# them: which of the three falls first.

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": from the store; "fresh": a few settings trained now; "smoke": a toy
device = "auto"
workers = 0  # processes for training; 0 is one per core

repeats = {"book": 3, "smoke": 2}  # seeds per point: each is new rules, a new sample and new initial weights
trace_v = {"book": 6, "smoke": 4}  # features per level of the task whose training is watched
trace_s0 = 1  # its empty elements per informative one

# %% tags=["hide-input"]
import math

import pandas as pd
from myst_nb import glue

from srhm.runs.checks import live_check
from srhm.runs.paths import project
from srhm.runs.search import Target, grid_index, grid_P, run_at
from srhm.runs.store import Store
from srhm.runs.trace import trace_all
from srhm_book import style as plots
from srhm_book.claims.invariance import eq8_claim
from srhm_book.claims.ledger import here
from srhm_book.complexity.transitions import compare_times, fall_times
from srhm_book.grids import setting
from srhm_book.invariance.agreement import (
    agreement,
    at_every_threshold,
    paper_pairs,
    scan_table,
    scan_thresholds,
)
from srhm_book.invariance.layers import spans_transition, stored_curves
from srhm_book.invariance.runs import SMOKE, runs_for
from srhm_book.invariance.threshold_figures import (
    draw_falls,
    draw_scan,
    draw_thresholds,
    pairs_legend,
)
from srhm_book.invariance.threshold_views import (
    QUANTITY_WORDS,
    agreement_view,
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
from srhm_book.publish.profiles import by_profile
from srhm_book.wording import with_interval

repeats, trace_v = by_profile(profile, repeats, trace_v)
plots.use_style()
pd.set_option("display.max_colwidth", None)
store = Store(project("results")) if profile == "book" else None
ARCHS = ("lcn", "cnn")

# %% [markdown]
# ## Three sizes for every setting
#
# For each setting the mean curves of test error, $S_2$ and $D_2$ over {glue:text}`repeats` seeds are
# interpolated where they cross their thresholds.

# %%
names = ("L2", "L3", "s3") if profile == "book" else (profile,)
settings, frame = runs_for(ARCHS, names, store, repeats, workers=workers, device=device)
table = crossings(frame, settings, repeats=repeats)

# %% tags=["hide-input"]
known = table.dropna(subset=["P_star"])
points = {(arch, q): threshold_points(table[table.arch == arch], q) for arch in ARCHS for q in (S2, D2)}
glue("repeats", repeats, display=False)
for (arch, q), found in points.items():
    with_P = known[(known.arch == arch) & (known.quantity == ERROR)]
    possible = with_P[with_P.s0 > 0] if q == D2 else with_P
    glue(f"{arch} {q} num", len(found), display=False)
    glue(f"{arch} {q} of", len(possible), display=False)

# %% mystnb={"figure": {"caption": "P* against the size at which S\u2082 (above) and D\u2082 (below) of the second layer reach their thresholds, for locally connected networks (left; Figures 6C, 6D, 11) and convolutional ones (right; Figure 14). Colour and marker: s\u2080; filling: s and L; bars: 95 % intervals over seeds. Grey crosses: the paper's points (s = 2), both coordinates rounded to its grid of sizes. Line and band: equality, and a factor of two.", "name": "fig-three-sizes"}, "image": {"alt": "Four panels of points on logarithmic axes along the diagonal, most of them inside the band of a factor of two; for displacements the points lie to the left of the diagonal."}} tags=["hide-input"]
figure, axes = plots.new_axes(2, 2, height=7.4)
for row, q in zip(axes, (S2, D2), strict=True):
    for ax, arch in zip(row, ARCHS, strict=True):
        theirs = paper_pairs(arch, q) if profile != "smoke" else None
        draw_thresholds(ax, points[arch, q], theirs, f"$P^*_{q[0]}$")
        ax.set_title(arch.upper(), fontsize=11)
everything = pd.concat(points.values())
pairs_legend(figure, everything, with_paper=profile != "smoke");

# %% [markdown]
# Both sizes are known for {glue:text}`lcn S_2_1 num` ($S$) and {glue:text}`lcn D_2_1 num` ($D$) of
# the {glue:text}`lcn S_2_1 of` and {glue:text}`lcn D_2_1 of` settings of the LCN that have a $P^*$
# (displacements need $s_0>0$), and for {glue:text}`cnn S_2_1 num` and {glue:text}`cnn D_2_1 num` of
# {glue:text}`cnn S_2_1 of` and {glue:text}`cnn D_2_1 of` of the CNN.
#
# How well do they agree? The slope of $\log P^*$ against $\log P^*_S$ (or $\log P^*_D$) is 1 if they
# are proportional; then the scatter is the standard deviation of $\log_{10}$ of their ratio. In
# brackets are 95 % intervals over settings. First the LCN:

# %% tags=["hide-input"]
agreement_view(table, "lcn")

# %% [markdown]
# and the CNN:

# %% tags=["hide-input"]
agreement_view(table, "cnn")

# %% [markdown]
# The paper's points often agree to a digit because all its $P^*$ are points of one coarse grid of
# sizes: equal within a grid step is drawn as equal. Its outliers are real points of its figures.
# All settings, with the three sizes of each (LCN, then CNN):

# %% tags=["hide-input"]
threshold_settings_view(table[table.arch == "lcn"])

# %% tags=["hide-input"]
threshold_settings_view(table[table.arch == "cnn"])

# %% [markdown]
# Where a size is missing, and why:

# %% tags=["hide-input"]
missing_view(table)

# %% [markdown]
# ## When the thresholds move
#
# The paper's thresholds are tuned so that the sizes agree. From 10 % to 60 % the median ratio must
# move, since the sensitivities fall gradually; the question is how far, and whether the *scatter*,
# which no choice of threshold can tune away, stays small. A threshold is shown where at least five
# settings cross it inside the sizes that were trained.

# %% tags=["hide-input"]
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
scans = {q: scan_thresholds(frame, settings, q, THRESHOLDS) for q in (S2, D2)}
scan_tables = {q: scan_table(scan) for q, scan in scans.items()}

# %% mystnb={"figure": {"caption": "Median over settings of P*_S / P* (left) and P*_D / P* (right), and the scatter of the ratio in decades, against the threshold at which P*_S and P*_D are read off. Bars: 95 % intervals over settings.", "name": "fig-scan"}, "image": {"alt": "Four panels against the threshold: the median ratio falls from above one to below one as the threshold rises, the scatter stays low."}} tags=["hide-input"]
figure, axes = plots.new_axes(2, 2, height=5.6, sharex=True)
for column, (q, scan) in zip(axes.T, scan_tables.items(), strict=True):
    draw_scan(column, scan)
    column[0].set_ylabel(f"median $P^*_{q[0]}/P^*$")
    column[1].set_ylabel("scatter (decades)")
    column[1].set_xlabel(f"threshold of ${q[0]}_2$")
    if len(scan):
        column[0].legend();

# %% tags=["hide-input"]
scan_view(scan_tables)

# %% [markdown]
# Each cell: median ratio; scatter in decades (number of settings). A dash stands where fewer than
# five settings cross: $S_2$ ends on a plateau of about a fifth ({doc}`10_layer_by_layer`), below
# which there is nothing to cross, and $D_2$ begins below high thresholds where $s_0$ is small.
# Different thresholds are crossed by different settings. {glue:text}`common S` settings are known
# at every threshold from {glue:text}`common S range`; in these the median of $P^*_S/P^*$ moves from
# {glue:text}`common S first` to {glue:text}`common S last`.

# %% tags=["hide-input"]
for q, scan in scans.items():
    counts = scan.groupby("threshold").size() if len(scan) else pd.Series(dtype=int)
    # The longest range of thresholds around the paper's at which several settings are known.
    shown = [t for t in counts.index if counts[t] >= 4]
    common = at_every_threshold(scan[scan.threshold.isin(shown)]) if shown else scan
    medians = common.groupby("threshold").ratio.median() if len(common) else pd.Series(dtype=float)
    letter = q[0]
    glue(f"common {letter}", common.groupby(["arch", "v", "s", "L", "s0"]).ngroups if len(common) else 0, display=False)
    several = len(medians) > 1
    glue(f"common {letter} range", f"{100 * medians.index[0]:.0f} % to {100 * medians.index[-1]:.0f} %" if several else "none", display=False)
    glue(f"common {letter} first", f"{medians.iloc[0]:.2f}" if several else "–", display=False)
    glue(f"common {letter} last", f"{medians.iloc[-1]:.2f}" if several else "–", display=False)

# %% [markdown]
# ### And when synonyms are drawn as the paper seems to
#
# The paper seems to draw the new synonym among all $m$, the old one included ({ref}`here
# <drawn-anew>`). That makes its $S_2$ equal to $1-1/m$ times ours, and its thresholds correspond to
# higher ones here. Read so, $P^*_S$ is smaller, most of all where $m$ is small:

# %% tags=["hide-input"]
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
columns = pd.MultiIndex.from_tuples(
    [("", "settings"), *((name, draw) for name in ("median P*_S / P*", "scatter (decades)")
                         for draw in ("among others", "among all"))]
)  # fmt: skip
pd.DataFrame.from_dict(rows, orient="index").set_axis(columns, axis=1).map("{:.2g}".format)

# %% [markdown]
# ## Which falls first? With more data
#
# A test without thresholds: for each seed, the $P$ at which each quantity has lost half of all that
# it loses along its curve. If both invariances *are* the learning of the task, the three sizes
# coincide. A quantity falls *before* or *after* the error when the 95 % interval of the ratio lies
# below or above 1. The curves are those of {doc}`10_layer_by_layer` ($v=8$, $L=s=2$, $s_0>0$).

# %% tags=["hide-input"]
QUANTITIES = [ERROR, S2, D2]


def whole_curves(arch):
    """Curves over P that reach from far below P* to far above; s0 = 0 has no displacements."""
    if store:
        curves = stored_curves(frame, arch)
        return {s0: c for s0, c in curves.items() if s0 and spans_transition(c)}
    first = next(c for c in settings if c.arch == arch and c.s0)
    return {first.s0: runs_of(frame, first, repeats)}


sizes = {arch: whole_curves(arch) for arch in ARCHS}
by_size, half_sizes = {}, {}
for arch in ARCHS:
    ratios = None
    times = [fall_times(c, "P", QUANTITIES).assign(s0=s0) for s0, c in sizes[arch].items()]
    if times:
        half_sizes[arch] = pd.concat(times)
        ratios = compare_times(half_sizes[arch].drop(columns="s0"))
        by_size[arch.upper()] = order_view(ratios)
    for q in (S2, D2):
        glue(f"{arch} {q} size", "–" if ratios is None else f"{ratios.ratio[q]:.2f}", display=False)
pd.concat(by_size) if by_size else "None of these curves spans the transition yet."

# %% [markdown]
# ## Which falls first? Along training
#
# The sharper test: at *one* $P$, about twice $P^*$, a training is watched from its first step to its
# last. Nothing forces the order that we saw in $P$ to hold here.

# %%
def watched(arch):
    """The trainings to watch: P about twice P*, three seeds."""
    options = SMOKE if profile == "smoke" else {"num_test": 800}
    base = setting(arch, trace_v, trace_s0, **options)
    star = known[(known.arch == arch) & (known.v == trace_v) & (known.s0 == trace_s0)
                 & (known.L == 2) & (known.s == 2) & (known.quantity == ERROR)]  # fmt: skip
    P_star = star.P_star.iloc[0] if len(star) else base.P
    P_star = 100 if profile == "smoke" else P_star
    return [run_at(base, grid_P(grid_index(2 * P_star)), seed) for seed in range(3)]


plan = [config for arch in ARCHS for config in watched(arch)]
traces = trace_all(plan, per_octave=3, device=device, workers=1 if profile == "smoke" else workers)

# %% mystnb={"figure": {"caption": "Which falls first? Test error, S\u2082 and D\u2082, each scaled to fall from 1 to 0, along training at P of about twice P* (above), and at the end of training against P (below; v = 8, s\u2080 = 1, where complete). Lines: means over seeds; bands: their range. The dashed line is half the fall.", "name": "fig-falls"}, "image": {"alt": "Two rows of panels for the LCN and the CNN. Along training the displacement sensitivity falls first, then that to synonyms, then the test error; against P the three fall closer together."}} tags=["hide-input"]
figure, axes = plots.new_axes(2, 2, height=5.8, sharey=True)
for (above, below), arch in zip(axes.T, ARCHS, strict=True):
    draw_falls(above, traces[traces.arch == arch], "step")
    above.set_title(arch.upper(), fontsize=11)
    above.set_xlabel("step of training")
    if sizes[arch]:
        draw_falls(below, next(iter(sizes[arch].values())), "P")
    below.set_xlabel("training-set size $P$")
for ax in axes[:, 0]:
    ax.set_ylabel("share still to fall")
axes[0, 0].legend();

# %% tags=["hide-input"]
by_step, steps = {}, {}
for arch in ARCHS:
    own = traces[traces.arch == arch]
    for share in (0.5, 0.9):
        steps[arch, share] = compare_times(fall_times(own, "step", QUANTITIES, share))
        by_step[arch.upper(), f"{100 * share:.0f} % of the fall"] = order_view(steps[arch, share])
    ratio = {ERROR: 1.0, **steps[arch, 0.5].ratio.dropna()}
    glue(f"{arch} sequence", ", then ".join(QUANTITY_WORDS[q] for q in sorted(ratio, key=ratio.get)), display=False)
    for q in (S2, D2):
        row = steps[arch, 0.5].loc[q]
        known_ratio = pd.notna(row.ratio)
        glue(f"{arch} {q} step", f"{row.ratio:.2f}" if known_ratio else "–", display=False)
        glue(f"{arch} {q} order", row.order, display=False)
        late = steps[arch, 0.9].loc[q]
        glue(f"{arch} {q} late", f"{late.ratio:.2f}" if pd.notna(late.ratio) else "–", display=False)
glue("trace v", trace_v, display=False)
glue("trace s0", trace_s0, display=False)
glue("trace P", " and ".join(f"{plan[i].P:,}" for i in (0, 3)), display=False)
pd.concat(by_step)

# %% [markdown]
# The task is $v=$ {glue:text}`trace v`, $s_0=$ {glue:text}`trace s0` with $P=$ {glue:text}`trace P`
# (LCN and CNN).
#
# ## Is the store right?

# %% tags=["hide-input"]
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

# %% tags=["hide-input"]
# What the verdict quotes.
for (arch, q), found in points.items():
    result = agreement(found)
    glue(f"{arch} {q} slope", with_interval(result.slope) if result else "–", display=False)
    glue(f"{arch} {q} scatter", f"{result.scatter.value:.2f}" if result else "–", display=False)
    glue(f"{arch} {q} median", f"{result.median_ratio.value:.2f}" if result else "–", display=False)
    claim = eq8_claim(table, arch, q)
    glue(f"{arch} {q} near", here(claim.parts[1]), display=False)
    glue(f"{arch} {q} verdict", claim.verdict, display=False)

# %% [markdown]
# **Verdict** on Eq. {eq}`eq-transition`, by the rule of {doc}`21_all_claims`: the slope should be 1,
# and the two sizes within a factor of two of one another.
#
# | | slope | within a factor 2 | median ratio | scatter | verdict |
# |---|---|---|---|---|---|
# | LCN, $P^*_S$ | {glue:text}`lcn S_2_1 slope` | {glue:text}`lcn S_2_1 near` | {glue:text}`lcn S_2_1 median` | {glue:text}`lcn S_2_1 scatter` | {glue:text}`lcn S_2_1 verdict` |
# | LCN, $P^*_D$ | {glue:text}`lcn D_2_1 slope` | {glue:text}`lcn D_2_1 near` | {glue:text}`lcn D_2_1 median` | {glue:text}`lcn D_2_1 scatter` | {glue:text}`lcn D_2_1 verdict` |
# | CNN, $P^*_S$ | {glue:text}`cnn S_2_1 slope` | {glue:text}`cnn S_2_1 near` | {glue:text}`cnn S_2_1 median` | {glue:text}`cnn S_2_1 scatter` | {glue:text}`cnn S_2_1 verdict` |
# | CNN, $P^*_D$ | {glue:text}`cnn D_2_1 slope` | {glue:text}`cnn D_2_1 near` | {glue:text}`cnn D_2_1 median` | {glue:text}`cnn D_2_1 scatter` | {glue:text}`cnn D_2_1 verdict` |
#
# With more data, half of $S_2$'s fall comes at {glue:text}`lcn S_2_1 size` (LCN) and
# {glue:text}`cnn S_2_1 size` (CNN) times the $P$ at which the error has lost half of its own, half of
# $D_2$'s at {glue:text}`lcn D_2_1 size` and {glue:text}`cnn D_2_1 size` times it: on the log-log
# scale of {numref}`fig-pairs` these are small shifts.
#
# Along training they are further apart. Half of $D_2$'s fall is over after
# {glue:text}`lcn D_2_1 step` (LCN) and {glue:text}`cnn D_2_1 step` (CNN) of the steps that the
# error needs for half of its own, half of $S_2$'s after {glue:text}`lcn S_2_1 step` and
# {glue:text}`cnn S_2_1 step`; for nine tenths of the fall the ratios are
# {glue:text}`lcn D_2_1 late` and {glue:text}`cnn D_2_1 late`, {glue:text}`lcn S_2_1 late` and
# {glue:text}`cnn S_2_1 late`. The order along training is {glue:text}`lcn sequence` (LCN) and
# {glue:text}`cnn sequence` (CNN). So the near coincidence of the three sizes says that about the
# same amount of data suffices for all three, not that they are one event.
#
# **Limits.** A setting enters only where its curves cross the thresholds at trained sizes; those that
# do not are listed above with the reason. The watched trainings are of one task and one $P$.
