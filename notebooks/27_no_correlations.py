# ---
# jupyter:
#   srhm:
#     reads:
#     - results/cnn_s2_L*_s00_*_A*.jsonl
# ---

# %% [markdown]
# # Is anything learned without correlations?
#
# **The question.** Deep networks learn the Random Hierarchy Model because tuples of the input are more
# likely in some classes than in others: so says the theory behind $n_c m^L$. Then rules in which no
# tuple says anything of the class must be as hard as can be, although they are just as hierarchical.
# {cite:t}`cagnetta2024` (Figure 9) find convolutional networks near chance there for $v>2$, even with
# nine tenths of all data. ($v=2$ is the parity of the bits.)
#
# **The answer.** {glue:text}`answer`

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": from the store; "fresh": the smallest tasks trained now; "smoke": a toy
device = "auto"
workers = 0  # processes for training; 0 is one per core

seeds = 0  # per point; 0: more where the task has few data

# %% tags=["remove-cell"]
from myst_nb import glue

from srhm.data import rules
from srhm.runs.paths import project
from srhm.runs.store import Store
from srhm_book import style as plots
from srhm_book.parent import uniform
from srhm_book.parent.live import again
from srhm_book.provenance import rests_on
from srhm_book.publish.options import training_options
from srhm_book.publish.profiles import by_profile
from srhm_book.source import source_of

by_profile(profile)
plots.use_style()
store = Store(project("results")) if profile == "book" else None
options = training_options(profile, workers, device)

# %% mystnb={"figure": {"caption": "Test error over that of guessing against the share of all data in the training set, for rules without correlations (orange triangles) and random rules of the same sizes (blue discs); convolutional networks of L hidden layers, n_c = m = v. Bars: 95 % over seeds. Dashed: guessing.", "name": "fig-uniform"}, "image": {"alt": "A panel for each v and L: error over guessing against the share of the data, blue discs and orange triangles, with a dashed line at one."}}
runs = uniform.trained(profile, store, seeds, **options)
table = uniform.uniform_table(runs)
panels = uniform.panels_of(table)
rows = -(-panels // 4)
size = {"height": 2.4 * rows + 0.4, "sharey": True, "squeeze": False}
figure, axes = plots.new_axes(min(4, panels), rows, **size)
uniform.draw_uniform(axes, table)

# %% tags=["remove-input"]
rests_on(runs, "27_no_correlations", profile="fresh")

# %% tags=["remove-cell"]
glue("answer", uniform.answer(table), display=False)
glue("near", f"{uniform.NEAR_CHANCE:g}", display=False)
glue("seeds", f"{table.seeds.min()} to {table.seeds.max()}" if len(table) else "–", display=False)
glue("epochs", uniform.MOST_EPOCHS, display=False)
ended = runs[runs.rule_kind == "uniform"].status.eq("converged").mean()
glue("memorised", f"{100 * ended:.0f}", display=False)
glue("tested", f"{table.tested.min():,.0f} to {table.tested.max():,.0f}" if len(table) else "–", display=False)
planned = uniform.uniform_runs(seeds=seeds or None)
glue("present", f"{len(runs)} of {len(planned)}", display=False)

# %% [markdown]
# ## Rules without correlations
#
# A tuple belongs to the parent that the sum of its features modulo $v$ names, features and parents
# renamed at random on each level. All $v^s$ tuples are used; whatever $s-1$ of its features are, a parent
# allows exactly one value of the last. So any features but one of a patch say nothing of its parent, and
# every tuple below the top is equally likely in every class. The pairs of two parents, in each of which
# every feature occurs once at either place:

# %%
from srhm import SRHM

task = SRHM(v=4, n_c=4, m=4, s=2, L=2, s0=0, rule_kind="uniform")
for parent in (0, 1):
    pairs = task.rules[0][parent].tolist()
    print(parent, "→", *(tuple(pair) for pair in pairs))

# %% [markdown]
# This is how the tuples are shared out, as numbers in base $v$:

# %% tags=["remove-input"]
source_of(rules._uniform_codes)

# %% [markdown]
# The hierarchy is the same: the decoder reads the class of every datum, and a network that knew the rules
# of all levels below the top would learn the top one as easily as ever. But these rules are special: renamed,
# each is the addition modulo $v$, and the class the sum of all features. A network can find that out
# from nearly all of the table, as it can complete tables of modular arithmetic; a table without such a
# pattern need not allow it. The paper asks of its rules only that all tuples be equally likely.
#
# ## How
#
# Of all $v^{2^L}$ data a share is for training, the rest (at most 10,000) for the test. *Near chance* is
# an error of at least {glue:text}`near` of guessing. Training ends at a loss of 0.01, or after
# {glue:text}`epochs` epochs: {glue:text}`memorised` % of the trainings on rules without correlations
# reached that loss; where the test error is that of guessing, by memorising.

# %% tags=["remove-input"]
source_of(uniform.uniform_runs)

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: all points"} tags=["hide-cell"]
uniform.uniform_view(table)

# %% [markdown]
# One stored training is repeated whenever this page is made:

# %% tags=["remove-input"]
again(runs[runs.rule_kind == "random"], store, device)

# %% [markdown]
# ## Limits
#
# {glue:text}`seeds` seeds a point; the smallest tasks leave a handful of data for the test
# ({glue:text}`tested`, all seeds of a point together). Errors above guessing are no mistake: where all
# but one of the completions of a prefix are in the training set, the most similar data have another
# class. One width, one rate, this book's scaling alone. Of the trainings planned {glue:text}`present` are there;
# `python -m srhm_book.parent.train uniform` trains the others.
