"""The ledger's claims of the parent on what fails, and on one step: Figures 2, 8 to 10, 13, 14."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from srhm.runs.store import Store
from srhm.stats.fits import Estimate
from srhm_book.claims.claim import Claim, Number, Share
from srhm_book.parent import deep, lazy, uniform
from srhm_book.parent import fully_connected as networks
from srhm_book.parent import layerwise_views as steps
from srhm_book.parent.claims import GROUP
from srhm_book.parent.measure import FOLDER
from srhm_book.spectral.stored import find

SHALLOW, LAZY = "24_shallow_networks", "25_lazy_networks"
STEP, UNIFORM = "26_one_step", "27_no_correlations"
FINITE = 0.1  # of guessing: an error above the parent's threshold is not small
EARLY = 0.5  # of P*: where lazy and trained networks are compared
ALIKE = 0.2  # relative difference of their errors
ALIKE_WORDS = f"sizes below {EARLY:g} P* at which both errors are within {100 * ALIKE:.0f} %"


def limit_claims(store: Store) -> list[Claim]:
    """All of them, from the store's runs and the measurements in results/parent."""
    return [
        *_connected_claims(store),
        *_lazy_claims(lazy.trained("book", store), find("kernel", FOLDER)),
        *_step_claims(find("one_step", FOLDER), find("layerwise", FOLDER)),
        _uniform_claim(uniform.uniform_table(uniform.trained("book", store))),
    ]


def _claim(id, statement, figure, chapter, parts, settings=0, seeds=0, remark=None) -> Claim:
    return Claim(f"parent_{id}", GROUP, statement, figure, chapter, tuple(parts), settings,
                 int(seeds), remark)  # fmt: skip


def _connected_claims(store: Store) -> Iterable[Claim]:
    """Figures 2 and 13, in both scalings."""
    for scaling, id, name in (("fan_in", "", ""), ("channels", "_lazy", ", lazier scaling")):
        grid = networks.shallow_grid(scaling=scaling)
        shallow = networks.shallow_table(networks.shallow_runs(grid, store)[0])
        powers = networks.shallow_powers(shallow)
        parts = (Number.of("power of P* in v, n_c = m = v, L = 2", 4, powers["v"]),)
        statement = f"Shallow networks need a share of all data, v^4{name}"
        counts = _counts(shallow[networks.of_figure(shallow)])
        yield _claim(f"shallow{id}", statement, "2", SHALLOW, parts, *counts)
        parts = (Number.of("power of P* in P_max, all tasks", 1, powers["P_max"]),)
        statement = f"Shallow networks need a share of all data, whatever m, n_c and L{name}"
        yield _claim(f"shallow_any{id}", statement, "2", SHALLOW, parts, *_counts(shallow),
                     "beyond the figure, which has n_c = m = v and L = 2")  # fmt: skip
        tables = {
            (key, scaling): deep.deep_table(deep.deep_runs(settings, store)[0])
            for key, settings in networks.deep_grid(scaling=scaling).items()
        }
        ratios = {key: own for (key, _), own in networks.deep_ratios(tables).items()}
        both = pd.concat([ratios["fcn"], ratios["six"]])
        parts = [
            Number.of(f"P* over 2^L that of a CNN, L = {L}", 1, networks.factor(both[both.L == L]))
            for L in (2, 3, 4)
        ]
        parts.append(Number.of("P* of six layers over L", 1, networks.factor(ratios["depth"])))
        statement = f"Deep fully connected networks need 2^L times more{name}"
        yield _claim(f"connected{id}", statement, "13", SHALLOW, parts, *_counts(both))


def _counts(table: pd.DataFrame) -> tuple[int, int]:
    """Settings with a P*, and the fewest seeds of one."""
    known = table.dropna(subset="P_star")
    return len(known), int(known.num_seeds.min()) if len(known) else 0


def _lazy_claims(runs: pd.DataFrame, kernel: pd.DataFrame | None) -> Iterable[Claim]:
    """Figure 14: the error stays up to all data; it is the network's at small P. And alpha."""
    hits = number = seeds = 0
    alike = Share(ALIKE_WORDS, 0, 0)
    if kernel is not None:
        stars = lazy.kernel_P_star(kernel)
        whole = lazy.whole_tasks(stars, maximal=True)
        hits = int((whole.error > FINITE * (1 - 1 / whole.n_c)).sum())
        number, seeds = len(whole), int(stars.seeds.min())
        alike = _alike(runs, kernel)
    share = Share(
        f"tasks (n_c = m = v) with an error above a tenth of guessing at {lazy.MOSTLY_ALL:g} of "
        f"all data or more", hits, number,
    )  # fmt: skip
    yield _claim("lazy", "Lazy networks fail up to all data there are", "14", LAZY, (share,),
                 number, seeds)  # fmt: skip
    yield _claim("lazy_early", "Far below P* lazy and trained networks err alike", "14", LAZY,
                 (alike,), 1 if alike.number else 0, seeds)  # fmt: skip


def _alike(runs: pd.DataFrame, kernel: pd.DataFrame) -> Share:
    network = runs[(runs.alpha == 0) & (runs.scaling == "fan_in")] if len(runs) else runs
    if network.empty:
        return Share(ALIKE_WORDS, 0, 0)
    star = lazy.alpha_table(network).P_star.iloc[0]
    table = lazy.early_ratio(lazy.of_task(kernel), network, EARLY * star)
    return Share(ALIKE_WORDS, int(table.ratio.sub(1).abs().le(ALIKE).sum()), len(table))


def _step_claims(one_step: pd.DataFrame | None, learned: pd.DataFrame | None) -> Iterable[Claim]:
    """Figures 8 and 10."""
    ratio = scale = None
    number = seeds = 0
    if one_step is not None:
        table = steps.crossings(one_step)
        largest = table[table.scale == table.scale.max()]
        ratio = steps.mean_ratio(table.measured, table.exact)
        scale = steps.mean_ratio(largest.measured, largest.scale)
        number, seeds = len(table.groupby(["v", "L"])), table.seed.nunique()
    parts = (
        Number.of("P_c of S_(1,1) over that of the rules", 1, ratio),
        Number.of("P_c over n_c m^L at the largest task", 1, scale),
    )
    yield _claim("one_step", "After one step S_(1,1) = 1/(1 + P/P_c), P_c = n_c m^L", "8", STEP,
                 parts, number, seeds)  # fmt: skip
    found: dict[int, Estimate | None] = {2: None, 3: None}
    number = seeds = 0
    if learned is not None:
        table = steps.layerwise_table(learned)
        found = {L: steps.power_of_v(table, L) for L in found}
        number, seeds = len(table), table.seeds.min()
    parts = [Number.of(f"power of P* in v, L = {L}", L + 0.5, value) for L, value in found.items()]
    yield _claim("layerwise", "Learning level by level needs v^(L+1/2) data", "10", STEP, parts,
                 number, seeds)  # fmt: skip


def _uniform_claim(table: pd.DataFrame) -> Claim:
    """Figure 9."""
    wide = table[(table.rule_kind == "uniform") & (table.v > 2)]
    share = Share(
        f"points with v > 2 and an error of at least {uniform.NEAR_CHANCE:g} of guessing",
        int((wide.ratio >= uniform.NEAR_CHANCE).sum()), len(wide),
        len(uniform.SHARES) * sum(v > 2 for v, _ in uniform.TASKS),
    )  # fmt: skip
    seeds = wide.seeds.min() if len(wide) else 0
    return _claim("uniform", "Without correlations nothing is learned", "9", UNIFORM, (share,),
                  len(wide), seeds)  # fmt: skip
