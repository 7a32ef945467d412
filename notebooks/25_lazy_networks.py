# ---
# jupyter:
#   srhm:
#     reads:
#     - results/cnn_s2_L3_s00_v4_nc4_m3_A.jsonl
#     - results/cnn_s2_L*_s00_*_A.jsonl
#     - results/parent/kernel.csv
# ---

# %% [markdown]
# # Lazy networks do not beat the curse
#
# **The question.** Is the right wiring enough, or must the network learn its features? In the lazy limit
# a wide convolutional network becomes regression with a fixed kernel. {cite:t}`cagnetta2024` find that
# its error stays finite up to all data there are, and that it equals that of the trained network while
# $P\ll P^*$ (Figure 14).
#
# **The answer.** {glue:text}`answer`

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": stored; "fresh": fewer sizes, measured now; "smoke": a toy
device = "auto"
workers = 0  # processes for training; 0 is one per core

seeds = {"book": 0, "fresh": 2, "smoke": 2}  # of kernel regression, measured now; 0: those stored

# %% tags=["remove-cell"]
from myst_nb import glue

from srhm.runs.paths import project
from srhm.runs.store import Store
from srhm_book import style as plots
from srhm_book.parent import lazy, measure, tangent
from srhm_book.parent import lazy_views as views
from srhm_book.parent.live import again
from srhm_book.provenance import rests_on
from srhm_book.publish.options import training_options
from srhm_book.publish.profiles import by_profile
from srhm_book.source import source_of

seeds = by_profile(profile, seeds)
plots.use_style()
store = Store(project("results")) if profile == "book" else None
options = training_options(profile, workers, device)

# %% mystnb={"figure": {"caption": "Test error over that of guessing of regression with the tangent kernel, against the share of all data; means over seeds, bars from the lowest to the highest. A colour and marker a task (n_c = v). Dashed: the parent's threshold, a tenth of guessing.", "name": "fig-lazy-kernel"}, "image": {"alt": "Error over guessing against the share of all data on a logarithmic axis, a curve with bars for each task, and a dashed line at a tenth."}}
kernel = measure.measured("kernel", profile, seeds)
figure, ax = plots.new_axes(height=4.4)
views.draw_kernel(ax, kernel)

# %% tags=["remove-input"]
rests_on("No training: kernel matrices are inverted.", "25_lazy_networks", profile="fresh")

# %% tags=["remove-cell"]
runs = lazy.trained(profile, store, **options)
alphas = lazy.alpha_table(runs)
stars = lazy.kernel_P_star(kernel)
network = runs[(runs.alpha == 0) & (runs.scaling == "fan_in")]
glue("answer", views.answer(stars, alphas, kernel, runs), display=False)
glue("seeds", int(alphas.seeds.min()) if len(alphas) else 0, display=False)
glue("present", f"{len(runs)} of {len(lazy.all_runs())}", display=False)
glue("most", f"{measure.MOST_P:,}", display=False)
glue("ridge", f"{tangent.RIDGE:g}", display=False)
glue("task", views.task_words(runs), display=False)
glue("epochs", lazy.MOST_EPOCHS, display=False)
slow = runs[runs.alpha >= lazy.LAZY_FROM]
unfinished = f"{100 * slow.status.eq('max_epochs').mean():.0f} % of those runs had not reached the loss of 0.01 by then"
unfinished = unfinished if len(slow) else "none of those runs is there yet"
glue("unfinished", unfinished, display=False)
glue("from", f"{lazy.LAZY_FROM:g}", display=False)
glue("early", views.early_words(kernel, network), display=False)

# %% [markdown]
# ## The kernel, exactly
#
# Width times the product of one output's gradients on two data has a limit as the width grows, the
# tangent kernel. On a tree it follows from the leaves up: each node takes the mean over its children of
# what their units have in common and of what their weights add, then passes the ReLU.

# %% tags=["remove-input"]
source_of(tangent.tree_kernel, tangent.relu_kernels)

# %% [markdown]
# It is the same for convolutional and locally connected networks: what sharing weights adds has mean
# zero, because the ways from two places to the output meet different weights somewhere. In the authors'
# scaling it is $d$ times this one, and predicts the same. A test compares it with the gradients of wide
# networks in both scalings.
#
# The predictor is the least-squares fit of the centred one-hot labels, $\delta_{c,y} - 1/n_c$, with a
# ridge of {glue:text}`ridge` of the diagonal; the largest output names the class. The parent paper
# minimises the logistic loss instead, so that errors may differ in detail.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: kernel regression"} tags=["hide-cell"]
views.kernel_view(stars)

# %% [markdown]
# ## Features switched off by degrees
#
# Let the logits be $\alpha\,(f - f_{\text{start}})$ and divide the learning rate by $\alpha^2$: the larger
# $\alpha$, the less the weights need to move for the same change of the output, and at
# $\alpha\to\infty$ they do not. One task ({glue:text}`task`), one network, $P^*$ against $\alpha$:

# %% mystnb={"figure": {"caption": "Left: learning curves of one convolutional network at growing \u03b1 (means over seeds, bars from the lowest to the highest), and of its tangent kernel. Right: P* (10 %) against \u03b1, with 95 % intervals over seeds; hollow square: the scaling of the authors' code, whose outputs start \u221ad times larger; dashed: the plain network; grey band: the kernel, up to the largest P where its interval is open.", "name": "fig-lazy-alpha"}, "image": {"alt": "Left, falling learning curves, one for each alpha that is trained, and that of the kernel. Right, P* against alpha, with a dashed line for the plain network and a grey band for the kernel."}}
figure, axes = plots.new_axes(2, height=4.0)
views.draw_alpha(axes, runs, alphas, kernel)

# %% tags=["remove-input"]
rests_on(runs, "25_lazy_networks", profile="fresh")

# %% [markdown]
# The paper has both err alike while $P\ll P^*$. Errors below half of the network's $P^*$:
# {glue:text}`early`.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: P* against alpha"} tags=["hide-cell"]
views.alpha_view(alphas)

# %% [markdown]
# One stored training, and some kernel regressions, are repeated whenever this page is made:

# %% tags=["remove-input"]
again(network, store, device)

# %% tags=["remove-input"]
measure.again({"kernel": kernel}, profile, seeds)

# %% [markdown]
# ## Limits
#
# Gram matrices of up to {glue:text}`most` data: at $L=3$ with $m=v$ that is a small share of all. {glue:text}`seeds`
# or more seeds. From $\alpha=$ {glue:text}`from` on the rate is eight times that of the others, which a
# lazy network bears, and training ends after {glue:text}`epochs` epochs;
# {glue:text}`unfinished`. At width 256 the kernel of one network scatters
# about its limit, so that a lazy network may do worse than the exact kernel. Of the trainings planned
# {glue:text}`present` are there; `python -m srhm_book.parent.train alpha` trains the others.
