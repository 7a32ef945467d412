"""P* of networks beside the layer-wise algorithm's and the limits by counting, task by task."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from srhm.stats.curves import sample_complexity
from srhm.stats.fits import Estimate
from srhm.stats.ratios import mean_of_few
from srhm.training.config import SEED_FIELDS, RunConfig
from srhm_book.grids import GRIDS, PAPER, TOY, setting
from srhm_book.parent.settings import task_setting
from srhm_book.tables import scrolling
from srhm_book.why import best_measure, measure, tasks
from srhm_book.why.best_measure import task_of
from srhm_book.wording import NOTHING, join, list_settings, significant, with_ends

# What is compared, from what anyone needs to what networks need: name in words.
WORDS = {
    "seen": "every rule seen",
    "seen places": "every rule seen at all places",
    "step": "one step, LCN",
    "algorithm": "level by level, places known",
    "algorithm places": "level by level, places learned",
    "cnn": "CNN",
    "cnn lazier": "CNN, lazier scaling",
    "lcn": "LCN",
    "lcn lazier": "LCN, lazier scaling",
    "fcn": "FCN",
    "fcn lazier": "FCN, lazier scaling",
}
NETWORKS = ("cnn", "lcn", "fcn")
AGAIN, TOLERANCE = 3, 0.02  # rows measured again; rounding may move single data
TASK = ["v", "s", "L", "m", "s0"]
NAMES = {"L": "L", "s0": "s₀"}  # in words
SHOWN = ["v", "L", "s0"]  # what differs between the tasks of the main table
FEWER = {
    "fresh": [(4, 2, 2, 4, 0), (4, 2, 2, 4, 1), (4, 2, 2, 4, 2), (6, 2, 2, 6, 1)],
    "smoke": [(4, 2, 2, 4, 0), (4, 2, 2, 4, 1), (4, 2, 2, 4, 2)],
}


def network_settings(profile: str) -> dict[str, list[RunConfig]]:
    """The settings of each network on the chapter's tasks."""
    if profile == "smoke":
        return {"cnn": [_setting("cnn", task, **TOY) for task in FEWER["smoke"]]}
    chosen = FEWER.get(profile, tasks.BEST)
    found = {arch: [_setting(arch, task) for task in chosen] for arch in tasks.NETWORKS}
    if profile == "fresh":
        return found
    found["cnn"] += [_setting("cnn", task) for task in tasks.BEST_BRANCHING + tasks.BEST_BY_LEVEL]
    # Deep FCNs fall silent at this book's rate: half of it, as in the chapter on them.
    rates = {2: {}, 3: PAPER}
    found["fcn"] = [_setting("fcn", task, **rates[task[2]]) for task in chosen]
    lazier = [*GRIDS["square_lazier"], *GRIDS["best_lazier"]]
    lazier += [task_setting(v, m, m, L, "channels") for v, _, L, m, s0 in chosen if s0 == 0]
    for c in dict.fromkeys(lazier):
        if (c.v, c.s, c.L, c.m, c.s0) in chosen:
            found.setdefault(f"{c.arch} lazier", []).append(c)
    return found


def _setting(arch: str, task: tasks.BestTask, **other) -> RunConfig:
    v, s, L, m, s0 = task
    return setting(arch, v, s0, s=s, L=L, n_c=m, m=m, **other)


def counted(profile: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of the layer-wise algorithm and of the rules seen: stored, or fewer measured now."""
    if profile == "book":
        return measure.read("layerwise"), measure.read("rules_seen")
    seeds = range(2 if profile == "smoke" else 4)
    return (
        best_measure.algorithm_rows(FEWER[profile], seeds),
        best_measure.seen_rows(FEWER[profile], seeds),
    )


def of_main_table(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows whose task is one of the main table's: m = v, s = 2, all levels equally sparse."""
    chosen = set(tasks.BEST)
    keep = [task in chosen for task in frame[TASK].itertuples(index=False, name=None)]
    return frame[pd.Series(keep, frame.index, dtype=bool)]


def sizes_table(
    runs: Mapping[str, Mapping[RunConfig, pd.DataFrame]],
    algorithm: pd.DataFrame,
    seen: pd.DataFrame,
    steps: pd.DataFrame,
) -> pd.DataFrame:
    """One row for each task of the main table and each of `WORDS` that is known there.

    Columns v, s, L, m, s0, what, P_star, low, high (95 % over seeds), num_seeds. steps: rows of
    `srhm_book.why.measure.critical_sizes`, of which those of the LCN with equal weights are taken.
    """
    rows = [
        (task, name, sample_complexity(own))
        for name, found in runs.items()
        for c, own in found.items()
        if (task := (c.v, c.s, c.L, c.m, c.s0)) in tasks.BEST
    ]
    algorithm, seen, steps = (of_main_table(frame) for frame in (algorithm, seen, steps))
    seeded = algorithm.assign(**dict.fromkeys(SEED_FIELDS, algorithm.seed))
    for (*task, places), own in seeded.groupby([*TASK, "places"]):
        name = "algorithm places" if places else "algorithm"
        rows.append((task, name, sample_complexity(own[["P", "test_error", *SEED_FIELDS]])))
    found = [
        (*task, name, star.P_star, star.low, star.high, star.num_seeds)
        for task, name, star in rows
        if star.P_star is not None
    ]
    for (*task, places), own in seen.groupby([*TASK, "places"]):
        found.append((*task, "seen places" if places else "seen", *_mean(own.every)))
    for task, own in steps[(steps.arch == "lcn") & (steps.weights == "equal")].groupby(TASK):
        found.append((*task, "step", *_mean(own.P_c)))
    columns = [*TASK, "what", "P_star", "low", "high", "num_seeds"]
    return pd.DataFrame(found, columns=columns).astype({"low": float, "high": float})


def _mean(values: pd.Series) -> tuple[float, float, float, int]:
    """Geometric mean over seeds, with its 95 % interval."""
    logs = [math.log(value) for value in values]
    return *(math.exp(x) for x in mean_of_few(logs)), len(logs)


def factor(table: pd.DataFrame, above: str, below: str, sparse: bool | None = None):
    """How many times more data one of `WORDS` needs than another: an Estimate, and how many tasks.

    Geometric mean over the tasks that have both, with its 95 % interval; None for fewer than two.
    sparse: only tasks with s0 > 0 (True) or s0 = 0 (False).
    """
    ratios = ratio_by_task(table, above, below)
    if sparse is not None:
        ratios = ratios[(ratios.s0 > 0) == sparse]
    if len(ratios) < 2:
        return None, len(ratios)
    logs = [math.log(ratio) for ratio in ratios.ratio]
    return Estimate(*(math.exp(x) for x in mean_of_few(logs))), len(logs)


def ratio_by_task(table: pd.DataFrame, above: str, below: str) -> pd.DataFrame:
    """The tasks that have both of two of `WORDS`, and the ratio of their sizes."""
    by_task = [table[table.what == name].set_index(TASK).P_star for name in (above, below)]
    return (by_task[0] / by_task[1]).dropna().rename("ratio").reset_index()


def spread(ratios: pd.Series) -> str:
    """ "2.9 to 4.3": least and largest over tasks, in two digits; one value where they are one."""
    ends = (significant(ratios.min(), 2), significant(ratios.max(), 2))
    return " to ".join(dict.fromkeys(ends))


def spread_words(table, above: str, below: str, sparse: bool = True, by: str = "L") -> str:
    """ "2.9 to 4.3 at L = 2 and 13 to 19 at L = 3": `spread` at each L, or at each s0."""
    ratios = _ratios(table, above, below, sparse)
    told = [f"{spread(own.ratio)} at {NAMES[by]} = {value}" for value, own in ratios.groupby(by)]
    return join(told) if told else "not known"


def _ratios(table: pd.DataFrame, above: str, below: str, sparse: bool) -> pd.DataFrame:
    """`ratio_by_task` on the tasks with s0 > 0 (sparse), or with s0 = 0."""
    ratios = ratio_by_task(table, above, below)
    return ratios[(ratios.s0 > 0) == sparse]


STEPS = (
    ("algorithm", "seen", "to tell synonyms by their classes"),
    ("algorithm places", "algorithm", "to learn that places do not matter"),
    ("cnn", "algorithm places", "the CNN's own"),
    ("lcn", "cnn", "not to share weights (LCN)"),
    ("fcn", "lcn", "not to know the tree (FCN)"),
)


def steps_view(table: pd.DataFrame) -> pd.DataFrame:
    """The factors from one limit to the next (`STEPS`): `spread` on sparse tasks, by L and s0.

    And with networks in the lazier scaling, by L. In square brackets the number of tasks.
    """
    rows = []
    for above, below, words in STEPS:
        row = {"what costs": words}
        for (L, s0), own in _ratios(table, above, below, True).groupby(["L", "s0"]):
            row[f"L = {L}, s₀ = {s0}"] = f"{spread(own.ratio)} [{len(own)}]"
        lazier = _lazier(above), _lazier(below)
        if lazier != (above, below):
            for L, own in _ratios(table, *lazier, True).groupby("L"):
                row[f"lazier, L = {L}"] = f"{spread(own.ratio)} [{len(own)}]"
        rows.append(row)
    found = pd.DataFrame(rows).fillna(NOTHING)
    lazier = [name for name in found if name.startswith("lazier")]
    return found[[*(name for name in found if name not in lazier), *sorted(lazier)]]


def _lazier(name: str) -> str:
    """The name of `WORDS` in the lazier scaling, where it is a network's."""
    return f"{name} lazier" if f"{name} lazier" in WORDS else name


def lazier_words(table: pd.DataFrame) -> str:
    """What the lazier scaling costs each network on sparse tasks, and on how many."""
    told = []
    for name in NETWORKS:
        pair = _lazier(name), name
        number = len(_ratios(table, *pair, True))
        tasks_known = f", {number} tasks" if number else ""
        told.append(f"{name.upper()} ({spread_words(table, *pair)}{tasks_known})")
    return join(told)


def sizes_view(table: pd.DataFrame) -> pd.DataFrame:
    """All sizes with their intervals: a row a task, a column each of `WORDS`."""
    texts = [with_ends(r.P_star, r.low, r.high, 0) for r in table.itertuples()]
    wide = table.assign(text=texts).pivot(index=SHOWN, columns="what", values="text").fillna("–")
    wide = wide[[name for name in WORDS if name in wide]].rename(columns=WORDS)
    trained = table[table.what.isin(NETWORKS)]
    counts = trained.pivot(index=SHOWN, columns="what", values="num_seeds")
    for name in (name for name in NETWORKS if name in counts):
        wide[f"seeds {name.upper()}"] = counts[name].map(lambda n: f"{n:.0f}")
    return wide.fillna(NOTHING).replace("nan", NOTHING).reset_index().rename(columns=NAMES)


def share_words(table: pd.DataFrame) -> str:
    """How much of all data P* is where it is most: on the smallest task without sparsity."""
    smallest = min(tasks.BEST, key=lambda task: task_of(*task, 0).num_data)
    own = table[(table[TASK] == pd.Series(smallest, TASK)).all(axis=1)].set_index("what").P_star
    number = task_of(*smallest, 0).num_data / 100
    networks = own[[name for name in NETWORKS if name in own]] / number
    if networks.empty or "algorithm" not in own:
        return "not known"
    v, _, L, *_ = smallest
    return (
        f"at v = {v}, L = {L}, s₀ = 0 the algorithm needs {own['algorithm'] / number:.0f} % of all "
        f"data there are, the networks {spread(networks)} %"
    )


def seeds_words(table: pd.DataFrame) -> str:
    """How many seeds: "6 for the algorithm, 3 to 8 for networks"."""
    trained = table[table.what.str.split().str[0].isin(NETWORKS)].num_seeds
    told = table[table.what.str.startswith("algorithm")].num_seeds
    if trained.empty or told.empty:
        return "not known"
    both = (" to ".join(map(str, dict.fromkeys((n.min(), n.max())))) for n in (told, trained))
    return "{} for the algorithm, {} for networks".format(*both)


def missing_words(missing: Mapping[str, list[RunConfig]]) -> str:
    """Which networks, in which scaling, are not trained on which tasks."""
    told = [f"{WORDS[name]}: {list_settings(own)}" for name, own in missing.items() if own]
    return "; ".join(told) or "none"


def again(algorithm: pd.DataFrame, seen: pd.DataFrame, stored: bool):
    """A few rows measured again, the cheapest ones; AssertionError where one differs."""
    if not stored:
        return "All rows of this profile were measured just now."
    keys = [*TASK, "places", "seed"]
    rows = []
    for row in algorithm[algorithm.L == 2].nsmallest(AGAIN, "P").to_dict("records"):
        task = tuple(row[name] for name in TASK)
        now = best_measure.algorithm_row(task, row["places"], row["P"], row["seed"])[-1]
        rows.append({**row, "measured": "test_error", "stored": row["test_error"], "now": now})
    first = seen.iloc[:1]
    task = tuple(first[TASK].iloc[0])
    for row in best_measure.seen_rows([task], [first.seed.iloc[0]]).head(1).to_dict("records"):
        stored_value = float(first.every.iloc[0])
        rows.append({**row, "measured": "every", "stored": stored_value, "now": row["every"]})
    shown = pd.DataFrame(rows)[[*keys, "measured", "stored", "now"]]
    wrong = shown[(shown.now - shown.stored).abs() > TOLERANCE]
    assert wrong.empty, f"stored rows differ from those measured now:\n{wrong}"
    return scrolling(shown).format(precision=3)
