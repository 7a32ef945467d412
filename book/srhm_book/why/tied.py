"""Weights shared within a sub-patch: which layer's sharing saves data, and how many.

A layer whose weights are the same at the s0+1 places of a sub-patch (``tied`` in a `RunConfig`)
need not learn that a feature may sit at any of them. What is expected, written down before any
training, is in `srhm_book.why.expected`.

The authors' notebooks have two such trials, for which no numbers are published.
"""

from __future__ import annotations

import math

import pandas as pd

from srhm.stats.fits import Estimate
from srhm.stats.ratios import paired_ratio
from srhm.training.config import RunConfig
from srhm_book.grids import TOY, tied_settings
from srhm_book.why.expected import tied_exponent, tied_saving
from srhm_book.why.levels import growth_exponent
from srhm_book.why.one_step import WEIGHTS, critical_size
from srhm_book.wording import join, with_interval

NAMES = {"": "none", "1,2": "both", "1,2,3": "all"}
WORTH = 0.25  # a power of s0+1 saved that is more than a trace; a power less far off is as expected
STEP_SEEDS, STEP_WIDTH, STEP_SAMPLES = range(3), 32, 60_000


Settings = list[dict[str, RunConfig]]  # one dict a network and depth, as `tied_settings`


def settings_of(profile: str) -> Settings:
    """What a profile shows: "book", everything; "fresh", two levels; "smoke", toys of the CNN."""
    if profile == "smoke":
        return [tied_settings(2, "cnn", v=4, **TOY)]
    depths = (2, 3) if profile == "book" else (2,)
    return [tied_settings(L, arch) for L in depths for arch in ("cnn", "lcn")]


def tied_table(runs: dict[RunConfig, pd.DataFrame], settings: Settings) -> pd.DataFrame:
    """What is left of the exponent of s0+1, and what tying has saved, with the same rules.

    Columns arch, L, v, s0, tied, exponent (of P* over that without sparsity), saved (of P* with
    nothing tied over P*; both `srhm.stats.fits.Estimate` or None, seed by seed) and seeds.
    """
    rows = []
    for own in settings:
        base, free = own["dense"], own[""]
        for tied, config in own.items():
            if tied != "dense" and base in runs and config in runs:
                found = paired_ratio(runs[config], runs[base])
                power = growth_exponent(found, config.s0)
                saved = None
                if tied and free in runs:
                    saved = growth_exponent(paired_ratio(runs[free], runs[config]), config.s0)
                key = (config.arch, config.L, config.v, config.s0, tied)
                rows.append((*key, power, saved, found.num_seeds))
    names = ["arch", "L", "v", "s0", "tied", "exponent", "saved", "seeds"]
    return pd.DataFrame(rows, columns=names)


def step_table(settings: Settings, seeds=STEP_SEEDS, samples: int = STEP_SAMPLES) -> pd.DataFrame:
    """One step's P_c: harmonic means over draws of rules, data and weights.

    Columns arch, weights, L, v, s0, tied ("dense": without sparsity) and P_c.
    """
    rows = []
    for tied, config in [item for own in settings for item in own.items()]:
        for weights in WEIGHTS:
            inverse = [1 / _critical_size(config, weights, samples, seed) for seed in seeds]
            key = (config.arch, weights, config.L, config.v, config.s0, tied)
            rows.append((*key, len(inverse) / sum(inverse)))
    return pd.DataFrame(rows, columns=["arch", "weights", "L", "v", "s0", "tied", "P_c"])


def _critical_size(config: RunConfig, weights: str, samples: int, seed: int) -> float:
    task = config.replace(seed_rules=seed).task
    data = task.sample(min(samples, task.num_data), seed)
    return critical_size(task, config.arch, weights, data, STEP_WIDTH, seed, config.tied)


def step_exponents(sizes: pd.DataFrame) -> pd.DataFrame:
    """log [P_c(s0) / P_c(0)] / log(s0+1) of `step_table`: columns arch, weights, L, tied, power."""
    rows = []
    for key, own in sizes.groupby(["arch", "weights", "L"]):
        base = own[own.tied == "dense"].P_c.iloc[0]
        sparse = own[own.tied != "dense"]
        powers = [math.log(r.P_c / base) / math.log(r.s0 + 1) for r in sparse.itertuples()]
        rows += [(*key, tied, power) for tied, power in zip(sparse.tied, powers, strict=True)]
    return pd.DataFrame(rows, columns=["arch", "weights", "L", "tied", "power"])


def sentence(measured: pd.DataFrame, arch: str, L: int) -> str:
    """What tying saves: "0.66 by layer 1, 0.75 by layer 2 and 1.80 by both"."""
    own = measured[(measured.arch == arch) & (measured.L == L) & measured.saved.notna()]
    told = [f"{r.saved.value:.2f} by {NAMES.get(r.tied, f'layer {r.tied}')}"
            for r in own.itertuples()]  # fmt: skip
    return join(told) if told else "not trained yet"


def held(measured: pd.DataFrame, arch: str, weights: str) -> str:
    """ "3 of 4": in how many ways what is saved is within `WORTH` of the `tied_saving` of one step.

    By values: an interval of three seeds is by chance narrow or wide.
    """
    own = measured[(measured.arch == arch) & measured.saved.notna()]
    off = [r.saved.value - tied_saving(arch, weights, r.L, r.tied) for r in own.itertuples()]
    return f"{sum(abs(x) <= WORTH for x in off)} of {len(off)}"


def savers(measured: pd.DataFrame, settings: Settings, arch: str) -> str:
    """Which layers save a power of at least `WORTH` where they alone share, by the lower ends.

    "layer 1 alone does, layer 2 alone does not (at L = 2)".
    """
    saved = {(r.arch, r.L, r.tied): r.saved for r in measured.itertuples()}
    parts: dict[str, list[str]] = {}
    for own in settings:
        first = next(iter(own.values()))
        if first.arch == arch:
            found = {tied: saved.get((arch, first.L, tied)) for tied in own if tied.isdigit()}
            parts.setdefault(_alone_words(found), []).append(f"L = {first.L}")
    return "; ".join(f"{words} (at {join(depths)})" for words, depths in parts.items()) or "–"


def _alone_words(found: dict[str, Estimate | None]) -> str:
    saving = [tied for tied, x in found.items() if x and x.low > WORTH]
    unknown = [tied for tied, x in found.items() if x is None]
    if len(saving) == len(found):
        return "each layer alone does"
    idle = [tied for tied in found if tied not in (*unknown, *saving)]
    groups = ((saving, "does"), (idle, "does not"), (unknown, "is not trained"))
    return ", ".join(
        f"{'layer' if len(layers) == 1 else 'each of layers'} {join(layers)} alone {words}"
        for layers, words in groups
        if layers
    )


def all_tied(measured: pd.DataFrame, arch: str) -> str:
    """What is left with all layers tied: "from 1.85 (..) to 0.05 (-0.18 to 0.29) at L = 2"."""
    own = measured[(measured.arch == arch) & measured.exponent.notna()]
    parts = []
    for L, rows in own.groupby("L"):
        found = dict(zip(rows.tied, rows.exponent, strict=True))
        if "" in found and _every(L) in found:
            left = with_interval(found[_every(L)])
            parts.append(f"from {with_interval(found[''])} to {left} at L = {L}")
    return join(parts) if parts else "by an amount not trained yet"


def all_expected(measured: pd.DataFrame, arch: str, weights: str) -> str:
    """What one step expects to be left with all layers tied: "1 at L = 2 and 2 at L = 3"."""
    depths = sorted(set(measured[measured.arch == arch].L))
    left = {L: tied_exponent(arch, weights, L, _every(L)) for L in depths}
    return join(f"{power:g} at L = {L}" for L, power in left.items())


def _every(L: int) -> str:
    return ",".join(str(k + 1) for k in range(L))
