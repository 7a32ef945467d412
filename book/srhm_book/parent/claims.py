"""The ledger's claims of the parent on deep networks, their layers, and signal and noise."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from srhm.runs.store import Store
from srhm.stats.fits import Estimate
from srhm_book.claims.claim import Claim, Number, Share
from srhm_book.parent import deep, noise, synonyms
from srhm_book.parent.settings import deep_grid

GROUP = "Before sparsity"
DEEP, LAYERS, NOISE = "22_deep_networks", "23_synonyms_by_layer", "28_signal_and_noise"
QUADRUPLED = 4.0  # how much larger a v the claim on v is about


def deep_claims(store: Store) -> list[Claim]:
    """All of them, from the store's runs and, for signal and noise, from the rules alone."""
    found = []
    for scaling, id, name in (("fan_in", "", ""), ("channels", "_lazy", ", lazier scaling")):
        table = deep.deep_table(deep.deep_runs(deep_grid(scaling=scaling), store)[0])
        found += _law_claims(table, id, name)
    frame = store.frame()
    ours, lazier = (synonyms.stored_curves(frame, s) for s in ("fan_in", "channels"))
    return [*found, *_collapse_claims(ours, lazier), _levels_claim(ours), _noise_claim()]


def _claim(id, statement, figure, chapter, parts, table: pd.DataFrame, remark=None) -> Claim:
    seeds = int(table.num_seeds.min()) if len(table) else 0
    return Claim(f"parent_{id}", GROUP, statement, figure, chapter, tuple(parts), len(table), seeds,
                 remark)  # fmt: skip


def _law_claims(table: pd.DataFrame, id: str, name: str) -> list[Claim]:
    """Eq. 7: the whole law and its factors; that v does not matter; the power of d."""
    known = table.dropna(subset="P_star")
    theirs = deep.joint_powers(deep.by_parent_rule(table))[0].estimate
    constant = (known.C.min(), known.C.max()) if len(known) else None
    remark = f"by their threshold the power is {theirs.value:.2f}" if theirs else None
    if constant:
        remark = f"P*/(n_c m^L) is {constant[0]:.2f} to {constant[1]:.2f}; {remark}"
    whole, n_c, mL, _ = deep.joint_powers(table)
    parts = [Number.of("power of P* in n_c m^L", 1, whole.estimate)]
    parts += [Number.of(f"power of P* in {p.what}", 1, p.estimate) for p in (n_c, mL)]
    law = _claim(f"law{id}", f"Deep CNNs need P* = n_c m^L{name}", "3, 4, 12", DEEP, parts, known,
                 remark)  # fmt: skip
    lines = [p for p in deep.line_powers(table) if p.what == "v"]
    parts = [
        Number.of(f"P* over P* when v is quadrupled, {p.where}", 1, _raised(p.estimate))
        for p in lines
    ] or [Number("P* over P* when v is quadrupled", 1)]
    free = _claim(f"v{id}", f"P* does not depend on v{name}", "3, 4", DEEP, parts,
                  deep.family(table, "v alone"))  # fmt: skip
    parts = [
        Number.of(f"power of d, {p.where}", p.law, p.estimate) for p in deep.depth_powers(table)
    ]
    parts = parts or [Number("power of d", 1)]
    depth = _claim(f"depth{id}", f"P*/n_c = d^(ln m/ln s){name}", "4", DEEP, parts, known)
    return [law, free, depth]


def _raised(power: Estimate | None) -> Estimate | None:
    """What a power does when its variable is quadrupled."""
    if power is None:
        return None
    return Estimate(*(QUADRUPLED**x for x in (power.value, power.low, power.high)))


def _collapse_claims(ours: synonyms.Curves, lazier: synonyms.Curves) -> Iterable[Claim]:
    for curves, id, name in ((ours, "", ""), (lazier, "_lazy", ", lazier scaling")):
        table = synonyms.crossings(curves)
        near = int(synonyms.near_error(table).sum())
        what = f"tasks with P_S within a factor {synonyms.REACH:g} of P*"
        parts = (
            Number.of("power of P_S in n_c m^L", 1, synonyms.collapse_power(table)),
            Share(what, near, len(table.dropna(subset=["P_S", "P_star"])), len(table)),
        )
        statement = f"S_(2,1) falls at n_c m^L, together with the error{name}"
        yield _claim(f"synonyms{id}", statement, "5", LAYERS, parts, table)


def _levels_claim(curves: synonyms.Curves) -> Claim:
    """At L = 3, for the levels below the top: which layers drop them, and at which P."""
    tables = {v: synonyms.levels(runs, L) for (v, L), runs in curves.items() if L == 3}
    below = [table[table.level < 3] for table in tables.values()]
    hits = sum(int(table.as_claimed.sum()) for table in below)
    number = sum(map(len, below))
    share = Share("pairs of a layer and a level, dropped exactly from layer l+1 on", hits, number)
    same = [
        Number.of(f"P of level 2 over that of level 1, v = {v}", 1, synonyms.same_P(table, 3)[2])
        for v, table in tables.items()
    ] or [Number("P of level 2 over that of level 1", 1)]
    seeds = [int(table.num_seeds.min()) for table in tables.values()]
    statement = "L = 3: level l is dropped from layer l+1 on, at one P"
    return Claim("parent_levels", GROUP, statement, "6", LAYERS, (share, *same), len(tables),
                 min(seeds, default=0))  # fmt: skip


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
