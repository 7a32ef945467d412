"""P* under other ways of training: one choice at a time, and the grids' against the paper's.

Ratios are taken seed by seed (`srhm.stats.ratios.paired_ratio`): rules, data and initial weights
are the same on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from srhm.stats.curves import sample_complexity
from srhm.stats.fits import Estimate, fit_power_law
from srhm.stats.ratios import PairedRatio, paired_ratio
from srhm.training.authors import authors_lr
from srhm.training.config import RunConfig
from srhm_book.complexity.law_tests import exponent_tests
from srhm_book.complexity.table import complexity_table
from srhm_book.wording import describe_setting, join, with_ends

ARCHS = ("lcn", "cnn")
PAPER_RATE = 0.01 / 4  # the paper's larger learning rate, per datum of a batch
FACTORS = {"s0+1": "s₀+1 (law: 3)", "n_c": "n_c (law: 1)", "m": "m (law: 3)"}  # of Eq. 3, L = 3
Runs = Mapping[RunConfig, pd.DataFrame]
Studies = Mapping[str, Mapping[float, Mapping[str, float]]]


def single_choices(reference: Mapping[str, float], profile: str) -> Studies:
    """What is changed, one choice at a time: {choice: {its value: the fields changed}}.

    Values are multiples of the paper's rate where a rate is changed; rates go with the batch.
    """
    rate = reference["lr"] / reference["batch_size"]
    factors, losses = (0.25, 0.5, 1, 2, 4, 8), (0.1, 0.01, 0.001, 0.0001)
    studies = {
        "learning rate / paper's": {
            f: {"lr": f * PAPER_RATE * reference["batch_size"]} for f in factors
        },
        "width": {width: {"width": width} for width in (128, 256, 512, 1024)},
        "stop at training loss": {loss: {"stop_loss": loss} for loss in losses},
        "batch (same rate per datum)": {
            size: {"batch_size": size, "lr": size * rate} for size in (4, 16, 128, 512)
        },
    }
    if profile == "book":
        return studies
    # What finishes in minutes, or in seconds.
    keep = {"fresh": (2, 4, 128, 256, 0.01, 0.001, 512), "smoke": (8,)}[profile]
    return {name: {k: v for k, v in s.items() if k in keep} for name, s in studies.items()}


def study_table(
    studies: Studies, found: Runs, variant: Callable[[str, Mapping], RunConfig]
) -> pd.DataFrame:
    """P* of every choice and its ratio to the reference's, ``variant(arch, {})``."""
    rows = []
    for name, choices in studies.items():
        for value, changes in choices.items():
            for arch in ARCHS:
                frame = found.get(variant(arch, changes))
                if frame is None:
                    continue
                ratio = paired_ratio(frame, found[variant(arch, {})])
                rows.append(
                    {"choice": name, "value": value, "network": arch}
                    | {"P_star": sample_complexity(frame).P_star, "ratio": ratio.ratio}
                    | {"low": ratio.low, "high": ratio.high, "epochs": frame.epochs.median()}
                )
    return pd.DataFrame(rows).dropna(subset="ratio")


def study_view(table: pd.DataFrame) -> pd.DataFrame:
    """`study_table` as a page shows it."""
    ratios = [with_ends(row.ratio, row.low, row.high) for row in table.itertuples()]
    shown = pd.DataFrame(
        {
            "choice": table.choice,
            "value": table.value.map("{:g}".format),
            "network": table.network,
            "P*": table.P_star.map("{:,.0f}".format),
            "ratio to the reference": ratios,
            "epochs": table.epochs.map("{:.0f}".format),
        }
    )
    return shown.set_index(["choice", "value", "network"])


def batch_words(table: pd.DataFrame, batch: int) -> str:
    """What the smallest batch of a `study_table` does, its rate per datum kept, in words.

    batch: the reference's.
    """
    own = table[table.choice.str.startswith("batch") & (table.value < batch)]
    if own.empty:
        return "smaller batches were not tried"
    least = own[own.value == own.value.min()]
    ends = f"{least.ratio.min():.2f} to {least.ratio.max():.2f}"
    return f"batches of {own.value.min():g} in place of {batch} take {ends} times the data"


def width_words(table: pd.DataFrame) -> str:
    """By how much the widths of a `study_table` change P*, in words."""
    own = table[table.choice == "width"]
    if own.empty:
        return "other widths were not tried"
    most = 100 * (own.ratio - 1).abs().max()
    ends = f"{own.value.min():g} to {own.value.max():g}"
    return f"widths of {ends} change it by {most:.0f} % at most"


def told_apart(estimates: Iterable[Estimate | None]) -> str:
    """Whether fits with these intervals tell each other apart, in words."""
    known = [e for e in estimates if e is not None and None not in (e.low, e.high)]
    apart = any(a.high < b.low for a in known for b in known)
    return "differ" if apart else "cannot tell the trainings apart"


def describe(config) -> str:
    """ "LCN v=6, s₀=1, L=2"."""
    return f"{config.arch.upper()} {describe_setting(config)}"


def training_ratios(
    trained: Runs, slow: Sequence[RunConfig], fast: Mapping[str, float]
) -> dict[RunConfig, tuple[PairedRatio, float]]:
    """For each setting: P* trained as ``fast`` over P* as it is, and how many fewer epochs."""
    pairs = {}
    for config in sorted(slow, key=lambda c: (ARCHS.index(c.arch), c.L, c.s0, c.v)):
        other = config.replace(**fast)
        if {config, other} <= set(trained):
            ratio = paired_ratio(trained[other], trained[config])
            if ratio.ratio:
                saved = trained[config].epochs.median() / trained[other].epochs.median()
                pairs[config] = (ratio, float(saved))
    return pairs


def tables_by_rate(
    trained: Runs, settings: Sequence[RunConfig], trainings: Mapping[str, Mapping]
) -> dict[str, pd.DataFrame]:
    """The settings' P* (`complexity_table`) in each of several trainings, with their names."""
    tables = {}
    for name, changes in trainings.items():
        versions = [config.replace(**changes) for config in settings]
        stars = complexity_table({c: trained[c] for c in versions if c in trained})
        tables[name] = stars.assign(setting=[describe(row) for row in stars.itertuples()])
    return tables


def slowed_by(
    trained: Runs, settings: Sequence[RunConfig], small: Mapping, large: Mapping
) -> dict[str, tuple[int, PairedRatio]]:
    """By setting: its L, and P* at the smaller rate over P* at the larger one."""
    slowed = {}
    for config in settings:
        runs = [trained.get(config.replace(**changes)) for changes in (small, large)]
        if all(frame is not None for frame in runs) and (ratio := paired_ratio(*runs)).ratio:
            slowed[describe(config)] = (config.L, ratio)
    return slowed


def rates_by_depth(
    trained: Runs, settings: Sequence[RunConfig], own: Mapping[str, float]
) -> dict[int, list[tuple[float, PairedRatio]]]:
    """By L: (rate over the paper's larger one, P* over P* at that one), from small to large."""
    curves: dict[int, list] = {}
    for config in sorted(settings, key=lambda config: config.lr):
        reference = config.replace(**own)
        if config in trained and reference in trained:
            ratio = paired_ratio(trained[config], trained[reference])
            if ratio.ratio:
                curves.setdefault(config.L, []).append((config.lr / own["lr"], ratio))
    return curves


def authors_rates(settings: Iterable[RunConfig]) -> str:
    """Which learning rates the authors' code has for these tasks, in words."""
    taken: dict[float, dict[str, None]] = {}
    for config in settings:
        rate = authors_lr(config.arch, config.s, config.L, config.s0)
        taken.setdefault(rate, {})[f"{config.arch.upper()} at L={config.L}"] = None
    return join((f"{rate:g} ({', '.join(names)})" for rate, names in taken.items()), "; ")


def exponents_by_training(
    trained: Runs, tasks: Sequence[RunConfig], trainings: Mapping[str, Mapping]
) -> tuple[dict[str, dict[str, Estimate]], int]:
    """Joint fits of Eq. 3's factors at L = 3 in each training, and through how many settings.

    Only settings searched in all trainings count. "0.003 / grids" is the fit of the ratio of P* at
    the smaller rate to the grids', over the same seeds: 0 would be no influence.
    """
    versions = [[task.replace(**changes) for task in tasks] for changes in trainings.values()]
    in_all = [row for row in zip(*versions, strict=True) if set(row) <= set(trained)]
    fits: dict[str, dict[str, Estimate]] = {}
    for name, configs in zip(trainings, zip(*in_all, strict=True), strict=bool(in_all)):
        stars = complexity_table({config: trained[config] for config in configs})
        tests = [test for test in exponent_tests(stars) if test.settings == "s=2, L=3"]
        fits[name] = {test.exponent: test.estimate for test in tests}
    if len(in_all) > 4:
        ratios = [paired_ratio(trained[slow], trained[fast]).ratio for fast, _, slow in in_all]
        both = stars.assign(ratio=ratios).dropna(subset="ratio")
        fits["0.003 / grids"] = fit_power_law(both, [*FACTORS], "ratio", "").exponents
    return fits, len(in_all)


def geometric_mean(ratios: Sequence[float]) -> float:
    """nan for none."""
    return float(np.exp(np.mean(np.log(ratios)))) if len(ratios) else float("nan")
