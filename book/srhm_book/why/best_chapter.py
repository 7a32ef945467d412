"""P* of networks beside the layer-wise algorithm's and the limits by counting, task by task."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from srhm.runs.store import Store
from srhm.stats.curves import sample_complexity
from srhm.stats.fits import Estimate
from srhm.stats.ratios import mean_of_few, mean_ratio, paired_ratio, seed_complexities
from srhm.training.config import SEED_FIELDS, RunConfig
from srhm_book.complexity import choices
from srhm_book.complexity.table import searched_runs
from srhm_book.complexity.training import describe
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

    Columns v, s, L, m, s0, what, P_star, low, high (95 % over seeds), num_seeds and by_seed, the
    size of each seed of the rules. steps: rows of `srhm_book.why.measure.critical_sizes`, of which
    those of the LCN with equal weights are taken.
    """
    rows = [
        (*task, name, *_crossing(own))
        for name, found in runs.items()
        for c, own in found.items()
        if (task := (c.v, c.s, c.L, c.m, c.s0)) in tasks.BEST
    ]
    algorithm, seen, steps = (of_main_table(frame) for frame in (algorithm, seen, steps))
    seeded = algorithm.assign(**dict.fromkeys(SEED_FIELDS, algorithm.seed))
    for (*task, places), own in seeded.groupby([*TASK, "places"]):
        name = "algorithm places" if places else "algorithm"
        rows.append((*task, name, *_crossing(own[["P", "test_error", *SEED_FIELDS]])))
    for task, own in seen[seen.places.astype(bool)].groupby(TASK):
        rows.append((*task, "seen places", *_mean(own.set_index("seed").every)))
    rows += _seen_anywhere(seen[~seen.places.astype(bool)])
    for task, own in steps[(steps.arch == "lcn") & (steps.weights == "equal")].groupby(TASK):
        rows.append((*task, "step", *_mean(own.set_index("seed").P_c)))
    columns = [*TASK, "what", "P_star", "low", "high", "num_seeds", "by_seed"]
    table = pd.DataFrame(rows, columns=columns)
    return table[table.P_star.notna()].astype({"P_star": float, "low": float, "high": float})


def _seen_anywhere(seen: pd.DataFrame) -> list[tuple]:
    """The rows of "seen", which s0 does not change: of each seed the mean over all values of s0."""
    rows = []
    for task, own in seen.groupby([name for name in TASK if name != "s0"]):
        sizes = _mean(own.groupby("seed").every.agg(lambda x: math.exp(x.map(math.log).mean())))
        rows += [(*task, s0, "seen", *sizes) for s0 in own.s0.unique()]
    return rows


def _crossing(own: pd.DataFrame) -> tuple:
    star = sample_complexity(own)
    by_seed = {seed[0]: P for seed, P in seed_complexities(own).items()}
    return star.P_star, star.low, star.high, star.num_seeds, by_seed


def _mean(values: pd.Series) -> tuple:
    """Geometric mean over seeds, with its 95 % interval, their number and the values by seed."""
    ends = map(math.exp, mean_of_few([math.log(value) for value in values]))
    return *ends, len(values), values.to_dict()


def factor(table: pd.DataFrame, above: str, below: str, sparse: bool | None = None):
    """How many times more data one of `WORDS` needs than another: an Estimate, and how many tasks.

    Geometric mean over the tasks that have both, with its 95 % interval; None for fewer than two.
    sparse: only tasks with s0 > 0 (True) or s0 = 0 (False).
    """
    ratios = ratio_by_task(table, above, below, sparse)
    if len(ratios) < 2:
        return None, len(ratios)
    logs = [math.log(ratio) for ratio in ratios.ratio]
    return Estimate(*(math.exp(x) for x in mean_of_few(logs))), len(logs)


def ratio_by_task(
    table: pd.DataFrame, above: str, below: str, sparse: bool | None = None
) -> pd.DataFrame:
    """The tasks that have both of two of `WORDS`, and the ratio of their sizes.

    Seed by seed, with the same rules in both, over the seeds that have a size in both. Columns
    `TASK`, ratio (geometric mean), low and high (95 % over seeds). sparse: as for `factor`.
    """
    columns = [*TASK, "ratio", "low", "high"]
    over, under = (table[table.what == name].set_index(TASK).by_seed for name in (above, below))
    rows = []
    for task in over.index.intersection(under.index, sort=False):
        sizes, others = over[task], under[task]
        found = mean_ratio([sizes[seed] / others[seed] for seed in sizes if seed in others])
        if found.low is not None and sparse in (None, task[-1] > 0):
            rows.append((*task, found.ratio, found.low, found.high))
    return pd.DataFrame(rows, columns=columns)


def spread(values: pd.Series) -> str:
    """ "2.9 to 4.3": least and largest over tasks, in two digits; one value where they are one."""
    ends = (significant(values.min(), 2), significant(values.max(), 2))
    return " to ".join(dict.fromkeys(ends))


def reach(ratios: pd.DataFrame) -> str:
    """ "2.9 to 4.3 (1.8 to 6.0)": `spread`, and how far the intervals of single tasks reach."""
    ends = pd.concat([ratios.low, ratios.high])
    return f"{spread(ratios.ratio)} ({spread(ends)})"


def ratio_words(table, above: str, below: str, sparse=True, by: str = "L", fewest: int = 1) -> str:
    """ "2.9 to 4.3 (1.8 to 6.0) at L = 2": `reach` at each L, or at each s0.

    Where it rests on fewer tasks than ``fewest``, it is left out.
    """
    ratios = ratio_by_task(table, above, below, sparse)
    groups = [(value, own) for value, own in ratios.groupby(by) if len(own) >= fewest]
    told = [f"{reach(own)} at {NAMES[by]} = {value}" for value, own in groups]
    return join(told) if told else "not known"


STEPS = (
    ("algorithm", "seen", "to tell synonyms by their classes"),
    ("algorithm places", "algorithm", "to learn that places do not matter"),
    ("cnn", "algorithm places", "the CNN's own"),
    ("lcn", "cnn", "not to share weights (LCN)"),
    ("fcn", "lcn", "not to know the tree (FCN)"),
)


def steps_view(table: pd.DataFrame) -> pd.DataFrame:
    """The factors from one limit to the next (`STEPS`): `reach` on sparse tasks, by L and s0.

    And with networks in the lazier scaling, by L. In square brackets the number of tasks.
    """
    rows = []
    for above, below, words in STEPS:
        row = {"what costs": words}
        for (L, s0), own in ratio_by_task(table, above, below, True).groupby(["L", "s0"]):
            row[f"L = {L}, s₀ = {s0}"] = f"{reach(own)} [{len(own)}]"
        lazier = _lazier(above), _lazier(below)
        if lazier != (above, below):
            for L, own in ratio_by_task(table, *lazier, True).groupby("L"):
                row[f"lazier, L = {L}"] = f"{reach(own)} [{len(own)}]"
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
        if number := len(ratio_by_task(table, *pair, True)):
            told.append(f"{name.upper()}: {ratio_words(table, *pair)}, {number} tasks")
    return join(told, "; ") if told else "not known"


def rate_words(store: Store | None) -> str:
    """What the lazier scaling costs a CNN in the chapter on training, at equal speed and else.

    On its first task, which is one of `tasks.BEST`: at the rate that is used here, and at that of
    the authors' code.
    """
    if store is None:
        return "known in the profile book alone"
    task = choices.TASKS[0]
    ours, theirs = (choices.reference(task, scaling) for scaling in ("fan_in", "channels"))
    as_fast = choices.same_kernel(task)
    runs, missing = searched_runs([ours, as_fast, theirs], store)
    if missing:
        return "not known"
    fast, own = (paired_ratio(runs[c], runs[ours]) for c in (as_fast, theirs))
    told = [with_ends(found.ratio, found.low, found.high) for found in (fast, own)]
    times = significant(theirs.lr / as_fast.lr, 2)
    return (
        f"for {describe(ours)}, {told[0]} at this rate and {told[1]} at that of the authors, which "
        f"is {times} times as large"
    )


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
