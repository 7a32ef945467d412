"""What the chapters on one step show in each profile: stored results, or fewer made now."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from srhm.stats.fits import Estimate
from srhm.training.config import RunConfig
from srhm_book.complexity.table import complexity_table, seed_exponent
from srhm_book.grids import GRIDS, TOY, few_synonyms, setting
from srhm_book.why import measure, tasks
from srhm_book.why.along_training import along_rows
from srhm_book.why.first_gradient import correlation_rows
from srhm_book.why.one_step import exponent
from srhm_book.why.tied import settings_of, step_table

FRESH = [*tasks.everywhere(4, 2, (0, 2)), *tasks.one_level(4, 2, (2,))]
SMOKE_S0 = 1
FEW_NOW = [("cnn", 2, 1), ("cnn", 2, 2)]  # what is measured now of the tasks of few synonyms


def level_settings(profile: str) -> list[RunConfig]:
    """The settings that are sparse at one level or at all, for the chapter on levels."""
    if profile == "book":
        return GRIDS["which_level"]
    if profile == "fresh":
        return [setting_of(task) for task in FRESH]
    own = [*tasks.everywhere(4, 2, (0, SMOKE_S0)), *tasks.one_level(4, 2, (SMOKE_S0,))]
    return [setting_of(task, **TOY) for task in own if task[0] == "cnn"]


def depth_settings(profile: str) -> list[RunConfig]:
    """The settings of equal s0 >= 1 at each depth, which give the exponents at L = 1, 2, 3.

    At L = 1 both networks are one; its runs are those of the CNN.
    """
    if profile == "book":
        every = [*GRIDS["shallow"], *GRIDS["which_level"]]
        return [c for c in every if isinstance(c.s0, int) and c.s0 > 0]
    if profile == "smoke":
        return [setting_of(task, **TOY) for task in tasks.everywhere(4, 1, (4, 9), ("cnn",))]
    own = [*tasks.everywhere(4, 1, (4, 9), ("cnn",)), *tasks.everywhere(4, 2, (1, 2))]
    return [setting_of(task) for task in own]


def few_settings(profile: str) -> list[RunConfig]:
    """The settings of few synonyms, at two to four levels; in "fresh" and "smoke" none but two."""
    if profile == "book":
        return GRIDS["few_synonyms"]
    return few_synonyms(FEW_NOW, **TOY if profile == "smoke" else {})


def few_sizes(profile: str) -> pd.DataFrame:
    """One step's P_c of the same tasks: stored, or of two of them measured now."""
    if profile == "book":
        return measure.read("few_synonyms")
    return measure.few_synonyms(FEW_NOW, range(2), 1000 if profile == "smoke" else measure.FEWEST)


def setting_of(task: tasks.Task, **other) -> RunConfig:
    """The setting of a task; ``other`` changes the training."""
    arch, v, s, L, m, s0 = task
    return setting(arch, v, s0, s=s, L=L, n_c=m, m=m, **other)


def task_of(config: RunConfig) -> tasks.Task:
    """The task of a setting with n_c = m, as `srhm_book.why.tasks` writes it."""
    return (config.arch, config.v, config.s, config.L, config.m, config.task.s0)


def sizes_for(settings: Iterable[RunConfig], profile: str) -> pd.DataFrame:
    """One step's P_c of the settings' tasks: stored, or measured now with fewer seeds."""
    wanted = list(dict.fromkeys(task_of(c) for c in settings))
    if profile != "book":
        return measure.critical_sizes(wanted, range(2))
    kept = measure.read("critical_sizes")
    chosen = pd.DataFrame([(*t[:5], measure.s0_text(t[5])) for t in wanted], columns=measure.TASK)
    return kept.merge(chosen, on=measure.TASK)


def depth_exponents(runs: dict[RunConfig, pd.DataFrame]) -> dict[tuple[str, int], Estimate]:
    """{(arch, L): exponent of s0+1 from s0 = 1 on}, from settings that differ in s0 alone.

    At L = 1 the two networks are one.
    """
    table = complexity_table(runs)
    table = table[table.P_star.notna() & (table.s0 > 0)]
    found = {}
    for (arch, L), own in table.groupby(["arch", "L"]):
        if own.s0.nunique() > 1 and own.num_seeds.min() > 1:
            for name in ("lcn", "cnn") if L == 1 else (arch,):
                found[name, L] = seed_exponent(own)
    return found


def depth_predictions(sizes: pd.DataFrame) -> dict[tuple[str, str, int], float]:
    """{(arch, weights, L): exponent of s0+1 of P_c}, from tasks of equal s0 >= 1."""
    sizes = sizes[[isinstance(s0, int) and s0 > 0 for s0 in sizes.s0]]
    found = {}
    for (arch, weights, L), own in sizes.groupby(["arch", "weights", "L"]):
        values = 1 / own.groupby("s0").P_c.apply(lambda values: (1 / values).mean())
        if len(values) > 1:
            for name in ("lcn", "cnn") if L == 1 else (arch,):
                found[name, weights, L] = exponent([s0 + 1 for s0 in values.index], values)
    return found


def counted_sizes(profile: str) -> pd.DataFrame:
    """P_c against s0 and L at v = m = n_c = 4, all levels equally sparse."""
    own, seeds = tasks.COUNTED, measure.SEEDS
    if profile == "book":
        kept = measure.read("critical_sizes")
        return kept[(kept.v == 4) & kept.s0.map(lambda s0: isinstance(s0, int))]
    if profile == "smoke":
        own, seeds = [*tasks.everywhere(4, 1, (0, 1)), *tasks.everywhere(4, 2, (0, 1))], range(2)
    return measure.critical_sizes(own, seeds)


def stepped(profile: str) -> pd.DataFrame:
    """S and D of the first layer after one step: stored, or measured now."""
    if profile == "book":
        return measure.read("first_step")
    return measure.first_step((0, 1), range(2)) if profile == "smoke" else measure.first_step()


def along(profile: str) -> pd.DataFrame:
    """P_c along a training: stored, or measured now."""
    if profile == "book":
        return measure.read("along_training")
    if profile == "smoke":
        return along_rows({2: (1, 2)}, range(1), (1.0, 0.9), 500, **TOY)
    return along_rows({2: (1, 2)}, range(2), num_fresh=10_000)


def tied_steps(profile: str) -> pd.DataFrame:
    """One step's P_c with tied layers: stored, or measured now."""
    if profile == "book":
        return measure.read("tied").fillna({"tied": ""})
    fewer = {"seeds": range(1), "samples": 1000} if profile == "smoke" else {}
    return step_table(settings_of(profile), **fewer)


def first_gradients(profile: str) -> pd.DataFrame:
    """How a network's first step goes with the counts, by width: stored, or measured now."""
    if profile == "book":
        return measure.read("first_gradient")
    return correlation_rows((64, 256), range(2 if profile == "smoke" else 3))


def trained_settings(profile: str) -> list[RunConfig]:
    """The settings whose P* is put beside one step's P_c."""
    if profile != "book":
        return level_settings(profile)
    own = [*(setting_of(task) for task in tasks.TRAINED), *GRIDS["shallow"], *GRIDS["which_level"]]
    return list(dict.fromkeys(own))
