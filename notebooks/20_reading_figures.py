# ---
# jupyter:
#   srhm:
#     reads:
#     - book/paper/*.csv
# ---

# %% [markdown]
# # Reading the paper's figures
#
# **The question.** The paper {cite:p}`tomasini2024` gives its results as figures. How well can its
# numbers be read off them, and do they mean what the axes say?
#
# **The answer.** Better than 1 %. But each $P^*$ is a point of a grid, as its point nearest to the
# threshold gives it within {glue:text}`nearest off` % for all {glue:text}`num curves` printed curves,
# where the crossing misses by factors between {glue:text}`interpolated low` and
# {glue:text}`interpolated high` ({numref}`fig-rule`): it is known to about 20 %. And Figures 4A and 12
# count data per class: their $P^*$ is that of 4B over the number of classes, within factors of
# {glue:text}`least factor` to {glue:text}`most factor`. Fitted, the paper's own points go as the power
# {glue:text}`4B all` of the law for the LCN and {glue:text}`4C all` for the CNN (slope 1 is the law).

# %% tags=["parameters", "hide-input"]
profile = "book"  # this page only reads the digitised values: all profiles show the same
device = "auto"
workers = 0

# %% tags=["remove-cell"]
import numpy as np
import pandas as pd
from myst_nb import glue

from srhm.stats.fits import fit_power_law
from srhm_book import paper
from srhm_book import style as plots
from srhm_book.complexity.law_tests import with_factors
from srhm_book.paper import published
from srhm_book.provenance import rests_on
from srhm_book.publish.profiles import by_profile
from srhm_book.source import source_of
from srhm_book.wording import significant, with_interval

by_profile(profile)
plots.use_style()
FROM_PAPER = "Values read off the paper's figures, in book/paper; no training of ours."

# %% mystnb={"figure": {"caption": "Published P*, P*_S and P*_D over the same quantity taken from the published curve in two ways: its point nearest to the threshold (blue circles), and its interpolated crossing (orange squares). One line a curve; LCN: Figures 4A, 12, read off in 4B, 6C, 6D; CNN: Figure 15, read off in 4C, 14.", "name": "fig-rule"}, "image": {"alt": "Two columns of markers, one line for each curve: the circles all lie on one, the squares scatter between 0.8 and 1.26."}}
rule = paper.reading_rule()  # every curve whose P* the paper also gives
symbols = {"test_error": "error", "S_2": "$S_2$", "D_2": "$D_2$"}
labels = [
    f"{row.arch.upper()} {symbols[row.quantity]}, v={row.v}, $s_0$={row.s0}"
    for row in rule.itertuples()
]
figure, ax = plots.new_axes(height=6.2, width=plots.WIDE)
for name, look in {"nearest": "lcn", "interpolated": "cnn"}.items():
    style = plots.style_for(arch=look) | {"linestyle": "none"}
    ax.plot(rule[f"published / {name}"], labels, label=name, **style)
ax.axvline(1, color=plots.GREY, linewidth=0.8, zorder=0)
ax.invert_yaxis()
ax.tick_params("y", labelsize=9)
ax.set_xlabel("published value / value from the curve")
ax.legend(loc="lower right");

# %% tags=["remove-cell"]
off = {name: (rule[f"published / {name}"] - 1).abs() for name in ("nearest", "interpolated")}
glue("num curves", len(rule), display=False)
glue("num error curves", int((rule.quantity == "test_error").sum()), display=False)
glue("nearest off", f"{100 * off['nearest'].max():.1f}", display=False)
glue("interpolated low", f"{rule['published / interpolated'].min():.2f}", display=False)
glue("interpolated high", f"{rule['published / interpolated'].max():.2f}", display=False)
within = int((off["interpolated"] < 0.01).sum())
glue("interpolated within", within, display=False)

# %% tags=["remove-input"]
rests_on(FROM_PAPER, "20_reading_figures")

# %% [markdown]
# ## What was read
#
# Values were read off raster copies, about 1050 pixels wide: axes by least-squares fits through the
# centres of all ticks, markers by fitted templates, and every panel re-plotted and compared with the
# original. Reading costs 0.05 to 0.3 % in $P$, 0.001 to 0.01 in an error or a sensitivity. What costs
# more is that some axes and captions do not say what the numbers are. Quality A is clean, B partly
# hidden, C weak. Markers that could not be told apart were left out, not guessed. The files are in `book/paper`; `srhm_book.paper` reads them.

# %% mystnb={"code_prompt_hide": "Hide: what was read, panel by panel", "code_prompt_show": "Show: what was read, panel by panel"} tags=["hide-cell"]
panels = [
    ("4A", ["fig4A"], "P 0.3 %, error 0.001"),
    ("4B, 4C", ["fig4B", "fig4C"], "0.05 % typical, 0.3 % worst"),
    ("6C, 6D", ["fig6C", "fig6D"], "0.1 to 0.3 %"),
    ("14, s = 2", ["fig14_S_s2", "fig14_D_s2"], "0.1 to 0.3 %"),
    ("12, layer 2", ["fig12_S_k2", "fig12_D_k2"], "P 0.3 %, value 0.002 (A), 0.01 (B)"),
    ("15, layer 2", ["fig15_S_k2", "fig15_D_k2"], "P 0.3 %, value 0.002 (A), 0.01 (B)"),
    ("12, 15, test error", ["fig12_test_error", "fig15_test_error"], "0.0005"),
    ("1C, 1D, 17A, 17B", ["fig1C", "fig1D", "fig17A", "fig17B"], "0.5 to 1 %"),
    ("1E", ["fig1E"], "0.5 % (A), 2 % (B), 5 % (C)"),
    ("9", ["fig9"], "0.003 (coarse), 0.01 to 0.02 (dense)"),
]
rows = []
for figure, names, error in panels:
    tables = [published(name) for name in names]
    grades = pd.concat([t.quality for t in tables if "quality" in t] or [pd.Series(dtype=str)])
    counts = ", ".join(f"{n} {grade}" for grade, n in grades.value_counts().sort_index().items())
    rows.append((figure, sum(map(len, tables)), counts or "–", error))
pd.DataFrame(rows, columns=["figure", "values", "quality", "error of reading"]).set_index("figure")

# %% [markdown]
# ## $P^*$ is a point of the paper's grid of sizes
#
# A reader would take the $P^*$ of Figures 4, 6 and 14 for crossings of a threshold. Some of the curves
# behind them are printed too (Figures 4A, 12 and 15), so this can be tested: for every such curve,
# {numref}`fig-rule` compares the published $P^*$ with the interpolated crossing and with the one point
# of the curve whose value is *nearest* to the threshold. Both ways to read a curve off:

# %% tags=["remove-input"]
source_of(paper.nearest_point, paper.crossing)

# %% [markdown]
# The nearest point gives the published value within {glue:text}`nearest off` % for all
# {glue:text}`num curves` curves ({glue:text}`num error curves` of the test error, the others of $S_2$
# and $D_2$). The crossing gives it within 1 % for {glue:text}`interpolated within`, and otherwise
# misses by factors between {glue:text}`interpolated low` and {glue:text}`interpolated high`.
#
# Figure 4B shows the same for settings whose curves are not printed. If each $P^*$ is a point of a
# geometric grid that begins at a fixed multiple of Eq. {eq}`eq-lcn`, then $P^*$ over the law takes few
# values at each $L$ and $s_0$, whole steps of the grid's ratio apart:

# %% mystnb={"code_prompt_hide": "Hide: steps of the grid, setting by setting", "code_prompt_show": "Show: steps of the grid, setting by setting"} tags=["hide-cell"]
steps = paper.grid_steps()
glue("grid ratio", f"{paper.grid_ratio(paper.published_fig4A()):.3f}", display=False)
glue("num points", len(steps), display=False)
glue("off whole", f"{(steps.steps - steps.steps.round()).abs().max():.3f}", display=False)
wide = steps.pivot(index=["L", "s0"], columns="v", values="steps")
wide.columns = [f"v={v}" for v in wide.columns]
wide.map(lambda x: "–" if np.isnan(x) else f"{x:.3f}".replace("-0.000", "0.000"))

# %% [markdown]
# (Steps of a factor {glue:text}`grid ratio`, counted from the smallest $v$ of each line.) All
# {glue:text}`num points` points lie within {glue:text}`off whole` of a whole number of steps. The
# ratios of the grids where $P^*$ was read off, from the printed curves at $v=8$:

# %% tags=["remove-input"]
ratios = {
    arch.upper(): {f"s₀={s0}": f"{paper.paper_grid_ratio(arch, s0):.2f}" for s0 in (0, 1, 2, 4)}
    for arch in ("lcn", "cnn")
}
pd.DataFrame(ratios).T

# %% [markdown]
# **What follows.** Each $P^*$ of the paper stands for an interval between its neighbours on the grid,
# about ± 20 %, far more than the reading error. This book's $P^*$ are interpolated; comparisons give
# both that and ours read off by the paper's rule.
#
# ## Figures 4A and 12 count the data per class
#
# The axis of Figure 4A is labelled $P$. Read so, its curve falls through 10 % at ten times fewer data
# than Figure 4B has for any LCN with $v=10$, $s_0=2$. The same holds for Figure 12 with a factor 8, its
# number of classes.

# %% mystnb={"code_prompt_hide": "Hide: each axis against Figure 4B", "code_prompt_show": "Show: each axis against Figure 4B"} tags=["hide-cell"]
axis_4A = published("fig4A")[["P", "test_error"]]
read = [("4A", 10, 2, paper.nearest_point(axis_4A))]
for s0 in (0, 1, 2, 4):
    part = published("fig12_test_error").query("s0 == @s0")
    read.append(
        (
            "12",
            8,
            s0,
            paper.nearest_point(part[["P_axis", "test_error"]].set_axis(["P", "e"], axis=1)),
        )
    )
per_class = pd.DataFrame(read, columns=["figure", "v = n_c", "s₀", "read"])
per_class["4B"] = [paper.paper_P_star("lcn", v, s0) for _, v, s0, _ in read]
per_class["4B / read"] = per_class["4B"] / per_class["read"]
glue("least factor", f"{(per_class['4B / read'] / per_class['v = n_c']).min():.3f}", display=False)
glue("most factor", f"{(per_class['4B / read'] / per_class['v = n_c']).max():.3f}", display=False)
per_class.assign(
    **{
        "P* as the axis has it": per_class["read"].map(significant),
        "P* in 4B": per_class["4B"].map(lambda x: significant(x, 4)),
        "their ratio": per_class["4B / read"].map("{:.3f}".format),
    }
).drop(columns=["read", "4B", "4B / read"]).set_index(["figure", "v = n_c", "s₀"])

# %% [markdown]
# The ratio is the number of classes, within factors of {glue:text}`least factor` to
# {glue:text}`most factor`. Two more figures show the same network on the same task and say how many
# data they use or which errors they find:

# %% tags=["remove-cell"]
curve = axis_4A.set_axis(["P", "test_error"], axis=1).clip(lower=0)
lcn_1C = published("fig1C").query("architecture == 'LCN'").iloc[0]


def error_at(P):
    return float(np.interp(np.log(P), np.log(curve.P), curve.test_error))


glue("P 1C", f"{lcn_1C.P:,.0f}", display=False)
glue("error 1C", f"{lcn_1C.test_error_best:.3f}", display=False)
glue("as is", f"{error_at(lcn_1C.P):.3f}", display=False)
glue("per class", f"{error_at(lcn_1C.P / 10):.3f}", display=False)
lcn_1E = published("fig1E").query("architecture == 'LCN' and quality != 'C'")
gaps = [(curve.test_error - error).abs().min() for error in lcn_1E.test_error]
glue("num 1E", len(gaps), display=False)
glue("gap 1E", f"{max(gaps):.4f}", display=False)

# %% [markdown]
# - Figure 1C has the LCN trained with $P=$ {glue:text}`P 1C` data at an error of {glue:text}`error 1C`.
#   Figure 4A has {glue:text}`as is` at that $P$ if its axis is the total, and {glue:text}`per class` if it
#   is per class.
# - The {glue:text}`num 1E` clean errors of the LCN in Figure 1E are those of points of 4A, within
#   {glue:text}`gap 1E`: both come from the same trainings.
#
# Figure 15, for the CNN, has the total: its $P^*$ are those of 4C as they stand
# ({numref}`fig-rule`). In {numref}`fig-4A-12`, Figure 4A in total data falls where 4B says, and
# Figure 12's error curves do too.

# %% mystnb={"figure": {"caption": "Test error of LCNs in Figures 4A (v = 10, dotted) and 12 (v = 8), with P multiplied by the number of classes. Vertical lines: P* of the same settings in Figure 4B. Horizontal line: 10 %.", "name": "fig-4A-12"}, "image": {"alt": "Five falling curves of test error against the total number of data; each passes near 10 % where a vertical line of its colour stands."}}
figure, ax = plots.new_axes()
for s0 in (0, 1, 2, 4):
    shown = paper.published_curve("lcn", s0)
    style = plots.style_for(s0)
    ax.plot(shown.P, shown.test_error, label=f"12, $s_0$={s0}", **style)
    P_star = paper.paper_P_star("lcn", 8, s0)
    ax.axvline(P_star, color=style["color"], linewidth=0.8)
total = paper.published_fig4A()
plots.draw_paper(ax, total.P, total.test_error, label="4A, $s_0$=2")
P_star = paper.paper_P_star("lcn", 10, 2)
ax.axvline(P_star, color=plots.GREY, linewidth=0.8, linestyle=":")
ax.axhline(0.1, color=plots.GREY, linewidth=0.8, linestyle="--")
plots.log_axis(ax)
ax.set(xlabel="total training-set size $P$", ylabel="test error")
ax.legend(fontsize=9);

# %% tags=["remove-input"]
rests_on(FROM_PAPER, "20_reading_figures")

# %% [markdown]
# ## Figure 8's task has ten features, not six
#
# Its caption says $v=m=n_c=6$. When it was read, the ratio of its two axes (the raw $P$, and $P$
# over the factor that rescales it) fitted $v=10$ to 0.1 %, and its curves began at an error of
# 0.89, where six classes would give 5/6. The panel's values are not among the digitised ones, so
# *this cannot be recomputed here*; {doc}`09_sparsity_B` shows the CNN at both $v=6$ and $v=10$.
#
# ## Swapped labels
#
# Figure 14 has four panels. Their order, rows $S$ and $D$, columns $s=2$ and $s=3$, follows from
# their values: without empty elements ($s_0=0$) nothing can be displaced, so only a panel of $S$
# can have points at $s_0=0$; $P^*$ of the column $s=2$ must be those of Figure 4C; and the
# thresholds must be met by the curves of Figure 15, which {numref}`fig-rule` shows for all of them.

# %% tags=["remove-input"]
rows = {}
for name in ("fig14_S_s2", "fig14_D_s2"):
    table = published(name)
    theirs = [paper.paper_P_star("cnn", r.v, r.s0, r.L) for r in table.itertuples()]
    rows[name] = {
        "points": len(table),
        "of these at s₀=0": int((table.s0 == 0).sum()),
        "P* / P* of 4C, least": f"{(table.P_star / theirs).min():.4f}",
        "most": f"{(table.P_star / theirs).max():.4f}",
    }
pd.DataFrame(rows).T

# %% [markdown]
# Not recomputable, since these panels are not digitised: the horizontal axis of Figure 11 (left) is
# $P^*_S$, and that of Figure 10 (right) is the whole prediction of Eq. {eq}`eq-lcn`.
#
# ## The ticks of Figure 1D
#
# Figures 1C, 1D, 17A and 17B show the test errors of the same seven networks, so their vertical
# positions must agree. Those of 1D do not when its tick labels are believed:

# %% mystnb={"code_prompt_hide": "Hide: test errors in the four panels", "code_prompt_show": "Show: test errors in the four panels"} tags=["hide-cell"]
errors = pd.DataFrame(
    {
        n: published(f"fig{n}").set_index("architecture").test_error_axis
        for n in ("1C", "1D", "17A", "17B")
    }
)
spread = {
    n: f"{100 * (errors[n] / errors['1C'] - 1).abs().max():.1f} %" for n in ("1D", "17A", "17B")
}
for n, value in spread.items():
    glue(f"spread {n}", value, display=False)
errors

# %% [markdown]
# The largest deviation from 1C is {glue:text}`spread 1D` in 1D, {glue:text}`spread 17A` in 17A and
# {glue:text}`spread 17B` in 17B. The column `test_error_best` of the files holds what the other three
# panels agree on.
#
# ## Outliers that are in the original
#
# A few points of Figures 6C and 14 lie far from all others. They were read as cleanly as the rest and
# their $P^*$ is that of Figure 4; it is $P^*_S$ that is large. For each panel, the ratio
# $P^*_S/P^*$ over all its points, and the points beyond three times its median:

# %% mystnb={"code_prompt_hide": "Hide: the outliers", "code_prompt_show": "Show: the outliers"} tags=["hide-cell"]
rows = []
for name, figure_name in (("fig6C", "6C"), ("fig14_S_s2", "14 (S, s=2)")):
    table = published(name)
    ratio = table.P_star_S / table.P_star
    odd = table[ratio / ratio.median() > 3].assign(ratio=ratio)
    rows.append(
        {
            "figure": figure_name,
            "points": len(table),
            "median of the ratio": f"{ratio.median():.2f}",
            "next largest": f"{ratio.drop(odd.index).max():.2f}",
            "outliers": "; ".join(
                f"L={r.L}, v={r.v}, s₀={r.s0}: {r.ratio:.1f}" for r in odd.itertuples()
            ),
        }
    )
pd.DataFrame(rows).set_index("figure")

# %% [markdown]
# ## The slopes that the paper's own points give
#
# The paper draws its points along a line of slope one and fits nothing. Fitted here with the same
# function as our own ({doc}`06_lcn_sample_complexity`, {doc}`07_cnn_sample_complexity`), bootstrap over
# points: the slope of $\log P^*$ against the log of Eq. {eq}`eq-lcn` (4B) or {eq}`eq-cnn` (4C), and the
# exponents of $s_0+1$ and of $v$ (with $n_c=v$ and $m=v$, the laws say $1+L$ for $v$).

# %% mystnb={"code_prompt_hide": "Hide: slopes and exponents of the paper's points", "code_prompt_show": "Show: slopes and exponents of the paper's points"} tags=["hide-cell"]
rows = []
for arch, figure_name in (("lcn", "4B"), ("cnn", "4C")):
    points = with_factors(paper.published_P_star(arch))
    for label, part in (("all", points), *((f"L={L}", p) for L, p in points.groupby("L"))):
        slope = fit_power_law(part, ["scale"])
        row = {"figure": figure_name, "points": f"{label} ({len(part)})"}
        row["slope (should be 1)"] = with_interval(slope.exponents["scale"])
        row["P* / law, median"] = f"{(part.P_star / part['scale']).median():.2f}"
        row["scatter, decades"] = f"{slope.scatter:.3f}"
        if label != "all":
            both = fit_power_law(part, ["s0+1", "v"])
            L = int(part.L.iloc[0])
            power = L if arch == "lcn" else 2
            row["exponent of s₀+1"] = f"{with_interval(both.exponents['s0+1'])}, law {power}"
            glue(f"{figure_name} s0 {L}", with_interval(both.exponents["s0+1"]), display=False)
            row["exponent of v"] = f"{with_interval(both.exponents['v'])}, law {L + 1}"
        rows.append(row)
        glue(f"{figure_name} {label}", row["slope (should be 1)"], display=False)
slopes = pd.DataFrame(rows).set_index(["figure", "points"]).fillna("")
slopes

# %% [markdown]
# At $L=3$ alone the slope is {glue:text}`4B L=3` (LCN) and {glue:text}`4C L=3` (CNN). At fixed depth
# the exponents of $s_0+1$ are {glue:text}`4B s0 2` (LCN, $L=2$), {glue:text}`4B s0 3` (LCN, $L=3$),
# {glue:text}`4C s0 2` (CNN, $L=2$) and {glue:text}`4C s0 3` (CNN, $L=3$).
#
# **Limits.** What the axes *mean* is inferred, however well the numbers fit; only the authors know.
# Figures 7, 8, 10, 11, 13 and 16 were not digitised.
