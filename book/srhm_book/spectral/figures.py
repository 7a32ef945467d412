"""The chapter's figures: colour and marker for χ; solid what is, dashed the spectral bias."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srhm_book import style
from srhm_book.spectral import task, theory
from srhm_book.spectral.exponents import Finding
from srhm_book.spectral.krr import fit_line, laplace, predict_line
from srhm_book.spectral.measure import sample
from srhm_book.spectral.task import SIGMA, crossover

CHI_STYLES = {
    0: {"color": style.BLACK, "marker": "o"},
    1: {"color": style.BLUE, "marker": "s"},
    2: {"color": style.VERMILION, "marker": "^"},
    4: {"color": style.GREEN, "marker": "D"},
}
SOLID = {"linestyle": "-", "linewidth": 1.4}
DASHED = {"linestyle": "--", "linewidth": 1.4}


def draw_means(ax, frame: pd.DataFrame, x: str = "P", value: str = "error", **look) -> None:
    """Means against `x`; bars: 95 % of the mean, 1.96 standard errors over samples."""
    grouped = frame.groupby(x)[value]
    ax.errorbar(
        grouped.mean().index, grouped.mean(), yerr=1.96 * grouped.sem().fillna(0),
        **{"linestyle": "none", "capsize": 2, "elinewidth": 1, "markersize": 5, **look},
    )  # fmt: skip


def draw_ridgeless(ax, errors: pd.DataFrame, sizes, two_points, bias) -> None:
    """ε(P) of one χ on the line without ridge, and two theories (n,) at `sizes` (n,)."""
    chi = errors.chi.iloc[0]
    look, color = CHI_STYLES[chi], CHI_STYLES[chi]["color"]
    ax.plot(sizes, two_points, color=color, **SOLID)
    ax.plot(sizes, bias, color=color, **DASHED)
    draw_means(ax, errors, label=f"χ = {chi:g}", **look)


def finish_ridgeless(ax) -> None:
    """Axes and legend below the panel, once all χ are drawn."""
    _log_log(ax, "training-set size $P$", "test error ε")
    _key(ax, "two points at the boundary", "spectral bias", loc="lower left")


def draw_predictors(axes, chi: float, P: int, ratios, seeds) -> None:
    """Predictors of several samples near the boundary, one panel for each λ/λ*."""
    for ax, ratio in zip(axes, ratios, strict=True):
        ridge = ratio * crossover(P, 1, chi)
        r = (2 / P) ** (1 / (1 + chi))
        reach = 4 * max(r, task.interface_width(ridge, P, chi))
        points = np.linspace(-reach, reach, 801)
        for number, seed in enumerate(seeds):
            x = sample(1, chi, P, seed)[:, 0]
            f = predict_line(x, fit_line(x, np.sign(x), ridge, SIGMA), points, SIGMA)
            label = None if number else "one sample each"
            ax.plot(points, f, color=style.SKY, linewidth=1, label=label)
        x, _, f = theory.line_theory(chi).predictor(P, ridge)
        ax.plot(x, f, color=style.VERMILION, label="spectral bias", **DASHED)
        ax.plot(points, np.sign(points), color=style.GREY, linewidth=0.8, label="$f^*$")
        ax.set(xlim=(-reach, reach), xlabel="$x_1$", title=f"λ = {ratio:g} λ*")
    axes[0].set_ylabel("predictor $f$")
    axes[1].legend(loc="lower right", handlelength=1.4)


def draw_ridge_collapse(axes, errors: pd.DataFrame) -> None:
    """P ε against λ/λ*, a panel for each χ, with the spectral-bias theory at each P."""
    shades = (style.SKY, style.BLUE, style.BLACK)
    for ax, (chi, part) in zip(np.ravel(axes), errors.groupby("chi"), strict=False):
        ratios = np.geomspace(part[part.ratio > 0].ratio.min(), part.ratio.max(), 29)
        ax.set_ylabel("P ε" if ax in np.asarray(axes)[:, 0] else "")
        for P, color, marker in zip(sorted(part.P.unique()), shades, "osD", strict=False):
            own = part[(part.P == P) & (part.ratio > 0)].assign(
                scaled=lambda own: own.P * own.error
            )
            draw_means(ax, own, "ratio", "scaled", color=color, marker=marker, label=f"P = {P:,}")
            ridges = ratios * crossover(P, 1, chi)
            bias = [P * theory.line_theory(chi).error(int(P), ridge) for ridge in ridges]
            ax.plot(ratios, bias, color=color, **DASHED)
        ax.axhline(theory.two_point_law(chi)[0], color=style.GREY, **SOLID)
        _log_log(ax, "λ / λ*" if ax in np.asarray(axes)[-1] else "", ax.get_ylabel())
        ax.set_title(f"χ = {chi:g}")
    np.ravel(axes)[0].legend(loc="upper left", handlelength=0.8, borderaxespad=0.1)


def draw_modes(axes, chis, P: int = 1000, modes: int = 4) -> None:
    """The first eigenfunctions: of the equation (lines), of a sample's kernel matrix (markers)."""
    for ax, chi in zip(axes, chis, strict=True):
        spectrum = theory.line_spectrum(chi, SIGMA, modes)
        x, _, functions, _ = point_spectrum(chi, P)
        for mode, marker in zip(range(1, modes), "osD", strict=False):
            line = spectrum.functions[:, mode]
            own = functions[:, mode] * np.sign(functions[-1, mode])
            color = style.CYCLE[mode]
            ax.plot(spectrum.x, line, color=color, label=f"ρ = {mode + 1}")
            ax.plot(x[::60], own[::60], color=color, marker=marker, linestyle="none", markersize=4)
        ax.set(xlabel="$x_1$", title=f"χ = {chi:g}")
    axes[0].set_ylabel("eigenfunction $φ_ρ$")
    axes[0].legend(loc="lower right", handlelength=1)


def point_spectrum(chi: float, P: int, seed: int = 0):
    """x (P,), eigenvalues (P,), eigenfunctions (P, P) and power (P,) of one sample's matrix."""
    points = sample(1, chi, P, seed)
    values, vectors = np.linalg.eigh(laplace(points, points, SIGMA))
    power = (np.sign(points[:, 0]) @ vectors) ** 2 / P
    return points[:, 0], values[::-1] / P, vectors[:, ::-1] * np.sqrt(P), power[::-1]


def draw_spectrum(axes, chis, P: int = 1000) -> None:
    """λ_ρ and c_ρ² against ρ: the equation's (lines) and a sample's (markers)."""
    for chi in chis:
        look = CHI_STYLES[chi]
        spectrum = theory.line_spectrum(chi, SIGMA, 200)
        _, values, _, power = point_spectrum(chi, P)
        shown = np.unique(np.geomspace(1, P // 5, 14).round().astype(int)) - 1
        rank = np.arange(1, 201)
        for ax, found, line in (
            (axes[0], values, spectrum.eigenvalues),
            (axes[1], 1 - np.cumsum(power), 1 - np.cumsum(spectrum.power)),
        ):
            ax.plot(rank, line, color=look["color"], **SOLID)
            ax.plot(shown + 1, found[shown], linestyle="none", label=f"χ = {chi:g}", **look)
    _log_log(axes[0], "rank ρ", "eigenvalue $λ_ρ$")
    _log_log(axes[1], "rank ρ", "power beyond ρ")
    axes[0].legend(handlelength=0.8)


def draw_variance(ax, frame: pd.DataFrame) -> None:
    """Relative variance over samples against λ/λ*; hollow: the smallest P, full: the largest."""
    for chi, part in frame.groupby("chi"):
        look = CHI_STYLES[chi]
        for P, fill in ((part.P.min(), "none"), (part.P.max(), look["color"])):
            own = part[part.P == P]
            label = f"χ = {chi:g}" if fill != "none" else None
            draw_means(ax, own, "ratio", "variance", markerfacecolor=fill, label=label, **look)
        anchor = own[own.ratio >= 10]  # the largest P, from where the law should hold
        if len(anchor):
            start = anchor.ratio.min()
            height = anchor[anchor.ratio == start].variance.mean()
            x = np.array([start, 300.0])
            law = height * (x / start) ** task.self_averaging_exponent(chi)
            ax.plot(x, law, color=look["color"], **SOLID)
    _log_log(ax, "λ / λ*", "relative variance of $f$")
    ax.legend()


def draw_exponents(axes, findings: list[Finding]) -> None:
    """β without ridge against χ, a panel for each d: measured, true (solid), spectral bias."""
    chi = np.linspace(0, 4, 41)
    for ax, d in zip(axes, (1, 2, 3), strict=True):
        ax.plot(chi, [task.true_exponent(d, x) for x in chi], color=style.BLUE, **SOLID)
        ax.plot(chi, [task.bias_exponent(d, x) for x in chi], color=style.VERMILION, **DASHED)
        for finding in findings:
            if finding.d == d and finding.quantity == "β without ridge":
                value = finding.measured
                ax.errorbar(
                    [finding.chi], [value.value],
                    yerr=style.bar_lengths(value.value, value.low, value.high),
                    **CHI_STYLES[finding.chi], linestyle="none", capsize=3,
                )  # fmt: skip
        ax.set(xlabel="χ", title=f"d = {d}", xticks=[0, 1, 2, 4])
    axes[0].set_ylabel("exponent β")
    _key(axes[0], "true", "spectral bias", colors=(style.BLUE, style.VERMILION))


def draw_boxes(axes, errors: pd.DataFrame) -> None:
    """ε(P) without ridge in d = 2, 3; both slopes through the last point."""
    for ax, (d, of_d) in zip(axes, errors.groupby("d"), strict=False):
        for chi, part in of_d.groupby("chi"):
            look = CHI_STYLES[chi]
            last = part.P.max()
            P = np.array([part.P.min(), last])
            for exponent, line in ((task.true_exponent, SOLID), (task.bias_exponent, DASHED)):
                height = part[last == part.P].error.mean()
                law = height * (P / last) ** -exponent(int(d), chi)
                ax.plot(P, law, color=look["color"], **line)
            draw_means(ax, part, label=f"χ = {chi:g}", **look)
        _log_log(ax, "training-set size $P$", "test error ε")
        style.log_axis(ax)
        ax.set_title(f"d = {d}")
        ax.label_outer()
    axes[0].legend(handlelength=0.8, loc="lower left")


def draw_images(ax, curve: pd.DataFrame, predictions: dict[str, pd.Series]) -> None:
    """The learning curve on images with its predictions, each a series of errors against P."""
    for (label, series), line in zip(
        predictions.items(), (DASHED, {"linestyle": ":"}), strict=True
    ):
        ax.plot(series.index, series, color=style.VERMILION, label=label, **line)
    draw_means(ax, curve, color=style.BLUE, marker="o", label="measured")
    _log_log(ax, "training-set size $P$", "test error ε")
    style.log_axis(ax)
    style.log_axis(ax, "y")
    ax.legend()


def _log_log(ax, x: str, y: str) -> None:
    ax.set(xscale="log", yscale="log", xlabel=x, ylabel=y)


def _key(ax, solid: str, dashed: str, colors=(style.GREY, style.GREY), loc="best") -> None:
    """What solid and dashed lines are, in the legend with the rest."""
    ax.plot([], [], color=colors[0], label=solid, **SOLID)
    ax.plot([], [], color=colors[1], label=dashed, **DASHED)
    ax.legend(handlelength=1.6, loc=loc)
