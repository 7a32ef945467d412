"""Figures, tables and sentences of the chapter on unequal probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from srhm.data.samples import Samples
from srhm.data.task import SRHM
from srhm.stats.curves import learning_curve
from srhm.stats.fits import Estimate
from srhm.training.config import RunConfig
from srhm_book.invariance.thresholds import runs_of
from srhm_book.style import BLACK, BLUE, GREY, VERMILION, bar_lengths, label_log, legend
from srhm_book.why.best import places_of, rule_codes
from srhm_book.why.expected import WITHIN, rare_factor
from srhm_book.why.thresholds import OWN_READING, READINGS, targets
from srhm_book.why.unequal import (
    NAMES,
    THRESHOLD,
    Case,
    curves_of,
    estimate,
    seed_sizes,
    setting_of,
)
from srhm_book.wording import join, with_ends, with_interval

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
    """How far one ratio moves in one reading, and how many of the tasks are together, or part.

    Of the tasks in which it has a value.
    """
    own = table[(table.reading == reading) & (table.pair == pair) & (table.how == how)]
    known = own[own.over_equal.notna()]
    if known.empty:
        return "not measured"
    values = [e.value for e in known.over_equal]
    ends = dict.fromkeys(f"{value:.2f}" for value in (min(values), max(values)))
    words = f"{' to '.join(ends)} times"
    counts = [f"{n} {name}" for name in ("together", "parted", "open")
              if (n := int((known.verdict == name).sum()))]  # fmt: skip
    return f"{words} ({join(counts)}, of {len(known)} tasks)"


def parted_words(table: pd.DataFrame, reading: str, how: str = THRESHOLD) -> str:
    """The cases that part in one reading, and by how much; "none"."""
    own = table[(table.reading == reading) & (table.how == how) & (table.verdict == "parted")]
    cases: dict[str, list[str]] = {}
    for row in own.itertuples():
        more = "more than " if row.bound else ""
        cases.setdefault(case_words(row), []).append(
            f"{named(row.pair)} {more}{row.over_equal.value:.2f}"
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
        rows.append({
            "task": case_words(row), "read at": row.how, "ratio": named(row.pair),
            "value": value_words(row.ratio, row.bound),
            "over equal": value_words(row.over_equal, row.bound),
            "verdict": row.verdict if row.over_equal is not None else "no value",
        })  # fmt: skip
    return pd.DataFrame(rows)


def value_words(found: Estimate | None, bound: bool) -> str:
    """ "2.94 (2.63 to 3.29)"; of a bound, whose upper end is open, "> 2.94 (at least 2.63)"."""
    if bound and found:
        return f"> {with_ends(found.value, found.low)}"
    return with_interval(found)


def typical_table(runs: Mapping[Case, pd.DataFrame]) -> pd.DataFrame:
    """The share of the rarest place, or synonym, of level 1: in the task, in training and in test.

    At the largest P of each case: distinct data use up the likely ones first. Columns case (in
    words), P, task, training, test.
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
        rows.append((case_words(named), config.P, odds[-1], *found))
    return pd.DataFrame(rows, columns=["case", "P", "task", "training", "test"])


def typical_view(found: pd.DataFrame) -> pd.DataFrame:
    """`typical_table` as a page shows it."""
    names = {"case": "task", "task": "rarest of level 1, in the task", "training": "in training"}
    shares = {name: found[name].map("{:.2%}".format) for name in ("task", "training", "test")}
    return found.assign(**shares).rename(columns=names | {"test": "in test"})


def atypical_words(found: pd.DataFrame) -> str:
    """Where the test data have the rarest more, or less, often than the task, beyond `WITHIN`."""
    times = found.test / found.task
    off = found[(times > WITHIN) | (times < 1 / WITHIN)].index
    return join(f"{found.case[i]} ({times[i]:.1f} times as often)" for i in off)


def _level_1(task: SRHM, samples: Samples, kind: str):
    """The places of a sample's input features, or the numbers of the rules that made them."""
    if kind == "places":
        return places_of(task, samples.positions, 1)
    return rule_codes(task, samples, places=False)[0] % task.m


def single_table(frame: pd.DataFrame, settings: Iterable[RunConfig]) -> pd.DataFrame:
    """Tasks with one invariance alone: m = 1 (displacements) or s0 = 0 (synonyms).

    Columns arch, L, v, s0, only, ratio (P*_S/P* or P*_D/P*, an Estimate over seeds, as all ratios
    of this chapter) and seeds; where two seeds or more cross in both.
    """
    rows = []
    for c in settings:
        runs = runs_of(frame, c)
        if runs.empty:
            continue
        sizes = seed_sizes(runs, OWN_READING, THRESHOLD)
        for name, only in (("S", "synonyms"), ("D", "displacements")):
            ratios = [P / sizes["P"][seed] for seed, P in sizes[name].items() if seed in sizes["P"]]
            if ratio := estimate(ratios):
                rows.append((c.arch, c.L, c.v, c.s0, only, ratio, len(ratios)))
    return pd.DataFrame(rows, columns=["arch", "L", "v", "s0", "only", "ratio", "seeds"])


def single_view(found: pd.DataFrame) -> pd.DataFrame:
    """`single_table` as a page shows it."""
    return pd.DataFrame({
        "network": found.arch.str.upper(), "L": found.L, "v": found.v, "s₀": found.s0,
        "only": found.only, "P*_S or P*_D over P*": found.ratio.map(with_interval),
        "seeds": found.seeds,
    })  # fmt: skip


def synonyms_alone(found: pd.DataFrame) -> str:
    """ "2.76 (1.66 to 5.78) for the CNN": P*_S/P* where there are no displacements."""
    own = found[found.only == "synonyms"]
    return join(f"{with_interval(r.ratio)} for the {r.arch.upper()}" for r in own.itertuples())


def named(pair: str) -> str:
    """ "P*_D/P*_S" of "D/S"."""
    return "/".join(NAMES[name] for name in pair.split("/"))


def equal_words(table: pd.DataFrame) -> str:
    """ "P*_D/P*_S 0.60 and ...": the CNN's ratios with equal probabilities."""
    own = table[(table.arch == "cnn") & (table.how == THRESHOLD) & (table.reading == "own")]
    own = own[own.over_equal.notna()].drop_duplicates("pair")
    return join(
        f"{named(r.pair)} {r.ratio.value / r.over_equal.value:.2f}" for r in own.itertuples()
    )
