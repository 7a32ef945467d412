# ---
# jupyter:
#   srhm:
#     reads:
#     - results/lcn_s2_L2_s0*_v8_nc8_m8_A.jsonl
#     - results/cnn_s2_L2_s0*_v8_nc8_m8_A.jsonl
#     - book/paper/fig12*.csv
#     - book/paper/fig15*.csv
# ---

# %% [markdown]
# # Layer by layer
#
# **The question.** A datum keeps its class when synonyms are exchanged or elements displaced. Which
# layers of a trained network no longer notice that, and at which level of the hierarchy?
#
# **The answer.** Displacements of the input level go unnoticed {glue:text}`from displacements 1`,
# those of level 2 {glue:text}`from displacements 2`; other synonyms of the input
# {glue:text}`from synonyms 1`, those of level 2 {glue:text}`from synonyms 2`. Of the plateaus,
# {glue:text}`near` of the paper's; by the rule of {doc}`21_all_claims` the verdict on its claim is
# {glue:text}`lcn verdict` for the LCN and {glue:text}`cnn verdict` for the CNN.
#
# **The paper's claim** {cite:p}`tomasini2024`, Figures 12 and 15, here {numref}`fig-layers-lcn` and
# {numref}`fig-layers-cnn`: the deeper the layer, the higher the level whose changes it no longer
# notices, and all curves fall at the same rescaled $P$.

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": from the store; "fresh": all trained now, on less; "smoke": a toy
device = "auto"
workers = 0  # processes for training; 0 is one per core

picture_P = 3000  # training data of the small network whose layers are drawn

# %% tags=["remove-cell"]
import pandas as pd
from myst_nb import glue

from srhm.runs.checks import live_check
from srhm.runs.paths import project
from srhm.runs.search import run_at
from srhm.runs.store import Store
from srhm.training.config import RunConfig
from srhm.training.observables import ratio_of_means, sensitivities, sparse_activations
from srhm.training.run import fit, prepare, resolve_device
from srhm_book import style as plots
from srhm_book.claims.by_figure import (
    CHEAPER,
    OURS,
    curves_in_both,
    plateaus_in_both,
    plateaus_view,
)
from srhm_book.claims.invariance import SAME_PLATEAU, plateau_claim
from srhm_book.curves import layer_curves
from srhm_book.grids import TOY, setting
from srhm_book.invariance.conventions import readings
from srhm_book.invariance.decisions import changed_decisions
from srhm_book.invariance.layer_views import (
    onset_answers,
    onset_view,
    plateau_view,
    readings_view,
)
from srhm_book.invariance.layers import (
    LOW,
    PLATEAU_FROM,
    S0,
    compare_plateaus,
    gap_around,
    in_words,
    is_whole,
    onset_table,
    paper_curves,
)
from srhm_book.invariance.layers_figures import draw_layers
from srhm_book.invariance.runs import layer_runs, layer_settings
from srhm_book.pictures.sensitivity import draw_sensitivities
from srhm_book.provenance import rests_on
from srhm_book.publish.options import training_options
from srhm_book.publish.profiles import by_profile
from srhm_book.source import source_of
from srhm_book.wording import significant

by_profile(profile)
plots.use_style()
store = Store(project("results")) if profile == "book" else None
smoke = profile == "smoke"

# %% mystnb={"figure": {"caption": "Figure 12: the locally connected network. Sensitivities to synonyms (above) and displacements (below) in layer 1, layer 2 and the output, for changes of the input level (solid) and of level 2 (dashed), against the total number of training data over (s\u2080+1)\u00b2; L = s = 2, n_c = m = v = 8. Filled: ours, means over seeds, bands from lowest to highest. Hollow, thin: the paper's. Grey, dotted: our test error. Black line: the criterion used below.", "name": "fig-layers-lcn"}, "image": {"alt": "Six panels of curves against rescaled training-set size. In layer 1 the sensitivity to synonyms stays high while that to input displacements falls to nearly zero; in layer 2 that to input synonyms and to both displacements falls as well; at the output all but that to level-2 synonyms vanish. All falls happen where the test error falls."}}
# {s0: runs} of L = s = 2, n_c = m = v = 8; their column x is P / (s0+1)^2.
options = training_options(profile, workers, device)
lcn = layer_runs("lcn", profile, store, **options)
paper = None if smoke else paper_curves("lcn")  # Figure 12
draw_layers(lcn, paper, low=LOW);

# %% tags=["remove-input"]
rests_on(lcn, "10_layer_by_layer", profile="fresh")

# %% mystnb={"figure": {"caption": "Figure 15: the convolutional network, drawn as {numref}`fig-layers-lcn`.", "name": "fig-layers-cnn"}, "image": {"alt": "Six panels of curves against rescaled training-set size for the convolutional network, with the same pattern as for the locally connected one."}}
cnn = layer_runs("cnn", profile, store, **options)
paper = None if smoke else paper_curves("cnn")  # Figure 15
draw_layers(cnn, paper, low=LOW);

# %% tags=["remove-input"]
rests_on(cnn, "10_layer_by_layer", profile="fresh")

# %% tags=["remove-cell"]
# What the text above and below quotes.
curves = {"lcn": lcn, "cnn": cnn}
start = 0 if smoke else None  # a toy has no plateau: its mean over all sizes
plateaus = pd.concat(
    [compare_plateaus(c, arch, start).assign(arch=arch) for arch, c in curves.items()],
    ignore_index=True,
)
onsets = onset_table(plateaus)
answers = onset_answers(onsets)
for (change, level, arch), row in answers.iterrows():
    glue(f"{arch} {change} {level}", row.here, display=False)
for (change, level), rows in answers.groupby(level=["change", "level"]):
    said = {f"{arch.upper()}: {row.here}" for (*_, arch), row in rows.iterrows()}
    where = rows.here.iloc[0] if rows.here.nunique() == 1 else ", ".join(sorted(said))
    words = {"none": "in no layer", "output": "at the output"}
    where = words.get(where, f"from {where} on" if where in ("layer 1", "layer 2") else where)
    glue(f"from {change} {level}", where, display=False)
for change, level in (("displacements", 1), ("displacements", 2)):
    if (change, level) not in set(answers.index.droplevel("arch")):
        glue(f"from {change} {level}", "–", display=False)

num = {"layer 1": 1, "layer 2": 2, "output": 3, "none": 4}
pairs = [
    (num.get(answers.here.get(("displacements", level, arch))), num.get(answers.here.get(("synonyms", level, arch))))
    for arch in curves for level in (1, 2)
]  # fmt: skip
earlier = all(a and b and a < b for a, b in pairs)
glue("earlier", "in an earlier layer than" if earlier else "not always earlier than", display=False)

known = plateaus.iloc[:0] if smoke else plateaus.dropna(subset=["paper"])
difference = (known.value - known.paper).abs()
near = f"{int((difference <= SAME_PLATEAU).sum())} of {len(known)} lie within {SAME_PLATEAU:g}"
glue("near", near, display=False)
glue("same side", f"{int(known.same_side.sum()) if len(known) else 0} of {len(known)}", display=False)
glue("difference", f"{difference.median():.2f}" if len(known) else "–", display=False)
worst = known.loc[difference.idxmax()] if len(known) else None
glue(
    "worst", "–" if worst is None else
    f"{worst.value:.2f} against {worst.paper:.2f} ({in_words(worst.quantity)}, {worst.arch.upper()}, s0 = {worst.s0})",
    display=False,
)  # fmt: skip
deep = known[known.quantity == "D_2_2"]
higher = int((deep.paper > deep.value).sum())
glue("D22", f"{higher} of {len(deep)}", display=False)
both = plateaus_view(plateaus_in_both(curves_in_both(store)), "D_2_2") if store else deep[:0]
trained = both[CHEAPER] if store else both.value
said = [
    f"{r.paper:.2f}, {r[OURS]:.2f} and {r[CHEAPER]:.2f} ({r.arch}, s₀={r.s0})" for _, r in both.iterrows()
]
glue("D22 values", "; ".join(said) or "not measured", display=False)
closed = 100 * (trained - both[OURS]) / (both.paper - both[OURS]) if said else trained
glue("D22 closed", f"{closed.min():.0f} to {closed.max():.0f}" if said else "–", display=False)
for arch in curves:
    verdict = plateau_claim(store.frame(), arch).verdict if store else "open"
    glue(f"{arch} verdict", verdict, display=False)
    glue(f"{arch} from", f"{PLATEAU_FROM[arch]:,}", display=False)
    glue(f"{arch} paper largest", significant(paper_curves(arch).query("s0 == 0").P.max()), display=False)
short = [
    f"{arch.upper()} at s0 = {s0}" for arch, own in curves.items() for s0 in own
    if not ((plateaus.arch == arch) & (plateaus.s0 == s0)).any()
]  # fmt: skip
glue("short", ", ".join(short) or "none", display=False)
lacking = [
    f"{arch.upper()} at s0 = {s0}" for arch, own in curves.items() for s0 in (S0 if store else (0, 1))
    if s0 not in own or not is_whole(own[s0], layer_settings(arch, s0, profile))
]  # fmt: skip
glue("lacking", ", ".join(lacking) or "none", display=False)


def plateau(quantity, arch="lcn", s0=1):
    rows = plateaus[(plateaus.arch == arch) & (plateaus.s0 == s0) & (plateaus.quantity == quantity)]
    return rows.value.iloc[0] if len(rows) else float("nan")


for name, (low, high) in {"S_out_1": (0, 0.06), "D_out_1": (0, 0.02), "S_2_1": (0.1, 0.3)}.items():
    value = plateau(name)
    glue(f"target {name}", f"{value:.3f}", display=False)
    glue(f"target {name} met", "as there" if low <= value <= high else "not as there", display=False)
low_gap, high_gap = gap_around(plateaus.value)
glue("low", LOW, display=False)
glue("gap low", f"{low_gap:.2f}", display=False)
glue("gap high", f"{high_gap:.2f}", display=False)
dense = layer_settings("lcn", 0, profile)
glue("dense data", f"{dense[0].task.num_data:,}", display=False)
glue("dense largest", f"{max(config.P for config in dense):,}", display=False)
glue("seeds", int(min(r.seed_rules.nunique() for c in curves.values() for r in c.values())), display=False)

# %% [markdown]
# ## At which layer does each invariance appear?
#
# Where the network has learnt nothing, a transformation moves its activations nearly as much as
# another datum would; where it is insensitive, not at all. A layer counts as insensitive when its
# plateau at large $P$ is below {glue:text}`low`, and an insensitivity appears at the first layer from
# which on all are. No plateau lies between {glue:text}`gap low` and {glue:text}`gap high`, so any
# criterion in between gives the same answer (the number beside a change is its level, 1 the input):

# %%
plateaus = pd.concat([
    compare_plateaus(own, arch, start).assign(arch=arch)
    for arch, own in {"lcn": lcn, "cnn": cnn}.items()
])
onset_view(onset_table(plateaus), with_paper=not smoke)

# %% [markdown]
# Displacements are forgotten {glue:text}`earlier` synonyms. Layer $\ell$ reads whole patches of
# level $\ell$, within which the places do not matter, but its features for two synonyms are equal
# only if it computes the *parent*, and a layer of a linear filter and a ReLU cannot compute that
# from two symbols at once. The next layer can, by adding up what stands for the same parent.
#
# The output and synonyms of the highest level are apart: they all have one class, and yet
# $S_{\mathrm{out},2}$ ends far above zero. What remains is not in the decision: for the small
# network below it is {glue:text}`small S_out_2`, while exchanging level-2 synonyms changes the
# predicted class of {glue:text}`small S_out_2 share` of the test data. The logits of two synonymous
# tuples differ in size, which the cross-entropy does not punish.

# %% [markdown]
# ## What is measured
#
# {numref}`fig-look` shows a datum $x$ that a small trained network has not seen, two versions of it
# that keep its class, and another datum $z$. The distances between their activations make the
# sensitivities, Eq. {eq}`eq-sensitivities`: $S$ divides the mean squared distance from $x$ to
# $p_\ell x$ by that to an unrelated $z$, and $D$ does so with $\tau_\ell x$.

# %% mystnb={"figure": {"caption": "Sensitivities in one look: four inputs (left; empty positions are small rings, ringed discs differ from $x$) and what a trained LCN makes of them (v = 4, s\u2080 = 1). Maps: the channels that vary most, at all positions of the layer; bars: the logits. Below each: its squared distance to the map of $x$, over the mean of unrelated data. Averaged over data these numbers are $S_{k,1}$ (second row) and $D_{k,1}$ (third). The displaced datum is nearly $x$ from layer 1 on, the one with other synonyms from layer 2 on; $z$ stays different.", "name": "fig-look"}, "image": {"alt": "A table of four rows and four columns. Rows: a datum, the same with other synonyms, the same displaced, and another datum. Columns: the input as coloured discs, heat maps of layers 1 and 2, and bars for the output. The displaced row looks like the first one in every layer; the synonym row differs in layer 1 and then looks like the first; the last row differs everywhere."}}
training = {"width": 64, "lr": 1.0, "num_test": 2000}
small = RunConfig(arch="lcn", v=4, s0=1, P=picture_P, **training)
engine, data, test_set = prepare(small, resolve_device(device))
fit(engine, data, small)
engine.finish()
activations = sparse_activations(engine)  # from data to {layer: activations}
draw_sensitivities(small.task, activations, test_set);

# %% tags=["remove-cell"]
for name, (value, share) in changed_decisions(small.task, activations, test_set, seed=0).items():
    glue(f"small {name}", f"{value:.2f}", display=False)
    glue(f"small {name} share", f"{100 * share:.1f} %", display=False)
glue("small v", small.v, display=False)
glue("small P", f"{small.P:,}", display=False)

# %% [markdown]
# The whole measurement, for every layer and level at once:

# %% tags=["remove-input"]
source_of(sensitivities, ratio_of_means)

# %% [markdown]
# ## The plateaus, number by number
#
# A plateau is the mean over all sizes from $P/(s_0+1)^2=$ {glue:text}`lcn from` on for the LCN,
# {glue:text}`cnn from` for the CNN, where the paper's curves are flat; where a curve ends before that
# because the task has no more data, its last point. {glue:text}`same side` lie on the same side of
# {glue:text}`low` as in the paper; the median difference is {glue:text}`difference`, the largest
# {glue:text}`worst`. At large $P$ and $s_0=1$ the LCN has $S_{\mathrm{out},1}=$
# {glue:text}`target S_out_1`, $D_{\mathrm{out},1}=$ {glue:text}`target D_out_1` and
# $S_{2,1}=$ {glue:text}`target S_2_1`. In the table a cell is *here* / *paper*; a dash stands where the
# paper's markers are hidden under others (they are then below 0.02). Without a plateau:
# {glue:text}`short`.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: all plateaus"} tags=["hide-cell"]
plateau_view(plateaus)

# %% [markdown]
# ## How much do the paper's transformations draw anew?
#
# The paper says neither whether an exchange may give a tuple back nor what happens below it, and
# likewise for displacements. In this book it takes *another* synonym and keeps the rules below, and
# sub-trees move as they are. Its authors' code ({ref}`authors-code`) draws all rules, or all places, from the
# level down to the input anew, those of $x$ being possible again. Do the paper's values say so too? On LCNs
# trained here and now, the mean distance from them at the same $P$ is
#
# | | this book's | all drawn anew |
# |---|---|---|
# | $S$, $s_0=0$ | {glue:text}`off S dense usual` | {glue:text}`off S dense anew` |
# | $S$, $s_0=1$, few data | {glue:text}`off S sparse usual` | {glue:text}`off S sparse anew` |
# | $D$ of level 2 | {glue:text}`off D below usual` | {glue:text}`off D below anew` |
#
# So the paper's values {glue:text}`drawn`. Drawn so, $S$ of level 1 is about $1-1/m$ times ours; where a
# layer is insensitive to level 1, what is drawn anew below level 2 matters little.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: both readings, layer by layer (this book's / all drawn anew / paper)"} tags=["hide-cell"]
toy = {**TOY, "max_epochs": 5} if smoke else {"num_test": 2000}
most = max(config.P for config in layer_curves("lcn", 0))
sizes = ((0, 512), (0, most), (1, 512))  # s0 and P
configs = [run_at(setting("lcn", 8, s0, **toy), P, 0) for s0, P in sizes]
both = readings(configs, paper_curves("lcn"), device)
readings_view(both)

# %% tags=["remove-cell"]
questions = {
    "S dense": "letter == 'S' and s0 == 0",
    "S sparse": "letter == 'S' and s0 == 1",
    "D below": "letter == 'D' and level == 2",
}
off = {
    (name, reading): (rows[reading] - rows.paper).abs().mean()
    for name, query in questions.items() for rows in [both.query(query)] for reading in ("usual", "anew")
}  # fmt: skip
for (name, reading), value in off.items():
    glue(f"off {name} {reading}", f"{value:.2f}", display=False)
anew = all(off[name, "anew"] < off[name, "usual"] for name in ("S dense", "D below"))
glue("drawn", "agree with the code" if anew else "do not tell", display=False)

# %% [markdown]
# ## Is the store right?
#
# One point of each network is trained again, at $s_0=0$ near $P^*$, and must give the stored error.

# %% tags=["remove-input"]
checks = {}
for arch, own in curves.items() if store else ():
    if 0 in own:
        middle = own[0].groupby("P").test_error.mean().sub(0.1).abs().idxmin()
        row = own[0][(middle == own[0].P) & (own[0].seed_rules == 0)].iloc[0]
        config = RunConfig(**{name: row[name] for name in RunConfig(v=8, P=128).as_dict()})
        live, kept = live_check(config, store, device=device)
        checks[arch.upper()] = {
            "P": config.P,
            "trained now": f"{live['test_error']:.4f}",
            "stored": f"{kept['test_error']:.4f}",
        }
pd.DataFrame(checks).T if checks else "All runs of this profile were trained just now."

# %% [markdown]
# ## Limits
#
# {glue:text}`seeds` seeds a point, one task size and two levels: that the pattern goes on at depth
# three is not shown here. Curves that lack sizes: {glue:text}`lacking`. At $s_0=0$ the task has
# {glue:text}`dense data` data in all and our curves end at $P=$ {glue:text}`dense largest`, while the
# paper's go on to {glue:text}`lcn paper largest` (LCN) and {glue:text}`cnn paper largest` (CNN), more
# than there is.
#
# The paper's plateaus of $D_{2,2}$ lie above ours in {glue:text}`D22` cases. How much of
# that is the training? Trained as the authors train (in the cheaper form of {doc}`17_authors_training`, one
# seed), {glue:text}`D22 closed` % of the distance are gone. Paper, ours and so trained:
# {glue:text}`D22 values`. What remains is not explained.
