# ---
# jupyter:
#   srhm:
#     reads:
#     - results/lcn_s2_*.jsonl
#     - results/cnn_s2_*.jsonl
# ---

# %% [markdown]
# # Sparsity B
#
# **The question.** So far each feature moved inside a sub-patch of its own (*sparsity A*). What if the
# $s$ features of a patch may sit anywhere in it, as long as their order is kept (*sparsity B*,
# {doc}`01_data`)?
#
# **The answer.** Rescaled by the law's power of $s_0+1$, the $P^*$ of sparsity B spread by a factor
# of at most {glue:text}`spread B` over {glue:text}`families B` rows, those of sparsity A by
# {glue:text}`spread A`. With all rows of a network together the exponent over the law's is
# {glue:text}`lcn B` for the LCN and {glue:text}`cnn B` for the CNN: the interval
# {glue:text}`holds`.
#
# **The paper's claim** {cite:p}`tomasini2024`: the same dependence on $s_0$. Learning curves of
# different $s_0$ fall onto one when $P$ is divided by $(s_0+1)^L$ for locally connected networks
# (its Figure 7, here {numref}`fig-B-lcn`) and by $(s_0+1)^2$ for convolutional ones (its Figure 8,
# here {numref}`fig-B-cnn`). It shows curves; here the collapse is measured too.

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": from the store; "fresh": a few curves trained now; "smoke": a toy
device = "auto"
workers = 0  # processes for training; 0 is one per core

# %% tags=["remove-cell"]
import pandas as pd
from myst_nb import glue

from srhm.runs.paths import project
from srhm.runs.store import Store
from srhm_book import style as plots
from srhm_book.complexity import sparsity_B_figures as plots_sparsity_B
from srhm_book.complexity import views
from srhm_book.complexity.live import trained_again
from srhm_book.complexity.sparsity_B import (
    against_A,
    collapse,
    curves_of,
    pooled_exponent,
    sparsity_power,
)
from srhm_book.complexity.table import complexity_table, searched_runs
from srhm_book.grids import setting
from srhm_book.provenance import rests_on
from srhm_book.publish.options import training_options
from srhm_book.publish.profiles import by_profile
from srhm_book.source import source_of
from srhm_book.wording import join, list_settings, with_interval

by_profile(profile)
plots.use_style()
store = Store(project("results")) if profile == "book" else None
options = training_options(profile, workers, device)

# %% mystnb={"figure": {"caption": "As Figure 7 of the paper (its curves are not digitised): sparsity B, locally connected networks, test error against P (left) and against P / (s0+1)^L (right), one row a depth and vocabulary. Means over seeds; bars: lowest to highest.", "name": "fig-B-lcn"}, "image": {"alt": "Rows of two panels. Left: falling curves, further right for larger s0. Right: the same curves, divided by a power of s0 plus one, close to one another."}}
# {setting: its runs at all P, three seeds each}
curves, missing = curves_of(profile, store, **options)
plots_sparsity_B.draw_families(curves, "lcn")

# %% tags=["remove-input"]
rests_on([own for c, own in curves.items() if c.arch == "lcn"], "09_sparsity_B", profile="fresh")

# %% mystnb={"figure": {"caption": "As Figure 8 of the paper (its curves are not digitised): sparsity B, convolutional networks, test error against P (left) and against P / (s0+1)^2 (right), one row a depth and vocabulary. Means over seeds; bars: lowest to highest.", "name": "fig-B-cnn"}, "image": {"alt": "Rows of two panels. Left: falling curves, further right for larger s0. Right: the same curves, divided by the square of s0 plus one, close to one another."}}
plots_sparsity_B.draw_families(curves, "cnn")

# %% tags=["remove-input"]
rests_on([own for c, own in curves.items() if c.arch == "cnn"], "09_sparsity_B", profile="fresh")

# %% tags=["remove-cell"]
glue("missing", list_settings([c for c in missing if c.arch == "lcn"]), display=False)
glue("missing cnn", list_settings([c for c in missing if c.arch == "cnn"]), display=False)
glue("num curves", len(curves), display=False)
deepest = max((config.L for config in curves), default=None)
ranges = [
    runs.groupby("P").test_error.agg(lambda errors: errors.max() - errors.min()).max()
    for config, runs in curves.items() if deepest == config.L
]  # fmt: skip
glue("deepest", deepest or "–", display=False)
glue("seed range", f"{max(ranges):.2f}" if ranges else "–", display=False)

# %% [markdown]
# Whole curves, from a tenth of the expected $P^*$ to four times that, three seeds at each $P$ (new
# rules, data and initial weights); {glue:text}`num curves` of them. Figure 7 is for the LCN at
# $v=6$; Figure 8 for the CNN, captioned $v=6$ and drawn for $v=10$ ({doc}`20_reading_figures`), so
# both are here. At $L=3$ there is also $v=4$.
#
# ```{dropdown} Not trained yet
# LCN: {glue:text}`missing`. CNN: {glue:text}`missing cnn`.
# ```
#
# ## How good is the collapse?
#
# Measured at the 10 % crossing $P^*$ of each curve, for sparsity B, and for sparsity A from the
# searches behind {doc}`06_lcn_sample_complexity` and {doc}`07_cnn_sample_complexity`, at the same
# $v$, $L$ and $s_0$.

# %% mystnb={"figure": {"caption": "P* / (s0+1)^q over its mean for each v and L (both sparsities together), with q the law's power (L for the LCN, 2 for the CNN), against s0+1: a perfect collapse is flat. Filled: sparsity B; open: sparsity A. Bars: 95 % intervals over seeds. Left: LCN, right: CNN; colour and marker: v and L.", "name": "fig-B-collapse"}, "image": {"alt": "Two panels of lines of points about one; filled markers and open ones lie on lines of their own."}}
stars = complexity_table(curves)
# The same tasks with sparsity A, as far as they were searched.
same = [setting(c.arch, c.v, c.s0, L=c.L) for c in curves]
others, missing_A = searched_runs(same if store else [], store)
both = pd.concat([stars, complexity_table(others)], ignore_index=True)
plots_sparsity_B.draw_collapse(both)

# %% tags=["remove-input"]
rests_on([*curves.values(), *others.values()], "09_sparsity_B", profile="fresh")

# %% tags=["remove-cell"]
measured = collapse(both)
ratios = against_A(both)
mean, spread, number = views.geometric_mean_ratio(ratios.ratio)
glue("B over A", "–" if not number else f"{mean:.2f}", display=False)
glue("B over A spread", "–" if not number else f"{100 * (spread - 1):.0f}", display=False)
glue("B over A number", number, display=False)
glue("missing A", list_settings(missing_A), display=False)
pooled = {}
for arch in ("lcn", "cnn"):
    for sparsity in "AB":
        part = both[(both.arch == arch) & (both.sparsity == sparsity)]
        try:
            pooled[arch, sparsity] = pooled_exponent(part)
            text = with_interval(pooled[arch, sparsity])
        except ValueError:
            text = "not measured"  # the settings are too few
        glue(f"{arch} {sparsity}", text, display=False)
for sparsity in "AB":
    part = measured[measured.sparsity == sparsity]
    glue(f"families {sparsity}", len(part), display=False)
    glue(f"included {sparsity}", int(part.included.sum()), display=False)
    widest = "–" if part.empty else f"{part.spread.max():.2f}"
    glue(f"spread {sparsity}", widest, display=False)
holds = [
    f"{'includes' if estimate.includes(1) else 'excludes'} 1 for the {arch.upper()}"
    for (arch, sparsity), estimate in pooled.items()
    if sparsity == "B"
]
glue("holds", join(holds) if holds else "is not measured", display=False)

# %% [markdown]
# All rows of a network fitted together, each with its own constant: the exponent of $(s_0+1)^q$,
# where the law says 1, is {glue:text}`lcn B` for the LCN and {glue:text}`cnn B` for the CNN with
# sparsity B, and {glue:text}`lcn A` and {glue:text}`cnn A` with sparsity A. Row by row the interval
# holds the law's power in {glue:text}`included B` of {glue:text}`families B` rows with sparsity B,
# and in {glue:text}`included A` of {glue:text}`families A` with A. $P^*$ of B over that of A is
# {glue:text}`B over A` in the geometric mean (standard deviation {glue:text}`B over A spread` %)
# over {glue:text}`B over A number` settings. The law's power, and the two measures of a collapse:

# %% tags=["remove-input"]
source_of(sparsity_power, collapse)

# %% [markdown]
# *The same rescaled* is the largest $P^*/(s_0+1)^q$ of a row over the smallest: 1 is perfect. The
# *exponent* of $s_0+1$ should be $q$; its interval is over seeds, resampled for all curves of a row
# together, since they share their rules.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: the collapse, row by row"} tags=["hide-cell"]
views.collapse_view(measured)

# %% [markdown]
# A row compares what is trained with both sparsities.
#
# ```{dropdown} Not searched yet with sparsity A
# {glue:text}`missing A`.
# ```
#
# ## Is the store right?
#
# One stored run is trained again, here and now; the build fails when the two test errors differ by
# more than seeds make them differ.

# %%
trained_again(curves, stars, store, device)

# %% [markdown]
# ## Limits
#
# Two or three values of $s_0$ a row. At $L=$ {glue:text}`deepest` the test errors of three seeds at
# one $P$ are up to {glue:text}`seed range` apart: some rules are far harder to learn than others,
# and a mean over three says little there. Exponents from so few points rest on the power law being
# exact between them.
