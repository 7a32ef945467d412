"""Figures, tables and sentences of the chapter on unequal probabilities."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from srhm.data.samples import Samples
from srhm.data.task import SRHM
from srhm.stats.curves import learning_curve
from srhm.stats.fits import Estimate
from srhm_book.invariance.thresholds import ERROR, crossings, threshold_points
from srhm_book.style import BLACK, BLUE, GREY, VERMILION, bar_lengths, label_log, legend
from srhm_book.why.best import places_of, rule_codes
from srhm_book.why.expected import WITHIN, rare_factor
from srhm_book.why.thresholds import READINGS, targets
from srhm_book.why.unequal import NAMES, THRESHOLD, Case, curves_of, setting_of
from srhm_book.wording import join, with_interval

KINDS = {"places": "displacement_ratio", "synonyms": "zipf"}
PAIR_LOOKS = {
    "D/S": {"color": BLACK, "marker": "o"},
    "S/P": {"color": VERMILION, "marker": "^"},
    "D/P": {"color": BLUE, "marker": "s"},
}
TITLES = {"own": "own data", "even": "even task"}


def kind_of(case: Case) -> str:
    """Whether a case's places or its synonyms are unequal."""
    return "places" if case[1] != 1 else "synonyms"


def rarity(profile: str) -> dict[Case, float]:
    """How many times rarer the rarest place, or synonym, of each case is than with equal odds."""
    found = {}
    for case, curve in curves_of(profile).items():
        task = curve[0].task
        odds = task.place_odds[0] if kind_of(case) == "places" else task.synonym_odds
        found[case] = 1.0 if odds is None else rare_factor(odds)
    return found


def draw_parting(axes, table: pd.DataFrame, rarities: Mapping[Case, float], how: str) -> None:
    """Ratios over those at equal probabilities against rarity: rows own and even, columns kinds.

    Filled: CNN, hollow: LCN; arrows: more than that. Band: `WITHIN`. Dotted: the ratio P*_D/P*_S
    if each pattern were learned by itself.
    """
    reach = 1.4 * max(rarities.values())
    for row, reading in zip(axes, READINGS, strict=True):
        for ax, kind in zip(row, KINDS, strict=True):
            own = table[(table.reading == reading) & (table.how == how)]
            own = own[[kind_of((r.arch, r.displacement_ratio, r.zipf)) == kind
                       for r in own.itertuples()]]  # fmt: skip
            _draw_pairs(ax, own, rarities)
            ax.axhspan(1 / WITHIN, WITHIN, color=GREY, alpha=0.15, linewidth=0)
            most = max([x for case, x in rarities.items() if kind_of(case) == kind] or [2])
            if reading == "own":
                alone = most if kind == "places" else 1 / most
                ax.plot(
                    [1, most], [1, alone], ":", color=GREY, label="$P^*_D/P^*_S$, each by itself"
                )
            ax.set_xscale("log")
            ax.set_yscale("log")
            ax.set_ylim(1 / reach, reach)
            label_log(ax.xaxis, 1, most)
            label_log(ax.yaxis, 1 / reach, reach)
            ax.set_title(f"unequal {kind}, {TITLES[reading]}", fontsize=11)
    for ax in axes[-1]:
        ax.set_xlabel("rarest: times rarer than equal")
    for ax in axes[:, 0]:
        ax.set_ylabel("ratio / that at equal")
    legend(axes[0, 0], loc="lower left", fontsize=9)


def _draw_pairs(ax, own: pd.DataFrame, rarities: Mapping[Case, float]) -> None:
    for i, (pair, look) in enumerate(PAIR_LOOKS.items()):
        label = " / ".join(NAMES[name] for name in pair.split("/")).replace("P*", "$P^*$")
        label = label.replace("$P^*$_S", "$P^*_S$").replace("$P^*$_D", "$P^*_D$")
        for arch, rows in own[own.pair == pair].groupby("arch"):
            rows = rows[rows.over_equal.notna()]
            cases = zip(rows.arch, rows.displacement_ratio, rows.zipf, strict=True)
            x = [rarities[case] * 1.07 ** (i - 1 + 0.5 * (arch == "lcn")) for case in cases]
            y = [e.value for e in rows.over_equal]
            low, high = ([getattr(e, end) for e in rows.over_equal] for end in ("low", "high"))
            fill = {"fillstyle": "none"} if arch == "lcn" else {"label": label}
            bars = bar_lengths(y, low, high)
            ax.errorbar(x, y, yerr=bars, linestyle="none", capsize=2,
                        lolims=rows.bound.to_numpy(bool), **fill, **look)  # fmt: skip


def draw_curves(axes, runs: Mapping[Case, pd.DataFrame], case: Case) -> None:
    """Test error, S and D of the second layer against P: equal probabilities, and one case in both
    readings."""
    equal = (case[0], 1, 0)
    shown = [(equal, "own", "equal", {"color": GREY, "marker": "o", "linestyle": "--"})]
    shown += [(case, "own", "unequal, own data", {"color": VERMILION, "marker": "s"})]
    shown += [(case, "even", "unequal, even task", {"color": BLUE, "marker": "^"})]
    for known, reading, label, look in shown:
        if known not in runs:
            continue
        own = runs[known]
        for ax, (name, target) in zip(axes, targets(setting_of(own), reading).items(), strict=True):
            curve = learning_curve(own, target.quantity)
            y = curve["mean"] / (target.threshold if name == "D" else 1)
            scale = targets(setting_of(runs[equal]), "own")["D"].threshold if name == "D" else 1
            ax.plot(curve.P, y * scale, label=label, **{"linestyle": "-", **look}, markersize=5)
            ax.axhline(target.threshold if name != "D" else scale, color=GREY, linewidth=0.8)
    for ax, title in zip(axes, ("test error", "$S_2$", "$D_2$"), strict=True):
        ax.set_xscale("log")
        label_log(ax.xaxis, *ax.get_xlim(), short=True)
        ax.set_ylim(bottom=0)
        ax.set_title(title)
        ax.set_xlabel("$P$")


def case_words(row) -> str:
    """ "CNN, displacement ratio 0.05": the case of a row of `parting_table`."""
    ratio, zipf = row.displacement_ratio, row.zipf
    odds = f"displacement ratio {ratio:g}" if ratio != 1 else f"Zipf exponent {zipf:g}"
    return f"{row.arch.upper()}, {odds}"


def verdict_words(table: pd.DataFrame, reading: str, pair: str, how: str = THRESHOLD) -> str:
    """How far one ratio moves in one reading, and how many of the tasks are together, or part."""
    own = table[(table.reading == reading) & (table.pair == pair) & (table.how == how)]
    known = own[own.over_equal.notna()]
    if known.empty:
        return "not measured"
    values = [e.value for e in known.over_equal]
    ends = dict.fromkeys(f"{value:.2f}" for value in (min(values), max(values)))
    words = f"{' to '.join(ends)} times"
    counts = [f"{n} {name}" for name in ("together", "parted", "open")
              if (n := int((own.verdict == name).sum()))]  # fmt: skip
    return f"{words} ({join(counts)}, of {len(own)} tasks)"


def parted_words(table: pd.DataFrame, reading: str, how: str = THRESHOLD) -> str:
    """The cases that part in one reading, and by how much; "none"."""
    own = table[(table.reading == reading) & (table.how == how) & (table.verdict == "parted")]
    cases: dict[str, list[str]] = {}
    for row in own.itertuples():
        first, second = (NAMES[name] for name in row.pair.split("/"))
        more = "more than " if row.bound else ""
        cases.setdefault(case_words(row), []).append(
            f"{first}/{second} {more}{row.over_equal.value:.2f}"
        )
    return "; ".join(f"{case}: {', '.join(found)}" for case, found in cases.items()) or "none"


def together_words(table: pd.DataFrame, reading: str, how: str) -> str:
    """The cases in which all three ratios are together; "none"."""
    own = table[(table.reading == reading) & (table.how == how)]
    found = [
        case_words(next(rows.itertuples()))
        for _, rows in own.groupby(["arch", "displacement_ratio", "zipf"])
        if (rows.verdict == "together").all()
    ]
    return join(found, "; ")


def parting_view(table: pd.DataFrame, reading: str) -> pd.DataFrame:
    """One reading's ratios and verdicts, as a page shows them."""
    own = table[table.reading == reading]
    rows = []
    for row in own.itertuples():
        first, second = (NAMES[name] for name in row.pair.split("/"))
        mark = "> " if row.bound else ""
        rows.append({
            "task": case_words(row), "read at": row.how, "ratio": f"{first}/{second}",
            "value": mark * (row.ratio is not None) + with_interval(row.ratio),
            "over equal": mark * (row.over_equal is not None) + with_interval(row.over_equal),
            "verdict": row.verdict,
        })  # fmt: skip
    return pd.DataFrame(rows)


def typical_view(runs: Mapping[Case, pd.DataFrame]) -> pd.DataFrame:
    """How often the rarest place, or synonym, of level 1 is in the task, in training and in test.

    At the largest P of each case: distinct data use up the likely ones first.
    """
    rows = []
    for case, own in runs.items():
        config = setting_of(own[own.P.isin([own.P.max()])])
        task, kind = config.task, kind_of(case)
        odds = task.place_odds[0] if kind == "places" else task.synonym_odds
        if odds is None:
            continue
        parts = task.split(config.P, config.num_test, config.seed_sample)
        found = [(_level_1(task, part, kind) == len(odds) - 1).mean() for part in parts]
        named = pd.Series({"arch": case[0], "displacement_ratio": case[1], "zipf": case[2]})
        percents = [f"{100 * x:.2f} %" for x in (odds[-1], *found)]
        columns = ["task", "P", "rarest of level 1, in the task", "in training", "in test"]
        rows.append(dict(zip(columns, (case_words(named), config.P, *percents), strict=True)))
    return pd.DataFrame(rows)


def _level_1(task: SRHM, samples: Samples, kind: str):
    """The places of a sample's input features, or the numbers of the rules that made them."""
    if kind == "places":
        return places_of(task, samples.positions, 1)
    return rule_codes(task, samples, places=False)[0] % task.m


def single_view(frame: pd.DataFrame, settings) -> pd.DataFrame:
    """Tasks with one invariance alone: m = 1 (displacements) or s0 = 0 (synonyms)."""
    table = crossings(frame, settings)
    rows = []
    for quantity in sorted(set(table.quantity) - {ERROR}):
        for r in threshold_points(table, quantity).itertuples():
            letter = quantity[0]

            ratio = Estimate(r.ratio, r.ratio_low, r.ratio_high)
            rows.append({"network": r.arch.upper(), "L": r.L, "v": r.v, "s₀": r.s0,
                         "only": "synonyms" if letter == "S" else "displacements",
                         "P*": f"{r.P_star:,.0f}", f"P*_{letter}": f"{r.P_x:,.0f}",
                         "ratio": with_interval(ratio)})  # fmt: skip
    return pd.DataFrame(rows).fillna("–")


def answer(table: pd.DataFrame, rarities: Mapping[Case, float]) -> str:
    """From how rare on the three sizes part on the task's own data, for places and synonyms."""
    own = table[(table.reading == "own") & (table.how == THRESHOLD) & table.over_equal.notna()]
    if own.empty:
        return "Not measured yet."
    cases = list(zip(own.arch, own.displacement_ratio, own.zipf, strict=True))
    own = own.assign(kind=[kind_of(case) for case in cases], rare=[rarities[c] for c in cases])
    parted = (own.verdict == "parted").any()
    lead = "They can come apart." if parted else "They are not shown to come apart."
    return " ".join(
        [lead, *(_parts_from(own[own.kind == kind], kind) for kind in own.kind.unique())]
    )


def _parts_from(own: pd.DataFrame, kind: str) -> str:
    rarest = "the rarest one is {:.0f} times rarer than with equal probabilities"
    parted = own[own.verdict == "parted"]
    if parted.empty:
        row = own.loc[own.over_equal.map(lambda found: abs(math.log(found.value))).idxmax()]
        moved = f"{'/'.join(NAMES[n] for n in row.pair.split('/'))} moves most, to "
        moved += (
            f"{'more than ' * int(row.bound)}{with_interval(row.over_equal, 1)} times what it was"
        )
        told = (
            f"no two are shown to part, up to where {rarest.format(own.rare.max())} ({moved}: open)"
        )
        return f"With unequal {kind} {told}."
    first = parted[parted.rare == parted.rare.min()]
    told = [
        f"{'/'.join(NAMES[n] for n in row.pair.split('/'))} is {'more than ' * int(row.bound)}"
        f"{with_interval(row.over_equal, 1)} times what it was"
        for row in first.itertuples()
    ]
    text = f"With unequal {kind} they part where {rarest.format(first.rare.iloc[0])}: {join(told)}"
    before = own[own.rare < first.rare.iloc[0]]
    if len(before):
        text += f"; at {before.rare.max():.0f} times no two are shown to"
    return text + "."
