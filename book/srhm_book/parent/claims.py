"""The ledger's claims of the parent on deep networks, their layers, and signal and noise."""

from __future__ import annotations

import pandas as pd

from srhm.runs.store import Store
from srhm.stats.fits import Estimate
from srhm_book.claims.claim import OWN, Claim, Number, Share
from srhm_book.parent import deep, noise, seeds, synonyms
from srhm_book.parent.dimension import steps_down
from srhm_book.parent.settings import deep_grid
from srhm_book.spectral.stored import find
from srhm_book.wording import with_interval

GROUP = "Before sparsity"
DEEP, LAYERS, NOISE = "22_deep_networks", "23_synonyms_by_layer", "28_signal_and_noise"
QUADRUPLED = 4.0  # how much larger a v the claim on v is about


def deep_claims(store: Store) -> list[Claim]:
    """All of them, from the store's runs and, for signal and noise, from the rules alone."""
    ours, lazier = (
        deep.deep_table(deep.deep_runs(deep_grid(scaling=scaling), store)[0])
        for scaling in ("fan_in", "channels")
    )
    frame = store.frame()
    curves, lazier_curves = (
        synonyms.stored_curves(frame, scaling) for scaling in ("fan_in", "channels")
    )
    return [
        _law_claim(ours), _v_claim(ours), _depth_claim(ours),
        _law_claim(lazier, "_lazy", ", lazier scaling"),
        _depth_claim(lazier, "_lazy", ", lazier scaling"),
        _collapse_claim(curves), _levels_claim(curves),
        _collapse_claim(lazier_curves, "_lazy", ", lazier scaling"),
        _levels_claim(lazier_curves, "_lazy", ", lazier scaling"),
        _dimension_claim(), _noise_claim(), _draws_claim(store),
    ]  # fmt: skip


def _claim(id, statement, figure, chapter, parts, table: pd.DataFrame, remark=None) -> Claim:
    num = int(table.num_seeds.min()) if len(table) else 0
    return Claim(f"parent_{id}", GROUP, statement, figure, chapter, tuple(parts), len(table), num,
                 remark)  # fmt: skip


def _law_claim(table: pd.DataFrame, id: str = "", name: str = "") -> Claim:
    """Eq. 7 as a whole and, where tasks tell n_c from m, each factor."""
    known = table.dropna(subset="P_star")
    whole, *factors = deep.joint_powers(table)
    factors = [p for p in factors if p.what != "v"] if not id else []
    parts = [Number.of(f"power of P* in {p.what}", 1, p.estimate) for p in (whole, *factors)]
    theirs = deep.joint_powers(deep.by_parent_rule(table))[0].estimate
    remark = None
    if theirs is not None:
        remark = f"P*/(n_c m^L) is {known.C.min():.2f} to {known.C.max():.2f}; "
        remark += f"by their threshold the power is {theirs.value:.2f}"
    statement = f"Deep CNNs need P* = n_c m^L{name}"
    return _claim(f"law{id}", statement, "3, 4, 12", DEEP, parts, known, remark)


def _v_claim(table: pd.DataFrame) -> Claim:
    """What a quadrupled v does to P*, from tasks that differ in nothing else."""
    lines = [power for power in deep.line_powers(table) if power.what == "v"]
    what = "P* over P* when v is quadrupled"
    parts = [Number.of(f"{what}, {p.where}", 1, _raised(p.estimate)) for p in lines]
    return _claim("v", "P* does not depend on v", "3, 4", DEEP, parts or [Number(what, 1)],
                  deep.family(table, "v alone"))  # fmt: skip


def _depth_claim(table: pd.DataFrame, id: str = "", name: str = "") -> Claim:
    """The power of d in P*/n_c, from tasks that differ in depth alone."""
    parts = [
        Number.of(f"power of d, {p.where}", p.law, p.estimate) for p in deep.depth_powers(table)
    ]
    statement = f"P*/n_c = d^(ln m/ln s){name}"
    return _claim(f"depth{id}", statement, "4", DEEP, parts or [Number("power of d", 1)],
                  table.dropna(subset="P_star"))  # fmt: skip


def _raised(power: Estimate | None) -> Estimate | None:
    """What a power does when its variable is quadrupled."""
    if power is None:
        return None
    return Estimate(*(QUADRUPLED**x for x in (power.value, power.low, power.high)))


def _collapse_claim(curves: synonyms.Curves, id: str = "", name: str = "") -> Claim:
    table = synonyms.crossings(curves)
    near = int(synonyms.near_error(table).sum())
    what = f"tasks with P_S within a factor {synonyms.REACH:g} of P*"
    parts = (
        Number.of("power of P_S in n_c m^L", 1, synonyms.collapse_power(table)),
        Share(what, near, len(table.dropna(subset=["P_S", "P_star"])), len(table)),
    )
    statement = f"S_(2,1) falls at n_c m^L, together with the error{name}"
    return _claim(f"synonyms{id}", statement, "5", LAYERS, parts, table)


def _levels_claim(curves: synonyms.Curves, id: str = "", name: str = "") -> Claim:
    """At L = 3, for the levels below the top: which layers drop them, and at which P."""
    tables = {v: synonyms.levels(runs, L) for (v, L), runs in curves.items() if L == 3}
    below = synonyms.below_top(curves)
    hits = int(below.as_claimed.sum()) if len(below) else 0
    what = "pairs of a layer and a level, dropped exactly from layer l+1 on"
    share = Share(what, hits, len(below))
    same = [
        Number.of(f"P of level 2 over that of level 1, v = {v}", 1, synonyms.same_P(table, 3)[2])
        for v, table in tables.items()
    ] or [Number("P of level 2 over that of level 1", 1)]
    fewest = [int(table.num_seeds.min()) for table in tables.values()]
    statement = f"L = 3: level l is dropped from layer l+1 on, at one P{name}"
    return Claim(f"parent_levels{id}", GROUP, statement, "6", LAYERS, (share, *same), len(tables),
                 min(fewest, default=0))  # fmt: skip


def _dimension_claim() -> Claim:
    """From each layer to the next; nothing where none is measured."""
    statement = "The effective dimension falls with depth after training"
    what = "steps from one layer to the next at which it falls"
    table = find("dimension", "parent")
    if table is None:
        return Claim("parent_dimension", GROUP, statement, "11", LAYERS, (Share(what, 0, 0),))
    steps = steps_down(table)
    share = Share(what, int(steps.falls.sum()), len(steps))
    return Claim("parent_dimension", GROUP, statement, "11", LAYERS, (share,),
                 table.v.nunique(), table.seed.nunique())  # fmt: skip


def _noise_claim() -> Claim:
    """P_c over n_c m^L at the largest v of each depth, where the formula is meant."""
    table = noise.crossing_table([task for task in noise.TASKS if task[0] == noise.MOST_V])
    parts = [
        Number(f"P_c/(n_c m^L) of a {r.kind}, v = {r.v}, m = {r.m}, L = {r.L}", 1, r.crossing,
               (r.low, r.high))
        for r in table.itertuples()
    ]  # fmt: skip
    return Claim("parent_noise", GROUP, "Signal and noise cross at n_c m^L", "Eq. 10", NOISE,
                 tuple(parts), len(table) // 2, noise.DRAWS)  # fmt: skip


def _draws_claim(store: Store) -> Claim:
    """This book's own: P* of each draw of the rules against their exact P_c."""
    parts, ranks = [], []
    for task, runs in seeds.trained("book", store).items():
        draws = seeds.by_rules(runs)
        name = f"v, n_c, m, L = {', '.join(map(str, task))}"
        parts.append(Number.of(f"power of P* in P_c, {name}", 1, seeds.explained(draws)))
        rank = seeds.rank_correlation(draws)
        ranks.append(f"{with_interval(rank)} for {name}")
    remark = f"rank correlations: {'; '.join(ranks)}" if ranks else None
    return Claim(
        "parent_draws", OWN, "A draw of the rules needs P* in proportion to their P_c", "–", NOISE,
        tuple(parts) or (Number("power of P* in P_c", 1),), len(parts), seeds.REPEATS, remark,
    )  # fmt: skip
