"""The tasks on which the chapters ask why: (arch, v, s, L, m, s0), with n_c = m.

s0 is one number for all levels, or one for each, the input's first. All are small, so that three
seeds of each cost minutes.
"""

from __future__ import annotations

Task = tuple[str, int, int, int, int, int | tuple[int, ...]]

NETWORKS = ("lcn", "cnn")
HEIGHTS = {2: ("lowest", "top"), 3: ("lowest", "middle", "top")}


def sparse_at(level: int, L: int, s0: int) -> tuple[int, ...]:
    """s0 at one level (1 is the input's), 0 at the others."""
    return tuple(s0 if each == level else 0 for each in range(1, L + 1))


def one_level(v: int, L: int, s0s: tuple[int, ...]) -> list[Task]:
    """Sparsity at each level alone, for both networks."""
    return [
        (arch, v, 2, L, v, sparse_at(level, L, s0))
        for s0 in s0s
        for level in range(1, L + 1)
        for arch in NETWORKS
    ]


def all_but_one(v: int, L: int, s0: int) -> list[Task]:
    """Sparsity at every level but one, for both networks."""
    return [
        (arch, v, 2, L, v, tuple(0 if each == level else s0 for each in range(1, L + 1)))
        for level in range(1, L + 1)
        for arch in NETWORKS
    ]


def everywhere(v: int, L: int, s0s: tuple[int, ...], archs=NETWORKS) -> list[Task]:
    """The same s0 at every level."""
    return [(arch, v, 2, L, v, s0) for s0 in s0s for arch in archs]


# At one level LCN and CNN are one network. There s0 < 4 leaves too few data to reach an error of
# 10 %: all that exist are n_c m (s0+1)^2.
SHALLOW = everywhere(8, 1, (4, 9, 19), ("cnn",))
WHICH_LEVEL = {
    2: [*everywhere(6, 2, (0, 1, 2, 4)), *one_level(6, 2, (2,))],
    3: [*everywhere(4, 3, (0, 1, 2)), *one_level(4, 3, (2,)), *all_but_one(4, 3, 2)],
}

# With few synonyms four levels are cheap: (arch, L, s0), the same s0 at all levels.
FEW_SYNONYMS = {"v": 8, "n_c": 4, "m": 2}
FEW = [
    *((arch, L, s0) for L in (2, 3) for s0 in (1, 2) for arch in NETWORKS),
    *(("cnn", L, 0) for L in (3, 4)),  # at two levels there would be 32 data in all
    *(("cnn", 4, s0) for s0 in (1, 2)),
]

# Where one step is measured: against s0 and L at v = m = n_c = 4, and the tasks above.
COUNTED = [
    *everywhere(4, 1, (0, 1, 2, 4)),
    *everywhere(4, 2, (0, 1, 2, 4)),
    *everywhere(4, 3, (0, 1, 2)),
]
# Tasks of the store's searches (n_c = m = v at s = 2), small enough for the samples.
TRAINED = [
    *everywhere(6, 2, (0, 1, 2, 4)),
    *everywhere(8, 2, (0, 1, 2, 4)),
    *everywhere(10, 2, (0, 1, 2)),
    *everywhere(6, 3, (0, 1)),
]
ONE_STEP = list(dict.fromkeys([*COUNTED, *TRAINED, *SHALLOW, *WHICH_LEVEL[2], *WHICH_LEVEL[3]]))

# Layers that share weights within a sub-patch, by L; the tasks are those of `WHICH_LEVEL`.
TIED_S0 = 2
TIED = {2: ("", "1", "2", "1,2"), 3: ("", "1", "2", "3", "1,2,3")}
TIED_V = {2: 6, 3: 4}


# Unequal probabilities (displacement_ratio, zipf), most telling first, at s0 = 1 and L = 3: at two
# levels, the distinct data that small tasks have would be used up and the rare ones left for the
# test. The LCN, which needs more data and time, has fewer synonyms.
UNEQUAL = ((0.05, 0), (1, 2), (0.01, 0), (1, 4), (0.2, 0), (1, 1), (0.5, 0))
EQUAL = (1, 0)
UNEQUAL_TASKS = {"cnn": {"m": 4}, "lcn": {"m": 3}}
UNEQUAL_SIZES = {"cnn": (362, 11585), "lcn": (512, 8192)}  # smallest, largest P
UNEQUAL_ODDS = {"cnn": UNEQUAL, "lcn": ((0.01, 0),)}

# The CNN's square: does its power follow s, the size of a tuple, or is it 2? With few synonyms a
# large s is cheap.
BRANCHING = [("cnn", 4, s, 2, 4, s0) for s in (3, 4) for s0 in (0, 1, 2, 4)]
# And in the authors' scaling of the network, which is lazier, at one, two and three levels.
LAZIER = [
    *everywhere(4, 2, (1, 2, 4), ("cnn",)),
    *SHALLOW,
    *everywhere(4, 3, (1, 2), ("cnn",)),
]

# Where trained networks are put beside the best that can be hoped for: (v, s, L, m, s0), n_c = m.
BestTask = tuple[int, int, int, int, int | tuple[int, ...]]
BEST: list[BestTask] = [
    *((v, 2, 2, v, s0) for v in (4, 6, 8) for s0 in (0, 1, 2)),
    *((4, 2, 3, 4, s0) for s0 in (0, 1, 2)),
]
BEST_BY_LEVEL = [(4, 2, 3, 4, sparse_at(level, 3, 2)) for level in (1, 2, 3)]
BEST_BRANCHING = [(4, 3, 2, 4, s0) for s0 in (0, 1, 2)]
# Those on which LCN and FCN are trained in the authors' scaling too (of the CNN, `LAZIER` and the
# parent's have most). Without sparsity an FCN of two levels has not enough data to learn from.
BEST_LAZIER: list[Task] = [
    *(("lcn", v, 2, 2, v, s0) for v in (4, 6) for s0 in (0, 1, 2)),
    *((arch, v, 2, 2, v, s0) for arch, v in (("cnn", 6), ("fcn", 4), ("fcn", 6)) for s0 in (1, 2)),
    *(("lcn", 4, 2, 3, 4, s0) for s0 in (0, 1)),
]
