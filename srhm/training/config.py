"""What one training is: every choice that its result depends on, checked and hashed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import NoneType
from typing import ClassVar

from srhm.data.levels import s0_text
from srhm.data.randomness import check_int, check_real, check_seed
from srhm.data.task import SRHM
from srhm.networks.names import ARCHITECTURES, CONVERTED, SCALINGS, SHORTEST, read_tied
from srhm.training.configuration import Configuration, check_bool

SEED_FIELDS = ("seed_rules", "seed_sample", "seed_init")  # one of each makes a repetition

# Before the names of what is measured on the task with all synonyms and places alike.
EVEN = "even_"

ALPHAS = 1e-6, 1e6  # beyond, alpha^2 times a rate is no longer a number of 32 bits
MOST_LR = 1e30  # times the width it is still a number of 32 bits

FIELD_HELP = {
    "v": "vocabulary size: number of features at every level",
    "s": "branching: informative features per patch",
    "L": "depth: number of levels of the hierarchy (and of hidden layers)",
    "s0": "sparsity: empty positions per informative one (0 is the RHM); or one number for each "
    "level, the input's first, as 2,0",
    "n_c": "number of classes (default v)",
    "m": "number of synonyms: rules per feature (default v^(s-1), the most possible)",
    "sparsity": "A: each feature moves in its own sub-patch; B: features sit anywhere, in order",
    "rule_kind": "rules: random; uniform, without correlations: below the top level every tuple is "
    "equally likely in every class (needs m = v^(s-1))",
    "zipf": "exponent of Zipf's law for the synonyms: the c-th rule of a feature is used with a "
    "probability proportional to c^(-zipf)",
    "displacement_ratio": "each place of a sub-patch is so many times as likely as the one before "
    "it (at most 1; sparsity B: 1)",
    "arch": "network: lcn (no weight sharing), cnn (weight sharing), fcn (fully connected), "
    + ", ".join(CONVERTED),
    "width": "channels, or units, of each hidden layer (of lcn, cnn and fcn)",
    "scaling": "pre-activations of lcn, cnn and fcn are divided by the square root of this: fan_in "
    "(channels times patch), or channels alone, as in the authors' code",
    "depth": "hidden layers of an fcn (0: as many as the task has levels)",
    "tied": "hidden layers of an lcn or cnn, as 1,2 (1 reads the input), whose weights are the "
    "same at all places of a sub-patch (sparsity A)",
    "P": "number of training data",
    "batch_size": "data per step of SGD",
    "balanced": "equally many data of each class in the training set and in every batch",
    "lr": "learning rate, of lcn, cnn and fcn per unit of width (default 0.01 at batch 4, scaled "
    "linearly to the batch)",
    "momentum": "momentum of SGD",
    "alpha": "laziness: logits are alpha times the network's change since the start, and the rate "
    "is divided by alpha^2; large alpha keeps the features (0: the network as it is)",
    "stop_loss": "stop when an epoch's mean training loss (cross-entropy, nats) is below this",
    "stop_every": "look only every so many epochs whether to stop",
    "test_every": "test every so many epochs too, and keep the best test error over training "
    "beside the final one (0: do not)",
    "max_epochs": "stop after this many epochs in any case",
    "num_test": "number of test data (at most what the training set leaves of the task's data)",
    "seed_rules": "seed of the task's rules",
    "seed_sample": "seed of the training and test data, and of the order of the batches",
    "seed_init": "seed of the initial weights",
}


@dataclass(frozen=True, kw_only=True)
class RunConfig(Configuration):
    """One training, complete (SPEC: the symbols of the paper; see `FIELD_HELP`).

    ``s0`` may be a tuple, one for each level and the input's first; it is kept as a text such as
    "2,0", which a table and a command line can hold. ``n_c``, ``m`` and ``lr`` may be None and are
    then resolved, in copies by `replace` anew: v, v^(s-1), and the paper's 0.01 at batch 4 scaled
    linearly to ``batch_size``. The optimiser's rate is ``lr * width``.

    Raises
    ------
    ValueError
        For a value that is impossible, in one sentence that names it.
    """

    statuses: ClassVar[tuple[str, ...]] = ("converged", "max_epochs", "diverged")

    v: int
    P: int
    s: int = 2
    L: int = 2
    s0: int | str = 0
    n_c: int | None = None
    m: int | None = None
    sparsity: str = "A"
    arch: str = "cnn"
    width: int = 512
    batch_size: int = 128
    lr: float | None = None
    momentum: float = 0.9
    stop_loss: float = 1e-3
    max_epochs: int = 2000
    num_test: int = 10_000
    seed_rules: int = 0
    seed_sample: int = 0
    seed_init: int = 0
    scaling: str = "fan_in"
    balanced: bool = False
    stop_every: int = 1
    test_every: int = 0
    rule_kind: str = "random"
    zipf: float = 0.0
    displacement_ratio: float = 1.0
    depth: int = 0
    alpha: float = 0.0
    tied: str = ""

    added: ClassVar[tuple[str, ...]] = (
        "scaling", "balanced", "stop_every", "test_every", "rule_kind", "zipf",
        "displacement_ratio", "depth", "alpha", "tied",
    )  # fmt: skip

    def __post_init__(self):
        not_given = frozenset(n for n in ("n_c", "m", "lr") if getattr(self, n) is None)
        object.__setattr__(self, "resolved", not_given)
        for name in SEED_FIELDS:
            object.__setattr__(self, name, check_seed(name, getattr(self, name)))
        task = self.task  # checks the symbols of the task
        for name in ("v", "s", "L", "n_c", "m", "zipf", "displacement_ratio"):
            object.__setattr__(self, name, getattr(task, name))
        object.__setattr__(self, "s0", s0_text(task.s0))
        if self.arch not in ARCHITECTURES:
            raise ValueError(f"arch must be one of {', '.join(ARCHITECTURES)}, not {self.arch!r}.")
        if self.arch in CONVERTED and task.d < SHORTEST:
            raise ValueError(
                f"d = (s (s0 + 1))^L must be at least {SHORTEST} for {self.arch}, not {task.d}."
            )
        for name in ("P", "width", "batch_size", "max_epochs", "num_test"):
            object.__setattr__(self, name, check_int(name, getattr(self, name), 1))
        if task.num_data <= self.P:
            raise ValueError(
                f"P must be less than the number of data of this task, {task.num_data} (some are "
                f"needed for the test), not {self.P}."
            )
        if self.batch_size > self.P:
            raise ValueError(f"batch_size must be at most P={self.P}, not {self.batch_size}.")
        self._check_added()
        if self.lr is None:
            object.__setattr__(self, "lr", 0.01 * self.batch_size / 4)
        for name in ("lr", "stop_loss", "momentum"):
            object.__setattr__(self, name, check_real(name, getattr(self, name)))
        if self.momentum >= 1:
            raise ValueError(f"momentum must be less than 1, not {self.momentum}.")
        if not 0 < self.lr <= MOST_LR:
            raise ValueError(f"lr must be more than 0 and at most {MOST_LR:g}, not {self.lr}.")

    def _check_added(self):
        if self.scaling not in SCALINGS:
            raise ValueError(f"scaling must be one of {', '.join(SCALINGS)}, not {self.scaling!r}.")
        object.__setattr__(self, "balanced", check_bool("balanced", self.balanced))
        for name, least in (("stop_every", 1), ("test_every", 0), ("depth", 0)):
            object.__setattr__(self, name, check_int(name, getattr(self, name), least))
        object.__setattr__(self, "alpha", check_real("alpha", self.alpha))
        if self.alpha and not ALPHAS[0] <= self.alpha <= ALPHAS[1]:
            low, high = ALPHAS
            raise ValueError(f"alpha must be 0 or from {low:g} to {high:g}, not {self.alpha:g}.")
        if self.tied != "":
            if self.arch not in ("lcn", "cnn"):
                raise ValueError(f"tied must be empty for {self.arch}, not {self.tied!r}.")
            tied = read_tied(self.tied, self.task)
            object.__setattr__(self, "tied", ",".join(map(str, tied)))
        if self.depth == self.L:  # one run has one key
            object.__setattr__(self, "depth", 0)
        for name, default in (("scaling", "fan_in"), ("test_every", 0), ("alpha", 0.0)):
            value = getattr(self, name)
            if self.arch in CONVERTED and value != default:
                raise ValueError(f"{name} must be {default!r} for {self.arch}, not {value!r}.")
        if self.depth and self.arch != "fcn":
            raise ValueError(
                f"depth must be 0 for {self.arch}, not {self.depth}: only an fcn's is free."
            )
        for name in ("P", "batch_size") if self.balanced else ():
            value = getattr(self, name)
            if value % self.n_c:
                raise ValueError(
                    f"{name} must be a multiple of n_c={self.n_c} in a balanced training, not "
                    f"{value}."
                )

    @property
    def hidden_layers(self) -> int:
        """How many hidden layers an LCN, CNN or FCN has."""
        return self.depth or self.L

    @property
    def task(self) -> SRHM:
        """The task, its rules drawn from ``seed_rules``."""
        symbols = (
            self.v, self.s, self.L, self.s0, self.n_c, self.m, self.sparsity, self.seed_rules,
            self.rule_kind, self.zipf, self.displacement_ratio,
        )  # fmt: skip
        plain = all(type(symbol) in (int, float, str, NoneType) for symbol in symbols)
        return _kept_task(*symbols) if plain else SRHM(*symbols)

    def describe(self) -> str:
        """The setting in a few words."""
        seeds = f"{self.seed_rules}/{self.seed_sample}/{self.seed_init}"
        task = f"v={self.v} s={self.s} L={self.L} s0={self.s0}"
        task += "" if self.rule_kind == "random" else f" {self.rule_kind} rules"
        task += f" zipf={self.zipf:g}" if self.zipf else ""
        task += f" tied={self.tied}" if self.tied else ""
        ratio = self.displacement_ratio
        task += f" displacement_ratio={ratio:g}" if ratio != 1 else ""
        return f"{self.arch} {task} P={self.P} seeds {seeds}"


# A store's thousands of runs have few tasks, and one after the other those of one file.
_kept_task = lru_cache(maxsize=128, typed=True)(SRHM)
