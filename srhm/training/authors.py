"""The training of the authors' public code (github UmbertoTomasini/sparse_hierarchy_model).

Facts of that code, of which nothing is copied: pre-activations are divided by sqrt(channels); a
batch holds 4 data of each class; SGD with momentum 0.9 at the rate `authors_lr` per unit of width;
training ends at an epoch's mean loss of 1e-3 (FCN 1e-2), looked at every tenth epoch, when the test
error is measured too, of which the best is shown. Their width is 512.

What is different here: no biases and no whitening of the input; the batches are drawn anew for each
epoch, where theirs stay together and only their order changes; and an FCN's layers have ``width``
units, theirs as many as the LCN's, ``width`` times its positions.
"""

from __future__ import annotations

import math

from srhm.data.randomness import check_int, check_real
from srhm.networks.names import PATCH_NETWORKS
from srhm.training.config import RunConfig

PER_CLASS = 4  # data of each class in a batch
DEEPEST = 3  # levels for which the code has rates
LARGER = 4  # a factor of the batch and of the rate in `cheaper`


def authors_lr(arch: str, s: int, L: int, s0: int) -> float:
    """The learning rate per unit of width; ValueError where the authors' code has none."""
    if arch not in PATCH_NETWORKS:
        raise ValueError(f"arch must be one of {', '.join(PATCH_NETWORKS)}, not {arch!r}.")
    s, L, s0 = check_int("s", s, 2), check_int("L", L, 1, DEEPEST), check_int("s0", s0, 0)
    if arch == "lcn":
        return 0.01 if s == 2 and s0 < 4 else 0.003
    if arch == "fcn":
        few, many = (0.01, 0.003) if L == 2 else (0.003, 0.001)
        return few if s0 < 4 else many
    if s > 2:
        if s0 > 4 and s0 != 6:
            raise ValueError(f"s0 must be at most 4, or 6, for the CNN with s={s}, not {s0}.")
        return 0.01 if s0 < 4 else 0.003 if s0 == 4 else 0.0003
    if L == 1:
        return 0.1 if s0 < 4 else 0.03
    if s0 == 0:
        return 0.01
    few, four, more = (0.1, 0.03, 0.01) if L == 2 else (0.01, 0.003, 0.001)
    return few if s0 < 4 else four if s0 == 4 else more


def authors_config(
    arch: str,
    v: int,
    P: float,
    *,
    s: int = 2,
    L: int = 2,
    s0: int = 0,
    n_c: int | None = None,
    m: int | None = None,
    sparsity: str = "A",
    width: int = 256,
    max_epochs: int = 10_000,
    seed: int = 0,
    **others,
) -> RunConfig:
    """One training as the authors' code has it (LCN, CNN, FCN).

    Parameters
    ----------
    P: rounded to a multiple of 4 n_c, at least one batch: all batches are full.
    width: the authors' is 512; their rate per unit of width is the same for all.
    seed: of the rules, the sample and the initialisation.
    others: further fields of `RunConfig`, which replace the authors', such as lr.

    Raises
    ------
    ValueError
        For impossible values, and where the authors' code has no learning rate and none is given.
    """
    n_c = check_int("n_c", check_int("v", v, 1) if n_c is None else n_c, 1)
    batch, P = PER_CLASS * n_c, check_real("P", P)
    if P == 0:
        raise ValueError("P must be more than 0, not 0.")
    if "lr" not in others:
        others = others | {"lr": authors_lr(arch, s, L, s0)}
    fields = {
        "P": batch * max(round(P / batch), 1),
        "batch_size": batch,
        "balanced": True,
        "scaling": "channels",
        "momentum": 0.9,
        "stop_loss": 1e-2 if arch == "fcn" else 1e-3,
        "stop_every": 10,
        "test_every": 10,
    }
    fields |= dict.fromkeys(("seed_rules", "seed_sample", "seed_init"), seed)
    task = {"v": v, "s": s, "L": L, "s0": s0, "n_c": n_c, "m": m, "sparsity": sparsity}
    training = {"arch": arch, "width": width, "max_epochs": max_epochs}
    return RunConfig.from_dict({**fields, **task, **training, **others})


def cheaper(config: RunConfig) -> RunConfig:
    """The same training several times as fast: batches `LARGER` times as large, an earlier end.

    The rate per datum is kept, and training ends at a loss of 1e-2 (or above, where it did). What
    that does to P*, some per cent, is measured in the book's chapter on the authors' training.

    Raises
    ------
    ValueError
        When P is smaller than such a batch.
    """
    batch = LARGER * config.batch_size
    if batch > config.P:
        raise ValueError(
            f"P must be at least {LARGER} batches of {config.batch_size} in the cheaper form, not "
            f"{config.P}."
        )
    stop_loss = max(config.stop_loss, 1e-2)
    return config.replace(batch_size=batch, lr=LARGER * config.lr, stop_loss=stop_loss)


def authors_sizes(arch: str, v: int, L: int, s0: int) -> list[int]:
    """The sizes P at which the paper trained, of which P* is one; s = 2, n_c = m = v.

    The paper's P* is the size, of these, whose test error is nearest to 10 %. From the public code,
    and for the LCN at s0 >= 4 and v >= 8 from Figures 4B and 12, which the code does not give.

    Raises
    ------
    ValueError
        For impossible values, and where neither says what the sizes were: other networks, the CNN
        at L = 1, or L = 3, s0 = 0, and where v is so large that theirs would not grow.
    """
    v, L, s0 = check_int("v", v, 2), check_int("L", L, 1, DEEPEST), check_int("s0", s0, 0)
    if arch == "lcn" and s0 < 4:
        return _total(_spaced(v**L, 200 * v**L, 15)[:-1], v)
    if arch == "lcn":
        if v < 8:
            return _total(_spaced(v**L, 500 * v**L, 15)[:-1], v)
        middle = ((s0 + 1) * v) ** L
        low, high = _spaced(middle / 10, 10 * middle, 10), _spaced(10 * middle, 100 * middle, 10)
        return _total(low + high[1:], v)
    if arch == "cnn" and L == 2 and s0 == 0:
        return _total(_spaced(max(v**2 // 5, 1), 100 * v**2, 15)[:-1], v)
    most = min((2 * s0 + 2) ** 3 * v**4, math.inf if s0 < 4 else 110_000)
    if arch == "cnn" and L == 2 and most > v**3:
        # Here the code's sizes are those of the whole training set.
        low = _spaced(max(v**3 // 10, 1), v**3, 5)[:-1]
        return _total(low + _spaced(v**3, most, 15)[:-1], 1)
    if arch == "cnn" and L == 3 and s0 > 0:
        most = (100 if s0 < 4 else 300) * v**4
        return _total(_spaced(v**4, most, 15)[:-1], v)
    raise ValueError(f"The paper's sizes for {arch!r} with v={v}, L={L}, s0={s0} are not known.")


def _spaced(first: float, last: float, num: int) -> list[float]:
    """``num`` numbers from first to last, evenly in their logarithm."""
    return [first * (last / first) ** (i / (num - 1)) for i in range(num)]


def _total(sizes: list[float], each: int) -> list[int]:
    """All those data, each size once."""
    return list(dict.fromkeys(each * max(math.floor(size + 1e-6), 1) for size in sizes))
