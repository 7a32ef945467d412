# ---
# jupyter:
#   srhm:
#     reads:
#     - results/why/*.csv
#     - results/lcn_s2_*.jsonl
#     - results/cnn_s2_*.jsonl
# ---

# %% [markdown]
# # Which sharing of weights saves data
#
# **The question.** The paper finds that a convolutional network (CNN) needs $(s_0+1)^2$ times more data
# at any depth, a locally connected one (LCN) $(s_0+1)^L$, and leaves the square to be understood
# {cite:p}`tomasini2024`. At the start of training the CNN pays as much as the LCN ({doc}`35_one_step`). Which
# sharing of weights saves the CNN the rest, and when does it begin to?
#
# **The answer.** A network can also share its weights among the $s_0+1$ places of a sub-patch. Does that
# save data (does the power of $s_0+1$ in $P^*$ fall by more than {glue:text}`worth`)?
#
# - *CNN:* {glue:text}`savers cnn`. With all layers sharing, its power goes {glue:text}`all cnn`.
# - *LCN:* {glue:text}`savers lcn`. With all layers sharing, its power goes {glue:text}`all lcn`; one step
#   from the start would leave {glue:text}`expected lcn`.
# - *While they learn*, the data that a gradient needs are measured, too: until half the loss is gone, at
#   three levels, their power of $s_0+1$ goes {glue:text}`fall cnn` for the CNN and {glue:text}`fall lcn` for
#   the LCN (means over layers, in brackets single layers and seeds; {numref}`fig-along-training`).

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": from the store; "fresh": two levels, measured now; "smoke": a toy
device = "auto"
workers = 0  # processes for training; 0 is one per core

# %% tags=["remove-cell"]
import numpy as np
import pandas as pd
from IPython.display import HTML
from myst_nb import glue

from srhm.networks.patch import PatchNetwork
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
from srhm_book.why import along_training, chapter, sharing_figures, tied
from srhm_book.wording import list_by_network, with_interval

by_profile(profile)
options = training_options(profile, workers, device)
style.use_style()
store = Store(project("results")) if profile == "book" else None
options["repeats"] = 2 if profile == "smoke" else 3
settings = tied.settings_of(profile)
wanted = [config for own in settings for config in own.values()]
runs, missing = searched_runs(wanted, store, **options)

# %% mystnb={"figure": {"caption": "The power of s0+1 with which P_c, the data that a layer's gradient needs, grows, at four moments of one training that succeeds: at the start (1) and when the loss on new data has fallen to these shares of that of guessing. Means (harmonic) over seeds; bars: least and largest of single seeds. Dotted: the paper's law for P*.", "name": "fig-along-training"}, "image": {"alt": "Panels for CNN and LCN at two and three levels, a line for each layer over the moments of training, and the paper's law as a dotted line."}}
powers = along_training.exponents(chapter.along(profile))
rows = int(powers.L.nunique())
size = {"height": 3.2 * rows, "sharey": True, "squeeze": False}
figure, axes = style.new_axes(2, rows, **size)
sharing_figures.draw_along(axes, powers)

# %% [markdown]
# ## The gradient, as training goes on
#
# $P_c = \operatorname{tr}\operatorname{Cov}(g)\,/\,|\mathbb E\,g|^2$ is how many data a gradient $g$
# needs until its mean stands out of its noise (Eq. {eq}`eq-critical-size`). Here it is taken of each
# layer's weights while a network learns, from data that it does not train on, with $P$ three times a
# guess of $P^*$ so that it succeeds.
#
# **Expected**, before it was measured: the weights of an LCN's first layer are met
# $(s_0+1)^L$ times less often, whatever the network has learned, so its exponent stays $L$. The CNN's
# must fall on the way from $L$ at random weights to what $P^*$ shows, if the gradient decides at all.
# Measured, means over layers, in brackets the least and the largest of single layers and seeds:
#
# | | two levels | three levels |
# |---|---|---|
# | CNN | {glue:text}`cnn shallow` | {glue:text}`cnn deep` |
# | LCN | {glue:text}`lcn shallow` | {glue:text}`lcn deep` |
# | LCN, layer 1 | {glue:text}`first shallow` | {glue:text}`first deep` |
#
# The fall is not step by step: at three levels the power also rises from one moment to the next in
# {glue:text}`rises cnn` layers of the CNN and {glue:text}`rises lcn` of the LCN.
#
# All seeds of the LCN's first layer lie on one side of $L$ with: {glue:text}`first off`.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: powers by network, layer and moment"} tags=["hide-cell"]
shown = powers.assign(arch=powers.arch.str.upper()).round(2)
HTML(shown.to_html(index=False, border=0))

# %% [markdown]
# ## Sharing inside sub-patches
#
# A layer with `tied` weights has one set for all $s_0+1$ places of a sub-patch, so that it need not
# learn that a feature may sit at any of them. In the network's sums that is one line, the repeated
# weight:

# %% tags=["remove-input"]
source_of(PatchNetwork.activations)

# %% [markdown]
# {numref}`fig-tied` ties one layer at a time, and all ($s_0 = 2$).
#
# **Expected** of one step, written down before any training (`srhm_book.why.expected`):
#
# - *LCN.* Sharing in layer 1 takes one factor $s_0+1$ off; sharing in a layer above takes nothing off,
#   as the first layer below each of its places still has weights of its own.
# - *CNN, random weights.* Each layer that shares takes one factor off, whichever it is.
#   *Equal weights.* Only layer 1 counts.
#
# What is saved is within {glue:text}`worth` of these whole powers in {glue:text}`held lcn` ways of sharing of
# the LCN; of the CNN in {glue:text}`held random` with random weights, {glue:text}`held equal` with equal
# ones.
#
# Powers saved by each layer alone and by all, at two levels: by the CNN {glue:text}`cnn L=2`; by the LCN
# {glue:text}`lcn L=2`. At three: by the CNN {glue:text}`cnn L=3`; by the LCN {glue:text}`lcn L=3`.

# %% mystnb={"figure": {"caption": "The exponent of s0+1 that is left in P* when these layers share their weights within sub-patches, from s0 = 0 to 2. Coloured: trained networks, bars: 95 % intervals over seeds with the same rules. Grey: one step's P_c with equal hidden weights (bars) and random ones (crosses).", "name": "fig-tied"}, "image": {"alt": "Panels for CNN and LCN at two and three levels: exponents with no layer tied, each one alone, and all, with one-step predictions beside them."}}
measured = tied.tied_table(runs, settings)
predicted = tied.step_exponents(chapter.tied_steps(profile))
panels = measured.groupby(["L", "arch"]).ngroups
size = {"height": 3.4 * int(np.ceil(panels / 2)), "squeeze": False}
figure, axes = style.new_axes(min(panels, 2), int(np.ceil(panels / 2)), **size)
sharing_figures.draw_tied(axes, measured, predicted)

# %% tags=["remove-input"]
rests_on(runs, "39_sharing_weights", profile="fresh")

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: exponents by the layers that share"} tags=["hide-cell"]
shown = measured.assign(
    exponent=measured.exponent.map(with_interval), saved=measured.saved.map(with_interval)
)
HTML(shown.assign(arch=shown.arch.str.upper()).to_html(index=False, border=0))

# %% tags=["remove-cell"]
for arch in ("cnn", "lcn"):
    glue(f"savers {arch}", tied.savers(measured, settings, arch), display=False)
    glue(f"all {arch}", tied.all_tied(measured, arch), display=False)
    glue(f"fall {arch}", along_training.fall(powers, arch, 3), display=False)
    glue(f"rises {arch}", along_training.rises(powers, arch, 3), display=False)
    for L, name in ((2, "shallow"), (3, "deep")):
        glue(f"{arch} L={L}", tied.sentence(measured, arch, L), display=False)
        glue(f"{arch} {name}", along_training.change(powers, arch, L), display=False)
for L, name in ((2, "shallow"), (3, "deep")):
    words = along_training.change(powers[powers.layer == 1], "lcn", L)
    glue(f"first {name}", words, display=False)
glue("first off", along_training.off_law(powers, "lcn", 1), display=False)
glue("worth", tied.WORTH, display=False)
glue("expected lcn", tied.all_expected(measured, "lcn", "random"), display=False)
glue("held lcn", tied.held(measured, "lcn", "random"), display=False)
for weights in ("random", "equal"):
    glue(f"held {weights}", tied.held(measured, "cnn", weights), display=False)
glue("missing", list_by_network(missing), display=False)

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
# `srhm-book grid tied` trains what the store lacks, `python -m srhm_book.why.measure tied
# along_training` measures $P_c$. Not trained yet: {glue:text}`missing`.
# ```
#
# ## Limits
#
# Small tasks, $v = m = n_c$ of 6 at two levels and 4 at three, three seeds, one scaling of the
# networks. An exponent between two values of $s_0$ rests on a power law between them, and that from
# $s_0=0$ can differ from that from $s_0=1$ on (see {ref}`cnn-exponents`). $P_c$ is that of one training with plenty of data: it says what a gradient costs on the way, not that the way is taken
# with fewer.
