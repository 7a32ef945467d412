# ---
# jupyter:
#   srhm:
#     reads:
#     - results/cnn_s2_L[23]_s0*_v4_nc4_m4_A.jsonl
#     - results/lcn_s2_L[23]_s0*_v4_nc4_m[1-4]_A.jsonl
# ---

# %% [markdown]
# # Two invariances or one?
#
# **The question.** A network becomes insensitive to synonyms and to displacements at the size at which it
# learns the task: $P^*_S\approx P^*_D\approx P^*$ ({doc}`11_three_thresholds`). Is that one event, or two
# that happen to cost the same because all synonyms and all places are equally likely? Here they are made
# unequally likely. None of this is in the paper {cite:p}`tomasini2024`.
#
# **The answer.** {glue:text}`answer`

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": from the store; "fresh": a few tasks trained now; "smoke": a toy
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
from srhm_book.provenance import rests_on
from srhm_book.publish.options import training_options
from srhm_book.publish.profiles import by_profile
from srhm_book.source import source_of
from srhm_book.why import tasks, unequal, unequal_answer, unequal_views
from srhm_book.why.expected import WITHIN, verdict
from srhm_book.why.thresholds import targets
from srhm_book.why.unequal import HALF, THRESHOLD, setting_of
from srhm_book.wording import join

by_profile(profile)
options = training_options(profile, workers, device)
style.use_style()
store = Store(project("results")) if profile == "book" else None
repeats = 2 if profile == "smoke" else 3
runs, missing = unequal.unequal_runs(profile, store, repeats, **options)
table = unequal.parting_table(runs)
rarities = {case: x for case, x in unequal_views.rarity(profile).items() if case in runs}
glue("answer", unequal_answer.answer(table, rarities), display=False)
glue("within", f"{WITHIN:g}", display=False)
told = {"places": ("cnn", "places"), "synonyms": ("cnn", "synonyms"), "lcn": ("lcn", "places"),
        "even places": ("cnn", "places", "even"), "even synonyms": ("cnn", "synonyms", "even"),
        "error": ("cnn", "places", "own", "D/P"), "error even": ("cnn", "places", "even", "D/P")}  # fmt: skip
for name, which in told.items():
    words = unequal_answer.ratio_sentence(table, rarities, *which)
    glue(f"answer {name}", words, display=False)
for reading in ("own", "even"):
    for pair in ("D/S", "S/P", "D/P"):
        words = unequal_views.verdict_words(table, reading, pair, HALF)
        glue(f"{reading} {pair} half", words, display=False)
    glue(f"together {reading}", unequal_views.together_words(table, reading, HALF), display=False)
    glue(f"parted {reading} half", unequal_views.parted_words(table, reading, HALF), display=False)
untrained = [" ".join(map(str, case)) for case in missing]
glue("missing", join(untrained), display=False)

# %% mystnb={"figure": {"caption": "Ratios of the three sizes over their values with equal probabilities, against how many times rarer the rarest place (left) or synonym (right) is than with equal ones. Above: on the task's own data; below: the same networks on the even task. Filled: CNN; hollow, where trained: LCN (m = 3). Bars: 95 % intervals over seeds; arrows: at least. Band: together, within a factor of 1.5. Dotted: the first ratio if each pattern were learned by itself. No point: a threshold is not crossed within the sizes trained.", "name": "fig-parting"}, "image": {"alt": "Four panels of ratios on logarithmic axes with a grey band around one: places left, synonyms right, the task's own data above, the even task below; three kinds of points, a dotted line for one of them."}}
figure, axes = style.new_axes(2, 2, height=6.6, sharex="col", sharey=True)
unequal_views.draw_parting(axes, table, rarities, THRESHOLD)

# %% tags=["remove-input"]
rests_on(runs, "37_two_invariances", profile="fresh")

# %% [markdown]
# ## What was expected
#
# Written down before the trainings (`srhm_book.why.expected`), two rivals:
#
# - *One grouping.* Synonyms and displacements of a tuple go with the same classes. If a network groups
#   by class, it groups both at once, and no ratio depends on the probabilities.
# - *Each pattern by itself.* What is met $q$ times as often needs $1/q$ times as many data. Then the rare
#   place holds up $P^*_D$ and the rare synonym $P^*_S$, each alone.
#
# Together or parted is decided by a rule fixed beforehand, too. Of a ratio over its value with equal
# probabilities, seed by seed:

# %% tags=["remove-input"]
source_of(verdict)

# %% [markdown]
# ## What is measured, on which data
#
# *Places*: each place of a sub-patch is `displacement_ratio` times as likely as the one before it.
# *Synonyms*: the $c$-th rule of a feature has a probability proportional to $c^{-a}$ (`zipf`). In training
# and test data alike; classes stay equally likely, and guessing errs in $1-1/n_c$ of all cases. Then the
# sensitivities are not defined without saying what is exchanged for what:
#
# - *Own data.* Test data of the task; a synonym is exchanged for another, a place drawn anew, with the
#   task's probabilities. A displacement then often moves nothing, so the threshold of $D_2$ is lowered
#   in proportion.
# - *Even task.* The same trained networks on data of the same rules in which all synonyms and all places
#   are equally likely, as are the exchanges.

# %% tags=["remove-input"]
source_of(targets)

# %% [markdown]
# ## What moves, by how much
#
# Each size is read off in two ways: at the thresholds, and where half of its fall is done (below). A
# ratio over that with equal ones is *together* within a factor of {glue:text}`within`, *parted* beyond
# it, else *open*; told as together or parted is what both readings say. "10 times rarer" is the rarest
# place, or synonym, than with equal ones. Learned by itself, it would move $P^*_D/P^*_S$ by up to that
# factor, up (places) or down (synonyms).
#
# $P^*_D/P^*_S$:
#
# - *CNN, places*, own data: {glue:text}`answer places` Even task: {glue:text}`answer even places`
# - *CNN, synonyms*, own data: {glue:text}`answer synonyms` Even task: {glue:text}`answer even synonyms`
# - *LCN, places*, own data: {glue:text}`answer lcn`
#
# $P^*_D/P^*$:
#
# - *CNN, places*, own data: {glue:text}`answer error` Even task: {glue:text}`answer error even`
#
# Where $P^*_D/P^*$ itself is below 1, a network still errs when it no longer minds displacements. On the
# even task the places that are rare in training are as frequent as the others.

# %% mystnb={"figure": {"caption": "Test error and the second layer's sensitivities of the CNN with equal probabilities (grey) and with the smallest displacement ratio: on its own data (red) and on the even task (blue). D of the own data is scaled to the same threshold. Horizontal lines: thresholds. Means over seeds.", "name": "fig-parting-curves"}, "image": {"alt": "Three panels against the training-set size: test error, sensitivity to synonyms and to displacements, each with three curves and horizontal thresholds."}}
figure, axes = style.new_axes(3, height=3.9)
rarest = min(case for case in runs if case[0] == "cnn")
unequal_views.draw_curves(axes, runs, rarest)
style.legend_beside(figure, axes[0])

# %% tags=["remove-input"]
rests_on([runs[case] for case in runs if case[0] == "cnn"], "37_two_invariances", profile="fresh")

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: every ratio on the own data"} tags=["hide-cell"]
HTML(unequal_views.parting_view(table, "own").to_html(index=False, border=0))

# %% [markdown]
# And on the even task:

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: every ratio on the even task"} tags=["hide-cell"]
HTML(unequal_views.parting_view(table, "even").to_html(index=False, border=0))

# %% [markdown]
# ## Without thresholds
#
# $D_2$ of an untrained network is not far above its threshold, so that little has to be learned to cross
# it; some curves are below it from the smallest size on and give no $P^*_D$. The size at which each
# quantity has lost half of all that it loses needs no threshold (decided on after the trainings, as in
# {doc}`11_three_thresholds`). Then the ratios are, over those with equal probabilities:
#
# | | $P^*_D/P^*_S$ | $P^*_S/P^*$ | $P^*_D/P^*$ |
# |---|---|---|---|
# | own data | {glue:text}`own D/S half` | {glue:text}`own S/P half` | {glue:text}`own D/P half` |
# | even task | {glue:text}`even D/S half` | {glue:text}`even S/P half` | {glue:text}`even D/P half` |
#
# All three stay together on the own data in: {glue:text}`together own`. These part:
# {glue:text}`parted own half`; on the even task: {glue:text}`parted even half`.

# %% mystnb={"figure": {"caption": "As {numref}`fig-parting`, with the sizes at which half of each fall is done.", "name": "fig-parting-half"}, "image": {"alt": "Four panels of ratios on logarithmic axes with a grey band around one, read off at half of each fall."}}
figure, axes = style.new_axes(2, 2, height=6.6, sharex="col", sharey=True)
unequal_views.draw_parting(axes, table, rarities, HALF)

# %% tags=["remove-input"]
rests_on(runs, "37_two_invariances", profile="fresh")

# %% [markdown]
# ## The limits, and whether the data stay typical
#
# Where a task has one invariance alone the question is gone: with $m=1$ there are no synonyms and
# $P^*_D$ stands beside $P^*$, with $s_0=0$ no displacements. There $P^*_S/P^*$ is
# {glue:text}`synonyms alone`; with $s_0=1$ and equal probabilities the CNN has
# {glue:text}`equal ratios`. That the three sizes are equal, the question's premise, is true within such
# factors only, and so all ratios above are over those with equal probabilities.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: tasks with one of the two alone"} tags=["hide-cell"]
frame = store.frame() if store else pd.DataFrame()
alone = unequal_views.single_table(frame, unequal.single_settings())
shown = unequal_views.single_view(alone)
HTML(shown.to_html(index=False, border=0)) if len(alone) else "Only in the profile book."

# %% [markdown]
# All data are distinct, so that a large sample uses up the likely ones and leaves rarer ones for the
# test. At the largest $P$ of each task, the rarest is in the test data as often as in the task, within
# a factor of {glue:text}`within`, in all but: {glue:text}`atypical`. Where it is not, the own data are no
# longer those of the task, and sizes read off them near that $P$ are not to be trusted.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: how often the rarest place or synonym occurs"} tags=["hide-cell"]
typical = unequal_views.typical_table(runs)
HTML(unequal_views.typical_view(typical).to_html(index=False, border=0))

# %% tags=["remove-cell"]
glue("synonyms alone", unequal_views.synonyms_alone(alone), display=False)
glue("equal ratios", unequal_views.equal_words(table), display=False)
glue("atypical", unequal_views.atypical_words(typical), display=False)
glue("lcn m", tasks.UNEQUAL_TASKS["lcn"]["m"], display=False)

# %% [markdown]
# ## Is the store right?
#
# One stored run is trained again, here and now; the build fails when the two test errors differ by
# more than seeds make them differ.

# %%
known = {setting_of(own.nlargest(1, "P")): own for own in runs.values()}
found = [sample_complexity(own).P_star for own in known.values()]
stars = pd.DataFrame({"P_star": found}, dtype=float)
trained_again(known, stars, store, device)

# %% [markdown]
# ```{dropdown} Measuring it all again
# `srhm-book grid two_invariances` trains what the store lacks. Not trained yet (network, displacement
# ratio, Zipf exponent): {glue:text}`missing`.
# ```
#
# ## Limits
#
# One depth, $L=3$, with $s_0=1$ (two places) and $v=n_c=4$; three seeds; sizes a factor of $\sqrt2$ apart.
# The LCN is trained on an easier task, of $m=$ {glue:text}`lcn m` synonyms.
# The rarest place or synonym is rare at all levels at once. Where invariance to displacements on the even
# task comes before its error falls, the second layer's $D_2$ is small, which is not to say that what is
# left of it does no harm. Input-level exchanges only.
