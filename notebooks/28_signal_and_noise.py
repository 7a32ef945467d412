# ---
# jupyter:
#   srhm:
#     reads:
#     - results/cnn_s2_L*_s00_*_A.jsonl
# ---

# %% [markdown]
# # Signal and noise
#
# **The question.** Why $n_c m^L$? The class correlates with what a single patch shows, because rules
# are few; {cite:t}`cagnetta2024` (their Eq. 10 and Appendix C) say that a network learns once this
# correlation stands out from the noise of sampling. Where exactly do the two cross, and does the
# crossing $P_c$ of *these* rules predict the $P^*$ of *this* task?
#
# **The answer.** Computed from the rules, without sampling, signal and noise cross at
# {glue:text}`tuple crossing` times $n_c m^L$ for tuples and {glue:text}`feature crossing` times for
# single features ({glue:text}`crossing tasks`), and at $v=8$ at up to {glue:text}`small crossing`
# times, on average over draws of the rules ({numref}`fig-parent-noise` shows one draw). Over {glue:text}`rules`
# draws of the rules, the $P_c$ of the draw and its $P^*$ are {glue:text}`predicts`: the rank
# correlations are {glue:text}`correlations` ({numref}`fig-parent-seeds`); the power of $P^*$ in $P_c$ is
# {glue:text}`powers` (1: in proportion).

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": from the store; "fresh": one task trained now; "smoke": a toy
device = "auto"
workers = 0  # processes for training; 0 is one per core

v = {"book": 8, "smoke": 4}  # features of the task whose noise is counted
L = 2  # its levels

# %% tags=["remove-cell"]
import numpy as np
from myst_nb import glue

from srhm.data.task import SRHM
from srhm.runs.paths import project
from srhm.runs.store import Store
from srhm_book import style as plots
from srhm_book.parent import correlations, noise, seeds, views
from srhm_book.parent import noise_figures as figures
from srhm_book.parent.live import seeds_again
from srhm_book.provenance import rests_on
from srhm_book.publish.options import training_options
from srhm_book.publish.profiles import by_profile
from srhm_book.source import source_of
from srhm_book.wording import join, with_interval

v, L = by_profile(profile, v, L)
plots.use_style()
store = Store(project("results")) if profile == "book" else None
options = training_options(profile, workers, device)

# %% mystnb={"figure": {"caption": "Signal (level) and noise (dashed, falling), squared and summed over what a place shows and over classes, exactly from the rules of one draw. Thin: the noise of distinct data; markers: counted in a sample of them. Rings: the crossings P_c. Dotted: n_c m^L.", "name": "fig-parent-noise"}, "image": {"alt": "Two panels on logarithmic axes. In each falling dashed lines cross two level lines, for features and for tuples, with a ring at each crossing, a dotted vertical line, thin lines and markers."}}
shallow, deep = SRHM(v, 2, L, 0), SRHM(v, 2, L + 1, 0, m=v // 2)
figure, axes = plots.new_axes(2, height=3.8)
for ax, task in zip(axes, (shallow, deep), strict=True):
    scale = task.n_c * task.m**task.L
    sizes = np.geomspace(scale / 10, 10 * scale, 9).astype(int)
    figures.draw_levels(ax, task, sizes=sizes)
axes[0].set_ylabel("squared, summed")
axes[1].legend(fontsize=9);

# %% [markdown]
# ## What is compared
#
# A learner that looks at one place sees the counts $N(x, \alpha)$ of what is there, $x$, together with
# the class $\alpha$, and from them $T(x,\alpha) = N(x,\alpha)/P - N(x)/(n_c P)$. Its mean is the signal
#
# $$ G(x,\alpha) = P(x,\alpha) - P(x)/n_c , $$ (eq-parent-signal)
#
# which the rules determine: the probability of a feature given the class is a product of matrices
# along the path from the class to the place.

# %% tags=["remove-input"]
source_of(correlations.feature_given_class, correlations.signal, correlations.mean_crossing_P)

# %% [markdown]
# Its fluctuations, squared and summed, are $(1 - 1/n_c - \sum G^2)/P$ in independent data. For rules
# drawn at random $\langle\sum G^2\rangle \approx (1-1/n_c)/(n_c m^L)$ when $v$ is large. This holds for
# features and tuples alike, although the two differ: relative to $1/n_c$, the variance of
# $P(\alpha|x)$ is $v/m^L$ for a feature and $v/m^{L-1}$ for a tuple, $m$ times more; but a tuple is also
# $m$ times rarer, which makes its relative noise, $v m n_c/P$, larger by as much. Both cross at
#
# $$ P_c = n_c\, m^L . $$ (eq-parent-crossing)

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: exact crossings over draws of the rules"} tags=["hide-cell"]
crossings = noise.crossing_table(draws=5 if profile == "smoke" else noise.DRAWS)
views.crossings_view(crossings)

# %% tags=["remove-cell"]
largest = crossings[crossings.v == crossings.v.max()]
for kind, own in largest.groupby("kind"):
    glue(f"{kind} crossing", f"{own.crossing.min():.2f} to {own.crossing.max():.2f}", display=False)
words = [f"m = {r.m}, L = {r.L}" for r in largest[largest.kind == "tuple"].itertuples()]
glue("crossing tasks", f"v = n_c = {crossings.v.max()}; {join(words, '; ')}", display=False)
small = crossings[(crossings.v == 8) & (crossings.kind == "feature")].crossing.max()
glue("small crossing", f"{small:.2f}", display=False)

# %% [markdown]
# At small $v$ the crossing comes later, at up to {glue:text}`small crossing` times $n_c m^L$ for $v=8$:
# tuples are shared out without repetition, which makes the parents' tuples more alike than independent
# draws.
#
# ## Does it predict this seed's $P^*$?
#
# With few rules $P_c$ differs from one draw to the next. If signal against noise decides, a task whose
# rules happen to correlate more is learnt from fewer data. Fixed before any training: the prediction is
# $P_c$ of tuples with the signal averaged over patches, and it should rank the $P^*$ of draws of the
# rules; each draw is trained with two samples and starts at every size.

# %% mystnb={"figure": {"caption": "P* of convolutional networks (10 % test error, mean of two samples and starts) against the P_c of the same rules, exactly. A point is one draw of the rules; \u03c1: Spearman's rank correlation, 95 % over draws.", "name": "fig-parent-seeds"}, "image": {"alt": "A panel for each task, P* against P_c on logarithmic axes, a point a draw of the rules, and their rank correlation."}}
trained = seeds.trained(profile, store, **options)  # the runs of each task
tables = {task: seeds.by_rules(runs) for task, runs in trained.items()}
correlation = {
    task: seeds.rank_correlation(table) for task, table in tables.items()
}
columns, rows = min(2, len(tables)), -(-len(tables) // 2)
figure, axes = plots.new_axes(columns, rows, height=3.3 * rows, squeeze=False)
for ax, task in zip(axes.flat, tables, strict=False):
    figures.draw_seeds(ax, tables[task], correlation[task])
figures.finish_seeds(axes, len(tables))

# %% tags=["remove-input"]
rests_on(trained, "28_signal_and_noise", profile="fresh")

# %% tags=["remove-cell"]
found = {task: value for task, value in correlation.items() if value is not None}
positive = sum(value.low > 0 for value in found.values())
glue("rules", min((len(t) for t in tables.values()), default=0), display=False)
told = f"ranked alike in {positive} of {len(found)} tasks" if found else "not measured"
glue("planned", len(seeds.TASKS), display=False)
glue("measured", len(tables), display=False)
glue("predicts", told, display=False)
words = [f"{with_interval(value)} (v={v_}, n_c={n}, m={m}, L={L_})" for (v_, n, m, L_), value in found.items()]
glue("correlations", join(words, ", "), display=False)
powers = [seeds.explained(table) for table in tables.values()]
glue("powers", join([with_interval(p) for p in powers if p is not None], ", "), display=False)

# %% [markdown]
# Looked at afterwards, and therefore no test: other summaries of the same
# correlations.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: other predictions from the same rules (explored afterwards)"} tags=["hide-cell"]
views.seeds_view(tables)

# %% [markdown]
# One stored training is repeated whenever this page is made:

# %% tags=["remove-input"]
seeds_again(trained, store, device)

# %% [markdown]
# ## Limits
#
# The crossing is where the sums of squares are equal; that a network must reach it is the parent's
# argument, not a theorem. The noise is that of independent data. Training data are distinct, which lowers
# it by $1-P/P_{\max}$, the share of all data that is left ({numref}`fig-parent-noise`, thin lines). Correlations between patches, which a
# shared filter also sees, are left out. A $P^*$ of two samples is noisy itself, so that even a perfect
# prediction would not give a rank correlation of 1. Of the {glue:text}`planned` tasks planned,
# {glue:text}`measured` are trained so far.
