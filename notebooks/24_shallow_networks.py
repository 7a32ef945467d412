# ---
# jupyter:
#   srhm:
#     reads:
#     - results/fcn_s2_L*_s00_*_A.jsonl
#     - results/cnn_s2_L*_s00_*_A.jsonl
# ---

# %% [markdown]
# # Fully connected networks, shallow and deep
#
# **The question.** Is it depth, or the convolutional wiring, that beats the curse of dimensionality in
# the Random Hierarchy Model? {cite:t}`cagnetta2024` claim that two-layer fully connected networks need a
# fixed share of *all* data there are (their Figure 2), while deep ones follow $n_c m^L$ as convolutional
# networks do, with a factor of about $2^L$ on top, whatever their depth (Figure 13).
#
# **The answer.** {glue:text}`answer`

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": from the store; "fresh": the cheapest tasks trained now; "smoke": a toy
device = "auto"
workers = 0  # processes for training; 0 is one per core

repeats = {"book": 3, "smoke": 2}  # seeds per point: new rules, sample and initial weights each

# %% tags=["remove-cell"]
import pandas as pd
from myst_nb import glue

from srhm.runs.paths import project
from srhm.runs.store import Store
from srhm_book import style as plots
from srhm_book.parent import deep
from srhm_book.parent import fully_connected as networks
from srhm_book.parent import fully_connected_figures as figures
from srhm_book.parent import fully_connected_views as views
from srhm_book.parent.live import again
from srhm_book.provenance import rests_on
from srhm_book.publish.options import training_options
from srhm_book.publish.profiles import by_profile
from srhm_book.source import source_of
from srhm_book.wording import list_settings, with_interval

repeats = by_profile(profile, repeats)
plots.use_style()
store = Store(project("results")) if profile == "book" else None
options = training_options(profile, workers, device)

# %% mystnb={"figure": {"caption": "P* of fully connected networks of one hidden layer (8v\u00b2 units), where the error falls to 0.7 of guessing, against the number of all data; bars: 95 % over seeds. Solid grey: the median share; dashed: the slope of deep networks' law, through the first point.", "name": "fig-shallow"}, "image": {"alt": "P* against the number of all data on logarithmic axes, a colour and marker for each kind of task, beside a solid line of slope one and a dashed one that is flatter."}}
# The sizes around the crossing of 0.7 of guessing, for each task and seed.
grid = networks.shallow_grid(profile)
shallow, missing = networks.shallow_runs(grid, store, repeats, **options)
table = networks.shallow_table(shallow)

figure, ax = plots.new_axes(height=4.6)
figures.draw_shallow(ax, table)

# %% tags=["remove-input"]
rests_on(shallow, "24_shallow_networks", profile="fresh")

# %% tags=["remove-cell"]
lazy_shallow, lazy_missing = networks.shallow_runs(networks.shallow_grid(profile, "channels"), store, repeats, **options)
lazy = networks.shallow_table(lazy_shallow)
deep_tables, deep_runs = {}, {}
for scaling in ("fan_in", "channels"):
    for name, settings in networks.deep_grid(profile, scaling).items():
        runs, none = deep.deep_runs(settings, store, repeats, **options)
        deep_runs |= runs
        (missing if scaling == "fan_in" else lazy_missing).extend(none)
        deep_tables[name, scaling] = deep.deep_table(runs)
ratios = networks.deep_ratios(deep_tables)
glue("answer", views.answer(table, lazy, ratios), display=False)
glue("num missing", len(missing), display=False)
glue("lazy missing", len(lazy_missing), display=False)
glue("missing", list_settings(dict.fromkeys(c.replace(depth=0) for c in missing)), display=False)
known = table.dropna(subset="P_star")
glue("seeds", int(known.num_seeds.min()) if len(known) else 0, display=False)
glue("share range", views.span(table.share), display=False)
for name, value in networks.shallow_powers(table).items():
    glue(f"power {name}", with_interval(value), display=False)
lazy_powers = networks.shallow_powers(lazy)
lazy_words = (
    f"In the authors' lazier scaling {views.lazy_words(lazy_powers['v'], lazy)}, and the share is "
    f"{views.span(lazy.share)}."
)
if lazy.P_star.isna().all():
    lazy_words = "In the authors' lazier scaling none is trained yet."
glue("lazy words", lazy_words, display=False)

# %% [markdown]
# ## Shallow: a share of all data?
#
# A task has $P_{\max} = n_c\,m^{d-1}$ data with $d=2^L$ (at $s=2$). One hidden layer of $8v^2$ units
# reads all of an input; $P^*$ is where the mean test error falls to
#
# $$ 0.7\,(1 - 1/n_c) , $$
#
# a modest aim. If the claim holds, $P^*\propto v^4$ where $n_c=m=v$ and $L=2$, as in the paper's Figure 2;
# the law of deep networks has $v^3$ there. Measured: the power of $v$ is {glue:text}`power v`.
# {numref}`fig-shallow` also varies $m$ and $n_c$ alone, and has three levels. Over all tasks, the power
# of $P_{\max}$ is {glue:text}`power P_max` (claim: 1) and the share {glue:text}`share range`. {glue:text}`lazy words`

# %% tags=["remove-input"]
source_of(networks.shallow_setting, networks.shallow_target)

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: P* of shallow networks"} tags=["hide-cell"]
views.shallow_view(pd.concat([table, lazy], ignore_index=True))

# %% [markdown]
# ## Deep: the law, times a factor
#
# $L$ or 6 hidden layers of 256 units, at 10 % test error, task by task over the $P^*$ of the
# convolutional network of the same task ({doc}`22_deep_networks`).

# %% mystnb={"figure": {"caption": "P* (10 %) of deep fully connected networks over that of a convolutional network on the same task, by the number of levels; bars: 95 % over seeds of the former. Filled: L hidden layers; hollow: six. Black bars: 2^L.", "name": "fig-deep-fcn"}, "image": {"alt": "Ratios in columns for each number of levels, filled and hollow markers side by side, and a black bar that doubles from level to level."}}
figure, ax = plots.new_axes(height=4.0)
own, six = ratios["fcn", "fan_in"], ratios["six", "fan_in"]
figures.draw_deep(ax, {"L layers": own, "6 layers": six})

# %% tags=["remove-input"]
rests_on(deep_runs, "24_shallow_networks", profile="fresh")

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: deep fully connected networks"} tags=["hide-cell"]
views.deep_view(ratios)

# %% [markdown]
# A fully connected network does not know which positions make a patch. Its first layer sees all $2^L$
# positions at once, each with its own weights; only one of $2^{L-1}$ patches carries the signal that a
# weight needs, which is one way to read a factor that grows with $L$. (The paper's caption has $s^L$.)
#
# One stored training is repeated whenever this page is made:

# %% tags=["remove-input"]
again(pd.concat(shallow.values(), ignore_index=True) if shallow else pd.DataFrame(), store, device)

# %% [markdown]
# ## Limits
#
# {glue:text}`seeds` or more seeds a task. $v$ goes to 10 where the paper's Figure 2 goes to 32: beyond,
# $P_{\max}$ is too large to train on. Deep fully connected networks are trained at half the rate of the
# convolutional ones of two and three levels, at which many die (next to no unit of the last hidden layer
# answers to any datum), and to a lower loss, 0.001 for 0.01; and the smaller the task, the less room $P_{\max}$
# leaves for a factor $2^L$: at $L=2$ only $v\geq 8$ is planned. Not trained: {glue:text}`num missing`
# settings, and {glue:text}`lazy missing` in the lazier scaling;
# `python -m srhm_book.parent.train shallow connected shallow_lazy connected_lazy` trains them.
#
# ```{dropdown} Planned and not trained yet
# {glue:text}`missing`
# ```
