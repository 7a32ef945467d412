"""The settings behind the figures, each searched for its P* with the same training.

`GRID` is the one training setting of all of them. The chapter on the training setting measures how
its P* compares with that of the paper's stated one (batch 4, learning rate 0.01, width 512, stop at
a loss of 1e-3), in this project's own scaling of the networks.
"""

from __future__ import annotations

import math
from itertools import product
from types import SimpleNamespace

from srhm.stats.laws import predicted_scale
from srhm.training.config import RunConfig
from srhm_book.complexity.ablation import ablation_settings
from srhm_book.complexity.authors_others import other_settings
from srhm_book.complexity.choices import choice_settings
from srhm_book.why import tasks
from srhm_book.why.expected import tied_saving

GRID = {"width": 256, "batch_size": 128, "lr": 0.64, "stop_loss": 1e-2}
# The paper's own choices, but for the width, and the batch with its proportional learning rate:
# 0.01 at batch 4, or 0.003; their code, in another scaling, says which where (`authors_lr`).
PAPER = GRID | {"lr": 0.32, "stop_loss": 1e-3}
PAPER_SMALLER = PAPER | {"lr": 0.096}
# At the rate of `GRID` many networks of four levels or more fall silent, the larger P the more of
# them. They train at half of it, the paper's.
DEEP, DEEP_RATE = 4, {"lr": PAPER["lr"]}
# The centre of the study of single choices: fast, and stable at L = 2.
STUDY = GRID | {"lr": 1.28, "stop_loss": 1e-3}
# A training of a fraction of a second, on which to try a chapter out: its results mean nothing.
TOY = {
    "width": 32,
    "batch_size": 48,
    "lr": 1.0,
    "stop_loss": 0.1,
    "num_test": 300,
    "max_epochs": 100,
}
# Medians of the paper's P* over its scale, the search's first guess and nothing else.
_GUESS = {"lcn": 1.7, "cnn": 2.5, "fcn": 2.5}


def setting(arch: str, v: int, s0: int | tuple[int, ...], **other) -> RunConfig:
    """One setting of the grid; its P (at least one batch) is only where the search begins.

    s0 may be one number for each level, the input's first: the guess is that of their mean.
    """
    training = GRID | other
    smallest = training["batch_size"]
    draft = RunConfig(arch=arch, v=v, s0=s0, P=smallest, **training)
    guess = min(_GUESS[arch] * predicted_scale(_evened(draft)), draft.task.num_data / 2)
    return draft.replace(P=max(round(guess), smallest))


def _evened(draft: RunConfig) -> RunConfig | SimpleNamespace:
    """The symbols with one s0 where the levels differ: s0+1 is their geometric mean."""
    levels = draft.task.s0_levels
    if len(set(levels)) == 1:
        return draft
    s0 = math.prod(n + 1 for n in levels) ** (1 / draft.L) - 1
    return SimpleNamespace(**{**draft.as_dict(), "s0": s0})


def _grid(arch, vs, s0s, **other) -> list[RunConfig]:
    return [setting(arch, v, s0, **other) for v, s0 in product(vs, s0s)]


def _training_variants() -> list[RunConfig]:
    """One LCN and one CNN setting under other training: one choice at a time off `STUDY`."""
    rates = [{"lr": PAPER["lr"] * factor} for factor in (0.25, 0.5, 1, 2, 4, 8)]
    widths = [{"width": width} for width in (128, 256, 512, 1024)]
    losses = [{"stop_loss": loss} for loss in (1e-1, 1e-2, 1e-3, 1e-4)]
    batches = [{"batch_size": b, "lr": STUDY["lr"] * b / 128} for b in (4, 16, 128, 512)]
    paper = [PAPER | {"width": 512}]
    return [
        setting(arch, 6, 1, **STUDY | variant)
        for variant in (*rates, *widths, *losses, *batches, *paper)
        for arch in ("lcn", "cnn")
    ]


def _at_paper_rate() -> list[RunConfig]:
    """Settings in which the paper's training is compared with `GRID`."""
    rate = PAPER
    return [
        setting("lcn", 4, 1, **rate),
        setting("lcn", 8, 1, **rate),
        setting("lcn", 6, 2, **rate),
        setting("lcn", 4, 0, L=3, **rate),
        setting("lcn", 6, 0, L=3, **rate),
        setting("lcn", 8, 0, L=3, **rate),
        *_grid("lcn", (4, 6, 8, 10), (0,), **rate),
        setting("lcn", 4, 1, L=3, **rate),
        setting("cnn", 8, 1, **rate),
        setting("cnn", 6, 2, **rate),
        setting("cnn", 4, 1, L=3, **rate),
        # Does the shift depend on s0, so that it would bend the laws?
        setting("lcn", 4, 4, **rate),
        setting("cnn", 6, 4, **rate),
        *_grid("cnn", (3,), (1, 2, 4, 6), **rate),
    ]


def _at_smaller_rate() -> list[RunConfig]:
    """Settings at the smaller of the paper's two rates, shallow and deep."""
    tasks = [(v, 0, 2) for v in (4, 6, 8, 10)] + [(4, 1, 2), (8, 1, 2)]
    tasks += [(v, 0, 3) for v in (4, 6, 8)] + [(4, 1, 3)]
    lcn = [setting("lcn", v, s0, L=L, **PAPER_SMALLER) for v, s0, L in tasks]
    cnn = [setting("cnn", v, 1, L=L, **PAPER_SMALLER) for v, L in ((8, 2), (4, 3))]
    return [*lcn, *cnn]


# Are rates comparable at equal ratio to the batch at three levels, too?
SMALL_BATCH = setting("lcn", 4, 0, L=3, **PAPER | {"batch_size": 16, "lr": PAPER["lr"] / 8})


def _rates_by_depth() -> list[RunConfig]:
    """One task at two and at three levels, at a tenth of the paper's larger rate to four times."""
    rates = [PAPER | {"lr": factor * PAPER["lr"]} for factor in (0.1, 0.3, 0.5, 1, 2, 4)]
    return [setting("lcn", 6, 0, L=L, **rate) for L in (2, 3) for rate in rates]


def _exponents_by_rate() -> list[RunConfig]:
    """LCNs of three levels with n_c, m and s0 apart from one another, at the paper's two rates."""
    tasks = [(n_c, m, 0) for n_c, m in product((4, 8, 16), (2, 3, 4))]
    tasks += [(32, 2, 0), (4, 2, 1), (8, 2, 1), (16, 2, 1)]
    return [
        setting("lcn", 8, s0, n_c=n_c, m=m, L=3, **rate)
        for n_c, m, s0 in tasks
        for rate in (PAPER, PAPER_SMALLER)
    ]


def _fixed_d() -> list[RunConfig]:
    """LCNs on inputs of one size d = (s(s0+1))^L and different informative fractions F.

    Eq. 5 holds s, v, n_c and m fixed and trades L against s0: within each block of equal v = n_c,
    m, s and d only (L, s0) changes. With v = 8 the rules of different seeds are more alike than
    with v = 4, so that three seeds decide more. Cheapest first.
    """
    trades = {  # (s, d): pairs (L, s0)
        (2, 16): ((4, 0), (2, 1)),
        (2, 64): ((6, 0), (3, 1), (2, 3)),
        (2, 256): ((4, 1), (2, 7)),
        (3, 81): ((4, 0), (2, 2)),
    }
    blocks = (  # (v, m, s, d, smallest L, largest L)
        (4, 1, 2, 64, 2, 3), (4, 1, 2, 256, 2, 4),  # m < sqrt(s): sparser is harder, says the law
        (4, 2, 2, 16, 2, 4), (4, 2, 2, 64, 2, 6), (4, 2, 2, 256, 2, 4), (4, 2, 3, 81, 2, 4),
        (4, 3, 2, 16, 2, 4), (4, 3, 2, 64, 2, 3),
        (4, 4, 2, 16, 2, 4), (4, 4, 2, 64, 2, 3), (4, 4, 3, 81, 2, 4),
        (8, 1, 2, 64, 2, 3), (8, 1, 2, 256, 2, 4),
        (8, 2, 2, 16, 2, 4), (8, 2, 2, 64, 2, 3), (8, 3, 2, 16, 2, 4), (8, 3, 2, 64, 2, 3),
        (8, 4, 2, 16, 2, 4), (8, 4, 2, 64, 2, 3), (8, 4, 3, 81, 2, 4),
    )  # fmt: skip
    chosen = [
        setting("lcn", v, s0, s=s, L=L, m=m)
        for v, m, s, d, low, high in blocks
        for L, s0 in trades[s, d]
        if low <= L <= high
    ]
    return sorted(chosen, key=lambda config: config.P * config.s**config.L)


def _synonyms_L3() -> list[RunConfig]:
    """m, n_c and s0 apart from one another at L = 3, where m = v is out of reach for most."""
    tasks = [
        (n_c, m, s0)
        for n_c, m in product((2, 4, 8, 16, 32), (2, 3, 4))
        for s0 in (0, 1, 2, 4)
        # A class has at least one tuple of its own; with (2, 2) there are 256 data in all.
        if n_c * m <= 64 and (n_c, m) != (2, 2)
    ]
    configs = [
        setting(arch, 8, s0, n_c=n_c, m=m, L=3) for arch in ("lcn", "cnn") for n_c, m, s0 in tasks
    ]
    return [c for c in configs if c.P <= 20_000 and c.P * c.task.d <= 5e6]  # minutes each


def _branching() -> list[RunConfig]:
    """s and L at equal m and n_c, for the factor s^(L/2) of Eq. 3.

    First with m = v^(s-1) as in the paper: tasks of a large v with s = 2, each followed by one of
    equal m and n_c and a small v with a larger s. Then v = n_c = 8 and m = 4 for all s, where many
    tuples have no meaning.
    """
    complete = (  # v, n_c, s and L of tasks with m = v^(s-1)
        (9, 3, 2, 2), (3, 3, 3, 2), (16, 4, 2, 2), (4, 4, 3, 2), (25, 5, 2, 2), (5, 5, 3, 2),
        (27, 3, 2, 2), (3, 3, 4, 2),
        (9, 3, 2, 3), (3, 3, 3, 3),
        (8, 2, 2, 2), (2, 2, 4, 2), (16, 2, 2, 2), (2, 2, 5, 2), (32, 2, 2, 2), (2, 2, 6, 2),
    )  # fmt: skip
    lcn_only = (  # Eq. 4 leaves open what s does to a CNN
        (9, 2, 2, 2), (3, 2, 3, 2), (4, 2, 3, 2), (16, 3, 2, 2), (4, 3, 3, 2),
        (25, 2, 2, 2), (5, 2, 3, 2), (27, 2, 2, 2), (3, 2, 4, 2), (36, 2, 2, 2), (6, 2, 3, 2),
    )  # fmt: skip
    tasks = [{"v": v, "n_c": n_c, "s": s, "L": L} for v, n_c, s, L in complete]
    tasks += [{"v": 8, "m": 4, "s": s, "L": L} for s, L in ((3, 2), (4, 2), (2, 3), (3, 3))]
    more = [{"v": v, "n_c": n_c, "s": s, "L": L} for v, n_c, s, L in lcn_only]
    by_arch = {"lcn": tasks + more, "cnn": tasks}
    configs = [setting(a, s0=s0, **t) for a, own in by_arch.items() for t in own for s0 in (0, 1)]
    return [config for config in configs if config.P <= 30_000]


def _tasks(own: list[tasks.Task]) -> list[RunConfig]:
    return [setting(arch, v, s0, s=s, L=L, n_c=m, m=m) for arch, v, s, L, m, s0 in own]


def deep_rate(L: int) -> dict:
    """The rate of tasks so deep that `GRID`'s silences networks; nothing for the others."""
    return DEEP_RATE if L >= DEEP else {}


def few_synonyms(own: list[tuple[str, int, int]], **training) -> list[RunConfig]:
    """The settings of `srhm_book.why.tasks.FEW_SYNONYMS` at each (arch, L, s0)."""
    return [
        setting(arch, s0=s0, L=L, **tasks.FEW_SYNONYMS | deep_rate(L) | training)
        for arch, L, s0 in own
    ]


def tied_settings(L: int, arch: str, **training) -> dict[str, RunConfig]:
    """Each way of sharing weights within sub-patches, and "dense": the task without sparsity.

    Searches begin where one step with random weights puts P*.
    """
    own = {"arch": arch, "L": L, "v": tasks.TIED_V[L]} | training
    found = {"dense": setting(s0=0, **own)}
    for tied in tasks.TIED[L]:
        config = setting(s0=tasks.TIED_S0, **own, tied=tied)
        P = config.P // (tasks.TIED_S0 + 1) ** round(tied_saving(arch, "random", L, tied))
        found[tied] = config.replace(P=max(P, config.batch_size))
    return found


def _lazier(own: list[tasks.Task]) -> list[RunConfig]:
    """In the authors' scaling, at the rate with which the untrained network moves as fast as ours.

    Their layers are larger by the root of the patch, and the tangent kernel by the patch a layer.
    """
    faster = [(c, c.task.d) for c in _tasks(own)]
    return [c.replace(scaling="channels", lr=c.lr / d) for c, d in faster]


# Name of the grid: its settings. A setting may be in several grids; its runs are trained once.
GRIDS = {
    "lcn_L2": _grid("lcn", (4, 6, 8, 10), (0, 1, 2, 4)),
    "cnn_L2": [
        *_grid("cnn", (4, 6, 8, 10, 12), (0, 1, 2, 4, 6)),
        *_grid("cnn", (3,), (1, 2, 4, 6)),  # with s0 = 0 there are 81 data in all
    ],
    "lcn_L3": [*_grid("lcn", (4, 6, 8), (0, 1, 2), L=3), setting("lcn", 10, 0, L=3)],
    "cnn_L3": [*_grid("cnn", (4, 6, 8), (0, 1, 2, 4), L=3), setting("cnn", 10, 0, L=3)],
    "lcn_s3": _grid("lcn", (4, 6), (0, 1, 2, 4), s=3),
    "cnn_s3": _grid("cnn", (4, 6), (0, 1, 2, 4), s=3),
    "lcn_B": _grid("lcn", (6,), (1, 2, 4), sparsity="B"),
    "cnn_B": _grid("cnn", (6, 10), (1, 2, 4), sparsity="B"),
    "lcn_B_L3": _grid("lcn", (6,), (1, 2), sparsity="B", L=3),
    "cnn_B_L3": _grid("cnn", (6,), (1, 2), sparsity="B", L=3),
    "fcn_L2": _grid("fcn", (6, 8), (0, 1, 2)),
    # At twice the paper's rate, half of the deep FCNs fall silent.
    "fcn_L3": _grid("fcn", (4, 6, 8), (0, 1, 2), L=3, **PAPER),
    "training": _training_variants(),
    "paper_rate": _at_paper_rate(),
    "paper_smaller_rate": _at_smaller_rate(),
    "rates_by_depth": _rates_by_depth(),
    "exponents_by_rate": _exponents_by_rate(),
    "small_batch": [SMALL_BATCH],
    # n_c apart from v, and m apart from v^(s-1): which the paper does not do.
    "classes": [
        setting(arch, 8, 1, n_c=n_c, m=m)
        for arch in ("lcn", "cnn")
        for n_c, m in ((2, 8), (4, 8), (8, 8), (4, 4), (16, 4), (16, 2), (32, 2))
    ],
    "synonyms": [setting(arch, 8, 1, m=m) for arch, m in product(("lcn", "cnn"), (2, 4, 6, 8))],
    "synonyms_L3": _synonyms_L3(),
    "branching": _branching(),
    "fixed_d": _fixed_d(),
    "authors_ablation": ablation_settings(),
    "authors_others": [c for own in other_settings().values() for c in own],
    "choices": choice_settings(),
    "shallow": _tasks(tasks.SHALLOW),
    "few_synonyms": few_synonyms(tasks.FEW),
    "square_s": _tasks(tasks.BRANCHING),
    "square_lazier": _lazier(tasks.LAZIER),
    "best_lazier": _lazier(tasks.BEST_LAZIER),
    "which_level": [c for own in tasks.WHICH_LEVEL.values() for c in _tasks(own)],
    "tied": [c for L in (2, 3) for arch in ("cnn", "lcn") for c in tied_settings(L, arch).values()],
}


def law_grid(arch: str, profile: str = "book") -> list[RunConfig]:
    """The settings on which Eq. 3 ("lcn") or 4 ("cnn") is tested.

    profile: "book" for all of them, "fresh" for a few that train in minutes, "smoke" for a toy.
    """
    if profile == "fresh":
        more = [setting(arch, 6, 0, n_c=2), setting(arch, 6, 0, m=3), setting(arch, 4, 0, L=3)]
        return [*_grid(arch, (4, 6), (0, 1)), setting(arch, 4, 2), *more]
    if profile == "smoke":
        more = [setting(arch, 4, 1, n_c=2, **TOY), setting(arch, 4, 1, m=2, **TOY)]
        return [*_grid(arch, (4,), (0, 1), **TOY), *more]
    names = [f"{arch}_L2", f"{arch}_L3", f"{arch}_s3", "classes", "synonyms"]
    names += ["synonyms_L3", "branching"]
    chosen = [c for name in names for c in GRIDS[name] if c.arch == arch]
    return list(dict.fromkeys(chosen))


def fixed_d_grid(profile: str = "book") -> list[RunConfig]:
    """The settings of equal d; profile as for `law_grid`."""
    if profile == "fresh":
        return [config for config in GRIDS["fixed_d"] if config.P * config.s**config.L <= 12_000]
    if profile == "smoke":
        tasks = ((4, 1, 1), (4, 2, 0), (2, 1, 3), (2, 3, 0))  # m, L, s0: two pairs
        return [setting("lcn", 4, s0, m=m, L=L, **TOY) for m, L, s0 in tasks]
    return GRIDS["fixed_d"]
