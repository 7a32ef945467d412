# ---
# jupyter:
#   srhm:
#     reads:
#     - results/spatial/photograph_*.csv
#     - results/spatial/shapes_layers.csv
# ---

# %% [markdown]
# # How spatial information is lost
#
# **The question.** Networks that classify photographs become insensitive to small deformations. In
# which layers, and by what: by averaging in *space*, with filters that vary little from pixel to
# pixel, or over *channels*, where a deep filter adds up what a displacement exchanges
# {cite:p}`tomasini2022`?
#
# **The answer.** From the first convolution to the last the sensitivity $D_k$ to deformations changes
# by a factor of {glue:text}`D trained` after training ({glue:text}`D initial` before), that to noise,
# $G_k$, by {glue:text}`G trained` ({glue:text}`G initial`): {glue:text}`noise`. Permuting the channels
# of trained networks raises the last $D_k$ in {glue:text}`channels` networks: these pool over channels.
# It then is still below its value before training in {glue:text}`space`: there single filters do part
# of it.

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": stored networks; "fresh": a few of made-up images, trained now; "smoke": toys
device = "auto"  # not used: what is trained here is small
workers = 0  # not used

# Another image set is trained on now, whatever the profile:
dataset = ""  # "cifar10", after `srhm download cifar10`, or "fashion_mnist"
data = ""  # the folder of its files; empty for data/ of the repository
P = 5000  # images to train on

# %% tags=["remove-cell"]
from IPython.display import HTML
from myst_nb import glue

from srhm.images.config import IMAGE_SETS
from srhm_book import style
from srhm_book.provenance import rests_on
from srhm_book.source import source_of
from srhm_book.spatial import chapter, lost, lost_figures, photographs
from srhm_book.spatial.filters import mode_powers, shuffle_channels
from srhm_book.spectral import stored

layers, filters = chapter.photograph_frames(profile, dataset, data or None, P)
style.use_style()
pairs, modes = lost.layer_pairs(layers), lost.filter_pairs(filters)
for letter in "DG":
    for state in photographs.STATES:
        glue(f"{letter} {state}", lost.change(layers, letter, state), display=False)
for column in ("D_falls", "G_grows", "learned", "channels", "space"):
    glue(column.replace("_", " "), lost.share(pairs, column), display=False)
longer = None if dataset else chapter.longer_frame(profile)
glue("noise", lost.noise_in_words(pairs, longer), display=False)
glue("raised", lost.share(modes, "raised"), display=False)
shown = IMAGE_SETS[layers.dataset.iloc[0]]
kept = profile == "book" and not dataset
notes = stored.notes(photographs.LAYERS, photographs.ROOM) if kept else {}
glue("images", shown.title, display=False)
glue("encoding", shown.encoding, display=False)
glue("hash", notes.get("images_sha256", "–")[:12], display=False)
glue("P", f"{int(notes.get('P', P)):,}", display=False)
glue("seen", f"{int(notes.get('images_seen', photographs.SEEN)):,}", display=False)
glue("seeds", layers.seed.nunique(), display=False)

# %% mystnb={"figure": {"caption": "Sensitivities to deformations (top), to noise of their norm (middle), and their ratio (bottom) by layer of four networks ({glue:text}`images`): after each convolution's ReLU. Means over {glue:text}`seeds` seeds; bars: lowest to highest.", "name": "fig-lost-layers"}, "image": {"alt": "Three rows of panels for LeNet, AlexNet, VGG11 and VGG11 with batch normalisation. Each panel has a curve before training, one after training, and one with permuted channels, against the layer, on a logarithmic axis."}}
size = {"height": 6.8, "sharey": "row", "squeeze": False}
figure, axes = style.new_axes(layers.arch.nunique(), 3, **size)
lost_figures.draw_layers(axes, layers)
style.legend_beside(figure, axes[0, 0], columns=3)

# %% tags=["remove-input"]
rests_on(
    f"{len(pairs)} networks, {layers.seed.nunique()} seeds each.", "41_spatial_information", profile="fresh"
)

# %% [markdown]
# ## What is measured
#
# $D_k$, $G_k$ and $R_k = D_k / G_k$ of Eq. {eq}`eq-by-layer`, with smooth random deformations of one
# pixel, as in {doc}`16_images`, and white noise of their norm, on 500 test images. *Before training*
# the network has random weights, *permuted* is the trained one, in which each convolution but the
# first reads its input's channels in a random order:

# %% tags=["remove-input"]
source_of(shuffle_channels)

# %% [markdown]
# Each filter is still there and averages over its 3 × 3 (or 5 × 5) pixels as it did; but which filters
# of one layer a filter of the next one adds up has become a matter of chance.
#
# Expected, before the trainings (`srhm_book.spatial.expected`), and found:
#
# | expected of the trained networks | found in |
# |---|---|
# | $D_k$ is lower at the last convolution than at the first | {glue:text}`D falls` |
# | $G_k$ is higher at the last convolution than at the first | {glue:text}`G grows` |
# | $D_k$ of the last convolution is lower than before training | {glue:text}`learned` |
# | permuted channels raise it | {glue:text}`channels` |
# | but it stays below that before training | {glue:text}`space` |
# | filters have more weight on the constant mode than before training | {glue:text}`raised` layers |

# %% [markdown]
# Noise: with permuted channels $G_k$ changes by {glue:text}`G shuffled` from the first to the last
# convolution, in the trained networks by {glue:text}`G trained`. Where permuting raises it, it is how
# channels fit together that keeps noise down.

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: first and last convolution"} tags=["hide-cell"]
HTML(lost.last_layers_view(layers).to_html(index=False, border=0))

# %% tags=["remove-cell"]
glue("longer", lost.longer_sentence(layers, longer), display=False)

# %% [markdown]
# **Is it the short training?** {glue:text}`longer`
#
# ## Filters that average
#
# A filter of $F \times F$ weights is a sum of modes, the eigenvectors of the Laplacian of its grid: the
# constant one, of eigenvalue 0, is a plain average, the others vary the faster the larger their
# eigenvalue. Random filters have a weight of $1/F^2$ on each.

# %% mystnb={"figure": {"caption": "Squared projection of the trained filters on the modes of their grid, over that of random filters (dotted: 1). Left: all layers together, against the mode's eigenvalue; right: on the constant mode, by layer. Means over seeds; bars: lowest to highest.", "name": "fig-lost-modes"}, "image": {"alt": "Left: weights against the eigenvalue of the mode. Right: the weight on the constant mode against the layer, one curve a network."}}
figure, axes = style.new_axes(2, height=4.2)
lost_figures.draw_modes(axes, filters)
style.legend_beside(figure, axes[0])

# %% tags=["remove-input"]
source_of(mode_powers)

# %% [markdown]
# What such averages do to displacements and to noise, without channels and without photographs, can be
# computed: {doc}`40_scale_detection`.
#
# ## Is the store right?
#
# The images are not part of this book. A small network of made-up images is trained and measured
# again, here and now: the mean relative difference to what is stored, over the layers. The build fails
# where it is above {glue:text}`tolerance` %.

# %%
again = chapter.photographs_again()
again.style.hide(axis="index").format(precision=6)

# %% tags=["remove-cell"]
glue("tolerance", f"{100 * chapter.TOLERANCE['trained']:g}", display=False)

# %% [markdown]
# ````{dropdown} Measuring it all again
# ```bash
# # With the same images in data/ (their digest must be the stored one), minutes on one core:
# .venv/bin/python -m srhm_book.spatial.measure photographs data
# ```
# Stored: {glue:text}`images` (encoding: {glue:text}`encoding`; SHA-256 {glue:text}`hash`…).
# ````
#
# **Limits.** Networks of a quarter of their channels (LeNet: all), {glue:text}`P` training images and
# {glue:text}`seen` seen in all, far fewer than the 250 passes of {cite:t}`tomasini2022`; their test
# errors are in the table. {glue:text}`seeds` seeds. Batch normalisation has the statistics of training
# images in each state, after a permutation too.
