# ---
# jupyter:
#   srhm:
#     reads:
#     - results/spatial/ring*.csv
#     - results/spatial/torus.csv
# ---

# %% [markdown]
# # Scale detection
#
# **The question.** With depth, networks that classify images mind small displacements less and noise
# more. Where does that come from? {cite:t}`tomasini2022` look for it in the smallest task that needs
# it: two bright points on a line, and the question whether they are near to each other or far.
#
# **The answer.** From layer to layer the sensitivity to displacements of networks trained with weight
# decay changes by a factor of {glue:text}`D trained`, before training by {glue:text}`D initial`;
# averaging neighbours, and nothing else, would give {glue:text}`D pooling`. Their sensitivity to noise grows by
# {glue:text}`G trained` (averaging: {glue:text}`G pooling`). Take out the ReLUs, which make of noise a
# mean that averaging keeps, and it changes by {glue:text}`G no relu`.

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": stored networks; "fresh": a few trained now, a minute each; "smoke": toys
device = "auto"  # not used: these networks are small
workers = 0  # not used

# What is given here is trained now, whatever the profile:
networks = 0  # seeds
width = 0  # channels

# %% tags=["remove-cell"]
from IPython.display import HTML
from myst_nb import glue

from srhm.images.layers import layer_sensitivities
from srhm_book import style
from srhm_book.provenance import rests_on
from srhm_book.source import source_of
from srhm_book.spatial import chapter, figures
from srhm_book.spatial.detection import SETTINGS
from srhm_book.spatial.expected import stride_2
from srhm_book.spatial.findings import (
    LEARNED,
    fallen,
    learned,
    left_out,
    pooled,
    trend,
    trends_view,
)
from srhm_book.spatial.network import Layer
from srhm_book.wording import join, with_interval

settings = chapter.detection_settings(profile, networks, width)
style.use_style()
measured = chapter.detection_frames(profile, settings)
frames = {n: f if profile == "smoke" else learned(f) for n, f in measured.items()}
ring, own = frames["ring"], settings["ring"]
for letter in "DG":
    for state in ("initial", "trained"):
        glue(f"{letter} {state}", with_interval(trend(ring, own, state, True, letter)), display=False)
    glue(f"{letter} pooling", f"{pooled(ring, own, True, letter):.2f}", display=False)
glue("G no relu", with_interval(trend(ring, own, "trained", False, "G")), display=False)
glue("layers", "{} to {}".format(*own.fitted), display=False)
errors = ring[ring.state == "trained"].groupby("seed").test_error.first()
glue("nets", len(errors), display=False)
glue("error", f"{errors.mean():.3f}", display=False)
glue("size", own.task.size, display=False)
glue("xi", own.task.xi, display=False)
glue("gap", own.task.gap, display=False)
glue("width", own.width, display=False)
glue("depth", own.depth, display=False)

# %% mystnb={"figure": {"caption": "Sensitivity to displacements (left) and to noise of the same norm (right) by layer, relative to the difference between two images, on a ring of {glue:text}`size` places; each layer halves the places. Geometric means over {glue:text}`nets` networks; bars: 95 % intervals over them. Dashed: averages of neighbours alone. Shaded: the layers that the text's factors are read from.", "name": "fig-scale-ring"}, "image": {"alt": "Two panels with a logarithmic axis against the layer. Left: three curves, before training, after it, and of pure pooling. Right: the same and two controls without the ReLU. A legend above, the fitted layers shaded."}}
figure, axes = style.new_axes(2, height=4.4)
figures.draw_by_depth(axes, ring, own)
style.legend_beside(figure, axes[1], columns=3)

# %% tags=["remove-input"]
rests_on(
    f"{len(errors)} networks, {own.training.epochs} epochs of {own.training.P:,} images each.",
    "40_scale_detection", profile="fresh",
)

# %% [markdown]
# ## The task
#
# An image has two bright points on a ring. Its class is $+1$ if their distance is below
# $\xi - g$, and $-1$ from $\xi + g$ on; here $\xi =$ {glue:text}`xi`, and the gap $g =$ {glue:text}`gap`
# keeps a point moved by one place from changing the class. To answer, a network must bring together
# what is $\xi$ apart; where exactly the points are is of no use.
#
# The network {cite:p}`tomasini2022` has {glue:text}`depth` convolutions that read two neighbours and
# halve the number of places (stride 2), {glue:text}`width` channels here, ReLUs, an average over all
# places and a linear read-out; it learns by plain SGD on the hinge loss, with weight decay. Of the
# layer's activations $f_k$, the images $x$ and $z$, a displacement $\tau$ of both points by one place
# and white noise $\eta$ of the same norm as $\tau x - x$,
#
# $$ \begin{aligned}
# D_k &= \frac{\langle\|f_k(\tau x) - f_k(x)\|^2\rangle}{\langle\|f_k(x) - f_k(z)\|^2\rangle}, \\
# G_k &= \frac{\langle\|f_k(x + \eta) - f_k(x)\|^2\rangle}{\langle\|f_k(x) - f_k(z)\|^2\rangle}, \\
# R_k &= D_k / G_k.
# \end{aligned} $$ (eq-by-layer)
#
# Of the input itself both $D$ and $G$ are 1.

# %% tags=["remove-input"]
source_of(Layer.forward, layer_sensitivities)

# %% [markdown]
# ## What averaging alone does
#
# {cite:t}`tomasini2022` compute how the sensitivities scale with depth, and find that it depends on
# the strides. **The exponents here are this book's own, derived for pure pooling** and not compared with
# theirs: one channel, and filters that take the average of what they read.
#
# *Displacements.* After $k$ layers of stride 2 a place holds the mean of a block of $2^k$ places. A
# point that moves by one leaves its block with probability $2^{-k}$, so that, up to the chance that
# two images look alike,
#
# $$ D_k = 2^{-k}. $$ (eq-pooled-D)
#
# *Noise.* The first ReLU cuts off its negative half. What is left has a mean, of square
# $\sigma^2/2\pi$, and averages of positive numbers are never cut again. Averaging keeps that mean; the
# difference between two images, a few points, it averages away like $2^{-k}$. Together with the noise
# around the mean,
#
# $$ G_k = \frac12\left(1 - \frac1\pi\right) + \frac{2^k}{4\pi}, $$ (eq-pooled-G)
#
# a constant at first, then a doubling at each layer. Without the ReLU there is no mean: noise and the
# difference of two images have the same, white spectrum, every linear layer changes both alike, and
# $G_k = 1$ whatever the weights. That is the control.

# %% mystnb={"figure": {"caption": "Why noise grows: one image on the ring, alone and with noise of the norm of a displacement, as pure pooling's layers give it. Values over the largest of the image at that layer. The noise becomes a floor under the whole image that no average removes.", "name": "fig-pooled-noise"}, "image": {"alt": "Three panels of values against the place, with noise and without: the input, with two tall points, and the same after pooling two and four times."}}
figure, axes = style.new_axes(3, height=2.9, sharey=True)
figures.draw_pooled_noise(axes, chapter.pooled_noise(own))

# %% tags=["remove-input"]
source_of(stride_2)

# %% [markdown]
# ## Beside the trained networks
#
# Training brings $D_k$ at the last of the shaded layers down in {glue:text}`fallen`. The factors of the
# answer are read from layers {glue:text}`layers`, where a block is at most an eighth of the ring.
# $D_k$ lies above pure pooling's already at the first layer, whose channels need not all be averages;
# what is compared is its *fall*. $G_k$ begins as pure pooling's does, and leaves it in the last layers.
#
# Networks with a test error above {glue:text}`learned` have not learned the task and are left out:
# {glue:text}`left out`. What was expected was written down before training (`srhm_book.spatial.expected`). All readings:

# %% mystnb={"code_prompt_hide": "Hide the table", "code_prompt_show": "Show the table: fall and growth with depth, all networks"} tags=["hide-cell"]
HTML(trends_view(frames, settings).to_html(index=False, border=0))

# %% tags=["remove-cell"]
counts = [(name, *fallen(frames[name], settings[name])) for name in frames]
glue("learned", LEARNED, display=False)
glue("left out", left_out(measured), display=False)
glue("fallen", join(f"{hits} of {number} networks ({name.replace('_', ' ')})" for name, hits, number in counts), display=False)

# %% [markdown]
# ## Without stride
#
# The strides set the law. Without them a layer's averages overlap, the field that a place sees grows
# only as $\sqrt k$, and for pure pooling
#
# $$ D_k = \frac{1}{k+1}, \qquad G_k \sim \sqrt{k}: $$ (eq-pooled-no-stride)
#
# powers instead of exponentials. Measured on a ring of {glue:text}`short` places with
# {glue:text}`short depth` layers, in powers of $k+1$: $D$ {glue:text}`short D` after training,
# {glue:text}`short D initial` before; pure pooling {glue:text}`short D pooling` on the same ring. So
# training {glue:text}`short reached`.

# %% mystnb={"figure": {"caption": "As the first figure, without stride, on two logarithmic axes: {glue:text}`short nets` networks on a ring of {glue:text}`short` places.", "name": "fig-scale-no-stride"}, "image": {"alt": "Two panels on logarithmic axes against the layer: sensitivity to displacements, left, and to noise, right, before training, after it, and of pure pooling, with a legend above."}}
short, setting = frames["ring_no_stride"], settings["ring_no_stride"]
figure, axes = style.new_axes(2, height=4.4)
figures.draw_by_depth(axes, short, setting)
style.legend_beside(figure, axes[1], columns=3)

# %% tags=["remove-cell"]
glue("short", setting.task.size, display=False)
glue("short depth", setting.depth, display=False)
glue("short nets", short[short.state == "trained"].seed.nunique(), display=False)
glue("short D", with_interval(trend(short, setting, "trained", True, "D")), display=False)
glue("short reached", chapter.reached(short, setting), display=False)
glue("short D initial", with_interval(trend(short, setting, "initial", True, "D")), display=False)
glue("short D pooling", f"{pooled(short, setting, True, 'D'):.2f}", display=False)

# %% [markdown]
# ## In two dimensions
#
# On a torus of {glue:text}`torus size` × {glue:text}`torus size` pixels, filters of 2 × 2 and stride 2,
# a point that moves by one pixel still leaves its block across one edge, with probability $2^{-k}$; but
# a block has $4^k$ pixels, by which the difference of two images is averaged down. So $D_k$ should fall
# as on the ring, and $G_k$ grow twice as fast. From layer {glue:text}`torus layers`: $D$ changes by
# {glue:text}`torus D` (pure pooling {glue:text}`torus D pooling`), $G$ by {glue:text}`torus G`
# ({glue:text}`torus G pooling`), without the ReLU by {glue:text}`torus G no relu`.

# %% mystnb={"figure": {"caption": "As the first figure, on a torus: {glue:text}`torus nets` networks.", "name": "fig-scale-torus"}, "image": {"alt": "Two panels with a logarithmic axis against the layer: sensitivity to displacements, left, and to noise, right, before training, after it, of pure pooling and without the ReLU, with a legend above."}}
torus, plane = frames["torus"], settings["torus"]
figure, axes = style.new_axes(2, height=4.4)
figures.draw_by_depth(axes, torus, plane)
style.legend_beside(figure, axes[1], columns=3)

# %% tags=["remove-cell"]
glue("torus size", plane.task.size, display=False)
glue("torus layers", "{} to {}".format(*plane.fitted), display=False)
glue("torus nets", torus[torus.state == "trained"].seed.nunique(), display=False)
for letter in "DG":
    glue(f"torus {letter}", with_interval(trend(torus, plane, "trained", True, letter)), display=False)
    glue(f"torus {letter} pooling", f"{pooled(torus, plane, True, letter):.2f}", display=False)
glue("torus G no relu", with_interval(trend(torus, plane, "trained", False, "G")), display=False)

# %% [markdown]
# ## Does it take weight decay?
#
# Decay leaves of the weights only what the task asks for. {glue:text}`no decay`
#
# ## Is the store right?
#
# One stored network is trained and measured again, here and now: the mean relative difference of each
# sensitivity over the layers. The build fails where it is above {glue:text}`tolerance` %.

# %% tags=["remove-cell"]
glue("tolerance", f"{100 * chapter.TOLERANCE['trained']:g}", display=False)
glue("no decay", chapter.without_decay_sentence(frames, settings), display=False)

# %%
again = chapter.detected_again(ring, own)
again.style.hide(axis="index").format(precision=6)

# %% [markdown]
# ```{dropdown} Measuring it all again
# `python -m srhm_book.spatial.measure NAME` trains and measures every network, half a minute each on one
# core. Not stored: {glue:text}`missing`. The task with two pixels in the plane, for the classifiers of
# {doc}`16_images`: `srhm image --dataset two_points --arch lenet --P 1024 --epochs 10`.
# ```
#
# **Limits.** The trained networks classify {glue:text}`error` of unseen images wrongly on average. The
# sizes, rates and the decay were found on a network that is not among these, the rule for what has
# learned was set when one had not. Networks of
# {glue:text}`width` channels, where {cite:t}`tomasini2022` have 1,000, and fewer steps. Noise here is
# Gaussian, and becomes positive at the first ReLU.

# %% tags=["remove-cell"]
glue("missing", join(name.replace("_", " ") for name in SETTINGS if name not in settings), display=False)
