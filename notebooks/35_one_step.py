# ---
# jupyter:
#   srhm:
#     reads:
#     - results/why/*.csv
#     - results/lcn_s2_*.jsonl
#     - results/cnn_s2_*.jsonl
# ---

# %% [markdown]
# # One gradient step
#
# **The question.** The paper's argument for $P^* \propto (s_0+1)^L n_c m^L$ looks at a single gradient
# step of a locally connected network: from how many examples on does the first layer's gradient show
# which features go with which class? {cite:p}`tomasini2024` gives it in Appendix C. Here it is
# counted, for the convolutional network too, and compared with what trained networks need.
#
# **The answer.** As the paper counts, with all hidden weights equal, one step needs data in proportion
# to $(s_0+1)^q$ with $q =$ {glue:text}`lcn equal` for the locally connected network (LCN) of two and
# three levels, and {glue:text}`cnn equal` for the convolutional one (CNN); with the random weights that
# networks start from, $q =$ {glue:text}`lcn random` (LCN), {glue:text}`cnn random` (CNN). If one step
# decided what training needs, its data over those of one step would be one constant for all tasks.
# It is nearly one (no ratio more than {glue:text}`near` times another) with equal weights
# {glue:text}`nearly equal`, with random weights {glue:text}`nearly random`: the largest ratio over the
# smallest is {glue:text}`spread equal` with equal weights, {glue:text}`spread random` with random ones.

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": from the store; "fresh": fewer, measured now; "smoke": a toy
device = "auto"
workers = 0  # processes for training; 0 is one per core

# %% tags=["remove-cell"]
from IPython.display import HTML
from myst_nb import glue

from srhm.runs.paths import project
from srhm.runs.store import Store
from srhm_book import style
from srhm_book.complexity.table import searched_runs
from srhm_book.provenance import rests_on
from srhm_book.publish.options import training_options
from srhm_book.publish.profiles import by_profile
from srhm_book.source import source_of
from srhm_book.why import chapter, figures, measure, steps, tell
from srhm_book.why.first_gradient import counted_step
from srhm_book.why.one_step import GradientSums
from srhm_book.why.sensitivity import counted_weights
from srhm_book.wording import list_by_network

by_profile(profile)
options = training_options(profile, workers, device)
style.use_style()
store = Store(project("results")) if profile == "book" else None
counted = chapter.counted_sizes(profile)
powers = steps.slopes(counted)
for arch in ("lcn", "cnn"):
    for weights in ("equal", "random"):
        words = tell.exponents_words(powers, arch, weights)
        glue(f"{arch} {weights}", words, display=False)
sparse = steps.slopes(counted, least_s0=1)
for name, found in (("", powers), (" sparse", sparse)):
    glue(f"holds square{name}", tell.held_words(found, "cnn", 3, 2.0), display=False)

# %% mystnb={"figure": {"caption": "How many data one gradient step needs, P_c over n_c m^L, against s0+1, for one, two and three levels (v = m = n_c = 4). Open, dashed: all hidden weights equal, as in Appendix C; filled: random. Means (harmonic) over draws of rules, data and weights; bars: smallest to largest.", "name": "fig-critical-sizes"}, "image": {"alt": "Three panels on logarithmic axes, for one, two and three levels, each with four lines against s0 plus one: locally connected and convolutional, dashed for equal weights and solid for random ones."}}
figure, axes = style.new_axes(counted.L.nunique(), height=3.8, squeeze=False)
units = {L: 4 ** (L + 1) for L in (1, 2, 3)}
figures.draw_critical_sizes(axes[0], counted, units=units)

# %% [markdown]
# ## Signal and noise
#
# With the output at zero, a datum of class $y$ pulls the logit of class $\alpha$ by
# $\delta_{\alpha y} - 1/n_c$. Its gradient $g$ in the first layer adds that pull, passed back through
# the network, to the weights of the features it shows at the places where they are. Over $P$ data the
# mean gradient is $\mathbb E g$, the *signal*, plus noise of power
# $\operatorname{tr}\operatorname{Cov}(g)/P$. They are equal at
#
# $$ P_c = \frac{\operatorname{tr}\operatorname{Cov}(g)}{|\mathbb E\, g|^2}, $$ (eq-critical-size)
#
# which one large sample gives; no training set has to be drawn twice:

# %% tags=["remove-input"]
source_of(GradientSums.critical_size)

# %% [markdown]
# *Equal weights*, the setting of Appendix C: all paths through the network are alike and the gradient
# at place $i$ and feature $\mu$ is a count, how often $\mu$ is there with class $\alpha$, less its
# average over classes. Sparsity leaves a place empty in all but $(s_0+1)^{-L}$ of the data. The LCN,
# whose places have weights of their own, sees its signal and its noise diluted alike:
# $P_c \propto (s_0+1)^L$. The CNN adds up all patches in one filter and only the place inside the
# lowest patch is left: $P_c \propto s_0+1$, plus a constant, as patches of one datum are not
# independent.
#
# *Random weights*, those a network really starts from (here {glue:text}`channels` channels): each place
# passes its pull back with a sign of its own. What the CNN's sharing adds up then is as incoherent as
# the noise, and its gain is lost: $P_c$ grows as for the LCN. (Where the powers come out above $L$:
# {doc}`36_which_level_pays` takes the levels apart. The lowest one pays more, through the ReLUs.)
#
# Is the CNN's square of Eq. {eq}`eq-cnn` in either, at $L=3$? Over all $s_0$: {glue:text}`holds square`.
# Over $s_0\ge1$: {glue:text}`holds square sparse`.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: exponents of s0+1 in P_c"} tags=["hide-cell"]
both = [tell.slopes_view(powers), tell.slopes_view(sparse)]
HTML(both[0].merge(both[1], on=["network", "weights", "L"], suffixes=(", all s₀", ", s₀ of 1 or more"))
     .to_html(index=False, border=0))  # fmt: skip

# %% [markdown]
# ## Is it what a network does?
#
# The count is that of an infinitely wide network whose output starts at zero. A network of finite width
# starts at an output of the order of $\text{width}^{-1/2}$, and its cross-entropy is not quite the
# count's. The correlation, over the first layer's weights, of one real gradient step with the counted one
# is {glue:text}`correlation narrowest` or more at width {glue:text}`narrowest` and {glue:text}`correlation widest` or more at
# {glue:text}`widest` (equal hidden weights, {glue:text}`gradient P` data):

# %% mystnb={"figure": {"caption": "One minus the correlation of a network's first gradient step (equal hidden weights) with the counted one, against the width. Means over draws of rules, data and read-out; bars: smallest to largest.", "name": "fig-first-gradient"}, "image": {"alt": "Two lines with error bars, for the locally connected and the convolutional network, against the width on logarithmic axes."}}
gradients = chapter.first_gradients(profile)
figure, axes = style.new_axes(1, height=3.4)
figures.draw_first_gradients(axes, gradients)

# %% tags=["remove-input"]
source_of(counted_step)

# %% tags=["remove-cell"]
least = gradients.groupby("width").correlation.min()
for name, width in (("narrowest", least.index.min()), ("widest", least.index.max())):
    glue(f"correlation {name}", f"{least[width]:.5f}", display=False)
    glue(name, f"{width:,}", display=False)
glue("gradient P", f"{gradients.P.max():,}", display=False)

# %% [markdown]
# ## Insensitive to displacements first
#
# The paper says that one grouping makes the network insensitive to synonyms and to displacements at
# once. After one step (LCN, equal weights) the weights of a feature at the $s_0+1$ places of its
# sub-patch are the same count up to noise, so layer 1 loses displacements as soon as the noise is
# gone. Synonyms are tuples of *other* features, and a sum over single features cannot be equal for all
# tuples of one parent unless $m$ is small: layer 1 must leave them to layer 2. At the largest $P$
# measured the first layer's sensitivity to displacements of the input is $D_{1,1} =$ {glue:text}`least D`,
# to synonyms $S_{1,1} =$ {glue:text}`least S`. {doc}`10_layer_by_layer` has the same of trained networks.

# %% mystnb={"figure": {"caption": "Sensitivities of the first layer after one gradient step, from counts (LCN, L = 2): to exchanged synonyms (left) and to displacements (right), level 1, against P over its scale. Means over seeds; bars: smallest to largest.", "name": "fig-step-sensitivities"}, "image": {"alt": "Two panels against the training-set size on a logarithmic axis, from 0 to 1: sensitivity to synonyms, left, and to displacements, right, a line for each s0."}}
stepped = chapter.stepped(profile)
figure, axes = style.new_axes(2, height=3.6)
figures.draw_step_sensitivities(axes, stepped)

# %% tags=["remove-input"]
source_of(counted_weights)

# %% tags=["remove-cell"]
last = stepped[stepped.x == stepped.x.max()]
glue("least D", f"{last.D_1_1.mean():.2f}", display=False)
glue("least S", f"{last.S_1_1.mean():.2f}", display=False)

# %% [markdown]
# ## Beside trained networks
#
# Is $P^*$ one constant times $P_c$? {numref}`fig-step-beside-training` has every task with both
# ({glue:text}`num settings`), sparse at all levels, at none, or at some. $P^*/P_c$, geometric mean:
#
# | | equal weights | random weights |
# |---|---|---|
# | LCN | {glue:text}`constant lcn equal` | {glue:text}`constant lcn random` |
# | CNN | {glue:text}`constant cnn equal` | {glue:text}`constant cnn random` |

# %% mystnb={"figure": {"caption": "P* of trained networks against one step's P_c with equal (left) and with random hidden weights (right). Bars: 95 % intervals of P* over seeds; dashed: P* = constant x P_c with the geometric mean of both networks.", "name": "fig-step-beside-training"}, "image": {"alt": "Two panels on logarithmic axes, for equal and for random weights: a point with an error bar for each task and network, around a dashed line of slope one."}}
settings = chapter.trained_settings(profile)
runs, missing = searched_runs(settings, store, **options)
beside = steps.beside_P_star(runs, chapter.sizes_for(settings, profile))
shared = steps.constants(beside)
figure, axes = style.new_axes(2, height=3.8, sharey=True)
figures.draw_both_beside(axes, beside)

# %% tags=["remove-input"]
rests_on(runs, "35_one_step", profile="fresh")

# %% tags=["remove-cell"]
for arch in ("lcn", "cnn"):
    for weights in ("equal", "random"):
        words = tell.constant_words(shared, arch, weights)
        glue(f"constant {arch} {weights}", words, display=False)
for weights in ("equal", "random"):
    glue(f"nearly {weights}", tell.nearly_one(shared, weights), display=False)
    glue(f"spread {weights}", tell.widest_words(shared, weights), display=False)
glue("near", f"{tell.NEAR:g}", display=False)
glue("channels", measure.WIDTH, display=False)
glue("num settings", len(runs), display=False)
glue("missing", list_by_network(missing), display=False)

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: P* over P_c"} tags=["hide-cell"]
HTML(tell.constants_view(shared).to_html(index=False, border=0))

# %% [markdown]
# ## Is the store right?
#
# Some of the stored $P_c$ are measured again, here and now; the build fails when one differs.

# %%
kept = measure.read("critical_sizes") if store else counted
shown = ["arch", "L", "s0", "weights", "seed", "P_c", "P_c_now"]
repeated = measure.again(kept, number=6)[shown]
repeated.style.hide(axis="index").format(precision=1)

# %% [markdown]
# ```{dropdown} Measuring it all again
# `python -m srhm_book.why.measure`, minutes on one core. Not trained yet: {glue:text}`missing`.
# ```
#
# ## Limits
#
# $P_c$ is that of the first layer at the start, and of the whole of its gradient; what later steps and
# layers need is not in it. Random networks have {glue:text}`channels` channels. That training needs a
# constant times $P_c$ is an observation here, not a derivation.
