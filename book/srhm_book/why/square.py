"""The CNN's exponent of s0+1 by depth, by scaling of the network, and by size of a tuple."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from srhm.runs.search import rows_of
from srhm.runs.store import Store
from srhm.stats.fits import Estimate
from srhm.stats.ratios import mean_of_few, seed_complexities
from srhm.training.config import RunConfig
from srhm_book.complexity.authors_table import authors_table, exponents_in_both
from srhm_book.complexity.table import complexity_table, searched_runs, seed_exponent
from srhm_book.grids import GRIDS, TOY, setting
from srhm_book.style import GREY, bar_lengths, legend, style_for
from srhm_book.why import chapter
from srhm_book.wording import join, with_interval

FAMILY = ["scaling", "s", "L", "v"]
LABELS = {"fan_in": "this book's scaling", "channels": "the authors' scaling"}
LAW = 2.0
COMPARED_S0 = (1, 2)  # by the size of a tuple: the same for all
STEP = math.log((COMPARED_S0[1] + 1) / (COMPARED_S0[0] + 1))


def square_settings(profile: str) -> list[RunConfig]:
    """CNNs, all levels equally sparse, s0 of at least 1, of small tasks."""
    if profile == "smoke":
        return [setting("cnn", 4, s0, **TOY) for s0 in COMPARED_S0]
    if profile == "fresh":
        return [setting("cnn", 4, s0) for s0 in COMPARED_S0]
    plain = [c for c in chapter.depth_settings("book") if c.arch == "cnn"]
    plain += [setting("cnn", 4, s0) for s0 in (1, 2, 4)]
    more = [c for c in GRIDS["square_s"] if c.s0 in COMPARED_S0]
    return list(dict.fromkeys([*plain, *GRIDS["square_lazier"], *more]))


def exponents(runs: Mapping[RunConfig, pd.DataFrame], s0s=None) -> pd.DataFrame:
    """The exponent of s0+1 in each family of tasks that differ in s0 alone.

    s0s: only these values. Columns `FAMILY`, s0s (in words), exponent (an Estimate, from the mean
    curves) and seeds, the fewest of a task.
    """
    families: dict[tuple, dict] = {}
    for c, own in runs.items():
        if s0s is None or c.s0 in s0s:
            families.setdefault((c.scaling, c.s, c.L, c.v), {})[c] = own
    rows = []
    for key, own in families.items():
        table = complexity_table(own)
        table = table[table.P_star.notna()]
        if table.s0.nunique() > 1 and table.num_seeds.min() > 1:
            words, fewest = join(map(str, sorted(table.s0))), int(table.num_seeds.min())
            rows.append((*key, words, seed_exponent(table), fewest))
    return pd.DataFrame(rows, columns=[*FAMILY, "s0s", "exponent", "seeds"])


def draw_square(axes, by_depth: pd.DataFrame, by_s: pd.DataFrame) -> None:
    """Exponents against L, in both scalings (left), and against s at L = 2 (right)."""
    for scaling, own in by_depth[by_depth.s == 2].groupby("scaling"):
        fill = {} if scaling == "fan_in" else {"fillstyle": "none"}
        shift = 0.08 if scaling == "channels" else -0.04
        x = own.L + shift - 0.1 * (own.v == 4) * (own.L == 2) * (scaling == "fan_in")
        _points(axes[0], x, own.exponent, LABELS[scaling], fill)
    own = _by_s(by_s)
    _points(axes[1], own.s, own.exponent, "CNN", {})
    ends = [min([2, *own.s]) - 0.3, max([3, *own.s]) + 0.3]
    axes[1].plot(ends, ends, "--", color=GREY, linewidth=1, label="$s$")
    for ax, name in zip(axes, ("levels $L$", "features in a tuple $s$"), strict=True):
        ax.axhline(LAW, color=GREY, linestyle=":", label="the paper's 2")
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.set_xlabel(name)
        ax.set_ylim(bottom=0)
        legend(ax, loc="upper left", fontsize=9)
    axes[0].set_ylabel("exponent of $s_0+1$")


def _points(ax, x, found, label: str, fill: dict) -> None:
    y = [e.value for e in found]
    bars = bar_lengths(y, [e.low for e in found], [e.high for e in found])
    look = style_for(arch="cnn") | fill
    ax.errorbar(x, y, yerr=bars, linestyle="none", capsize=2, label=label, **look)


def square_view(table: pd.DataFrame) -> pd.DataFrame:
    """The exponents as a page shows them."""
    shown = table.assign(
        scaling=table.scaling.map(LABELS), exponent=table.exponent.map(with_interval)
    )
    return shown.rename(columns={"s0s": "s₀", "exponent": "exponent of s₀+1"})


def scaling_words(table: pd.DataFrame) -> str:
    """The exponents of both scalings, where both are known."""
    keys = ["s", "L", "v"]
    ours, lazier = (table[table.scaling == name].set_index(keys).exponent for name in LABELS)
    both = [key for key in ours.index if key in lazier.index]
    told = [
        f"{with_interval(lazier[key])} at L = {key[1]} (ours {with_interval(ours[key])})"
        for key in sorted(both, key=lambda key: key[1])
    ]
    return join(told, "; ") if told else "not measured yet"


def paired_exponents(frame: pd.DataFrame) -> pd.DataFrame:
    """The exponent from s0 = 1 to 2 at v = 4, seed by seed with the same rules, in both scalings.

    It needs each seed's own crossing alone, no complete search. frame: runs of the store. Columns
    L, fan_in, channels, more (the second less the first, seed by seed), growth (P*'s in the second
    over that in the first), each an Estimate, and seeds; at depths where two seeds or more cross in
    all four searches.
    """
    rows = []
    for L in (2, 3):
        ours, lazier = [setting("cnn", 4, s0, L=L) for s0 in COMPARED_S0], _lazier(L)
        by_seed = pd.DataFrame({"fan_in": _powers(frame, ours), "channels": _powers(frame, lazier)})
        by_seed = by_seed.dropna()
        if len(by_seed) > 1:
            more = by_seed.channels - by_seed.fan_in
            found = [
                Estimate(*mean_of_few(own)) for own in (by_seed.fan_in, by_seed.channels, more)
            ]
            growth = Estimate(*(math.exp(x * STEP) for x in mean_of_few(more)))
            rows.append((L, *found, growth, len(by_seed)))
    return pd.DataFrame(rows, columns=["L", "fan_in", "channels", "more", "growth", "seeds"])


def _lazier(L: int) -> list[RunConfig]:
    """The settings in the authors' scaling at v = 4, one for each of `COMPARED_S0`."""
    grid = {(c.v, c.L, c.s0): c for c in GRIDS["square_lazier"]}
    return [grid[4, L, s0] for s0 in COMPARED_S0]


def _powers(frame: pd.DataFrame, pair: list[RunConfig]) -> pd.Series:
    """Of each seed that crosses in both: log [P*(after) / P*(before)] over that of s0+1."""
    before, after = (seed_complexities(rows_of(frame, c)) if len(frame) else {} for c in pair)
    both = {
        seed[0]: math.log(after[seed] / P) / STEP for seed, P in before.items() if seed in after
    }
    return pd.Series(both, dtype=float)


def paired_words(paired: pd.DataFrame) -> str:
    """The exponents of `paired_exponents` in the authors' scaling, and in ours."""
    told = [
        f"{with_interval(r.channels)} at L = {r.L} (ours {with_interval(r.fan_in)})"
        for r in paired.itertuples()
    ]
    return join(told) if told else "not known"


def scaling_brief(paired: pd.DataFrame, theirs: list) -> str:
    """What the lazier scaling adds to the exponent; nothing if not known at three levels.

    theirs: `authors_rows`.
    """
    if 3 not in set(paired.L):
        return ""
    more = "is larger" if all(x.low > 0 for x in paired.more) else "is not shown to be larger"
    told = join(f"{with_interval(r.more)} at L = {r.L}" for r in paired.itertuples())
    brief = f"In the authors' lazier scaling it {more} (than ours by {told})"
    if not theirs:
        return f"{brief}."
    above = "above" if all(r.cheap.low > r.grids.high for r in theirs) else "not shown to be above"
    return f"{brief}; in a cheaper form of the authors' training it is {above} ours."


def caveats(store: Store | None, frame: pd.DataFrame) -> str:
    """What else differs, or is missing, in the runs at L = 3 behind `paired_exponents`."""
    lazier = _lazier(3)
    apart = [max(own) / min(own) for c in lazier
             if len(frame) and (own := seed_complexities(rows_of(frame, c)).values())]  # fmt: skip
    if store is None or not apart:
        return "Not measured yet."
    rates = " to ".join(f"{c.lr:.2g}" for c in lazier)
    told = [f"at L = 3 the seeds' own P* differ by up to {max(apart):.1f} times"]
    if searched_runs(lazier, store)[1]:
        told.append("not all searches are complete")
    told.append(f"the rate, divided by the input's length, falls with s₀ (from {rates})")
    return f"This rests on little: {join(told)}."


def authors_words(theirs: list) -> str:
    """The CNN's exponents in the authors' training (cheaper form), where stored, beside ours."""
    told = [
        f"{with_interval(r.cheap)} at L = {r.L} (ours on the same {r.num} tasks "
        f"{with_interval(r.grids)})"
        for r in theirs
    ]
    return join(told) if told else "not known"


def authors_rows(store: Store) -> list:
    """The rows of `exponents_in_both` of the CNN's s0+1."""
    found = exponents_in_both(authors_table(store))
    return list(found[(found.arch == "cnn") & (found.factor == "s0+1")].itertuples())


def _by_s(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of `exponents` that are compared by the size of a tuple, in its order."""
    own = table[(table.L == 2) & (table.v == 4) & (table.scaling == "fan_in")]
    return own.sort_values("s")


def s_brief(table: pd.DataFrame) -> str:
    """The exponent with larger tuples, and where s is outside of its interval; "" if unknown."""
    own = _by_s(table)
    own = own[own.s > 2]
    if own.empty:
        return ""
    told = join(f"{with_interval(r.exponent)} at s = {r.s}" for r in own.itertuples())
    off = [f"s = {r.s}" for r in own.itertuples() if not r.exponent.includes(r.s)]
    where = f"outside the interval at {join(off)}" if off else "in each interval"
    return f"With larger tuples it is {told}; s is {where}."


def s_words(table: pd.DataFrame) -> str:
    """By the size of a tuple: the exponents, and how far 2 and s are outside of their intervals."""
    own = _by_s(table)
    if own.empty:
        return "not measured yet"
    told = join(
        f"{with_interval(r.exponent)} at s = {r.s}"
        + (f" ({_beside(r.exponent, r.s)})" if r.s > 2 else "")
        for r in own.itertuples()
    )
    return told if own.s.max() > 2 else f"{told}; not measured for larger s yet"


def _beside(found: Estimate, s: int) -> str:
    """ "2 inside, 3 outside by 0.28"."""
    off = {f"{value:g}": max(found.low - value, value - found.high) for value in (LAW, float(s))}
    told = [f"{name} {f'outside by {x:.2f}' if x > 0 else 'inside'}" for name, x in off.items()]
    return ", ".join(told)
