# ---
# jupyter:
#   srhm:
#     reads:
#     - results/lcn_*_A.jsonl
#     - book/paper/*.csv
# ---

# %% [markdown]
# # Sample complexity of LCNs
#
# **The question.** How does the number of training data $P^*$ that a locally connected network
# needs grow with the sparsity, the depth and the vocabulary of the task?
#
# **The answer.** Over {glue:text}`settings` tasks $P^*$ grows as the power {glue:text}`slope` of
# the paper's law, whose interval {glue:text}`slope holds` 1. Factor by factor, from
# tasks that differ in nothing else: the exponent of $s_0+1$ is {glue:text}`s0 matched 2` at $L=2$, which
# {glue:text}`s0 holds 2` the law's 2, and {glue:text}`s0 matched 3` at $L=3$, which
# {glue:text}`s0 holds 3` its 3; that of $n_c$ is {glue:text}`n_c matched 2` and
# {glue:text}`n_c matched 3` (law: 1); and that of $s^{L/2}$, where only the depth varies,
# {glue:text}`L alone` (law: 1). The last depends on the training: from two to three levels $P^*$ grows,
# beyond the law's other factors, by {glue:text}`step grids` in ours and by {glue:text}`step theirs` trained
# as the authors train (law: 1.41). Read off by the paper's rule, our $P^*$ is {glue:text}`ruled 2` of the
# paper's at $L=2$ and {glue:text}`ruled 3` at $L=3$ (geometric means).
#
# **The paper's claim** {cite:p}`tomasini2024` is its Eq. 3, shown in its Figures 4B and 10 as points
# along a line, for $n_c=v$ and $m=v^{s-1}$, without error bars:
#
# $$ P^*_{\text{LCN}} \sim s^{L/2}\,(s_0+1)^L\, n_c\, m^L . $$
#
# {numref}`fig-lcn-law` is its Figure 4B with our points in it.

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": from the store; "fresh": a few settings trained now; "smoke": a toy
device = "auto"
workers = 0  # processes for training; 0 is one per core

arch = "lcn"
repeats = 3  # seeds per point: each is new rules, a new sample and new initial weights

# %% tags=["remove-cell"]
import pandas as pd
from myst_nb import glue

from srhm.runs.paths import project
from srhm.runs.store import Store
from srhm.stats.laws import lcn_scale
from srhm_book import style as plots
from srhm_book.complexity import figures as plots_complexity
from srhm_book.complexity import views
from srhm_book.complexity.authors import authors_points
from srhm_book.complexity.authors_table import exponents_in_both, near_in_depth
from srhm_book.complexity.authors_words import steps_by_network
from srhm_book.complexity.beside_authors import beside_words, points_of, trainings_view
from srhm_book.complexity.depth_step import depth_steps, step_words
from srhm_book.complexity.firmness import bends, by_groups, firmness, firmness_view
from srhm_book.complexity.law_tests import (
    COMPLETE,
    depth_tests,
    exponent_tests,
    matched_tests,
    pooled_tests,
    prefactors,
    slope_tests,
)
from srhm_book.complexity.live import trained_again
from srhm_book.complexity.pointing import point_at_depth, point_at_law
from srhm_book.complexity.table import complexity_table, relative_interval, searched_runs
from srhm_book.grids import law_grid
from srhm_book.paper import published_P_star, reading_rule
from srhm_book.provenance import rests_on
from srhm_book.publish.options import training_options
from srhm_book.publish.profiles import by_profile
from srhm_book.source import source_of
from srhm_book.tables import scrolling
from srhm_book.verdicts import BAND
from srhm_book.wording import join, list_settings, with_ends, with_interval

by_profile(profile)
plots.use_style()
pd.set_option("display.max_rows", None)
store = Store(project("results")) if profile == "book" else None
options = training_options(profile, workers, device)

# %% mystnb={"figure": {"caption": "Figure 4B of the paper with ours: P* of locally connected networks against Eq. 3. Hollow: the paper's points (s = 2), which it rounds to its grid of sizes. Filled: ours, with 95 % intervals over seeds; half filled: s > 2; small and pale: tasks with m < v^(s-1). Colour and marker: s0. Grey: proportionality, at our geometric mean. Below, the same divided by Eq. 3, one panel a depth.", "name": "fig-lcn-law"}, "image": {"alt": "Above, P* against the law's value on logarithmic axes, hollow and filled points along a line of slope one over three decades. Below, their ratio in a panel for each depth: at two levels filled and hollow points mix, at three the hollow ones lie higher."}}
# The sizes around the crossing of 10 % test error, for each setting and seed.
settings = law_grid(arch, profile)
runs, missing = searched_runs(settings, store, repeats, **options)
table = complexity_table(runs, store.frame() if store else None)
paper = published_P_star(arch)
plots_complexity.draw_against_law(table, paper, "$s^{L/2}(s_0+1)^L n_c m^L$");

# %% tags=["remove-input"]
rests_on(runs, "06_lcn_sample_complexity", profile="fresh", repeats=2)

# %% tags=["remove-input"]
point_at_law(table, "s^(L/2) (s0+1)^L n_c m^L")

# %% tags=["remove-cell"]
found = table.dropna(subset="P_star")
glue("seeds", int(found.num_seeds.min()), display=False)
glue("settings", len(found), display=False)
glue("half width", f"{100 * relative_interval(found).median():.0f}", display=False)
glue("missing", list_settings(missing), display=False)
glue("num missing", len(missing), display=False)
for L in (2, 3):
    own = found[found.L == L]
    for key, values in {"ratio": own.ratio, "ruled": own.by_rule}.items():
        mean, _, number = views.geometric_mean_ratio(values)
        glue(f"{key} {L}", with_ends(mean), display=False)
        glue(f"{key} number {L}", number, display=False)
sizes = authors_points().query("arch == @arch")
glue("steps", steps_by_network(sizes), display=False)
both = points_of(store, arch)
theirs_and_ours = near_in_depth(both, L=3)
for whose, words in zip(("theirs", "ours"), theirs_and_ours, strict=True):
    glue(f"{whose} 3", words, display=False)

# %% [markdown]
# For each setting a search brackets the crossing of 10 % test error for every seed; $P^*$ is where
# the mean curve crosses it. Every point has {glue:text}`seeds` or more seeds (new rules, data and
# initial weights each), and $n_c$ and $m$ are also varied apart from $v$. Half the 95 % interval is
# {glue:text}`half width` % of $P^*$ in the median. The law, in data and without its constant:

# %% tags=["remove-input"]
source_of(lcn_scale)

# %% [markdown]
# The authors' public code divides a layer's pre-activation by the square root of its channels
# alone, where ours divides by that of channels times patch size, and has rates of its own
# ({ref}`authors-code`). Of the paper's points at $L=3$, {glue:text}`theirs 3` come within a factor 1.5
# trained as that code trains (in a cheaper form), and {glue:text}`ours 3` in this book's training. It
# fits "the lazier the training, the more data": with a smaller rate $P^*$ at three levels grows in our
# scaling too ({doc}`04_training_setting`, {doc}`17_authors_training`).
#
# ```{dropdown} Planned and not trained yet
# {glue:text}`num missing` settings: {glue:text}`missing`.
# ```
#
# ## The exponents
#
# The interval includes the law's exponent in {glue:text}`num included` fits, excludes it in
# {glue:text}`num excluded`, and leaves {glue:text}`num open` open, by the rule of
# {doc}`21_all_claims`: reaching further than {glue:text}`band` % from it, the interval holds it or is
# so wide that it nearly does; or the fit hangs on one setting.

# %% mystnb={"figure": {"caption": "Each fitted exponent over that of Eq. 3, with its 95 % interval (bootstrap over settings and seeds). Blue circles: the interval includes the law's exponent; orange diamonds: it does not; grey: it is too wide to tell. Small squares: the same exponent from tasks that differ in nothing else. Shaded: \u00b1 20 %; an arrow at the edge: beyond. The last lines are from one fit through all settings.", "name": "fig-lcn-exponents"}, "image": {"alt": "A column of exponents with horizontal bars around a vertical line at one, most of them within a band of plus and minus 20 percent."}}
slopes = slope_tests(table)  # of log P* against the log of the whole law
exponents = exponent_tests(table)  # fitted jointly at each s and L
pooled = pooled_tests(table)  # one fit through all settings
depth = depth_tests(table)  # of s^(L/2), the others held at the law's
matched = matched_tests(table)  # from tasks that differ in nothing else
told = [test for test in (*slopes, *exponents) if test.tells]
spoken = [*told, *pooled, *depth]

figure, ax = plots.new_axes(width=plots.WIDE, height=1.0 + 0.32 * len(spoken))
plots_complexity.draw_exponents(ax, spoken, matched)

# %% tags=["remove-input"]
rests_on(runs, "06_lcn_sample_complexity", profile="fresh", repeats=2)

# %% tags=["remove-cell"]
theirs = [*slope_tests(paper), *exponent_tests(paper), *pooled_tests(paper), *depth_tests(paper)]
glue("band", f"{100 * BAND:.0f}", display=False)
groups = {
    "included": [test.name for test in spoken if test.included],
    "excluded": [test.name for test in spoken if test.included is False],
    "open": [test.name for test in spoken if test.included is None],
}
too_few = {test.name for test in (*slopes, *exponents) if not test.tells}
glue("too few", join(sorted(too_few), "; "), display=False)
for key, names in groups.items():
    glue(key, join(names, "; "), display=False)
    glue(f"num {key}", len(names), display=False)
glue("slope", with_interval(slopes[0].estimate) if slopes else "–", display=False)
glue("depth", with_interval(depth[0].estimate), display=False)
glue("depth all", with_interval(depth[-1].estimate), display=False)
for tests_of, whose in ((depth, ""), (theirs, " paper")):
    estimates = {test.settings: test.estimate for test in tests_of if test.exponent == "s^(L/2)"}
    for key, held in (("s alone", "L=2"), ("L alone", "s=2")):
        estimate = estimates.get(f"{COMPLETE}, {held}")
        glue(f"{key}{whose}", with_interval(estimate), display=False)
by_name = {(test.settings, test.exponent): test.estimate for test in theirs}
glue("paper s0 2", with_interval(by_name.get(("s=2, L=2", "s0+1"))), display=False)
glue("paper s0 3", with_interval(by_name.get(("s=2, L=3", "s0+1"))), display=False)
own = {f"{test.exponent} {test.settings}": with_interval(test.estimate) for test in matched}
glue("s matched", own.get(f"s^(L/2) {COMPLETE}, L=2", "–"), display=False)
glue("s0 matched 2", own.get("s0+1 s=2, L=2", "–"), display=False)
glue("s0 matched 3", own.get("s0+1 s=2, L=3", "–"), display=False)
for L in (2, 3):
    glue(f"n_c matched {L}", own.get(f"n_c s=2, L={L}", "–"), display=False)
holds = {True: "includes", False: "excludes", None: "cannot tell"}
glue("slope holds", holds[slopes[0].estimate.includes(1) if slopes and slopes[0].estimate else None], display=False)
by_name = {(test.settings, test.exponent): test for test in matched}
for L in (2, 3):
    test = by_name.get((f"s=2, L={L}", "s0+1"))
    glue(f"s0 holds {L}", holds[test and test.estimate.includes(test.law)], display=False)
outside = {
    where for (where, exponent), test in by_name.items()
    if exponent == "s0+1" and not test.estimate.includes(test.law)
}

# %% [markdown]
# The exponents are fitted jointly at each depth: the law says $L$ for $s_0+1$, 1 for $n_c$ and $L$ for
# $m$; where $n_c$ and $m$ vary only together, 1 for $n_c m^L$. Intervals are a bootstrap over
# settings and, within them, over seeds. The paper's own points, fitted so, give exponents of
# $s_0+1$ of {glue:text}`paper s0 2` at $L=2$ and {glue:text}`paper s0 3` at $L=3$ over all of them;
# {doc}`17_authors_training` and the table further below have it on the points known in both trainings.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: all exponents, and those of the paper's points"} tags=["hide-cell"]
views.exponents_view(spoken, theirs)

# %% [markdown]
# How firm is that of $s_0+1$? Most settings at three levels have $v=8$. Drawn in groups of equal $v$
# instead of one by one, it is {glue:text}`by groups 2` at $L=2$ and {glue:text}`by groups 3` at $L=3$.
# A term in $\log^2(s_0+1)$, absent from a power law, is told from zero {glue:text}`bends`.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: the exponent of s0+1 resampled by v, without small P*, and its bend"} tags=["hide-cell"]
firm = firmness(table)
for L in (2, 3):
    glue(f"by groups {L}", by_groups(firm, f"s=2, L={L}"), display=False)
glue("bends", bends(firm), display=False)
firmness_view(firm)

# %% [markdown]
# A joint fit charges each power with whatever the others do not describe. So once more, each from
# tasks that differ in nothing else: the exponent of $s_0+1$ from groups of equal $v$, $n_c$ and
# $m$, and so on, each group with a constant of its own. That of $s^{L/2}$ at $L=2$ comes from
# groups of equal $n_c$, $m=v^{s-1}$ and $s_0$, in which $v$ falls as $s$ grows.
#
# ```{dropdown} Every fit by outcome
# Included: {glue:text}`included`.
#
# Excluded: {glue:text}`excluded`.
#
# Open, too wide or hanging on one setting: {glue:text}`open`. Too few settings to say anything:
# {glue:text}`too few`.
# ```
#
# These exponents, beside those of the paper's own points:

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: exponents from tasks that differ in nothing else"} tags=["hide-cell"]
views.exponents_view(matched, matched_tests(paper))

# %% [markdown]
# ## In both trainings
#
# Does $(s_0+1)^L$ survive our scaling of the network? From the authors' training, in its cheaper
# form, to ours the exponent changes by {glue:text}`changes` (at the points known in both), told from zero
# {glue:text}`changed`. The law's value lies outside the interval {glue:text}`missed cheap` trained as the
# authors train; in ours {glue:text}`missed grids` at the same points, and {glue:text}`missed matched` from
# all tasks that differ in nothing else. Of these points all have $n_c=m=v$: apart from one another, $n_c$
# and $m$ were not varied in the authors' training.

# %% tags=["remove-input"]
in_both = exponents_in_both(both)
scrolling(trainings_view(in_both))

# %% tags=["remove-cell"]
for name, words in beside_words(both, in_both, outside).items():
    glue(name, words, display=False)
for key, words in step_words(depth_steps(store, both) if store else None).items():
    glue(f"step {key}", words, display=False)

# %% [markdown]
# ## The factor $s^{L/2}$ and the prefactor
#
# Of tasks in which all tuples of features mean something, $m=v^{s-1}$, the exponent of $s^{L/2}$ is
# {glue:text}`depth`. It hides two things: at $L=2$, where only the branching $s$ varies, it is
# {glue:text}`s alone`; at $s=2$, where only the depth does, {glue:text}`L alone`, and
# {glue:text}`L alone paper` for the paper's own points of Figure 4B.

# %% mystnb={"figure": {"caption": "Figure 10 of the paper, whose points are not digitised, redone. Left: P* of tasks with s = 3 against Eq. 3 (bars: 95 % over seeds). Right: P* divided by the law without its factor s^(L/2), against that factor, one marker a setting (moved a little sideways by s0). Colour and marker: s0; filling: s and L; small and pale: tasks with m < v^(s-1). Grey: proportionality, at the geometric mean (right: of the others).", "name": "fig-lcn-depth"}, "image": {"alt": "Left, points with error bars along a rising grey line on logarithmic axes. Right, columns of points, one for each pair of s and L, beside a rising grey line."}}
figure, (left, right) = plots.new_axes(2)
plots_complexity.draw_at_branching(left, table, s=3)
plots_complexity.draw_depth_factor(right, table)

# %% tags=["remove-input"]
rests_on(runs, "06_lcn_sample_complexity", profile="fresh", repeats=2)

# %% tags=["remove-input"]
point_at_depth(table)

# %% [markdown]
# From tasks of equal $n_c$, $m$ and $s_0$ at $L=2$ the exponent is {glue:text}`s matched`. With all
# tasks, among them those in which most tuples are never seen, it is {glue:text}`depth all`: how
# much is left over from $m^L$ depends on that share as well, of which the law says nothing.
#
# From two to three levels $P^*$ grows, beyond the law's other factors, by {glue:text}`step paper` in the
# paper and by {glue:text}`step theirs` trained as the authors train (cheaper form); in our scaling by
# {glue:text}`step 0.003` at the rate 0.003, {glue:text}`step 0.01` at 0.01 and {glue:text}`step grids` in
# this book's grids, where Eq. 3 says $s^{1/2}=1.41$ (geometric means over the {glue:text}`step num` tasks
# known in all). It fits "the lazier the training, the more a level costs"; how far the weights move was
# not measured. {doc}`17_authors_training` has it task by task.
#
# The prefactor $P^*/[s^{L/2}(s_0+1)^L n_c m^L]$ is
# {glue:text}`C`; the median of the paper's points is {glue:text}`paper C`.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: prefactors by s and L"} tags=["hide-cell"]
constants = prefactors(table)
glue("C", views.prefactors_view(constants).iloc[-1, 0], display=False)
paper_C = (paper.P_star / paper["scale"]).median()
glue("paper C", f"{paper_C:.2f}", display=False)
views.prefactors_view(constants)

# %% [markdown]
# ## Like with like: ours over the paper's
#
# The paper's $P^*$ are points of its grid of sizes ({doc}`20_reading_figures`). Ours, read off by its
# rule, is the point of that grid at which our mean error is nearest to 10 %. Over the paper's it is, in
# the geometric mean, {glue:text}`ruled 2` at $L=2$ ({glue:text}`ruled number 2` settings) and
# {glue:text}`ruled 3` at $L=3$ ({glue:text}`ruled number 3`). By that rule a $P^*$ can only stay, or
# move by a whole step of the grid, a factor {glue:text}`steps` in the median. So once more with ours
# interpolated, where the mean curve crosses 10 %: {glue:text}`ratio 2` ({glue:text}`ratio number 2`
# settings) and {glue:text}`ratio 3` ({glue:text}`ratio number 3`). Of crossing over crossing, where the paper's own curve is known, it is
# {glue:text}`direct` ({glue:text}`direct number` settings of $L=2$). What is left is the matter of
# {doc}`04_training_setting` and {doc}`17_authors_training`. Where curves drawn anew from the seeds can cross
# 10 % outside of the sizes trained, that end of an interval is not known, and a table gives only the other
# (*at most*, *at least*).

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: ours over the paper's, setting by setting"} tags=["hide-cell"]
views.ratios_view(table) if table.paper.notna().any() else "No setting is shown in the paper."

# %% tags=["remove-cell"]
curves = reading_rule().query("arch == @arch and quantity == 'test_error'")
keys = ["v", "s0"]
both = found.query("s == 2 and L == 2 and n_c == v and m == v").merge(curves, on=keys)
direct = both.P_star / both.interpolated
mean, _, number = views.geometric_mean_ratio(direct)
glue("direct", with_ends(mean), display=False)
glue("direct number", number, display=False)

# %% [markdown]
# ## All settings

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: all settings with P*, law and paper"} tags=["hide-cell"]
views.complexity_view(found)

# %% [markdown]
# ## Is the store right?
#
# One stored run is trained again, here and now; the build fails when the two test errors differ by
# more than seeds make them differ.

# %%
trained_again(runs, table, store, device)

# %% [markdown]
# ## Limits
#
# A range of a factor of a few in each of $v$, $s_0$, $n_c$, $m$ cannot tell a power from a power with a
# slow correction, such as a logarithm. $L$ takes two values. All exponents, above all those at
# $L=3$, are those of this book's scaling of the network and of the grids' training
# ({doc}`04_training_setting`), not of the authors' lazier networks ({ref}`authors-code`). The
# intervals treat the scatter about the law as random; if the law holds only asymptotically, small
# settings pull an exponent away from it whatever the number of seeds.
