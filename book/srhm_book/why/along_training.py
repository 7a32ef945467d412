"""P_c of the gradient while a network learns, layer by layer: what sparsity costs as it goes on.

At the start P_c of random weights grows with (s0+1)^L in LCN and CNN alike (`one_step`). If the
CNN's trained P* grows more slowly, its gradient must become cheaper to estimate on the way. Here
P_c = tr Cov(g) / |E g|^2 is taken of each layer's weights at moments of one training that succeeds
(P well above P*), from data that the training does not use.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import product

import pandas as pd
import torch

from srhm.data.samples import Samples
from srhm.engine.sparse import ActiveData, Engine, encode, evaluate
from srhm.networks.patch import PatchNetwork
from srhm.training.config import RunConfig
from srhm.training.loop import epoch_order
from srhm.training.run import prepare
from srhm_book.grids import setting
from srhm_book.why.one_step import GradientSums, exponent, hidden, layer_pulls
from srhm_book.wording import join, with_ends

MOMENTS = (1.0, 0.9, 0.7, 0.5)  # of the loss of guessing: the loss on new data falls to it
S0S = {2: (1, 2, 4), 3: (1, 2)}
VOCABULARY = {2: 6, 3: 4}
PLENTY = 3.0  # P over a guess of P*, so that the training succeeds
FRESH_DATA, WATCHED = 20_000, 1000
LOOKS = 20  # per epoch, at most
CHUNK = 512


def layer_sizes(net: PatchNetwork, samples: Samples, num_data: int) -> list[float]:
    """P_c of each hidden layer's weights at the network as it is, lowest first; inf: no signal.

    num_data: how many the task has in all; the samples are distinct ones of them.
    """
    first = net.weights[0].detach().flatten(0, 2)
    weights = [first, *(w.detach().flatten(0, 1) for w in list(net.weights)[1:])]
    sums = [GradientSums(torch.zeros_like(w, dtype=torch.float64)) for w in weights]
    for start in range(0, len(samples), CHUNK):
        data = encode(net, samples[start : start + CHUNK])
        hs = hidden(net, data)
        logits = hs[-1].mean(1) @ net.readout.detach() / net.width
        right = torch.nn.functional.one_hot(data.labels, net.n_c)
        pulls = [p.double() for p in layer_pulls(net, data, hs, right - logits.softmax(1))]
        sums[0].add(data.rows.flatten(1).long(), pulls[0])
        for k, blocks in enumerate(data.blocks, 1):
            sums[k].add(blocks.flatten(1).long(), pulls[k], hs[k - 1].double())
    return [each.critical_size(num_data) for each in sums]


def along(config: RunConfig, moments=MOMENTS, num_fresh: int = FRESH_DATA) -> pd.DataFrame:
    """P_c of each layer when the loss on new data has fallen to these shares of that of guessing.

    Columns moment, layer (from 1), P_c and step. Moments that the run does not reach are missing.
    """
    engine, data, fresh = prepare(config.replace(num_test=num_fresh), torch.device("cpu"))
    watched = encode(engine.net, fresh[:WATCHED])
    rows, waiting, chance = [], sorted(moments, reverse=True), math.log(config.n_c)
    for step in _steps(engine, data, config):
        share = evaluate(engine, watched)[0] / chance
        while waiting and (share < waiting[0] or waiting[0] >= 1):  # 1: the start
            engine.finish()
            found = layer_sizes(engine.net, fresh, config.task.num_data)
            rows += [(waiting[0], k, P_c, step) for k, P_c in enumerate(found, 1)]
            waiting.pop(0)
        if not waiting:
            break
    return pd.DataFrame(rows, columns=["moment", "layer", "P_c", "step"])


def _steps(engine: Engine, data: ActiveData, config: RunConfig) -> Iterable[int]:
    """Trains; the number of steps so far, at the start and every so often."""
    draw, done = torch.Generator().manual_seed(config.seed_sample), 0
    every = max(config.P // config.batch_size // LOOKS, 1)
    yield done
    for _ in range(config.max_epochs):
        for batch in epoch_order(config, draw).split(config.batch_size):
            engine.step(data.take(batch))
            done += 1
            if done % every == 0:
                yield done


def run_of(arch: str, L: int, s0: int, seed: int = 0, **training) -> RunConfig:
    """The training that is looked into: the grids', with data enough to learn the task."""
    config = setting(arch, VOCABULARY[L], s0, L=L, **training)
    P = min(round(PLENTY * config.P), config.task.num_data // 2)
    return config.replace(P=P, seed_rules=seed, seed_sample=seed, seed_init=seed)


def along_rows(
    s0s: dict[int, tuple[int, ...]] = S0S,
    seeds: Iterable[int] = range(3),
    moments: tuple[float, ...] = MOMENTS,
    num_fresh: int = FRESH_DATA,
    **training,
) -> pd.DataFrame:
    """`along` of both networks; columns arch, L, v, s0, seed, P besides."""
    parts = []
    tasks = [(L, s0) for L, values in s0s.items() for s0 in values]
    for (L, s0), arch, seed in product(tasks, ("cnn", "lcn"), seeds):
        config = run_of(arch, L, s0, seed, **training)
        own = along(config, moments, min(num_fresh, config.task.num_data // 3))
        parts.append(own.assign(arch=arch, L=L, v=config.v, s0=s0, seed=seed, P=config.P))
    names = ["arch", "L", "v", "s0", "seed", "P", "moment", "layer", "P_c", "step"]
    return pd.concat(parts)[names]


def exponents(rows: pd.DataFrame) -> pd.DataFrame:
    """The power of s0+1 in P_c, by network, L, layer and moment.

    P_c: harmonic means over seeds, so that a seed without signal counts; low and high: least and
    largest of single seeds' powers. Columns arch, L, layer, moment, power, low, high, seeds.
    """
    found = []
    for key, own in rows.groupby(["arch", "L", "layer", "moment"]):
        by_seed = own.pivot_table(index="s0", columns="seed", values="P_c").dropna(axis=1)
        if len(by_seed) < 2 or by_seed.empty:
            continue
        factors = [s0 + 1 for s0 in by_seed.index]
        means = 1 / (1 / by_seed).mean(axis=1)
        single = [exponent(factors, by_seed[seed]) for seed in by_seed]
        found.append((*key, exponent(factors, means), min(single), max(single), len(single)))
    names = ["arch", "L", "layer", "moment", "power", "low", "high", "seeds"]
    return pd.DataFrame(found, columns=names)


def fall(powers: pd.DataFrame, arch: str, L: int) -> str:
    """ "from 2.2 to 1.4 (1.0 to 2.2)": means over layers, at the start and at the last moment.

    In brackets the least and the largest of single layers and seeds.
    """
    found = _first_and_last(powers[(powers.arch == arch) & (powers.L == L)])
    return "by an amount not measured" if found is None else "from {} to {}".format(*found[:2])


def _first_and_last(rows: pd.DataFrame) -> tuple[str, str, float] | None:
    """The mean at the start, that at the last moment with its ends, and this moment."""
    own = rows.groupby("moment").power.mean()
    if len(own) < 2:
        return None
    last = own.index.min()
    ended = rows[rows.moment == last]
    ends = f"{ended.low.min():.1f} to {ended.high.max():.1f}"
    return f"{own[own.index.max()]:.1f}", f"{own[last]:.1f} ({ends})", last


def rises(powers: pd.DataFrame, arch: str, L: int) -> str:
    """ "1 of 3": in how many layers the power rises from some moment to the next."""
    own = powers[(powers.arch == arch) & (powers.L == L)].sort_values("moment", ascending=False)
    layers = [rows.power.diff().max() > 0 for _, rows in own.groupby("layer")]
    return f"{sum(layers)} of {len(layers)}"


def change(powers: pd.DataFrame, arch: str, L: int) -> str:
    """ "2.2 at the start and 1.4 (0.99 to 2.2) at 0.5 of the loss of guessing": means over layers.

    In brackets the least and the largest of single layers and seeds.
    """
    found = _first_and_last(powers[(powers.arch == arch) & (powers.L == L)])
    if found is None:
        return "not measured"
    return "{} at the start and {} at {:g} of the loss of guessing".format(*found)


def off_law(powers: pd.DataFrame, arch: str, layer: int) -> str:
    """When all seeds of a layer are on one side of L: "2.5 (2.4 to 2.8) at 0.7 of the loss, .."."""
    own = powers[(powers.arch == arch) & (powers.layer == layer)]
    off = own[(own.low > own.L) | (own.high < own.L)].sort_values("moment", ascending=False)
    told = [
        f"{with_ends(r.power, r.low, r.high)} at "
        f"{'the start' if r.moment == MOMENTS[0] else f'{r.moment:g} of the loss'}, L = {r.L}"
        for r in off.sort_values("L", kind="stable").itertuples()
    ]
    return join(told, "; ")
