# ---
# jupyter:
#   srhm:
#     reads:
#     - results/why/*.csv
#     - results/lcn_s2_*.jsonl
#     - results/cnn_s[23]_*.jsonl
#     - results/fcn_s2_*.jsonl
# ---

# %% [markdown]
# # How close to the best possible?
#
# **The question.** Who knows the rules makes no error, so the least number of data is what it takes to
# infer them. How much more do trained networks need, and for what? None of this is in the paper
# {cite:p}`tomasini2024`.
#
# **The answer.** On sparse tasks ($s=2$, $s_0>0$) a convolutional network (CNN) needs
# {glue:text}`cnn own` times the data of an algorithm that is told the tree and learns the rest level by
# level. (Least and largest of several tasks; in brackets, how far the 95 % intervals of single tasks
# reach.)
#
# - *That algorithm*, which has to learn that places do not matter, needs {glue:text}`places` times the data
#   of one that is told, and this one {glue:text}`own seen` times the data that show every rule once.
# - *Without sharing weights* (locally connected, LCN) a network needs {glue:text}`lcn cnn` times the CNN's
#   data; *without the tree, too* (fully connected, FCN), {glue:text}`fcn lcn` times the LCN's.
# - *Scaled like the authors' code*, which is lazier, and started at the same speed, the CNN needs
#   {glue:text}`cnn lazier` times its data in this book's scaling.

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": from the store; "fresh": a few tasks, measured now; "smoke": a toy
device = "auto"
workers = 0  # processes for training; 0 is one per core

# %% tags=["remove-cell"]
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
from srhm_book.tables import scrolling
from srhm_book.why import best_chapter, best_figures, best_growth, chapter
from srhm_book.why.best import LayerWise, rules_seen

by_profile(profile)
options = training_options(profile, workers, device)
style.use_style()
store = Store(project("results")) if profile == "book" else None
options["repeats"] = 2 if profile == "smoke" else 3
settings = best_chapter.network_settings(profile)
found = {name: searched_runs(own, store, **options) for name, own in settings.items()}
runs = {name: own for name, (own, _) in found.items()}
algorithm, seen = best_chapter.counted(profile)
steps = chapter.sizes_for([c for c in settings["cnn"] if c.s == 2], profile)
steps = pd.concat([steps, chapter.sizes_for(settings.get("lcn", []), profile)])
table = best_chapter.sizes_table(runs, algorithm, seen, steps)
growth = best_growth.growth_table(algorithm, runs["cnn"])
pairs = {"cnn own": ("cnn", "algorithm places"), "own seen": ("algorithm", "seen"),
         "lcn cnn": ("lcn", "cnn"), "fcn lcn": ("fcn", "lcn"),
         "cnn lazier": ("cnn lazier", "cnn")}  # fmt: skip
told = {name: best_chapter.ratio_words(table, *pair, fewest=2) for name, pair in pairs.items()}
told["cnn seen"] = best_chapter.ratio_words(table, "cnn", "seen")
told["places"] = best_chapter.ratio_words(table, "algorithm places", "algorithm", by="s0")
told["dense"] = best_chapter.ratio_words(table, "cnn", "algorithm", sparse=False)
told |= {"lazier": best_chapter.lazier_words(table), "share": best_chapter.share_words(table)}
told["rate"] = best_chapter.rate_words(store)
told["seeds"] = best_chapter.seeds_words(table)
told["missing"] = best_chapter.missing_words({name: rest for name, (_, rest) in found.items()})
for name, words in told.items():
    glue(name, words, display=False)

# %% mystnb={"figure": {"caption": "How many data are needed: for every rule to be seen once (grey: wherever its tuple sits, whatever s0; black: in each of its places), for a level-by-level algorithm to fall to 10 % error (yellow triangles: told that places do not matter; pink diamonds: it has to learn it), and P* of trained networks (hollow: in the lazier scaling of the authors' code, started at the same speed). Blue cross: P_c of one gradient step of the LCN with equal weights. Bars: 95 % intervals over seeds. n_c = m = v, s = 2.", "name": "fig-best-possible"}, "image": {"alt": "A chart with one row a task and a logarithmic axis of training data. A row has a marker for each of two counting limits, one gradient step, the algorithm told of places or not, and the convolutional, locally connected and fully connected networks, with error bars; the legend is below."}}
figure, axes = style.new_axes(1, height=8.5)
best_figures.draw_sizes(axes, table)

# %% tags=["remove-input"]
rests_on([r for own in runs.values() for r in own.values()], "38_best_possible", profile="fresh")

# %% [markdown]
# ## The limits
#
# *Every rule seen.* A rule that never occurred in training cannot be known: how many data, drawn at
# random, show all rules of all levels ("coupon collector"). Where displacements have to be learned as
# well, a rule counts anew for each of the $(s_0+1)^s$ ways in which its tuple can be placed.
#
# *Level by level.* The parent's algorithm ({doc}`26_one_step`) with sparsity: tuples that go with the
# same classes are put in one group by k-means, groups are the next level's features. It is told the tree
# and the numbers $v$, $m$, $s$, $s_0$, but no rule. Its tuples are of features alone, which is to know
# that places do not matter, or of features with their places in the sub-patches:

# %% tags=["remove-input"]
source_of(LayerWise._tuples, LayerWise._counts, LayerWise.__init__)

# %% [markdown]
# *One step.* $P_c$ of {doc}`35_one_step`: the size from which the correlations of single features with
# the class stand out of the noise in the LCN's first layer.
#
# ## What costs what
#
# How many times more data, on tasks with $s_0>0$: the least and the largest over tasks, in round
# brackets how far their 95 % intervals reach, in square brackets the number of tasks. Each is a mean
# over the seeds with a size of their own in both, with the same rules in both. On the right the same
# with networks in the scaling of the authors' code.

# %% tags=["remove-input"]
scrolling(best_chapter.steps_view(table))

# %% [markdown]
# Altogether the CNN needs {glue:text}`cnn seen` times the data that show every rule once. Without
# sparsity it needs {glue:text}`dense` times the data of the algorithm that knows places. (FCNs of three
# levels are trained at a lower rate than the LCN, {doc}`12_fcn`.)
#
# *The lazier scaling.* Its rate is ours over the length of the input, with which the untrained network
# moves as fast as ours. There the networks need, over what they need in ours: {glue:text}`lazier`.
# What another rate makes of it, {doc}`04_training_setting` has: {glue:text}`rate`.
#
# All sizes are in the folded table; with *at most* or *at least* the seeds leave the other end of an interval open.
# There $P^*$ is read off the mean curve of all seeds there are, so that the ratio of two can differ from
# that seed by seed. How many data show every rule, wherever its tuple sits, does not depend on $s_0$: it
# is one mean over all $s_0$.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: all sizes with their intervals"} tags=["hide-cell"]
HTML(best_chapter.sizes_view(table).to_html(index=False, border=0))

# %% [markdown]
# ## The CNN's square
#
# The algorithm that learns places has to group each tuple in each of its $(s_0+1)^s$ arrangements. It
# learns one level after the other, so that its $P^*$ is that of the costliest level, and not a product
# over levels: its exponent of $s_0+1$ should be about $s$ for any $L$. At $s=2$ this would be the square
# of Eq. {eq}`eq-cnn`, which one gradient step does not give. Is it the explanation? {glue:text}`square`
#
# Each exponent is a mean over the seeds that both its tasks have, with the same rules in both. Read off
# mean curves of all seeds, as $P^*$ above, the CNN's differ from these by up to {glue:text}`apart`
# (see {ref}`cnn-exponents`).

# %% mystnb={"figure": {"caption": "The power of s0+1 with which P* grows: of the level-by-level algorithm that learns places, and of the CNN. Everywhere: from s0 = 1 to 2; one level: from 0 to 2. Bars: 95 % intervals over seeds, which share their rules in both terms of a ratio.", "name": "fig-best-growth"}, "image": {"alt": "Rows of pairs of points with error bars, the algorithm and the convolutional network, one row for each way of making a task sparse, on an axis of exponents with dotted lines at whole numbers."}}
figure, axes = style.new_axes(1, height=4.2)
best_figures.draw_growth(axes, growth)

# %% tags=["remove-input"]
rests_on(runs["cnn"], "38_best_possible", profile="fresh")

# %% tags=["remove-cell"]
glue("square", best_growth.square_words(growth), display=False)
glue("apart", best_growth.mean_apart(growth), display=False)

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: exponents of s0+1"} tags=["hide-cell"]
HTML(best_growth.growth_view(growth).to_html(index=False, border=0))

# %% [markdown]
# ## Is it right?
#
# Some of the stored rows are measured again, and one stored training is repeated; the build fails where
# they differ. How the rules are counted:

# %% tags=["remove-input"]
source_of(rules_seen)

# %%
best_chapter.again(algorithm, seen, stored=profile == "book")

# %%
cnn = runs["cnn"]
stars = [sample_complexity(own).P_star for own in cnn.values()]
stars = pd.DataFrame({"P_star": stars}, dtype=float)
trained_again(cnn, stars, store, device)

# %% [markdown]
# ```{dropdown} Measuring it all again
# `python -m srhm_book.why.measure layerwise rules_seen` (minutes); the networks' trainings are those of
# other chapters, and `srhm-book grid square_s square_lazier best_lazier`. Not trained yet: {glue:text}`missing`.
# ```
#
# ## Limits
#
# The algorithm is not the best there is: k-means does not know that a group has $m$ tuples, and a level
# never helps the one below it. So "the CNN's own" factor is over *this* algorithm, and a better one would
# need fewer data. Without sparsity the data run short: {glue:text}`share`, and sampling without repeats
# helps everyone; factors are therefore given for $s_0>0$. The seeds are few ({glue:text}`seeds`), and at
# $L=3$ the tasks have one $v$. The lazier scaling is known on the smaller tasks only.
