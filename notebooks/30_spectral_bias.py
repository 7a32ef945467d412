# ---
# jupyter:
#   srhm:
#     reads:
#     - results/spectral/*.csv
# ---

# %% [markdown]
# # When the spectral bias fails
#
# **The question.** A kernel learns the leading eigenfunctions of its operator first: this *spectral
# bias* predicts whole learning curves from the spectrum alone {cite:p}`bordelon2020`. Is that so when
# the data have few dimensions? {cite:t}`tomasini2022bias` ask it where it can be answered, for a target
# that changes sign where the data thin out.
#
# **The answer.** On the line the spectral-bias theory {glue:text}`fails` without a ridge. For densities
# that vanish at the boundary, $\chi>0$, the error falls as $P^{-\beta}$ with $\beta$ =
# {glue:text}`beta 1`, where the theory says {glue:text}`bias 1`, and is {glue:text}`too low` times what
# it predicts. The two training points next to the boundary give, without a free parameter and within
# the intervals, of the error: {glue:text}`given`. With a ridge of $100\,\lambda^*$ the spectral bias
# {glue:text}`holds above` (measured over predicted: {glue:text}`above`), and on images it comes within
# {glue:text}`image off` % of the error.

# %% tags=["parameters", "hide-input"]
profile = "book"  # "book": from the store; "fresh": fewer samples, measured now; "smoke": a toy
device = "auto"  # not used: all of it runs on one core
workers = 0  # not used
P = 0  # largest training set, measured now; 0: the profile's
samples = 0  # samples at each P, measured now; 0: the profile's
data = ""  # folder with torchvision's FashionMNIST; "": data/

# %% tags=["remove-cell"]
import numpy as np
import pandas as pd
from myst_nb import glue

from srhm_book import style
from srhm_book.provenance import rests_on
from srhm_book.publish.profiles import by_profile
from srhm_book.spectral import chapter, figures, images, measure, stored
from srhm_book.spectral.exponents import (
    ASYMPTOTIC,
    PRECISE,
    box_findings,
    line_findings,
    ridge_findings,
    to_table,
    variance_findings,
)
from srhm_book.spectral.task import CHIS, SIGMA, crossover
from srhm_book.spectral.theory import line_theory, two_point_law
from srhm_book.tables import scrolling
from srhm_book.wording import join

by_profile(profile)
style.use_style()
measured = chapter.frames(profile, P, samples)
findings = [
    *line_findings(measured["ridgeless_line"]),
    *ridge_findings(measured["ridge_line"]),
    *variance_findings(measured["variance_line"]),
    *box_findings(measured["ridgeless_box"]),
]


def of(quantity, d=1):
    return [f for f in findings if f.quantity == quantity and f.d == d]


def behind(*names):
    """The line below a figure: the measurements that it shows."""
    number = sum(len(measured[name]) for name in names)
    sizes = sorted({P for name in names for P in measured[name].P})
    words = f"{number:,} regressions ({', '.join(names)}), P from {sizes[0]:,} to {sizes[-1]:,}."
    return rests_on(words, "30_spectral_bias", profile="fresh")


def span(found, what=lambda f: f.measured.value):
    values = [what(f) for f in found if f.chi]  # at χ = 0 the two theories agree
    return f"{min(values):.2f} to {max(values):.2f}" if values else "–"


def verdicts(found):
    """ "agree" if all do, else how many."""
    number = sum(f.verdict == "agrees" for f in found)
    return "all agree" if found and number == len(found) else f"{number} of {len(found)} agree"


line = measured["ridgeless_line"]
most = int(line.P.max())
for d in (1, 2, 3):
    betas = of("β without ridge", d)
    glue(f"beta {d}", span(betas), display=False)
    glue(f"true {d}", span(betas, lambda f: f.expected), display=False)
    glue(f"bias {d}", span(betas, lambda f: f.rival), display=False)
    glue(f"betas {d}", verdicts(betas), display=False)
    gaps = [f.rival / f.expected - 1 for f in betas]
    glue(f"gap {d}", f"{100 * max(gaps):.0f}" if gaps else "–", display=False)
heights = [f for f in of("P ε without ridge") if f.chi]
wrong = [f.measured.value / f.rival for f in heights]
glue("too low", f"{min(wrong):,.0f} to {max(wrong):,.0f}" if wrong else "–", display=False)
refuted = bool(wrong) and all(f.measured.low > f.rival for f in heights)
glue("fails", "fails" if refuted else "cannot be told from the truth here", display=False)
for name in ("P ε without ridge", "spread of ε over samples", "λ* against P",
             "ε against λ above λ*", "variance above λ*"):
    glue(name, verdicts(of(name)), display=False)
parts = {"exponent": "β without ridge", "height": "P ε without ridge",
         "scatter over samples": "spread of ε over samples"}  # fmt: skip
given = [part for part, name in parts.items() if verdicts(of(name)) == "all agree"]
glue("given", join(given), display=False)
ridges = measured["ridge_line"]
hundred = ridges[np.isclose(ridges.ratio, 100)].groupby(["chi", "P"]).error.mean()
above = [
    error / line_theory(chi).error(size, 100 * crossover(size, 1, chi))
    for (chi, size), error in hundred.items()
]
glue("above", f"{min(above):.3f} to {max(above):.3f}", display=False)
holds = max(abs(ratio - 1) for ratio in above) < 0.1
glue("holds above", "holds" if holds else "is off", display=False)
glue("spread", span(of("spread of ε over samples")), display=False)
glue("most", f"{most:,}", display=False)
glue("tolerance", f"{100 * ASYMPTOTIC:.0f}", display=False)
glue("precise", f"{100 * PRECISE:.0f}", display=False)
glue("sigma", f"{SIGMA:g}", display=False)
glue("box most", f"{int(measured['ridgeless_box'].P.max()):,}", display=False)
glue("findings table", scrolling(to_table(findings)), display=False)

# %% mystnb={"figure": {"caption": "Test error of kernel regression without ridge on the line. Points: means over samples, bars (mostly hidden): 95 % of the mean. Solid: two points next to the boundary; dashed: spectral bias from the exact spectrum. At \u03c7 = 0 both fall alike. Neither has a free parameter.", "name": "fig-spectral-curves"}, "image": {"alt": "Test error against training-set size, logarithmic, four values of chi. All points lie on the four solid parallel lines of slope minus one; the dashed lines of the spectral-bias theory fall more steeply for chi above zero."}}
figure, ax = style.new_axes(height=5.2)
for chi, errors in measured["ridgeless_line"].groupby("chi"):
    sizes = np.geomspace(errors.P.min(), errors.P.max(), 13).astype(int)
    two_points = two_point_law(chi)[0] / sizes
    bias = [line_theory(chi).error(size) for size in sizes]
    figures.draw_ridgeless(ax, errors, sizes, two_points, bias)
figures.finish_ridgeless(ax)

# %% tags=["remove-input"]
behind("ridgeless_line")

# %% [markdown]
# ## What was expected, and why
#
# Points $x$ have a density $\propto |x_1|^\chi$ in $x_1 \in [-1, 1]$ and a uniform one along the other
# axes; the target is $f^* = \operatorname{sign}(x_1)$. The predictor minimises
# $\sum_i (f(x_i) - f^*(x_i))^2 + \lambda \|f\|_K^2$ with the Laplace kernel
# $K(x, y) = e^{-|x-y|/\sigma}$; its error $\varepsilon$ is the mean square over the density. Three
# lengths compete (fixed before measuring, in `srhm_book.spectral.task`):
#
# - *Sampling.* The points next to the boundary are $r \sim P^{-1/(d+\chi)}$ away. Without ridge $f$
#   changes sign within $r$: $\varepsilon \sim r^{1+\chi}$, so $\beta = (1+\chi)/(d+\chi)$.
# - *Smoothing.* A ridge widens the interface to $w \sim (\lambda/P)^{1/(1+d+\chi)}$, and
#   $\varepsilon \sim w^{1+\chi}$. It rules when $w > r$: above $\lambda^* \sim P^{-1/(d+\chi)}$.
# - *Spectral bias without ridge.* It takes $P$ points for infinitely many with an effective ridge
#   $\lambda/P = \kappa \sim P^{-(d+1)/d}$. Put into $w$: $\beta = (d+1)(1+\chi)/(d(1+d+\chi))$, too
#   steep for every $\chi > 0$, by less the larger $d$.
#
# ## The regression
#
# On the line the Laplace kernel is that of a Markov process. The inverse of its matrix is then
# tridiagonal, and the whole regression takes a time proportional to $P$; a test compares it with
# Cholesky.
#
# ```{literalinclude} /book/srhm_book/spectral/krr.py
# :pyobject: inverse_kernel
# ```
#
# ```{literalinclude} /book/srhm_book/spectral/krr.py
# :pyobject: fit_line
# ```

# %% mystnb={"figure": {"caption": "Predictors of six samples (\u03c7 = 1) around the boundary, below and above the crossover; dashed: the mean that the spectral-bias theory predicts. Below, each goes straight between its own two points; above, all follow the theory.", "name": "fig-spectral-predictors"}, "image": {"alt": "Two panels. Left, small ridge: six broken lines that cross zero at different places and slopes, steeper than or unlike the dashed curve. Right, large ridge: six smooth curves on top of the dashed one."}}
figure, axes = style.new_axes(2, height=3.6, sharey=True)
figures.draw_predictors(
    axes, chi=1, P=10_000, ratios=(0.01, 100), seeds=range(6)
)

# %% [markdown]
# ## The crossover
#
# Measured against $\lambda/\lambda^*$, with $\lambda^* = P^{-1/(1+\chi)}$, the errors of all $P$ fall
# onto one curve ({numref}`fig-spectral-collapse`). Right of the crossover the theory's dashed lines
# are on it; left of it they go on falling, further the larger $P$. The exponent of $\lambda^*$
# (measured where the ridge doubles the error): {glue:text}`λ* against P`, over
# {glue:text}`chis` values of $\chi$. That of $\varepsilon$ in $\lambda$ above it, $(1+\chi)/(2+\chi)$:
# {glue:text}`ε against λ above λ*`.

# %% mystnb={"figure": {"caption": "P times the test error on the line against the ridge in units of \u03bb* = P^(-1/(1+\u03c7)). Points: means over samples; bars: 95 % of the mean. Dashed, of the same colours: spectral bias at each P. Grey: two points, no ridge.", "name": "fig-spectral-collapse"}, "image": {"alt": "Four panels, one for each chi. The points of three training-set sizes lie on one curve, flat at small ridges and rising at large ones. The dashed theory curves agree with it at large ridges and fall below it at small ones, the more the larger P, except for chi zero."}}
figure, axes = style.new_axes(2, 2, height=6.2, sharex=True)
figures.draw_ridge_collapse(axes, measured["ridge_line"])

# %% tags=["remove-input"]
behind("ridge_line")

# %% [markdown]
# ## The prediction from the spectrum
#
# The eigenfunctions of the kernel's operator, $\int K(x,y)\,\phi_\rho(y)\,p(y)\,dy = \lambda_\rho
# \phi_\rho(x)$, solve on the line
#
# $$ \sigma^2 \phi_\rho'' = \Bigl(1 - \frac{2\sigma\,p(x)}{\lambda_\rho}\Bigr)\phi_\rho $$ (eq-spectral-ode)
#
# with $\sigma\phi_\rho' = \pm\phi_\rho$ at $x = \mp 1$:
# waves that become long, and no longer oscillate, where $p$ vanishes. The theory needs nothing but
# $\lambda_\rho$ and $c_\rho = \langle f^*, \phi_\rho\rangle$:
#
# ```{literalinclude} /book/srhm_book/spectral/theory.py
# :pyobject: effective_ridge
# ```
#
# ```{literalinclude} /book/srhm_book/spectral/theory.py
# :pyobject: spectral_bias_error
# ```

# %% mystnb={"figure": {"caption": "Eigenfunctions on the line: solutions of the equation (lines) and eigenvectors of the kernel matrix of 1,000 points (markers). Where the density vanishes, right, nothing oscillates around the boundary.", "name": "fig-spectral-modes"}, "image": {"alt": "Two panels with three curves each and markers on them. For chi zero the curves are sines of constant wavelength; for chi four they are flat or straight in the middle and oscillate near the ends."}}
figure, axes = style.new_axes(2, height=3.6)
figures.draw_modes(axes, chis=(0, 4), P=1000)

# %% mystnb={"figure": {"caption": "Eigenvalues (left) and what of the target's power lies beyond the rank \u03c1 (right): from the equation (lines) and from the kernel matrix of one sample of 1,000 points (markers).", "name": "fig-spectral-spectrum"}, "image": {"alt": "Two panels with falling power laws for four chi. Eigenvalues: markers on the lines, all of slope minus two. The power falls more steeply for larger chi, and the markers leave the lines at high ranks."}}
figure, axes = style.new_axes(2, height=3.8)
figures.draw_spectrum(axes, CHIS, P=1000)

# %% [markdown]
# Without ridge the theory's error is about the power beyond $\rho = P$. A sample of its own knows
# nothing beyond its number of points, and near that its power depends on where its points next to
# the boundary happen to lie: what the theory averages away.
#
# ## Not self-averaging
#
# Below $\lambda^*$ the predictor depends on two points, so that it differs from sample to sample however
# large $P$ is; the theory takes any two samples for alike. The standard deviation of $\varepsilon$ over
# samples is {glue:text}`spread` of its mean ($\chi>0$); against the value that the two points give for
# $P\to\infty$: {glue:text}`spread of ε over samples`, and for the mean of $P\varepsilon$ {glue:text}`P ε without ridge`. Above,
# $n \sim (\lambda/\lambda^*)^{(1+\chi)/(2+\chi)}$ points share the interface, and the relative variance
# should fall as $1/n$: {glue:text}`variance above λ*`.

# %% mystnb={"figure": {"caption": "Variance of the predictor over samples, relative to the squared error of its mean, against \u03bb/\u03bb*. Hollow: the smallest P, full: the largest. Means over groups of samples; bars: 95 %. Lines: the expected powers, from the first full point with \u03bb of at least 10 \u03bb*.", "name": "fig-spectral-variance"}, "image": {"alt": "Four falling curves, hollow and full markers together. Near one at small ridges, then falling along power laws, steeper for larger chi."}}
figure, ax = style.new_axes(height=4.4)
figures.draw_variance(ax, measured["variance_line"])

# %% tags=["remove-input"]
behind("variance_line")

# %% [markdown]
# ## Two and three dimensions
#
# The larger $d$, the nearer the two exponents: at $\chi = 4$ the spectral bias is off by
# {glue:text}`gap 1` % on the line, {glue:text}`gap 2` % in two dimensions and {glue:text}`gap 3` % in
# three. Of the exponents measured, up to $P =$ {glue:text}`box most`, with the true ones: in $d=2$
# {glue:text}`betas 2`, in $d=3$ {glue:text}`betas 3`.

# %% mystnb={"figure": {"caption": "The exponent \u03b2 of the test error without ridge. Markers: measured, with 95 % intervals over samples; solid: true; dashed: spectral bias.", "name": "fig-spectral-exponents"}, "image": {"alt": "Three panels, for one, two and three dimensions: exponent against chi. A solid and a dashed curve meet at chi zero and part for larger chi, most in one dimension. The measured points follow the solid curve."}}
figure, axes = style.new_axes(3, height=3.4, sharey=True)
figures.draw_exponents(axes, findings)

# %% mystnb={"figure": {"caption": "Test error without ridge in two and three dimensions. Points: means over samples; bars: 95 % of the mean. Lines through the last point: the true slope (solid) and that of the spectral bias (dashed).", "name": "fig-spectral-boxes"}, "image": {"alt": "Two panels of falling test errors against training-set size for four chi, each with a solid and a slightly steeper dashed line."}}
figure, axes = style.new_axes(2, height=4.2, sharey=True)
figures.draw_boxes(axes, measured["ridgeless_box"])

# %% tags=["remove-input"]
behind("ridgeless_line", "ridgeless_box")

# %% tags=["remove-cell"]
curve = stored.read("fashion")
notes = stored.notes("fashion")
image_results = images.image_findings(curve)
image_beta, image_ratio = image_results
sizes = sorted(curve.P.unique())
predictions = {}
for num, name in ((images.NUM_SPECTRUM, "spectral bias"), (images.NUM_SPECTRUM // 2, "half the images")):
    shown = [size for size in sizes if size <= num // 8]
    predictions[name] = pd.Series(images.predicted_curve(shown, num), index=shown)
found = images.load_fashion(data or None) if profile != "smoke" else None
if found is None:
    again = "none (the images are not at hand)"
else:
    assert found.sha256 == notes["sha256"], "other images than the stored ones"
    now = images.learning_curve(found, {64: 3, 256: 1})
    measure.live_check(curve, now)
    again = f"{len(now)}"
glue("image again", again, display=False)
glue("image set", notes["images"], display=False)
glue("image encoding", notes["encoding"], display=False)
glue("image hash", notes["sha256"][:12], display=False)
value = image_beta.measured
glue("image beta", f"{value.value:.3f} ({value.low:.3f} to {value.high:.3f})", display=False)
glue("image predicted", f"{image_beta.expected:.3f}", display=False)
glue("image sizes", f"{sizes[0]:,} to {images.MOST_P:,}", display=False)
value = image_ratio.measured
glue("image ratio", f"{value.value:.3f} ({value.low:.3f} to {value.high:.3f})", display=False)
off = curve[curve.P <= images.MOST_P].groupby("P").error.mean() / predictions["spectral bias"] - 1
glue("image off", f"{100 * off.abs().max():.0f}", display=False)
glue("image verdicts", join([image_beta.verdict, image_ratio.verdict]), display=False)
glue("image number", f"{images.NUM_SPECTRUM:,}", display=False)
glue("image table", scrolling(to_table(image_results)), display=False)

# %% [markdown]
# ## Real images
#
# {glue:text}`image set` ({glue:text}`image encoding`), the same kernel without ridge. The prediction is
# made from the kernel matrix of {glue:text}`image number` other images; the part of its spectrum that
# is theirs and not the density's is removed by the theory itself
# (`spectral_bias_from_points`). From $P =$ {glue:text}`image sizes` the
# exponent is {glue:text}`image beta`, predicted {glue:text}`image predicted`; the last error is
# {glue:text}`image ratio` of the predicted one. Verdicts: {glue:text}`image verdicts`. That is
# no more than {glue:text}`image off` % off anywhere in this range.

# %% mystnb={"figure": {"caption": "{glue:text}`image set`: test error without ridge. Points: means over samples, on all test images; bars: 95 % of the mean. Dashed: spectral bias, as far as its number of images allows; dotted: from half of them.", "name": "fig-spectral-images"}, "image": {"alt": "Measured test errors fall slowly with the training-set size, close to the dashed prediction and to the dotted one."}}
figure, ax = style.new_axes(height=4.0)
figures.draw_images(ax, curve, predictions)

# %% tags=["remove-cell"]
check = chapter.check_store(measured) if profile == "book" and not (P or samples) else None
again, rows, worst, commits = 0, 0, "–", []
if check is not None:
    commits = sorted({stored.notes(name)["commit"] for name in measure.SWEEPS})
    again, rows = check["rows again"].sum(), check["of"].sum()
    worst = f"{check['largest relative difference'].astype(float).max():.0e}"
glue("rows again", f"{again:,}", display=False)
glue("rows stored", f"{rows:,}", display=False)
glue("worst", worst, display=False)
glue("worst allowed", f"{measure.RELATIVE_TOLERANCE:.0e}", display=False)
glue("chis", measured["ridge_line"].chi.nunique(), display=False)
counts = pd.Series([f.verdict for f in [*findings, *image_results]]).value_counts()
glue("verdict counts", join(f"{number} {verdict}" for verdict, number in counts.items()), display=False)
everything = [*findings, *image_results]
missed = sum(not f.measured.includes(f.expected) for f in everything)
glue("missed", missed, display=False)
glue("number", len(everything), display=False)
glue("by chance", f"{0.05 * len(everything):.1f}", display=False)
glue("commits", join(commits), display=False)

# %% [markdown]
# ## All numbers
#
# A value *agrees* when its 95 % interval meets the expected one within {glue:text}`tolerance` % (the
# laws are asymptotic), is narrower than the distance to the rival theory's value and does not hold
# that (without a rival: is narrower than {glue:text}`precise` % of the expected value). It *differs*
# when it misses the expected one; else it is *open*. Verdicts: {glue:text}`verdict counts`. Without the tolerance
# {glue:text}`missed` of {glue:text}`number` intervals miss; about {glue:text}`by chance` would by chance.
#
# ````{dropdown} Each quantity: expected, the rival theory's, measured
# ```{glue:} findings table
# ```
# ```{glue:} image table
# ```
# ````
#
# **Is the store right?** {glue:text}`rows again` of {glue:text}`rows stored` stored rows were measured
# again just now from the same seeds; the largest relative difference is {glue:text}`worst`, and
# {glue:text}`worst allowed` would fail the build. Of the points of images: {glue:text}`image again`.
#
# ````{dropdown} Measuring it all again
# ```bash
# # results/spectral/*.csv, minutes on one core:
# .venv/bin/python -m srhm_book.spectral.measure
# # The images, 31 MB:
# .venv/bin/srhm download fashion_mnist
# .venv/bin/python -m srhm_book.spectral.measure fashion data
# ```
# The stored rows were made at commit {glue:text}`commits`, the images have the SHA-256
# {glue:text}`image hash`….
# ````
#
# **Limits.** The exponents were written down before measuring; the tolerance and the ranges of the fits
# were set after a first look at part of the data, and samples were added where intervals were wide or
# missed. The box, $\sigma =$ {glue:text}`sigma` and the images' classes are our choices. In $d=2$ and 3
# only the exponents of the spectral bias are drawn, not its curves. Fitted slopes hold for the sizes
# fitted; at $\chi=4$ in three dimensions $r$ is still a third of the box. On images the prediction
# rests on {glue:text}`image number` of them, and rises a little with their number (dotted to dashed).
