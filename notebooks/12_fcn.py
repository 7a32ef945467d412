# ---
# jupyter:
#   srhm:
#     reads:
#     - results/fcn_*_A.jsonl
#     - results/lcn_*_A.jsonl
# ---

# %% [markdown]
# # Fully connected networks
#
# **The question.** A fully connected network (FCN) knows nothing of patches, levels or places. Does it
# learn the invariances together with the task all the same, and how much data does that take?
#
# **The answer.** $P^*_S$ lies within a factor of two of $P^*$ in {glue:text}`S_2_1 near` settings,
# $P^*_D$ in {glue:text}`D_2_1 near`. By the rule of {doc}`21_all_claims` the verdict is
# {glue:text}`S_2_1 verdict` for synonyms and {glue:text}`D_2_1 verdict` for displacements
# ({glue:text}`S_2_1 remark`; {glue:text}`D_2_1 remark`). It takes {glue:text}`times lcn` times the
# data that a locally connected network needs.
#
# **The paper's claim** {cite:p}`tomasini2024`, Figure 16, here {numref}`fig-fcn-pairs`:
# Eq. {eq}`eq-transition` holds for FCNs too. $S_2$ and $D_2$ of the second hidden layer fall to 30 %
# and 10 % at training-set sizes $P^*_S$ and $P^*_D$ close to $P^*$.

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": from the store; "fresh": a few settings trained now; "smoke": a toy
device = "auto"
workers = 0  # processes for training; 0 is one per core

repeats = {"book": 3, "smoke": 2}  # seeds per point: each is new rules, a new sample and new initial weights

# %% tags=["remove-cell"]
import math

import pandas as pd
from myst_nb import glue

from srhm.runs.checks import live_check
from srhm.runs.paths import project
from srhm.runs.search import run_at
from srhm.runs.store import Store
from srhm.stats.fits import fit_power_law
from srhm_book import style as plots
from srhm_book.claims.claim import here
from srhm_book.claims.invariance import eq8_claim
from srhm_book.grids import setting
from srhm_book.invariance.agreement import FEWEST_POINTS, agreement
from srhm_book.invariance.runs import runs_for, scales, settings_for
from srhm_book.invariance.threshold_figures import draw_pairs, draw_scale
from srhm_book.invariance.threshold_views import (
    agreement_view,
    explore_pairs,
    missing_view,
    threshold_settings_view,
)
from srhm_book.invariance.thresholds import D2, S2, crossings, runs_of, threshold_points
from srhm_book.provenance import rests_on
from srhm_book.publish.options import training_options
from srhm_book.publish.profiles import by_profile
from srhm_book.wording import significant, with_interval

repeats = by_profile(profile, repeats)
plots.use_style()
pd.set_option("display.max_colwidth", None)
store = Store(project("results")) if profile == "book" else None

# %% mystnb={"figure": {"caption": "Figure 16: P* of fully connected networks against the size at which S\u2082 (left) and D\u2082 (right) reach 30 % and 10 %. Colour and marker: s\u2080; filling: L; bars: 95 % intervals over seeds. Line and band: equality, and a factor of two. The paper's points were not read off.", "name": "fig-fcn-pairs"}, "image": {"alt": "Two panels of points on logarithmic axes: P* against the two sample complexities of the sensitivities, near the diagonal."}}
# The grids of settings, their runs, and of each setting P*, P*_S and P*_D.
names = ("L2", "L3") if profile == "book" else (profile,)
options = training_options(profile, workers, device)
settings, frame = runs_for(("fcn",), names, store, repeats, **options)
table = crossings(frame, settings, repeats=repeats)
draw_pairs(table, "fcn");

# %% tags=["remove-input"]
behind = [runs_of(frame, c, repeats) for c in settings]
rests_on(behind, "12_fcn", profile="fresh")

# %% tags=["remove-input"]
explore_pairs(table, "fcn")

# %% [markdown]
# The hidden layers have the width of the other networks ({glue:text}`width`) and read all $d$
# positions. At $L=3$ they train at the paper's learning rate and stop at its loss: at twice that
# rate half of these networks fall silent ({doc}`04_training_setting`). Computing on the informative
# positions alone is exact for the first layer of an FCN, too.

# %% tags=["remove-cell"]
found = scales(table)
glue("width", settings[0].width, display=False)
glue("num settings", len(found), display=False)
points = {q: threshold_points(table, q) for q in (S2, D2)}
for q in (S2, D2):
    result = agreement(points[q])
    claim = eq8_claim(table, "fcn", q)
    glue(f"{q} slope", with_interval(result.slope) if result else "–", display=False)
    glue(f"{q} median", f"{result.median_ratio.value:.2f}" if result else "–", display=False)
    glue(f"{q} scatter", f"{result.scatter.value:.2f}" if result else "–", display=False)
    glue(f"{q} near", here(claim.parts[1]), display=False)
    glue(f"{q} verdict", claim.verdict, display=False)
    glue(f"{q} remark", claim.remark, display=False)
P_range = f"{significant(found.P_star.min())} to {significant(found.P_star.max())}"
glue("P range", P_range if len(found) else "–", display=False)

# %% [markdown]
# ## Do they agree?
#
# By the rule of {doc}`21_all_claims`, with {glue:text}`num settings` settings and $P^*$ from
# {glue:text}`P range`:
#
# | | slope | within 2 | verdict |
# |---|---|---|---|
# | $P^*_S$ | {glue:text}`S_2_1 slope` | {glue:text}`S_2_1 near` | {glue:text}`S_2_1 verdict` |
# | $P^*_D$ | {glue:text}`D_2_1 slope` | {glue:text}`D_2_1 near` | {glue:text}`D_2_1 verdict` |
#
# The median of $P^*_S/P^*$ is {glue:text}`S_2_1 median`, of $P^*_D/P^*$ {glue:text}`D_2_1 median`, and
# the scatter of their logarithm {glue:text}`S_2_1 scatter` and {glue:text}`D_2_1 scatter` decades.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: slope, median ratio and scatter in groups"} tags=["hide-cell"]
agreement_view(table, "fcn")

# %% [markdown]
# The three sizes of each setting, in data:

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: the three sizes of every setting"} tags=["hide-cell"]
threshold_settings_view(table)

# %% [markdown]
# Where a size is missing, and why:

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: missing sizes"} tags=["hide-cell"]
missing_view(table)

# %% [markdown]
# ## How much data
#
# Eq. {eq}`eq-lcn` is derived for locally connected networks. A fully connected first layer has
# weights of its own for every position as well, so that the same argument applies to each of them.

# %% mystnb={"figure": {"caption": "P* of fully connected networks against the scale of Eq. 3. Colour and marker: s\u2080; filling: L; bars: 95 % intervals over seeds. Line: proportionality, at the geometric mean of the ratio.", "name": "fig-fcn-scale"}, "image": {"alt": "Points of P* of fully connected networks against the law's value on logarithmic axes."}}
found = scales(table)  # P* beside the law's value
figure, ax = plots.new_axes(height=4.4)
draw_scale(ax, found)
ax.set_xlabel("$s^{L/2}(s_0+1)^L n_c m^L$");

# %% tags=["remove-input"]
rests_on(behind, "12_fcn", profile="fresh")

# %% [markdown]
# The slope is {glue:text}`law slope` with a scatter of {glue:text}`law scatter (decades)` decades, and
# $P^*$ is {glue:text}`law P* / law, geometric mean` times the law. On the {glue:text}`num shared`
# settings that an LCN was searched on as well, the FCN needs {glue:text}`times lcn` times as many data
# (from {glue:text}`times range`).

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: the fits at each depth"} tags=["hide-cell"]
rows = {}
for group, part in {"all": found, **{f"L = {L}": f for L, f in found.groupby("L")}}.items():
    ratio = part.P_star / part["scale"]
    enough = len(part) >= FEWEST_POINTS and part["scale"].nunique() > 1
    fit = fit_power_law(part, ["scale"]) if enough else None
    rows[group] = {
        "settings": len(part),
        "slope": with_interval(fit.exponents["scale"]) if fit else "–",
        "scatter (decades)": f"{fit.scatter:.2f}" if fit else "–",
        "P* / law, geometric mean": f"{math.exp(ratio.map(math.log).mean()):.2f}" if len(part) else "–",
        "lowest to highest": f"{ratio.min():.2f} to {ratio.max():.2f}" if len(part) else "–",
    }
lcn = scales(crossings(frame, settings_for(("lcn",), names), repeats=repeats, num_bootstrap=0))
shared = found.merge(lcn, on=["v", "s", "L", "s0"], suffixes=("", "_lcn")) if len(lcn) else found[:0]
times = [math.log(r.P_star / r.P_star_lcn) for r in shared.itertuples()]
glue("num shared", len(shared), display=False)
glue("times lcn", f"{math.exp(sum(times) / len(times)):.2f}" if times else "–", display=False)
glue("times range", f"{math.exp(min(times)):.2f} to {math.exp(max(times)):.2f}" if times else "–", display=False)
for name, value in rows["all"].items():
    glue(f"law {name}", value, display=False)
pd.DataFrame(rows).T

# %% [markdown]
# ## Is the store right?
#
# The cheapest setting is trained again near its $P^*$ and must give the stored error.

# %% tags=["remove-input"]
check = "All runs of this profile were trained just now."
if store and len(found):
    row = found.sort_values("P_star").iloc[0]  # the cheapest
    base = setting("fcn", int(row.v), int(row.s0), s=int(row.s), L=int(row.L))
    sizes = runs_of(frame, base, repeats).P.unique()
    config = run_at(base, int(min(sizes, key=lambda P: abs(math.log(P / row.P_star)))), 0)
    live, kept = live_check(config, store, device=device)
    errors = {"trained now": live["test_error"], "stored": kept["test_error"]}
    check = pd.DataFrame({"P": [config.P], **{k: [f"{e:.4f}"] for k, e in errors.items()}})
check

# %% [markdown]
# ## Limits
#
# The paper's points of Figure 16 were not read off, so only its claim is compared. An FCN
# has no layers matched to levels: that we look at layer 2 is the paper's choice.
