# ---
# jupyter:
#   srhm:
#     reads:
#     - results/cnn_*_A.jsonl
#     - book/paper/*.csv
# ---

# %% [markdown]
# # Sample complexity of CNNs
#
# **The question.** With shared weights, how does the number of training data $P^*$ grow with the
# sparsity, the depth and the vocabulary of the task?
#
# **The answer.** Over {glue:text}`settings` tasks $P^*$ grows as the power {glue:text}`slope` of
# the paper's law, whose interval {glue:text}`slope holds` 1. From tasks that differ in nothing
# else, the exponent of $s_0+1$ is {glue:text}`s0 matched 2` at $L=2$, which
# {glue:text}`s0 holds 2` the law's 2, and {glue:text}`s0 matched 3` at $L=3$, which
# {glue:text}`s0 holds 3` it. Read off by the paper's rule, our $P^*$ is {glue:text}`ruled 2` of the
# paper's at $L=2$ and {glue:text}`ruled 3` at $L=3$ (geometric means).
#
# **The paper's claim** {cite:p}`tomasini2024` is its Eq. 4, shown in its Figures 4C and 13 (here
# {numref}`fig-cnn-law` and {numref}`fig-cnn-branching`):
#
# $$ P^*_{\text{CNN}} \sim C_1\,(s_0+1)^2\, n_c\, m^L , $$
#
# quadratic in $s_0+1$ at every depth, which the paper observes and does not explain.
# The first has our points in the paper's Figure 4C.

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": from the store; "fresh": a few settings trained now; "smoke": a toy
device = "auto"
workers = 0  # processes for training; 0 is one per core

arch = "cnn"
repeats = 3  # seeds per point: each is new rules, a new sample and new initial weights

# %% tags=["remove-cell"]
import pandas as pd
from myst_nb import glue

from srhm.runs.paths import project
from srhm.runs.store import Store
from srhm.stats.laws import cnn_scale
from srhm_book import style as plots
from srhm_book.complexity import figures as plots_complexity
from srhm_book.complexity import views
from srhm_book.complexity.authors import authors_points
from srhm_book.complexity.authors_table import exponents_in_both, near_in_depth
from srhm_book.complexity.authors_words import steps_by_network
from srhm_book.complexity.beside_authors import beside_words, points_of, trainings_view
from srhm_book.complexity.firmness import bends, by_groups, firmness, firmness_view
from srhm_book.complexity.law_tests import (
    exponent_tests,
    matched_branching,
    matched_tests,
    pooled_tests,
    prefactors,
    slope_tests,
)
from srhm_book.complexity.live import trained_again
from srhm_book.complexity.pointing import point_at_law
from srhm_book.complexity.table import (
    complexity_table,
    relative_interval,
    searched_runs,
    seed_exponent,
)
from srhm_book.grids import PAPER, STUDY, law_grid, setting
from srhm_book.paper import published_P_star, reading_rule
from srhm_book.provenance import rests_on
from srhm_book.publish.options import training_options
from srhm_book.publish.profiles import by_profile
from srhm_book.source import source_of
from srhm_book.tables import scrolling
from srhm_book.verdicts import BAND
from srhm_book.wording import join, list_settings, significant, with_ends, with_interval

by_profile(profile)
plots.use_style()
pd.set_option("display.max_rows", None)
store = Store(project("results")) if profile == "book" else None
options = training_options(profile, workers, device)

# %% mystnb={"figure": {"caption": "Figure 4C of the paper with ours: P* of convolutional networks against Eq. 4. Hollow: the paper's points (s = 2), which it rounds to its grid of sizes. Filled: ours, with 95 % intervals over seeds; half filled: s > 2; small and pale: tasks with m < v^(s-1). Colour and marker: s0. Grey: proportionality, at our geometric mean. Below, the same divided by Eq. 4, one panel a depth.", "name": "fig-cnn-law"}, "image": {"alt": "Above, P* against the law's value on logarithmic axes, hollow and filled points along a line of slope one over three decades. Below, their ratio in a panel for each depth: at two levels filled and hollow points mix, at three the hollow ones lie higher."}}
# The sizes around the crossing of 10 % test error, for each setting and seed.
settings = law_grid(arch, profile)
runs, missing = searched_runs(settings, store, repeats, **options)
table = complexity_table(runs, store.frame() if store else None)
paper = published_P_star(arch)
plots_complexity.draw_against_law(table, paper, "$(s_0+1)^2 n_c m^L$");

# %% tags=["remove-input"]
rests_on(runs, "07_cnn_sample_complexity", profile="fresh", repeats=2)

# %% tags=["remove-input"]
point_at_law(table, "(s0+1)^2 n_c m^L")

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
source_of(cnn_scale)

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

# %% mystnb={"figure": {"caption": "Each fitted exponent over that of Eq. 4, with its 95 % interval (bootstrap over settings and seeds). Blue circles: the interval includes the law's exponent; orange diamonds: it does not; grey: it is too wide to tell. Small squares: the same exponent from tasks that differ in nothing else. Shaded: \u00b1 20 %; an arrow at the edge: beyond. The last lines are from one fit through all settings.", "name": "fig-cnn-exponents"}, "image": {"alt": "A column of exponents with horizontal bars around a vertical line at one, most of them within a band of plus and minus 20 percent."}}
slopes = slope_tests(table)  # of log P* against the log of the whole law
exponents = exponent_tests(table)  # fitted jointly at each s and L
pooled = pooled_tests(table)  # one fit through all settings
matched = matched_tests(table)  # from tasks that differ in nothing else
told = [test for test in (*slopes, *exponents) if test.tells]
spoken = [*told, *pooled]

figure, ax = plots.new_axes(width=plots.WIDE, height=1.0 + 0.32 * len(spoken))
plots_complexity.draw_exponents(ax, spoken, matched)

# %% tags=["remove-input"]
rests_on(runs, "07_cnn_sample_complexity", profile="fresh", repeats=2)

# %% tags=["remove-cell"]
theirs = [*slope_tests(paper), *exponent_tests(paper), *pooled_tests(paper)]
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
by_name = {(test.settings, test.exponent): test.estimate for test in theirs}
glue("paper s0 2", with_interval(by_name.get(("s=2, L=2", "s0+1"))), display=False)
glue("paper s0 3", with_interval(by_name.get(("s=2, L=3", "s0+1"))), display=False)
own = {f"{test.exponent} {test.settings}": with_interval(test.estimate) for test in matched}
branching = matched_branching(table)
glue("s matched", with_interval(branching and branching.exponent), display=False)
glue("s matched settings", branching.num_points if branching else 0, display=False)
glue("s0 matched 2", own.get("s0+1 s=2, L=2", "–"), display=False)
glue("s0 matched 3", own.get("s0+1 s=2, L=3", "–"), display=False)
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
test = by_name.get(("s=3, L=2", "s0+1"))
glue("s0 matched s3", with_interval(test and test.estimate), display=False)
for key, power in {"holds": 2, "cube": 3}.items():
    glue(f"s0 {key} s3", holds[test and test.estimate.includes(power)], display=False)

# %% [markdown]
# The exponents are fitted jointly at each depth: the law says 2 for $s_0+1$, 1 for $n_c$ and $L$ for
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
# $m$, and so on, each group with a constant of its own.
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
# Does the square of $s_0+1$ survive our scaling of the network? From the authors' training, in its
# cheaper form, to ours the exponent changes by {glue:text}`changes` (at the points known in both), told from zero
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

# %% [markdown]
# ## Three features a patch
#
# At $s=2$ the power 2 of $s_0+1$ could also be an $s$: a filter that has to see its patch in every
# arrangement sees $(s_0+1)^s$ of them. The paper's Figure 13, whose points were not read off, says
# that it is 2 at $s=3$ as well. Here it is {glue:text}`s0 matched s3`, from tasks with $s=3$ that
# differ in nothing else, which {glue:text}`s0 holds s3` 2 and {glue:text}`s0 cube s3` 3.

# %% mystnb={"figure": {"caption": "As Figure 13 of the paper (its points are not digitised): P* of convolutional networks at s = 3, n_c = v and m = v^2, against Eq. 4. Colour and marker: s0; filled: two levels, hollow: three. Bars: 95 % intervals over seeds. Line: proportionality, at the geometric mean.", "name": "fig-cnn-branching"}, "image": {"alt": "Points on logarithmic axes close to a line of slope one over more than a decade, at s equal to three."}}
three = table.query("s == 3 and n_c == v and m == v**2").dropna(subset="P_star")
figure, ax = plots.new_axes(height=4.4)
plots_complexity.draw_branching(ax, three, "$(s_0+1)^2 n_c m^L$")

# %% tags=["remove-input"]
rests_on([r for c, r in runs.items() if c.s == 3], "07_cnn_sample_complexity", profile="fresh")

# %% [markdown]
# ## The prefactor
#
# Eq. 4 has a constant $C_1$, of which the paper gives no value; it may depend on $s$ and $L$. Among
# tasks with $L=2$ of equal $n_c$, $m=v^{s-1}$ and $s_0$, $P^*$ goes as $s$ to the power
# {glue:text}`s matched` ({glue:text}`s matched settings` settings; for the LCN Eq. 3 has 1). Over all, the
# prefactor $P^*/[(s_0+1)^2 n_c m^L]$ is {glue:text}`C`; the median of the paper's points is
# {glue:text}`paper C`.

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
# {doc}`04_training_setting` and {doc}`17_authors_training`.

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
# ## Is the power of $s_0+1$ a matter of the training?
#
# A shift of $P^*$ that depended on $s_0$ would bend the law. So the exponent is fitted along lines
# of fixed $v$ at $L=2$ under three trainings, all with this book's scaling: the paper's learning rate
# and stopping loss, the grid's, and the faster one of the study of single choices. The interval
# (over seeds alone, which resample all settings of a line together) includes 2 in
# {glue:text}`lines included` of {glue:text}`num lines` lines. What the authors' own training does to
# this power is above, and in {doc}`36_which_level_pays`, beside all its values in this book
# (see {ref}`cnn-exponents`).

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: the exponent of s\u2080+1 by training"} tags=["hide-cell"]
trainings = {"as in the paper": PAPER, "grid": {}, "fast": STUDY}
lines = ((3, (1, 2, 4, 6)), (4, (1, 2, 4, 6)), (6, (1, 2, 4))) if store else ()
rows, untrained = [], []
for label, training in trainings.items():
    for v, s0s in lines:
        line, lacking = searched_runs([setting(arch, v, s0, **training) for s0 in s0s], store, repeats)
        untrained += [f"{label}, {list_settings(lacking)}"] if lacking else []
        line = complexity_table(line).dropna(subset="P_star")
        if len(line) > 1:
            exponent = seed_exponent(line)
            rows.append(
                {
                    "v": v,
                    "training": label,
                    "s₀": ", ".join(map(str, line.s0)),
                    "P*": "; ".join(line.P_star.map(significant)),
                    "exponent of s₀+1 (95 % interval)": with_interval(exponent),
                    "includes 2": "yes" if exponent.includes(2) else "no",
                }
            )
glue("num lines", len(rows), display=False)
glue("lines included", sum(r["includes 2"] == "yes" for r in rows), display=False)
glue("untrained", join(untrained, "; "), display=False)
shown = pd.DataFrame(rows).sort_values(["v", "training"]) if rows else None
shown.set_index(["v", "training"]) if rows else "No line of settings is trained yet."

# %% [markdown]
# A line has the settings that are trained so far.
#
# ```{dropdown} Not trained yet
# {glue:text}`untrained`.
# ```
#
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
