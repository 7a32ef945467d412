# ---
# jupyter:
#   srhm:
#     reads:
#     - results/why/*.csv
#     - results/lcn_s2_*.jsonl
#     - results/cnn_s[234]_*.jsonl
# ---

# %% [markdown]
# # Which level pays for sparsity?
#
# **The question.** A convolutional network needs $P^* \propto (s_0+1)^2$ examples, however many levels
# there are; a locally connected one $(s_0+1)^L$ (Eqs. {eq}`eq-cnn` and {eq}`eq-lcn`). The paper
# {cite:p}`tomasini2024` derives the second from one gradient step and leaves the square open. Here the
# levels are taken apart: a task is sparse at its lowest level alone (the input), at its top level
# alone, or in between. Where does each network pay? None of this is in the paper.
#
# **The answer.** {glue:text}`who pays`.
#
# - {glue:text}`answer cnn`
# - {glue:text}`answer lcn`
# - {glue:text}`answer depth` (See {ref}`cnn-exponents`.)
# - {glue:text}`answer scaling` {glue:text}`answer s`

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": from the store; "fresh": a few tasks trained now; "smoke": a toy
device = "auto"
workers = 0  # processes for training; 0 is one per core

# %% tags=["remove-cell"]
import numpy as np
import pandas as pd
from IPython.display import HTML
from myst_nb import glue

from srhm.runs.paths import project
from srhm.runs.store import Store
from srhm.stats.curves import sample_complexity
from srhm_book import style
from srhm_book.complexity.live import trained_again
from srhm_book.complexity.table import searched_runs
from srhm_book.provenance import rests_on
from srhm_book.publish.options import training_options
from srhm_book.publish.profiles import by_profile
from srhm_book.source import source_of
from srhm_book.why import chapter, cnn_exponents, figures, findings, square, steps, tell
from srhm_book.why.levels import as_text, growth_exponent, growth_table, predicted_growth
from srhm_book.wording import join, list_by_network, with_interval

by_profile(profile)
options = training_options(profile, workers, device)
style.use_style()
store = Store(project("results")) if profile == "book" else None
options["repeats"] = 2 if profile == "smoke" else 3
settings, deep = chapter.level_settings(profile), chapter.depth_settings(profile)
few = chapter.few_settings(profile)
runs, missing = searched_runs(settings, store, **options)
sizes = chapter.sizes_for([*settings, *deep], profile)
measured, predicted = growth_table(runs), predicted_growth(sizes)
glue("who pays", findings.who_pays(measured), display=False)
for arch in ("lcn", "cnn"):
    glue(f"answer {arch}", findings.levels_sentence(measured, arch), display=False)
panels = measured.groupby(["L", "arch"]).ngroups
rows = int(np.ceil(panels / 2))

# %% mystnb={"figure": {"caption": "The power of s0+1 with which P* grows when one level is sparse, or all are, relative to the task without sparsity. Coloured: trained networks, side by side for the values of s0, smallest first; bars: 95 % intervals over seeds. Grey: the same for one gradient step's P_c, with equal hidden weights (bars) and random ones (crosses). Dotted: the paper's law.", "name": "fig-which-level"}, "image": {"alt": "Panels for the locally connected and the convolutional network at two and three levels: exponents at the lowest level, the levels above, and all together, with one-step predictions beside them."}}
size = {"height": 3.4 * rows, "sharey": True, "squeeze": False}
figure, axes = style.new_axes(2, rows, **size)
figures.draw_which_level(axes, measured, predicted)

# %% tags=["remove-input"]
rests_on(runs, "36_which_level_pays", profile="fresh")

# %% [markdown]
# ## What was expected
#
# Written down before the trainings (`srhm_book.why.expected`): one gradient step from the start needs
# $P_c = \operatorname{tr}\operatorname{Cov}(g)\,/\,|\mathbb E\,g|^2$ data until the signal in the first
# layer's gradient $g$ exceeds its noise ({doc}`35_one_step`).
#
# - *LCN.* Every place has weights of its own, and a datum fills one with probability
#   $\prod_\ell (s_0^{(\ell)}+1)^{-1}$. Which level is sparse makes no difference: the exponent is 1 at
#   each, with equal hidden weights exactly.
# - *CNN, equal weights.* The filter is the same in every patch and only sees the place inside the
#   lowest one. The lowest level pays 1, the others 0.
# - *CNN, random weights.* Each place of a patch pulls the filter with a sign of its own. Sharing then
#   gains nothing, and the CNN pays like the LCN, at every level.
#
# A square for all depths is neither. What the exponents of one step are at these very sizes is in
# the figure: with random weights the ReLUs, which open or shut with the rest
# of the patch, add to the lowest level's.
#
# How an exponent is read off the runs; `paired_ratio` takes the ratio seed by seed, with the same
# rules:

# %% tags=["remove-input"]
source_of(growth_exponent)

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: each task, growth and exponent"} tags=["hide-cell"]
HTML(as_text(measured).to_html(index=False, border=0))

# %% tags=["remove-cell"]
glue("missing", list_by_network(missing), display=False)
glue("products", findings.products_sentence(measured), display=False)

# %% [markdown]
# How far one step's exponents are from the trained ones:

# %% tags=["remove-input"]
HTML(findings.beside_one_step(measured, predicted).to_html(index=False, border=0))

# %% [markdown]
# **Do the levels multiply?** Then the exponents of single levels would add up to that of several
# together. The sum is too large in {glue:text}`products` tasks, by the exponent's interval: there, levels
# that are sparse together cost less than the product of what each costs alone.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: several levels together"} tags=["hide-cell"]
together = findings.products(measured)
together["exponent"] = together.exponent.map(with_interval)
HTML(together.to_html(index=False, border=0, float_format="{:.2f}".format))

# %% [markdown]
# ## One to four levels
#
# With one level the two networks are one and the same network, so Eqs. {eq}`eq-lcn` and {eq}`eq-cnn`
# cannot both hold there: they say 1 and 2. At two levels they agree. Only from three on do they differ.
# Four are within reach with few synonyms ($v=8$, $n_c=4$, $m=2$), since the law has a factor $m^L$. If
# the CNN's power is a matter of depth, it is 4 there, as one step with random weights has it; the paper
# says 2. Measured for the CNN: {glue:text}`by depth`; with few synonyms: {glue:text}`few by depth`,
# where one step with random weights has {glue:text}`beside step`. That step's $P_c$ is
# {glue:text}`step over`. Over the tasks of {doc}`35_one_step`, CNN and random weights, $P^*/P_c$ is
# {glue:text}`step constant`.

# %% mystnb={"figure": {"caption": "The exponent of s0+1 with all levels sparse (s0 of at least 1) against the number of levels. Filled: v = m = n_c (8, 6 and 4 with one, two and three levels); hollow: few synonyms, v = 8, n_c = 4, m = 2. Bars: 95 % intervals over seeds. Grey: one step's P_c on the same tasks with equal (bars) and random weights (crosses). Dotted: the paper's laws. At L = 1 both panels show the same runs.", "name": "fig-exponent-by-depth"}, "image": {"alt": "Two panels, locally connected and convolutional: the exponent of s0 plus one against the number of levels, filled and hollow points side by side, with the law as a dotted line and two kinds of one-step predictions; a legend above."}}
deep_runs, deep_missing = searched_runs(deep, store, **options)
few_runs, few_missing = searched_runs(few, store, **options)
by_depth, by_depth_few = map(chapter.depth_exponents, (deep_runs, few_runs))
step, step_few = map(chapter.depth_predictions, (sizes, chapter.few_sizes(profile)))
families = [("m = v", by_depth, step), ("m = 2", by_depth_few, step_few)]
figure, axes = style.new_axes(2, height=4.2, sharey=True)
figures.draw_by_depth(axes, families)
style.legend_beside(figure, axes[1], columns=3)

# %% tags=["remove-input"]
rests_on({**deep_runs, **few_runs}, "36_which_level_pays", profile="fresh")

# %% tags=["remove-cell"]
over = findings.step_over_training(few_runs, chapter.few_sizes(profile))
glue("step over", over, display=False)
trained = chapter.trained_settings(profile)
trained_runs = runs if store is None else searched_runs(trained, store)[0]
beside = steps.beside_P_star(trained_runs, chapter.sizes_for(trained, profile))
constant = tell.constant_words(steps.constants(beside), "cnn", "random")
glue("step constant", constant, display=False)
glue("beside step", findings.beside_step(by_depth_few, step_few), display=False)
laws = cnn_exponents.law_exponents(store)
over_v = cnn_exponents.over_all_v(laws, L=3)
told = findings.depth_sentence(by_depth, measured, over_v)
glue("answer depth", told, display=False)
for name, found in (("", by_depth), ("few ", by_depth_few)):
    told = [f"L = {L}: {with_interval(e)}" for (arch, L), e in found.items() if arch == "cnn"]
    glue(f"{name}by depth", join(told), display=False)
ended = [status for c, own in few_runs.items() if c.L == 4 for status in own.status]
glue("few silent", f"{ended.count('diverged')} of {len(ended)}", display=False)
glue("depth missing", list_by_network([*deep_missing, *few_missing]), display=False)

# %% [markdown]
# ## In the authors' scaling, and with larger tuples
#
# The authors' code divides a layer by the root of its channels alone, which makes the network lazier
# ({doc}`17_authors_training`). Does the CNN pay the same there? In the cheaper form of their training its
# exponent is {glue:text}`authors square`. In their scaling and otherwise our training, from the mean
# curves as in {numref}`fig-square`: {glue:text}`both scalings`. Seed by seed with the same rules, from
# $s_0=1$ to 2 at $v=4$: {glue:text}`by seed`. {glue:text}`caveats`
#
# And is the power 2, or $s$? A filter that has to know each arrangement of a tuple in its patch has
# $(s_0+1)^s$ of them to learn ({doc}`38_best_possible`), which at the paper's $s=2$ is the same. With few
# synonyms ($n_c=m=4$) a larger $s$ is cheap. From $s_0=1$ to 2, from mean curves: {glue:text}`by s`.

# %% mystnb={"figure": {"caption": "The CNN's exponent of s0+1, all levels sparse. Left: by depth, in this book's scaling (filled; at L = 2 for v = 4 and 6) and, where trained, in the authors' (hollow; v = 4 at L = 2). Right: by the number of features in a tuple (L = 2, v = n_c = m = 4, s0 from 1 to 2). Bars: 95 % intervals over seeds. Dotted: the paper's law; dashed: s.", "name": "fig-square"}, "image": {"alt": "Two panels of exponents with error bars: against the number of levels in two scalings of the network, and against the number of features in a tuple beside the lines two and s."}}
squares = square.square_settings(profile)
square_runs, square_missing = searched_runs(squares, store, **options)
by_scaling = square.exponents(square_runs)
by_s = square.exponents(square_runs, square.COMPARED_S0)
figure, axes = style.new_axes(2, height=3.6, sharey=True)
square.draw_square(axes, by_scaling, by_s)

# %% tags=["remove-input"]
rests_on(square_runs, "36_which_level_pays", profile="fresh")

# %% tags=["remove-cell"]
glue("both scalings", square.scaling_words(by_scaling), display=False)
frame = store.frame() if store else pd.DataFrame()
paired = square.paired_exponents(frame)
theirs = square.authors_rows(store) if store else []
glue("answer scaling", square.scaling_brief(paired, theirs), display=False)
glue("caveats", square.caveats(store, frame), display=False)
glue("by seed", square.paired_words(paired), display=False)
glue("authors square", square.authors_words(theirs), display=False)
glue("answer s", square.s_brief(by_s), display=False)
glue("by s", square.s_words(by_s), display=False)
glue("square missing", list_by_network(square_missing), display=False)

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: exponents by scaling, depth and size of a tuple"} tags=["hide-cell"]
HTML(square.square_view(by_scaling).to_html(index=False, border=0))

# %% [markdown]
# (cnn-exponents)=
# ## All values of the CNN's exponent
#
# The CNN's power of $s_0+1$ at $s=2$, with all levels sparse, is on several pages. The values differ by
# the tasks, by whether $s_0=0$ counts, and by how they are read: off the mean curves of all seeds, seed
# by seed with the same rules in both tasks, or by a fit through many tasks.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: which tasks, which s0, how read, on which page"} tags=["hide-cell"]
every = cnn_exponents.every_exponent(
    measured, by_scaling, paired, (by_depth_few, few_runs), laws, theirs, store
)
HTML(cnn_exponents.exponents_view(every))

# %% [markdown]
# ## Is the store right?
#
# One stored run is trained again, here and now; the build fails when the two test errors differ by
# more than seeds make them differ.

# %%
found = [sample_complexity(own).P_star for own in runs.values()]
stars = pd.DataFrame({"P_star": found}, dtype=float)
trained_again(runs, stars, store, device)

# %% [markdown]
# ```{dropdown} Measuring it all again
# `srhm-book grid which_level shallow few_synonyms square_s square_lazier` trains what the store
# lacks; `python -m srhm_book.why.measure` measures $P_c$. Not trained yet: {glue:text}`missing`; with all
# levels alike: {glue:text}`depth missing`; in the authors' scaling or at larger s:
# {glue:text}`square missing`.
# ```
#
# ## Limits
#
# Small tasks, $v = m = n_c$ of 8 with one level, 6 with two and 4 with three, so that depth does not
# change alone; with few synonyms it does, but four levels are trained at half the rate of the others
# (at which {glue:text}`few silent` trainings diverged or fell silent, all units of the last layer off). Single levels in one scaling of the networks, this book's. An
# exponent from two values of $s_0$ rests on a power law between them, and from $s_0=0$ to 1 both one
# step and training jump by more than later. Three seeds or more, the same rules in both terms of a ratio:
# other rules may cost another amount.
