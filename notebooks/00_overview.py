# ---
# jupyter:
#   html_theme.sidebar_secondary.remove: true
# ---

# %% [markdown]
# # How deep networks learn sparse and hierarchical data
#
# The paper reproduced here {cite:p}`tomasini2024` asks why deep networks learn from few examples in
# many dimensions. Its answer is a task with two properties of data, the *Sparse Random Hierarchy
# Model*: data are **hierarchical**, parts being made of parts, and **sparse**, so that moving what
# matters a little changes nothing. Networks learn it with about as many examples as it takes to
# notice neither.

# %% tags=["parameters", "remove-cell"]
profile = "book"  # every profile: this page shows what is stored
device = "auto"
workers = 0

# The last picture is a setting of Figure 12 ("lcn") or 15 ("cnn").
arch = "lcn"
s0 = 1  # empty elements per informative one

# %% tags=["remove-cell"]
from IPython.display import HTML

from srhm.data.task import SRHM
from srhm.runs.paths import project
from srhm.runs.store import Store
from srhm_book import style as plots
from srhm_book.claims import pages
from srhm_book.claims.headlines import summary
from srhm_book.claims.ledger import claims
from srhm_book.complexity.table import complexity_table, searched_runs
from srhm_book.grids import GRIDS
from srhm_book.invariance.layers import stored_curves
from srhm_book.paper import published_P_star
from srhm_book.pictures import overview as pictures
from srhm_book.publish.profiles import by_profile

by_profile(profile)
plots.use_style()
store = Store(project("results"))
found = claims(store)

# %% tags=["remove-input"]
HTML(pages.glance_html(found))

# %% mystnb={"figure": {"caption": "A datum: a class is made of features, these of features of the input, among empty places. Exchanging synonyms or displacing features keeps the class.", "name": "fig-overview-task"}, "image": {"alt": "A tree: a class on top, two lettered features among empty places below it, four lettered features among twelve empty places in the input. Two more rows show the input with other letters, and with the same letters in other places."}} tags=["remove-input", "overview"]
task = SRHM(v=3, s=2, L=2, s0=1, n_c=2, m=3, seed=0)
pictures.draw_task(task, task.sample(1, seed=3), seed=0);

# %% mystnb={"figure": {"caption": "Examples needed, $P^*$, against the paper's two laws: every point of its Figures 4B and 4C (hollow), and ours (filled, with 95 % intervals over seeds), in this book's training, which lowers $P^*$ at three levels (see *Trained as the authors train*). Line: proportional to the law.", "name": "fig-overview-laws"}, "image": {"alt": "Two panels on logarithmic axes, LCN and CNN. Hollow points of the paper and filled points of this book with bars, over more than three decades, beside a line of slope one."}} tags=["remove-input", "overview"]
settings = {a: GRIDS[f"{a}_L2"] + GRIDS[f"{a}_L3"] for a in ("lcn", "cnn")}
tables = {a: complexity_table(searched_runs(own, store)[0]) for a, own in settings.items()}
pictures.draw_laws(tables, {a: published_P_star(a) for a in tables});

# %% mystnb={"figure": {"caption": "Test error, and what the second layer still notices of exchanged synonyms, $S_2$, and of displacements, $D_2$, against the number of training examples (LCN, $v=8$, $s_0=1$; bars: range over seeds; hollow: the paper's Figure 12).", "name": "fig-overview-falling"}, "image": {"alt": "Three curves with bars against the number of training examples: test error, sensitivity to synonyms and sensitivity to displacements. Beside each a dotted curve with hollow points, the paper's."}} tags=["remove-input", "overview"]
pictures.draw_falling(stored_curves(store.frame(), arch)[s0], arch);

# %% [markdown]
# ## Did it hold?
#
# What the paper says, whether it held for the networks trained here, and by which numbers.

# %% tags=["remove-input"]
HTML(pages.headlines_html(found))

# %% [markdown]
# ## Every claim on one axis
#
# A point is what was found here over what the claim expects, with its 95 % interval: 1 is the law,
# or all points of a figure. First the papers' claims, then this book's predictions. Crosses are fits
# through the paper's own points, small dots a claim's other parts, and the shaded band is how far an
# interval may reach. The *lazier* scaling is that of the authors' code, in which training moves the
# features less ({ref}`authors-code`). The size of a difference is *open* where the interval leaves
# the value out but still reaches into the band. {doc}`21_all_claims` has the rule and all numbers.

# %% tags=["remove-input"]
HTML(pages.forest_html(found) + f"<p>{summary(found)}</p>")

# %% [markdown]
# ## Run it again
#
# ```bash
# make book   # _build/html/index.html
# .venv/bin/srhm-book run 03 -p v 8 --profile fresh --out other
# ```
#
# The first runs what is out of date and builds this book; the second trains a chapter's networks
# anew, with another vocabulary. Start with {doc}`/book/model`, or with the pictures of
# {doc}`01_data`; {doc}`/book/to_come` lists what is missing.
