# ---
# jupyter:
#   srhm:
#     reads: []
# ---

# %% [markdown]
# # The data
#
# **The question.** What does a task look like whose data are both hierarchical and sparse, and
# which changes of a datum leave its label alone?
#
# **The answer.** A class is rewritten, level by level, into features of features, which sit among
# empty places. In the small task of this page {glue:text}`leaves` of {glue:text}`d` input positions
# carry anything. Displacing features and exchanging synonyms kept the label in {glue:text}`kept` of
# {glue:text}`checked` data tried.
#
# This is the Sparse Random Hierarchy Model (SRHM) of the paper {cite:p}`tomasini2024`, of which its
# Figure 2 shows a small instance. {numref}`fig-rules`, {numref}`fig-samples` and
# {numref}`fig-sparsity` are that figure drawn by the code that makes all training data of this
# book. {doc}`/book/model` defines every symbol.

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book", "fresh" or "smoke"
device = "auto"
workers = 0  # processes for training; 0 is one per core

v = 3  # features per level
n_c = 2  # classes
m = 3  # synonyms per feature
s = 2  # branching
L = 2  # levels
s0 = 1  # empty elements per informative one
seed = 0  # of the rules; the samples take it too
num_checked = {"book": 20_000, "fresh": 5_000, "smoke": 200}  # data of the test of all labels

# %% tags=["remove-cell"]
import numpy as np
from myst_nb import glue

from srhm.data.encoding import decode
from srhm.data.task import SRHM
from srhm_book import style as plots
from srhm_book.pictures import model as pictures
from srhm_book.play import playground
from srhm_book.publish.profiles import by_profile
from srhm_book.source import source_of

num_checked = by_profile(profile, num_checked)
plots.use_style()

# %% [markdown]
# ## Try it
#
# A small task, its rules drawn at random like those of every task in this book. The squares are
# classes, capitals the features of level 2, small letters the input; rings are empty.

# %%
task = SRHM(v=v, s=s, L=L, s0=s0, n_c=n_c, m=m, seed=seed)
playground(task)

# %% [markdown]
# ## Rules
#
# A task is its rules, drawn once at random. {numref}`fig-rules` shows those of an instance with
# {glue:text}`n_c` classes, {glue:text}`v` features at each of {glue:text}`L` levels, and
# {glue:text}`m` rules for each class and each feature. A rule rewrites its parent as
# {glue:text}`s` features one level down. The rules of one parent are *synonyms*: exchanging one for
# another keeps the meaning. No tuple belongs to two parents, so a datum can be read back without
# ambiguity, from the input up to its class.

# %% mystnb={"figure": {"caption": "The rules of a small task. Left: what each class may become, as pairs of level-2 features (capitals). Right: what each level-2 feature may become, as pairs of input features (small letters).", "name": "fig-rules"}, "image": {"alt": "Two columns of rewriting rules. Left: each of the classes, a numbered square, points to several pairs of discs with capital letters. Right: each capital letter points to several pairs of discs with small letters."}}
pictures.draw_rules(task);

# %% [markdown]
# ## Four samples
#
# To make a datum, draw a class, then a rule for it, then a rule for each feature that this makes,
# down to the input. Sparsity enters with the places: every informative element comes with $s_0$
# empty ones (here $s_0$ is {glue:text}`s0`), so a patch has {glue:text}`patch` positions for
# {glue:text}`s` features, and below an empty element there is nothing. The {glue:text}`leaves`
# informative features end up among {glue:text}`d` input positions ({numref}`fig-samples`):
# {glue:text}`percent` of the input matters, the fraction $F = (s_0+1)^{-L}$. This one small task
# has {glue:text}`num_data` different data; without empty elements it would have
# {glue:text}`num_rhm`.

# %% mystnb={"figure": {"caption": "Four data of the task. From top to bottom: the class, the level-2 features with their empty neighbours (rings), and the input. A shaded fan leads from a feature to its patch.", "name": "fig-samples"}, "image": {"alt": "Four trees. Each has a class on top, two lettered discs among empty rings in the middle row, and four lettered discs among twelve empty rings in the bottom row."}}
pool = task.sample(min(64, task.num_data), seed=seed)
per_class = -(-4 // n_c)  # rounded up
of_class = [np.flatnonzero(pool.labels == y)[:per_class] for y in range(n_c)]
four = pool[np.concatenate(of_class)][:4]
pictures.draw_trees(
    task, [four[i : i + 1] for i in range(len(four))],
    [f"class {label + 1}" for label in four.labels],
);

# %% [markdown]
# A network sees the bottom row alone, as a *one-hot* array of shape $(v, d)$: a column has a single
# one at an informative position and is all zero at an empty one.

# %%
print(task.one_hot(four[:1])[0].int().numpy())

# %% [markdown]
# ## Two kinds of sparsity
#
# The paper has two ways to scatter the features of one patch ({numref}`fig-sparsity`). In sparsity
# A, which is the default everywhere in this book, each feature moves within a sub-patch of
# $s_0+1$ positions of its own. In sparsity B the features sit anywhere in the patch, in order, all
# choices being equally likely. With sparsity B the small task has {glue:text}`num_data_B` data.

# %% mystnb={"figure": {"caption": "Every placement of one patch's features under sparsity A, where each stays inside its own shaded sub-patch, and under sparsity B, where only their order is fixed.", "name": "fig-sparsity"}, "image": {"alt": "Two panels of rows, each row a patch of four positions with two lettered discs and two empty rings. Sparsity A has four rows, with one disc in each half; sparsity B has six, with the two discs anywhere in order."}}
task_B = SRHM(v=v, s=s, L=L, s0=s0, n_c=n_c, m=m, sparsity="B", seed=seed)
pictures.draw_placements([task, task_B]);

# %% [markdown]
# ## What leaves the label alone
#
# Two changes of the input keep its meaning, at any level $\ell$ ({numref}`fig-invariances`;
# $\ell = 1$ is the input). A *displacement* $\tau_\ell$ redraws the places of the level-$\ell$
# features and keeps all values: a diffeomorphism, made discrete. An *exchange of synonyms* $p_\ell$
# replaces every level-$\ell$ tuple by another one of the same parent and keeps all places. At
# $\ell = 2$ both act on whole sub-trees. A network that has understood the task should not care
# about any of these changes; how much it still does is what later chapters measure.

# %% mystnb={"figure": {"caption": "A datum, two displacements of it and two exchanges of synonyms, at the input (level 1) and one level higher (level 2). The class stays the same throughout.", "name": "fig-invariances"}, "image": {"alt": "Five trees with the same class on top: the original; the same letters at other places at the bottom; sub-trees moved as a whole; other small letters under the same capitals; other capitals with new small letters below them."}}
one = four[:1]
changed = {"a datum $x$": one}
for level in range(1, L + 1):
    where = "the input" if level == 1 else f"level {level}"
    moved = task.displace(one, level, seed=seed)
    changed[rf"$\tau_{level} x$: displaced at {where}"] = moved
for level in range(1, L + 1) if m > 1 else ():
    where = "the input" if level == 1 else f"level {level}"
    other = task.exchange_synonyms(one, level, seed=seed)
    changed[rf"$p_{level} x$: synonyms exchanged at {where}"] = other
pictures.draw_trees(task, list(changed.values()), list(changed));

# %% [markdown]
# ## Is it so?
#
# `decode` reads the class back from the one-hot array by inverting the rules, without being told
# anything else:

# %% tags=["remove-input"]
source_of(decode)

# %% [markdown]
# It must agree with the label of every datum, before and after each of the changes, for both
# sparsities. The build of this book fails where it does not.

# %%
checked = kept = 0
for each in (task, task_B):
    data = each.sample(min(num_checked, each.num_data), seed=seed + 1)
    versions = [data]
    for level in range(1, L + 1):
        versions += [each.displace(data, level, seed=level)]
        if m > 1:
            versions += [each.exchange_synonyms(data, level, seed=level)]
    for version in versions:
        kept += int((each.decode(each.one_hot(version)) == data.labels).sum())
        checked += len(version)
assert kept == checked

# %% tags=["remove-cell"]
for name, value in {
    "v": v, "n_c": n_c, "m": m, "s": s, "L": L, "s0": s0, "d": task.d, "patch": task.patch,
    "leaves": s**L, "num_data": f"{task.num_data:,}", "num_data_B": f"{task_B.num_data:,}",
    "num_rhm": f"{SRHM(v=v, s=s, L=L, s0=0, n_c=n_c, m=m, seed=seed).num_data:,}",
    "percent": f"{100 * task.relevant_fraction:.0f} %",
    "checked": f"{checked:,}", "kept": f"{kept:,}",
}.items():  # fmt: skip
    glue(name, value, display=False)

# %% [markdown]
# Of {glue:text}`checked` decoded labels {glue:text}`kept` agree: the label is a function of the
# input, which displacements and exchanges of synonyms, at either level and for either sparsity, do
# not touch.
#
# **Limits.** This chapter shows that the data are what the model says; it says nothing about
# learning. The paper leaves open whether "another" synonym may be the same one again; here it never
# is ({doc}`/book/choices`).
